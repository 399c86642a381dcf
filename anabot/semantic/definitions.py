"""A hash of what metrics mean: their formulas, filters and joins, and the tables they read. Words about them do not count.

Pure. Two registries that compute a number alike give one hash, whatever else was changed in them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache

from anabot.semantic.registry import Metric, Registry, SemanticModel

_MEANING = (
    "kind", "model", "agg", "expr", "percentile", "discrete", "approximate", "time_dimension", "fill_nulls_with",
    "join_to_timespine", "grain", "non_additive", "formula", "window", "conversion", "unit",
)  # fmt: skip


@lru_cache(maxsize=512)
def definition_hash(registry: Registry, metrics: tuple[str, ...], models: tuple[str, ...]) -> str:
    """A hash of what these metrics mean, their inputs among them, on these models."""
    said = [_metric(registry.metrics[name]) for name in sorted(metrics)]
    read = [_model(registry.models[name]) for name in sorted(models)]
    return hashlib.sha256(repr([said, read, registry.calendar]).encode("utf-8", "replace")).hexdigest()[:32]


def _metric(metric: Metric) -> list[str]:
    inputs = [(one.metric, one.alias, [each.text for each in one.where], one.offset, one.offset_to) for one in metric.inputs]
    where = [each.text for each in metric.where]
    return [metric.name, repr((where, inputs)), *(repr(getattr(metric, name)) for name in _MEANING)]


def _model(model: SemanticModel) -> list[str]:
    return [model.name, repr((model.relation, model.connection, model.time_dimension)), *_columns(model)]


def _columns(model: SemanticModel) -> Iterator[str]:
    for name, dimension in sorted(model.dimensions.items()):
        yield repr((name, dimension.kind, dimension.expr, dimension.grain, dimension.partition, dimension.validity))
    for name, entity in sorted(model.entities.items()):
        yield repr((name, entity.kind, entity.expr))
