"""Plan nodes → one sqlglot SELECT. Each node has one function; none of them decides what is asked.

Parts are met by UNION ALL and grouped again: it is NULL-safe on every engine, where FULL JOIN … IS NOT DISTINCT FROM is
refused by PostgreSQL.
"""

from __future__ import annotations

from sqlglot import exp

from anabot.semantic.plan import Aggregated, Combined, Filtered, Joined, Kind, Measure, Rows, Scanned, Shown
from anabot.semantic.trees import aliased, both, by_name, cast, column, filled, identifier, number, table

_ABSENT: dict[Kind, str] = {"number": "SMALLINT", "date": "DATE", "time": "TIMESTAMP", "text": "TEXT"}
_PARTS = "parts"


def lower(plan: Shown) -> exp.Select:
    """The whole plan as one SELECT."""
    rows, keys = plan.rows, _keys(plan)
    if isinstance(rows, Combined):
        select, measures, groups = _combined(rows)
    else:
        select, measures, groups = _grouped(rows)
    fill = by_name({**groups, **measures})
    select.set("expressions", [aliased(filled(tree, fill), name) for name, tree in plan.columns])
    if keys:
        select.set("group", exp.Group(expressions=[number(place + 1) for place in range(len(keys))]))
    having = both([filled(each, fill) for each in plan.having])
    if having is not None:
        select.set("having", exp.Having(this=having))
    return _ordered(select, plan)


def scanned(scan: Scanned) -> exp.Expression:
    """A table, or where a grant restricts its rows, a SELECT of the allowed ones."""
    if not scan.only:
        return table(scan.model.relation, scan.alias)
    where = exp.Where(this=both(scan.only))
    rows = exp.Select(expressions=[exp.Star()], from_=exp.From(this=table(scan.model.relation, scan.alias)), where=where)
    return exp.Subquery(this=rows, alias=exp.TableAlias(this=identifier(scan.alias)))


def _keys(plan: Shown) -> tuple[tuple[str, exp.Expression], ...]:
    return plan.rows.parts[0].keys if isinstance(plan.rows, Combined) else plan.rows.keys


def _grouped(node: Aggregated) -> tuple[exp.Select, dict[str, exp.Expression], dict[str, exp.Expression]]:
    return _from(node.rows), {measure.name: measure.tree for measure in node.measures}, dict(node.keys)


def _combined(node: Combined) -> tuple[exp.Select, dict[str, exp.Expression], dict[str, exp.Expression]]:
    every = [measure for part in node.parts for measure in part.measures]
    union: exp.Expression | None = None
    for part in node.parts:
        select = _part(part, every)
        union = select if union is None else exp.Union(this=union, expression=select, distinct=False)
    source = exp.Subquery(this=union, alias=exp.TableAlias(this=identifier(_PARTS)))
    measures: dict[str, exp.Expression] = {each.name: exp.Max(this=column(each.name, _PARTS)) for each in every}
    groups: dict[str, exp.Expression] = {name: column(name, _PARTS) for name, _ in node.parts[0].keys}
    return exp.Select(from_=exp.From(this=source)), measures, groups


def _part(part: Aggregated, every: list[Measure]) -> exp.Select:
    """One part with a column for each measure of all parts, its own filled and the others absent."""
    own = {measure.name: measure.tree for measure in part.measures}
    select = _from(part.rows)
    columns = [aliased(tree, name) for name, tree in part.keys]
    columns += [aliased(own[each.name] if each.name in own else _absent(each), each.name) for each in every]
    select.set("expressions", columns)
    if part.keys:
        select.set("group", exp.Group(expressions=[number(place + 1) for place in range(len(part.keys))]))
    return select


def _absent(measure: Measure) -> exp.Expression:
    """A NULL with a type that gives way to the measure's own: PostgreSQL would take a bare one for text."""
    return cast(exp.Null(), _ABSENT[measure.kind])


def _from(rows: Rows) -> exp.Select:
    match rows:
        case Filtered():
            select = _from(rows.rows)
            select.set("where", exp.Where(this=both(rows.conditions)))
            return select
        case Joined():
            select = _from(rows.left)
            select.append("joins", exp.Join(this=scanned(rows.right), side="LEFT", on=rows.on))
            return select
    return exp.Select(from_=exp.From(this=scanned(rows)))


def _ordered(select: exp.Select, plan: Shown) -> exp.Select:
    if plan.order:
        by = [exp.Ordered(this=column(name), desc=desc, nulls_first=False) for name, desc in plan.order]
        select.set("order", exp.Order(expressions=by))
    if plan.limit is not None:
        select.set("limit", exp.Limit(expression=number(plan.limit)))
    return select
