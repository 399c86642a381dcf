"""A dbt project → one registry file: the definitions from where dbt keeps them best, each model with its place.

It never writes a file, and never puts a word of its own into a definition.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from anabot.errors import ConfigError, Fault, RegistryError
from anabot.lineage.placing import Places
from anabot.lineage.project import DbtProject
from anabot.semantic import documents, parse_registry
from anabot.semantic.names import did_you_mean
from anabot.semantic.read_manifest import spoken
from anabot.semantic.read_standalone import referenced
from anabot.semantic.spec import ColumnSpec, ModelSpec
from anabot.semantic.spec_standalone import StandaloneMetric, StandaloneModel, TypeParams

_LISTS = ("models", "semantic_models", "metrics", "saved_queries")
_DOC = re.compile(r"""\{\{\s*doc\(\s*(?:["'][^"']+["']\s*,\s*)?["']([^"']+)["']\s*\)\s*\}\}""")
_PLACED = ("schema", "alias", "database")


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What a project defines, in one document. `spec` says which of dbt's formats was read, `why` why that one."""

    spec: str
    why: str
    body: Mapping[str, Any]
    notes: tuple[str, ...] = ()


def import_dbt(project: DbtProject, *, schema: str = "", dialect: str = "duckdb") -> Imported:
    """Read the project's definitions from its own files where they are, else from what dbt has built.

    Raises:
        ConfigError: it defines nothing.
        RegistryError: its definitions have faults, all of them, in dbt's own files and lines.
    """
    written = _written(project)
    places = Places(project, schema)
    if any(written[key] for key in _LISTS[1:]) or any(_means(model) for model in written["models"]):
        parse_registry(project.texts, dialect=dialect, governed=False)
        return _from_files(project, written, places)
    if project.semantic is not None and (project.semantic.get("metrics") or project.semantic.get("semantic_models")):
        why = "the project's own files define no metric" if project.root else "it says what dbt has resolved"
        body: dict[str, Any] = {key: _known_keys(key, project.semantic.get(key) or []) for key in _LISTS[1:]}
        body["project_configuration"] = project.semantic.get("project_configuration") or {}
        return Imported(spec="semantic_manifest.json", why=why, body=_clean(body, project))
    if project.manifest is not None and project.manifest.get("semantic_models"):
        why = "there is no semantic_manifest.json" if not project.root else "the project's own files define no metric"
        return Imported(spec="manifest.json", why=why, body=_clean(_from_manifest(project, places), project))
    raise ConfigError(
        f"{project.path} defines no metric.",
        why="Neither its property files nor its manifests have `semantic_models:`, `semantic_model:` or `metrics:`.",
        todo="Write metrics in dbt's semantic layer spec, there or in `semantic_layer/models/`.",
    )


def _written(project: DbtProject) -> dict[str, list[tuple[str, int, dict[str, Any]]]]:
    """Every entry of the property files that may define something, with where it stands."""
    found: dict[str, list[tuple[str, int, dict[str, Any]]]] = {key: [] for key in _LISTS}
    faults: list[Fault] = []
    for file, text in project.texts.items():
        doc, wrong = documents.parse(file, text)
        faults += wrong
        if doc is None or not isinstance(doc.value, dict):
            continue
        for key in _LISTS:
            listed = doc.value.get(key)
            entries = enumerate(listed) if isinstance(listed, list) else ()
            found[key] += [(file, doc.line(key, i), each) for i, each in entries if isinstance(each, dict)]
    if faults:
        raise RegistryError(faults)
    return found


def _means(model: tuple[str, int, dict[str, Any]]) -> bool:
    return any(model[2].get(key) for key in ("semantic_model", "metrics"))


def _from_files(project: DbtProject, written: Mapping[str, list[tuple[str, int, dict[str, Any]]]], places: Places) -> Imported:
    semantic = [each for _, _, each in written["semantic_models"]]
    wanted = {name for each in semantic if (name := referenced(str(each.get("model") or "")))}
    properties = {str(each.get("name")): (file, line, each) for file, line, each in written["models"]}
    needed = [
        *((file, line, each) for file, line, each in written["models"] if _needed(each, wanted)),
        *((file, line, {"name": name}) for file, line, name in _unmentioned(written["semantic_models"], properties)),
    ]
    body = {"models": _placed(needed, places), **{key: [each for _, _, each in written[key]] for key in _LISTS[1:]}}
    embedded = any(_means(model) for model in written["models"])
    kinds = [*(["the spec embedded in models"] if embedded else []), *(["the standalone spec"] if semantic else [])]
    kept = ", and the project's files keep what dbt's manifest drops" if project.semantic is not None else ""
    why = f"the project's own files define the metrics{kept}"
    return Imported(spec=" and ".join(kinds), why=why, body=_clean(body, project), notes=tuple(_notes(project, places)))


def _needed(model: Mapping[str, Any], wanted: set[str]) -> bool:
    return any(model.get(key) for key in ("semantic_model", "metrics", "time_spine")) or model.get("name") in wanted


def _unmentioned(
    semantic: list[tuple[str, int, dict[str, Any]]], properties: Mapping[str, Any]
) -> Iterator[tuple[str, int, str]]:
    for file, line, each in semantic:
        name = referenced(str(each.get("model") or ""))
        if name and name not in properties:
            yield file, line, name


def _placed(models: list[tuple[str, int, dict[str, Any]]], places: Places) -> list[dict[str, Any]]:
    faults, found = [], []
    for file, line, model in models:
        config = model.get("config") if isinstance(model.get("config"), dict) else {}
        assert config is not None, "a dict, as was just asked"
        place = places.config(str(model.get("name")), config)
        if place is None:
            what = f"{places.source.capitalize()} has no model `{model.get('name')}`." if places.project.manifest else ""
            what = what or f"The project has no file for the model `{model.get('name')}`."
            todo = did_you_mean(str(model.get("name")), places.known()) or "Correct its name, or run `dbt parse`."
            faults.append(Fault(file, line, what, "So it has no table to ask.", todo))
            continue
        own = {key: value for key, value in config.items() if key not in _PLACED}
        found.append({**_only(ModelSpec, model), "config": {**own, **place}})
    if faults:
        raise RegistryError(faults)
    return found


def _only(shape: type[BaseModel], value: Mapping[str, Any]) -> dict[str, Any]:
    """The entry without what dbt keeps beside it for other uses: tests, constraints, documentation blocks."""
    names = {field.alias or name for name, field in shape.model_fields.items()}
    kept = {key: each for key, each in value.items() if key in names}
    columns = kept.get("columns")
    if shape is ModelSpec and isinstance(columns, list):
        kept["columns"] = [_only(ColumnSpec, each) for each in columns if isinstance(each, dict)]
    return kept


def _known_keys(key: str, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Entries of a manifest without what dbt notes for itself."""
    if key != "metrics":
        return [_only(StandaloneModel, each) for each in entries] if key == "semantic_models" else entries
    params = [
        {**_only(StandaloneMetric, each), "type_params": _only(TypeParams, each.get("type_params") or {})} for each in entries
    ]
    return [{name: each for name, each in entry.items() if name != "metadata"} for entry in params]


def _from_manifest(project: DbtProject, places: Places) -> dict[str, Any]:
    manifest = project.manifest or {}
    body: dict[str, Any] = {key: _known_keys(key, list((manifest.get(key) or {}).values())) for key in _LISTS[1:]}
    for metric in body["metrics"]:
        config = metric.get("config") or {}
        metric["config"] = {**config, "meta": config.get("meta") or metric.get("meta") or {}}
    nodes = [node for node in manifest.get("nodes", {}).values() if node.get("time_spine")]
    spines = [{**node, "columns": list((node.get("columns") or {}).values()), "config": {}} for node in nodes]
    body["models"] = _placed([("manifest.json", 1, each) for each in spines], places)
    return body


def _notes(project: DbtProject, places: Places) -> Iterator[str]:
    if project.manifest is not None:
        return
    if project.own_rule:
        yield f"The project has its own {project.own_rule}: run `dbt parse`, so that manifest.json says where models lie."
    elif not places.schema:
        yield "Without a manifest.json and --schema, tables are named without a schema: the connection has to find them."


def _clean(body: Mapping[str, Any], project: DbtProject) -> dict[str, Any]:
    """Without what says nothing, and with dbt's documentation blocks in their places."""

    def told(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: told(each) for key, each in value.items()}
        if isinstance(value, list):
            return [told(each) for each in value]
        return _DOC.sub(lambda found: project.docs.get(found[1], found[0]), value) if isinstance(value, str) else value

    return {key: value for key, value in told(spoken(dict(body))).items() if value}
