"""The adapter that lets dbt's own integration cases ask our compiler; `conformance/score.py` says what it wants.

It translates requests and column names, and never helps the compiler to an answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from anabot.periods import Grain, start_of, step
from anabot.semantic import compile_distinct, compile_query, parse_registry, render
from anabot.semantic.catalog import catalog_of
from anabot.semantic.filters import Predicate, parse_filter
from anabot.semantic.query import MetricQuery, Span
from anabot.semantic.resolve import resolve_fully
from anabot.types import Grant

_ORDER = {grain: place for place, grain in enumerate(Grain)}
_KEPT = {Grain.HOUR: 13, Grain.MINUTE: 16, Grain.SECOND: 19}  # how much of an instant's text a grain keeps
_ZEROS = {Grain.HOUR: ":00:00", Grain.MINUTE: ":00", Grain.SECOND: ""}


class Adapter:
    """One semantic layer over the schema `mf`."""

    def __init__(self, manifest_json: Path | None, source_dir: Path, con: duckdb.DuckDBPyConnection) -> None:
        if manifest_json is not None:
            files = {"semantic_manifest.json": manifest_json.read_text()}
        else:
            files = {str(path.relative_to(source_dir)): path.read_text() for path in source_dir.rglob("*.yml")}
        self.registry = parse_registry(files, governed=False, schema="mf")
        self.grant = Grant(subject="conformance", audience="dm", metrics=frozenset(self.registry.metrics))
        self.con = con

    def query(self, request: dict[str, Any]) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Column names in dbt's spelling, and rows."""
        saved = self.registry.saved_queries.get(request.get("saved_query_name") or "")
        if saved is not None:
            own = {name: request[name] for name in ("order_bys", "limit") if request.get(name)}
            request = {**request, **_saved(saved.query), **own}
        keys = [*(request.get("group_bys") or ()), *(_spelled(each) for each in request.get("group_by_objs") or ())]
        predicates = [parse_filter(request["where_filter"])] if request.get("where_filter") else []
        predicates += [parse_filter(text) for text in self._instants(request, keys)]
        if not request.get("metrics"):
            return self._distinct(request, keys, predicates)
        query = MetricQuery(
            metrics=tuple(request["metrics"]),
            group_by=tuple(keys),
            order_by=tuple(request.get("order_bys") or ()),
            limit=request.get("limit"),
            period=self._period(request, keys),
            where=tuple(request.get("where") or ()),
        )
        compiled = compile_query(self.registry, query, self.grant, predicates=tuple(predicates))
        statement = render(compiled.prepared[0])
        rows = self.con.execute(statement.text, list(statement.params)).fetchall()
        columns = [column.name for column in compiled.columns]
        asked = list(dict.fromkeys(keys))
        shown = columns[: len(columns) - len(query.metrics)]
        ours = shown if len(shown) == len(asked) else [self._canonical(query, key) for key in asked]  # one thing by two names
        places = [*(columns.index(name) for name in ours), *range(len(shown), len(columns))]
        names = [*(_named(key, name) for key, name in zip(asked, ours, strict=True)), *columns[len(shown) :]]
        return names, [tuple(row[place] for place in places) for row in rows]

    def _canonical(self, query: MetricQuery, key: str) -> str:
        return resolve_fully(self.registry, query.model_copy(update={"group_by": (key,), "order_by": ()}), None).keys[0].name

    def _distinct(self, request: dict[str, Any], keys: list[str], predicates: list[Predicate]) -> tuple[list[str], list[Any]]:
        compiled = compile_distinct(
            self.registry,
            keys,
            self.grant,
            predicates=tuple(predicates),
            period=Span(**period) if (period := self._days(request, Grain.DAY)) else None,
            extremes=bool(request.get("min_max_only")),
            every=not request.get("apply_group_by", True),
            limit=request.get("limit"),
        )
        statement = render(compiled.prepared[0])
        return [column.name for column in compiled.columns], self.con.execute(statement.text, list(statement.params)).fetchall()

    def _period(self, request: dict[str, Any], keys: list[str]) -> dict[str, dt.date] | None:
        """An inclusive constraint, widened to whole grains as dbt does, as a half-open period."""
        return None if self._instants(request, keys) else self._days(request, self._grain(tuple(request["metrics"]), tuple(keys)))

    def _instants(self, request: dict[str, Any], keys: list[str]) -> list[str]:
        """A constraint of what is shown in less than days, as conditions on whole grains."""
        if not request.get("time_constraint") or not request.get("metrics"):
            return []
        grain = self._shown(tuple(request["metrics"]), tuple(keys))
        if grain not in _KEPT:
            return []
        first, last = (dt.datetime.fromisoformat(each).isoformat(" ") for each in request["time_constraint"])
        time = f"{{{{ TimeDimension('metric_time', '{grain}') }}}}"
        return [f"{time} >= '{first[: _KEPT[grain]]}{_ZEROS[grain]}'", f"{time} <= '{last}'"]

    @staticmethod
    def _days(request: dict[str, Any], grain: Grain) -> dict[str, dt.date] | None:
        if not request.get("time_constraint"):
            return None
        first, last = (dt.datetime.fromisoformat(each).date() for each in request["time_constraint"])
        return {"start": start_of(first, grain), "end": step(start_of(last, grain), grain, 1)}

    def _shown(self, metrics: tuple[str, ...], keys: tuple[str, ...]) -> Grain:
        """The smallest `metric_time` that is shown, or that of the metrics themselves."""
        resolved = resolve_fully(self.registry, MetricQuery(metrics=metrics, group_by=keys), None)
        shown = [slot.any_slot.grain for slot in resolved.keys if slot.any_slot.metric_time and slot.any_slot.grain]
        default = max((catalog_of(self.registry).default_grain(name) for name in metrics), key=_ORDER.__getitem__)
        return min(shown, key=_ORDER.__getitem__, default=default)

    def _grain(self, metrics: tuple[str, ...], keys: tuple[str, ...]) -> Grain:
        leaves = [leaf for name in metrics for leaf in catalog_of(self.registry).leaves(name)]
        own = [self.registry.models[leaf.model].dimensions[leaf.time_dimension].grain for leaf in leaves]
        return max([Grain.DAY, self._shown(metrics, keys), *(grain for grain in own if grain)], key=_ORDER.__getitem__)


def _saved(query: Mapping[str, Any]) -> dict[str, Any]:
    """A saved query's question in the words of a request."""
    said = {"metrics": "metrics", "group_bys": "group_by", "order_bys": "order_by", "limit": "limit", "where": "where"}
    return {ours: query[theirs] for ours, theirs in said.items() if query.get(theirs)}


def _spelled(item: dict[str, str]) -> str:
    if item.get("date_part"):
        return f"{item['name']}__extract_{item['date_part']}"
    return f"{item['name']}__{item['grain']}" if item.get("grain") else item["name"]


def _named(asked: str, ours: str) -> str:
    """dbt's output name: as asked, times with their grain."""
    tail = ours.rpartition("__")[2]
    grains = {grain.value for grain in Grain}
    return f"{asked}__{tail}" if tail in grains and not asked.endswith(f"__{tail}") else asked
