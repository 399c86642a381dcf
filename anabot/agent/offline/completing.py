"""Complete names that a sentence says in pieces: "which products sold the most items" says "items sold".

Pure, and only the clause's own slots change. A word is taken from the unknown ones only where it makes a name that the registry
has, or stands in a name that the clause says anyway; it never picks between two.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations

from anabot.agent.offline.dating import Dating
from anabot.agent.offline.lexicon import Lexicon, ValueId, phrases_of
from anabot.agent.offline.slots import Cut, Mention, Pick, Slots
from anabot.agent.offline.text import deeds, is_plural, is_verb, root, stem, tokens, words
from anabot.agent.offline.things import called, told_by
from anabot.agent.offline.words import PURCHASES, SOLD
from anabot.semantic.catalog import catalog_of
from anabot.semantic.registry import Dimension, Metric
from anabot.semantic.units import CURRENCIES

_LABELS = ("number", "no", "nr", "num")  # that a single thing has
_RATES = ("rate", "share", "percentage", "percent", "pct")
_SELL, _SALES = "sell", "sales"
_SPENDING = ("spend", "spent", "spending")
_ALSO = {"begin": "start", "commenc": "start", "start": "begin"}  # one deed, by another word


@dataclass(frozen=True, slots=True, kw_only=True)
class Completing:
    """One clause as it was read."""

    lexicon: Lexicon
    slots: Slots

    def complete(self) -> None:
        """A name may come in two pieces: "which products sold the most items" says "items sold"."""
        self._named_by_what_is_true()
        self._merged()
        self._things()
        self._attributes()
        Dating(lexicon=self.lexicon, slots=self.slots).settle()
        self._verbs_that_name()
        self._purchases()
        if self.slots.verbs and not (self.slots.every_mention or self.slots.phrases or self.slots.saved):
            self.slots.unknown += self.slots.verbs
        rank = self.slots.rank
        if rank and rank.mention and (word := next(iter(self._completing(rank.mention)), None)):
            rank.mention = replace(rank.mention, metrics=(self._completing(rank.mention)[word],), term="")
            (self.slots.unknown if word in self.slots.unknown else self.slots.misplaced).remove(word)
        self._averages()
        self._said_again()
        self._part_of_whole()
        self._rated()
        self._paired()
        self._named_by_a_verb()
        self._whole()
        self._valued()
        self._parts()
        self._of_a_term()
        for word in list(self.slots.unknown):
            if any(self._is_verb_of(word, mention) for mention in self.slots.every_mention):
                self.slots.unknown.remove(word)
        for word in self._outside():
            for k, mention in enumerate(self.slots.mentions):
                if word.casefold() in _LABELS and not is_plural(mention.text):
                    continue  # "the bike number" is no number of bikes
                found = self.lexicon.naming({*words(mention.text), stem(word.casefold())})
                found = [name for name in found if name in mention.metrics] or found
                if len(found) == 1:
                    self.slots.mentions[k] = replace(mention, metrics=(found[0],), term="")
                    self.slots.unknown.remove(word)
                    break

    def _uncounted(self, name: str) -> bool:
        return self.lexicon.registry.metrics[name].unit in (*CURRENCIES, "ratio")

    def _of_a_term(self) -> None:
        """ "how many customers did we bill": of the readings of a word, the one that the verb stands in a name of."""
        for word, metrics in self.slots.done_to:
            for mention in [each for each in self.slots.mentions if len(metrics) > 1 and each.metrics == metrics]:
                named = [name for name in metrics if self._is_verb_of(word, replace(mention, metrics=(name,)))]
                if len(named) == 1 and word in self.slots.unknown:
                    label = self.lexicon.registry.metrics[named[0]].label
                    self.slots.notes.append(f"“{mention.text}” with “{word}” is read as {label}.")
                    self.slots.swap({metrics: replace(mention, metrics=(named[0],), term="")})

    def _outside(self) -> list[str]:
        """The words that may complete a name. "What share of orders were late" has two numbers, and is no share of late ones."""
        return [] if self.slots.share else list(self.slots.unknown)

    def _purchases(self) -> None:
        """ "customers who have made a purchase": of what the company calls sales or orders, where it has one of the two."""
        made = {"make", "made"} & {verb.casefold() for verb in self.slots.verbs}
        word = next((word for word in self.slots.unknown if word.casefold() in PURCHASES), "")
        entries = [self.lexicon.entries[(each,)] for each in SOLD if (each,) in self.lexicon.entries] if made and word else []
        counted = {name for entry in entries for name in (*entry.counted, *entry.metrics) if self._counts(name)}
        if len(counted) == 1:
            (name,) = counted
            self.slots.unknown.remove(word)
            self.slots.mentions.append(Mention(metrics=(name,), text=word, counted=True))
            self.slots.notes.append(f"“{word}” is read as {self.lexicon.registry.metrics[name].label}.")

    def _counts(self, name: str) -> bool:
        return self.lexicon.registry.metrics[name].agg == "count"

    def _things(self) -> None:
        """ "customers without orders": those are listed by what they are called."""
        if not self.slots.none or self.slots.cuts:
            return
        named = [mention.text for mention in self.slots.mentions if not mention.counted]
        for word in [*self.slots.misplaced, *(text for text, _ in self.slots.nouns), *named]:
            entry = self.lexicon.entries.get(words(word))
            homes = [home for model in entry.models for home in told_by(self.lexicon, model)] if entry else []
            homes = homes or (entry.dimensions if entry else [])
            if len(homes) == 1:
                self.slots.cuts.append(Cut(text=word, dimensions=(homes[0],)))
                self.slots.misplaced[:] = [each for each in self.slots.misplaced if each != word]
                self.slots.mentions[:] = [each for each in self.slots.mentions if each.text != word]
                return

    def _averages(self) -> None:
        """ "avg LOS", where that is an average anyway."""
        found = [self.lexicon.registry.metrics[name] for mention in self.slots.every_mention for name in mention.metrics]
        averages = all(m.agg == "average" or (m.kind == "ratio" and m.unit not in ("ratio", "count", "")) for m in found)
        if not averages and len(found) == 1 and (own := self._average_of(found[0])) and self._unknown_average():
            instead: dict[tuple[str, ...], Mention] = {
                (found[0].name,): Mention(metrics=(own,), text=self.lexicon.registry.metrics[own].label)
            }
            self.slots.swap(instead)
            averages = True
        if found and averages:
            self.slots.unknown[:] = [word for word in self.slots.unknown if words(word) not in (("average",), ("mean",))]

    def _unknown_average(self) -> bool:
        total = any(mention.text.casefold().startswith("total") for mention in self.slots.mentions)
        return not total and any(words(word) in (("average",), ("mean",)) for word in self.slots.unknown)

    def _average_of(self, metric: Metric) -> str:
        """The average of what a metric adds up, where the registry has it."""
        same = [
            self.lexicon.registry.metrics[name]
            for name in self.lexicon.visible
            if metric.agg == "sum" and metric.kind == "simple"
        ]
        found = [
            m.name for m in same if (m.agg, m.model, m.expr, m.where) == ("average", metric.model, metric.expr, metric.where)
        ]
        return found[0] if len(found) == 1 else ""

    def _said_again(self) -> None:
        """ "average day 100 score by drug? Return the drug and the average score": the end of the one name that was said."""
        names = {name for mention in self.slots.every_mention for name in mention.metrics}
        if len(names) != 1:
            return
        metric, said = self.lexicon.registry.metrics[next(iter(names))], {w for m in self.slots.mentions for w in words(m.text)}
        again = said | ({"count"} if metric.agg in ("count", "count_distinct") else set())
        self.slots.unknown[:] = [word for word in self.slots.unknown if not set(words(word)) <= again]

    def _part_of_whole(self) -> None:
        """ "what share of bookings were no-shows", where the registry has the one divided by the other."""
        mentions, metrics = self.slots.mentions, self.lexicon.registry.metrics
        if not self.slots.share or self.slots.cuts or len(mentions) != 2 or any(len(m.metrics) != 1 for m in mentions):
            return
        whole, part = (m.metrics[0] for m in mentions)
        ratios = [metrics[name] for name in self.lexicon.visible if metrics[name].kind == "ratio"]
        found = [m for m in ratios if [each.metric for each in m.inputs] == [part, whole] and not any(e.where for e in m.inputs)]
        if len(found) == 1:
            self.slots.mentions = [Mention(metrics=(found[0].name,), text=found[0].label)]

    def _rated(self) -> None:
        """ "what percentage of messages were read", where the registry has a read rate of the same rows."""
        slots, said = self.slots, [word for word in self.slots.unknown if word not in self.slots.misplaced]
        if not slots.share or len(said) != 1 or len(slots.mentions) != 1 or len(slots.mentions[0].metrics) != 1:
            return
        leaves = catalog_of(self.lexicon.registry).leaves
        homes = {leaf.model for leaf in leaves(slots.mentions[0].metrics[0])}
        named = {name for kind in _RATES for name in self.lexicon.called({said[0].casefold(), kind})}
        found = [name for name in named if {leaf.model for leaf in leaves(name)} == homes]
        if len(found) == 1:
            label = self.lexicon.registry.metrics[found[0]].label
            slots.unknown.remove(said[0])
            slots.mentions, slots.share = [Mention(metrics=(found[0],), text=label)], False
            slots.notes.append(f"The part that is “{said[0]}” is read as {label}.")

    def _named_by_what_is_true(self) -> None:
        """ "who won the most deals", where both "deals won" and a column for who won are known: the metric goes before."""
        if self.slots.share:
            return
        for pick in [pick for pick in self.slots.picks if not pick.negated and all(v[2] == "true" for v in pick.values)]:
            for mention in self.slots.every_mention:
                found = self.lexicon.called({*(token.norm for token in tokens(mention.text)), pick.text.casefold()})
                if pick in self.slots.picks and len(found) == 1 and self._fits(mention, found[0]):
                    self.slots.swap({mention.metrics: replace(mention, metrics=(found[0],), term="")})
                    self.slots.picks.remove(pick)

    def _named_by_a_verb(self) -> None:
        """ "how much did we bill": a verb that is the whole name of one metric, where nothing else names one."""
        if self.slots.every_mention or self.slots.phrases or self.slots.saved or self.slots.openly:
            return  # "how is hiring going" asks for no number of its own
        stages = [pick.text for pick in self.slots.picks if is_verb(pick.text.casefold()) and not (pick.negated or pick.beside)]
        for word in [word for word in (*self.slots.unknown, *stages) if len(word) > 3]:
            found = self.lexicon.alone(word) or self.lexicon.deed(word) or self._sold(word)
            if len(found) == 1 and not (
                self.slots.many and self.lexicon.registry.metrics[found[0]].unit in (*CURRENCIES, "ratio")
            ):
                self.slots.unknown[:] = [each for each in self.slots.unknown if each != word]
                self.slots.picks[:] = [pick for pick in self.slots.picks if pick.text != word]
                self.slots.mentions.append(Mention(metrics=(found[0],), text=word))
                self.slots.notes.append(f"“{word}” is read as {self.lexicon.registry.metrics[found[0]].label}.")
                return

    def _sold(self, word: str) -> list[str]:
        """ "how much did we sell", where the registry has sales; money is never how many."""
        found = self.lexicon.alone(_SALES) if root(word.casefold()) == _SELL else []
        return [name for name in found if not (self.slots.many and self.lexicon.registry.metrics[name].unit in CURRENCIES)]

    def _parts(self) -> None:
        """ "Kestrel", for "MS Kestrel": a word that stands in the name of one value alone, written like a name."""
        for word in [word for word in self.slots.unknown if len(word) > 3 and word[:1].isupper()]:
            found = self.lexicon.parts.get(words(word), [])
            if len(found) == 1:
                self.slots.unknown.remove(word)
                self._picked(word, found[0])

    def _whole(self) -> None:
        """ "how many cars were sold", where a metric is called "cars sold": the whole of its name goes before a part of it."""
        for word in self._outside():
            for k, mention in enumerate(self.slots.mentions):
                found = self.lexicon.called({*(token.norm for token in tokens(mention.text)), word.casefold()})
                if (
                    len(found) == 1
                    and word in self.slots.unknown
                    and found[0] not in mention.metrics
                    and self._fits(mention, found[0])
                ):
                    self.slots.mentions[k] = replace(mention, metrics=(found[0],), term="")
                    self.slots.unknown.remove(word)

    def _picked(self, word: str, value: ValueId) -> None:
        negated = word in self.slots.nots
        self.slots.nots[:] = [each for each in self.slots.nots if each != word]
        self.slots.picks.append(Pick(values=(value,), text=word, negated=negated))
        self.slots.notes.append(f"“{word}” is read as {value[2]}.")

    def _valued(self) -> None:
        """ "successful payments", "failed payments": the adjective of a value that is written `success` or `fail`."""
        for word in list(self.slots.unknown):
            said = word.casefold()
            base = said.removesuffix("ful")
            found = self.lexicon.value_roots.get(root(base), []) if base != said or is_verb(said) or self.slots.did else []
            if len(found) == 1:
                self.slots.unknown.remove(word)
                self._picked(word, found[0])

    def _fits(self, mention: Mention, name: str) -> bool:
        """Money and shares are not counted."""
        return not (mention.counted and self.lexicon.registry.metrics[name].unit in (*CURRENCIES, "ratio"))

    def _verbs_that_name(self) -> None:
        """ "number of payments made", where "payments" are those received: with its verb the name is another metric's.

        "Trial spend" is no number of trials: only money is spent.
        """
        units = {self.lexicon.registry.metrics[name].unit for mention in self.slots.mentions for name in mention.metrics}
        for verb in [each for each in self.slots.verbs if each.casefold() in _SPENDING]:
            if units and units.isdisjoint(CURRENCIES):
                self.slots.verbs.remove(verb)
                self.slots.unknown.append(verb)
        for verb in list(self.slots.verbs):
            for mention in self.slots.mentions:
                said = set(words(mention.text)) - {"number", "count", "of", "total", "amount"}
                named = self.lexicon.naming({*said, stem(verb.casefold())})
                if named and not set(named) & set(mention.metrics) and verb in self.slots.verbs:
                    self.slots.verbs.remove(verb)
                    self.slots.unknown.append(verb)

    def _attributes(self) -> None:
        """ "return the id, name and …": what is shown of the things that the rows are about, by a part of its own name."""
        sure = [cut for cut in self.slots.cuts if len({model for model, _ in cut.dimensions}) == 1]
        homes = {model for cut in sure or self.slots.cuts for model, _ in cut.dimensions}
        models = self.lexicon.registry.models
        denied = self.lexicon.grant.denied
        for word in list(self.slots.unknown) if homes else ():
            said = stem(word.casefold())
            owned = [(m, d) for m in sorted(homes) for d in models[m].dimensions if f"{m}.{d}" not in denied]
            found = [(m, d) for m, d in owned if self._named_by(said, models[m].dimensions[d])]
            if said == "name":
                found = found or [home for model in sorted(homes) for home in called(self.lexicon, model)]
            named_already = [where for cut in self.slots.cuts for where in cut.dimensions if where in found]
            if len(found) == 1 or named_already or said == "name":
                self.slots.unknown.remove(word)
                if found and not named_already:
                    self.slots.cuts.append(Cut(text=word, dimensions=(found[0],)))

    @staticmethod
    def _named_by(said: str, dimension: Dimension) -> bool:
        """Whether a word stands in the name; a time is not named by what was done then: "read" is no wish for `read_at`."""
        parts = 0 if dimension.kind == "categorical" else -1
        return any(said in words(name)[parts:] for name in (dimension.name, dimension.label) if name)

    def _merged(self) -> None:
        """ "how many deals did we win" names one metric in two pieces, each of which is a name of another."""
        mentions = self.slots.mentions if self.slots.pair is None else []
        for one, other in [(a, b) for a in mentions for b in mentions if a is not b]:
            both = {root(word) for each in (one, other) for word in words(each.text)}
            whole = both == {root(word) for word in words(other.text)}  # "orders and gift orders" are two
            found = [name for name in other.metrics if len(both) > 1 and not whole and both in self.lexicon.roots(name)]
            fits = all(
                self._fits(each, name) for each in (one, other) for name in found
            )  # "orders and their total value" are two
            if len(found) == 1 and set(found) != set(one.metrics) and fits:
                self.slots.mentions = [m for m in mentions if m is not one and m is not other]
                self.slots.mentions.append(replace(other, metrics=(found[0],), term="", counted=one.counted or other.counted))
                return

    def _completing(self, mention: Mention) -> dict[str, str]:
        """Unknown words that make a longer name of a mention, and the one metric that has it."""
        loose = (*self.slots.unknown, *self.slots.misplaced)
        found = {word: self.lexicon.naming({*words(mention.text), stem(word.casefold())}) for word in loose}
        return {word: names[0] for word, names in found.items() if len(names) == 1}

    def _paired(self) -> None:
        """ "how many Toyota cars were sold": two words that are together the whole name of one metric."""
        loose, nouns = (self.slots.unknown, self.slots.misplaced), [text for text, _ in self.slots.nouns]
        words_left = [*loose[0], *loose[1], *nouns]
        for one, other in combinations(words_left, 2):
            found = self.lexicon.called({one.casefold(), other.casefold()})
            if len(found) == 1 and not {one, other} <= set(nouns):
                for kind in loose:
                    kind[:] = [word for word in kind if word not in (one, other)]
                self.slots.mentions.append(Mention(metrics=(found[0],), text=f"{one} {other}", counted=True))
                return

    def _is_verb_of(self, word: str, mention: Mention) -> bool:
        """ "how much new pipeline did we create": a form of a verb that stands in a name of the metric itself."""
        said = word.casefold()
        if not is_verb(said) and not self.slots.did:
            return False  # "open tickets" are not those opened
        return all(
            any(
                (root(said) == root(own) and (said != own or is_verb(said)) and (is_verb(said) or is_verb(own)))
                or root(own) in deeds(said)
                or (is_verb(said) and root(own) == _ALSO.get(root(said)))
                for phrase in phrases_of(self.lexicon.registry, name)
                for own in (token.norm for token in tokens(phrase))
            )
            for name in mention.metrics
        )
