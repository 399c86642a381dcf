"""A sentence about a number of groups → the query: the question inside is read like any other, and its groups are added to it.

It never reads what was understood without it, and refuses with words what has no number of groups. Which groups count is said.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from anabot.agent.offline import of_groups
from anabot.agent.offline import words_of_groups as shapes
from anabot.agent.offline.lexicon import Lexicon
from anabot.agent.offline.of_groups import Asked
from anabot.agent.offline.text import Token, deeds, root, spelled_out, words
from anabot.agent.offline.times import grain_name
from anabot.agent.understanding import Ambiguous, Forbidden, NotUnderstood, Reading, Understanding, Understood
from anabot.errors import BadQuery, NotAllowed, UnknownName
from anabot.periods import Calendar, Grain, Period, between_days, label, start_of, step
from anabot.semantic.over import none_is_zero
from anabot.semantic.over_words import said_of
from anabot.semantic.query import Condition, MetricQuery, Span, fields_of
from anabot.semantic.registry import Metric, Registry
from anabot.semantic.resolve import resolve
from anabot.semantic.units import CURRENCIES

Read = Callable[[Sequence[Token]], Understanding]
_UNITS = ("day", "week", "month", "quarter", "year")
_OPEN = ("unknown_words", "shape", "no_metric", "no_group")
_NOTHING = ("compare", "share", "running", "made", "limit", "having", "over", "every", "extremes")


@dataclass(frozen=True, slots=True)
class _Unfit(Exception):
    """The sentence is not about groups that these words can mean."""

    message: str = ""


def understood(
    found: Sequence[Token], lexicon: Lexicon, read: Read, now: dt.datetime, *, refusing: bool = True
) -> Understanding | None:
    """What the sentence asks of groups; None where it asks nothing of any that are known.

    It says why there is no number of them, where it is `refusing`: where nothing else was made of the sentence.
    """
    refused: NotUnderstood | None = None
    for asked in of_groups.asked(found):
        try:
            out = _Rolling(asked, lexicon, read, now).read()
        except _Unfit as error:
            refused = refused or (NotUnderstood(reason="bad_query", message=error.message) if error.message else None)
            continue
        if out is not None:
            return out
    return refused if refusing else None


def leaves_open(out: Understanding, found: Sequence[Token], lexicon: Lexicon) -> bool:
    """Whether the words say more than was made of them.

    That is a refusal, a condition on rows where one on groups was said, or an average of rows where one of groups was.
    """
    if isinstance(out, NotUnderstood):
        return out.reason in _OPEN
    queries = [query for _, query in out.choices] if isinstance(out, Ambiguous) else []
    queries += [each.query for each in out.readings] if isinstance(out, Understood) else []
    sorted_out = any(query.having for query in queries)
    averaged = any(_averages(lexicon.registry.metrics[name]) for query in queries for name in query.metrics)
    return any((asked.op and sorted_out) or (asked.surely and averaged) for asked in of_groups.meant(found))


def kept(out: Understanding, found: Sequence[Token]) -> Understanding:
    """What was read without groups, unless "average daily …" was taken apart into several numbers, or a condition of each
    customer was read as one on rows that are by something else.
    """
    ranked = isinstance(out, Understood) and any(each.query.having for each in out.readings)
    if condition := next((asked for asked in of_groups.meant(found) if asked.op and ranked), None):
        whose = condition.each[0]
        return NotUnderstood(
            reason="shape", message=f"It is open of what each of the {whose} must have so many: name one period."
        )
    surely = next((asked for asked in of_groups.asked(found) if asked.surely), None)
    if surely is None or not isinstance(out, Understood) or all(len(each.query.metrics) == 1 for each in out.readings):
        return out
    each = " and ".join(surely.each)
    message = f"That may be the average of what each {each} has in all, or an average by {each}: say “average … by {each}”."
    return NotUnderstood(reason="shape", message=message)


def again(out: Understanding, before: MetricQuery, lexicon: Lexicon, now: dt.datetime) -> Understanding:
    """A change of the thread's question, whose answer was a number of groups: the same number of the changed question."""
    over = before.over
    if over is None or not isinstance(out, Understood):
        return out
    if any(each.ask == "why" for each in out.readings):
        name = lexicon.registry.metrics[before.metrics[0]].label
        return NotUnderstood(reason="why", message=f"That is a number of groups. Ask why {name} changed.")
    rolled: list[Reading] = []
    for each in out.readings:
        if each.ask:
            rolled.append(replace(each, query=before))
            continue
        same = each.query.metrics == before.metrics
        if not same and before.having:
            return NotUnderstood(reason="shape", message="That was a number of groups under a condition. Ask the whole question.")
        try:
            rolled.append(_over(each, over.how, over.each, before.having, lexicon, now))
        except _Unfit as error:
            return NotUnderstood(reason="bad_query", message=error.message)
    return Understood(readings=tuple(rolled))


def follows(found: Sequence[Token]) -> bool:
    """Whether the words go on from what was shown: "and sales?"."""
    return bool(shapes.FOLLOWS.match(" ".join(token.norm for token in found)))


def by_another(found: Sequence[Token], before: MetricQuery, lexicon: Lexicon, now: dt.datetime) -> Understanding | None:
    """ "and per week?", after an average per day."""
    said = [token.norm for token in found if token.kind != "mark"]
    while said and said[0] in ("and", "what", "how", "about", "now", "then", "ok"):
        said.pop(0)
    said = said[1:] if said[:1] in (["per"], ["by"], ["a"], ["each"], ["every"]) else []
    over = before.over
    if over is None or len(said) != 1 or said[0] not in _UNITS or not any(name.startswith("metric_time") for name in over.each):
        return None
    others = [name for name in over.each if not name.startswith("metric_time")]
    each = (*others, grain_name(said[0], lexicon.registry.calendar))
    try:
        plain = before.model_copy(update={"over": None, "having": (), "order_by": (), "every": False})
        return Understood(readings=(_over(Reading(query=plain), over.how, each, before.having, lexicon, now),))
    except _Unfit as error:
        return NotUnderstood(reason="bad_query", message=error.message)


@dataclass(frozen=True, slots=True)
class _Rolling:
    asked: Asked
    lexicon: Lexicon
    parse: Read
    now: dt.datetime

    def read(self) -> Understanding | None:
        """The question inside, and its number of groups; None where it is not understood."""
        if (narrowed := self._narrowed()) is not None:
            return replace(self, asked=narrowed).read()
        kinds = [self._kind(word) for word in self.asked.each]
        inner = self._inner()
        if inner is None:
            return None
        unit = next((word for word, kind in zip(self.asked.each, kinds, strict=True) if kind == "unit"), "")
        by = [_single(word) for word, kind in zip(self.asked.each, kinds, strict=True) if kind in ("unit", "name")]
        said = f"{inner} by {' and '.join(by)}" if by else inner
        out, alone = self.parse(spelled_out(said)), self.parse(spelled_out(inner))
        if isinstance(out, Forbidden):
            return out
        if isinstance(out, Ambiguous) and isinstance(alone, Ambiguous) and len(out.choices) == len(alone.choices):
            pairs = zip(out.choices, alone.choices, strict=True)
            choices = tuple((name, self._rolled(Reading(query=one), Reading(query=two)).query) for (name, one), (_, two) in pairs)
            return Ambiguous(word=out.word, choices=choices, assumptions=out.assumptions)
        if not (isinstance(out, Understood) and isinstance(alone, Understood)) or len(out.readings) != 1 != len(alone.readings):
            return None
        if len(alone.readings) != 1:
            return None
        dated = out.readings[0] if unit else alone.readings[0]
        return Understood(readings=(self._rolled(out.readings[0], alone.readings[0], dated),))

    def _narrowed(self) -> Asked | None:
        """ "gold customers": customers, of whom the value is; a value of what they do would choose that instead."""
        first, _, last = self.asked.each[0].partition(" ")
        entry = self.lexicon.entries.get(words(first))
        if not last or entry is None or not entry.only_values or self._entity(self.asked.each[0], quiet=True):
            return None
        key = self._entity(last, quiet=True)
        models = {
            model.name
            for model in self.lexicon.registry.models.values()
            if key in model.entities and model.entities[key].kind in ("primary", "unique")
        }
        if not models or not {model for model, _, _ in entry.values} <= models:
            return None
        return replace(self.asked, each=(last, *self.asked.each[1:]), inner=f"{self.asked.inner} for {first}")

    def _rolled(self, whole: Reading, alone: Reading, dated: Reading | None = None) -> Reading:
        asked, query, registry = self.asked, alone.query, self.lexicon.registry
        if whole.query.metrics != query.metrics or len(query.metrics) != 1 or whole.ask or whole.chart:
            raise _Unfit
        metric = registry.metrics[query.metrics[0]]
        self._fits(metric)
        new = [name for name in whole.query.group_by if name not in query.group_by]
        named = [word for word in asked.each if self._kind(word) in ("unit", "name")]
        if len(new) != len(named):
            raise _Unfit
        each = (*new, *(self._entity(word) for word in asked.each if self._kind(word) == "entity"))
        if asked.how in ("average", "median") and self._by_kind(metric):
            raise _Unfit
        having = (Condition(field=metric.name, op=asked.op, values=(format(asked.number, "f"),)),) if asked.op else ()
        own = dated or alone
        plain = query.model_copy(update={"period": own.query.period, "order_by": ()})
        reading = replace(alone, query=plain, period_label=own.period_label, assumptions=own.assumptions)
        return _over(reading, asked.how, each, having, self.lexicon, self.now)

    def _fits(self, metric: Metric) -> None:
        """Whether the words are of what adds up, and the number in its unit."""
        asked = self.asked
        sign = {sign: unit for unit, sign in CURRENCIES.items()}.get(asked.unit, asked.unit)
        if not asked.number.is_finite() or asked.unit == "%" or (sign and sign != metric.unit):
            raise _Unfit
        if (asked.counted and metric.unit in CURRENCIES) or (asked.how == "share" and not asked.op):
            raise _Unfit
        if asked.op and metric.unit not in ("", "count", *CURRENCIES):
            raise _Unfit
        numbered = asked.inner.startswith("number of ") or bool(asked.deed)
        if not numbered and asked.how in ("average", "median", "min", "max") and self._of_rows(metric):
            raise _Unfit
        numbered |= asked.timely
        if not numbered and asked.how in ("average", "median", "min", "max") and _of_single(metric, of_groups.head(asked.inner)):
            raise _Unfit

    def _of_rows(self, metric: Metric) -> bool:
        """Whether an average of single rows has the very name: "close", where there is an average close."""
        said = set(words(of_groups.head(self.asked.inner)))
        others = (self.lexicon.registry.metrics[name] for name in self.lexicon.grant.metrics)
        alike = (each for each in others if _averages(each) and (each.model, each.expr) == (metric.model, metric.expr))
        return any(said <= set(words(phrase)) for each in alike for phrase in (each.label, each.name, *each.synonyms))

    def _by_kind(self, metric: Metric) -> bool:
        """ "average sales per channel" may be of single sales, by channel; of a thing, a time or a count it is not."""
        counted = metric.agg in ("count", "count_distinct", "sum_boolean") or self.asked.inner.startswith("number of ")
        return not counted and any(self._kind(word) == "name" for word in self.asked.each)

    def _kind(self, word: str) -> str:
        if _single(word) in _UNITS:
            return "unit"
        return "entity" if self._entity(word, quiet=True) else "name"

    def _entity(self, word: str, *, quiet: bool = False) -> str:
        """The key of the things that the word names: customers, orders."""
        registry = self.lexicon.registry
        entry = self.lexicon.entries.get(words(word))
        models = entry.models if entry else []
        names = {
            each.name
            for model in models
            for each in registry.models[model].entities.values()
            if each.kind in ("primary", "unique")
        }
        names |= {
            each.name
            for model in registry.models.values()
            for each in model.entities.values()
            if tuple(map(root, words(each.name))) == tuple(map(root, words(word)))
        }
        if len(names) == 1:
            return next(iter(names))
        if quiet:
            return ""
        raise _Unfit

    def _inner(self) -> str | None:
        """The question inside, in words that name what is counted."""
        asked = self.asked
        if not asked.deed:
            return asked.inner
        found = self.lexicon.deed(asked.deed) or [name for noun in sorted(deeds(asked.deed)) for name in self.lexicon.alone(noun)]
        if len(set(found)) != 1:
            return None
        return f"{self.lexicon.registry.metrics[found[0]].label} {asked.inner}".strip()


def _over(
    reading: Reading,
    how: str,
    each: Sequence[str],
    having: Sequence[Condition | object],
    lexicon: Lexicon,
    now: dt.datetime,
) -> Reading:
    """The reading as a number of its groups, over whole stretches of time that are over. Raises _Unfit."""
    query, registry = reading.query, lexicon.registry
    if any(getattr(query, name) for name in _NOTHING):
        raise _Unfit
    metric, notes, period = registry.metrics[query.metrics[0]], list(reading.assumptions), query.period
    times = [name for name in each if name.startswith("metric_time__")]
    if times and period is not None:
        period = _whole(period, Grain(times[0].partition("__")[2]), registry.calendar, now)
        if period != query.period:
            notes.append(f"Counted are the whole {times[0].rpartition('__')[2]}s that are over: {_days(period)}.")
    changed = query.model_copy(update={"period": period, "order_by": ()})
    every = (
        bool(times) and len(each) == 1 and how in ("average", "min", "count", "share") and _all_count(changed, metric, registry)
    )
    if how in ("count", "share"):
        every = _empty_meets(having) and (every or (not times and _is_zero(having)))
    whole = {**changed.model_dump(by_alias=True), "over": {"how": how, "each": tuple(each)}, "having": having, "every": every}
    if every is False and how in ("count", "share") and times and _empty_meets(having):
        raise _Unfit(f"Which {times[0].rpartition('__')[2]}s had no {metric.label} cannot be counted as it is asked here.")
    try:
        resolved = resolve(registry, MetricQuery.model_validate(whole), lexicon.grant)
    except (BadQuery, NotAllowed) as error:
        raise _Unfit(str(error)) from None
    except UnknownName:
        raise _Unfit from None
    notes.append(said_of(resolved, registry))
    shown = _label(period, registry.calendar) if period and period != query.period else reading.period_label
    return replace(reading, query=resolved, assumptions=tuple(dict.fromkeys(notes)), period_label=shown, chart="")


def _all_count(query: MetricQuery, metric: Metric, registry: Registry) -> bool:
    """Whether each stretch of the period counts, also one without any."""
    timed = [*query.group_by, *fields_of(query.where)]
    return query.period is not None and none_is_zero(registry, metric) and not any("metric_time" in name for name in timed)


def _empty_meets(having: Sequence[object]) -> bool:
    """Whether a group that has nothing meets the condition."""
    for part in having:
        if isinstance(part, Condition):
            number = float(part.values[0])
            meets = {"eq": number == 0, "lt": number > 0, "le": number >= 0, "ge": number <= 0, "gt": number < 0}
            return meets.get(part.op, False)
    return False


def _averages(metric: Metric) -> bool:
    return metric.agg in ("average", "median", "percentile")


def _is_zero(having: Sequence[object]) -> bool:
    """Whether only a group that has nothing meets the condition: of these all are meant, also those that no row names."""
    return any(isinstance(part, Condition) and part.op == "eq" and float(part.values[0]) == 0 for part in having)


def _whole(span: Span, grain: Grain, calendar: Calendar, now: dt.datetime) -> Span:
    """The whole stretches within the days, but for the one that is not over yet. Raises _Unfit where there is none."""
    fiscal = calendar.fiscal_start
    start = start_of(span.start, grain, fiscal)
    start = start if start == span.start else step(start, grain, 1)
    end = start_of(min(span.end, calendar.today(now)), grain, fiscal)
    if start >= end:
        raise _Unfit(f"There is no whole {grain.value.replace('_', ' ')} in that period that is over.")
    return Span(start=start, end=end)


def _of_single(metric: Metric, said: str) -> bool:
    """Whether the words name one of what the metric adds up: "sale" of sales, "order" of orders."""
    last = said.casefold().split(" ")[-1:]
    names = {
        word.casefold() for phrase in (metric.label, metric.name, *metric.synonyms) for word in phrase.replace("_", " ").split()
    }
    return bool(last) and f"{last[0]}s" in names and last[0] not in names


def _single(word: str) -> str:
    return word.removesuffix("s") if word.removesuffix("s") in _UNITS else word


def _days(span: Span) -> str:
    return between_days(Period(span.start, span.end))


def _label(span: Span, calendar: Calendar) -> str:
    period = Period(span.start, span.end)
    return f"{label(period, calendar.fiscal_start)} ({between_days(period)})"
