"""Ana's own sentence, held against its rows before it is said: what they do not bear out gives way to the bare values.

That would be a fault of the sentence and not of the data, so it is logged, by metric and never by value. It never mends a text.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from anabot.agent.grounding import Shown, ground, names_of
from anabot.semantic.registry import Registry
from anabot.semantic.units import shown_cell
from anabot.types import Table

log = structlog.get_logger()
_ROWS = "The rows are below as they came, without a sentence of mine."


def held(text: str, results: Sequence[Shown], table: Table, registry: Registry, metrics: tuple[str, ...]) -> str:
    """The text, where the results bear out all of it; without it the one value, or that the rows stand for themselves."""
    verdict = ground(text, results, names_of(registry, metrics))
    if verdict.holds:
        return text
    log.error("answer.not_borne_out", metrics=list(metrics), why=[claim.why for claim in verdict.claims])
    if len(table.rows) != 1:
        return _ROWS
    fiscal = registry.calendar.fiscal_start
    values = (shown_cell(table, 0, place, fiscal_start=fiscal) for place in range(len(table.columns)))
    return "\n".join(f"{column.label or column.name}: {value}" for column, value in zip(table.columns, values, strict=True))
