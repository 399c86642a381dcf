"""A warehouse that nobody modelled for us: its sketch becomes a registry, its CSV files one DuckDB file, its questions answers.

The sketch says metrics as SQL over a table, dimensions as columns, and joins; what it leaves unsaid is filled in as a data team
would: see `unsaid`. It is read by rule; nothing here knows a domain.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import yaml
from sqlglot import exp, parse_one

from anabot.semantic import parse_registry
from anabot.semantic.registry import Registry
from tests.evals.unsaid import Unsaid, entity_of

_MONEY = re.compile(r"(amount|amt|price|cost|fee|fare|salary|wage|bonus|budget|revenue|close|high|low|open)$", re.I)
_AGGS = {exp.Sum: "sum", exp.Avg: "average", exp.Min: "min", exp.Max: "max"}
_IDS = re.compile(r"(_?id)$", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Strange:
    """One domain, as far as it is known from its folder."""

    folder: Path
    sketch: dict[str, Any]
    schema: dict[str, dict[str, str]]

    @property
    def today(self) -> dt.datetime:
        """Noon of the day on which every question is asked."""
        return dt.datetime.combine(dt.date.fromisoformat(str(self.sketch["as_of"])), dt.time(12), dt.UTC)

    @property
    def questions(self) -> list[dict[str, Any]]:
        """The questions with their gold rows."""
        return [json.loads(line) for line in (self.folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()]

    def build(self, path: Path) -> None:
        """Write the tables, and a view where the sketch measures over a join."""
        with duckdb.connect(str(path)) as con:
            for table, columns in self.schema.items():
                typed = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
                con.execute(f'CREATE TABLE "{table}" ({typed})')
                con.execute(f"COPY \"{table}\" FROM '{self.folder}/data/{table}.csv' (HEADER)")
            for base, (relation, columns) in self._marts().items():
                more = "".join(f', {column} AS "{column.replace(".", "_")}"' for column in sorted(columns))
                con.execute(f'CREATE VIEW "{base}_mart" AS SELECT "{base}".*{more} FROM {relation}')

    def registry(self) -> Registry:
        """The registry that the data team would own."""
        models = [self._model(table) for table in self.schema]
        layer = {"models": models, "metrics": list(self._derived())}
        company = {"company": {"name": self.folder.name, "zone": "UTC"}}
        return parse_registry({"models.yml": yaml.safe_dump(layer), "company.yml": yaml.safe_dump(company)})

    # --- tables

    def _marts(self) -> dict[str, tuple[str, set[str]]]:
        """Base table → the join the sketch measures over, and the columns of other tables that it needs."""
        found: dict[str, tuple[str, set[str]]] = {}
        for metric in self.sketch["metrics"]:
            base, _, joined = metric["from"].partition(" ")
            if joined:
                other = set(re.findall(r"\b(\w+\.\w+)\b", metric["expr"]))
                found[base] = (metric["from"], found.get(base, ("", set()))[1] | other)
        return found

    def _links(self) -> Iterator[tuple[str, str, str, str]]:
        for join in self.sketch["joins"]:
            left, right = (side.strip().split(".") for side in join.split("="))
            yield left[0], left[1], right[0], right[1]

    def _entity(self, table: str) -> str:
        return entity_of(table, self.schema)

    @property
    def _unsaid(self) -> Unsaid:
        return Unsaid(sketch=self.sketch, schema=self.schema)

    def _model(self, table: str) -> dict[str, Any]:
        entity = self._entity(table)
        key = next((right for _, _, to, right in self._links() if to == table), None)
        foreign = {column: self._entity(right) for left, column, right, _ in self._links() if left == table}
        key = key or next((name for name in self.schema[table] if _IDS.search(name) and name not in foreign), "")
        keys: dict[str, dict[str, str]] = {key: {"name": entity, "type": "primary"}} if key else {}
        keys |= {column: {"name": name, "type": "foreign"} for column, name in foreign.items()}
        columns: dict[str, dict[str, Any]] = {name: {"name": name, "entity": of} for name, of in keys.items()}
        if any(right == table for _, _, right, _ in self._links()):
            columns[key]["dimension"] = {"name": f"{entity}_id", "type": "categorical"}
        derived = []
        for dimension in self._dimensions():
            dimension = {**dimension}
            if dimension.pop("table") == table:
                derived.append(dimension)
        derived += self._unsaid.dimensions(table, taken={*columns, *(str(each["expr"]) for each in derived)})
        for flag in [each for each in derived if self.schema[table].get(str(each["expr"])) == "BOOLEAN"]:
            derived.remove(flag)
            stands = {"dimension": {"name": flag["name"], "type": flag["type"]}, "config": flag["config"]}
            columns[str(flag["expr"])] = {"name": flag["expr"], "data_type": "boolean", **stands}
        metrics = [*self.sketch["metrics"], *self._unsaid.metrics(table)]
        times = {m["time"] for m in metrics if m["from"].split()[0] == table and m.get("time")}
        derived = [each for each in derived if each["expr"] not in times]
        for each in [each for each in derived if self._typed(table, each["expr"])]:
            derived.remove(each)
            config = {"data_type": self.schema[table][each["expr"]].lower(), "config": each.pop("config")}
            columns.setdefault(each["expr"], {"name": each.pop("expr")}).update(config, dimension=each)
        for name in sorted(times):
            columns.setdefault(name, {"name": name})
            columns[name] |= {"granularity": self._grain(table, name), "dimension": {"name": name, "type": "time"}}
            said = [self._unsaid.words_of(table, name).replace("_", " ")]
            columns[name]["config"] = {"meta": {"ana": {"synonyms": [each for each in said if each != name]}}}
        unkeyed = {} if key else {"primary_entity": entity}
        model: dict[str, Any] = {
            "name": f"{table}_mart" if table in self._marts() else table,
            "config": {"schema": "main", "meta": {"ana": {}}},
            "semantic_model": {"enabled": True, "name": entity + "_rows"},
            **unkeyed,
            "columns": list(columns.values()),
            "derived_semantics": {"dimensions": derived},
            "metrics": list(self._simple(table)),
        }
        return model | ({"agg_time_dimension": min(times)} if times else {})

    def _typed(self, table: str, column: str) -> bool:
        """Whether the column holds numbers, which dbt tells by its type."""
        return self.schema[table].get(column, "").startswith(("DECIMAL", "BIGINT", "DOUBLE", "INTEGER"))

    def _grain(self, table: str, column: str) -> str:
        return "second" if self.schema[table][column].startswith("TIMESTAMP") else "day"

    def _dimensions(self) -> Iterator[dict[str, Any]]:
        for said in self.sketch["dimensions"]:
            columns = said.get("columns") or [said["column"]]
            table = columns[0].split(".")[0]
            parts = [column.split(".")[1] for column in columns]
            expr = " || ' ' || ".join(parts)
            kind = self.schema[table][parts[0]]
            ana = {key: said[key] for key in ("synonyms",) if key in said}
            if said.get("values"):
                ana["values"] = {value: [value.replace("_", " ")] if "_" in value else [] for value in said["values"]}
            shape: dict[str, Any] = {"name": said["name"], "table": table, "expr": expr, "config": {"meta": {"ana": ana}}}
            timed = kind.startswith(("DATE", "TIMESTAMP"))
            yield shape | ({"type": "time", "granularity": "day"} if timed else {"type": "categorical"})
            for part in parts if len(parts) > 1 else ():
                yield {"name": self._unsaid.words_of(table, part), "table": table, "expr": part, "type": "categorical"}

    # --- metrics

    def _simple(self, table: str) -> Iterator[dict[str, Any]]:
        for said in [*self.sketch["metrics"], *self._unsaid.metrics(table)]:
            if said["from"].split()[0] == table:
                for name, aggregate in _inputs(said):
                    yield self._metric(said, name, aggregate)

    def _metric(self, said: dict[str, Any], name: str, aggregate: exp.Expr) -> dict[str, Any]:
        alone = name == said["name"]
        found: dict[str, Any] = {"name": name, "type": "simple", **_aggregated(aggregate)}
        if said.get("filter"):
            found |= self._filtered(said, found["expr"])
        if said.get("time"):
            found["agg_time_dimension"] = said["time"]
        if said.get("at_last"):
            found |= {"agg": "sum_boolean", "non_additive_dimension": {"name": said["at_last"], "window_agg": "max"}}
        return found | (_config(said, aggregate) if alone else _config({"name": name}, None))

    def _filtered(self, said: dict[str, Any], expr: str) -> dict[str, str]:
        """The rows that a metric counts: as a filter over a dimension, where its condition is one value of it."""
        table, tree = said["from"].split()[0], parse_one(said["filter"], dialect="duckdb")
        called = {each["expr"]: each["name"] for each in self._dimensions() if each["table"] == table}
        column = tree.this.name if isinstance(tree, exp.EQ) and isinstance(tree.this, exp.Column) else ""
        if column not in called or not isinstance(tree.expression, exp.Literal) or not tree.expression.is_string:
            return {"expr": f"CASE WHEN {said['filter']} THEN {expr} END"}
        dimension = f"{{{{ Dimension('{self._entity(table)}__{called[column]}') }}}}"
        return {"filter": f"{dimension} = {tree.expression.sql('duckdb')}"}

    def _derived(self) -> Iterator[dict[str, Any]]:
        for said in self.sketch["metrics"]:
            inputs = _inputs(said)
            if [name for name, _ in inputs] == [said["name"]]:
                continue
            tree, left = parse_one(said["expr"], dialect="duckdb"), [name for name, _ in inputs]
            tree = tree.transform(lambda node, left=left: exp.column(left.pop(0)) if _is_aggregate(node) else node)
            shape = {"name": said["name"], "type": "derived", "expr": tree.sql("duckdb"), "input_metrics": [n for n, _ in inputs]}
            yield shape | _config(said, None)


def strange(folder: Path) -> Strange:
    """The domain in a folder."""
    return Strange(
        folder=folder,
        sketch=yaml.safe_load((folder / "semantic_model.yaml").read_text(encoding="utf-8")),
        schema=json.loads((folder / "schema.json").read_text(encoding="utf-8")),
    )


def _is_aggregate(node: exp.Expr) -> bool:
    return isinstance(node, exp.AggFunc)


def _inputs(said: dict[str, Any]) -> list[tuple[str, exp.Expr]]:
    tree = parse_one(said["expr"], dialect="duckdb")
    if _is_aggregate(tree):
        return [(said["name"], tree)]
    found: list[exp.Expr] = []
    tree.transform(lambda node: (found.append(node.copy()) or exp.null()) if _is_aggregate(node) else node)
    return [(f"{said['name']}_input_{n}", node) for n, node in enumerate(found, 1)]


def _aggregated(node: exp.Expr) -> dict[str, str]:
    if isinstance(node, exp.Count):
        if isinstance(node.this, exp.Distinct):
            return {"agg": "count_distinct", "expr": _plain(node.this.expressions[0])}
        return {"agg": "count", "expr": "1"}
    return {"agg": next(name for kind, name in _AGGS.items() if isinstance(node, kind)), "expr": _plain(node.this)}


def _plain(node: exp.Expr) -> str:
    """The expression over the mart's columns: a column of another table stands there under its full name."""
    return node.transform(
        lambda each: exp.column(f"{each.table}_{each.name}") if isinstance(each, exp.Column) and each.table else each
    ).sql("duckdb")


def _config(said: dict[str, Any], aggregate: exp.Expr | None) -> dict[str, Any]:
    columns = [each.name for each in aggregate.find_all(exp.Column)] if aggregate else []
    counted = isinstance(aggregate, exp.Count)
    unit = "count" if counted else "usd" if columns and all(map(_MONEY.search, columns)) else ""
    ana = {"draft": True, "owner": "them", "synonyms": said.get("synonyms", []), "unit": unit}
    return {"label": said.get("label") or said["name"].replace("_", " "), "config": {"meta": {"ana": ana}}}
