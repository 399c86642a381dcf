"""Ana's home tab: what she is for, questions that work for this person, their playbooks and how they stand. Pure; no number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from anabot.slack import buttons, mrkdwn
from anabot.slack.blocks import Block, beside, button, context, divider, header, sections
from anabot.slack.buttons import question_buttons
from anabot.slack.parts import Hello
from anabot.slack.playbooks import standing
from anabot.stewards.listing import PlaybookLine

# A home tab takes a hundred blocks.
_MOST_PLAYBOOKS, _MOST_BLOCKS = 20, 30

_HOW = (
    "Mention me in a channel, or write to me here. In the thread you can go on: “by month”, “same for last year”.",
    "Under every answer, *How was this computed?* shows the definition, the filters, the SQL and the receipt.",
    "`/ana metrics` lists what you may ask about.",
)
_STRANGER = "I could not look you up in Slack, so I may not show you anything yet. Open this tab again in a minute."


def home_view(hello: Hello | None, playbooks: Sequence[PlaybookLine] = (), waiting: Sequence[Block] = ()) -> Block:
    """The home tab; without a hello, for somebody unknown. `waiting` are proposals that they decide or made."""
    text, questions = (hello.text, hello.questions) if hello else (_STRANGER, ())
    blocks = [header("Ana"), *sections(mrkdwn.escape(text)), *question_buttons(questions)]
    if waiting:
        blocks += [divider(), header("Waiting to be decided"), *waiting[:_MOST_BLOCKS]]
    if playbooks:
        blocks += [divider(), header("Your playbooks"), *_playbooks(playbooks)]
    return {"type": "home", "blocks": [*blocks, divider(), *context(*_HOW)]}


def _playbooks(lines: Sequence[PlaybookLine]) -> Iterator[Block]:
    """Those that need a look first: held back or paused; then those that they look after."""
    order = sorted(lines, key=lambda line: (not line.state, not line.tended))
    for number, line in enumerate(order[:_MOST_PLAYBOOKS]):
        where = mrkdwn.value(" · ".join(filter(None, (line.channel, line.schedule))))
        words = f"{mrkdwn.bold(line.title)}\n{where}"
        row = button("History", f"{buttons.HISTORY}_{number}", line.name, says=f"History of {line.title}"[:75])
        yield from (beside(words, row),) if line.tended else sections(words)
        yield from context(standing(line))
    if len(order) > _MOST_PLAYBOOKS:
        yield from context(f"{len(order) - _MOST_PLAYBOOKS} more: `/ana playbooks` lists them all.")
