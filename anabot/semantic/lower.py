"""Plan nodes → one sqlglot SELECT. Each node has one function; none of them decides what is asked.

Parts are met by UNION ALL and grouped again: it is NULL-safe on every engine, where FULL JOIN … IS NOT DISTINCT FROM is
refused by PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlglot import exp

from anabot.semantic.plan import (
    Again,
    Aggregated,
    Beside,
    Combined,
    Converted,
    Filtered,
    Joined,
    Listed,
    Looked,
    Measure,
    Named,
    OnSpine,
    Part,
    Picked,
    Rolled,
    Rows,
    Scanned,
    Shown,
    SpineScanned,
    Spread,
)
from anabot.semantic.query import SIZE
from anabot.semantic.shifted import shifted
from anabot.semantic.trees import aliased, both, by_name, cast, column, filled, identifier, moved, number, table

_ABSENT = {"number": "SMALLINT", "date": "DATE", "time": "TIMESTAMP", "text": "TEXT"}
_PARTS, _PART, _PICKED = "parts", "part", "picked"
_WHOLE, _TOLD, _GROUPS = "whole", "told", "groups"
_RANKED, _PLACED, _PLACE = "ranked", "placed", "place__"
_CONVERSION, _CONVERTED = "conversion", "converted"  # the conversions numbered; those met with their base


def lower(plan: Shown) -> exp.Select:
    """The whole plan as one SELECT."""
    if plan.each and plan.limit is not None:
        return _of_each(plan, plan.limit)
    if plan.again is not None:
        return _again(plan, plan.again)
    if plan.beside is not None:
        return _beside(plan, plan.beside)
    if any(name.endswith(SIZE) for name, _ in plan.order):
        return _by_size(plan)
    rows = plan.rows
    if isinstance(rows, Combined):
        select, known, keys = _combined(rows), _of_parts(rows.parts), rows.parts[0].keys
    elif isinstance(rows, Aggregated):
        select, known, keys = _from(rows.rows), {**dict(rows.keys), **{each.name: each.tree for each in rows.measures}}, rows.keys
    elif isinstance(rows, Listed):
        select, known, keys = _from(rows.rows), dict(rows.keys), ()
    else:
        select, known, keys = _selected(_part(rows), _PART), _columns(rows), ()
    fill = by_name(known)
    select.set("expressions", [aliased(filled(tree, fill), name) for name, tree in plan.columns])
    _group(select, len(keys))
    kept = both([filled(each, fill) for each in plan.having])
    if kept is not None:
        grouped = isinstance(rows, Combined | Aggregated)
        select.set("having" if grouped else "where", exp.Having(this=kept) if grouped else exp.Where(this=kept))
    return _ordered(select, plan)


def _beside(plan: Shown, beside: Beside) -> exp.Select:
    """The plan's rows with columns told from all of them; conditions stand one level above, as a window is told before them."""
    select = _selected(lower(replace(plan, beside=None, order=(), limit=None)), _WHOLE)
    select.set("expressions", [aliased(tree, name) for name, tree in beside.columns])
    if beside.kept:
        select = _where(_selected(select, _TOLD), beside.kept)
        select.set("expressions", [aliased(column(name), name) for name, _ in beside.columns])
    return _ordered(select, plan)


def _again(plan: Shown, again: Again) -> exp.Select:
    """The finished rows grouped anew."""
    if any(name.endswith(SIZE) for name, _ in plan.order):
        return _by_size(plan)
    select = _selected(lower(replace(plan, again=None, order=(), limit=None)), _GROUPS)
    _where(select, again.kept)
    select.set(
        "expressions", [aliased(tree, name) for name, tree in (*((key, column(key)) for key in again.keys), *again.columns)]
    )
    _group(select, len(again.keys))
    return _ordered(select, plan)


def _by_size(plan: Shown) -> exp.Select:
    """The finished rows, ordered one level above: PostgreSQL computes nothing with the name of a column that it only gives."""
    select = _selected(lower(replace(plan, order=(), limit=None)), _WHOLE)
    select.set("expressions", [aliased(column(name), name) for name in plan.names])
    return _ordered(select, plan)


def _of_each(plan: Shown, most: int) -> exp.Select:
    """The finished rows numbered within each group, in the order asked for; of each group the first ones."""
    names = plan.names
    rows = _selected(lower(replace(plan, each=(), order=(), limit=None)), _RANKED)
    within = _sorted((name, desc) for name, desc in plan.order if name not in plan.each)
    place = exp.Window(this=exp.RowNumber(), partition_by=[column(name) for name in plan.each], order=within, over="OVER")
    rows.set("expressions", [*(aliased(column(name), name) for name in names), aliased(place, _PLACE)])
    kept = _where(_selected(rows, _PLACED), [exp.LTE(this=column(_PLACE), expression=number(most))])
    kept.set("expressions", [aliased(column(name), name) for name in names])
    return _ordered(kept, replace(plan, limit=None))


def scanned(scan: Scanned) -> exp.Expression:
    """A table, or where a grant restricts its rows, a SELECT of the allowed ones."""
    if not scan.only:
        return table(scan.model.relation, scan.alias)
    where = exp.Where(this=both(scan.only))
    rows = exp.Select(expressions=[exp.Star()], from_=exp.From(this=table(scan.model.relation, scan.alias)), where=where)
    return _sub(rows, scan.alias)


def _of_parts(parts: tuple[Part, ...]) -> dict[str, exp.Expression]:
    known: dict[str, exp.Expression] = {name: column(name, _PARTS) for name, _ in parts[0].keys}
    names = [*(each.name for part in parts for each in part.measures), *_marks(parts)]
    return known | {name: exp.Max(this=column(name, _PARTS)) for name in names}


def _marks(parts: tuple[Part, ...]) -> list[str]:
    return [part.present for part in parts if part.present]


def _columns(part: Part) -> dict[str, exp.Expression]:
    return {name: column(name, _PART) for name in (*(name for name, _ in part.keys), *(each.name for each in part.measures))}


def _combined(node: Combined) -> exp.Select:
    every = [measure for part in node.parts for measure in part.measures]
    union: exp.Expression | None = None
    for part in sorted(node.parts, key=_typed):
        select = _widened(part, every, _marks(node.parts))
        union = select if union is None else exp.Union(this=union, expression=select, distinct=False)
    return _selected(union, _PARTS)


def _widened(part: Part, every: list[Measure], marks: list[str]) -> exp.Select:
    """One part with a column for each measure of all parts, its own filled and the others absent, and those that tell parts."""
    own = {measure.name for measure in part.measures}
    if isinstance(part, Aggregated):
        trees = {measure.name: measure.tree for measure in part.measures}
        filled_in = [(each.name, trees[each.name] if each.name in own else _absent(each)) for each in every]
        return _aggregated(part, filled_in + _told(part, marks))
    select, known = _selected(_part(part), _PART), _columns(part)
    names = [(name, known[name]) for name, _ in part.keys]
    names += [(each.name, known[each.name] if each.name in own else _absent(each)) for each in every] + _told(part, marks)
    select.set("expressions", [aliased(tree, name) for name, tree in names])
    return select


def _told(part: Part, marks: list[str]) -> list[tuple[str, exp.Expression]]:
    return [(mark, number(1) if mark == part.present else cast(exp.Null(), "SMALLINT")) for mark in marks]


def _part(part: Part) -> exp.Select:
    """One part as a SELECT of its keys and measures under their names."""
    match part:
        case Rolled():
            return _rolled(part)
        case OnSpine():
            return _on_spine(part)
        case Converted():
            return _converted(part)
    return _aggregated(part, [(each.name, each.tree) for each in part.measures])


def _aggregated(part: Aggregated, measures: list[tuple[str, exp.Expression]]) -> exp.Select:
    select = _from(part.rows)
    select.set("expressions", [aliased(tree, name) for name, tree in (*part.keys, *measures)])
    _group(select, len(part.keys))
    return select


def _rolled(node: Rolled) -> exp.Select:
    """The first or last time's measures by a window over each group, or their average; then one row a group."""
    keys = [name for name, _ in node.keys]
    names = [each.name for each in node.measures]
    if node.how == "average":
        select = _selected(_part(node.part), _PART)
        measured: dict[str, exp.Expression] = {each.name: exp.Avg(this=_present(each)) for each in node.measures}
    else:
        inner = _selected(_part(node.part), _PART)
        chosen = {each.name: _at_edge(each, keys, node.time, last=node.how == "last") for each in node.measures}
        inner.set(
            "expressions", [*(aliased(column(key, _PART), key) for key in keys), *(aliased(chosen[name], name) for name in names)]
        )
        select = _selected(inner, _PART)
        measured = {name: exp.Max(this=column(name, _PART)) for name in names}
    select.set(
        "expressions", [*(aliased(column(key, _PART), key) for key in keys), *(aliased(measured[name], name) for name in names)]
    )
    _group(select, len(keys))
    return select


def _present(measure: Measure) -> exp.Expression:
    value = column(measure.name, _PART)
    return value if measure.absent is None else exp.Coalesce(this=value, expressions=[number(measure.absent)])


def _at_edge(measure: Measure, keys: list[str], time: str, *, last: bool) -> exp.Expression:
    order = _by(column(time, _PART), desc=last)
    whole = exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="UNBOUNDED", end_side="FOLLOWING")
    by = [column(key, _PART) for key in keys]
    return exp.Window(this=exp.FirstValue(this=_present(measure)), partition_by=by, order=order, spec=whole, over="OVER")


def _converted(node: Converted) -> exp.Select:
    """Conversions numbered; each met with its base rows, latest first; of each the first, grouped by the base's keys."""
    numbered = _from(node.conversions)
    trees = dict(node.columns)
    row = exp.Window(this=exp.RowNumber(), order=_by(trees["time"].copy(), desc=False), over="OVER")
    numbered.set("expressions", [*(aliased(tree, name) for name, tree in node.columns), aliased(row, "row_id")])
    select = _from(node.base)
    met: list[exp.Expression] = [
        exp.EQ(this=tree, expression=column(f"match_{n}", _CONVERSION)) for n, tree in enumerate(node.matches)
    ]
    met.append(exp.LTE(this=node.time, expression=column("time", _CONVERSION)))
    if node.window is not None:
        since = moved(column("time", _CONVERSION), -node.window[0], node.window[1])
        met.append(exp.GT(this=node.time.copy(), expression=since))
    select.append("joins", exp.Join(this=_sub(numbered, _CONVERSION), kind="INNER", on=both(met)))
    last = exp.Window(
        this=exp.RowNumber(), partition_by=[column("row_id", _CONVERSION)], order=_by(node.time.copy(), desc=True), over="OVER"
    )
    extra: Named = (("value", column("value", _CONVERSION)), ("place", last))
    select.set("expressions", [aliased(tree, name) for name, tree in (*node.keys, *extra)])
    whole = _where(_selected(select, _CONVERTED), [exp.EQ(this=column("place", _CONVERTED), expression=number(1))])
    keys = [aliased(column(name, _CONVERTED), name) for name, _ in node.keys]
    whole.set("expressions", [*keys, *(aliased(each.tree, each.name) for each in node.measures)])
    _group(whole, len(keys))
    return whole


def _by(tree: exp.Expression, *, desc: bool) -> exp.Order:
    return exp.Order(expressions=[exp.Ordered(this=tree, desc=desc, nulls_first=False)])


def _on_spine(node: OnSpine) -> exp.Select:
    """Distinct times of the spine, with the part's row for each, or without one."""
    moments = exp.Select(from_=exp.From(this=table(node.spine.relation, node.alias)), distinct=exp.Distinct())
    moments.set("expressions", [aliased(tree, name) for name, tree in node.times])
    _where(moments, node.conditions)
    names = [name for name, _ in node.times]
    on = both(exp.EQ(this=column(name, node.alias), expression=column(name, _PART)) for name in names)
    join = exp.Join(this=_sub(_part(node.part), _PART), side="LEFT", on=on)
    known = _columns(node) | {name: column(name, node.alias) for name in names}
    select = exp.Select(from_=exp.From(this=_sub(moments, node.alias)), joins=[join])
    select.set("expressions", [aliased(tree, name) for name, tree in known.items()])
    _where(select, [filled(each, by_name(known)) for each in node.after])
    return select


def _typed(part: Part) -> bool:
    """Whether the types of all its measures are known. Parts of which they are not stand first, where they decide them."""
    return all(each.kind in _ABSENT for each in part.measures)


def _absent(measure: Measure) -> exp.Expression:
    """A NULL with a type that gives way to the measure's own, where that is known: PostgreSQL takes two bare ones for text."""
    return cast(exp.Null(), _ABSENT[measure.kind]) if measure.kind in _ABSENT else exp.Null()


def _from(rows: Rows) -> exp.Select:
    match rows:
        case Filtered():
            return _where(_from(rows.rows), rows.conditions)
        case Picked():
            return _picked(rows)
        case Joined():
            select = _from(rows.left)
            select.append("joins", exp.Join(this=_right(rows.right), side="FULL" if rows.outer else "LEFT", on=rows.on))
            return select
        case Spread():
            plain = table(rows.spine.relation, rows.alias)
            spine = _sub(shifted(rows.spine, *rows.shift), rows.alias) if rows.shift else plain
            select = exp.Select(from_=exp.From(this=spine))
            select.append("joins", exp.Join(this=scanned(rows.rows), kind="INNER", on=rows.on))
            return select
    return exp.Select(from_=exp.From(this=_right(rows)))


def _picked(node: Picked) -> exp.Select:
    """The rows joined to the first or last time of each group of the very same rows."""
    select = _from(node.rows)
    edges = select.copy()
    edge: exp.Expression = exp.Max(this=node.time.copy()) if node.pick == "max" else exp.Min(this=node.time.copy())
    by: Named = tuple((f"by_{place}", tree) for place, tree in enumerate(node.by))
    edges.set("expressions", [*(aliased(tree.copy(), name) for name, tree in by), aliased(edge, "edge")])
    _group(edges, len(by))
    same = [exp.NullSafeEQ(this=tree.copy(), expression=column(name, _PICKED)) for name, tree in by]
    on = both([exp.EQ(this=node.time, expression=column("edge", _PICKED)), *same])
    select.append("joins", exp.Join(this=_sub(edges, _PICKED), kind="INNER", on=on))
    return select


def _right(right: Scanned | Looked | SpineScanned) -> exp.Expression:
    match right:
        case Looked():
            return _sub(lower(right.plan), right.alias)
        case SpineScanned():
            return table(right.spine.relation, right.alias)
    return scanned(right)


def _selected(rows: exp.Expression | None, alias: str) -> exp.Select:
    return exp.Select(from_=exp.From(this=_sub(rows, alias)))


def _sub(rows: exp.Expression | None, alias: str) -> exp.Subquery:
    return exp.Subquery(this=rows, alias=exp.TableAlias(this=identifier(alias)))


def _where(select: exp.Select, conditions: Iterable[exp.Expression]) -> exp.Select:
    whole = both(conditions)
    if whole is not None:
        select.set("where", exp.Where(this=whole))
    return select


def _group(select: exp.Select, keys: int) -> None:
    if keys:
        select.set("group", exp.Group(expressions=[number(place + 1) for place in range(keys)]))


def _sorted(order: Iterable[tuple[str, bool]]) -> exp.Order:
    return exp.Order(expressions=[exp.Ordered(this=_placing(name), desc=desc, nulls_first=False) for name, desc in order])


def _placing(name: str) -> exp.Expression:
    return exp.Abs(this=column(name.removesuffix(SIZE))) if name.endswith(SIZE) else column(name)


def _ordered(select: exp.Select, plan: Shown) -> exp.Select:
    if plan.order:
        select.set("order", _sorted(plan.order))
    if plan.limit is not None:
        select.set("limit", exp.Limit(expression=number(plan.limit)))
    return select
