"""Settle in what order rows come, and how many: as said, as the thread had it, otherwise by value, the largest first.

Pure. Rows over time stay in their time's order. It never cuts rows that nobody asked to cut.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from anabot.agent.offline import adjectives, of_each
from anabot.agent.offline.exits import stuck
from anabot.agent.offline.moving import way_of
from anabot.agent.offline.slots import Cut, Mention, Moved, Rank, Slots
from anabot.agent.offline.text import words
from anabot.agent.offline.timed_names import at_grain
from anabot.agent.offline.times import grain_name
from anabot.agent.offline.words import SPENT, UNITS
from anabot.semantic.query import SIZE, MetricQuery
from anabot.semantic.registry import DimensionRef, Metric, Registry
from anabot.semantic.units import CURRENCIES

_BETTER_HIGH = {
    *("revenue", "sale", "billing", "income", "profit", "margin", "rating", "grade", "gpa", "satisfaction", "earning"),
    *("win", "success", "conversion", "acceptance", "retention"),
}
_BETTER_LOW = {"cancellation", "churn", "drop", "failure", "error", "complaint", "delay", "defect", "waiting", "incident"}
_TOP = 10  # "top customers" without a number
_LENGTHS = (
    "seconds",
    "minutes",
    "hours",
    "days",
    "weeks",
    "months",
    "years",
    "miles",
    "km",
    "kilometers",
    "kilometres",
    "meters",
)
_OF_UNITS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("longest", "shortest"), _LENGTHS),
    **dict.fromkeys(("most expensive", "priciest", "costliest", "least expensive", "cheapest"), tuple(CURRENCIES)),
}
_DATES = ("date", "time")  # units of metrics that are best read from the earliest on
Order = tuple[list[str], int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordering:
    """The words about order for settled `metrics`. `named` and `dimension` say which column a word means; `notes` collects."""

    slots: Slots
    metrics: tuple[str, ...]
    registry: Registry
    base: MetricQuery | None
    notes: list[str]
    named: Callable[[Mention | None], str]
    dimension: Callable[[Cut], DimensionRef]

    def settle(self, group: Sequence[str]) -> Order:
        """The query's `order_by` and `limit` for these groups. Raises Exit."""
        slots, limit = self.slots, self.base.limit if self.base else None
        if slots.rank:
            return self._ranked(slots.rank, group)
        if slots.sort:
            return [self._sorted(*slots.sort)], limit
        if slots.ascending and group and all(map(is_time, group)):
            return [], limit
        if slots.direction:
            return [_signed(self.metrics[0], self._points_down(slots.direction))], limit
        if slots.only_moved:
            return [self._by_move(slots.only_moved)], limit
        kept, limit = self._kept(group)
        if slots.resize and limit is None:
            raise stuck(
                "shape", f"There is nothing to cut to {slots.resize}. Say by what, for example “top {slots.resize} customers”."
            )
        return kept or self._by_value(group), None if slots.uncut else slots.resize or limit

    def of_each(self, group: Sequence[str]) -> tuple[str, ...]:
        """The query's `limit_by`: the groups of each of which the first rows are meant."""
        return of_each.named(self.slots, group, self.base, self._column)

    def _column(self, cut: Cut) -> str:
        if cut.grain:
            return at_grain(self.dimension(cut).name, cut.grain, self.registry.calendar.fiscal_start)
        return self.dimension(cut).name if cut.dimensions else grain_name(cut.unit, self.registry.calendar)

    def _by_move(self, moved: Moved) -> str:
        name = self.metrics[0]
        tail = "percent_change" if moved.bound and moved.bound.percent else "change"
        way = way_of(moved, self.registry.metrics[name])
        return _signed(f"{name}__{tail}{'' if way else SIZE}", way != "down")

    def _sorted(self, by: Mention | Cut, descending: bool) -> str:
        if isinstance(by, Mention):
            name = self.named(by)
            if self.slots.moved:
                name, descending = self._moved(self.slots.moved, Rank(direction="top", text="most"), name)
        else:
            name = self._column(by)
        return _signed(name, self.slots.direction == "desc" if self.slots.direction else descending)

    def _points_down(self, direction: str) -> bool:
        """Whether the largest come first: "best first" is by what the registry calls better."""
        if direction not in ("best", "worst"):
            return direction == "desc"
        return self._descends(Rank(direction=direction, text=f"{direction} first"), self.metrics[0])

    def _by_value(self, group: Sequence[str]) -> list[str]:
        """What is customary where nobody says: nothing over time, otherwise by the first metric."""
        if not group or any(map(is_time, group)):
            return []
        if dated := [name for name in group if name.rpartition("__")[2] in UNITS.values()]:
            return dated[:1]
        first = self.metrics[0]
        return [_signed(first, self.registry.metrics[first].unit not in _DATES)]

    def _kept(self, group: Sequence[str]) -> Order:
        """The thread's order, as far as its columns are still there; rows that are now cut by time come in its order."""
        if self.base is None:
            return [], None
        if self.base.limit is None and any(map(is_time, group)) and not any(map(is_time, self.base.group_by)):
            return [], None
        known = {*group, *self.metrics}
        renamed = (_renamed(item, self.base.metrics, self.metrics) for item in self.base.order_by)
        order = [item for item in renamed if item.removeprefix("-").partition("__previous")[0] in known]
        return order, self.base.limit if order or not self.base.order_by else None

    def _ranked(self, rank: Rank, group: Sequence[str]) -> Order:
        if not group:
            raise stuck("no_group", f"“{rank.text}” of what? Name a dimension that is open to you, as in “top 5 … by …”.")
        each = self.of_each(group)
        of_each.check(self.slots, rank, each)
        if any(map(is_time, group)) and not all(map(is_time, group)) and not each:
            said = (
                f"“{rank.text}” beside a time may be that of each stretch of it, or of the whole: say “for each month”, or ask "
                "without the time."
            )
            raise stuck("shape", said)
        if rank.by:
            return [_signed(self._column(rank.by), rank.direction == "top")], rank.count or (1 if rank.single else None)
        name = self.named(rank.mention)
        self._fits(rank, name)
        descending = not self.slots.moved and self._descends(rank, name)
        if self.slots.moved:
            name, descending = self._moved(self.slots.moved, rank, name)
        turned = self.base and self.base.order_by[:1] != (_signed(name, descending),)  # "and the worst?", below the best
        as_many = self.base.limit if self.base and turned and not self.slots.cuts else None
        customary = as_many or (_TOP if rank.text.casefold() in ("top", "bottom") else None)
        limit = rank.count or (1 if rank.single else customary)
        if rank.count is None and limit == _TOP and as_many is None:
            self.notes.append(f"“{rank.text.capitalize()}” without a number is read as {rank.text} {_TOP}.")
        return [_signed(name, descending)], limit

    def _fits(self, rank: Rank, name: str) -> None:
        """ "Longest" is said of a time or a way, "cheapest" of money: of anything else it asks for another number."""
        metric, units = self.registry.metrics[name], _OF_UNITS.get(rank.text.casefold())
        named = adjectives.fits(rank.text, *adjectives.names_of(metric))
        if not named and ((units and metric.unit not in units) or (not units and adjectives.is_strict(rank.text))):
            raise stuck(
                "shape",
                f"“{rank.text.capitalize()}” is not said of {metric.label}. Say “highest” or “lowest”.",
                unknown=[rank.text],
            )

    def _moved(self, moved: Moved, rank: Rank, name: str) -> tuple[str, bool]:
        """ "which segment grew most" is about the change: its column, and whether the largest comes first."""
        if rank.direction not in ("top", "bottom"):
            raise stuck("shape", f"I cannot rank by “{rank.text} {moved.text}”. Say “biggest increase” or “biggest decrease”.")
        if moved.way == "":
            word = moved.text.removesuffix(" in").removesuffix(" of")
            self.notes.append(f"“{rank.text.capitalize()} {word}” counts rises and falls alike, by their size.")
            return f"{name}__{'percent_change' if moved.percent else 'change'}{SIZE}", rank.direction == "top"
        if moved.way in ("down", "worse") and rank.direction == "bottom":
            said = f"{rank.text} {moved.text}"
            raise stuck("shape", f"“{said}” can be a rise or a fall. Say “biggest increase” or “biggest decrease”.")
        word = moved.text.partition(" ")[0]
        if word.casefold().startswith("gr") and not moved.percent:
            self.notes.append(f"“{word}” is read as the change itself; “fastest” would be the change in percent.")
        up = {"up": True, "down": False}.get(moved.way)
        rises = up if up is not None else self._improves(moved, name)
        return f"{name}__{'percent_change' if moved.percent else 'change'}", rises == (rank.direction == "top")

    def _improves(self, moved: Moved, name: str) -> bool:
        """Whether what is better, or worse, is more."""
        metric = self.registry.metrics[name]
        if not metric.better:
            raise stuck("shape", f"Nobody has said whether more {metric.label} is better. Say “increase” or “decrease”.")
        return (moved.way == "better") == (metric.better == "higher")

    def _descends(self, rank: Rank, name: str) -> bool:
        if rank.direction in ("top", "bottom"):
            return rank.direction == "top"
        metric = self.registry.metrics[name]
        better = metric.better or customarily(metric)
        if not better:
            raise stuck(
                "shape", f"Nobody has said whether more {metric.label} is better. Say “highest” or “lowest”.", unknown=[rank.text]
            )
        descends = (rank.direction == "best") == (better == "higher")
        self.notes.append(f"“{rank.text.capitalize()}” is read as the {'highest' if descends else 'lowest'} {metric.label}.")
        return descends


def customarily(metric: Metric) -> str:
    """Which way is better by the words of its name, where the registry does not say and they do not disagree."""
    said = {word for phrase in (metric.name, metric.label) for word in words(phrase)}
    higher, lower = bool(said & _BETTER_HIGH), bool(said & (_BETTER_LOW | SPENT))
    return "" if higher == lower else "higher" if higher else "lower"


def is_time(name: str) -> bool:
    """Whether a column of a query is the metrics' time."""
    return name.startswith("metric_time")


def _signed(name: str, descending: bool) -> str:
    return f"{'-' if descending else ''}{name}"


def _renamed(item: str, before: Sequence[str], after: Sequence[str]) -> str:
    """An order by the thread's first metric becomes one by the metric that took its place."""
    first = next(iter(before), "")
    return item.replace(first, after[0]) if item.removeprefix("-") == first and first not in after else item
