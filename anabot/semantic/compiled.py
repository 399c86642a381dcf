"""What compiling gives: statements, and all that guarding, running and recording them needs to know."""

from __future__ import annotations

from dataclasses import dataclass

from anabot.semantic.people import Asked
from anabot.semantic.pieces import Crossing
from anabot.semantic.query import MetricQuery
from anabot.semantic.render import Prepared
from anabot.types import Column


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A question ready to be guarded and run. `metrics` includes inputs; `models` are all that are read.

    `people` are its metrics about people: their small groups are left out of the rows, and only then the limit is applied.
    `masked` are the names in it of what is only seen masked.
    """

    query: MetricQuery
    prepared: tuple[Prepared, ...]
    columns: tuple[Column, ...]
    models: tuple[str, ...]
    relations: frozenset[tuple[str, ...]]
    metrics: tuple[str, ...]
    crossings: tuple[Crossing, ...] = ()
    people: tuple[Asked, ...] = ()
    masked: tuple[str, ...] = ()
