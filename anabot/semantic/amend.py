"""One small change to the registry's YAML, as an edit of the text itself: comments, order and layout stay as they are.

A synonym of a metric, a golden value of it, or a term's default reading for a team. Pure: texts in, one changed text out. It
never writes a file, and never changes what is there but for the default that it replaces.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import yaml

from anabot.errors import BadQuery
from anabot.semantic.overlay import FILE
from anabot.semantic.registry import Golden as Vouched
from anabot.semantic.registry import Registry

_GENERATED = ("dbt.yml", "semantic_manifest.json")  # an import writes these anew: what a person adds stands in ana.yml
_COMPANY = "company.yml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Golden:
    """What a metric gives over a half-open period, as the engine has computed it."""

    start: dt.date
    end: dt.date
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSynonym:
    """`word` shall mean the metric; with a golden value that holds what it means."""

    word: str
    metric: str
    golden: Golden | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDefault:
    """The term `word` shall be read as the metric where somebody of the team says it."""

    word: str
    team: str
    metric: str


Amendment = NewSynonym | NewDefault


def amended(files: Mapping[str, str], registry: Registry, change: Amendment) -> tuple[str, str]:
    """The file that the change belongs into, and its new text. A file that is not there yet has had no text.

    Raises:
        BadQuery: there is no place for it.
    """
    return _defaulted(files, change) if isinstance(change, NewDefault) else _synonym(files, registry, change)


def _defaulted(files: Mapping[str, str], change: NewDefault) -> tuple[str, str]:
    for file in sorted(files):
        if _base(file) != _COMPANY:
            continue
        for term in _items(_get(_composed(files[file]), "terms")):
            if str(_value(_get(term, "word"))).casefold() == change.word.casefold():
                return file, _with_default(files[file], term, change)
    raise BadQuery(f"There is no term “{change.word}”.", todo="Declare it under `terms` in company.yml.")


def _with_default(text: str, term: Any, change: NewDefault) -> str:
    defaults = _get(term, "defaults")
    if defaults is None or not isinstance(defaults, yaml.MappingNode):
        return _added(text, term, "defaults", {change.team: change.metric})
    old = _get(defaults, change.team)
    if old is None:
        return _added(text, defaults, change.team, change.metric)
    return text[: old.start_mark.index] + _flow(change.metric) + text[old.end_mark.index :]


def _synonym(files: Mapping[str, str], registry: Registry, change: NewSynonym) -> tuple[str, str]:
    metric = registry.metrics[change.metric]
    file, at = _home(files, metric.file, change.metric)
    kept: dict[str, list[Any]] = {"synonyms": list(metric.synonyms)}
    new: dict[str, Any] = {"synonyms": change.word}
    vouched = {one.period for one in metric.golden if not one.where}
    if change.golden is not None and (change.golden.start, change.golden.end) not in vouched:
        kept["golden"] = [_as_written(one) for one in metric.golden]
        new["golden"] = {"period": [change.golden.start, change.golden.end], "value": format(change.golden.value, "f")}
    text = files.get(file, "")
    for key, item in new.items():
        text = _appended(text, at, key, item, kept[key] if at[0] == "overlay" else [])
    return file, text


def _as_written(golden: Vouched) -> dict[str, Any]:
    period = {"period": list(golden.period)} if golden.period else {}
    return {**period, "value": format(golden.value, "f"), **({"where": dict(golden.where)} if golden.where else {})}


def _home(files: Mapping[str, str], file: str, metric: str) -> tuple[str, tuple[str, ...]]:
    """Where the metric's `ana` mapping is: in ana.yml where that speaks of it or its own file is generated, else beside it."""
    beside = next((name for name in sorted(files) if _base(name) == FILE), "")
    if beside and _get(_get(_composed(files[beside]), "metrics"), metric) is not None:
        return beside, ("overlay", metric)
    if _base(file) not in _GENERATED and file in files and _ana(_composed(files[file]), metric) is not None:
        return file, ("inline", metric)
    folder = min((name.rpartition("/")[0] for name in files), key=len, default="")
    return beside or f"{folder}/{FILE}".lstrip("/"), ("overlay", metric)


def _ana(root: Any, metric: str) -> Any:
    """The `config.meta.ana` mapping of the metric with this name, in any of dbt's specs."""
    for item in _metrics(root):
        if _value(_get(item, "name")) == metric:
            return _get(_get(_get(item, "config"), "meta"), "ana")
    return None


def _metrics(root: Any) -> Iterator[Any]:
    yield from _items(_get(root, "metrics"))
    for model in _items(_get(root, "models")):
        yield from _items(_get(model, "metrics"))


def _appended(text: str, at: tuple[str, ...], key: str, item: Any, kept: list[Any]) -> str:
    """The text with one more item in the list under `key`. `kept` are those that a list of its own would otherwise hide."""
    where, metric = at
    root = _composed(text)
    if where == "overlay":
        named = _get(root, "metrics")
        mapping = _get(named, metric)
        if not isinstance(mapping, yaml.MappingNode):
            return _overlaid(text, root, named, metric, {key: [*kept, item]})
    else:
        mapping, kept = _ana(root, metric), []
    held = _get(mapping, key)
    if not isinstance(held, yaml.SequenceNode):
        single = [_value(held)] if isinstance(held, yaml.ScalarNode) and held.value else []
        if single:
            return text[: held.start_mark.index] + _flow([*single, item]) + text[held.end_mark.index :]
        return _added(text, mapping, key, [*kept, item])
    return _longer(text, held, item)


def _overlaid(text: str, root: Any, named: Any, metric: str, value: Mapping[str, Any]) -> str:
    if isinstance(named, yaml.MappingNode):
        return _added(text, named, metric, value)
    if isinstance(root, yaml.MappingNode):
        return _added(text, root, "metrics", {metric: value})
    start = text if not text or text.endswith("\n") else f"{text}\n"
    return f"{start}metrics:\n  {metric}: {_flow(dict(value))}\n"


def _longer(text: str, held: Any, item: Any) -> str:
    """A list with one more item, in the list's own style."""
    if held.flow_style:
        end = _inside(held)
        return f"{text[:end]}{', ' if held.value else ''}{_flow(item)}{text[end:]}"
    return _line_after(text, _last(held), f"{' ' * held.start_mark.column}- {_flow(item)}")


def _added(text: str, mapping: Any, key: str, value: Any) -> str:
    """A mapping with one more key, in the mapping's own style."""
    if mapping.flow_style:
        end = _inside(mapping)
        return f"{text[:end]}{', ' if mapping.value else ''}{key}: {_flow(value)}{text[end:]}"
    return _line_after(text, _last(mapping), f"{' ' * mapping.start_mark.column}{key}: {_flow(value)}")


def _line_after(text: str, node: Any, line: str) -> str:
    """The line put below the one on which the node ends, whatever else stands on that."""
    eol = "\r\n" if "\r\n" in text else "\n"
    end = text.find("\n", node.end_mark.index)
    if end < 0:
        return f"{text}{eol}{line}{eol}"
    return f"{text[: end + 1]}{line}{eol}{text[end + 1 :]}"


def _inside(node: Any) -> int:
    """Where one more thing goes, in a list or mapping in flow style."""
    if not node.value:
        return int(node.start_mark.index) + 1
    last = node.value[-1]
    return int((last[1] if isinstance(node, yaml.MappingNode) else last).end_mark.index)


def _last(node: Any) -> Any:
    """The last leaf of a node: a block's own end mark lies beyond the comments and blank lines after it."""
    while not getattr(node, "flow_style", True) or node.start_mark.index == node.end_mark.index:
        if not isinstance(node, yaml.CollectionNode) or not node.value:
            break
        last = node.value[-1]
        node = last[1] if isinstance(node, yaml.MappingNode) else last
    return node


def _composed(text: str) -> Any:
    return yaml.compose(text, Loader=yaml.SafeLoader)


def _get(node: Any, key: str) -> Any:
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for name, value in pairs if name.value == key), None)


def _items(node: Any) -> list[Any]:
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _value(node: Any) -> Any:
    return node.value if isinstance(node, yaml.ScalarNode) else None


def _flow(value: Any) -> str:
    """A value in flow style, on one line, quoted where YAML asks for it."""
    written: str = yaml.safe_dump([value], default_flow_style=True, width=float("inf"), allow_unicode=True, sort_keys=False)
    return written.strip()[1:-1]


def _base(file: str) -> str:
    return file.rsplit("/", 1)[-1]
