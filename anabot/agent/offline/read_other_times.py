"""Read a unit of a time that rows have beside the metrics' own: "by due month", "per year of birth", "by the month they ended".

Pure. The word beside the unit must stand in the name of such a time; where it stands in none, nothing is read.
"""

from __future__ import annotations

from collections.abc import Collection

from anabot.agent.offline.lexicon import DimensionId
from anabot.agent.offline.parser import Parser
from anabot.agent.offline.slots import Cut, Slots
from anabot.agent.offline.text import abbreviates, is_verb, root
from anabot.agent.offline.timed_names import time_words
from anabot.semantic.registry import Metric

_THEY = {"they", "it", "were", "was", "are", "is", "in", "the", "of"}
_NOTHING = {"date", "time", "day", "dt", "on", "at", "first", "last", "other", "new"}
_COUNTED_OUT = ("week", "month", "quarter", "year", "day")


def cut(p: Parser, i: int) -> Cut | None:
    """The unit of another time at `i`, or None."""
    here, after = p.at(i), p.at(i + 1)
    if after.kind == "unit" and after.detail in _COUNTED_OUT and not p.before_of(i + 1):
        return _of(p, i, i + 1, 2)  # "due month"
    if here.kind != "unit" or here.detail not in _COUNTED_OUT:
        return None
    if after.kind in ("name", "unknown") and "of" in p.before_of(i + 1) and p.before_of(i + 1) <= {"of", "the", "their"}:
        return _of(p, i + 1, i, 2)  # "month of the due date"
    at = i + 1
    while p.at(at).text.casefold() in ("they", "it", "which", "when") and p.at(at).kind == "operator":
        at += 1
    verb = p.at(at).kind in ("name", "unknown") and is_verb(p.at(at).text.casefold())
    close = p.before_of(at) <= _THEY and not p.at(at + 1).when
    return _of(p, at, i, at - i + 1) if verb and close else None  # "year hired", "the month in which they ended"


def settle(slots: Slots, metrics: Collection[Metric]) -> None:
    """ "by due month in 2025" is of the due dates; other dates are of the metrics' own time only where a verb says so."""
    own = {(metric.model, metric.time_dimension) for metric in metrics}
    for window in [each for each in slots.windows if set(each.dimensions) & own and slots.when is None]:
        slots.windows.remove(window)
        slots.when = window.when
    other = next((each for each in slots.cuts if each.grain and not set(each.dimensions) & own), None)
    if other and ((slots.when and not other.after_verb) or slots.against or slots.over or slots.same_year):
        slots.misplaced.append(other.text)


def _of(p: Parser, name: int, unit: int, size: int) -> Cut | None:
    homes = _times(p, name)
    text = " ".join(p.at(k).text for k in sorted((name, unit)))
    if not homes:
        return None
    done = any(tag.when and is_verb(p.at(k - 1).text.casefold().rpartition(" ")[2]) for k, tag in enumerate(p.tags[:unit]))
    return Cut(text=text, dimensions=homes, grain=p.at(unit).detail, size=size, after_verb=done)


def _times(p: Parser, i: int) -> tuple[DimensionId, ...]:
    """The times that are called by the phrase at `i`."""
    models, entry = p.lexicon.registry.models, p.entry(i)
    if p.at(i).kind == "name":
        kinds = {models[model].dimensions[name].kind for model, name in entry.dimensions}
        return tuple(entry.dimensions) if kinds == {"time"} and not entry.metrics else ()
    said = p.at(i).text.casefold()
    if p.at(i).kind != "unknown" or said in _NOTHING:
        return ()
    times = {
        (ref.dimension.model, ref.dimension.name): time_words(ref.dimension)
        for metric in p.lexicon.visible
        for ref in p.lexicon.reach(metric)
        if ref.dimension.kind == "time"
    }
    exact = [home for home, called in times.items() if root(said) in called]
    return tuple(sorted(exact or (home for home, called in times.items() if any(abbreviates(word, said) for word in called))))
