"""Prove, on the text that is about to run, that a grant's row rules hold at every physical scan.

A scan is restricted when it stands alone in a SELECT whose WHERE says so: by the rule's own dimension and exactly its values, or
by a semi-join to a scan that is. It knows the registry's join graph and nothing of how the compiler works.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from anabot.errors import UnsafeQuery
from anabot.semantic.catalog import catalog_of, keeps_history
from anabot.semantic.registry import Registry, SemanticModel
from anabot.types import Cell, Grant, RowRule

Relation = tuple[str, ...]
Key = tuple[bool, frozenset[str]]  # whether it is a bare column, and the columns it is made of


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """Keys that a statement on another connection gave, which was proved to read only what the rules allow there."""

    tree: exp.Expression
    params: tuple[Cell, ...]
    keys: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row rule over physical relations.

    `dimension` is the restricted expression; `joins` are the many-to-one steps of the registry, each (relation, its key,
    relation, its key); `apart` are relations from which none leads to the protected one: they may only be joined to others.
    With `lower` the dimension is compared in lower case. `free` are calendars, which hold times and nothing of anybody.
    """

    relation: Relation
    dimension: Key
    values: tuple[str, ...]
    joins: frozenset[tuple[Relation, Key, Relation, Key]]
    apart: frozenset[Relation]
    lower: bool = False
    free: frozenset[Relation] = frozenset()


def rules_of(registry: Registry, grant: Grant, connection: str | None = None) -> tuple[Rule, ...]:
    """The grant's row rules as this proof needs them for a statement on `connection`: there its relations are those meant.

    Raises:
        UnsafeQuery: a rule names what the registry does not have.
    """
    return tuple(_rule(registry, rule, connection) for rule in grant.rows)


def prove(
    tree: exp.Expression,
    rules: Sequence[Rule],
    params: Sequence[Cell],
    *,
    lists: Sequence[Allowed] = (),
    role: str = "answer",
) -> None:
    """Nothing, if every scan in `tree` obeys every rule; of its keys, those in `lists` have been proved elsewhere.

    What only gives keys to choose by, for one rule, need not obey the others: they hold where those keys choose. The same is so
    for a whole statement of the role `allows`. Of one that `describes`, rows are only joined to those of others: `only_joined`;
    of one that `chooses`, keys only choose among those of others.

    Raises:
        UnsafeQuery: naming the relation whose scan is not restricted.
    """
    for scan in tree.find_all(exp.Table) if rules else ():
        obeyed = [_apart(scan, rule, role) or _obeys(scan, rule, params, lists) for rule in rules]
        if not (any(obeyed) if role == "allows" or _gives_keys(scan) else all(obeyed)):
            name = ".".join(part.name for part in scan.parts)
            raise UnsafeQuery(
                "This query was not run.", why=f"It reads `{name}` without your row rules.", todo="Tell the data team."
            )


def _apart(scan: exp.Table, rule: Rule, role: str) -> bool:
    return role in ("describes", "chooses") and tuple(part.name for part in scan.parts) in rule.apart


def _gives_keys(scan: exp.Table) -> bool:
    """Whether the scan stands in a list by which the rows of another single scan are chosen."""
    inside = scan.find_ancestor(exp.In)
    select = inside.find_ancestor(exp.Select) if inside is not None else None
    source = select.args.get("from_") if select is not None else None
    single = source is not None and isinstance(source.this, exp.Table) and select is not None and not select.args.get("joins")
    return single and select is not None and any(part is inside for part in conjuncts(select))


def only_joined(tree: exp.Expression, names: Collection[str]) -> None:
    """Nothing, if the answers `names`, which only describe others, are only joined to others.

    Raises:
        UnsafeQuery: naming the answer that stands alone.
    """
    for scan in tree.find_all(exp.Table):
        if scan.name in names and (not isinstance(scan.parent, exp.Join) or scan.parent.side != "LEFT"):
            why = f"It shows `{scan.name}` without what it describes."
            raise UnsafeQuery("This query was not run.", why=why, todo="Tell the data team.")


def _rule(registry: Registry, rule: RowRule, connection: str | None) -> Rule:
    model = registry.models.get(rule.model)
    dimension = model.dimensions.get(rule.dimension) if model else None
    if model is None or dimension is None:
        what = f"{rule.model}.{rule.dimension}"
        raise UnsafeQuery(
            "This query was not run.", why=f"A row rule names `{what}`, which does not exist.", todo="Run `anabot check`."
        )
    catalog = catalog_of(registry)
    here = [each for each in registry.models.values() if connection in (None, each.connection)]
    leading = {each.relation for each in here if catalog.paths(each.name, rule.model)}
    return Rule(
        relation=model.relation,
        dimension=_key(exp.Lower(this=dimension.tree.copy()) if rule.lower else dimension.tree),
        lower=rule.lower,
        values=rule.values,
        joins=frozenset(_joins(registry)),
        apart=frozenset(each.relation for each in here if each.relation not in leading),
        free=frozenset(each.relation for each in registry.spines) - {each.relation for each in registry.models.values()},
    )


def _joins(registry: Registry) -> Iterator[tuple[Relation, Key, Relation, Key]]:
    for left in registry.models.values():
        for right in registry.models.values():
            for name in left.entities.keys() & right.entities.keys():
                if left is not right and _tells(left, right, name):
                    yield left.relation, _key(left.entities[name].tree), right.relation, _key(right.entities[name].tree)


def _tells(left: SemanticModel, right: SemanticModel, name: str) -> bool:
    """Whether a row of `left` meets one row of `right` on the entity: where history is kept, one at a time."""
    there = right.entities[name].kind
    natural = there == "natural" and left.entities[name].kind != "natural" and keeps_history(right)
    return natural or there in ("primary", "unique")


def _key(tree: exp.Expr) -> Key:
    return isinstance(tree, exp.Column), frozenset(column.name for column in tree.find_all(exp.Column))


def _obeys(scan: exp.Table, rule: Rule, params: Sequence[Cell], lists: Sequence[Allowed]) -> bool:
    relation = tuple(part.name for part in scan.parts)
    if relation in rule.free:
        return True
    if relation in rule.apart:
        return _is_joined(scan)
    select = alone(scan)
    if select is None:
        return False
    return any(restricts(part, scan, relation, rule, params, lists) for part in conjuncts(select))


def _is_joined(scan: exp.Table) -> bool:
    """Whether the scan is joined to other rows, by itself or as the rows of it that another rule allows."""
    select = alone(scan)
    if select is None:
        return isinstance(scan.parent, exp.Join)
    whole = not any(select.args.get(each) for each in ("group", "having", "distinct", "limit"))
    whole = whole and not any(each.find(exp.AggFunc) for each in select.expressions)
    return whole and isinstance(select.parent, exp.Subquery) and isinstance(select.parent.parent, exp.Join)


def alone(scan: exp.Table) -> exp.Select | None:
    """The SELECT in which the scan is the only source."""
    source = scan.parent
    select = source.parent if isinstance(source, exp.From) else None
    return select if isinstance(select, exp.Select) and not select.args.get("joins") else None


def conjuncts(select: exp.Select) -> Iterator[exp.Expr]:
    """The conditions that must all be true of its rows."""
    where = select.args.get("where")
    waiting = [where.this] if where is not None else []
    while waiting:
        part = waiting.pop()
        if isinstance(part, exp.And):
            waiting += [part.this, part.expression]
        else:
            yield part


def restricts(
    part: exp.Expr, scan: exp.Table, relation: Relation, rule: Rule, params: Sequence[Cell], lists: Sequence[Allowed]
) -> bool:
    """Whether a condition lets through only rows of the scan that the rule allows."""
    if isinstance(part, exp.Boolean):
        return not part.this
    if not isinstance(part, exp.EQ | exp.In) or not _of(part.this, scan):
        return False
    inner = part.args.get("query")
    if inner is not None:
        return _leads(inner, relation, _key(part.this), rule, params, lists)
    right = [part.expression] if isinstance(part, exp.EQ) else part.expressions
    if relation == rule.relation and _key(part.this) == rule.dimension and (isinstance(part.this, exp.Lower) or not rule.lower):
        return _bound(right, rule.values, params)
    return any(
        _leads(each.tree, relation, _key(part.this), rule, each.params, lists) and _bound(right, each.keys, params)
        for each in lists
    )


def _of(tree: exp.Expr, scan: exp.Table) -> bool:
    columns = list(tree.find_all(exp.Column))
    return bool(columns) and all(column.table == scan.alias_or_name for column in columns)


def _leads(query: exp.Expr, relation: Relation, key: Key, rule: Rule, params: Sequence[Cell], lists: Sequence[Allowed]) -> bool:
    """Whether `query` gives keys of a restricted scan, over a join that the registry knows."""
    select = query.this if isinstance(query, exp.Subquery) else query
    if not isinstance(select, exp.Select) or len(select.expressions) != 1 or not isinstance(select.args.get("from_"), exp.From):
        return False
    scan, given = select.args["from_"].this, select.expressions[0].unalias()
    if not isinstance(scan, exp.Table) or not _of(given, scan):
        return False
    there = tuple(part.name for part in scan.parts)
    step = (relation, key, there, _key(given))
    return there not in rule.apart and step in rule.joins and _obeys(scan, rule, params, lists)


def _bound(right: Sequence[exp.Expr], values: Sequence[Cell], params: Sequence[Cell]) -> bool:
    """Whether the right side is placeholders alone, and as far as they are numbered, for these values and no others."""
    if not right or not all(isinstance(each, exp.Placeholder) for each in right):
        return False
    numbers = [each.name for each in right]
    if not all(number.isdigit() for number in numbers):
        return len(numbers) <= len(values)
    found = _values(numbers, params)
    return found is not None and found <= {str(value).lower() for value in values}


def _values(numbers: Sequence[str], params: Sequence[Cell]) -> set[str] | None:
    places: Mapping[int, Cell] = dict(enumerate(params, 1))
    known = all(int(number) in places for number in numbers)
    return {str(places[int(number)]).lower() for number in numbers} if known else None
