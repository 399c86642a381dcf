"""What each team has spent on a model, by the day in UTC. Sums only: it never knows who asked or what.

Dollars are kept as whole billionths, so that every database adds them up exactly.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from anabot.store.database import Database
from anabot.store.tables import spending

_NANO = Decimal(1_000_000_000)
_ADDED = ("turns", "tokens", "nano_usd", "ms")


class Spending:
    """A team's sums. Added to in one statement, so that many processes lose nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, team: str, *, turns: int, tokens: int, usd: Decimal, seconds: float) -> None:
        """Add to the team's day."""
        row = {"team": team, "day": _today(), "turns": turns, "tokens": tokens}
        row |= {"nano_usd": int((usd * _NANO).to_integral_value()), "ms": round(seconds * 1000)}
        insert = postgres_insert if self._database.is_postgres else sqlite_insert
        written = insert(spending).values(row)
        sums = {name: spending.c[name] + written.excluded[name] for name in _ADDED}
        with self._database.write() as connection:
            connection.execute(written.on_conflict_do_update(index_elements=["team", "day"], set_=sums))

    def today(self, team: str) -> tuple[int, int, Decimal, float]:
        """Turns, tokens, dollars and seconds of the team since midnight."""
        wanted = select(*(spending.c[name] for name in _ADDED)).where(spending.c.team == team, spending.c.day == _today())
        with self._database.read() as connection:
            row = connection.execute(wanted).first()
        return (row.turns, row.tokens, row.nano_usd / _NANO, row.ms / 1000) if row else (0, 0, Decimal(0), 0.0)


def _today() -> str:
    return dt.datetime.now(dt.UTC).date().isoformat()
