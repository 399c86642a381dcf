"""Check interactive elements and inputs as Slack does: buttons, menus, text fields. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from anabot.workspace.faults import Faults

BOTH = ("plain_text", "mrkdwn")
_COMMON = ("action_id", "confirm", "focus_on_load")
_MENUS = ("static_select", "multi_static_select", "radio_buttons", "checkboxes")
ACTION_TYPES = frozenset({"button", "static_select", "overflow", "radio_buttons", "checkboxes", "datepicker"})
ACCESSORY_TYPES = ACTION_TYPES | {"image", "multi_static_select"}
INPUT_TYPES = frozenset(
    {"plain_text_input", "email_text_input", "number_input", "datepicker", "timepicker", "conversations_select", *_MENUS}
)


def check_element(faults: Faults, value: Any, at: str, *, allowed: frozenset[str]) -> None:
    """One element of one of the types in `allowed`."""
    if not isinstance(value, Mapping) or "type" not in value:
        faults.add("missing required field: type", at)
        return
    kind = value["type"]
    if kind not in allowed:
        faults.add(f"unsupported type: {kind}", f"{at}/type")
        return
    faults.optional_string(value, "action_id", at, most=255)
    if value.get("confirm") is not None:
        _check_confirm(faults, value["confirm"], f"{at}/confirm")
    _CHECKS[kind](faults, value, at)


def check_image(faults: Faults, value: Mapping[str, Any], at: str) -> None:
    """An image element, or the picture part of an image block: a URL or a Slack file, and words for those who do not see it."""
    if ("image_url" in value) == ("slack_file" in value):
        faults.add("must define either `image_url` or `slack_file`", at)
    faults.optional_string(value, "image_url", at, most=3000)
    faults.string(value.get("alt_text"), f"{at}/alt_text", most=2000)
    if isinstance(value.get("slack_file"), Mapping):
        faults.shape(value["slack_file"], f"{at}/slack_file", needs=(), may=("id", "url"))


def _check_confirm(faults: Faults, value: Any, at: str) -> None:
    if faults.shape(value, at, needs=("title", "text", "confirm", "deny"), may=("style",)):
        faults.text(value["title"], f"{at}/title", most=100)
        faults.text(value["text"], f"{at}/text", most=300, kinds=BOTH)
        faults.text(value["confirm"], f"{at}/confirm", most=30)
        faults.text(value["deny"], f"{at}/deny", most=30)


def _check_button(faults: Faults, value: Mapping[str, Any], at: str) -> None:
    if not faults.shape(value, at, needs=("text",), may=(*_COMMON, "url", "value", "style", "accessibility_label")):
        return
    faults.text(value["text"], f"{at}/text", most=75)
    faults.optional_string(value, "value", at, most=2000)
    faults.optional_string(value, "url", at, most=3000)
    faults.optional_string(value, "accessibility_label", at, most=75)
    if value.get("style", "primary") not in ("primary", "danger"):
        faults.add("must be a valid enum value", f"{at}/style")


def _check_option(faults: Faults, value: Any, at: str, kinds: tuple[str, ...]) -> None:
    if faults.shape(value, at, needs=("text", "value"), may=("description", "url")):
        faults.text(value["text"], f"{at}/text", most=75, kinds=kinds)
        faults.string(value["value"], f"{at}/value", most=150)
        faults.optional_text(value, "description", at, most=75)


def _check_options(faults: Faults, value: Mapping[str, Any], at: str, *, most: int, least: int = 1, mrkdwn: bool = False) -> None:
    options = faults.items(value["options"], f"{at}/options", least=least, most=most)
    for n, option in enumerate(options):
        _check_option(faults, option, f"{at}/options/{n}", BOTH if mrkdwn else ("plain_text",))


def _check_select(faults: Faults, value: Mapping[str, Any], at: str) -> None:
    more = ("placeholder", "option_groups", "initial_option", "initial_options", "max_selected_items")
    groups = value.get("option_groups")
    if not faults.shape(value, at, needs=() if groups is not None else ("options",), may=(*_COMMON, *more, "options")):
        return
    faults.optional_text(value, "placeholder", at, most=150)
    if groups is None:
        _check_options(faults, value, at, most=100)
        return
    for n, group in enumerate(faults.items(groups, f"{at}/option_groups", most=100)):
        here = f"{at}/option_groups/{n}"
        if faults.shape(group, here, needs=("label", "options")):
            faults.text(group["label"], f"{here}/label", most=75)
            _check_options(faults, group, here, most=100)


def _check_overflow(faults: Faults, value: Mapping[str, Any], at: str) -> None:
    if faults.shape(value, at, needs=("options",), may=_COMMON):
        _check_options(faults, value, at, most=5)


def _check_choices(faults: Faults, value: Mapping[str, Any], at: str) -> None:
    if faults.shape(value, at, needs=("options",), may=(*_COMMON, "initial_option", "initial_options")):
        _check_options(faults, value, at, most=10, mrkdwn=True)


def _check_date(faults: Faults, value: Mapping[str, Any], at: str) -> None:
    faults.shape(value, at, needs=(), may=(*_COMMON, "placeholder", "initial_date"))
    faults.optional_text(value, "placeholder", at, most=150)


def _check_time(faults: Faults, value: Mapping[str, Any], at: str) -> None:
    faults.shape(value, at, needs=(), may=(*_COMMON, "placeholder", "initial_time", "timezone"))
    faults.optional_text(value, "placeholder", at, most=150)
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", str(value.get("initial_time", "00:00"))):
        faults.add("must be a valid time", f"{at}/initial_time")


def _check_conversations(faults: Faults, value: Mapping[str, Any], at: str) -> None:
    more = ("placeholder", "initial_conversation", "default_to_current_conversation", "response_url_enabled", "filter")
    if not faults.shape(value, at, needs=(), may=(*_COMMON, *more)):
        return
    faults.optional_text(value, "placeholder", at, most=150)
    faults.optional_string(value, "initial_conversation", at, most=255)
    if "filter" in value:
        faults.shape(
            value["filter"], f"{at}/filter", needs=(), may=("include", "exclude_external_shared_channels", "exclude_bot_users")
        )


def _check_field(faults: Faults, value: Mapping[str, Any], at: str) -> None:
    more = ("placeholder", "initial_value", "multiline", "min_length", "max_length", "dispatch_action_config")
    number = ("is_decimal_allowed", "min_value", "max_value") if value["type"] == "number_input" else ()
    needs = ("is_decimal_allowed",) if number else ()
    faults.shape(value, at, needs=needs, may=(*_COMMON, *more, *number))
    faults.optional_text(value, "placeholder", at, most=150)
    faults.optional_string(value, "initial_value", at, most=3000, least=0)


def _check_picture(faults: Faults, value: Mapping[str, Any], at: str) -> None:
    if faults.shape(value, at, needs=("alt_text",), may=("image_url", "slack_file")):
        check_image(faults, value, at)


_CHECKS = {
    "button": _check_button,
    "static_select": _check_select,
    "multi_static_select": _check_select,
    "overflow": _check_overflow,
    "radio_buttons": _check_choices,
    "checkboxes": _check_choices,
    "datepicker": _check_date,
    "timepicker": _check_time,
    "conversations_select": _check_conversations,
    "plain_text_input": _check_field,
    "email_text_input": _check_field,
    "number_input": _check_field,
    "image": _check_picture,
}
