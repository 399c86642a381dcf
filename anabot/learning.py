"""Corrections: "no, I meant net revenue" answers what was meant, and becomes a proposal that the metric's owner decides on.

Nothing is remembered: the next question is read as before until an owner has accepted. A thumbs-down with a note is read the same
way. Everything else is passed on as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from anabot.agent.understanding import NotUnderstood, Understood
from anabot.ask import Asker
from anabot.errors import BadQuery
from anabot.kept import about
from anabot.proposing import Proposing
from anabot.semantic.registry import Term
from anabot.store import SavedAnswer
from anabot.store.audit import FORGOTTEN, Intended
from anabot.store.lessons import Kind, Lesson
from anabot.types import Answer, Channel, Person, Question

_NO = r"(?:(?:no|nope|nah|sorry|wrong|not that|that'?s (?:wrong|not (?:it|right|what i meant|what i asked)))[\s,.;:!–—-]+)"
_VERB = r"(?:meant|mean|wanted|was asking (?:for|about)|asked (?:for|about))"
_I_MEANT = rf"(?:but\s+|actually\s+)*i\s+(?:really\s+|actually\s+)?{_VERB}(?:\s+to say)?\b"
_FLATLY = r"(?:no|nope|nah)\s*[,.;:!–—-]+"
_CORRECTS = re.compile(rf"^\s*(?:{_NO}*{_I_MEANT}|{_FLATLY})[\s,:]*(?P<meant>\S.*)$", re.I | re.S)
_NAMED = ("period", "unreachable")  # a metric is named, and why it cannot be had so is what to say


def _silently(_: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What was answered or refused before, and the words that it was asked in."""

    answer: SavedAnswer
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Learning:
    """The asker, with an ear for corrections."""

    asker: Asker
    proposing: Proposing

    def ask(self, question: Question, progress: Callable[[str], None] = _silently) -> Answer:
        """The answer to one question; a correction is answered as it was meant, and proposed."""
        corrected = self._corrected(question)
        if corrected is None:
            return self.asker.ask(question, progress)
        earlier, meant = corrected
        answer = self.asker.ask(replace(question, meant=meant), progress)
        whole = answer.aside or answer
        if earlier is None or whole.status != "answered" or not whole.metrics:
            return answer
        found = self._lesson(earlier, whole.metrics[0], question.person, question.text)
        return _noted(answer, self._words(found)) if found is not None else answer

    def overhear(self, question: Question) -> Answer | None:
        """The answer to words that nobody addressed to Ana, if she understands them all."""
        corrected = self._corrected(question)
        return self.asker.overhear(replace(question, meant=corrected[1]) if corrected else question)

    def choose(self, receipt: str, index: int, person: Person, channel: Channel | None) -> Answer:
        """The answer for one choice."""
        return self.asker.choose(receipt, index, person, channel)

    def recall(self, receipt: str, person: Person, channel: Channel | None) -> Answer:
        """The answer with this receipt, asked again."""
        return self.asker.recall(receipt, person, channel)

    def feedback(self, receipt: str, person: Person, vote: Literal["up", "down"]) -> None:
        """Keep one person's vote."""
        self.asker.feedback(receipt, person, vote)

    def turned_away(self, user: str, place: str, *, reason: str, key: str, said: str) -> None:
        """Put on record that somebody was refused."""
        self.asker.turned_away(user, place, reason=reason, key=key, said=said)

    def note(self, receipt: str, person: Person, text: str) -> str:
        """Keep what somebody wrote beside a vote against an answer, under their own key; what becomes of it, in words.

        Raises:
            BadQuery: there is no such answer, or no word.
        """
        saved = self.asker.store.answers.get(receipt)
        known = saved is not None and about(saved.answer) <= self.asker.enforced(person).listed
        if saved is None or not known or not text.strip():
            raise BadQuery("There is nothing to note there.", todo="Vote on an answer, and write what you meant.")
        voted = Intended(question_id=f"vote:{receipt}", actor=person.user, place="vote", kind="vote", words=text)
        with self.asker.store.audit.act(voted):
            self.asker.store.feedback.add(receipt, person.user, "down")
        found = self._of_note(saved, person, text)
        return f"Thank you. Your note is kept with the answer. {self._words(found) if found else ''}".strip()

    def _of_note(self, saved: SavedAnswer, person: Person, text: str) -> Lesson | None:
        said = self._said(saved.receipt)
        matched = _CORRECTS.match(text)
        meant = self.asker.understood(matched["meant"] if matched else text, person, None)
        if not said or saved.actor != person.user or not isinstance(meant, Understood) or not meant.readings[0].query.metrics:
            return None
        return self._lesson(Earlier(answer=saved, said=said), meant.readings[0].query.metrics[0], person, text)

    def _corrected(self, question: Question) -> tuple[Earlier | None, str] | None:
        """What went before in the thread, and the words to read instead; None where nothing is corrected."""
        matched = _CORRECTS.match(question.text) if question.thread else None
        saved = self.asker.store.answers.last(question.thread) if matched and question.thread else None
        if matched is None or saved is None:
            return None
        meant = matched["meant"].strip()
        said = self._said(saved.receipt)
        earlier = Earlier(answer=saved, said=said) if said else None
        for text in self._wordings(earlier, meant, question.person, question.channel):
            found = self.asker.understood(text, question.person, question.channel, thread=question.thread)
            if isinstance(found, Understood) or (isinstance(found, NotUnderstood) and found.reason in _NAMED):
                return earlier, text
        return earlier, meant

    def _wordings(self, earlier: Earlier | None, meant: str, person: Person, channel: Channel | None) -> Iterator[str]:
        """The earlier question with the word replaced, the thread gone on from, what is meant alone."""
        word = self._word(earlier, person, channel) if earlier else ""
        head = word.casefold().split()[-1:]  # "no, I meant open", of the pipeline; "net", of usage revenue
        longer = [] if set(head) <= set(meant.casefold().split()) else [f"{meant} {head[0]}"]
        said = earlier.said if earlier and word else ""
        for instead in (*longer, meant) if said else ():
            yield re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", instead.replace("\\", ""), said, count=1, flags=re.I)
        yield f"what about {meant}"
        yield meant

    def _word(self, earlier: Earlier, person: Person, channel: Channel | None) -> str:
        """The word of the earlier question that was not understood, or has several readings; "" where it is not one alone."""
        if earlier.answer.answer["reason"] == "unknown_words":
            return self._unknown(earlier.said, person, channel)
        term = self._term(earlier.said)
        named = self._metric_named(earlier)
        return named if term and term[1].casefold() in named.casefold() else term[1] if term else ""

    def _metric_named(self, earlier: Earlier) -> str:
        """The longest name in the words of the one metric that was answered: "usage revenue"."""
        metrics = self.asker.current().registry.metrics
        known = [metrics[name] for name in earlier.answer.answer["metrics"] if name in metrics]
        names = [name for metric in known[:1] for name in (metric.label, *metric.synonyms)] if len(known) == 1 else []
        found = (re.search(rf"(?<!\w){re.escape(name)}(?!\w)", earlier.said, re.I) for name in names)
        return max((each[0] for each in found if each), key=len, default="")

    def _unknown(self, said: str, person: Person, channel: Channel | None) -> str:
        found = self.asker.understood(said, person, channel)
        if not isinstance(found, NotUnderstood) or found.reason != "unknown_words" or not found.unknown:
            return ""
        phrase = r"\s+".join(map(re.escape, found.unknown))
        matched = re.search(rf"(?<!\w){phrase}(?!\w)", said, re.I)
        return matched[0] if matched else ""

    def _term(self, said: str) -> tuple[Term, str] | None:
        """The term that stands in the words, and as what; of several the longest."""
        found = [
            (term, name)
            for term in self.asker.current().registry.terms.values()
            for name in (term.word, *term.synonyms)
            if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", said, re.I)
        ]
        return max(found, key=lambda one: len(one[1]), default=None)

    def _lesson(self, earlier: Earlier, metric: str, person: Person, text: str) -> Lesson | None:
        """What the registry would have to say for the first question to have meant this metric."""
        kind: Kind
        answer, place = earlier.answer.answer, earlier.answer.place
        said = f"{earlier.said} → {text}"
        if answer["reason"] == "unknown_words":
            channel = self.asker.directory.channel(place) if place != "dm" else None
            word, team, kind = self._unknown(earlier.said, person, channel), "", "synonym"
        else:
            term = self._term(earlier.said)
            team = self.asker.enforced(person).team
            if term is None or not team or metric not in term[0].metrics or metric in answer["metrics"]:
                return None
            if len(self._metric_named(earlier)) > len(term[1]):
                return None  # "usage revenue" is no way to say "revenue"
            word, kind = term[0].word, "default"
        return self.proposing.propose(kind, word, metric, person, team=team, place=place, said=said) if word else None

    def _words(self, found: Lesson) -> str:
        """That an owner has been asked, and of what."""
        registry = self.asker.current().registry
        metric = registry.metrics[found.metric]
        team = registry.teams[found.team].label if found.team in registry.teams else found.team
        where = f" for the {team} team" if team else ""
        return f"@{metric.owner} is asked whether “{found.word}” shall mean {metric.label}{where}; until then nothing changes."

    def _said(self, receipt: str) -> str:
        said = next((entry.words for entry in self.asker.store.audit.list(1, receipt=receipt)), "")
        return "" if said == FORGOTTEN else said


def _noted(answer: Answer, words: str) -> Answer:
    """The answer with one more line, where it is read by the asker."""
    if answer.aside is not None:
        return replace(answer, aside=replace(answer.aside, assumptions=(*answer.aside.assumptions, words)))
    return replace(answer, assumptions=(*answer.assumptions, words))
