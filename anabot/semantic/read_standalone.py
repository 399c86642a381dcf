"""dbt's standalone semantic models → semantic models, their measures kept for the metrics that are made of them.

A model is rewritten in the words of the embedded spec and read as one; a measure is a simple metric that nobody has named yet.
It never resolves a metric.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from anabot.semantic.documents import Document, Path
from anabot.semantic.draft import Draft
from anabot.semantic.read_metrics import MetricReader, governance, read_ana
from anabot.semantic.read_models import semantic_model
from anabot.semantic.registry import SemanticModel
from anabot.semantic.spec import Config, DerivedSemantics, DimensionSpec, MetricSpec, ModelSpec, NonAdditiveSpec
from anabot.semantic.spec_ana import MetricAna
from anabot.semantic.spec_standalone import Aggregation, MeasureSpec, StandaloneDimension, StandaloneModel

_REF = re.compile(r"""\s*\{?\{?\s*ref\(\s*(?:["'][^"']+["']\s*,\s*)?["']([^"']+)["'].*\)\s*\}?\}?\s*""")


def read_standalone_model(draft: Draft, doc: Document, path: Path, value: Any) -> None:
    """Read one entry of `semantic_models:` into the draft, or note its faults."""
    spec = draft.shape(StandaloneModel, value, doc, path)
    if spec is None:
        draft.broken.update(_measures_below(value))
        return
    if not spec.config.enabled or not draft.claim("model", spec.name, doc, path):
        return
    model = semantic_model(draft, doc, path, _embedded(draft, doc, path, spec), spec.name)
    draft.models[spec.name] = model
    for i, measure in enumerate(spec.measures):
        _read_measure(draft, doc, (*path, "measures", i), measure, model)


def aggregated(name: str, spec: Aggregation, expr: str | None = None, **more: Any) -> MetricSpec:
    """An aggregation as the embedded spec writes it, under a metric's name."""
    balance = spec.non_additive_dimension
    return MetricSpec.model_construct(
        name=name,
        type="simple",
        agg=spec.agg,
        expr=expr or spec.expr,
        percentile=spec.agg_params.percentile,
        percentile_type="discrete" if spec.agg_params.use_discrete_percentile else None,
        agg_time_dimension=spec.agg_time_dimension,
        non_additive_dimension=balance
        and NonAdditiveSpec(name=balance.name, window_agg=balance.window_choice, group_by=balance.window_groupings),
        **more,
    )


def create_metrics(draft: Draft) -> None:
    """Give measures with `create_metric` their metrics, except where a metric has taken the name."""
    for name, measure in draft.measures.items():
        if not measure.hidden and ("metric", name) not in draft.where:
            draft.where["metric", name] = draft.where["measure", name]
            draft.metrics[name] = measure


def referenced(text: str) -> str:
    """The dbt model that `ref('…')` names, or ""."""
    found = _REF.fullmatch(text)
    return found[1] if found else ""


def _read_measure(draft: Draft, doc: Document, path: Path, value: Any, model: SemanticModel) -> None:
    spec = draft.shape(MeasureSpec, value, doc, path)
    if spec is None or not draft.claim("measure", spec.name, doc, path):
        return
    label = spec.create_metric_display_name or spec.label
    said = aggregated(spec.name, spec, label=label, description=spec.description, config=spec.config)
    measure = MetricReader(draft, doc, path, said).metric(MetricAna(), model)
    ana = governance(read_ana(draft, doc, path, spec.name, spec.config)) if spec.create_metric else {}
    approximate = spec.agg_params.use_approximate_percentile
    draft.measures[spec.name] = replace(measure, approximate=approximate, hidden=not spec.create_metric, **ana)


def _embedded(draft: Draft, doc: Document, path: Path, spec: StandaloneModel) -> ModelSpec:
    dimensions = tuple(_dimension(each) for each in spec.dimensions)
    name = _dbt_model(draft, doc, path, spec)
    return ModelSpec.model_construct(
        name=name,
        description=spec.description,
        config=_config(draft, spec, name),
        agg_time_dimension=spec.defaults.agg_time_dimension,
        primary_entity=spec.primary_entity,
        derived_semantics=DerivedSemantics(dimensions=dimensions, entities=spec.entities),
    )


def _dimension(spec: StandaloneDimension) -> DimensionSpec:
    return DimensionSpec(
        name=spec.name,
        type=spec.type,
        label=spec.label,
        description=spec.description,
        expr=spec.expr,
        granularity=spec.type_params.time_granularity,
        is_partition=spec.is_partition,
        validity_params=spec.type_params.validity_params,
        config=spec.config,
    )


def _dbt_model(draft: Draft, doc: Document, path: Path, spec: StandaloneModel) -> str:
    if spec.node_relation is not None:
        return spec.node_relation.alias
    found = referenced(spec.model)
    if not found:
        what = f"The semantic model `{spec.name}` does not say which dbt model it describes."
        draft.fault(doc, (*path, "model"), what, f"`model` is `{spec.model}`." if spec.model else "", "Write `model: ref('…')`.")
        return spec.name
    return found


def _config(draft: Draft, spec: StandaloneModel, name: str) -> Config:
    """What the semantic model says of itself, and where its table lies: as the manifest resolved it, or the dbt model's words."""
    if spec.node_relation is not None:
        at = spec.node_relation
        return spec.config.model_copy(update={"database": at.database, "schema_": at.schema_name, "alias": at.alias})
    place = draft.configs.get(name, Config())
    return spec.config.model_copy(update={"database": place.database, "schema_": place.schema_, "alias": place.alias})


def _measures_below(value: Any) -> set[str]:
    listed = value.get("measures") if isinstance(value, dict) else None
    return {str(each["name"]) for each in listed or () if isinstance(each, dict) and "name" in each}
