"""Proposals as people read them: what its maker decides, what its decider is asked, what waits. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from anabot.slack import buttons, mrkdwn
from anabot.slack.blocks import Block, Message, actions, button, context, messages, sections
from anabot.stewards.plans import Offered
from anabot.types import Person


def waiting_blocks(shown: Sequence[Offered], reader: Person) -> Sequence[Block]:
    """Proposals that wait, as `/ana playbooks` lists them: with buttons for whoever decides."""
    blocks: list[Block] = []
    for number, one in enumerate(shown):
        mine = one.by.user == reader.user and not reader.admin
        who = f"@{one.decider.handle}" if one.decider else "an admin"
        state = f"Waits for {who}" if mine else f"@{one.by.handle or one.by.name} waits for you"
        words = f"{mrkdwn.bold(one.playbook.title)}\n{mrkdwn.value(f'#{one.playbook.channel}')} · {when(one)}"
        blocks += [*sections(words), *context(mrkdwn.bold(state))]
        blocks += [] if mine else list(actions(*decision_buttons(one.proposal, number)))
    return blocks


def decision_buttons(proposal: str, number: int) -> Sequence[Block]:
    """*Approve* and *Decline* for one proposal."""
    value = buttons.packed({"p": proposal})
    return (
        button("Approve", f"{buttons.APPROVE}_{number}", value, style="primary"),
        button("Decline", f"{buttons.REJECT}_{number}", value),
    )


def summary(shown: Offered) -> Sequence[Message]:
    """What its maker decides under the preview."""
    title, place = mrkdwn.bold(shown.playbook.title), mrkdwn.bold(f"#{shown.playbook.channel}")
    words = f"{title} would be posted in {place}: {when(shown)}."
    if shown.alone:
        asks, label = "", "Schedule it"
    else:
        who = f"@{shown.decider.handle}" if shown.decider else "an admin"
        asks, label = f"{who} will be asked, and decides.", f"Ask {who}"
    value = buttons.packed({"p": shown.proposal})
    row = actions(button(label, buttons.KEEP, value, style="primary"), button("Discard", buttons.DISCARD, value))
    first = f"First: {shown.next}. As `{shown.playbook.name}`."
    return messages(words, [*sections(words), *context(only(shown), mrkdwn.told(" ".join(filter(None, (first, asks))))), *row])


def only(shown: Offered) -> str:
    """`Only if …`, escaped, or ""."""
    return f"Only if `{mrkdwn.value(shown.playbook.post_when)}`." if shown.playbook.post_when else ""


def when(shown: Offered) -> str:
    """`on Mondays at 08:00 (Los Angeles time)`, escaped."""
    words = shown.playbook.schedule.words
    return mrkdwn.value(words[:1].lower() + words[1:] if words.startswith(("Every", "Day", "First", "Last")) else f"on {words}")
