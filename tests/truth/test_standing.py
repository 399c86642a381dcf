"""What stands rather than adds up, as of a day, at the end of a time and in the latest snapshot: the snapshot's own rows."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from halden_data import DEFAULT_OUT, Halden

from anabot.types import Answer, Question

NEWEST = dt.date(2026, 10, 6)  # the day after the one on which it is asked


def ask(halden: Halden, text: str, user: str = "growth_mgr") -> Answer:
    person = halden.house.directory.person(user)
    assert person is not None
    return halden.house.asker.ask(Question(question_id=uuid.uuid4().hex, text=text, person=person))


def before(day: dt.date, since: dt.date = dt.date(2000, 1, 1), by: str = "''") -> dict[Any, Decimal]:
    """The rows of the last snapshot within these days, added up by hand."""
    with duckdb.connect(str(DEFAULT_OUT / "halden.duckdb"), read_only=True) as warehouse:
        rows = warehouse.execute(f"select snapshot_date, {by}, amount from marts.fct_pipeline_snapshot").fetchall()
    last = max(taken for taken, _, _ in rows if since <= taken < day)
    found: dict[Any, Decimal] = {}
    for taken, name, amount in rows:
        if taken == last:
            found[name] = found.get(name, Decimal(0)) + amount
    return found


@pytest.mark.parametrize(
    ("text", "day", "since"),
    [
        ("pipeline snapshot as of 26 August 2026", dt.date(2026, 8, 27), dt.date(2026, 8, 1)),
        ("pipeline snapshot as at 26 August 2026", dt.date(2026, 8, 27), dt.date(2026, 8, 1)),
        ("pipeline snapshot as of last month", dt.date(2026, 10, 1), dt.date(2026, 9, 1)),
        ("what was the pipeline snapshot at the end of August 2026?", dt.date(2026, 9, 1), dt.date(2026, 8, 1)),
        ("pipeline snapshot by the end of last quarter", dt.date(2026, 8, 1), dt.date(2026, 5, 1)),
        ("closing pipeline snapshot in August 2026", dt.date(2026, 9, 1), dt.date(2026, 8, 1)),
        ("pipeline snapshot in the latest snapshot of August 2026", dt.date(2026, 9, 1), dt.date(2026, 8, 1)),
        ("the latest pipeline snapshot", NEWEST, dt.date(2000, 1, 1)),
    ],
)
def test_it_is_that_of_the_last_snapshot_up_to_then(halden: Halden, text: str, day: dt.date, since: dt.date) -> None:
    answer = ask(halden, text)

    assert answer.table is not None, answer.text
    assert answer.table.rows == ((sum(before(day, since).values()),),)
    assert any("on record" in said for said in answer.assumptions)


def test_its_parts_are_those_of_that_snapshot(halden: Halden) -> None:
    answer = ask(halden, "pipeline snapshot by stage as of 31 August 2026")

    assert answer.table is not None
    assert dict(answer.table.rows) == before(dt.date(2026, 9, 1), by="stage")


def test_each_month_ends_with_its_own_last_snapshot(halden: Halden) -> None:
    answer = ask(halden, "month end pipeline snapshot for the last 3 months")

    assert answer.table is not None
    months = [dt.date(2026, 7, 1), dt.date(2026, 8, 1), dt.date(2026, 9, 1), dt.date(2026, 10, 1)]
    wanted = [(since, sum(before(until, since).values())) for since, until in zip(months, months[1:], strict=False)]
    assert list(answer.table.rows) == wanted


@pytest.mark.parametrize(
    ("user", "text", "said"),
    [
        ("growth_mgr", "pipeline snapshot at the end of this month", "still to come"),
        ("growth_mgr", "pipeline snapshot as of 31 December 2026", "still to come"),
        ("growth_mgr", "pipeline snapshot at the start of September", "does not fit"),
        ("growth_mgr", "pipeline snapshot at the end of", "of what?"),
        ("fin_analyst", "net revenue at the end of last quarter", "does not fit"),
        ("fin_analyst", "latest net revenue", "does not fit"),
        ("fin_analyst", "net revenue as of 31 August", "fits what is counted on a day"),
    ],
)
def test_what_does_not_stand_then_is_refused(halden: Halden, user: str, text: str, said: str) -> None:
    answer = ask(halden, text, user)

    assert (answer.status, answer.table) == ("refused", None)
    assert said in answer.text
