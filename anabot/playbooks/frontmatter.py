"""Split a playbook's file into its front matter and its body, remembering the line of everything.

Pure: text in, plain values out. It never follows a YAML alias and never builds an object a tag asks for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from anabot.errors import Fault

_FENCE = "---"
_MAX_CHARACTERS = 64_000
_TODO = "A playbook starts with `---`, its settings in YAML, `---`, and then its words."

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A file in its two halves. `lines` gives the file's line of each key and list item; the body starts on `body_line`."""

    file: str
    settings: Mapping[str, Any]
    lines: Mapping[Path, int]
    body: str
    body_line: int

    def line(self, path: Path) -> int:
        """The line of the value at `path`, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def split(file: str, text: str) -> Source | Fault:
    """The two halves of one file, or what is wrong with its shape."""
    if len(text) > _MAX_CHARACTERS:
        return Fault(file, 1, f"The file has {len(text):,} characters; {_MAX_CHARACTERS:,} are allowed.")
    lines = text.splitlines()
    if not lines or lines[0].strip() != _FENCE:
        return Fault(file, 1, "There is no front matter.", todo=_TODO)
    end = next((number for number, line in enumerate(lines[1:], 1) if line.rstrip() == _FENCE), 0)
    if not end:
        return Fault(file, len(lines), "The front matter does not end.", todo=_TODO)
    return _read(file, "\n".join(lines[1:end]), "\n".join(lines[end + 1 :]), end + 2)


def _read(file: str, settings: str, body: str, body_line: int) -> Source | Fault:
    try:
        alias = next((event for event in yaml.parse(settings) if isinstance(event, yaml.AliasEvent)), None)
        if alias is not None:
            return Fault(file, _line(alias), "YAML aliases are not followed here.", todo="Write the value out.")
        node = yaml.compose(settings, Loader=yaml.SafeLoader)
        loaded = yaml.safe_load(settings)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        return Fault(file, mark.line + 2 if mark else 1, f"This is not YAML: {error.problem}.", why=error.context or "")
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return Fault(file, 1, f"This is not YAML: {error}.")
    if not isinstance(loaded, dict) or not isinstance(node, yaml.MappingNode):
        return Fault(file, 1, "The front matter is not a mapping.", todo=_TODO)
    twice = next(_repeated(node), None)
    if twice is not None:
        return Fault(file, _line(twice), f"`{twice.value}` is written twice.", why="Only one of them would count.")
    return Source(file, loaded, dict(_lines(node)), body, body_line)


def _lines(node: yaml.Node, path: Path = ()) -> Iterator[tuple[Path, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*path, key.value)
            yield here, _line(key)
            yield from _lines(value, here)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield (*path, index), _line(value)
            yield from _lines(value, (*path, index))


def _repeated(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    yield key
                seen.add(key.value)
            yield from _repeated(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _repeated(value)


def _line(where: yaml.Node | yaml.Event) -> int:
    # Marks count from 0, and the fence above the YAML is a line of the file.
    return where.start_mark.line + 2 if where.start_mark else 1
