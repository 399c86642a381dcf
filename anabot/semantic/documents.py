"""YAML text into plain values that remember their lines. It never reads a file and never runs a tag."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from anabot.errors import Fault
from anabot.semantic.parsed import Parsed

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C scanner reads 5,000 metrics eight times faster

Path = Sequence[str | int]


class Places:
    """Where each key of one text stands. It looks again only for what it has not been asked before, which may be kept."""

    def __init__(self, text: str, known: dict[tuple[str | int, ...], int] | None = None, node: Any = None) -> None:
        self._text, self._node = text, node
        self.known = {} if known is None else known

    def line(self, path: Path) -> int:
        """The 1-based line of the deepest part of `path` that is there."""
        key = tuple(path)
        if key not in self.known:
            self.known[key] = self._found(key)
        return self.known[key]

    def _found(self, path: Path) -> int:
        if self._node is None:
            self._node = yaml.compose(self._text, Loader=_Loader)
        node, line = self._node, 1
        for part in path:
            found = _child(node, part) or _elsewhere(node, part)
            if found is None:
                return line
            node, line = found
        return line


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One parsed file: its plain value, and where each key stood."""

    file: str
    value: Any
    places: Places

    def line(self, *path: str | int) -> int:
        """The 1-based line of the deepest part of `path` that is there."""
        return self.places.line(path)

    def fault(self, path: Path, what: str, why: str = "", todo: str = "") -> Fault:
        """A fault at `path` of this file."""
        return Fault(self.file, self.line(*path), what, why, todo)


def parse(file: str, text: str, parsed: Parsed | None = None) -> tuple[Document | None, list[Fault]]:
    """Parse one file, or take what `parsed` holds of it. Text that is not YAML, or has a key twice, is a fault with its line."""
    kept = parsed.find(text) if parsed is not None else None
    if kept is not None:
        return Document(file=file, value=kept[0], places=Places(text, kept[1])), []
    try:
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            doubles = [_double(file, key) for key in _double_keys(node)]
            value = loader.construct_document(node) if node is not None else None
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        return None, [_unreadable(file, error)]
    except (ValueError, RecursionError) as error:  # a date such as 2026-02-31, or nesting without end
        return None, [Fault(file, 1, "This file holds a value that cannot be read.", str(error), "Correct or quote the value.")]
    places = Places(text, node=node)
    if parsed is not None and not doubles:
        parsed.add(text, value, places.known)
    return Document(file=file, value=value, places=places), doubles


def _unreadable(file: str, error: yaml.YAMLError) -> Fault:
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark is not None else 1
    problem = getattr(error, "problem", None) or str(error)
    return Fault(
        file, line, "This is not YAML.", f"{problem}.", "Check indentation, quotes and braces on this line and the one above."
    )


def _double(file: str, key: Any) -> Fault:
    return Fault(
        file,
        key.start_mark.line + 1,
        f"The key `{key.value}` stands here a second time.",
        "YAML would silently keep the last.",
        "Keep one.",
    )


def _double_keys(node: Any) -> Iterator[Any]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    yield key
                seen.add(key.value)
            yield from _double_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _double_keys(item)


# Where the standalone spec keeps what the embedded one, in whose words metrics are read, keeps beside the name.
_CUMULATIVE, _CONVERSION = ("type_params", "cumulative_type_params"), ("type_params", "conversion_type_params")
_HOMES: Mapping[str | int, tuple[Path, ...]] = {
    "agg_time_dimension": (("defaults", "agg_time_dimension"),),
    "input_metrics": (("type_params", "metrics"),),
    "input_metric": (("type_params", "measure"), (*_CUMULATIVE, "metric")),
    "base_metric": ((*_CONVERSION, "base_metric"), (*_CONVERSION, "base_measure")),
    "conversion_metric": ((*_CONVERSION, "conversion_metric"), (*_CONVERSION, "conversion_measure")),
    "window": ((*_CUMULATIVE, "window"), (*_CONVERSION, "window"), ("type_params", "window")),
    "agg": (("type_params", "metric_aggregation_params", "agg"),),
    "numerator": (("type_params", "numerator"),),
    "denominator": (("type_params", "denominator"),),
    "expr": (("type_params", "expr"),),
}


def _elsewhere(node: Any, part: str | int) -> tuple[Any, int] | None:
    if part == "derived_semantics" and isinstance(node, yaml.MappingNode):
        return node, node.start_mark.line + 1
    for home in _HOMES.get(part, ()):
        found: tuple[Any, int] | None = (node, 0)
        for step in home:
            found = _child(found[0], step) if found else None
        if found is not None:
            return found
    return None


def _child(node: Any, part: str | int) -> tuple[Any, int] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == part:
                return value, key.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part].start_mark.line + 1
    return None
