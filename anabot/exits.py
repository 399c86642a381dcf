"""What Ana says when she does not answer: forbidden, not understood, asked back, said elsewhere, failed.

A hidden metric is never named here: every name offered is one that the asker's grant lists.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from anabot.access.policy import OffLimits
from anabot.agent.understanding import Ambiguous, Forbidden, NotUnderstood
from anabot.errors import AnabotError, NotAllowed, UnknownName
from anabot.semantic.registry import Registry
from anabot.types import Answer, Channel, Choice, Grant

_ANSWERED_OTHERWISE: dict[type[AnabotError], str] = {NotAllowed: "forbidden", UnknownName: "refused"}


@dataclass(frozen=True, slots=True)
class Refusals:
    """Words for one asker, whose grant decides which names may be said."""

    registry: Registry
    grant: Grant
    lendable: frozenset[str] = frozenset()

    def forbidden(self, found: Forbidden) -> Answer:
        """The asker may know of the metric, but not see it; where it can be lent, they may ask its owner."""
        metric = self.registry.metrics[found.metrics[0]]
        text = f"{metric.label} is not open to you here. Its owner is @{metric.owner}, who can say why or change it."
        request = metric.name if metric.name in self.lendable else ""
        return Answer(status="forbidden", text=text, reason="forbidden", owner=metric.owner, request=request)

    def introduce(self, text: str, questions: Sequence[str]) -> Answer:
        """A greeting, or a wish for help: what Ana is for, and questions that work here."""
        return Answer(status="refused", text="\n".join([text, *(f"• {one}" for one in questions)]), reason="help")

    def off_limits(self, subject: OffLimits) -> Answer:
        """A subject that is spoken of with nobody, whether or not there is data on it."""
        text = f"{subject.says} Ask @{subject.owner} why."
        return Answer(status="forbidden", text=text, reason="off_limits", owner=subject.owner)

    def not_understood(self, found: NotUnderstood) -> Answer:
        """Some words mean nothing to Ana; they are named, with the nearest metrics that she has."""
        nearest = self._labels(found.nearest)
        owner = self._owner(found.nearest)
        text = found.message or _unknown_words(found)
        if found.alike:
            text += f" Do you mean {_either(found.alike)}?"
        elif nearest:
            text += f" The nearest I have: {_either(nearest)}."
        elif found.reason == "unknown_words":
            text += " Ask me “what can you do” to see what I know."
        return Answer(status="refused", text=text, reason=found.reason, unknown=found.unknown, nearest=nearest, owner=owner)

    def ask_back(self, found: Ambiguous, choices: Sequence[Choice]) -> Answer:
        """The word has several governed readings and the asker's team has none by default."""
        many = f"“{found.word}” has more than one meaning here." if found.word else "That can still be read in several ways."
        text = f"{many} Which do you mean?"
        return Answer(
            status="clarify",
            text=text,
            reason="ambiguous",
            choices=tuple(choices),
            period=found.period_label if len({query.period for _, query in found.choices}) == 1 else "",
            assumptions=found.assumptions,
        )

    def elsewhere(self, alone: Answer, channel: Channel | None) -> Answer:
        """The answer may not be read by everyone in this channel: one honest sentence here, the answer by direct message."""
        where = f"#{channel.name}" if channel else "this place"
        text = f"That may not be said in {where}, so I have answered you in a direct message."
        return Answer(status=alone.status, text=text, reason="audience", private=alone.text, aside=alone, receipt=alone.receipt)

    def failed(self, error: AnabotError) -> Answer:
        """An error that a person can act on, in its own words."""
        status = next((s for kind, s in _ANSWERED_OTHERWISE.items() if isinstance(error, kind)), "error")
        nearest = tuple(error.nearest) if isinstance(error, UnknownName) else ()
        unknown = (error.name,) if isinstance(error, UnknownName) else ()
        if status == "forbidden":
            return Answer(status="forbidden", text=str(error), reason=error.code)
        if status == "refused":
            return Answer(status="refused", text=str(error), reason=error.code, unknown=unknown, nearest=nearest)
        return Answer(status="error", text=str(error), reason=error.code)

    def _labels(self, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(self.registry.metrics[name].label for name in names if name in self.grant.listed)

    def _owner(self, names: Iterable[str]) -> str:
        owners = [self.registry.metrics[name].owner for name in names if name in self.grant.listed]
        return owners[0] if owners else ""


def _unknown_words(found: NotUnderstood) -> str:
    if not found.unknown:
        return "I could not make a question for the data out of that."
    words = _either(tuple(f"“{word}”" for word in found.unknown), last="and")
    return f"I do not know what {words} {'means' if len(found.unknown) == 1 else 'mean'} here."


def _either(names: tuple[str, ...], last: str = "or") -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}"
