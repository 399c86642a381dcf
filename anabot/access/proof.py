"""Prove, on the text that is about to run, that a grant's row rules hold at every physical scan.

A scan is restricted when it stands alone in a SELECT whose WHERE says so: by the rule's own dimension and exactly its values, or
by a semi-join to a scan that is. It knows the registry's join graph and nothing of how the compiler works.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from anabot.errors import UnsafeQuery
from anabot.semantic.catalog import catalog_of
from anabot.semantic.registry import Registry
from anabot.types import Cell, Grant, RowRule

Relation = tuple[str, ...]
Key = tuple[bool, frozenset[str]]  # whether it is a bare column, and the columns it is made of


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row rule over physical relations.

    `dimension` is the restricted expression; `joins` are the many-to-one steps of the registry, each (relation, its key,
    relation, its key); `apart` are relations from which none leads to the protected one: they may only be joined to others.
    """

    relation: Relation
    dimension: Key
    values: tuple[str, ...]
    joins: frozenset[tuple[Relation, Key, Relation, Key]]
    apart: frozenset[Relation]


def rules_of(registry: Registry, grant: Grant) -> tuple[Rule, ...]:
    """The grant's row rules as this proof needs them.

    Raises:
        UnsafeQuery: a rule names what the registry does not have.
    """
    return tuple(_rule(registry, rule) for rule in grant.rows)


def prove(tree: exp.Expression, rules: Sequence[Rule], params: Sequence[Cell]) -> None:
    """Nothing, if every scan in `tree` obeys every rule.

    Raises:
        UnsafeQuery: naming the relation whose scan is not restricted.
    """
    if not rules:
        return
    for scan in tree.find_all(exp.Table):
        for rule in rules:
            if not _obeys(scan, rule, params):
                name = ".".join(part.name for part in scan.parts)
                raise UnsafeQuery(
                    "This query was not run.", why=f"It reads `{name}` without your row rules.", todo="Tell the data team."
                )


def _rule(registry: Registry, rule: RowRule) -> Rule:
    model = registry.models.get(rule.model)
    dimension = model.dimensions.get(rule.dimension) if model else None
    if model is None or dimension is None:
        what = f"{rule.model}.{rule.dimension}"
        raise UnsafeQuery(
            "This query was not run.", why=f"A row rule names `{what}`, which does not exist.", todo="Run `anabot check`."
        )
    catalog = catalog_of(registry)
    leading = {each.relation for each in registry.models.values() if catalog.paths(each.name, rule.model)}
    return Rule(
        relation=model.relation,
        dimension=_key(dimension.tree),
        values=rule.values,
        joins=frozenset(_joins(registry)),
        apart=frozenset(each.relation for each in registry.models.values() if each.relation not in leading),
    )


def _joins(registry: Registry) -> Iterator[tuple[Relation, Key, Relation, Key]]:
    for left in registry.models.values():
        for right in registry.models.values():
            for name in left.entities.keys() & right.entities.keys():
                if right.entities[name].kind in ("primary", "unique") and left is not right:
                    yield left.relation, _key(left.entities[name].tree), right.relation, _key(right.entities[name].tree)


def _key(tree: exp.Expr) -> Key:
    return isinstance(tree, exp.Column), frozenset(column.name for column in tree.find_all(exp.Column))


def _obeys(scan: exp.Table, rule: Rule, params: Sequence[Cell]) -> bool:
    relation = tuple(part.name for part in scan.parts)
    if relation in rule.apart:
        return isinstance(scan.parent, exp.Join)
    select = _alone(scan)
    return select is not None and any(_restricts(part, scan, relation, rule, params) for part in _conjuncts(select))


def _alone(scan: exp.Table) -> exp.Select | None:
    """The SELECT in which the scan is the only source."""
    source = scan.parent
    select = source.parent if isinstance(source, exp.From) else None
    return select if isinstance(select, exp.Select) and not select.args.get("joins") else None


def _conjuncts(select: exp.Select) -> Iterator[exp.Expr]:
    where = select.args.get("where")
    waiting = [where.this] if where is not None else []
    while waiting:
        part = waiting.pop()
        if isinstance(part, exp.And):
            waiting += [part.this, part.expression]
        else:
            yield part


def _restricts(part: exp.Expr, scan: exp.Table, relation: Relation, rule: Rule, params: Sequence[Cell]) -> bool:
    if isinstance(part, exp.Boolean):
        return not part.this
    if not isinstance(part, exp.EQ | exp.In) or not _of(part.this, scan):
        return False
    inner = part.args.get("query")
    if inner is not None:
        return _leads(inner, relation, _key(part.this), rule, params)
    right = [part.expression] if isinstance(part, exp.EQ) else part.expressions
    return relation == rule.relation and _key(part.this) == rule.dimension and _bound(right, rule, params)


def _of(tree: exp.Expr, scan: exp.Table) -> bool:
    columns = list(tree.find_all(exp.Column))
    return bool(columns) and all(column.table == scan.alias_or_name for column in columns)


def _leads(query: exp.Expr, relation: Relation, key: Key, rule: Rule, params: Sequence[Cell]) -> bool:
    """Whether `query` gives keys of a restricted scan, over a join that the registry knows."""
    select = query.this if isinstance(query, exp.Subquery) else query
    if not isinstance(select, exp.Select) or len(select.expressions) != 1 or not isinstance(select.args.get("from_"), exp.From):
        return False
    scan, given = select.args["from_"].this, select.expressions[0].unalias()
    if not isinstance(scan, exp.Table) or not _of(given, scan):
        return False
    there = tuple(part.name for part in scan.parts)
    step = (relation, key, there, _key(given))
    return there not in rule.apart and step in rule.joins and _obeys(scan, rule, params)


def _bound(right: Sequence[exp.Expr], rule: Rule, params: Sequence[Cell]) -> bool:
    """Whether the right side is placeholders alone, and as far as they are numbered, for exactly the rule's values."""
    if not right or not all(isinstance(each, exp.Placeholder) for each in right):
        return False
    numbers = [each.name for each in right]
    if not all(number.isdigit() for number in numbers):
        return len(numbers) <= len(rule.values)
    found = _values(numbers, params)
    return found is not None and found <= {value.lower() for value in rule.values}


def _values(numbers: Sequence[str], params: Sequence[Cell]) -> set[str] | None:
    places: Mapping[int, Cell] = dict(enumerate(params, 1))
    known = all(int(number) in places for number in numbers)
    return {str(places[int(number)]).lower() for number in numbers} if known else None
