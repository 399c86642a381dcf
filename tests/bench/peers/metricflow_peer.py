"""MetricFlow as a library: the standalone spec through its own parser, then `explain` with its DuckDB renderer."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow.protocols.sql_client import SqlEngine
from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
from metricflow_semantic_interfaces.parsing.dir_to_model import parse_yaml_files_to_validation_ready_semantic_manifest
from metricflow_semantic_interfaces.parsing.objects import YamlConfigFile
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup
from timing import measured

PROJECT = {
    "time_spines": [
        {
            "node_relation": {"alias": "time_spine", "schema_name": "marts"},
            "primary_column": {"name": "date_day", "time_granularity": "day"},
        }
    ]
}


class Client:
    """What `explain` asks of a connection: which engine it is, and how its SQL is written."""

    sql_engine_type = SqlEngine.DUCKDB
    sql_plan_renderer = DuckDbSqlPlanRenderer()

    def render_bind_parameter_key(self, key: str) -> str:
        return f"${key}"


def engine() -> MetricFlowEngine:
    """The engine over the layer; each thing in a document of its own, as its parser wants them."""
    task = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    layer = yaml.load(Path(task["layer"]).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    documents: list[dict[str, Any]] = [{"project_configuration": PROJECT}]
    for model in layer["semantic_models"]:
        alias = model["model"].removeprefix("ref('").removesuffix("')")
        relation = {"node_relation": {"alias": alias, "schema_name": "marts"}}
        documents.append({"semantic_model": {**{key: value for key, value in model.items() if key != "model"}, **relation}})
    documents += [{"metric": metric} for metric in layer["metrics"]]
    file = YamlConfigFile(filepath="layer.yml", contents=yaml.dump_all(documents, Dumper=yaml.CSafeDumper))
    manifest = parse_yaml_files_to_validation_ready_semantic_manifest([file]).semantic_manifest
    return MetricFlowEngine(semantic_manifest_lookup=SemanticManifestLookup(manifest), sql_client=Client())  # type: ignore[arg-type]


ENGINE = engine()


def make(question: dict[str, Any]) -> Callable[[str, str], str]:
    def compiles(start: str, end: str) -> str:
        request = MetricFlowQueryRequest.create(
            metric_names=[question["metric"]],
            group_by_names=question["group_by"],
            time_constraint_start=dt.datetime.fromisoformat(start),
            time_constraint_end=dt.datetime.fromisoformat(end) - dt.timedelta(days=1),
        )
        return ENGINE.explain(request).sql_statement.sql

    return compiles


measured(make)
