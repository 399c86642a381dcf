"""The answer key of Halden: every part of the company answers from its own events.

A part is a module with `truth(world) -> {"metrics": …, "bridges": …, "traps": …}`. It never reads SQL, Parquet or `anabot`.

`metrics[name]` is a list of `{"period": [start, end] | null, "group_by": […], "where": {…}, "rows": [[…groups, value]]}`.
"""

from __future__ import annotations

from typing import Any, Protocol

from demo.halden import load_log, truth_finance, truth_growth, truth_ops, truth_people, truth_supply
from demo.halden.world import World


class Part(Protocol):
    """One part of the company."""

    def truth(self, world: World) -> dict[str, dict[str, Any]]:
        """Its metrics, bridges and traps."""


PARTS: tuple[Part, ...] = (load_log, truth_finance, truth_growth, truth_ops, truth_supply, truth_people)


def truth(world: World) -> dict[str, dict[str, Any]]:
    """All parts in one."""
    merged: dict[str, dict[str, Any]] = {"metrics": {}, "bridges": {}, "traps": {}}
    for part in PARTS:
        for kind, entries in part.truth(world).items():
            merged.setdefault(kind, {}).update(entries)
    return merged
