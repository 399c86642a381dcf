"""Metrics with `type_params`, as dbt's standalone spec and manifest write them → metrics of the registry.

A simple metric takes over its measure. Every other is rewritten in the words of the embedded spec and read as one; where it
uses a measure, a hidden metric stands for that use. It never resolves another metric's name.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from anabot.semantic.documents import Document, Path
from anabot.semantic.draft import Draft
from anabot.semantic.names import did_you_mean
from anabot.semantic.read_metrics import MetricReader, governance, read_ana
from anabot.semantic.read_models import GRAINS
from anabot.semantic.read_standalone import aggregated
from anabot.semantic.registry import Metric
from anabot.semantic.spec import InputSpec, MetricSpec
from anabot.semantic.spec_ana import MetricAna
from anabot.semantic.spec_standalone import ConversionParams, FlatAggregation, MeasureInput, StandaloneMetric

_CUMULATIVE: Path = ("type_params", "cumulative_type_params")
_CONVERSION: Path = ("type_params", "conversion_type_params")


def read_standalone_metric(draft: Draft, doc: Document, path: Path, value: Any) -> None:
    """Read one entry of `metrics:` that has `type_params` into the draft, or note its faults."""
    spec = draft.shape(StandaloneMetric, value, doc, path)
    if spec is None or not spec.config.enabled or not spec.enabled or not draft.claim("metric", spec.name, doc, path):
        return
    found = _Reader(draft, doc, path, spec, read_ana(draft, doc, path, spec.name, spec.config)).metric()
    if found is None:
        draft.broken.add(spec.name)
    else:
        draft.metrics[spec.name] = replace(found, hidden=spec.type_params.is_private)


@dataclass(frozen=True, slots=True)
class _Reader:
    draft: Draft
    doc: Document
    path: Path
    spec: StandaloneMetric
    ana: MetricAna

    def metric(self) -> Metric | None:
        """The metric, or None where what it measures is not there."""
        params = self.spec.type_params
        if self.spec.type != "simple":
            return self._reader(self._composed()).metric(self.ana, None)
        if params.measure is not None and (params.measure.name in self.draft.measures or not params.metric_aggregation_params):
            return self._measured(params.measure)
        if params.metric_aggregation_params is not None:
            return self._flat(params.metric_aggregation_params)
        self._fault(("type_params",), f"The simple metric `{self.spec.name}` has no `measure`.", "", "Add `measure:`.")
        return None

    # Simple metrics

    def _measured(self, used: MeasureInput) -> Metric | None:
        measure = self._measure(used, ("type_params", "measure"))
        if measure is None:
            return None
        spec, params = self.spec, self.spec.type_params
        return replace(
            measure,
            name=spec.name,
            label=spec.label or spec.name.replace("_", " ").capitalize(),
            description=(spec.description or "").strip(),
            where=(*measure.where, *self._reader().predicates(spec.filter, ("filter",))),
            fill_nulls_with=measure.fill_nulls_with if params.fill_nulls_with is None else params.fill_nulls_with,
            join_to_timespine=measure.join_to_timespine or params.join_to_timespine,
            grain=GRAINS.get((spec.time_granularity or "").lower()),
            file=self.doc.file,
            line=self.doc.line(*self.path),
            **governance(self.ana),
        )

    def _measure(self, used: MeasureInput, at: Path) -> Metric | None:
        """The measure, as this metric uses it."""
        measure = self.draft.measures.get(used.name)
        if measure is None and used.name not in self.draft.broken:
            todo = did_you_mean(used.name, self.draft.measures) or "Add it to a semantic model."
            self._fault(at, f"There is no measure `{used.name}`.", "", todo)
        return measure and replace(
            measure,
            where=self._reader().predicates(used.filter, (*at, "filter")),
            fill_nulls_with=used.fill_nulls_with,
            join_to_timespine=used.join_to_timespine,
        )

    def _flat(self, flat: FlatAggregation) -> Metric | None:
        """A simple metric that says itself what it aggregates, and on which model."""
        model, params = self.draft.models.get(flat.semantic_model), self.spec.type_params
        if model is None:
            at = ("type_params", "metric_aggregation_params", "semantic_model")
            todo = did_you_mean(flat.semantic_model, self.draft.models)
            self._fault(at, f"There is no semantic model `{flat.semantic_model}`.", "", todo)
            return None
        filled = {"fill_nulls_with": params.fill_nulls_with, "join_to_timespine": params.join_to_timespine}
        metric = self._reader(aggregated(self.spec.name, flat, params.expr, **filled, **self._said())).metric(self.ana, model)
        return replace(metric, approximate=flat.agg_params.use_approximate_percentile)

    # Metrics of other metrics

    def _composed(self) -> MetricSpec:
        params, cumulative = self.spec.type_params, self.spec.type_params.cumulative_type_params
        said: dict[str, Any] = {"expr": params.expr, "numerator": params.numerator, "denominator": params.denominator}
        said["fill_nulls_with"] = params.fill_nulls_with
        if self.spec.type == "derived":
            said["input_metrics"] = params.metrics
        if self.spec.type == "cumulative":
            said["input_metric"] = cumulative.metric or self._stand_in(params.measure, ("type_params", "measure"))
            said["window"] = cumulative.window or params.window
            said["grain_to_date"] = cumulative.grain_to_date or params.grain_to_date
            said["period_agg"] = cumulative.period_agg
        if params.conversion_type_params is not None:
            said |= self._converted(params.conversion_type_params)
        return MetricSpec.model_construct(name=self.spec.name, type=self.spec.type, **said, **self._said())

    def _converted(self, params: ConversionParams) -> dict[str, Any]:
        return {
            "entity": params.entity,
            "calculation": params.calculation,
            "window": params.window,
            "constant_properties": params.constant_properties,
            "base_metric": params.base_metric or self._stand_in(params.base_measure, (*_CONVERSION, "base_measure")),
            "conversion_metric": params.conversion_metric
            or self._stand_in(params.conversion_measure, (*_CONVERSION, "conversion_measure")),
        }

    def _stand_in(self, used: MeasureInput | None, at: Path) -> InputSpec | None:
        """A hidden metric for a measure that is used without one."""
        if used is None:
            return None
        name = f"{self.spec.name}__{used.name}"
        measure = self._measure(used, at)
        if measure is None:
            self.draft.broken.add(name)
        elif self.draft.claim("metric", name, self.doc, (*self.path, *at)):
            self.draft.metrics[name] = replace(measure, name=name, hidden=True, **governance(MetricAna(scope=self.ana.scope)))
        return InputSpec(name=name)

    # Words

    def _said(self) -> dict[str, Any]:
        spec = self.spec
        return {key: getattr(spec, key) for key in ("label", "description", "filter", "time_granularity", "config")}

    def _reader(self, spec: MetricSpec | None = None) -> MetricReader:
        return MetricReader(self.draft, self.doc, self.path, spec or MetricSpec.model_construct(name=self.spec.name))

    def _fault(self, at: Path, what: str, why: str, todo: str) -> None:
        self.draft.fault(self.doc, (*self.path, *at), what, why, todo)
