"""The same point of a period that is not over: its days so far, and as much of an earlier one, as two explicit spans.

The *frame* is the whole unit that the question's period begins with: the period itself where it is whole months or whole ISO
weeks; else the first of month, fiscal quarter, quarter, fiscal year, year and ISO week that begins on its first day and holds
it (so that the first three days of a June that begins on a Monday are of the month); else the days alone.
The earlier frame is the one before, or the one a year before (52 weeks for weeks, so that Mondays meet Mondays).
The *point* is the first day that does not count any more. In a frame of months it lies as many months and days into the earlier
frame as into the question's own, and at a shorter month's end where that month has no such day: up to 29 March stands against
all of February. In weeks and days it lies as many days in. A frame that is over is compared whole.

Pure: the point is an argument. It never looks for the newest day, and never compares spans of unlike units.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from anabot.errors import BadQuery
from anabot.periods import Calendar, Grain, Period, add_months, containing, previous, whole_months, year_before
from anabot.semantic.query import MetricQuery, Span

Earlier = Literal["same_point", "same_point_previous_year"]
KINDS: tuple[Earlier, ...] = ("same_point", "same_point_previous_year")
_FRAMES = (Grain.MONTH, Grain.FISCAL_QUARTER, Grain.QUARTER, Grain.FISCAL_YEAR, Grain.YEAR, Grain.WEEK)


def same_point(period: Period, point: dt.date, kind: Earlier, fiscal_start: int = 1) -> tuple[Period, Period]:
    """The days of `period` before `point`, and those of the earlier one that they stand against.

    Raises:
        BadQuery: the period begins at the point or after it, so that there is nothing to compare.
    """
    if point <= period.start:
        why = f"It begins on {period.start}, and the days before {point} are known."
        raise BadQuery("The period has not begun.", why=why, todo="Ask for an earlier one.")
    shown = Period(period.start, min(period.end, point))
    frame = _frame(period, shown, fiscal_start)
    before = previous(frame) if kind == "same_point" else year_before(frame)
    return shown, Period(before.start, _mirrored(shown.end, frame, before))


def pinned(query: MetricQuery, point: dt.date, calendar: Calendar) -> MetricQuery:
    """The query with both spans written out, where it compares the same point; otherwise as it is.

    Raises:
        BadQuery: it has no period, or one that has not begun.
    """
    kind = next((kind for kind in KINDS if kind == query.compare), None)
    if kind is None:
        return query
    if query.period is None:
        raise BadQuery("There is nothing to compare.", why="The question has no period.", todo="Add a `period`.")
    period = Period(query.period.start, query.period.end)
    shown, before = same_point(period, point, kind, calendar.fiscal_start)
    spans = {"period": Span(start=shown.start, end=shown.end), "compare": Span(start=before.start, end=before.end)}
    return query.model_copy(update=spans)


def _frame(period: Period, shown: Period, fiscal_start: int) -> Period:
    if whole_months(period) or (period.start.weekday() == 0 and period.days % 7 == 0):
        return period
    wholes = (containing(period.start, grain, fiscal_start) for grain in _FRAMES)
    return next((whole for whole in wholes if whole.start == period.start and period.end <= whole.end), shown)


def _mirrored(point: dt.date, frame: Period, before: Period) -> dt.date:
    if point >= frame.end:
        return before.end
    if not whole_months(frame):
        return before.start + (point - frame.start)
    months = (point.year - frame.start.year) * 12 + point.month - frame.start.month
    first = add_months(before.start, months)
    return min(first + dt.timedelta(days=point.day - 1), add_months(first, 1))
