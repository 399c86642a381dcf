"""Turn an answer into Slack messages: the sentence, the table or picture, where it comes from, and the buttons.

Pure. Everything that came from data, people or the registry is escaped. It never computes, rounds or drops a number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from anabot.charts import suits
from anabot.semantic.registry import Metric, Registry
from anabot.slack import explain, mrkdwn
from anabot.slack.blocks import Block, Message, context, divider, image, messages, sections
from anabot.slack.buttons import (
    CHART,
    TABLE,
    Pressed,
    answer_buttons,
    choice_buttons,
    question_buttons,
    request_button,
    too_long_for_a_button,
    want_button,
)
from anabot.slack.tables import bridge_grid, grid, overlap_grid, table_block, worth_a_table
from anabot.types import Answer, Bridge, Person

_DEFINITION_TEXT, _MOST_DEFINITIONS = 220, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a rendering needs beyond the answer. `asker` is a user id.

    `said` is the question, where the answer does not stand below it: who said it, and where (`in #general`).
    """

    registry: Registry
    zone: ZoneInfo
    asker: str = ""
    said: str = ""
    said_by: str = ""
    said_in: str = ""


def render(answer: Answer, setting: Setting, *, picture: str = "", note: str = "") -> list[Message]:
    """The answer as one message, or several where one would pass Slack's limits.

    `picture` is the id of an uploaded chart that stands instead of the table; `note` a line of ours under the answer.
    """
    return messages(mrkdwn.escape(answer.text), _blocks(answer, setting, picture, note))


def zone_for(person: Person | None, registry: Registry) -> ZoneInfo:
    """The person's own zone where one is known, the company's otherwise."""
    try:
        return ZoneInfo(person.zone) if person and person.zone != "UTC" else registry.calendar.zone
    except (ZoneInfoNotFoundError, ValueError):
        return registry.calendar.zone


def asked_metrics(answer: Answer, registry: Registry) -> list[Metric]:
    """The metrics that were asked for and that the registry in force still has."""
    return [registry.metrics[name] for name in answer.metrics if name in registry.metrics]


def _blocks(answer: Answer, setting: Setting, picture: str, note: str) -> Iterator[Block]:
    if setting.said:
        yield from context(
            f"{mrkdwn.bold(setting.said_by)} {mrkdwn.value(f'asked {setting.said_in}')}: {mrkdwn.escape(setting.said)}"
        )
    if answer.parts:
        yield from _compound(answer, setting)
    elif answer.status == "answered" and answer.aside is None:
        yield from _answered(answer, setting, Pressed(receipt=answer.receipt, asker=setting.asker), picture)
    else:
        yield from _otherwise(answer, setting)
    yield from context(mrkdwn.escape(note))


def _compound(answer: Answer, setting: Setting) -> Iterator[Block]:
    if answer.abreast:
        yield from _answered(
            replace(answer, assumptions=answer.assumed), setting, Pressed(receipt=answer.receipt, asker=setting.asker), ""
        )
        return
    for number, part in enumerate(answer.parts):
        if number:
            yield divider()
        yield from _answered(part, setting, Pressed(receipt=part.receipt, asker=setting.asker, part=number), "")


def _answered(answer: Answer, setting: Setting, pressed: Pressed, picture: str) -> Iterator[Block]:
    yield from sections(mrkdwn.escape(answer.text))
    if answer.ask:
        yield from _explained(answer, setting, pressed)
        return
    wide = worth_a_table(answer.table)
    if picture:
        yield image(picture, answer.text)
    elif wide and answer.table is not None:
        shown = grid(answer.table, fiscal_start=setting.registry.calendar.fiscal_start)
        yield table_block(shown)
        yield from context(mrkdwn.escape(shown.note))
    yield from _bridged(answer)
    yield from context("\n".join(line for line in _provenance(answer, setting) if line))
    if answer.receipt:
        each = bool((answer.query or {}).get("limit_by"))
        drawable = answer.table is not None and not answer.abreast and (answer.chart or suits(answer.table, of_each=each))
        toggle = TABLE if picture else (CHART if drawable else "")
        schedule = bool(answer.metrics) and answer.drivers is None and not answer.abreast
        yield from answer_buttons(pressed, toggle=toggle, csv=wide, schedule=schedule)


def _explained(answer: Answer, setting: Setting, pressed: Pressed) -> Iterator[Block]:
    """What somebody is shown who asked what a number is, not how much."""
    if answer.ask == "sql":
        yield from explain.sql(answer)
    yield from explain.lineage(answer)
    yield from context(" · ".join(_facts(answer, setting)))
    if answer.receipt:
        yield from answer_buttons(pressed)


def _bridged(answer: Answer) -> Iterator[Block]:
    for bridge in answer.bridges:
        yield table_block(bridge_grid(bridge))
        yield from _residual(bridge)


def _residual(bridge: Bridge) -> Iterator[Block]:
    if abs(bridge.residual) > bridge.tolerance:
        yield from context(f"⚠ {mrkdwn.value(bridge.title)} does not close: its terms leave a residual.")


def _provenance(answer: Answer, setting: Setting) -> Iterator[str]:
    metrics = asked_metrics(answer, setting.registry)
    yield from (_definition(metric) for metric in metrics[:_MOST_DEFINITIONS])
    if len(metrics) > _MOST_DEFINITIONS:
        yield f"and {len(metrics) - _MOST_DEFINITIONS} more: see _How was this computed?_"
    days = [mrkdwn.value(answer.period)] if answer.period and not _says_days(answer) else []
    yield " · ".join([*days, *_facts(answer, setting)])
    if answer.assumptions:
        yield _assumed(answer.assumptions)
    yield from (f"⚠ {mrkdwn.value(metric.caveat)}" for metric in metrics if metric.caveat)


def _facts(answer: Answer, setting: Setting) -> Iterator[str]:
    if answer.badge:
        yield mrkdwn.value(answer.badge.words())
    if answer.as_of:
        yield f"Data as of {as_of(answer, setting.zone)}"


def _says_days(answer: Answer) -> bool:
    """Whether the sentence itself has the days of the period: `FY26 Q2 (1 May – 31 Jul 2026)`, or the days alone."""
    return answer.period in answer.text or answer.period.replace(" – ", " to ") in answer.text


def as_of(answer: Answer, zone: ZoneInfo) -> str:
    """`5 Oct 2026, 05:42 PDT`; "" where it is not known."""
    if answer.as_of is None:
        return ""
    local = answer.as_of.astimezone(zone)
    return f"{local.day} {local:%b %Y, %H:%M %Z}"


def _assumed(assumptions: Sequence[str]) -> str:
    return "How I read it: " + " ".join(mrkdwn.value(one) for one in assumptions)


def _definition(metric: Metric) -> str:
    short = _first_sentence(metric.description)
    return f"{mrkdwn.bold(metric.label)}: {mrkdwn.value(short)}" if short else mrkdwn.bold(metric.label)


def _first_sentence(text: str) -> str:
    line = mrkdwn.one_line(text)
    first, dot, _ = line.partition(". ")
    sentence = first + dot.strip()
    return sentence if len(sentence) <= _DEFINITION_TEXT else sentence[:_DEFINITION_TEXT].rsplit(" ", 1)[0] + " …"


def _otherwise(answer: Answer, setting: Setting) -> Iterator[Block]:
    yield from sections(mrkdwn.told(answer.text))
    if answer.owner and f"@{answer.owner}" not in answer.text:
        yield from context(f"Owner: {mrkdwn.value('@' + answer.owner)}")
    days = f"For {mrkdwn.value(answer.period)}" if answer.status == "clarify" and answer.period else ""
    yield from context(days, _assumed(answer.assumptions) if answer.assumptions else "")
    if answer.status == "clarify" and answer.aside is None:
        yield from choice_buttons(Pressed(receipt=answer.receipt, asker=setting.asker), answer.choices)
        if answer.overlap:
            yield table_block(overlap_grid(answer.overlap))
            yield from context("How these readings overlap: each is counted in one line only.")
        yield from _bridged(answer)
    elif answer.request and answer.aside is None:
        yield from request_button(answer.request)
    elif answer.reason == "unknown_words" and answer.receipt and answer.aside is None:
        wish = want_button(Pressed(receipt=answer.receipt, asker=setting.asker))
        yield from question_buttons(answer.nearest[:3], wish)
    elif answer.nearest:
        yield from question_buttons(answer.nearest[:3])


def failure(words: str) -> list[Message]:
    """An error that a person can act on, in its own words."""
    return messages(mrkdwn.told(words), sections(mrkdwn.told(words)))


def bug(reference: str) -> list[Message]:
    """Something that should not have happened: only a reference, as the rest is in the log."""
    return failure(f"Something went wrong on my side, and I have written down what. Nothing was answered. Reference: {reference}")


def busy() -> list[Message]:
    """Said once, to somebody whose question found no free place."""
    return failure("I am answering as many questions as I can at once. Please ask this one again in a minute.")


LOOKING = "Looking it up …"


def thinking(words: str = LOOKING) -> Message:
    """Stands in the thread while a question takes longer than a moment."""
    return Message(text=words, blocks=tuple(context(words)))


def greeting(text: str, questions: Sequence[str]) -> Message:
    """Ana's introduction, with questions to press. One too long for its button also stands in the text."""
    long = [f"• {mrkdwn.value(question)}" for question in questions if too_long_for_a_button(question)]
    words = "\n".join([mrkdwn.escape(text), *long])
    return Message(text=mrkdwn.escape(text), blocks=(*sections(words), *question_buttons(questions)))
