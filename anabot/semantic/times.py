"""When rows count and when they are shown: periods, comparisons, offsets and windows, as bounds and conditions.

Pure arithmetic on days and on SQL trees. It never chooses what is asked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from anabot.errors import BadQuery
from anabot.periods import Grain, Period, add_months, start_of, step, whole_months
from anabot.semantic.query import MetricQuery, Span
from anabot.semantic.registry import TimeSpine, Window
from anabot.semantic.resolve import compared_period
from anabot.semantic.trees import cut, moved

Step = tuple[int, str]  # (1, "month")
Bounds = tuple[dt.date, dt.date]  # half-open; instants where rows are narrower than a day
_ORDER = {grain: place for place, grain in enumerate(Grain)}
_MONTHS = {"month": 1, "quarter": 3, "year": 12, "fiscal_quarter": 3, "fiscal_year": 12}
_NARROW = ("hour", "minute", "second", "millisecond", "microsecond")


@dataclass(frozen=True, slots=True)
class Timing:
    """How the time a row is shown at leads to the rows that count.

    `previous`: in the compared period. `moves`, outermost first: (14, "day") fourteen days back, (0, "month") to the start of
    the month. `window`: the days that a cumulative metric adds up.
    """

    previous: bool = False
    moves: tuple[Step, ...] = ()
    window: Window | None = None

    @property
    def plain(self) -> bool:
        """Whether rows are shown at their own time, or that time moved by the comparison alone."""
        return not self.moves and self.window is None

    @property
    def dated(self) -> bool:
        """Whether what counts depends on the day one looks from: all rows until now are the same without one."""
        return bool(self.moves) or (self.window is not None and self.window.kind != "all_time")

    @property
    def parted(self) -> bool:
        """Whether it can be shown by date part: what is counted since some day belongs to that day, and not to all Mondays."""
        return self.window is None and all(count for count, _ in self.moves)


def step_of(query: MetricQuery, grains: Sequence[Grain]) -> Step:
    """From the compared period to the question's own: one row's width with `previous_period`, else the periods' distance."""
    if query.compare == "previous_period":
        return _width(min(grains, key=_ORDER.__getitem__, default=Grain.DAY))
    before = compared_period(query)
    if query.period is None or before is None:
        return 0, "day"
    now = Period(query.period.start, query.period.end)
    if (whole_months(now) and whole_months(before)) or (
        isinstance(query.compare, Span) and now.start.day == before.start.day == 1
    ):
        return (now.start.year - before.start.year) * 12 + now.start.month - before.start.month, "month"
    if query.compare == "previous_year" and (now.start - before.start).days != 364:
        return 1, "year"
    return (now.start - before.start).days, "day"


def bounds_of(query: MetricQuery, timing: Timing, grains: Sequence[Grain]) -> Bounds | None:
    """The question's period, or the compared one; where rows stand in time, each is compared with the row before it."""
    if query.period is None:
        return None
    if not timing.previous:
        return query.period.start, query.period.end
    if query.compare == "previous_period" and grains:
        step = step_of(query, grains)
        return earlier(query.period.start, step), earlier(query.period.end, step)
    before = compared_period(query)
    return (before.start, before.end) if before else None


def reach(bounds: Bounds, timing: Timing, fiscal_start: int, moved_as: Grain | None = None) -> tuple[dt.date | None, dt.date]:
    """From when (None: from ever) up to when rows may count for what is shown within `bounds`, moved as wholes of one size."""
    if shift_of(timing) is not None:
        return None, bounds[1]  # how long those periods are, only the spine knows
    first, last = bounds[0], bounds[1] - dt.timedelta(days=1)
    if moved_as is not None and moved_as not in (*_NARROW, Grain.DAY):
        last = start_of(last, moved_as, fiscal_start)
        since, until = reach((first, last + dt.timedelta(days=1)), timing, fiscal_start)
        return since, step(start_of(until - dt.timedelta(days=1), moved_as, fiscal_start), moved_as, 1)
    for move in timing.moves:
        first, last = (earlier(day, move) if move[0] else _start(day, move[1], fiscal_start) for day in (first, last))
    return _opened(first, timing.window, fiscal_start), last + dt.timedelta(days=1)


def nests(grain: Grain, unit: str) -> bool:
    """Whether each `unit` is made of whole grains: weeks make up no month."""
    if grain.value in _MONTHS:
        return unit in _MONTHS and _MONTHS[unit] % _MONTHS[grain.value] == 0
    return unit in _ORDER and _ORDER[grain] <= _ORDER[Grain(unit)] and (grain is not Grain.WEEK or unit == "week")


def whole(bounds: Bounds, grain: Grain, fiscal_start: int) -> bool:
    """Whether the days are whole ones of the grain."""
    if grain.value in _NARROW:
        return True
    return all(start_of(day, grain, fiscal_start) == day for day in bounds)


def as_of(bounds: Bounds, timing: Timing, fiscal_start: int) -> tuple[dt.date | None, dt.date]:
    """What counts for one total over `bounds`: a window is that of its last day; anything else moves as a whole."""
    if timing.window is None:
        return reach(bounds, timing, fiscal_start)
    last = bounds[1] - dt.timedelta(days=1)
    return reach((last, bounds[1]), timing, fiscal_start)


def counts(shown: exp.Expression, own: exp.Expression, timing: Timing, fiscal_start: int) -> exp.Expression:
    """The condition under which a row of the time `own` counts for the time `shown`."""
    end = ended(shown, timing, fiscal_start)
    window = timing.window
    if window is None:
        return exp.EQ(this=end, expression=own)
    until = exp.LTE(this=own, expression=end)
    if window.kind == "all_time":
        return until
    if window.kind == "to_date":
        return exp.And(
            this=until, expression=exp.GTE(this=own.copy(), expression=cut(end.copy(), Grain(window.unit), fiscal_start))
        )
    return exp.And(this=until, expression=exp.GT(this=own.copy(), expression=moved(end.copy(), -window.count, window.unit)))


def ended(shown: exp.Expression, timing: Timing, fiscal_start: int) -> exp.Expression:
    """The last time that counts for the time `shown`."""
    for count, unit in timing.moves:
        shown = moved(shown, -count, unit) if count else cut(shown, Grain(unit), fiscal_start)
    return shown


def spine_for(spines: Sequence[TimeSpine], connection: str, grains: Sequence[Grain], timing: Timing) -> TimeSpine | None:
    """The coarsest spine fine enough for the grains that are shown and the units that rows are moved by, and that has them."""
    shift = shift_of(timing)
    units = [Grain(unit) for _, unit in timing.moves if unit in _NARROW]
    if timing.window is not None and timing.window.unit in _NARROW:
        units.append(Grain(timing.window.unit))
    finest = min((Grain.DAY, *grains, *units), key=_ORDER.__getitem__)
    near = (spine for spine in spines if spine.connection == connection and (not shift or shift[1] in spine.custom))
    fit = (spine for spine in near if _ORDER[spine.grain] <= _ORDER[finest])
    return next(fit, None)


def moved_by(metric: str, timing: Timing, moves: tuple[Step, ...]) -> Timing:
    """`timing`, moved further. By a grain of the company's own calendar only what has moved by nothing else can be moved.

    Raises:
        BadQuery: such a grain further in, or moving to its start.
    """
    shift = shift_of(timing)
    if shift and len(timing.moves) == len(moves) == 1 and moves[0][1] == shift[1] and moves[0][0]:
        return replace(timing, moves=((shift[0] + moves[0][0], shift[1]),))
    for place, (count, unit) in enumerate(moves, start=len(timing.moves)):
        if unit not in _ORDER and (place or not count or timing.window is not None):
            why = f"It is moved by `{unit}`, a grain of the company's own calendar, after it has been moved already."
            raise BadQuery(f"`{metric}` cannot be computed here.", why=why, todo="Count its offset in days, weeks or months.")
    return replace(timing, moves=(*timing.moves, *moves)) if moves else timing


def shift_of(timing: Timing) -> Step | None:
    """The periods of the company's own calendar by which rows are moved, if they are."""
    return next((move for move in timing.moves[:1] if move[1] not in _ORDER), None)


def unshifted(timing: Timing) -> Timing:
    """What is left of `timing` once rows are moved by `shift_of`."""
    return replace(timing, moves=timing.moves[1:]) if shift_of(timing) else timing


def no_spine(metric: str) -> BadQuery:
    """The error where a spine is needed and none is declared."""
    why = "Its rows are shown at other times than their own, and the registry has no table of days."
    return BadQuery(f"`{metric}` needs a time spine.", why=why, todo="Declare a model with `time_spine:` in the semantic layer.")


def no_time(metric: str, timing: Timing) -> BadQuery:
    """The error where what counts depends on a day, and neither a time nor a period says which."""
    if shift_of(timing) is not None:
        why = "It is moved by a grain of the company's own calendar, day by day."
        return BadQuery(f"`{metric}` needs a time here.", why=why, todo="Group by `metric_time`.")
    why = "What it counts depends on the day one looks from."
    return BadQuery(f"`{metric}` needs a time here.", why=why, todo="Add a `period`, or group by `metric_time`.")


def no_part(metric: str) -> BadQuery:
    """The error where what is counted up to a day is asked by a part of dates."""
    why = "It is counted up to each day, or at the start of a grain, and such values of many days do not add up."
    return BadQuery(f"`{metric}` has no date parts.", why=why, todo="Group by `metric_time` in a grain.")


def fixed(timing: Timing) -> bool:
    """Whether rows can be shown at their moved time without a spine: whole days, weeks or smaller, and no window."""
    return timing.window is None and all(count and unit in _ORDER and unit not in _MONTHS for count, unit in timing.moves)


def earlier(day: dt.date, step: Step) -> dt.date:
    """`day` moved back; by months, the last day of a shorter month stands for those it lacks."""
    count, unit = step
    if unit in _NARROW:
        return dt.datetime.combine(day, dt.time()) - dt.timedelta(**{f"{unit}s": count})
    if unit not in _MONTHS:
        return day - dt.timedelta(days=count * (7 if unit == "week" else 1))
    first = add_months(day, -count * _MONTHS[unit])
    return first.replace(day=min(day.day, (add_months(first, 1) - dt.timedelta(days=1)).day))


def _opened(day: dt.date, window: Window | None, fiscal_start: int) -> dt.date | None:
    if window is None:
        return day
    if window.kind == "all_time":
        return None
    if window.kind == "to_date":
        return _start(day, window.unit, fiscal_start)
    return earlier(day, (window.count, window.unit)) + dt.timedelta(days=0 if window.unit in _NARROW else 1)


def _start(day: dt.date, unit: str, fiscal_start: int) -> dt.date:
    return start_of(day, Grain(unit), fiscal_start)


def _width(grain: Grain) -> Step:
    return (_MONTHS[grain.value], "month") if grain.value in _MONTHS else (1, grain.value)
