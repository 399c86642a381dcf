import datetime as dt
from decimal import Decimal

from anabot.periods import Period
from anabot.playbooks.changes import comparable, placed, section, shifts
from anabot.playbooks.view import Result
from anabot.types import Cell, Column, Table

SINCE = dt.date(2026, 9, 21)
SHOP, SALES = Column(name="shop", type="text"), Column(name="sales", type="money", unit="usd", label="Sales")
RATE = Column(name="rate", type="ratio", unit="ratio", label="Rework rate")
WEEK = Period(dt.date(2026, 9, 21), dt.date(2026, 9, 28))


def result(name: str, columns: tuple[Column, ...], *rows: tuple[Cell, ...], metric: str = "sales") -> Result:
    made = tuple(tuple(Decimal(cell) if isinstance(cell, int) else cell for cell in row) for row in rows)
    return Result(name=name, table=Table(columns=columns, rows=made), metrics=(metric,), period=WEEK)


def lines(*pairs: tuple[Result, Result]) -> list[str]:
    found = [one for now, before in pairs for one in shifts(now, before)]
    return section(found, SINCE, same_dates=False).splitlines()


def test_the_groups_that_moved_most_stand_beside_the_whole_they_add_up_to() -> None:
    whole = result("total", (SALES,), (130,)), result("total", (SALES,), (100,))
    shops = (
        result("shops", (SHOP, SALES), ("Harbour", 60), ("Market", 50), ("Castle", 20)),
        result("shops", (SHOP, SALES), ("Castle", 25), ("Harbour", 30), ("Market", 45)),
    )

    assert lines(whole, shops) == [
        "### What changed since 21 Sep 2026",
        "- **Sales** ▲ $30.00 (+30.0%), of which Harbour ▲ $30.00 (+100.0%) and Castle ▼ $5.00 (-20.0%)",
    ]


def test_groups_that_do_not_add_up_are_not_called_parts_of_the_change() -> None:
    whole = result("total", (SALES,), (130,)), result("total", (SALES,), (100,))
    shops = result("shops", (SHOP, SALES), ("Harbour", 60)), result("shops", (SHOP, SALES), ("Harbour", 50))

    assert lines(whole, shops)[1] == "- **Sales** ▲ $30.00 (+30.0%), moving most in Harbour ▲ $10.00 (+20.0%)"


def test_a_ratio_moves_in_points() -> None:
    shops = (
        result("shops", (SHOP, RATE), ("Harbour", Decimal("0.25")), metric="rate"),
        result("shops", (SHOP, RATE), ("Harbour", Decimal("0.20")), metric="rate"),
    )

    assert lines(shops)[1] == "- **Rework rate** moved most in Harbour ▲ 5.0 pts"


def test_a_group_of_which_nothing_may_be_said_is_left_out() -> None:
    now, before = result("shops", (SHOP, SALES), ("Harbour", 60)), result("shops", (SHOP, SALES), ("Harbour", 50))
    unsaid = Result(
        name="shops",
        table=Table(columns=before.table.columns, rows=before.table.rows, suppressed=frozenset({(0, 1)}), fewer_than=5),
        metrics=("sales",),
    )

    assert list(shifts(now, unsaid)) == []


def test_what_a_query_compares_itself_with_is_taken_where_that_is_the_run_before() -> None:
    columns = (SALES, Column(name="sales__previous", type="money", unit="usd"))

    (one,) = shifts(result("total", columns, (130, 100)), None)

    assert (one.before, one.now) == (100, 130)


def test_what_stood_still_and_the_same_dates_are_said_and_nothing_is_where_nothing_compares() -> None:
    still = result("total", (SALES,), (100,)), result("total", (SALES,), (100,))

    assert lines(still)[1] == "Nothing has moved."
    assert "Nothing: the dates are the same as last time." in section([], SINCE, same_dates=True)
    assert section([], SINCE, same_dates=False) == ""


def test_a_series_over_time_and_a_number_without_dates_are_not_compared() -> None:
    month = Column(name="metric_time__month", type="date")
    series = result("months", (month, SALES), (dt.date(2026, 9, 1), 5))
    live = Result(name="live", table=series.table, metrics=("sales",))

    assert not comparable(series)
    assert not comparable(live)
    assert comparable(result("shops", (SHOP, SALES), ("Harbour", 60)))


def test_the_section_stands_before_the_next_step_or_at_the_end() -> None:
    assert placed("A.\n\n### Next step\nDo it.", "### C\nx\n") == "A.\n\n### C\nx\n\n### Next step\nDo it."
    assert placed("A.", "### C\nx\n") == "A.\n\n### C\nx\n"
