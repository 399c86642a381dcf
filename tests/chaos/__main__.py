"""`make chaos`: three seeds of three workers on PostgreSQL, beside them of one on SQLite. The last line is the verdict over all.

`--short` is what the tests run: one seed of each. It ends with 1 where anything was lost or posted twice.
"""

from __future__ import annotations

import sys

from tests.chaos.life import POINTS
from tests.chaos.story import Verdict
from tests.chaos.telling import all_on_postgres, all_on_sqlite, beside

SEEDS = (1, 2, 3)
ON_POSTGRES, ON_SQLITE = 100, 20
SHORT_ON_POSTGRES, SHORT_ON_SQLITE = 24, 16


def main() -> None:
    """Tell the stories, and say what became of the slots."""
    short = "--short" in sys.argv[1:]
    seeds = SEEDS[:1] if short else SEEDS
    with beside() as other:  # a life is mostly spent waiting
        on_files = other.submit(all_on_sqlite, seeds, SHORT_ON_SQLITE if short else ON_SQLITE)
        told = [*all_on_postgres(seeds, SHORT_ON_POSTGRES if short else ON_POSTGRES), *on_files.result()]
    points = frozenset[str]().union(*(verdict.points for verdict in told))
    print(
        f"killed at {len(points)} of {len(POINTS)} named points, and at random; not at: {', '.join(sorted({*POINTS} - points))}"
    )
    whole = Verdict(
        slots=sum(verdict.slots for verdict in told),
        kills=sum(verdict.kills for verdict in told),
        lost=tuple(slot for verdict in told for slot in verdict.lost),
        twice=tuple(slot for verdict in told for slot in verdict.twice),
    )
    print(whole)
    sys.exit(1 if whole.lost or whole.twice else 0)


if __name__ == "__main__":
    main()
