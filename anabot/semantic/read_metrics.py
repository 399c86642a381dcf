"""dbt metrics, embedded in a model or standing alone → metrics of the registry. It never resolves another metric's name."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlglot import exp

from anabot.semantic.documents import Document, Path
from anabot.semantic.draft import Draft
from anabot.semantic.expressions import BadExpression, parse_formula
from anabot.semantic.filters import BadTemplate, Predicate, parse_filter
from anabot.semantic.names import did_you_mean
from anabot.semantic.read_models import GRAINS, expression
from anabot.semantic.registry import Certification, Conversion, Golden, Input, Metric, NonAdditive, SemanticModel, Window
from anabot.semantic.spec import Config, InputSpec, MetricSpec
from anabot.semantic.spec_ana import MetricAna

AGGREGATIONS = ("sum", "count", "count_distinct", "min", "max", "average", "median", "percentile", "sum_boolean")
_SHAPE = {"ratio": ("numerator", "denominator"), "derived": ("expr", "input_metrics"), "cumulative": ("input_metric",)}
_SHAPES = _SHAPE | {"simple": ("agg",), "conversion": ("entity", "base_metric", "conversion_metric")}


def read_metric(draft: Draft, doc: Document, path: Path, value: Any, model: SemanticModel | None) -> None:
    """Read one entry of `metrics:` into the draft, or note its faults."""
    spec = draft.shape(MetricSpec, value, doc, path)
    if spec is None or not spec.config.enabled or not draft.claim("metric", spec.name, doc, path):
        return
    ana = read_ana(draft, doc, path, spec.name, spec.config)
    draft.metrics[spec.name] = MetricReader(draft, doc, path, spec).metric(ana, model)


def read_ana(draft: Draft, doc: Document, path: Path, name: str, config: Config) -> MetricAna:
    """What `config.meta.ana` says of a metric; where it cannot be read, nothing more is asked of the metric."""
    ana = draft.ana(MetricAna, config.meta.ana, doc, path, of=("metric", name))
    if ana is None:
        draft.unread.add(name)
    return ana or MetricAna()


@dataclass(frozen=True, slots=True)
class MetricReader:
    """One metric, read: what is wrong with it is noted in the draft."""

    draft: Draft
    doc: Document
    path: Path
    spec: MetricSpec

    def metric(self, ana: MetricAna, model: SemanticModel | None) -> Metric:
        """The metric as the registry has it; `model` is what a simple one is measured on."""
        spec = self.spec
        self._check_shape(model)
        inputs = self._inputs()
        return Metric(
            name=spec.name,
            kind=spec.type,
            label=spec.label or spec.name.replace("_", " ").capitalize(),
            description=(spec.description or "").strip(),
            model=model.name if model and spec.type == "simple" else "",
            agg=(spec.agg or "").lower(),
            expr=spec.expr or "" if spec.type == "simple" else "",
            percentile=Decimal("0.5") if spec.agg == "median" else spec.percentile,
            discrete=spec.percentile_type == "discrete",
            approximate=spec.percentile_type == "continuous",  # as dbt reads it: without a type the percentile is exact
            time_dimension=self._time(model),
            fill_nulls_with=spec.fill_nulls_with,
            join_to_timespine=spec.join_to_timespine,
            grain=GRAINS.get((spec.time_granularity or "").lower()),
            non_additive=self._non_additive(model),
            window=self._cumulated(),
            conversion=self._conversion(),
            tree=self._tree(inputs),
            where=self.predicates(spec.filter, ("filter",)),
            inputs=inputs,
            formula=spec.expr or "" if spec.type == "derived" else "",
            **governance(ana),
            file=self.doc.file,
            line=self.doc.line(*self.path),
        )

    def fault(self, at: Path, what: str, why: str = "", todo: str = "") -> None:
        """Note a fault of the metric at its key `at`."""
        self.draft.fault(self.doc, (*self.path, *at), what, why, todo)

    def _check_shape(self, model: SemanticModel | None) -> None:
        spec = self.spec
        for key in _SHAPES[spec.type]:
            if not getattr(spec, key):
                self.fault(("type",), f"The {spec.type} metric `{spec.name}` has no `{key}`.", "", f"Add `{key}:`.")
        if spec.type != "simple":
            if spec.join_to_timespine:
                todo = "Say it of the simple metrics that this one is made of."
                self.fault(("join_to_timespine",), "Only a simple metric is joined to the time spine.", "", todo)
            return
        if model is None:
            self.fault(
                (),
                f"The simple metric `{spec.name}` stands outside a model.",
                "Nothing says which table it is measured on.",
                "Move it under the model's `metrics:`.",
            )
        if spec.agg and spec.agg.lower() not in AGGREGATIONS:
            self.fault(
                ("agg",),
                f"`{spec.agg}` is not an aggregation.",
                f"Known: {', '.join(AGGREGATIONS)}.",
                did_you_mean(spec.agg, AGGREGATIONS),
            )
        if spec.agg == "percentile" and spec.percentile is None:
            self.fault(("agg",), f"The metric `{spec.name}` does not say which percentile.", "", "Add `percentile: 0.9`.")

    def _time(self, model: SemanticModel | None) -> str:
        name = self.spec.agg_time_dimension or (model.time_dimension if model else "")
        if model and self.spec.agg_time_dimension and (name not in model.dimensions or model.dimensions[name].kind != "time"):
            times = [d.name for d in model.dimensions.values() if d.kind == "time"]
            self.fault(
                ("agg_time_dimension",), f"`{name}` is not a time dimension of `{model.name}`.", "", did_you_mean(name, times)
            )
        return name

    def _tree(self, inputs: tuple[Input, ...]) -> exp.Expression:
        spec = self.spec
        if spec.type == "simple":
            todo = "Write one SQL expression over the model's columns."
            return expression(self.draft, spec.expr or spec.name, lambda what: self.fault(("expr",), what, "", todo))
        if spec.type != "derived" or not spec.expr:
            return exp.Null()
        try:
            tree, names = parse_formula(spec.expr, self.draft.dialect)
        except BadExpression as error:
            self.fault(("expr",), str(error), "", "A formula is arithmetic over the names and aliases under `input_metrics`.")
            return exp.Null()
        known = [each.alias for each in inputs]
        for name in names:
            if name not in known:
                self.fault(
                    ("expr",),
                    f"The formula uses `{name}`, which is not an input.",
                    did_you_mean(name, known),
                    "Add it under `input_metrics:`.",
                )
        return tree

    def _inputs(self) -> tuple[Input, ...]:
        spec = self.spec
        if spec.type == "derived":
            return tuple(
                self._input(each, ("input_metrics", i), each.alias or each.name) for i, each in enumerate(spec.input_metrics)
            )
        roles = {
            "ratio": ("numerator", "denominator"),
            "cumulative": ("input_metric",),
            "conversion": ("base_metric", "conversion_metric"),
        }
        named = [(role, getattr(spec, role)) for role in roles.get(spec.type, ())]
        return tuple(self._input(each, (role,), role) for role, each in named if each is not None)

    def _input(self, spec: InputSpec, at: Path, alias: str) -> Input:
        return Input(
            metric=spec.name,
            alias=alias,
            where=self.predicates(spec.filter, (*at, "filter")),
            offset=self._window(spec.offset_window, (*at, "offset_window")),
            offset_to=(spec.offset_to_grain or "").lower(),
        )

    def _cumulated(self) -> Window | None:
        spec = self.spec
        if spec.type != "cumulative":
            return None
        how = spec.period_agg or "first"
        if spec.grain_to_date:
            return Window(kind="to_date", unit=spec.grain_to_date.lower(), period_agg=how)
        count, unit = self._window(spec.window, ("window",)) or (0, "")
        return Window(kind="trailing" if count else "all_time", count=count, unit=unit, period_agg=how)

    def _non_additive(self, model: SemanticModel | None) -> NonAdditive | None:
        spec = self.spec.non_additive_dimension
        if spec is None:
            return None
        if model and spec.name not in model.dimensions:
            todo = did_you_mean(spec.name, model.dimensions)
            self.fault(("non_additive_dimension",), f"The model `{model.name}` has no dimension `{spec.name}`.", "", todo)
        return NonAdditive(dimension=spec.name, pick=spec.window_agg, group_by=spec.group_by)

    def _conversion(self) -> Conversion | None:
        spec = self.spec
        if spec.type != "conversion":
            return None
        return Conversion(
            entity=spec.entity or "",
            rate=spec.calculation != "conversions",
            window=self._window(spec.window, ("window",)),
            properties=tuple((each.base_property, each.conversion_property) for each in spec.constant_properties),
        )

    def _window(self, text: str | None, at: Path) -> tuple[int, str] | None:
        if not text:
            return None
        count, _, grain = text.strip().partition(" ")
        if not count.isdigit() or not grain.strip().isidentifier():
            self.fault(at, f"`{text}` is not a window.", "", "Write a number and a grain, as `7 days`.")
            return None
        word = grain.strip().lower()
        return int(count), word[:-1] if word.endswith("s") else word

    def predicates(self, texts: tuple[str, ...], at: Path) -> tuple[Predicate, ...]:
        """The filters of one place, parsed; a bad one is a fault and is left out."""
        found = []
        for text in texts:
            try:
                found.append(parse_filter(text, self.draft.dialect))
            except BadTemplate as error:
                self.fault(
                    at, "This filter cannot be read.", str(error), "Write it as `{{ Dimension('entity__name') }} = 'value'`."
                )
        return tuple(found)


def governance(ana: MetricAna) -> dict[str, Any]:
    """`config.meta.ana` as fields of a Metric."""
    certified = Certification(by=ana.certified.by, at=ana.certified.at, expires=ana.certified.expires) if ana.certified else None
    golden = tuple(Golden(period=each.period, value=each.value, where=each.where) for each in ana.golden)
    plain = ana.model_dump(exclude={"certified", "golden", "phrases"})
    return {**plain, "certified": certified, "golden": golden, "phrases": ana.phrases}
