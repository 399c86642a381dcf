"""dbt's semantic_manifest.json: what only it says. Everything else in it is the standalone spec, spelled out.

It never looks at the project's files.
"""

from __future__ import annotations

from typing import Any

from anabot.semantic.documents import Document, Path
from anabot.semantic.draft import Draft
from anabot.semantic.names import did_you_mean
from anabot.semantic.read_models import FINEST, GRAINS
from anabot.semantic.registry import TimeSpine
from anabot.semantic.spec_standalone import LegacySpine, ManifestSpine


def spoken(value: Any) -> Any:
    """The value without its nulls, which in a manifest mean "nothing was said"."""
    if isinstance(value, dict):
        return {key: spoken(each) for key, each in value.items() if each is not None}
    return [spoken(each) for each in value] if isinstance(value, list) else value


def read_spines(draft: Draft, doc: Document) -> None:
    """The time spines of `project_configuration:`; where there are none, the tables that older manifests call so."""
    said = doc.value.get("project_configuration") or {}
    for i, value in enumerate(said.get("time_spines") or ()):
        at: Path = ("project_configuration", "time_spines", i)
        if (spec := draft.shape(ManifestSpine, value, doc, at)) is not None:
            relation = (spec.node_relation.database, spec.node_relation.schema_name, spec.node_relation.alias)
            custom = {each.name: each.column_name or each.name for each in spec.custom_granularities}
            column = spec.primary_column
            _read_spine(draft, doc, at, relation, column.name, column.time_granularity, custom)
    for i, value in enumerate(() if draft.spines else said.get("time_spine_table_configurations") or ()):
        at = ("project_configuration", "time_spine_table_configurations", i)
        if (old := draft.shape(LegacySpine, value, doc, at)) is not None:
            _read_spine(draft, doc, at, tuple(old.location.split(".")), old.column_name, old.grain, {})


def _read_spine(
    draft: Draft, doc: Document, at: Path, relation: tuple[str | None, ...], column: str, grain: str, custom: dict[str, str]
) -> None:
    if grain.lower() == FINEST:
        return  # finer than anything that is asked for
    if grain.lower() not in GRAINS:
        draft.fault(doc, at, f"The time spine `{relation[-1]}` has the granularity `{grain}`.", "", did_you_mean(grain, GRAINS))
        return
    placed = tuple(part for part in relation if part)
    spine = TimeSpine(name=placed[-1], relation=placed, column=column, grain=GRAINS[grain.lower()], custom=custom)
    draft.spines[spine.name] = spine
