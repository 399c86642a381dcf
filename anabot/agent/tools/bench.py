"""What a tool is, what it may reach, and how it is used: validate, do, and say in JSON what came of it.

Whatever a tool cannot do becomes words for the model: the same that a person would read. It never lets a fault of the model out.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, ValidationError

from anabot.agent.model import Call
from anabot.agent.understanding import Ambiguous, Reading
from anabot.errors import AnabotError, StoreError
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from anabot.semantic.values import ValueIndex
from anabot.types import Answer, Grant

_MOST_CHARACTERS = 6_000  # of one result: a model that needs more should ask for less


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """All that the tools of one question may reach, under its asker's grant.

    `answer` is the door, and `compiles` raises what it would; both check every name again. `rows` is how many rows of a result a
    model may read.
    """

    question: str
    registry: Registry
    grant: Grant
    values: Callable[[], ValueIndex]
    now: dt.datetime
    answer: Callable[[Reading], Answer]
    compiles: Callable[[MetricQuery], object]
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What came of one call: words for the model, and what they brought for the asker."""

    words: str
    failed: bool = False
    answer: Answer | None = None
    explained: str = ""  # a metric
    back: Ambiguous | None = None


class Asked(BaseModel):
    """What a model says to a tool. Names that are not there are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Tool(Protocol):
    """One thing that a model may ask for."""

    @property
    def name(self) -> str:
        """What the model calls it by."""

    @property
    def describes(self) -> str:
        """What it is for, in words for the model."""

    @property
    def takes(self) -> type[Asked]:
        """What is said to it."""

    def use(self, asked: Any, bench: Bench) -> Used:
        """Do it.

        Raises:
            AnabotError: what stands in the way, in the words that a person would read.
        """


def used(call: Call, tools: Mapping[str, Tool], bench: Bench) -> Used:
    """What came of a call, whatever the model wrote into it.

    Raises:
        StoreError: it could not be recorded, so nothing may go on.
    """
    tool = tools.get(call.tool)
    if tool is None:
        return Used(words=f"There is no tool {call.tool[:60]!r}. The tools are {', '.join(tools)}.", failed=True)
    try:
        found = tool.use(tool.takes.model_validate(call.body), bench)
    except ValidationError as error:
        return Used(words=f"That is no input of {tool.name}. {_faults(error)}", failed=True)
    except StoreError:
        raise
    except AnabotError as error:
        return Used(words=str(error)[:_MOST_CHARACTERS], failed=True)
    return found


def as_words(body: Mapping[str, Any]) -> str:
    """A result as the model reads it, cut where it is too long for one."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}… (cut: ask for less)"


def definition(tool: Tool) -> dict[str, Any]:
    """The tool as the Messages API takes it, its input strict."""
    return {"name": tool.name, "description": tool.describes, "input_schema": _strict(tool.takes), "strict": True}


def _strict(model: type[BaseModel]) -> dict[str, Any]:
    """The input's JSON schema in the part of the language that strict tools have: all required, nothing else, no references.

    What a field is for is said where it is the tool's own; a query inside another tool is described by `query_metrics`.
    """
    whole = model.model_json_schema()
    shape = _plain(whole, whole.get("$defs", {}))
    assert isinstance(shape, dict)
    return shape


_SHOWN = ("type", "enum", "items", "properties", "description")


def _plain(part: Any, named: Mapping[str, Any]) -> Any:
    if "$ref" in part:
        return _plain(named[part["$ref"].rpartition("/")[2]], named)
    shown = {name: part[name] for name in _SHOWN if name in part}
    if "items" in shown:
        shown["items"] = _plain(shown["items"], named)
    if "properties" in shown:
        shown["properties"] = {name: _plain(inner, named) for name, inner in shown["properties"].items()}
        shown |= {"required": list(shown["properties"]), "additionalProperties": False}
        shown.pop("description", None)
    return shown


def _faults(error: ValidationError) -> str:
    faults = error.errors(include_input=False, include_url=False, include_context=False)[:3]
    return " ".join(f"{'.'.join(map(str, each['loc'])) or 'input'}: {each['msg']}." for each in faults)
