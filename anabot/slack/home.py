"""Ana's home tab: what she is for, and questions that work for this person. Pure; it shows no number."""

from __future__ import annotations

from anabot.slack import mrkdwn
from anabot.slack.blocks import Block, context, divider, header, sections
from anabot.slack.buttons import question_buttons
from anabot.slack.parts import Hello

_HOW = (
    "Mention me in a channel, or write to me here. In the thread you can go on: “by month”, “same for last year”.",
    "Under every answer, *How was this computed?* shows the definition, the filters, the SQL and the receipt.",
    "`/ana metrics` lists what you may ask about.",
)
_STRANGER = "I could not look you up in Slack, so I may not show you anything yet. Open this tab again in a minute."


def home_view(hello: Hello | None) -> Block:
    """The home tab; without a hello, for somebody who could not be looked up."""
    text, questions = (hello.text, hello.questions) if hello else (_STRANGER, ())
    blocks = [header("Ana"), *sections(mrkdwn.escape(text)), *question_buttons(questions), divider(), *context(*_HOW)]
    return {"type": "home", "blocks": blocks}
