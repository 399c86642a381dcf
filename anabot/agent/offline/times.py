"""Settle the days of one reading: which period, compared with which, cut into what. Every choice made for the asker is noted.

Pure: today is an argument. It never picks a period silently; an unfinished one is called so and compared like with like.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

from anabot.agent.offline import parts_of_time, standing
from anabot.agent.offline.below import fitting, unit_of
from anabot.agent.offline.dates import When
from anabot.agent.offline.exits import stuck
from anabot.agent.offline.slots import Slots
from anabot.agent.offline.stretches import other_half
from anabot.agent.offline.words import GRAINS
from anabot.periods import (
    Calendar,
    Grain,
    Period,
    between_days,
    complete,
    containing,
    label,
    named,
    previous,
    step,
    whole_months,
    year_before,
)
from anabot.semantic.query import Compare, MetricQuery, Span
from anabot.semantic.registry import Metric
from anabot.semantic.same_point import Earlier, same_point

_SERIES = {"day": 28, "week": 13, "month": 12, "quarter": 8, "year": 3}  # how much a trend shows when nobody says
_DAY, _DAYS = dt.timedelta(days=1), {"day": 1, "week": 7, "month": 28, "quarter": 90}
_AS_IT_STOOD = ("today", "yesterday", "last_day", "this_day")


@dataclass(slots=True, kw_only=True)
class Times:
    """What was settled: `cuts` are the units of time to group by, `notes` the assumptions in words."""

    period: Period | None = None
    compare: Compare | None = None
    cuts: list[str] = field(default_factory=list)
    label: str = ""
    until: dt.date | None = None  # everything before this day counts
    notes: list[str] = field(default_factory=list)
    line: bool = False  # a trend: best seen as a line


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """The question, and the day it is asked on. `base` is what the thread or a saved question already holds."""

    slots: Slots
    metric: Metric
    now: dt.datetime
    calendar: Calendar
    base: MetricQuery | None = None
    continuing: bool = False
    timed: bool = True  # whether the metric has a time that a period could cut
    balance: str = ""  # "max" or "min" where it is that of the last or first moment of a period

    @property
    def today(self) -> dt.date:
        """The company's own date."""
        return self.calendar.today(self.now)

    def settle(self) -> Times:
        """The days of the reading. Raises Exit where the words leave two readings or none."""
        times = Times(cuts=[cut.unit for cut in self.slots.cuts if cut.unit and cut.unit not in self._parts])
        times.line = self.slots.trend
        if not self.timed:
            self._refuse_a_period(times)
            return times
        self._period(times)
        if not self._parts:
            self._series(times)
        elif self.balance:
            raise parts_of_time.stands(self.metric.label, self._parts[0])
        times.notes.extend(parts_of_time.together(self._parts))
        self._compare(times)
        if times.period is not None:
            times.label = self.name(times.period)
        return times

    @property
    def _parts(self) -> list[str]:
        """The cuts by what comes again, such as days of the week, said here or kept from before."""
        return parts_of_time.of(self.slots.cuts, self.base)

    def name(self, period: Period) -> str:
        """`FY26 Q2 (1 May – 31 Jul 2026)`, with "so far" while it runs."""
        name, days = label(period, self.calendar.fiscal_start), between_days(period)
        running = " so far" if self.runs(period) else ""
        plain = name == f"{period.start:%Y-%m-%d}" or " to " in name
        return f"{days}{running}" if plain else f"{name}{running} ({days})"

    def runs(self, period: Period) -> bool:
        """Whether the period has begun and is not over."""
        return period.start <= self.today and period.end > self.today + _DAY

    # --- which period

    def _period(self, times: Times) -> None:
        slots, base = self.slots, _period_of(self.base)
        if slots.more_dates:
            raise stuck("two_periods", "I can take one period at a time, or two with “vs” between them.")
        if slots.when is not None:
            times.period = self._said(slots.when, base, times)
        elif self.slots.stands == "latest":
            times.period = None
        elif base is not None:
            times.period = base
            if self.continuing and slots.same_year:
                times.period = year_before(base)
        elif not self._series_alone(times):
            self._default(times)
        if slots.without and self.timed:
            self._without(times)
        said = slots.when is not None or base is not None or bool(times.cuts)
        standing.settled(slots, times.period if said else None, self.today, times.notes)
        if slots.rank and slots.rank.direction in ("bottom", "worst") and (unit := unit_of(times.cuts, self.base)):
            self._finished(unit, times)
        if times.period and self.runs(times.period):
            times.notes.append(f"{label(times.period, self.calendar.fiscal_start)} is not over: it is shown so far.")

    def _without(self, times: Times) -> None:
        """ "in 2025, excluding the current month": up to where that begins."""
        begins = containing(self.today, GRAINS[self.slots.without], self.calendar.fiscal_start).start
        if times.period is None:
            times.until = min(times.until or begins, begins)
            times.notes.append(f"Everything before {times.until:%-d %b %Y} counts.")
        elif times.period.start >= begins:
            raise stuck("period", f"All of these days are in the current {self.slots.without}, which is not to count.")
        elif times.period.end > begins:
            times.period = Period(times.period.start, begins)

    def _refuse_a_period(self, times: Times) -> None:
        """A metric without a time is what the last load says: today's number is the only one there is."""
        slots = self.slots
        said = slots.when is not None and slots.when.period != containing(self.today, Grain.DAY)
        if (
            said
            or _period_of(self.base)
            or times.cuts
            or self._parts
            or slots.trend
            or slots.over
            or slots.change
            or slots.same_year
            or slots.against
        ):
            label = self.metric.label
            raise stuck("period", f"{label} is counted as of the last load and has no history here. Ask for it without a period.")

    def _said(self, when: When, base: Period | None, times: Times) -> Period | None:
        if when.fault or (when.doubt and base is None):
            raise stuck("period", when.fault or when.doubt)
        if when.as_of and not self._stands(when):
            found, times.until = standing.as_it_stood(when, self.balance, self.today, times.notes)
            return found
        if when.until is not None:
            times.until = when.until
            times.notes.append(f"Everything before {when.until:%-d %b %Y} counts.")
            return None
        if when.period is None:
            times.notes.append("All the data there is counts.")
            return None
        if self.continuing and base is not None and (moved := self._moved(when, base, times)):
            return moved
        if self.slots.will and when.period.start > self.today:
            raise stuck("period", "I tell what is on record, and those days are still to come.")
        if when.fiscal:
            times.notes.append(self._fiscal(when.period))
        if self.slots.so_far and self.runs(when.period):
            return Period(when.period.start, self.today + _DAY)
        if self.slots.with_today:
            return self._with_today(when)
        return self._including(self.slots.including, when) if self.slots.including else when.period

    def _including(self, when: When, whole: When) -> Period:
        """ "the past 30 days, inclusive of 30 days ago": the day named is the first or the last that counts."""
        day, period = when.period, whole.period
        assert period is not None
        if when.unit == whole.unit != "day" and day is not None and day.end >= period.start:
            return Period(_back(self.today, when.unit, max(whole.count, 1)), self.today)
        if when.fault or day is None or not (day.start <= period.start <= day.end or period.start <= day.start <= period.end):
            raise stuck("two_periods", "I can take one period at a time, or two with “vs” between them.")
        if period.start <= day.start and day.end <= period.end:
            return period
        return Period(min(day.start, period.start) if day.days == 1 else period.start, period.end)

    def _fiscal(self, period: Period) -> str:
        name = label(period, self.calendar.fiscal_start)
        if " to " in name:
            return f"Quarters and years are fiscal: this begins on {between_days(Period(period.start, period.start + _DAY))}."
        return "Quarters and years are fiscal."

    def _stands(self, when: When) -> bool:
        return when.unit == "day" and self.metric.default_period in _AS_IT_STOOD

    def _moved(self, when: When, base: Period, times: Times) -> Period | None:
        """In a thread, "last year" is the same days a year before, and "the previous quarter" the one before those shown."""
        last_year = containing(self.today, Grain.FISCAL_YEAR, self.calendar.fiscal_start, -1)
        if when.period == last_year and when.unit == "year" and base.days < 360:
            times.notes.append(f"“Last year” is read as the same period a year before: {between_days(year_before(base))}.")
            return year_before(base)
        if when.before and when.period is not None and _alike(when.period, base):
            return previous(base)
        return other_half(when, base)

    def _with_today(self, when: When) -> Period:
        assert when.period is not None
        end = self.today + _DAY
        if when.count > 1 and when.period.end <= end:
            back = when.count - 1 if when.unit == "day" else when.count
            start = _back(self.today, when.unit, back)
            return Period(start, end)
        return Period(when.period.start, max(end, when.period.end))

    def _series_alone(self, times: Times) -> bool:
        """A trend without a period shows a customary stretch."""
        if not times.cuts and (self._parts or not self.slots.trend):
            return False
        if times.cuts and not self.slots.trend and not self.metric.default_period:
            return self._all_along(times)
        unit = times.cuts[0] if times.cuts else "month"
        default = self._default_period()
        whole = containing(self.today, GRAINS[unit], self.calendar.fiscal_start)
        if default is not None and default.days > 2 * whole.days and not self.slots.trend:
            return False
        count = _SERIES[unit]
        times.period = complete(self.today, GRAINS[unit], -count, self.calendar.fiscal_start)
        times.cuts = times.cuts or [unit]
        times.notes.append(f"No period was said: these are the last {count} complete {unit}s.")
        return True

    def _all_along(self, times: Times) -> bool:
        """ "by month", of a metric for which nobody has said what is usual: all there are, which cannot be compared."""
        if self.slots.over in times.cuts:
            said = f"Say which {self.slots.over}s to compare, for example “in the last 12 {self.slots.over}s”."
            raise stuck("period", f"{said} Beside one without any, there is nothing to compare.")
        return False

    def _default_period(self) -> Period | None:
        name = self.metric.default_period
        return named(name, self.now, self.calendar) if name else None

    def _default(self, times: Times) -> None:
        over = self.slots.over
        if over and over not in ("same", "year", *times.cuts):
            times.period = complete(self.today, GRAINS[over], -1, self.calendar.fiscal_start)
            times.notes.append(f"No period was said: the last complete {over} is compared with the one before.")
            return
        times.period = None if self._parts else self._default_period()  # a customary month has few Mondays, and one March
        if times.period is None:
            if self.timed:
                times.notes.append("No period was said: all the data there is counts.")
            return
        if self.slots.now and times.period.end < self.today:
            raise stuck(
                "period", f"“{self.slots.now[0].capitalize()}” does not say which days: name a period, for example “this month”."
            )
        said = self.metric.default_period.replace("trailing_", "the last ").replace("_", " ")
        times.notes.append(f"No period was said: {said} is usual for {self.metric.label}.")

    # --- cut into what

    def _series(self, times: Times) -> None:
        when = self.slots.when
        if self.slots.trend and not times.cuts and times.period is not None:
            times.cuts = [when.unit if when and when.count > 2 and when.unit else fitting(times.period)]
        elif self.slots.chart and when and when.count > 1 and not times.cuts and when.unit:
            times.cuts = [when.unit]
            times.notes.append(f"Drawn with one point a {when.unit}.")

    # --- compared with which

    def _compare(self, times: Times) -> None:
        slots = self.slots
        kept = self.base.compare if self.base and slots.when is None and not slots.same_year else None
        times.compare = kept
        if slots.against is not None:
            times.compare = self._against(slots.against, times)
        elif slots.same_year and not self.continuing:
            times.compare = self._like("previous_year", times)
        elif slots.over:
            times.compare = self._over(times)
        elif slots.change:
            times.compare = self._like("previous_period", times)

    def _over(self, times: Times) -> Compare:
        unit = self.slots.over
        if unit == "year":
            return self._like("previous_year", times)
        period = times.period
        if unit in times.cuts:
            return self._step_by_step(unit, times)
        if unit != "same" and period is not None and not _is_one(period, GRAINS[unit], self.calendar.fiscal_start):
            if times.cuts or period.days < 2 * _DAYS[unit] or self.slots.rank or self.slots.moved or self.slots.only_moved:
                raise stuck("period", f"A {unit} over {unit} change needs one {unit}. Say which, or ask “by {unit}”.")
            times.cuts.append(unit)
            return self._step_by_step(unit, times)
        return self._like("previous_period", times)

    def _finished(self, unit: str, times: Times) -> None:
        """ "the lowest month this year" is none that is not over."""
        now = containing(self.today, GRAINS[unit], self.calendar.fiscal_start)
        if times.period is not None and times.period.start < now.start < times.period.end:
            times.period = Period(times.period.start, now.start)
            times.notes.append(f"The {unit} that is not over is left out.")

    def _step_by_step(self, unit: str, times: Times) -> Compare:
        """Each row with the one before it; one that is not over is no match for a whole one, and is left out."""
        times.notes.append(f"Each {unit} is compared with the one before.")
        now = containing(self.today, GRAINS[unit], self.calendar.fiscal_start)
        if times.period is not None and times.period.end > now.start:
            if times.period.start >= now.start:
                raise stuck("period", f"The {unit} is not over, and would be compared with a whole one. Say earlier ones, too.")
            times.period = Period(times.period.start, now.start)
            times.notes[:] = [note for note in times.notes if not note.endswith("is not over: it is shown so far.")]
            times.notes.append(f"The {unit} that is not over is left out.")
        return "previous_period"

    def _like(self, kind: Compare, times: Times) -> Compare:
        """The comparison; while the period runs, with as many days of the earlier one."""
        period = times.period
        if period is None:
            raise stuck("period", "Say which period to compare.")
        if not self.runs(period):
            return kind
        point: Earlier = "same_point_previous_year" if kind == "previous_year" else "same_point"
        _, cut = same_point(period, self.today + _DAY, point, self.calendar.fiscal_start)
        times.notes.append(f"Compared up to the same day, with {between_days(cut)}.")
        return Span(start=cut.start, end=cut.end)

    def _against(self, when: When, times: Times) -> Compare:
        if when.fault:
            raise stuck("period", when.fault)
        period, other = times.period, when.period
        if period is None or other is None:
            raise stuck("period", "Say which period to compare.")
        last_year = containing(self.today, Grain.FISCAL_YEAR, self.calendar.fiscal_start, -1)
        if other == last_year and when.unit == "year" and period.days < 360:
            return self._like("previous_year", times)
        if (when.before and _alike(other, period)) or other == previous(period):
            return self._like("previous_period", times)
        if other == year_before(period):
            return self._like("previous_year", times)
        if other == period:
            raise stuck("two_periods", f"Both periods are {self.name(period)}. Say another one to compare with.")
        times.notes.append(f"Compared with {self.name(other)}.")
        return Span(start=other.start, end=other.end)


def between_two(slots: Slots) -> Slots:
    """ "growth from July to September" is September's against July's, where no rows lie between."""
    when = slots.when
    apart = slots.over or slots.trend or slots.against or any(cut.unit for cut in slots.cuts)
    if not (slots.change or slots.why) or when is None or when.ends is None or apart:
        return slots
    first, last = when.ends
    return replace(slots, when=replace(when, period=last, ends=None), against=When(period=first, fiscal=when.fiscal))


def grain_name(unit: str, calendar: Calendar) -> str:
    """The name a query groups time by: `metric_time__month`, and the fiscal grains where the company has its own year."""
    fiscal = calendar.fiscal_start != 1 and unit in ("quarter", "year")
    return f"metric_time__{'fiscal_' if fiscal else ''}{unit}"


def _period_of(query: MetricQuery | None) -> Period | None:
    return Period(query.period.start, query.period.end) if query and query.period else None


def _alike(one: Period, other: Period) -> bool:
    return whole_months(one) == whole_months(other) and (bool(whole_months(one)) or one.days == other.days)


def _is_one(period: Period, grain: Grain, fiscal_start: int) -> bool:
    return period == containing(period.start, grain, fiscal_start)


def _back(day: dt.date, unit: str, count: int) -> dt.date:
    """`count` units before `day`, on the same day of the month where there is one."""
    if unit in ("day", "week"):
        return day - dt.timedelta(days=count * (7 if unit == "week" else 1))
    first = step(day.replace(day=1), GRAINS[unit], -count)
    last = (step(first, Grain.MONTH, 1) - _DAY).day
    return first.replace(day=min(day.day, last))
