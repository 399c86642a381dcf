"""Understand one message without a model: completely, or say which words it does not know, or ask back.

Pure: same words, registry, grant, values, team, day and thread in, same understanding out. It never guesses, and a metric,
dimension or value that the asker may not know is to it a word like any unknown one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeGuard

from anabot.agent.offline import catalog, how_long, of_groups, parting, replying, rolling, talk, worth
from anabot.agent.offline.asides import without_asides
from anabot.agent.offline.chatter import without_chatter
from anabot.agent.offline.choosing import Chooser
from anabot.agent.offline.clauses import split
from anabot.agent.offline.dates import Dates
from anabot.agent.offline.exits import Exit
from anabot.agent.offline.glosses import without_glosses
from anabot.agent.offline.grammar import parse
from anabot.agent.offline.lexicon import Lexicon, phrases_of
from anabot.agent.offline.lexicons import Lexicons
from anabot.agent.offline.nearby import values_like
from anabot.agent.offline.replying import Offer
from anabot.agent.offline.slots import Slots
from anabot.agent.offline.spelling import repair, unhyphened
from anabot.agent.offline.tagging import Tag, tag
from anabot.agent.offline.text import Token, spelled_out
from anabot.agent.understanding import Ambiguous, Forbidden, NotUnderstood, Reading, Understanding, Understood
from anabot.errors import BadQuery, NotAllowed, UnknownName
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from anabot.semantic.resolve import resolve
from anabot.semantic.values import ValueIndex
from anabot.types import Grant

LONGEST = 2_000  # characters; a question is a sentence, and a pasted file is not one
MOST_TOKENS = 200
_NEAREST = 2
_LEXICONS = Lexicons()
_LOOSE = ("unknown_words", "shape", "no_metric")
Read = Callable[[Sequence[Token], MetricQuery | None], Understanding]


def understand(
    text: str,
    *,
    registry: Registry,
    grant: Grant,
    values: ValueIndex,
    team: str,
    now: dt.datetime,
    previous: MetricQuery | None = None,
    earlier: MetricQuery | None = None,
    offers: Sequence[Offer] = (),
) -> Understanding:
    """What `text` asks, as `grant` may ask it, on the company's day at `now`.

    `previous` is the query that the thread last answered; words without a metric of their own change it. `earlier` is the one
    that it answered before that, for "undo that". `offers` are the choices of a question that was asked back last.
    """
    found = spelled_out(text[: LONGEST + 1])
    if len(text) > LONGEST or len(found) > MOST_TOKENS:
        too_long = f"That is more than I can read at once ({len(text):,} characters). Ask one question, in a sentence or two."
        return NotUnderstood(reason="too_long", message=too_long)
    lexicon = _LEXICONS.of(registry, grant, values)

    def read(words: Sequence[Token], shown: MetricQuery | None) -> Understanding:
        return _read(words, text, lexicon, team, now, shown, earlier)

    if replied := _replied(found, offers, lexicon, read):
        return replied
    out = _of_groups(found, lexicon, now, previous, read)
    if talk.in_percent(found) and previous:  # "gross margin", then "as a percentage": the rate of that name, if there is one
        nothing = NotUnderstood(reason="no_metric")
        rate = _alike(nothing, found, offers, previous, lexicon, read)
        return out if rate == nothing else rate
    return _alike(out, found, offers, previous, lexicon, read) if isinstance(out, NotUnderstood) else out


def _of_groups(
    found: Sequence[Token], lexicon: Lexicon, now: dt.datetime, previous: MetricQuery | None, read: Read
) -> Understanding:
    """What the words say; where they say nothing else, a number of groups. In a thread that showed one, the next is one, too."""

    def alone(words: Sequence[Token]) -> Understanding:
        return read(words, None)

    if of_groups.said_mean(found) and (rolled := rolling.understood(found, lexicon, alone, now)):
        return rolled
    if previous is not None and previous.over is not None:
        return _after_groups(found, lexicon, now, previous, read)
    out = read(found, previous)
    if not rolling.leaves_open(out, found, lexicon):
        return out
    return rolling.understood(found, lexicon, alone, now, refusing=isinstance(out, NotUnderstood)) or rolling.kept(out, found)


def _after_groups(found: Sequence[Token], lexicon: Lexicon, now: dt.datetime, previous: MetricQuery, read: Read) -> Understanding:
    """A question of its own, or the same number of groups of what the words make of the question inside."""
    if changed := rolling.by_another(found, previous, lexicon, now):
        return changed
    own = read(found, None)
    if rolling.leaves_open(own, found, lexicon):
        own = rolling.understood(found, lexicon, lambda words: read(words, None), now) or own
    rolled = isinstance(own, Understood) and any(each.query.over for each in own.readings)
    if rolled or not (isinstance(own, NotUnderstood) or rolling.follows(found)):
        return own
    plain = previous.model_copy(update={"over": None, "having": (), "order_by": (), "every": False})
    return rolling.again(read(found, plain), previous, lexicon, now)


def _replied(found: Sequence[Token], offers: Sequence[Offer], lexicon: Lexicon, read: Read) -> Understanding | None:
    """What was said to a question that was asked back: a choice, or what changes each of them alike."""
    if not offers or (picked := replying.picked(found, offers, lexicon.registry)):
        return picked if offers else None
    changed: list[Offer] = []
    for label, query in offers:
        out = read(found, query)
        single = out.readings[0] if isinstance(out, Understood) and len(out.readings) == 1 else None
        if single and single.query.metrics == query.metrics and single.query != query and not (single.ask or single.chart):
            changed.append((label, single.query))
    return Ambiguous(word="", choices=tuple(changed)) if len(changed) > 1 else None


def _alike(
    out: NotUnderstood,
    found: Sequence[Token],
    offers: Sequence[Offer],
    previous: MetricQuery | None,
    lexicon: Lexicon,
    read: Read,
) -> Understanding:
    """ "voluntary only", where attrition is shown: the metric of that name in the place of the one shown, or `out`."""
    shown = [query for _, query in offers] or ([previous] if previous else [])
    if out.reason not in _LOOSE or not shown or any(len(query.metrics) != 1 for query in shown):
        return out
    if talk.points_there(found, shown[0]):
        return talk.WHERE
    names = [query.metrics[0] for query in shown]
    if more := replying.counted(found, names, lexicon):
        words, note = more
        counted = read([*spelled_out("and"), *words], replying.unranked(shown[0], found))
        return _noted(counted, note) if isinstance(counted, Understood) else out
    name = replying.alike(found, names, lexicon)
    phrases = phrases_of(lexicon.registry, name) if name else ()
    found_by = (read(spelled_out(f"what about {phrase}"), shown[0]) for phrase in phrases)
    instead = next((each for each in found_by if _is_about(each, name)), None)
    if instead is None:
        return out
    return _noted(instead, f"That is read as {lexicon.registry.metrics[name].label}.")


def _noted(found: Understood, note: str) -> Understood:
    return Understood(readings=tuple(replace(each, assumptions=(note, *each.assumptions)) for each in found.readings))


def _is_about(found: Understanding, name: str) -> TypeGuard[Understood]:
    return isinstance(found, Understood) and all(each.query.metrics == (name,) for each in found.readings)


def _read(
    found: Sequence[Token],
    text: str,
    lexicon: Lexicon,
    team: str,
    now: dt.datetime,
    previous: MetricQuery | None,
    earlier: MetricQuery | None,
) -> Understanding:
    if talk.thanks(found, lexicon):
        return talk.WELCOME
    if talk.complains(found, lexicon):
        return talk.SORRY
    if talk.points_there(found, previous):
        return talk.WHERE
    if known := catalog.about(found, lexicon):
        return known
    greeted = talk.of_which_one(talk.without_greeting(found, lexicon), previous)
    said = talk.brought_back(greeted, lexicon)
    dates = (lexicon.registry.calendar.today(now), lexicon.registry.calendar.fiscal_start)
    asked, aside = without_chatter(said, lexicon, dates)
    asked, glossed = without_glosses(asked, lexicon)
    mine = previous if previous is not None and set(previous.metrics) <= lexicon.grant.metrics else None
    if mine is not None and worth.asked(asked):
        return worth.of(mine, lexicon) or worth.REFUSED
    timed = how_long.averaged(asked, lexicon)
    tags, notes = _tagged(tuple(unhyphened(without_asides(timed, lexicon), lexicon.vocabulary)), lexicon, dates)
    notes = [*aside, *glossed, *notes]
    message = _Message(tags=tags, notes=tuple(notes), text=text, lexicon=lexicon, team=team, now=now, previous=previous)
    if message.undoes:
        return _undone(earlier, lexicon)
    if (whole := talk.wholly(tags)) and mine is not None:
        return talk.of_the_whole(whole, mine, lexicon)
    return message.understand()


def _undone(earlier: MetricQuery | None, lexicon: Lexicon) -> Understanding:
    """What the thread showed before, as whoever asks may see it."""
    if earlier is None or not set(earlier.metrics) <= lexicon.grant.metrics:
        return NotUnderstood(reason="shape", message="There is nothing before this to go back to.")
    try:
        query = resolve(lexicon.registry, earlier, lexicon.grant)
    except (UnknownName, BadQuery, NotAllowed) as error:
        return NotUnderstood(reason="bad_query", message=str(error))
    return Understood(readings=(Reading(query=query, assumptions=("Back to what was shown before.",)),))


def _tagged(found: Sequence[Token], lexicon: Lexicon, day: tuple[dt.date, int]) -> tuple[list[Tag], list[str]]:
    tags = tag(found, lexicon, Dates(found, *day))
    unknown = {i for each in tags if each.kind == "unknown" for i in range(each.start, each.end)}
    if not unknown:
        return tags, []
    mended, notes = repair(found, unknown, lexicon.vocabulary, lexicon.spellable)
    if list(mended) == list(found):
        return tags, []
    return tag(mended, lexicon, Dates(mended, *day)), notes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Message:
    tags: list[Tag]
    notes: tuple[str, ...]
    text: str
    lexicon: Lexicon
    team: str
    now: dt.datetime
    previous: MetricQuery | None

    @property
    def undoes(self) -> bool:
        """Whether nothing but "undo that" is said."""
        said = [each for each in self.tags if each.kind not in ("light", "comma", "stop")]
        return bool(said) and all(each.says("undo") for each in said)

    def understand(self) -> Understanding:
        clauses = parting.shared([(clause, parse(clause.tags, self.lexicon)) for clause in split(self.tags)])
        if self._greets(clauses):
            return NotUnderstood(reason="help")
        readings: list[Reading] = []
        outs: list[Understanding] = []
        for slots in clauses:
            if outs and slots.of_which:
                continue  # a part of what is not known
            try:
                readings += self._readings(slots, readings)
            except Exit as out:
                outs.append(out.understanding)
        if outs:
            return self._out(outs)
        return Understood(readings=tuple(replace(r, assumptions=(*self.notes, *r.assumptions)) for r in readings))

    def _greets(self, clauses: Sequence[Slots]) -> bool:
        """Whether nothing was asked: only fillers, a greeting, or "what can you do"."""
        said = [each for each in self.tags if each.kind not in ("light", "comma", "stop")]
        if any(slots.help for slots in clauses):
            return all(each.says("help", "and", "pick", "define") for each in said)
        return not said

    def _readings(self, slots: Slots, before: Sequence[Reading]) -> list[Reading]:
        """The readings of one clause after those `before` it; what it narrows is shown beside what it is a part of."""
        if slots.of_which:
            return self._narrowed(slots, before)
        slots = parting.only_of(slots, self._thread(replace(slots, follows=True)), self.lexicon)
        found = self._chooser(slots, self._thread(slots)).readings()
        return [*found, *self._narrowed(slots.within, found)] if slots.within else found

    def _narrowed(self, slots: Slots, before: Sequence[Reading]) -> list[Reading]:
        base = parting.base(slots, before, self._thread(replace(slots, follows=True)))
        return self._chooser(parting.about(slots, base, self.lexicon), base).readings()

    def _chooser(self, slots: Slots, previous: MetricQuery | None) -> Chooser:
        return Chooser(lexicon=self.lexicon, slots=slots, team=self.team, now=self.now, previous=previous)

    def _thread(self, slots: Slots) -> MetricQuery | None:
        """The thread's query, when the clause changes it: it names no metric to show, or says "and", "what about", "same"."""
        query = self.previous
        if query is None or not set(query.metrics) <= self.lexicon.grant.metrics:
            return None
        if slots.saved or slots.phrases or (slots.mentions and not (slots.follows or slots.adds)):
            return None
        return query

    def _out(self, outs: Sequence[Understanding]) -> Understanding:
        """What is forbidden is said first, then what is not known, then what is asked back."""
        if self.previous and not self._names_a_metric() and (known := self._listed_only(self.previous)):
            return Forbidden(metrics=known)
        for kind in (Forbidden, NotUnderstood):
            for out in outs:
                if isinstance(out, kind):
                    return self._with_nearest(out, outs) if isinstance(out, NotUnderstood) else out
        return outs[0]

    def _listed_only(self, query: MetricQuery) -> tuple[str, ...]:
        """The metrics of the thread that this speaker may know of, but not see."""
        grant = self.lexicon.grant
        return tuple(name for name in query.metrics if name in grant.listed and name not in grant.metrics)

    def _names_a_metric(self) -> bool:
        return any(each.entry and (each.entry.metrics or each.entry.term) for each in self.tags)

    def _with_nearest(self, out: NotUnderstood, outs: Sequence[Understanding]) -> NotUnderstood:
        if out.reason not in ("unknown_words", "no_metric"):
            return out
        unknown = [word for each in outs if isinstance(each, NotUnderstood) for word in each.unknown]
        nearest = tuple(dict.fromkeys((*out.nearest, *self._near())))[:_NEAREST]
        known = {value for entry in self.lexicon.entries.values() for _, _, value in entry.values}
        alike = tuple(dict.fromkeys(value for word in unknown for value in values_like(word, known)))[:_NEAREST]
        return replace(out, unknown=tuple(dict.fromkeys(unknown)), nearest=nearest, alike=alike)

    def _near(self) -> list[str]:
        """The visible metrics whose names are most like the message, or like one of its unknown words."""
        unknown = [each.text.casefold() for each in self.tags if each.kind == "unknown" and len(each.text) > 3]
        return self.lexicon.nearby.near(self.text, unknown)
