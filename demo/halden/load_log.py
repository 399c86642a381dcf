"""The load log: when each raw table was last loaded, and how far its events reach.

Loads run every morning of the last seven days before the demo's instant. It never loads anything itself.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from demo.halden import columns
from demo.halden.world import AS_OF_DAY, World

# The hour and minute (UTC) at which each source lands.
LANDS = {
    "aws": (12, 10),
    "billing": (11, 42),
    "crm": (13, 0),
    "demand": (11, 0),
    "fin": (10, 30),
    "gcp": (12, 25),
    "growth": (13, 20),
    "hr_xref": (9, 30),
    "hris": (9, 0),
    "ops": (12, 40),
    "perf": (9, 10),
    "proc": (10, 5),
    "supply": (11, 20),
    "wfa": (9, 20),
}
MORNINGS = 7


def source_of(schema: str) -> str:
    """The name that the semantic layer uses for a raw schema: `raw_billing` is `billing`."""
    return schema.removeprefix("raw_")


def table(tables: dict[str, pa.Table]) -> pa.Table:
    """`load_log` for these tables: source, table, loaded_at, max_event_ts, rows."""
    rows: list[tuple[str, str, int, int, int]] = []
    for name in sorted(tables):
        schema, _, short = name.partition(".")
        source = source_of(schema)
        hour, minute = LANDS[source]
        newest = _newest(tables[name])
        for back in range(MORNINGS - 1, -1, -1):
            loaded = columns.instant(AS_OF_DAY - back, hour, minute)
            rows.append((source, short, loaded, min(newest - back * columns.DAY_SECONDS, loaded), tables[name].num_rows))
    source_names, table_names, loaded_at, newest_at, counts = zip(*rows, strict=True)
    return columns.table(
        {
            "source": columns.text(source_names),
            "table": columns.text(table_names),
            "loaded_at": columns.stamps(loaded_at),
            "max_event_ts": columns.stamps(newest_at),
            "rows": columns.whole(counts),
        }
    )


def truth(_world: World) -> dict[str, dict[str, Any]]:
    """When each source was last loaded, in UTC."""
    last = {source: instant.isoformat() for source, instant in _last_loads().items()}
    return {
        "metrics": {
            "data_as_of": [
                {"period": None, "group_by": [], "where": {}, "rows": [[max(last.values())]]},
                {
                    "period": None,
                    "group_by": ["source"],
                    "where": {},
                    "rows": [[source, last[source]] for source in sorted(last)],
                },
            ]
        }
    }


def _last_loads() -> dict[str, dt.datetime]:
    day = columns.as_date(AS_OF_DAY)
    return {source: dt.datetime.combine(day, dt.time(hour, minute)) for source, (hour, minute) in LANDS.items()}


def _newest(table: pa.Table) -> int:
    """The latest instant in the table's time columns that is not in the future, or the load day's start."""
    limit = columns.instant(AS_OF_DAY)
    found = [_latest(table.column(field.name), limit) for field in table.schema if pa.types.is_temporal(field.type)]
    return max((instant for instant in found if instant is not None), default=limit)


def _latest(column: pa.ChunkedArray, limit: int) -> int | None:
    stamps = column.cast(pa.timestamp("us"))
    most = pa.scalar(limit * 1_000_000, pa.int64()).cast(pa.timestamp("us"))
    latest = pc.max(stamps.filter(pc.less_equal(stamps, most)))
    return None if latest.as_py() is None else int(latest.value // 1_000_000)
