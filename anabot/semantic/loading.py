"""Texts of a semantic layer folder → one Registry, or every fault at once. It never opens a file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from anabot.errors import RegistryError
from anabot.periods import Calendar, Grain
from anabot.resting import undisturbed
from anabot.semantic import documents, overlay, validate
from anabot.semantic.documents import Document
from anabot.semantic.draft import Draft
from anabot.semantic.names import did_you_mean
from anabot.semantic.parsed import Parsed
from anabot.semantic.read_company import read_company, read_reconciliation
from anabot.semantic.read_crosswalks import read_crosswalk
from anabot.semantic.read_manifest import read_spines, spoken
from anabot.semantic.read_metrics import read_metric
from anabot.semantic.read_models import read_model
from anabot.semantic.read_queries import read_saved_query
from anabot.semantic.read_standalone import create_metrics, read_standalone_model
from anabot.semantic.read_type_params import read_standalone_metric
from anabot.semantic.registry import Registry

_ROOTS = ("models", "metrics", "saved_queries", "semantic_models")
_ELSEWHERE = frozenset(
    {
        "version",
        "project_configuration",
        "sources",
        "seeds",
        "snapshots",
        "exposures",
        "macros",
        "groups",
        "unit_tests",
        "data_tests",
        "anchors",
    }
)


def parse_registry(
    files: Mapping[str, str],
    manifest: Mapping[str, Any] | None = None,
    *,
    dialect: str = "duckdb",
    governed: bool = True,
    schema: str = "",
    parsed: Parsed | None = None,
) -> Registry:
    """Read every file (path → text) into one registry.

    `company.yml`, `ana.yml`, `reconciliations/*.yml`, dbt's YAML and its `semantic_manifest.json` are told apart by their
    paths; `access.yml` is the policy's. dbt's embedded and standalone specs may stand side by side.
    `dialect` is that of the expressions in the files. `governed` asks of each metric an owner, a description, a unit and a
    golden value. `schema` is where models live that say nothing and have no manifest.

    Raises:
        RegistryError: with all faults of all files.
    """
    draft = Draft(dialect=dialect, manifest=manifest, governed=governed, schema=schema)
    with undisturbed():
        return _parsed(draft, files, parsed)


def _parsed(draft: Draft, files: Mapping[str, str], parsed: Parsed | None) -> Registry:
    dbts = [doc for file in sorted(files) if _is_ours(file) and (doc := _read(draft, file, files[file], parsed))]
    for read in (
        _read_models,
        _read_standalone,
        _read_composed,
        _read_saved,
    ):  # a metric may stand in a file before what it is made of
        for doc in dbts:
            read(draft, doc)
    create_metrics(draft)
    registry = _registry(draft, files)
    validate.check(draft, registry)
    if draft.faults:
        raise RegistryError(list(dict.fromkeys(draft.faults)))
    return registry


def _is_ours(file: str) -> bool:
    if _base(file) == "semantic_manifest.json":
        return True
    return file.endswith((".yml", ".yaml")) and _base(file) not in ("access.yml", "dbt_project.yml")


def _base(file: str) -> str:
    return file.rsplit("/", 1)[-1]


def _read(draft: Draft, file: str, text: str, parsed: Parsed | None) -> Document | None:
    """Read what is ours alone; give back what is dbt's."""
    doc, faults = documents.parse(file, text, parsed)
    draft.faults += faults
    if doc is None or doc.value is None:
        return None
    if "reconciliations/" in f"/{file}":
        read_reconciliation(draft, doc)
    elif "crosswalks/" in f"/{file}":
        read_crosswalk(draft, doc)
    elif not isinstance(doc.value, dict):
        draft.fault(
            doc, (), "This file is not a mapping.", "", f"Begin it with one of {', '.join(f'`{root}:`' for root in _ROOTS)}."
        )
    elif _base(file) == "company.yml":
        read_company(draft, doc)
    elif _base(file) == overlay.FILE:
        overlay.read_overlay(draft, doc)
    else:
        return replace(doc, value=spoken(doc.value)) if file.endswith(".json") else doc
    return None


def _read_models(draft: Draft, doc: Document) -> None:
    for key in doc.value:
        if key not in _ROOTS and key not in _ELSEWHERE:
            todo = f"Use {', '.join(f'`{root}:`' for root in _ROOTS)}."
            draft.fault(
                doc, (str(key),), f"`{key}` is not a key that means something here.", did_you_mean(str(key), _ROOTS), todo
            )
    for i, item in _listed(draft, doc, "models"):
        read = read_model(draft, doc, ("models", i), item)
        if read is None:
            continue
        model, spec = read
        draft.models[model.name] = model
        for j, metric in enumerate(spec.metrics):
            read_metric(draft, doc, ("models", i, "metrics", j), metric, model)
    for i, item in _listed(draft, doc, "metrics"):
        if not _is_standalone(item):
            read_metric(draft, doc, ("metrics", i), item, None)


def _read_standalone(draft: Draft, doc: Document) -> None:
    for i, item in _listed(draft, doc, "semantic_models"):
        read_standalone_model(draft, doc, ("semantic_models", i), item)
    if "project_configuration" in doc.value:
        read_spines(draft, doc)


def _read_composed(draft: Draft, doc: Document) -> None:
    for i, item in _listed(draft, doc, "metrics"):
        if _is_standalone(item):
            read_standalone_metric(draft, doc, ("metrics", i), item)


def _is_standalone(metric: Any) -> bool:
    return isinstance(metric, dict) and "type_params" in metric


def _read_saved(draft: Draft, doc: Document) -> None:
    for i, item in _listed(draft, doc, "saved_queries"):
        read_saved_query(draft, doc, ("saved_queries", i), item)


def _listed(draft: Draft, doc: Document, key: str) -> list[tuple[int, Any]]:
    value = doc.value.get(key)
    if value is None or isinstance(value, list):
        return list(enumerate(value or []))
    draft.fault(doc, (key,), f"`{key}` must be a list.", "", "Begin each entry with `- name:`.")
    return []


def _registry(draft: Draft, files: Mapping[str, str]) -> Registry:
    body = "\x00".join(f"{file}\x00{files[file]}" for file in sorted(files)) + repr(draft.manifest is not None)
    return Registry(
        models=draft.models,
        metrics=draft.metrics,
        terms=draft.terms,
        saved_queries=draft.saved_queries,
        reconciliations=draft.reconciliations,
        spines=tuple(sorted(draft.spines.values(), key=lambda spine: -list(Grain).index(spine.grain))),
        teams=draft.teams,
        calendar=draft.company.get("calendar") or Calendar(ZoneInfo("UTC")),
        company=draft.company.get("company", ""),
        freshness=draft.company.get("freshness"),
        version=hashlib.sha256(body.encode()).hexdigest()[:16],
    )
