"""Settle the dates of a verb: "who joined in 2022" is the day of their sign-up, and not that of what is counted.

Where no time is called so, the dates are the question's period, and the verb stays a word that nobody knows. A time that is
called by another word for the same day is read only where there is just one, and it is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from anabot.agent.offline import years
from anabot.agent.offline.akin import akin
from anabot.agent.offline.lexicon import DimensionId, Lexicon
from anabot.agent.offline.slots import Dated, Slots, Window
from anabot.agent.offline.text import abbreviates, deeds, is_verb, root, words
from anabot.agent.offline.timed_names import time_words
from anabot.agent.offline.words import BEGINNINGS
from anabot.semantic.registry import Dimension


@dataclass(frozen=True, slots=True, kw_only=True)
class Dating:
    """One clause as it was read."""

    lexicon: Lexicon
    slots: Slots

    def settle(self) -> None:
        """ "who joined in 2022": of which time the dates are, by the verb that stands in its name: the metrics' own, or another.

        Where no time is called so, the dates are the question's period, and the verb stays unknown.
        """
        slots = self.slots
        metrics = [name for mention in slots.mentions for name in mention.metrics]
        for each in slots.dated:
            if self._own(metrics, each.verb, each.particle) or self._own_by_kin(metrics, each):
                self._explain(each)
            elif year := years.condition(self.lexicon, slots, each):
                slots.amounts.append(year)
                self._explain(each)
                continue
            elif homes := self._times_of(each.verb, each.particle) or self._times_by_kin(each):
                slots.windows.append(Window(dimensions=homes, when=each.when, text=f"{each.verb} date"))
                self._explain(each)
                self._someone(each, homes)
                continue
            elif each.verb.casefold() in BEGINNINGS and each.noun and self._of_counted(each):
                self._explain(each)  # "leads created in May", which are dated by when they came
            slots.more_dates += slots.when is not None
            slots.when = slots.when or each.when
        if slots.when or slots.weekdays or any(cut.unit for cut in slots.cuts):  # "reported on weekends"
            slots.unknown[:] = [word for word in slots.unknown if not (is_verb(word.casefold()) and self._own(metrics, word))]

    def _own(self, metrics: list[str], verb: str, particle: str = "") -> bool:
        """Whether the verb stands in the name of the time that each of the metrics has, or is what it counts."""
        named = [time_words(each) for each in self._times_along(metrics)]
        if bool(named) and all(_stands_in(verb.casefold(), names) for names in named):
            return True
        return bool(metrics) and set(metrics) <= set(self.lexicon.deed(verb, particle))

    def _times_along(self, metrics: list[str]) -> list[Dimension]:
        """The times along which the metrics are counted, of those that have one."""
        found, models = self.lexicon.registry.metrics, self.lexicon.registry.models
        times = [models[m.model].dimensions.get(m.time_dimension) for m in map(found.__getitem__, metrics) if m.model]
        return [time for time in times if time]

    def _own_by_kin(self, metrics: list[str], each: Dated) -> bool:
        """ "customers who joined", where they are counted by the day of their sign-up; nothing else may be called so."""
        times = self._times_along(metrics)
        named = [time_words(time) for time in times]
        kin = set() if each.particle or self._times_of(each.verb) or not self._of_counted(each) else akin(each.verb)
        if not named or not all(_called_by(kin, names) for names in named):
            return False
        self.slots.notes.append(f"“{each.verb}” is read by the {times[0].label.lower()}.")
        return True

    def _of_counted(self, each: Dated) -> bool:
        """Whether it is what is counted that did it, and not those of whom it is: "treatments of patients who joined"."""
        said = set(words(each.noun))
        return not each.noun or any(said & set(words(mention.text)) for mention in self.slots.mentions)

    def _times_by_kin(self, each: Dated) -> tuple[DimensionId, ...]:
        """The one time that is called by another word for the same day; it is said."""
        kin, reached = akin(each.verb) if not each.particle else set(), []
        for mention in self.slots.mentions:
            refs = [ref.dimension for name in mention.metrics for ref in self.lexicon.reach(name)]
            reached.append({(one.model, one.name) for one in refs if one.kind == "time" and _called_by(kin, time_words(one))})
        homes = set.intersection(*reached) if reached and kin else set()
        if len(homes) != 1:
            return ()
        model, name = next(iter(homes))
        self.slots.notes.append(
            f"“{each.verb}” is read by the {self.lexicon.registry.models[model].dimensions[name].label.lower()}."
        )
        return ((model, name),)

    def _times_of(self, verb: str, particle: str = "") -> tuple[DimensionId, ...]:
        """The times called so that every mention reaches: by their own names, else by what is counted along them."""
        said = verb.casefold()
        counted = [self.lexicon.registry.metrics[name] for name in self.lexicon.deed(verb, particle)]
        along = {(m.model, m.time_dimension) for m in counted if m.agg == "count" and not m.where}
        reached: list[set[DimensionId]] = []
        for mention in self.slots.mentions:
            refs = [ref.dimension for name in mention.metrics for ref in self.lexicon.reach(name)]
            timed = [each for each in refs if each.kind == "time"]
            named = {(each.model, each.name) for each in timed if root(said) in time_words(each)}
            named = named or {(each.model, each.name) for each in timed} & along
            named = named or {(each.model, each.name) for each in timed if deeds(said, particle) & time_words(each)}
            reached.append(named or {(each.model, each.name) for each in timed if _stands_in(said, time_words(each))})
        return tuple(sorted(set.intersection(*reached))) if reached else ()

    def _someone(self, each: Dated, homes: Sequence[DimensionId]) -> None:
        """ "users who joined": whoever does what only customers have a date of is a customer."""
        models = {model for model, _ in homes}
        for cut in [cut for cut in self.slots.bare if cut.text == each.noun and {model for model, _ in cut.dimensions} & models]:
            self.slots.bare.remove(cut)
            self.slots.misplaced.remove(cut.text)
        if each.noun in self.slots.unknown and len(models) == 1:
            self.slots.unknown.remove(each.noun)
            keys = self.lexicon.registry.models[next(iter(models))].entities.values()
            called = next((key.name for key in keys if key.kind == "primary"), "")
            self.slots.notes.append(
                f"“{each.noun} who {each.verb}” is read by the {called.replace('_', ' ')}’s {homes[0][1].replace('_', ' ')}."
            )

    def _explain(self, each: Dated) -> None:
        for word in (each.verb, each.particle):
            if word in self.slots.unknown:
                self.slots.unknown.remove(word)


def _called_by(kin: set[str], names: set[str]) -> bool:
    return bool(names & kin) or any(abbreviates(name, word) for name in names for word in kin)


def _stands_in(verb: str, names: set[str]) -> bool:
    """Whether a verb is one of these words, or what one of them is short for."""
    return root(verb) in names or any(abbreviates(name, verb) for name in names)
