"""The algebra of a compiled question: a few frozen nodes over scalar SQL trees. Nothing here decides anything.

    Shown(Combined(Aggregated(Filtered(Joined(Scanned …)))))

Scanned     the rows of one semantic model, under an alias
Joined      … with columns of another model, many-to-one, so that rows never multiply
Filtered    … that meet all conditions
Aggregated  one row per distinct keys, with measures; without keys exactly one row
Combined    several of these met on their keys, NULL-safe: a row where any part has one
Shown       the columns people see: formulas over measures, conditions on them, order, limit
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlglot import exp

from anabot.semantic.registry import SemanticModel

Kind = Literal["number", "date", "time", "text"]  # what a measure holds: decides the type of its absence


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """`only` are conditions over the model's own columns that no join can get around: a grant's row rules."""

    model: SemanticModel
    alias: str
    only: tuple[exp.Expression, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """`left`, with the one matching row of `right` or NULLs."""

    left: Rows
    right: Scanned
    on: exp.Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Filtered:
    """The rows of `rows` where all conditions are true."""

    rows: Rows
    conditions: tuple[exp.Expression, ...]


Rows = Scanned | Joined | Filtered


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One aggregate, and the name formulas know it by."""

    name: str
    tree: exp.Expression
    kind: Kind = "number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregated:
    """`rows` grouped by `keys`, which are (name, tree)."""

    rows: Rows
    keys: tuple[tuple[str, exp.Expression], ...]
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Combined:
    """Parts with equal keys and different measures."""

    parts: tuple[Aggregated, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """`columns` are (name, formula over measures); keys come first. `order` is (name, descending)."""

    rows: Aggregated | Combined
    columns: tuple[tuple[str, exp.Expression], ...]
    having: tuple[exp.Expression, ...] = ()
    order: tuple[tuple[str, bool], ...] = ()
    limit: int | None = None
