"""Block Kit's schema and limits, fault by fault."""

from __future__ import annotations

from typing import Any

import pytest

from anabot.workspace.blocks import read_blocks
from anabot.workspace.limits import Refused
from anabot.workspace.views import read_view


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def md(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain("Go"), **more}


def option(value: str) -> dict[str, Any]:
    return {"text": plain("o"), "value": value}


def raw(text: str) -> dict[str, Any]:
    return {"type": "raw_text", "text": text}


def faults(*blocks: Any) -> list[str]:
    try:
        read_blocks(list(blocks), file_ok=lambda _: False)
    except Refused as refused:
        return [*(() if refused.error == "invalid_blocks" else (refused.error,)), *refused.messages]
    return []


RICH = {
    "type": "rich_text",
    "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x", "style": {"bold": True}}]}],
}
GOOD: list[dict[str, Any]] = [
    {"type": "section", "text": md("x" * 3000)},
    {"type": "section", "fields": [md("x")] * 10, "accessory": button(value="v", style="danger")},
    {"type": "header", "text": plain("x" * 150)},
    {"type": "context", "elements": [md("x"), {"type": "image", "image_url": "http://127.0.0.1/x.png", "alt_text": "x"}]},
    {"type": "divider"},
    {"type": "actions", "elements": [button(action_id=f"a{n}") for n in range(25)]},
    {
        "type": "actions",
        "elements": [
            {"type": "static_select", "action_id": "s", "options": [option(str(n)) for n in range(100)]},
            {"type": "overflow", "action_id": "o", "options": [option("1")]},
        ],
    },
    {
        "type": "table",
        "rows": [[raw("a"), raw("b")], [RICH, {"type": "raw_number", "value": 1, "text": "1"}]],
        "column_settings": [{"align": "left", "is_wrapped": True}, {"align": "right"}],
    },
    RICH,
]

BAD: list[tuple[dict[str, Any], str]] = [
    ({"type": "marquee"}, "unsupported type: marquee [json-pointer:/blocks/0/type]"),
    (
        {"type": "input", "label": plain("x"), "element": {"type": "plain_text_input"}},
        "unsupported type: input [json-pointer:/blocks/0/type]",
    ),
    ({"text": md("x")}, "missing required field: type [json-pointer:/blocks/0]"),
    ({"type": "section"}, "must define either `text` or `fields` [json-pointer:/blocks/0]"),
    ({"type": "section", "text": md("")}, "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    ({"type": "section", "text": md("x"), "colour": "red"}, "invalid additional property: colour [json-pointer:/blocks/0]"),
    ({"type": "section", "fields": [md("x")] * 11}, "no more than 10 items allowed [json-pointer:/blocks/0/fields]"),
    ({"type": "section", "fields": [md("x" * 2001)]}, "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]"),
    ({"type": "header", "text": plain("x" * 151)}, "must be less than 151 characters [json-pointer:/blocks/0/text/text]"),
    ({"type": "header", "text": md("x")}, "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]"),
    ({"type": "context", "elements": []}, "no less than 1 items allowed [json-pointer:/blocks/0/elements]"),
    ({"type": "context", "elements": [md("x")] * 11}, "no more than 10 items allowed [json-pointer:/blocks/0/elements]"),
    ({"type": "actions", "elements": [button()] * 26}, "no more than 25 items allowed [json-pointer:/blocks/0/elements]"),
    (
        {"type": "actions", "elements": [button(text=plain("x" * 76))]},
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
    ),
    (
        {"type": "actions", "elements": [button(value="x" * 2001)]},
        "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
    ),
    (
        {"type": "actions", "elements": [button(action_id="x" * 256)]},
        "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]",
    ),
    (
        {"type": "actions", "elements": [button(style="loud")]},
        "must be a valid enum value [json-pointer:/blocks/0/elements/0/style]",
    ),
    (
        {"type": "actions", "elements": [button(action_id="a"), button(action_id="a")]},
        "`action_id` a already exists [json-pointer:/blocks/0/elements/1/action_id]",
    ),
    (
        {"type": "actions", "elements": [{"type": "static_select", "options": [option("x")] * 101}]},
        "no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ),
    (
        {"type": "actions", "elements": [{"type": "static_select", "options": [option("x" * 151)]}]},
        "must be less than 151 characters [json-pointer:/blocks/0/elements/0/options/0/value]",
    ),
    (
        {"type": "actions", "elements": [{"type": "static_select"}]},
        "missing required field: options [json-pointer:/blocks/0/elements/0]",
    ),
    ({"type": "image", "alt_text": "x"}, "must define either `image_url` or `slack_file` [json-pointer:/blocks/0]"),
    ({"type": "image", "image_url": "http://x"}, "missing required field: alt_text [json-pointer:/blocks/0]"),
    ({"type": "image", "alt_text": "x", "slack_file": {"id": "F1"}}, "invalid slack file [json-pointer:/blocks/0/slack_file]"),
    ({"type": "table", "rows": [[raw("x")]] * 101}, "no more than 100 items allowed [json-pointer:/blocks/0/rows]"),
    ({"type": "table", "rows": [[raw("x")] * 21]}, "no more than 20 items allowed [json-pointer:/blocks/0/rows/0]"),
    ({"type": "table", "rows": [[raw("")]]}, "must be more than 0 characters [json-pointer:/blocks/0/rows/0/0/text]"),
    ({"type": "table", "rows": [[md("x")]]}, "unsupported type: mrkdwn [json-pointer:/blocks/0/rows/0/0/type]"),
    (
        {"type": "table", "rows": [[raw("x")]], "column_settings": [{"align": "up"}]},
        "must be a valid enum value [json-pointer:/blocks/0/column_settings/0/align]",
    ),
    (
        {"type": "table", "rows": [[raw("x" * 5001)], [raw("y" * 5000)]]},
        "tables must have less than 10001 characters in all [json-pointer:/blocks]",
    ),
    (
        {"type": "rich_text", "elements": [{"type": "text", "text": "x"}]},
        "unsupported type: text [json-pointer:/blocks/0/elements/0/type]",
    ),
    ({"type": "divider", "block_id": "x" * 256}, "must be less than 256 characters [json-pointer:/blocks/0/block_id]"),
]


@pytest.mark.parametrize("block", GOOD, ids=lambda block: block["type"])
def test_a_block_within_the_limits_is_taken(block: dict[str, Any]) -> None:
    assert faults(block) == []


@pytest.mark.parametrize(("block", "fault"), BAD, ids=[fault for _, fault in BAD])
def test_a_block_beyond_them_is_refused_with_its_place(block: dict[str, Any], fault: str) -> None:
    assert faults(block) == [fault]


def test_a_message_has_at_most_fifty_blocks_with_ids_of_their_own() -> None:
    divider = {"type": "divider"}

    assert faults(*[divider] * 50) == []
    assert faults(*[divider] * 51) == ["no more than 50 items allowed [json-pointer:/blocks]"]
    twice = {"type": "divider", "block_id": "same"}
    assert faults(twice, twice) == ["`block_id` same already exists [json-pointer:/blocks/1/block_id]"]
    assert faults("text") == ["missing required field: type [json-pointer:/blocks/0]"]


def test_every_fault_is_named_at_once() -> None:
    assert len(faults({"type": "section"}, {"type": "marquee"}, {"type": "header", "text": plain("")})) == 3


def test_ids_that_are_left_out_are_given() -> None:
    blocks = read_blocks(
        [{"type": "actions", "elements": [button()]}, {"type": "section", "text": md("x"), "accessory": button()}],
        file_ok=lambda _: True,
    )

    assert blocks[0]["elements"][0]["action_id"] == "b0.0"
    assert blocks[1]["accessory"]["action_id"] == "b1.accessory"


def view(**more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": plain("A title"), "blocks": [{"type": "divider"}], **more}


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        (view(title=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/title/text]"),
        (view(title=None), "missing required field: title [json-pointer:/view]"),
        (view(type="home"), "unsupported type: home [json-pointer:/view/type]"),
        (view(private_metadata="x" * 3001), "must be less than 3001 characters [json-pointer:/view/private_metadata]"),
        (view(blocks=[{"type": "divider"}] * 101), "no more than 100 items allowed [json-pointer:/view/blocks]"),
        (
            view(blocks=[{"type": "input", "label": plain("x"), "element": {"type": "plain_text_input"}}]),
            "missing required field: submit [json-pointer:/view]",
        ),
        ("{", "invalid JSON [json-pointer:/view]"),
        ("[]", "must be an object [json-pointer:/view]"),
    ],
)
def test_a_view_beyond_the_limits_is_refused_with_its_place(wrong: Any, fault: str) -> None:
    with pytest.raises(Refused) as caught:
        read_view(wrong, file_ok=lambda _: False)

    assert caught.value.error == "invalid_arguments"
    assert list(caught.value.messages) == [fault]
