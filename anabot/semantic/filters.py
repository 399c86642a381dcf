"""dbt's filter templates as typed trees: `{{ Dimension('order__channel') }} = 'online'`.

A template is read, never executed and never pasted: what stands in braces becomes a `Ref`, the rest is parsed as one
SQL condition in which a column named `ref_0` stands for the first Ref. It never resolves a name.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sqlglot import exp

from anabot.semantic.expressions import one

_BRACES = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_SLOT = re.compile(r"__ref_(\d+)")
_KINDS: dict[str, Literal["dimension", "entity", "metric"]] = {
    "Dimension": "dimension",
    "TimeDimension": "dimension",
    "Entity": "entity",
    "Metric": "metric",
}
_FORBIDDEN = (exp.Query, exp.Subquery, exp.DML, exp.DDL, exp.Command, exp.Window, exp.AggFunc, exp.Star)


class BadTemplate(ValueError):
    """The words after it say what cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ref:
    """One name inside a template: a dimension (perhaps with grain or date part), an entity, or a metric per entity."""

    kind: Literal["dimension", "entity", "metric"]
    name: str
    grain: str = ""
    part: str = ""
    group_by: tuple[str, ...] = ()
    descending: bool = False

    @property
    def dunder(self) -> str:
        """The name as a query writes it, grain and part included."""
        if self.part:
            return f"{self.name}__extract_{self.part}"
        return f"{self.name}__{self.grain}" if self.grain else self.name

    @property
    def met_by(self) -> tuple[str, ...]:
        """The names that rows must have to meet it: its own; where it is a metric, the last of each of its keys."""
        return tuple(name.rpartition("__")[2] for name in self.group_by) if self.kind == "metric" else (self.dunder,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicate:
    """A condition of the data team's. `tree` has columns `__ref_<n>` where `refs[n]` is meant."""

    text: str
    tree: exp.Expression
    refs: tuple[Ref, ...]


def parse_filter(text: str, dialect: str = "duckdb") -> Predicate:
    """Read one filter template.

    Raises:
        BadTemplate: a call that dbt does not have, or SQL that is not one condition.
    """
    refs: list[Ref] = []

    def slot(match: re.Match[str]) -> str:
        refs.append(parse_ref(match.group(1)))
        return f"__ref_{len(refs) - 1}"

    body = _BRACES.sub(slot, text)
    if "{" in body or "}" in body:
        raise BadTemplate("Only `{{ Dimension(…) }}`, `TimeDimension`, `Entity` and `Metric` may stand in braces.")
    tree = parse_condition(body, dialect)
    used = {int(_SLOT.fullmatch(c.name)[1]) for c in tree.find_all(exp.Column) if _SLOT.fullmatch(c.name)}  # type: ignore[index] # matched
    if used != set(range(len(refs))):
        raise BadTemplate("A name in braces stands inside quotes, so it would be text, not a reference.")
    tree, refs = _bare_names(tree, refs)
    return Predicate(text=text.strip(), tree=tree, refs=tuple(refs))


def parse_condition(sql: str, dialect: str) -> exp.Expression:
    """One SQL condition without queries, aggregates or stars."""
    tree = one(sql, dialect)
    if tree is None:
        raise BadTemplate(f"`{sql.strip()[:200]}` is not one SQL condition.")
    if next(tree.find_all(*_FORBIDDEN), None) is not None:
        raise BadTemplate("A condition compares columns and values; it holds no query, aggregate or window.")
    return tree


def parse_ref(call: str) -> Ref:
    """Read `TimeDimension('metric_time', 'day')`, chained `.grain(…)` and the like, or a bare `order__channel`."""
    try:
        node = ast.parse(call.strip(), mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise BadTemplate(f"`{call.strip()}` is not a call such as `Dimension('entity__name')`.") from error
    return _ref(node, call.strip())


def _ref(node: ast.expr, text: str) -> Ref:
    if isinstance(node, ast.Name):
        return Ref(kind="dimension", name=node.id)
    if not isinstance(node, ast.Call):
        raise BadTemplate(f"`{text}` is not a call such as `Dimension('entity__name')`.")
    if isinstance(node.func, ast.Attribute):
        return _chained(_ref(node.func.value, text), node, text)
    kind = _KINDS.get(node.func.id) if isinstance(node.func, ast.Name) else None
    if kind is None:
        raise BadTemplate(f"`{text}` must be one of {', '.join(_KINDS)}.")
    args, named = _literals(node, text)
    if not args or not isinstance(args[0], str):
        raise BadTemplate(f"`{text}` must name something in quotes.")
    second = args[1] if len(args) > 1 else None
    if kind == "metric":
        return Ref(kind=kind, name=args[0], group_by=tuple(named.get("group_by", second) or ()))  # type: ignore[arg-type] # literals of dbt
    path = named.get("entity_path") or ()
    name = "__".join([*(str(part) for part in path), args[0]]) if isinstance(path, list | tuple) else args[0]
    grain = named.get("time_granularity_name", second if isinstance(second, str) else None)
    return Ref(kind=kind, name=name, grain=str(grain or "").lower(), part=str(named.get("date_part_name") or "").lower())


def _chained(ref: Ref, node: ast.Call, text: str) -> Ref:
    args, _ = _literals(node, text)
    method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    value = args[0] if args else True
    match method:
        case "grain":
            return replace(ref, grain=str(value).lower())
        case "date_part":
            return replace(ref, part=str(value).lower())
        case "descending":
            return replace(ref, descending=bool(value))
    raise BadTemplate(f"`{text}` calls `.{method}`, which dbt does not have.")


def _literals(node: ast.Call, text: str) -> tuple[list[object], dict[str, object]]:
    try:
        args = [ast.literal_eval(arg) for arg in node.args]
        return args, {str(kw.arg): ast.literal_eval(kw.value) for kw in node.keywords}
    except ValueError as error:
        raise BadTemplate(f"`{text}` may hold only plain values.") from error


def _bare_names(tree: exp.Expression, refs: Sequence[Ref]) -> tuple[exp.Expression, list[Ref]]:
    """Columns written without braces are names of the semantic layer too, never physical columns."""
    found = list(refs)
    for column in list(tree.find_all(exp.Column)):
        if _SLOT.fullmatch(column.name):
            continue
        if column.table:
            raise BadTemplate(f"`{column.sql()}` names a table; name a dimension instead.")
        found.append(Ref(kind="dimension", name=column.name))
        column.set("this", exp.to_identifier(f"__ref_{len(found) - 1}"))
    return tree, found
