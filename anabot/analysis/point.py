"""Up to which day the data of a question has come, asked through the door like any question. Never read from a clock alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from anabot.periods import Calendar
from anabot.semantic.query import MetricQuery, Span
from anabot.semantic.same_point import KINDS, pinned
from anabot.types import Table

Run = Callable[[MetricQuery], Table]
_DAY = dt.timedelta(days=1)


def at_the_point(
    query: MetricQuery, run: Run, now: dt.datetime, calendar: Calendar, loaded: Callable[[Sequence[str]], dt.datetime | None]
) -> MetricQuery:
    """The query with its spans written out, where it compares the same point; otherwise as it is.

    The days before the last load count, as `loaded` knows it for the metrics; where no load is known, those up to the newest
    day on which every metric has a row for this grant, whatever the question's filters. Today is not over and does not count,
    unless the period begins today. A period that is over is compared whole; where there is no row yet, its days up to now are.

    Raises:
        BadQuery: the period is missing, or has not begun.
        NotAllowed, UnknownName: the door's own words.
    """
    if query.compare not in KINDS or query.period is None:
        return pinned(query, dt.date.max, calendar)
    today = calendar.today(now)
    known = until(query, today)
    if query.period.start < today < query.period.end:
        span = Span(start=query.period.start, end=known)
        came = loaded(query.metrics)
        days = [calendar.today(came)] if came else [day + _DAY for name in query.metrics if (day := _newest(name, span, run))]
        known = max(query.period.start + _DAY, min([known, *days]))
    return pinned(query, known, calendar)


def until(query: MetricQuery, today: dt.date) -> dt.date:
    """The first day that does not count, by the calendar alone."""
    if query.period is not None and query.period.start == today:
        return today + _DAY
    return today


def _newest(metric: str, span: Span, run: Run) -> dt.date | None:
    rows = run(
        MetricQuery(metrics=(metric,), group_by=(_BY,), period=span, order_by=(f"-{_BY}",), limit=1),
    ).rows
    day = rows[0][0] if rows else None
    return day.date() if isinstance(day, dt.datetime) else day if isinstance(day, dt.date) else None


_BY = "metric_time__day"
