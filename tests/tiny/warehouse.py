"""Write the bakery's warehouse as one DuckDB file, or to PostgreSQL. Never random: the same rows every time."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import psycopg

REGIONS = [("north", "North", "Nordland"), ("south", "South", "Nordland"), ("isles", "Isles", "Insula")]
SHOPS = [(1, "Harbour", "north"), (2, "Market", "north"), (3, "Castle", "south"), (4, "Ferry", "isles"), (5, "Popup", None)]
TIERS = ["gold", "silver", "bronze", None]
CHANNELS = ["counter", "online", "phone"]
PRODUCTS = ["bread", "cake", "coffee"]
FIRST_DAY = dt.date(2025, 1, 6)

CANARY = "Quillon Canarywood"  # a customer whose name stands in no answer; tests/canary.py looks for it everywhere

TABLES = {
    "regions": "region_id VARCHAR, region VARCHAR, country VARCHAR",
    "shops": "shop_id INTEGER, shop VARCHAR, region_id VARCHAR, opened_on DATE",
    "customers": "customer_id INTEGER, customer VARCHAR, tier VARCHAR, signed_up_on DATE, phone VARCHAR",
    "orders": "order_id INTEGER, shop_id INTEGER, customer_id INTEGER, ordered_on DATE, channel VARCHAR, is_gift BOOLEAN, "
    "minutes INTEGER",
    "order_lines": "line_id INTEGER, order_id INTEGER, sold_on DATE, product VARCHAR, quantity INTEGER, amount DECIMAL(12,2)",
    "costs": "cost_id INTEGER, shop_id INTEGER, spent_at TIMESTAMP, kind VARCHAR, amount DECIMAL(12,2)",
    "staff": "staff_id INTEGER, shop_id INTEGER, as_of DATE, job VARCHAR, rating VARCHAR, hours DECIMAL(8,2)",
    "load_log": "load_id INTEGER, source VARCHAR, loaded_at TIMESTAMP",
}


def orders() -> list[tuple[Any, ...]]:
    """Ninety orders, one a week and then some, over five shops, 2025-01 to 2026-09; customer 13 is nobody we know."""
    return [
        (
            n,
            (n * 7) % 5 + 1,
            (n * 5) % 13 + 1,
            FIRST_DAY + dt.timedelta(days=n * 7 - (n % 3)),
            CHANNELS[n % 3],
            n % 4 == 0,
            None if n % 11 == 0 else 5 + n % 17,
        )
        for n in range(1, 91)
    ]


def order_lines() -> list[tuple[Any, ...]]:
    """One to three lines an order. One is a refund, one has no amount."""
    lines: list[tuple[Any, ...]] = []
    for order_id, _shop, _customer, day, *_ in orders():
        for k in range(order_id % 3 + 1):
            line = len(lines) + 1
            amount: Decimal | None = Decimal(order_id * 37 % 101 + 3) + Decimal(line * 17 % 100) / 100
            amount = -amount if line == 50 else None if line == 60 else amount
            lines.append((line, order_id, day, PRODUCTS[(order_id + k) % 3], k + 1, amount))
    return lines


def costs() -> list[tuple[Any, ...]]:
    """Two costs a month, at times of the day that matter to half-open periods."""
    rows: list[tuple[Any, ...]] = []
    for month in range(21):
        year, number = divmod(month, 12)
        for kind, shop, hour in (("flour", month % 4 + 1, 0), ("rent", month % 5 + 1, 23)):
            when = dt.datetime(2025 + year, number + 1, 1 if kind == "flour" else 28, hour, 59 if hour else 0)  # noqa: DTZ001 - naive, as stored
            rows.append((len(rows) + 1, shop, when, kind, Decimal(20 + month) + Decimal(month * 3 % 10) / 10))
    return rows


def staff() -> list[tuple[Any, ...]]:
    """Nine people in four shops on the first day of each of three months."""
    jobs, ratings = ["baker", "clerk", "driver"], ["low", "solid", "high"]
    return [
        (n, n % 4 + 1, dt.date(2026, month, 1), jobs[n % 3], ratings[n % 3 - 1], Decimal(30 + n) + Decimal("0.25"))
        for month in (7, 8, 9)
        for n in range(1, 10)
    ]


def rows() -> dict[str, list[tuple[Any, ...]]]:
    """Every table's rows, in the column order of TABLES."""
    day = dt.date(2024, 6, 1)
    return {
        "regions": list(REGIONS),
        "shops": [(n, name, region, day + dt.timedelta(days=40 * n)) for n, name, region in SHOPS],
        "customers": [
            (n, CANARY if n == 12 else f"Customer {n}", TIERS[n % 4], dt.date(2025, n % 12 + 1, 2), f"555-01{n:02d}")
            for n in range(1, 13)
        ],
        "orders": orders(),
        "order_lines": order_lines(),
        "costs": costs(),
        "staff": staff(),
        "load_log": [
            (1, "till", dt.datetime(2026, 9, 27, 4, 0)),  # noqa: DTZ001 - naive UTC, as stored
            (2, "till", dt.datetime(2026, 9, 28, 4, 0)),  # noqa: DTZ001
            (3, "books", dt.datetime(2026, 9, 26, 5, 30)),  # noqa: DTZ001
            (4, "people", dt.datetime(2026, 9, 1, 6, 0)),  # noqa: DTZ001
        ],
    }


def build(path: Path) -> None:
    """Write the whole warehouse to a DuckDB file at `path`, replacing what was there."""
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as con:
        con.execute("CREATE SCHEMA crumb")
        for table, content in rows().items():
            con.execute(f"CREATE TABLE crumb.{table} ({TABLES[table]})")
            con.executemany(f"INSERT INTO crumb.{table} VALUES ({', '.join('?' * len(content[0]))})", content)


def build_postgres(server: psycopg.Connection[Any]) -> None:
    """Write the whole warehouse to a PostgreSQL database that does not have it yet."""
    server.execute("CREATE SCHEMA crumb")
    for table, content in rows().items():
        server.execute(f"CREATE TABLE crumb.{table} ({TABLES[table]})")  # type: ignore[call-overload]
        marks = ", ".join(["%s"] * len(content[0]))
        server.cursor().executemany(f"INSERT INTO crumb.{table} VALUES ({marks})", content)  # type: ignore[arg-type]
