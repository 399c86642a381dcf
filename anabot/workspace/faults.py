"""Small checks over JSON that strangers send, each fault in Slack's words with its JSON pointer. Never raises on its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any


class Faults:
    """The faults found so far. `at` is a JSON pointer such as `/blocks/0/text`."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, what: str, at: str) -> None:
        """One more fault."""
        self.found.append(f"{what} [json-pointer:{at}]")

    def shape(self, value: Any, at: str, *, needs: Collection[str], may: Collection[str] = ()) -> bool:
        """An object with all of `needs`, and nothing beyond `needs`, `may`, `type`. False where it is not worth going on."""
        if not isinstance(value, Mapping):
            self.add("must be an object", at)
            return False
        missing = [name for name in needs if value.get(name) is None]
        for name in missing:
            self.add(f"missing required field: {name}", at)
        for name in sorted(set(value) - set(needs) - set(may) - {"type"}):
            self.add(f"invalid additional property: {name}", at)
        return not missing

    def items(self, value: Any, at: str, *, least: int = 1, most: int) -> Sequence[Any]:
        """A list of `least` to `most` items. Returns those that may be looked at, never more than `most`."""
        if not isinstance(value, list):
            self.add("must be an array", at)
            return []
        if len(value) > most:
            self.add(f"no more than {most} items allowed", at)
        if len(value) < least:
            self.add(f"must have at least {least} items" if least > 1 else "no less than 1 items allowed", at)
        return value[:most]

    def string(self, value: Any, at: str, *, least: int = 1, most: int) -> None:
        """A string of `least` to `most` characters."""
        if not isinstance(value, str):
            self.add("must be a string", at)
        elif len(value) > most:
            self.add(f"must be less than {most + 1} characters", at)
        elif len(value) < least:
            self.add(f"must be more than {least - 1} characters", at)

    def optional_string(self, value: Mapping[str, Any], name: str, at: str, *, most: int, least: int = 1) -> None:
        """The same, where the field is there."""
        if value.get(name) is not None:
            self.string(value[name], f"{at}/{name}", least=least, most=most)

    def text(self, value: Any, at: str, *, most: int, kinds: Collection[str] = ("plain_text",), least: int = 1) -> None:
        """A text object of one of `kinds`."""
        if not self.shape(value, at, needs=("type", "text"), may=("emoji", "verbatim")):
            return
        if value["type"] not in kinds:
            self.add(f"unsupported type: {value['type']}", f"{at}/type")
        self.string(value["text"], f"{at}/text", least=least, most=most)

    def optional_text(self, value: Mapping[str, Any], name: str, at: str, *, most: int) -> None:
        """The same in plain text, where the field is there."""
        if value.get(name) is not None:
            self.text(value[name], f"{at}/{name}", most=most)
