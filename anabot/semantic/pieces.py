"""What a plan over several connections is split into: plans for one connection each, and the names of what they give.

It looks at plans and decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from sqlglot import exp

from anabot.errors import BadQuery
from anabot.semantic.plan import (
    Aggregated,
    Combined,
    Converted,
    Filtered,
    Joined,
    Listed,
    Looked,
    Measure,
    Part,
    Picked,
    Rows,
    Scanned,
    Shown,
    SpineScanned,
    Spread,
)
from anabot.semantic.registry import SemanticModel, TimeSpine
from anabot.semantic.trees import column

MERGE = "merge"  # the connection of what is computed over the others' answers
Read = SemanticModel | TimeSpine
Role = Literal["part", "describes", "chooses"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A plan for one connection, and the name under which the merge reads its rows."""

    name: str
    connection: str
    plan: Shown
    role: Role = "part"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """Where rows of one answer are looked up in another by its columns `key_1` … `key_<keys>`, which name one row at most.

    `asked` is the (answer, column) whose values are looked up in a crosswalk; those it lacks are to be counted.
    """

    found: str
    keys: int
    model: str
    entity: str
    asked: tuple[str, str] | None = None


@dataclass(slots=True, kw_only=True)
class Pieces:
    """What has been split off so far, in the order in which it must be asked."""

    found: list[Piece] = field(default_factory=list)
    crossings: list[Crossing] = field(default_factory=list)
    _names: set[str] = field(default_factory=set)

    def name(self, connection: str) -> str:
        """A name for an answer of `connection` that no other has."""
        base = f"from_{re.sub('[^a-z0-9]', '_', connection.lower())}"
        name = next(name for n in range(1, 1_000) if (name := base if n == 1 else f"{base}_{n}") not in self._names)
        self._names.add(name)
        return name


def fetched(name: str, keys: Iterable[str], measures: Iterable[Measure]) -> Aggregated:
    """An answer that has been fetched, as a part of the merge."""
    return Aggregated(
        rows=answer(name),
        keys=tuple((key, column(key, name)) for key in keys),
        measures=tuple(replace(each, tree=exp.Max(this=column(each.name, name))) for each in measures),
    )


def answer(name: str) -> Scanned:
    """The rows of an answer that has been fetched."""
    return Scanned(model=SemanticModel(name=name, relation=(name,), connection=MERGE), alias=name)


def whole(parts: tuple[Part, ...]) -> Shown:
    """Parts of one connection as a plan of their own: keys, then measures, under their names."""
    names = [*(name for name, _ in parts[0].keys), *(each.name for part in parts for each in part.measures)]
    names += [part.present for part in parts if part.present and len(parts) > 1]
    rows = parts[0] if len(parts) == 1 else Combined(parts=parts)
    return Shown(rows=rows, columns=tuple((name, column(name)) for name in names))


def too_far(why: str, todo: str = "Ask for its parts one by one.") -> BadQuery:
    """The error of what cannot be computed over several connections."""
    return BadQuery("This question needs several connections.", why=why, todo=todo)


def lies_apart(node: Shown | Part | Rows) -> bool:
    """Whether it reads more than one connection, or looks ids up in a crosswalk, whose gaps must be counted."""
    found = list(reads(node))
    crosswalk = any(isinstance(each, SemanticModel) and each.crosswalk for each in found)
    return crosswalk or len({each.connection for each in found}) > 1


def connection_of(node: Shown | Part | Rows) -> str:
    """The connection of the first rows it reads: those that are counted."""
    return next(reads(node)).connection


def reads(node: Shown | Part | Rows | Looked | Combined | Listed) -> Iterator[Read]:
    """Every model and spine that it reads; first those whose rows are counted."""
    match node:
        case Scanned():
            yield node.model
        case SpineScanned():
            yield node.spine
        case Spread():
            yield from (node.rows.model, node.spine)
        case Joined():
            yield from reads(node.left)
            yield from reads(node.right)
        case Filtered() | Picked() | Aggregated() | Listed() | Shown():
            yield from reads(node.rows)
        case Looked():
            yield from reads(node.plan)
        case Combined():
            for part in node.parts:
                yield from reads(part)
        case Converted():
            yield from reads(node.base)
            yield from reads(node.conversions)
        case _:
            yield from reads(node.part)
