"""Check the blocks of a message or a view against Slack's schema and limits, and give each block its id.

Pure but for the ids. It knows the block types that this workspace draws; any other is refused as Slack refuses an unknown one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from anabot.workspace import limits
from anabot.workspace.elements import ACCESSORY_TYPES, ACTION_TYPES, BOTH, INPUT_TYPES, check_element, check_image
from anabot.workspace.faults import Faults
from anabot.workspace.limits import Refused

Check = Callable[[Faults, Mapping[str, Any], str], None]
_RICH = ("rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote")
_INLINE = ("text", "link", "emoji", "user", "usergroup", "channel", "broadcast", "date", "color")


def read_blocks(raw: Any, *, file_ok: Callable[[str], bool]) -> list[dict[str, Any]]:
    """The blocks of a message, checked and with ids.

    `raw` is a list or the JSON text of one; `file_ok` says whether a Slack file may be shown as a picture.
    Raises Refused: invalid_blocks_format, invalid_blocks with every fault, or msg_blocks_too_long.
    """
    blocks = _as_list(raw)
    check_blocks(blocks, "/blocks", most=limits.MESSAGE_BLOCKS, error="invalid_blocks", file_ok=file_ok, inputs=False)
    if sum(map(len, _texts(blocks))) > limits.ALL_BLOCK_TEXT:
        raise Refused("msg_blocks_too_long")
    return with_ids(blocks)


def check_blocks(blocks: Any, at: str, *, most: int, error: str, file_ok: Callable[[str], bool], inputs: bool = True) -> None:
    """Raise Refused(error) with every fault found in `blocks`."""
    faults = Faults()
    rows = faults.items(blocks, at, least=0, most=most)
    for n, block in enumerate(rows):
        _check_block(faults, block, f"{at}/{n}", inputs=inputs)
    _check_unique(faults, rows, at)
    _check_files(faults, rows, at, file_ok)
    cells = sum(len(text) for block in rows if _kind(block) == "table" for text in _texts(block))
    if cells > limits.TABLE_TEXT:
        faults.add(f"tables must have less than {limits.TABLE_TEXT + 1} characters in all", at)
    if faults.found:
        raise Refused(error, faults.found)


def with_ids(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same blocks, where those without a `block_id` get one by their place, and elements an `action_id`."""
    done = []
    for n, block in enumerate(blocks):
        block = {**block, "block_id": block.get("block_id") or f"b{n}"}
        for name in ("accessory", "element"):
            if isinstance(block.get(name), dict):
                block[name] = {"action_id": f"{block['block_id']}.{name}", **block[name]}
        if block["type"] == "actions":
            block["elements"] = [{"action_id": f"{block['block_id']}.{m}", **e} for m, e in enumerate(block["elements"])]
        done.append(block)
    return done


def _as_list(raw: Any) -> list[dict[str, Any]]:
    try:
        blocks = json.loads(raw) if isinstance(raw, str) else raw
    except ValueError as error:
        raise Refused("invalid_blocks_format") from error
    if not isinstance(blocks, list):
        raise Refused("invalid_blocks_format")
    return blocks


def _kind(block: Any) -> str:
    return str(block.get("type", "")) if isinstance(block, Mapping) else ""


def _check_block(faults: Faults, block: Any, at: str, *, inputs: bool) -> None:
    if not isinstance(block, Mapping) or not block.get("type"):
        faults.add("missing required field: type", at)
        return
    check = _CHECKS.get(block["type"])
    if check is None or (block["type"] == "input" and not inputs):
        faults.add(f"unsupported type: {block['type']}", f"{at}/type")
        return
    faults.optional_string(block, "block_id", at, most=255)
    check(faults, block, at)


def _check_unique(faults: Faults, blocks: Any, at: str) -> None:
    seen: set[str] = set()
    for n, block in enumerate(blocks):
        name = block.get("block_id") if isinstance(block, Mapping) else None
        if name and name in seen:
            faults.add(f"`block_id` {name} already exists", f"{at}/{n}/block_id")
        seen.add(name or "")
        actions: set[str] = set()
        elements = block.get("elements") if _kind(block) == "actions" else None
        for m, element in enumerate(elements if isinstance(elements, list) else ()):
            action = element.get("action_id") if isinstance(element, Mapping) else None
            if action and action in actions:
                faults.add(f"`action_id` {action} already exists", f"{at}/{n}/elements/{m}/action_id")
            actions.add(action or "")


def _check_files(faults: Faults, value: Any, at: str, file_ok: Callable[[str], bool]) -> None:
    if isinstance(value, Mapping):
        file = value.get("slack_file")
        if isinstance(file, Mapping) and not file_ok(str(file.get("id") or file.get("url") or "")):
            faults.add("invalid slack file", f"{at}/slack_file")
        for name, part in value.items():
            _check_files(faults, part, f"{at}/{name}", file_ok)
    elif isinstance(value, list):
        for n, part in enumerate(value):
            _check_files(faults, part, f"{at}/{n}", file_ok)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if isinstance(value.get("text"), str):
            yield value["text"]
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def _section(faults: Faults, block: Mapping[str, Any], at: str) -> None:
    faults.shape(block, at, needs=(), may=("text", "fields", "accessory", "block_id", "expand"))
    if block.get("text") is None and block.get("fields") is None:
        faults.add("must define either `text` or `fields`", at)
    if block.get("text") is not None:
        faults.text(block["text"], f"{at}/text", most=3000, kinds=BOTH)
    if block.get("fields") is not None:
        for n, field in enumerate(faults.items(block["fields"], f"{at}/fields", most=10)):
            faults.text(field, f"{at}/fields/{n}", most=2000, kinds=BOTH)
    if block.get("accessory") is not None:
        check_element(faults, block["accessory"], f"{at}/accessory", allowed=ACCESSORY_TYPES)


def _header(faults: Faults, block: Mapping[str, Any], at: str) -> None:
    if faults.shape(block, at, needs=("text",), may=("block_id", "level")):
        faults.text(block["text"], f"{at}/text", most=150)


def _context(faults: Faults, block: Mapping[str, Any], at: str) -> None:
    if not faults.shape(block, at, needs=("elements",), may=("block_id",)):
        return
    for n, element in enumerate(faults.items(block["elements"], f"{at}/elements", most=10)):
        if _kind(element) == "image":
            check_element(faults, element, f"{at}/elements/{n}", allowed=frozenset({"image"}))
        else:
            faults.text(element, f"{at}/elements/{n}", most=3000, kinds=BOTH)


def _divider(faults: Faults, block: Mapping[str, Any], at: str) -> None:
    faults.shape(block, at, needs=(), may=("block_id",))


def _actions(faults: Faults, block: Mapping[str, Any], at: str) -> None:
    if faults.shape(block, at, needs=("elements",), may=("block_id",)):
        for n, element in enumerate(faults.items(block["elements"], f"{at}/elements", most=25)):
            check_element(faults, element, f"{at}/elements/{n}", allowed=ACTION_TYPES)


def _image(faults: Faults, block: Mapping[str, Any], at: str) -> None:
    if faults.shape(block, at, needs=("alt_text",), may=("image_url", "slack_file", "title", "block_id")):
        check_image(faults, block, at)
        faults.optional_text(block, "title", at, most=2000)


def _table(faults: Faults, block: Mapping[str, Any], at: str) -> None:
    if not faults.shape(block, at, needs=("rows",), may=("block_id", "column_settings")):
        return
    for n, row in enumerate(faults.items(block["rows"], f"{at}/rows", most=limits.TABLE_ROWS)):
        for m, cell in enumerate(faults.items(row, f"{at}/rows/{n}", most=limits.TABLE_COLUMNS)):
            _cell(faults, cell, f"{at}/rows/{n}/{m}")
    for n, column in enumerate(faults.items(block.get("column_settings", []), f"{at}/column_settings", least=0, most=20)):
        here = f"{at}/column_settings/{n}"
        if column is None or not faults.shape(column, here, needs=(), may=("align", "is_wrapped")):
            continue
        if column.get("align", "left") not in ("left", "center", "right"):
            faults.add("must be a valid enum value", f"{here}/align")


def _cell(faults: Faults, cell: Any, at: str) -> None:
    kind = _kind(cell)
    if kind == "rich_text":
        _rich_text(faults, cell, at)
    elif kind not in ("raw_text", "raw_number"):
        faults.add(f"unsupported type: {kind}", f"{at}/type")
    elif faults.shape(cell, at, needs=("text",) if kind == "raw_text" else ("value", "text")):
        faults.string(cell["text"], f"{at}/text", most=limits.TABLE_TEXT)


def _rich_text(faults: Faults, block: Mapping[str, Any], at: str) -> None:
    if faults.shape(block, at, needs=("elements",), may=("block_id",)):
        for n, element in enumerate(faults.items(block["elements"], f"{at}/elements", least=0, most=1000)):
            _rich_part(faults, element, f"{at}/elements/{n}")


def _rich_part(faults: Faults, part: Any, at: str) -> None:
    if _kind(part) not in _RICH:
        faults.add(f"unsupported type: {_kind(part)}", f"{at}/type")
        return
    may = ("style", "indent", "offset", "border", "language")
    if not faults.shape(part, at, needs=("elements",), may=may):
        return
    for n, element in enumerate(faults.items(part["elements"], f"{at}/elements", least=0, most=1000)):
        here = f"{at}/elements/{n}"
        if part["type"] == "rich_text_list":
            _rich_part(faults, element, here)
        elif _kind(element) not in _INLINE:
            faults.add(f"unsupported type: {_kind(element)}", f"{here}/type")
        elif element["type"] == "text":
            faults.string(element.get("text"), f"{here}/text", most=3000)


def _input(faults: Faults, block: Mapping[str, Any], at: str) -> None:
    if faults.shape(block, at, needs=("label", "element"), may=("block_id", "hint", "optional", "dispatch_action")):
        faults.text(block["label"], f"{at}/label", most=2000)
        faults.optional_text(block, "hint", at, most=2000)
        check_element(faults, block["element"], f"{at}/element", allowed=INPUT_TYPES)


_CHECKS: dict[str, Check] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "divider": _divider,
    "actions": _actions,
    "image": _image,
    "table": _table,
    "rich_text": _rich_text,
    "input": _input,
}
