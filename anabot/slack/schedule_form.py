"""The form behind *Schedule this*: what it asks, and what somebody filled in. Pure; it decides nothing.

What the answer was travels in the form's own metadata, which only Slack hands back; all of it is checked again under the
grant of whoever sends it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from anabot.playbooks.composing import Only
from anabot.slack import mrkdwn
from anabot.slack.blocks import Block, context, sections, shortened
from anabot.stewards.plans import Filled, Schedulable, Unfit

CALLBACK, TITLE = "ana_schedule", "Schedule this"
# How much may travel with a form.
MOST_METADATA = 3_000
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
RHYTHMS: Mapping[str, str] = {
    **{f"weekly:{day}": f"{day.capitalize()}s" for day in _DAYS},
    "daily:weekdays": "Monday to Friday",
    "daily:true": "Every day",
    "monthly:1": "The first day of the month",
    "monthly:last day": "The last day of the month",
    "monthly:first monday": "The first Monday of the month",
}
_MOST_AMOUNT = Decimal(10) ** 15
_ONLY: Mapping[str, str] = {
    "always": "Always, whatever it is",
    "moves": "It has moved by more than so many percent",
    "above": "It is above an amount",
    "below": "It is below an amount",
}
_ZONES = (
    "America/Los_Angeles", "America/Denver", "America/Chicago", "America/New_York", "America/Mexico_City", "America/Sao_Paulo",
    "UTC", "Europe/London", "Europe/Lisbon", "Europe/Berlin", "Europe/Warsaw", "Africa/Nairobi", "Africa/Johannesburg",
    "Asia/Dubai", "Asia/Kolkata", "Asia/Singapore", "Asia/Manila", "Asia/Tokyo", "Australia/Sydney",
)  # fmt: skip


def form(found: Schedulable, *, zones: Sequence[str], channel: str, origin: Mapping[str, str]) -> Block:
    """The form for one answer. `zones` are offered first; `channel` is an id, or ""; `origin` is where it was opened."""
    carried = {
        "q": found.query,
        "c": found.chart,
        "b": list(found.bridges),
        "o": dict(origin),
        "p": next(iter(found.periods), ""),
    }
    metadata = json.dumps(carried, separators=(",", ":"))
    if len(metadata) > MOST_METADATA:
        return words("This question is too long to be scheduled from here. A playbook's file takes it.")
    return {
        **_head(),
        "callback_id": CALLBACK,
        "private_metadata": metadata,
        "submit": _plain("Preview"),
        "blocks": list(_blocks(found, list(dict.fromkeys((*zones, *_ZONES))), channel)),
    }


def waiting() -> Block:
    """What the modal shows until the form is there."""
    return {**_head(), "blocks": [*context("Looking at the answer under your own access …")]}


def words(text: str) -> Block:
    """The modal, saying only something."""
    return {**_head(), "blocks": list(sections(mrkdwn.told(text)))}


def read(view: Mapping[str, Any]) -> tuple[Filled, Mapping[str, str]]:
    """What was filled in, and where the form was opened."""
    carried = json.loads(view["private_metadata"])
    state: dict[str, Any] = {}
    for block in view["state"]["values"].values():
        state.update({action.removeprefix("ana_form_"): _given(value) for action, value in block.items()})
    kind, _, day = str(state.get("days") or "weekly:monday").partition(":")
    rhythm: Any = True if day == "true" else int(day) if day.isdigit() else day
    return (
        Filled(
            title=mrkdwn.one_line(str(state.get("title") or "")),
            channel=str(state.get("channel") or ""),
            schedule={kind: rhythm, "at": str(state.get("time") or "08:00"), "zone": str(state.get("zone") or "UTC")},
            query=carried["q"],
            period=str(state.get("period") or carried["p"]),
            chart=carried["c"],
            bridges=tuple(carried["b"]),
            only=_only(str(state.get("only") or "always"), str(state.get("amount") or "")),
        ),
        carried["o"],
    )


def _only(kind: str, amount: str) -> Only | None:
    if kind == "always":
        return None
    try:
        found = Decimal(amount)
    except InvalidOperation:
        raise Unfit("amount", "Write a number, such as 5 or 1250.50.") from None
    if not found.is_finite() or abs(found) >= _MOST_AMOUNT:
        raise Unfit("amount", "Write a number that can be compared with.")
    return Only(kind=kind, amount=found)  # type: ignore[arg-type]  # one of _ONLY, as Slack checks


def _blocks(found: Schedulable, zones: Sequence[str], channel: str) -> Iterator[Block]:
    yield _input("title", "Title", {"type": "plain_text_input", "initial_value": found.title, "max_length": 140})
    if len(found.periods) > 1:
        yield _input("period", "Each time it covers", _select(found.periods.items()))
    yield _input("days", "On", _select(RHYTHMS.items()))
    yield _input("time", "At", {"type": "timepicker", "initial_time": "08:00"})
    yield _input("zone", "Time zone", _select((zone, zone.replace("_", " ")) for zone in zones))
    where: Block = {"type": "conversations_select", "filter": {"include": ["public", "private"], "exclude_bot_users": True}}
    yield _input("channel", "In", where | ({"initial_conversation": channel} if channel else {}))
    yield {**_input("only", "Only if", _select(_ONLY.items())), "hint": _plain("About the first number, over all rows together.")}
    number: Block = {"type": "number_input", "is_decimal_allowed": True}
    yield {**_input("amount", "More or less than", number), "optional": True}
    covers = f"Each time it covers {next(iter(found.periods.values()))}. " if len(found.periods) == 1 else ""
    yield from context(
        mrkdwn.escape(f"{covers}It is computed anew each time, and says what you may see and the channel may hear.")
    )


def _input(name: str, label: str, element: Block) -> Block:
    return {"type": "input", "block_id": name, "label": _plain(label), "element": {**element, "action_id": f"ana_form_{name}"}}


def _select(options: Iterable[tuple[str, str]]) -> Block:
    made = [{"text": _plain(shortened(label, 75)), "value": value} for value, label in options]
    return {"type": "static_select", "options": made, "initial_option": made[0]}


def _given(value: Mapping[str, Any]) -> str:
    chosen = value.get("selected_option") or {}
    return str(
        chosen.get("value") or value.get("selected_conversation") or value.get("selected_time") or value.get("value") or ""
    )


def _head() -> Block:
    return {"type": "modal", "title": _plain(TITLE), "close": _plain("Close")}


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}
