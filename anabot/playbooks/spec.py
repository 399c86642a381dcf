"""Read one playbook file: its front matter is checked by pydantic here, at the wall, and trusted as a `Playbook` after.

Pure: text in, a playbook or all of its faults out. It never asks the registry; `check` does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from anabot import periods
from anabot.errors import Fault
from anabot.playbooks.frontmatter import Path, Source, split
from anabot.playbooks.gates_spec import GatesSpec, PeriodName, RestateSpec
from anabot.playbooks.playbook import Batch, Chart, Named, Planned, Playbook, name_of
from anabot.playbooks.schedule import ScheduleSpec
from anabot.semantic.query import MetricQuery, Span

_COMPARES = ("previous_period", "previous_year", "same_point", "same_point_previous_year")
# What words may name beside the queries.
RESERVED = frozenset({"bridge", "bridges", "chart", "parameters", "today", "what_changed"})
_BRANCHES = ("Span", "str", "int", "bool", "Condition", "Against", "AnyOf", "AllOf", "Not", "literal")
_NAME = r"^[a-z][a-z0-9_]*$"
_T = TypeVar("_T")


def read_playbook(file: str, text: str, calendar: periods.Calendar) -> tuple[Playbook | None, Source | None, tuple[Fault, ...]]:
    """One file as a playbook, with its lines, or all the faults that its own text has."""
    source = split(file, text)
    if isinstance(source, Fault):
        return None, None, (source,)
    settings, unknown = _fill_in(source)
    if unknown:
        return None, source, unknown
    try:
        spec = _PlaybookSpec.model_validate(settings)
    except ValidationError as error:
        return None, source, tuple(_fault(source, detail) for detail in _first_branches(error.errors()))
    faults = tuple(_misfits(spec, source))
    return (None if faults else _playbook(spec, source, text, calendar.zone)), source, faults


def _channel_name(given: object) -> object:
    return given.removeprefix("#") if isinstance(given, str) else given


def _condition(given: str) -> str:
    if "\n" in given.strip() or any(mark in given for mark in ("{%", "%}", "{{", "}}", "{#", "#}")):
        raise ValueError("A condition is one expression, as in `total.sales > 1000`, without braces")
    return given.strip()


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


_Key = Annotated[str, Field(pattern=_NAME)]


class _QuerySpec(_Strict):
    query: MetricQuery
    period: PeriodName | None = None
    compare: PeriodName | None = None

    @model_validator(mode="before")
    @classmethod
    def _names_apart(cls, given: object) -> object:
        if not isinstance(given, dict):
            raise ValueError("A query is a mapping that has at least `metrics`")
        if not given.get("metrics"):
            raise ValueError("`metrics` needs at least 1 item: a digest tells numbers, not lists of values")
        query, named = dict(given), {}
        for key in ("period", "compare"):
            if isinstance(query.get(key), str) and query[key] not in _COMPARES:
                named[key] = query.pop(key)
        return {"query": query, **named}


class _ChartSpec(_Strict):
    query: str
    kind: Literal["line", "bar"] = "line"
    title: str = ""


class _BatchSpec(_Strict):
    over: str = Field(min_length=1)
    top: int = Field(default=10, ge=1, le=20)


class _PlaybookSpec(_Strict):
    title: str = Field(min_length=1, max_length=140)
    owner: str = Field(min_length=1)
    service: str = Field(default="", max_length=100)
    channel: Annotated[str, BeforeValidator(_channel_name), Field(min_length=1)]
    schedule: ScheduleSpec
    period: PeriodName | Span | None = None
    queries: Mapping[_Key, _QuerySpec] = Field(min_length=1, max_length=24)
    bridges: tuple[str, ...] | Mapping[str, PeriodName | Span] = ()
    charts: Mapping[_Key, _ChartSpec] = Field(default={}, max_length=8)
    parameters: Mapping[_Key, str | int | float | bool] = {}
    gates: GatesSpec = GatesSpec()
    post_when: Annotated[str, AfterValidator(_condition)] = Field(default="", max_length=500)
    batch: _BatchSpec | None = None
    narrate: bool = False
    restate: RestateSpec | Literal[False] = RestateSpec()


def _fill_in(source: Source) -> tuple[dict[str, Any], tuple[Fault, ...]]:
    """The settings with each `$name` replaced by the parameter of that name."""
    parameters = source.settings.get("parameters") or {}
    faults: list[Fault] = []

    def fill(value: Any, path: Path) -> Any:
        if isinstance(value, dict):
            return {key: fill(inner, (*path, key)) for key, inner in value.items()}
        if isinstance(value, list):
            return [fill(inner, (*path, index)) for index, inner in enumerate(value)]
        if not isinstance(value, str) or not value.startswith("$"):
            return value
        if not isinstance(parameters, dict) or value[1:] not in parameters:
            faults.append(Fault(source.file, source.line(path), f"There is no parameter `{value[1:]}`.", todo="Add it."))
            return value
        return parameters[value[1:]]

    settings = {key: value if key == "parameters" else fill(value, (key,)) for key, value in source.settings.items()}
    return settings, tuple(faults)


def _misfits(spec: _PlaybookSpec, source: Source) -> Iterator[Fault]:
    for name in sorted(RESERVED & set(spec.queries)):
        what = f"`{name}` already has a meaning in a playbook's words."
        yield Fault(source.file, source.line(("queries", name)), what, todo="Give the query another name.")
    for name, chart in spec.charts.items():
        if chart.query not in spec.queries:
            what = f"The chart `{name}` shows `{chart.query}`, which is not one of the queries."
            yield Fault(source.file, source.line(("charts", name)), what, todo=f"Use one of {_list(spec.queries)}.")
    if spec.bridges and not isinstance(spec.bridges, Mapping) and spec.period is None:
        todo = "Give the playbook a `period`, or write `bridges: {name: last_month}`."
        yield Fault(source.file, source.line(("bridges",)), "The bridges have no period.", todo=todo)
    if spec.batch and spec.bridges:
        what = "A playbook with a `batch` has no bridges: they are of the whole."
        yield Fault(source.file, source.line(("bridges",)), what, todo="Leave out one of the two.")
    if spec.batch and spec.narrate:
        what = "A playbook with a `batch` opens in its own words."
        yield Fault(source.file, source.line(("narrate",)), what, todo="Leave one of them out.")
    if spec.batch and "part" in spec.parameters:
        what = "`parameters.part` is the value that a part of a `batch` is about."
        yield Fault(source.file, source.line(("parameters", "part")), what, todo="Give the parameter another name.")
    for path, what in spec.gates.misfits(spec.queries, period=spec.period is not None):
        known = f"Use one of {_list(spec.queries)}."
        todo = known if "rows" in path else "Give the playbook a `period`, or write `reconciliation: {name: last_month}`."
        yield Fault(source.file, source.line(path), what, todo=todo)


def _playbook(spec: _PlaybookSpec, source: Source, text: str, zone: ZoneInfo) -> Playbook:
    return Playbook(
        name=name_of(source.file),
        title=spec.title,
        owner=spec.owner.removeprefix("@"),
        service=spec.service,
        channel=spec.channel,
        schedule=spec.schedule.schedule(zone),
        queries=_frozen({name: _planned(query, spec.period) for name, query in spec.queries.items()}),
        bridges=_frozen(_bridges(spec)),
        charts=_frozen({name: _chart(name, chart) for name, chart in spec.charts.items()}),
        parameters=_frozen(spec.parameters),
        gates=spec.gates.gates(spec.period, _frozen),
        post_when=spec.post_when,
        batch=Batch(over=spec.batch.over, top=spec.batch.top) if spec.batch else None,
        restate=spec.restate.tolerance if spec.restate else None,
        narrate=spec.narrate,
        body=source.body,
        body_line=source.body_line,
        file=source.file,
        version=hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16],
    )


def _planned(spec: _QuerySpec, default: Named | Span | None) -> Planned:
    """The query with the playbook's own period where it has none."""
    period, query = spec.period or "", spec.query
    if not period and query.period is None and default is not None:
        if isinstance(default, Span):
            query = query.model_copy(update={"period": default})
        else:
            period = default
    return Planned(query=query, period=period, compare=spec.compare or "")


def _bridges(spec: _PlaybookSpec) -> dict[str, Named | Span]:
    if isinstance(spec.bridges, Mapping):
        return dict(spec.bridges)
    return {name: spec.period for name in spec.bridges if spec.period is not None}


def _chart(name: str, spec: _ChartSpec) -> Chart:
    return Chart(query=spec.query, kind=spec.kind, title=spec.title or name.replace("_", " ").capitalize())


def _frozen(given: Mapping[str, _T]) -> Mapping[str, _T]:
    return MappingProxyType(dict(given))


def _first_branches(details: list[ErrorDetails]) -> Iterator[ErrorDetails]:
    """Without what pydantic says about the other branches of a union: the first is the usual one."""
    chosen: dict[Path, str | int] = {}
    for detail in details:
        path = detail["loc"]
        tried = (i for i, part in enumerate(path) if part != "query" and not _is_written(path, i, part))
        branch = next(tried, None)
        if branch is None or chosen.setdefault(path[:branch], path[branch]) == path[branch]:
            yield detail


def _fault(source: Source, detail: ErrorDetails) -> Fault:
    path = tuple(part for index, part in enumerate(detail["loc"]) if _is_written(detail["loc"], index, part))
    where = ".".join(str(part) for part in path)
    message = detail["msg"].removeprefix("Value error, ").rstrip(".")
    if detail["type"] == "extra_forbidden":
        message = "there is no such setting"
    return Fault(source.file, source.line(path), f"`{where}`: {message}." if where else f"{message}.")


def _is_written(path: Path, index: int, part: str | int) -> bool:
    """Whether a team wrote this part: pydantic also lists the branch of a union it tried, and our own `query`."""
    if isinstance(part, int) or index == 0:
        return True
    if part == "query":
        return path[0] != "queries" or index != 2
    return part.isidentifier() and part not in _BRANCHES


def _list(names: Mapping[str, object]) -> str:
    return ", ".join(f"`{name}`" for name in names)
