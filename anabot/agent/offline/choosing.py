"""Decide which metrics a clause is about, and what is built for them: one reading, several, or a question back.

A word with several governed readings is answered by the team's default, which is said, or asked back with at most three
choices, each of them the whole question.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from anabot.agent.offline.building import Builder
from anabot.agent.offline.causes import asked_why, without_moves
from anabot.agent.offline.exits import Exit, stuck
from anabot.agent.offline.lexicon import Lexicon, phrases_of
from anabot.agent.offline.listing import Listing
from anabot.agent.offline.slots import Cut, Mention, Slots
from anabot.agent.offline.text import is_verb, root, stem, tokens, words
from anabot.agent.offline.words import UNITS
from anabot.agent.understanding import Ambiguous, Forbidden, NotUnderstood, Reading
from anabot.periods import named
from anabot.semantic.query import MetricQuery

_CHOICES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Chooser:
    """One clause of one asker. `previous` is the thread's query, when the clause goes on from it."""

    lexicon: Lexicon
    slots: Slots
    team: str
    now: dt.datetime
    previous: MetricQuery | None = None

    def readings(self) -> list[Reading]:
        """The readings of the clause. Raises Exit with the honest answer where there is none, or more than one."""
        if self.slots.listed:
            raise Exit(Forbidden(metrics=tuple(dict.fromkeys(self.slots.listed))))
        if (listed := Listing(lexicon=self.lexicon, slots=self.slots)).is_asked(self.previous):
            return [listed.reading()]
        self._explained()
        if self.slots.saved:
            return self._saved(self.slots.saved[0])
        if self.slots.phrases:
            return self._phrases()
        mentions = self._mentions()
        if not mentions and self.previous is None:
            raise stuck("no_metric", "I understood the words, but not what to count. Name a metric.")
        return self._settled(mentions)

    def _explained(self) -> None:
        slots = self.slots
        if slots.why:
            without_moves(slots)
        self._completed()
        if slots.unknown:
            raise stuck(
                "unknown_words", unknown=slots.unknown, nearest=[m for mention in slots.mentions for m in mention.metrics]
            )
        if slots.misplaced:
            words = "” and “".join(dict.fromkeys(slots.misplaced))
            raise stuck(
                "shape",
                f"I know the words, but not what “{words}” does in this sentence. Say it another way.",
                unknown=slots.misplaced,
            )

    def _completed(self) -> None:
        """A name may come in two pieces: "which products sold the most items" says "items sold"."""
        self._merged()
        self._attributes()
        self._dated()
        self._verbs_that_name()
        if self.slots.verbs and not (self._mentions() or self.slots.phrases or self.slots.saved):
            self.slots.unknown += self.slots.verbs
        rank = self.slots.rank
        if rank and rank.mention and (word := next(iter(self._completing(rank.mention)), None)):
            rank.mention = replace(rank.mention, metrics=(self._completing(rank.mention)[word],), term="")
            (self.slots.unknown if word in self.slots.unknown else self.slots.misplaced).remove(word)
        self._paired()
        for word in list(self.slots.unknown):
            if any(self._is_verb_of(word, mention) for mention in self._mentions()):
                self.slots.unknown.remove(word)
        for word in list(self.slots.unknown):
            for k, mention in enumerate(self.slots.mentions):
                found = self.lexicon.naming({*words(mention.text), stem(word.casefold())})
                found = [name for name in found if name in mention.metrics] or found
                if len(found) == 1:
                    self.slots.mentions[k] = replace(mention, metrics=(found[0],), term="")
                    self.slots.unknown.remove(word)
                    break

    def _verbs_that_name(self) -> None:
        """ "number of payments made", where "payments" are those received: with its verb the name is another metric's."""
        for verb in list(self.slots.verbs):
            for mention in self.slots.mentions:
                said = set(words(mention.text)) - {"number", "count", "of", "total", "amount"}
                named = self.lexicon.naming({*said, stem(verb.casefold())})
                if named and not set(named) & set(mention.metrics) and verb in self.slots.verbs:
                    self.slots.verbs.remove(verb)
                    self.slots.unknown.append(verb)

    def _attributes(self) -> None:
        """ "return the id, name and …": what is shown of the things that the rows are about, by a part of its own name."""
        homes = {model for cut in self.slots.cuts for model, _ in cut.dimensions}
        models = self.lexicon.registry.models
        denied = self.lexicon.grant.denied
        for word in list(self.slots.unknown) if homes else ():
            said = stem(word.casefold())
            owned = [(m, d) for m in sorted(homes) for d in models[m].dimensions if f"{m}.{d}" not in denied]
            found = [(m, d) for m, d in owned if said in words(d) or said in words(models[m].dimensions[d].label)]
            named_already = [where for cut in self.slots.cuts for where in cut.dimensions if where in found]
            if len(found) == 1 or named_already or said == "name":
                self.slots.unknown.remove(word)
                if found and not named_already:
                    self.slots.cuts.append(Cut(text=word, dimensions=(found[0],)))

    def _dated(self) -> None:
        """ "who joined in 2022": a verb that stands in the name of the metric's own time is what the dates are of."""
        metrics, models = self.lexicon.registry.metrics, self.lexicon.registry.models
        names = [name for mention in self.slots.mentions for name in mention.metrics]
        times = [models[m.model].dimensions.get(m.time_dimension) for m in map(metrics.__getitem__, names) if m.model]
        roots = [{root(w) for w in words(f"{each.name} {each.label} {_parted(each.expr)}")} for each in times if each]
        for word in list(self.slots.unknown) if self.slots.when and roots else ():
            if is_verb(word.casefold()) and all(root(word.casefold()) in found for found in roots):
                self.slots.unknown.remove(word)

    def _merged(self) -> None:
        """ "how many deals did we win" names one metric in two pieces, each of which is a name of another."""
        mentions = self.slots.mentions
        for one, other in [(a, b) for a in mentions for b in mentions if a is not b]:
            both = {root(word) for each in (one, other) for word in words(each.text)}
            found = [name for name in other.metrics if len(both) > 1 and both in self.lexicon.roots(name)]
            if len(found) == 1 and set(found) != set(one.metrics):
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
        return all(
            any(
                root(said) == root(own) and (said != own or is_verb(said)) and (is_verb(said) or is_verb(own))
                for phrase in phrases_of(self.lexicon.registry, name)
                for own in (token.norm for token in tokens(phrase))
            )
            for name in mention.metrics
        )

    def _mentions(self) -> list[Mention]:
        """The metrics that are shown first, then those that only sort or limit."""
        slots = self.slots
        extra = [bound.mention for bound in slots.bounds]
        extra.append(slots.rank.mention if slots.rank else None)
        extra.append(slots.sort[0] if slots.sort and isinstance(slots.sort[0], Mention) else None)
        found = [*slots.mentions, *(m for m in extra if m and m not in slots.mentions)]
        return list({m.metrics: m for m in found}.values())

    # --- which metrics

    def _settled(self, mentions: list[Mention]) -> list[Reading]:
        notes: list[str] = []
        settled = self._said_before([self._by_default(mention, notes) for mention in mentions])
        open_words = [m for m in settled if len(m.metrics) > 1]
        if open_words and self.slots.define:
            return [self._one((name,), notes) for m in settled for name in m.metrics]
        if len(open_words) > 1:
            words = [m.text for m in open_words]
            raise stuck(
                "several_ambiguous",
                f"“{'” and “'.join(words)}” have several meanings each. Ask for one at a time.",
                unknown=words,
            )
        if open_words:
            return self._asked_back(settled, open_words[0], notes)
        return self._built(self._with_thread(settled), notes)

    def _said_before(self, mentions: list[Mention]) -> list[Mention]:
        """ "how many sales …, ordered from most to least sales": a word that is settled once means the same again."""
        known = {mention.metrics[0] for mention in mentions if len(mention.metrics) == 1}
        found = []
        for mention in mentions:
            same = [name for name in mention.metrics if name in known]
            again = len(mention.metrics) > 1 and len(same) == 1 and not mention.term
            found.append(replace(mention, metrics=(same[0],)) if again else mention)
        sort, bounds = self.slots.sort, self.slots.bounds
        for k, mention in enumerate(mentions):
            if sort and sort[0] == mention and sort[0] != found[k]:
                self.slots.sort = (found[k], sort[1])
            self.slots.bounds = bounds = [replace(b, mention=found[k]) if b.mention == mention else b for b in bounds]
        return list({mention.metrics: mention for mention in found}.values())

    def _by_default(self, mention: Mention, notes: list[str]) -> Mention:
        metrics = self.lexicon.registry.metrics
        if mention.term:
            term = self.lexicon.registry.terms[mention.term]
            default = term.defaults.get(self.team, "")
            if default in mention.metrics and len(mention.metrics) > 1:
                others = ", ".join(metrics[m].label for m in mention.metrics if m != default)
                notes.append(f"“{mention.text}” is {metrics[default].label} for your team; it could also be {others}.")
                return replace(mention, metrics=(default,))
            if len(mention.metrics) == 1 and len(term.metrics) > 1:
                notes.append(f"“{mention.text}” is read as {metrics[mention.metrics[0]].label}.")
        return mention

    def _with_thread(self, mentions: Iterable[Mention]) -> tuple[str, ...]:
        """The metrics of the reading: the thread's own stay when none is named, or when one is added."""
        named_here = tuple(dict.fromkeys(m.metrics[0] for m in mentions))
        if self.previous is None or (self.slots.mentions and not self.slots.adds):
            return named_here
        return tuple(dict.fromkeys((*self.previous.metrics, *named_here)))

    def _asked_back(self, mentions: list[Mention], word: Mention, notes: list[str]) -> list[Reading]:
        """Every reading that the rest of the sentence fits; when only one does, that is the answer."""
        found: list[tuple[str, Reading]] = []
        failed: Exit | None = None
        for name in word.metrics:
            chosen = [replace(m, metrics=(name,)) if m is word else m for m in mentions]
            try:
                readings = self._built(self._with_thread(chosen), notes)
            except Exit as out:
                failed = failed or out
                continue
            if len(readings) > 1:
                raise stuck("several_ambiguous", f"“{word.text}” has several meanings. Ask for it alone.", unknown=[word.text])
            found.append((self.lexicon.registry.metrics[name].label, readings[0]))
        if not found:
            raise failed or stuck("no_metric")
        if len(found) == 1:
            note = f"“{word.text}” is read as {found[0][0]}, the only reading the rest of the question fits."
            return [replace(found[0][1], assumptions=(note, *found[0][1].assumptions))]
        choices = tuple((label, reading.query) for label, reading in found[:_CHOICES])
        first = found[0][1]
        raise Exit(Ambiguous(word=word.text, choices=choices, assumptions=first.assumptions, period_label=first.period_label))

    # --- what is built

    def _built(self, metrics: tuple[str, ...], notes: list[str]) -> list[Reading]:
        """One query for all metrics, where their periods and dimensions agree; else one for each."""
        if len(metrics) == 1 or self.previous is not None or self._ordered():
            return [self._one(metrics, notes)]
        if self._agree(metrics):
            try:
                return [self._one(metrics, notes)]
            except Exit as out:
                if not isinstance(out.understanding, NotUnderstood) or out.understanding.reason not in (
                    "unreachable",
                    "bad_query",
                ):
                    raise
        return [self._one((name,), notes) for name in metrics]

    def _ordered(self) -> bool:
        return bool(self.slots.bounds or self.slots.rank or self.slots.sort)

    def _agree(self, metrics: tuple[str, ...]) -> bool:
        """Whether the defaults of the metrics that would be used are the same."""
        found = [self.lexicon.registry.metrics[name] for name in metrics]
        period_said = self.slots.when is not None or self.slots.over not in ("", "same", "year")
        periods = {m.default_period for m in found}
        groups = {m.default_group_by for m in found}
        return (period_said or len(periods) == 1) and (bool(self.slots.cuts) or len(groups) == 1)

    def _one(
        self, metrics: tuple[str, ...], notes: Iterable[str], base: MetricQuery | None = None, *, saved: bool = False
    ) -> Reading:
        builder = Builder(
            lexicon=self.lexicon,
            slots=self._timed(metrics),
            metrics=metrics,
            now=self.now,
            base=base or self.previous,
            continuing=self.previous is not None and not saved,
        )
        reading = builder.build()
        reading = replace(reading, assumptions=(*notes, *self.slots.notes, *reading.assumptions))
        return asked_why(reading, self.lexicon.registry) if self.slots.why else reading

    def _timed(self, metrics: tuple[str, ...]) -> Slots:
        """The slots, where "by day" is the time itself for metrics that reach no dimension of that name."""
        reached = {(ref.dimension.model, ref.dimension.name) for ref in self.lexicon.reach(*metrics)}
        cuts = [
            Cut(text=cut.text, unit=UNITS[cut.text.casefold()])
            if cut.text.casefold() in UNITS and not cut.unit and not reached & set(cut.dimensions)
            else cut
            for cut in self.slots.cuts
        ]
        return self.slots if cuts == self.slots.cuts else replace(self.slots, cuts=cuts)

    # --- questions that the data team foresaw

    def _saved(self, name: str) -> list[Reading]:
        saved = self.lexicon.registry.saved_queries[name]
        base = self._shaped(saved.query, saved.query["metrics"])
        return [self._one(base.metrics, [f"This is the saved question “{saved.label}”."], base, saved=True)]

    def _phrases(self) -> list[Reading]:
        found = []
        for metric, shape in self.slots.phrases:
            base = self._shaped(shape, [metric])
            more = tuple(m.metrics[0] for m in self.slots.mentions if len(m.metrics) == 1)
            metrics = tuple(dict.fromkeys((*base.metrics, *more)))
            found.append(self._one(metrics, (), base, saved=True))
        return found

    def _shaped(self, shape: Any, metrics: list[str]) -> MetricQuery:
        """The declared shape as a query: a period may be a name, and `metric` in an order stands for the metric itself."""
        body = {**shape, "metrics": shape.get("metrics", metrics)}
        if isinstance(body.get("period"), str):
            period = named(body["period"], self.now, self.lexicon.registry.calendar)
            body["period"] = {"start": period.start, "end": period.end}
        body["order_by"] = [
            item.replace("metric", body["metrics"][0]) if item in ("metric", "-metric") else item
            for item in body.get("order_by", [])
        ]
        return MetricQuery.model_validate(body)


def _parted(name: str) -> str:
    """`custJoinDate` as words."""
    return "".join(f" {c}" if c.isupper() else c for c in name).replace("_", " ")
