"""The systems of Halden, in the order they are written.

A system is a module with `tables(world)`: Arrow tables by `schema.table`. It never holds the truth; `truth` lists that.
"""

from __future__ import annotations

from typing import Protocol

import pyarrow as pa

from demo.halden import (
    billing,
    cloud,
    crm,
    demand,
    entities,
    hris,
    marketing,
    ops,
    perf,
    procurement,
    program_map,
    rates,
    supply,
    trials,
    wfa,
)
from demo.halden.world import World


class Source(Protocol):
    """One system's raw tables."""

    def tables(self, world: World) -> dict[str, pa.Table]:
        """Arrow tables by `schema.table`, the same for the same world."""


ALL: tuple[Source, ...] = (
    entities,
    rates,
    program_map,
    billing,
    procurement,
    cloud,
    crm,
    trials,
    marketing,
    ops,
    supply,
    demand,
    hris,
    perf,
    wfa,
)
