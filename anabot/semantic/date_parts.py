"""Parts of dates that come again: what a column of them is called, and what its numbers are called. Pure.

A week begins on Monday, which is 1 (ISO), whatever the warehouse counts. It never says which date a day is.
"""

from __future__ import annotations

from decimal import Decimal

DATE_PARTS = ("year", "quarter", "month", "week", "day", "dow", "doy", "hour")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_CALLED = {
    "year": "year",
    "quarter": "quarter of the year",
    "month": "month of the year",
    "week": "week of the year",
    "day": "day of the month",
    "dow": "day of the week",
    "doy": "day of the year",
    "hour": "hour of the day",
}
_MARK = "extract_"


def part_in(name: str) -> str:
    """The date part that a column of a query shows: `dow` for `metric_time__extract_dow`, or ""."""
    tail = name.rpartition("__")[2]
    part = tail.removeprefix(_MARK)
    return part if part != tail and part in DATE_PARTS else ""


def part_words(part: str) -> str:
    """What people call a date part: `day of the week`."""
    return _CALLED[part]


def part_value(part: str, value: int | float | Decimal) -> str:
    """`Monday`, `January`, `14:00`; of any other part the number."""
    number = int(value)
    if part == "dow" and 1 <= number <= len(DAYS):
        return DAYS[number - 1]
    if part == "month" and 1 <= number <= len(MONTHS):
        return MONTHS[number - 1]
    return f"{number:02d}:00" if part == "hour" else str(number)
