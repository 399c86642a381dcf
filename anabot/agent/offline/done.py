"""Read "that have not been delivered", "who have left": rows in which the day of it stands, or does not.

Pure. What is done must be in the name of one time of the counted rows that is not the time they are counted by. A "not" before a
word that means something else here is named back: it is never lost.
"""

from __future__ import annotations

from dataclasses import replace

from anabot.agent.offline.lexicon import DimensionId, Lexicon
from anabot.agent.offline.slots import Cut, Slots, Window
from anabot.agent.offline.text import abbreviates, is_verb, root
from anabot.agent.offline.timed_names import time_words

_WHO = ("that", "who", "which", "yet")


def settle(lexicon: Lexicon, slots: Slots) -> None:
    """Take the verbs that nothing else has explained."""
    names = {name for mention in slots.every_mention for name in mention.metrics}
    metric = lexicon.registry.metrics[next(iter(names))] if len(names) == 1 else None
    if metric is None or not metric.model or slots.dated:
        return
    times = lexicon.registry.models[metric.model].dimensions
    for word in [word for word in slots.unknown if word not in slots.versus]:
        verb, undone = _done(word.casefold())
        found = [
            (metric.model, name)
            for name, each in times.items()
            if each.kind == "time"
            and name != metric.time_dimension
            and f"{metric.model}.{name}" not in lexicon.grant.denied
            and is_verb(verb)
            and _stands_in(verb, time_words(each))
        ]
        if len(found) == 1 and word in slots.by_its_unit and word not in slots.nots:
            _by_its_time(slots, word, found[0])
        elif len(found) == 1:
            slots.blank.append((Cut(text=word, dimensions=(found[0],)), (word not in slots.nots) != undone))
            slots.unknown[:] = [each for each in slots.unknown if each != word and each.casefold() not in _WHO]
            slots.nots[:] = [each for each in slots.nots if each != word]


def _stands_in(verb: str, names: set[str]) -> bool:
    return root(verb) in names or any(abbreviates(name, verb) for name in names)


def _done(word: str) -> tuple[str, bool]:
    """What was done, and whether the word says that it was not: "open" is what was not closed, "unpaid" what was not paid."""
    if word == "open":
        return "closed", True
    undone = word.startswith("un") and is_verb(word[2:])
    return (word[2:], True) if undone else (word, False)


def _by_its_time(slots: Slots, word: str, home: DimensionId) -> None:
    """ "claims closed per month in 2024": by the month they were closed in, and of the days they were closed on."""
    slots.cuts[:] = [
        replace(c, text=f"{c.text} {word}", dimensions=(home,), grain=c.unit, unit="") if c.unit else c for c in slots.cuts
    ]
    if slots.when:
        slots.windows.append(Window(dimensions=(home,), when=slots.when, text=word))
        slots.when = None
    slots.unknown[:] = [each for each in slots.unknown if each != word]


def keep_nots(slots: Slots) -> None:
    """A word after "not" that was read without it does not stand."""
    slots.misplaced += [f"not {word}" for word in slots.nots if word not in slots.unknown]
