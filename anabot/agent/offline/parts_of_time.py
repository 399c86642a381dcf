"""Read parts of time that come again: "by weekday", "month of the year", "which hour", whatever their dates.

"Month" and "day" alone are dates and stay so: only what is said to be of a year, a week or a day is such a part.
"""

from __future__ import annotations

from collections.abc import Sequence

from anabot.agent.offline.exits import Exit, stuck
from anabot.agent.offline.slots import Cut
from anabot.agent.offline.text import Token
from anabot.agent.offline.words import NUMBERS
from anabot.semantic.date_parts import part_in, part_words
from anabot.semantic.query import MetricQuery

_SAID = {
    "dow": "weekday | day of week | day of the week | day of a week | days of week | days of the week | week day | dow",
    "month": "month of year | month of the year | month of a year | months of year | months of the year",
    "hour": "hour of day | hour of the day | hours of day | hours of the day | time of day | time of the day",
    "day": "day of month | day of the month | day of a month | days of month | days of the month",
}
_PARTS = {tuple(phrase.split()): part for part, phrases in _SAID.items() for phrase in phrases.split(" | ")}
# What is such a part only right after some words: "in the last calendar month" is a date, "hour" a length of time.
_BY = ("by", "per", "each", "every", "and", ",", "across")
_GUARDED = {
    ("calendar", "month"): ("month", _BY),
    ("calendar", "months"): ("month", _BY),
    ("weekdays",): ("dow", ("by", "per", "across", "which", "what", "top", "bottom", "best", "worst", "busiest", "quietest")),
    ("hour",): ("hour", ("which", "what", "busiest", "quietest", "best", "worst", "peak", "by", "every")),
    ("hours",): ("hour", ("which", "busiest", "quietest", "peak")),
}
_LONGEST = max(map(len, _PARTS))
_TOGETHER = {
    "dow": "All Mondays count together, and so do the other days of the week.",
    "month": "All Januaries count together, and so do the other months of the year.",
    "hour": "The same hour of all days counts together.",
    "day": "The same day of all months counts together.",
}


def read(tokens: Sequence[Token], i: int) -> tuple[int, str] | None:
    """The part of time named at `i`, as the unit that a cut has, and where its phrase ends."""
    before = tokens[i - 1].norm if i else ""
    if i > 1 and (tokens[i - 1].kind == "number" or before in NUMBERS):
        before = tokens[i - 2].norm  # "top 3 weekdays"
    for size in range(min(_LONGEST, len(tokens) - i), 0, -1):
        said = tuple(token.norm for token in tokens[i : i + size])
        guarded, after = _GUARDED.get(said, ("", ()))
        if part := _PARTS.get(said) or (guarded if before in after else ""):
            return i + size, f"extract_{part}"
    return None


def is_part(unit: str) -> bool:
    """Whether a cut's unit of time is such a part, which runs along no dates."""
    return bool(part_in(f"__{unit}"))


def of(cuts: Sequence[Cut], base: MetricQuery | None) -> list[str]:
    """The units of those cuts that are such parts; where no time is said, those of the question before."""
    said = [cut.unit for cut in cuts if cut.unit]
    kept = [name.partition("__")[2] for name in base.group_by if name.startswith("metric_time")] if base and not said else []
    return [unit for unit in (*said, *kept) if is_part(unit)]


def runs_on(name: str) -> bool:
    """Whether a column is the metrics’ time from one date to the next: days of the week come again, and make no line."""
    return name.startswith("metric_time") and not part_in(name)


def together(units: Sequence[str]) -> list[str]:
    """What is to be said of cuts by these units: which times count together."""
    return [_TOGETHER[part] for unit in units if (part := part_in(f"__{unit}"))]


def called(name: str) -> str:
    """What people call a column of a query: `day of the week`, `shop name`."""
    part = part_in(name) or part_in(f"__{name}")
    return part_words(part) if part else name.replace("__", " ").replace("_", " ")


def stands(label: str, unit: str) -> Exit:
    """The way out where a metric is a balance: those of many Mondays are no number of theirs."""
    said = f"{label} stands on each day, and the same {called(unit)} comes on many of them."
    return stuck("shape", f"{said} Ask for it by day, week or month.")


def not_kept(name: str, labels: Sequence[str]) -> Exit | None:
    """The way out where a metric's days have no hours."""
    said = f"{' and '.join(labels)} cannot be cut by the {called(name)}: the days on record have none."
    return stuck("unreachable", said) if part_in(name) else None
