"""The buttons Ana shows, what each carries, and how a press is read back. Never acts on one.

Action ids are stable: messages posted by an older version keep working.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from anabot.slack.blocks import BUTTON_LABEL, BUTTON_VALUE, Block, actions, button
from anabot.types import Choice

HOW, CHART, TABLE, CSV, UP, DOWN = "ana_how", "ana_chart", "ana_table", "ana_csv", "ana_up", "ana_down"
ACCESS, DECLINE, END = "ana_access", "ana_decline", "ana_end"
WANT = "ana_want"
ACCEPT, REFUSE, NOTE = "ana_accept", "ana_refuse", "ana_note"
SCHEDULE, KEEP, DISCARD = "ana_schedule", "ana_keep", "ana_discard"
# Each of these is followed by `_` and a number, as ids differ within a row.
LEND, CHOOSE, ASK = "ana_lend", "ana_choose", "ana_ask"
APPROVE, REJECT = "ana_approve", "ana_reject"
# What is done with a playbook is also called so after `/ana`.
RUN, TEST, PAUSE, RESUME, HISTORY = "ana_run", "ana_test", "ana_pause", "ana_resume", "ana_history"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """What a button of an answer carries: the receipt, who asked, and which part of a compound answer."""

    receipt: str
    asker: str = ""
    part: int | None = None

    def value(self, **more: Any) -> str:
        """As it stands in the button."""
        fields = {"r": self.receipt, "u": self.asker, "p": self.part, **more}
        return packed({name: field for name, field in fields.items() if field not in (None, "")})

    @classmethod
    def read(cls, value: str) -> Pressed:
        """The carried things. A value that Ana did not write gives an empty receipt."""
        fields = carried(value)
        part = fields.get("p")
        return cls(receipt=str(fields.get("r", "")), asker=str(fields.get("u", "")), part=part if isinstance(part, int) else None)


def packed(fields: Mapping[str, Any]) -> str:
    """Things to carry, as they stand in a button."""
    return json.dumps(fields, separators=(",", ":"))


def carried(value: str) -> Mapping[str, Any]:
    """The JSON object in a button's value; empty where it is none."""
    try:
        fields = json.loads(value)
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}


def answer_buttons(pressed: Pressed, *, toggle: str = "", csv: bool = False, schedule: bool = False) -> Iterator[Block]:
    """The row under an answer. `toggle` is CHART, TABLE or "" for neither; `schedule` whether it could be posted regularly."""
    value = pressed.value()
    row = [button("How was this computed?", HOW, value)]
    if toggle:
        row.append(button("Chart" if toggle == CHART else "Table", toggle, value))
    if csv:
        row.append(button("CSV", CSV, value))
    if schedule:
        row.append(button("Schedule this", SCHEDULE, value))
    row += [button(":+1:", UP, value, says="This answer is right"), button(":-1:", DOWN, value, says="This answer is wrong")]
    yield from actions(*row)


def choice_buttons(pressed: Pressed, choices: Sequence[Choice]) -> Iterator[Block]:
    """One button for each reading, with the value it gives."""
    labels = [f"{choice.label}: {choice.value}" if choice.value else choice.label for choice in choices]
    yield from actions(*(button(label, f"{CHOOSE}_{n}", pressed.value(i=n)) for n, label in enumerate(labels)))


def request_button(metric: str) -> Iterator[Block]:
    """The button that asks a metric's owner for it."""
    yield from actions(button("Ask for access", ACCESS, packed({"m": metric}), style="primary"))


def question_buttons(questions: Sequence[str], *more: Block) -> Iterator[Block]:
    """Buttons that ask a question when pressed, and `more` of them after."""
    short = [question for question in questions if len(question) <= BUTTON_VALUE]
    yield from actions(*(button(question, f"{ASK}_{n}", question) for n, question in enumerate(short)), *more)


def want_button(pressed: Pressed) -> Block:
    """The button that files a wish for the words that nothing explains."""
    return button("Request it", WANT, pressed.value())


def too_long_for_a_button(question: str) -> bool:
    """Whether the button shows only the question's beginning, so that it must also stand in the text."""
    return len(question) > BUTTON_LABEL
