"""The modal behind *How was this computed?*: definition, formula, filters, dates, SQL, dbt models, access, receipt.

Pure. It shows what `explain` tells of each part of an answer, within a modal's limits. It never leaves out anything in silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from anabot.slack import explain, mrkdwn
from anabot.slack.blocks import MODAL_BLOCKS, Block, context, divider, sections
from anabot.slack.render import Setting, as_of, asked_metrics
from anabot.types import Answer

TITLE = "How was this computed?"


def modal(answer: Answer, setting: Setting) -> Block:
    """The view of one answer, or of each part of a compound one."""
    parts = answer.parts or (answer,)
    blocks: list[Block] = []
    for part in parts:
        blocks += [*([divider()] if blocks else []), *_part(part, setting)]
    return _view(_fitting(blocks))


def waiting() -> Block:
    """What the modal shows while the answer is asked again under the grant of whoever pressed."""
    return _view([*context("Asking again under your own access …")])


def words(text: str) -> Block:
    """A modal that only says something, escaped."""
    return _view([*sections(mrkdwn.escape(text))])


def _part(answer: Answer, setting: Setting) -> Iterator[Block]:
    registry = setting.registry
    yield from sections(mrkdwn.escape(answer.text))
    yield divider()
    for metric in asked_metrics(answer, registry):
        yield from explain.describe(metric, registry)
    yield from explain.question(answer, registry)
    yield from sections("\n".join(_trust(answer, setting)))
    yield divider()
    yield from explain.sql(answer)
    yield from explain.lineage(answer)


def _trust(answer: Answer, setting: Setting) -> Iterator[str]:
    if answer.badge:
        yield f"*Trust* {mrkdwn.value(answer.badge.words())}"
    if answer.as_of:
        yield f"*Data as of* {as_of(answer, setting.zone)}"
    if answer.access:
        yield f"*Who may see it* {mrkdwn.value(answer.access)}"
    if answer.assumptions:
        yield f"*How the question was read* {mrkdwn.value(' '.join(answer.assumptions))}"
    if answer.receipt:
        yield f"*Receipt* `{mrkdwn.value(answer.receipt)}`"


def _fitting(blocks: Sequence[Block]) -> Sequence[Block]:
    if len(blocks) <= MODAL_BLOCKS:
        return blocks
    rest = len(blocks) - MODAL_BLOCKS + 1
    return [
        *blocks[: MODAL_BLOCKS - 1],
        *context(f"{rest} more blocks do not fit into a Slack modal; the command line shows them all."),
    ]


def _view(blocks: Sequence[Block]) -> Block:
    plain = {"type": "plain_text", "text": TITLE}
    return {"type": "modal", "title": plain, "close": {"type": "plain_text", "text": "Close"}, "blocks": list(blocks)}
