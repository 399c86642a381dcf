"""Decide which metrics a clause is about, and what is built for them: one reading, several, or a question back.

A word with several governed readings is answered by the team's default, which is said, or asked back with at most three
choices, each of them the whole question.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice, product
from typing import Any

from anabot.agent.offline import (
    amounts,
    below,
    contrasts,
    counting,
    done,
    own_time,
    pairing,
    rates,
    read_other_times,
    read_spans,
    superlatives,
    told_dates,
    whole,
)
from anabot.agent.offline.bare_quantity import also_counted
from anabot.agent.offline.building import Builder
from anabot.agent.offline.causes import asked_why, without_moves
from anabot.agent.offline.completing import Completing
from anabot.agent.offline.exits import Exit, stuck
from anabot.agent.offline.lexicon import Lexicon
from anabot.agent.offline.listing import Listing, of_what_is_shown
from anabot.agent.offline.slots import Cut, EdgeDate, Mention, Slots
from anabot.agent.offline.vague import Vague
from anabot.agent.offline.words import UNITS
from anabot.agent.understanding import Ambiguous, Forbidden, NotUnderstood, Reading
from anabot.periods import named
from anabot.semantic.query import Made, MetricQuery

_CHOICES, _MOST_PAIRS = 3, 12


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
        try:
            return self._read()
        except Exit as out:
            if self.previous is not None or self.slots.undefined:
                raise
            raise Vague(lexicon=self.lexicon, slots=self.slots, built=self._about).instead_of(out) from None

    def _about(self, slots: Slots, name: str) -> Reading:
        return replace(self, slots=slots)._one((name,), ())

    def _read(self) -> list[Reading]:
        if self.slots.listed:
            raise Exit(Forbidden(metrics=tuple(dict.fromkeys(self.slots.listed))))
        if (listed := Listing(lexicon=self.lexicon, slots=self.slots)).is_asked(self.previous):
            return [listed.reading()]
        if self.previous is None:
            counting.of_a_list(self.lexicon, self.slots)
        self._explained()
        if self.slots.saved:
            return self._saved(self.slots.saved[0])
        if self.slots.phrases:
            return self._phrases()
        below.of_what_is_chosen(self.lexicon, self.slots, self.previous)
        mentions = self.slots.every_mention
        if self.previous is None and (asked := Vague(lexicon=self.lexicon, slots=self.slots, built=self._about).openly()):
            raise asked
        if not mentions and self.previous is None:
            mentions = counting.of_values(self.lexicon, self.slots)
        self.slots.notes += [said for each in mentions if (said := counting.counted_as(self.lexicon, each))]
        if not mentions and self.previous is None:
            raise counting.uncounted(self.lexicon, self.slots)
        try:
            return self._of_rows_or_totals(mentions)
        except Exit as out:
            return self._settled(self._instead(mentions, out))

    def _instead(self, mentions: list[Mention], out: Exit) -> list[Mention]:
        """The same, with what else counts the same things, where the words did not fit what was named first; else `out`."""
        stuck = isinstance(out.understanding, NotUnderstood) and out.understanding.reason in ("unreachable", "period")
        others = {m.metrics: replace(m, metrics=m.instead, instead=()) for m in mentions if m.instead and m.instead != m.metrics}
        if not stuck or not others:
            raise out
        self.slots.swap(others)
        labels = (self.lexicon.registry.metrics[name].label for m in others.values() for name in m.metrics[:1])
        self.slots.notes.extend(f"Counted as {label}." for label in dict.fromkeys(labels))
        return self.slots.every_mention

    def _explained(self) -> None:
        slots = self.slots
        if slots.unfilter and not (self.previous and (self.previous.where or self.previous.having)):
            raise stuck("shape", "There is no filter to remove.")
        of_what_is_shown(slots, self.previous)
        if slots.why and slots.pair:
            raise pairing.refuse_why()
        if slots.why:
            without_moves(slots)
        counting.worth_of_counts(self.lexicon, slots)
        contrasts.settle(self.lexicon, slots)
        Completing(lexicon=self.lexicon, slots=slots).complete()
        amounts.of_the_counted(slots, self.lexicon)
        metrics = self.lexicon.registry.metrics
        read_other_times.settle(slots, [metrics[name] for mention in slots.every_mention for name in mention.metrics])
        done.settle(self.lexicon, slots)
        superlatives.settle(self.lexicon, slots)
        counting.people(self.lexicon, slots)
        counting.newcomers(self.lexicon, slots)
        counting.agents(self.lexicon, slots)
        done.keep_nots(slots)
        below.rows_shown(self.slots, self.previous)
        if slots.undefined and set(slots.unknown) <= {"average", "mean"}:
            raise read_spans.undefined(slots.undefined, self.lexicon)
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

    def _of_rows_or_totals(self, mentions: list[Mention]) -> list[Reading]:
        """ "deals over 100k" are compared one by one; "deals over 100 by rep" may be so many of each rep, and is asked back."""
        amounts.in_money(self.slots, mentions, self.lexicon)
        amounts.below_a_count(self.slots, self.previous, self.lexicon)
        open_one = next((bound for bound in self.slots.bounds if bound.rows), None)
        if open_one is None:
            return self._settled(mentions)
        try:
            by_row = replace(self, slots=amounts.as_rows(self.slots))._settled(mentions)
        except Exit as out:
            if isinstance(out.understanding, Ambiguous) or isinstance(out, amounts.SeveralNumbers):
                raise
            total = self._settled(mentions)
            said = f"“{open_one.text}” is read of each group’s {self.lexicon.registry.metrics[total[0].query.metrics[0]].label}."
            return [replace(each, assumptions=(*each.assumptions, said)) for each in total]
        if amounts.is_named(open_one, by_row[0].query):
            return by_row
        try:
            by_total = self._settled(mentions)
        except Exit:
            return by_row
        one, other = by_row[0].query, by_total[0].query
        label = self.lexicon.registry.metrics[other.metrics[0]].label
        choices = ((f"each one by its {amounts.number_of(one)}", one), (f"{label} of each group in all", other))
        raise Exit(Ambiguous(word=open_one.text, choices=choices, period_label=by_row[0].period_label))

    # --- which metrics

    def _settled(self, mentions: list[Mention]) -> list[Reading]:
        notes: list[str] = []
        settled = self._said_before([self._by_default(mention, notes) for mention in mentions])
        notes += also_counted(settled, self.slots, self.lexicon)
        open_words = [m for m in settled if len(m.metrics) > 1]
        if open_words and self.slots.define:
            return [self._one((name,), notes) for m in settled for name in m.metrics]
        if len(open_words) > 1 and self.slots.pair:
            return self._pairs_back(settled, notes)
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
        settled = {mention.metrics: found[k] for k, mention in enumerate(mentions) if mention != found[k]}
        self.slots.swap(settled, shown=False)
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
                rates.check_one_open(out, word.text)
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
        if self.slots.edge:
            return [self._dated(self.slots.edge, metrics, notes)]
        if self.slots.pair:
            return [self._paired(metrics, notes)]
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

    def _paired(self, metrics: tuple[str, ...], notes: list[str]) -> Reading:
        """The metric that is defined as the pair, else the pair made for this question; asked back where names hold both."""
        made, metric = pairing.made_of(self.slots, metrics), self.lexicon.registry.metrics
        others = tuple(name for name in metrics if name not in (made.left, made.right))
        if found := pairing.defined_as(made, self.lexicon):
            note = f"That is {metric[found].label}: {metric[found].description.strip()}"
            return self._one((found, *others), [*notes, note])
        reading = self._one(metrics, [*notes, *pairing.also_meant(self.slots, made, self.lexicon)], made=(made,))
        if near := pairing.alike(self.slots, made, self.lexicon):
            known = [(metric[name].label, self._one((name, *others), notes).query) for name in near[: _CHOICES - 1]]
            last = (pairing.label_of(reading.query, self.lexicon), reading.query)
            raise Exit(Ambiguous(word=pairing.text_of(self.slots), choices=(*known, last)))
        return reading

    def _dated(self, edge: EdgeDate, metrics: tuple[str, ...], notes: list[str]) -> Reading:
        """The first or last date of what the metric counts, or the days up to it."""
        metrics, made, said = told_dates.settled(self.slots, edge, metrics, self.lexicon)
        reading = self._one(metrics, [*notes, *said], made=made)
        return told_dates.over_each(reading, edge, self.lexicon) if edge.how else reading

    def _pairs_back(self, mentions: list[Mention], notes: list[str]) -> list[Reading]:
        """ "revenue minus cost", where both have several meanings: asked back, with those that are defined first."""
        found: list[Reading] = []
        failed: Exit | None = None
        for names in islice(product(*(mention.metrics for mention in mentions)), _MOST_PAIRS):
            chosen = [replace(mention, metrics=(name,)) for mention, name in zip(mentions, names, strict=True)]
            try:
                found.append(self._paired(self._with_thread(chosen), notes))
            except Exit as out:
                failed = failed or out
        if not found:
            raise failed or stuck("no_metric")
        if len(found) == 1:
            return found
        found.sort(key=lambda reading: bool(reading.query.made))
        choices = tuple((pairing.label_of(reading.query, self.lexicon), reading.query) for reading in found[:_CHOICES])
        raise Exit(Ambiguous(word=pairing.text_of(self.slots), choices=choices))

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
        self,
        metrics: tuple[str, ...],
        notes: Iterable[str],
        base: MetricQuery | None = None,
        *,
        saved: bool = False,
        made: tuple[Made, ...] = (),
    ) -> Reading:
        timed = own_time.in_units(self._timed(metrics), self.lexicon.registry, metrics)
        slots = whole.shared(timed, [self.lexicon.registry.metrics[name] for name in metrics])
        builder = Builder(
            lexicon=self.lexicon,
            slots=slots,
            metrics=metrics,
            made=made or pairing.kept(self.previous, metrics),
            now=self.now,
            base=base or self.previous,
            continuing=self.previous is not None and not saved,
        )
        reading = builder.build()

        def anew(left: Slots, of: tuple[str, ...], made: tuple[Made, ...]) -> Reading:
            return replace(builder, slots=left, metrics=of, made=made, notes=[]).build()

        rates.check_named_part(reading, slots, self.lexicon, anew)
        reading = replace(reading, assumptions=(*notes, *slots.notes, *reading.assumptions))
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
