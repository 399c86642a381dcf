"""What somebody would see, and why, as Slack blocks for an admin. Pure; it shows no number of the warehouse."""

from __future__ import annotations

from collections.abc import Iterator

from anabot.preview import ClassLine, Preview, few, who
from anabot.slack import mrkdwn
from anabot.slack.blocks import Block, context, sections
from anabot.slack.tables import Grid, table_block


def preview_blocks(found: Preview) -> Iterator[Block]:
    """Who they are; their classes as a table; rows, columns and loans; and what a channel holds back."""
    yield from sections(mrkdwn.told(who(found)))
    if found.mode == "report":
        yield from context("Refusals are reported and not made: `mode: report` in access.yml.")
    if any(one.sees or one.lists for one in found.classes):
        rows = [_cells(one) for one in found.classes]
        yield table_block(
            Grid(rows=(("Class", "May be answered", "Only known by name", "For example"), *rows), right=(False,) * 4)
        )
    yield from context("\n".join(_limits(found)))
    if found.place:
        yield from sections(
            f"{mrkdwn.bold(found.place)} declares {mrkdwn.value(found.declares)}. "
            + mrkdwn.escape(f"{len(found.says)} of these metrics may be said there.")
        )
        yield from context(
            "\n".join(f"Held: {len(one.metrics)} of {one.name}, as {mrkdwn.value(one.why)}." for one in found.held)
        )


def _cells(one: ClassLine) -> tuple[str, ...]:
    some = few(one.sees or one.lists, 2) or " "
    return (one.name + (" (strict)" if one.strict else ""), f"{len(one.sees)} of {one.all}", f"{len(one.lists)}", some)


def _limits(found: Preview) -> Iterator[str]:
    for name, values in found.attributes:
        yield f"Attribute {mrkdwn.value(name)}: {mrkdwn.value(', '.join(values))}"
    yield from (f"Rows only where {mrkdwn.value(rule)}" for rule in found.rows)
    if found.masked:
        yield f"Masked: {mrkdwn.value('; '.join(found.masked))}"
    yield from (f"On {mrkdwn.value(role)} (role of the warehouse)" for role in found.roles)
    if found.denied:
        yield f"Never: {mrkdwn.value(', '.join(found.denied))}"
    yield from (f"Lent: {mrkdwn.value(loan)}" for loan in found.loans)
    yield f"Why: {mrkdwn.value(found.why)}"
