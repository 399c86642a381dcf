"""What dbt's standalone spec (1.6+) says: `semantic_models:` with measures, and metrics with `type_params`. Shapes only.

dbt's semantic_manifest.json has the same shapes, with more spelled out. It never resolves a name and never reads a file.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from anabot.semantic.spec import (
    Config,
    ConstantPropertySpec,
    CustomGrainSpec,
    EntitySpec,
    Filters,
    ManyInputs,
    OneInput,
    Span,
    Text,
    Texts,
    ValiditySpec,
    unsaid,
)


class _Loose(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


Lower = Annotated[str, BeforeValidator(_lower)]


class NodeRelation(_Loose):
    """The table that a manifest has resolved a model to."""

    alias: str
    schema_name: str | None = None
    database: str | None = None


class DimensionParams(_Loose):
    """What only time dimensions have."""

    time_granularity: str | None = None
    validity_params: ValiditySpec | None = None


class StandaloneDimension(_Loose):
    """Something to cut by."""

    name: str
    type: Annotated[Literal["categorical", "time"], BeforeValidator(_lower)]
    label: str | None = None
    description: str | None = None
    expr: Text | None = None
    is_partition: bool = False
    type_params: DimensionParams = unsaid(DimensionParams())
    config: Config = unsaid(Config())


class AggParams(_Loose):
    """Which percentile, and how."""

    percentile: Decimal | None = Field(default=None, ge=0, le=1)
    use_discrete_percentile: bool = False
    use_approximate_percentile: bool = False


class StandaloneNonAdditive(_Loose):
    """A balance: over time it is picked, not added."""

    name: str
    window_choice: Annotated[Literal["min", "max"], BeforeValidator(_lower)] = "min"
    window_groupings: Texts = ()


class Aggregation(_Loose):
    """How rows become one number."""

    agg: Lower
    expr: Text | None = None
    agg_params: AggParams = unsaid(AggParams())
    agg_time_dimension: str | None = None
    non_additive_dimension: StandaloneNonAdditive | None = None


class MeasureSpec(Aggregation):
    """A measure of a semantic model; metrics are made of measures."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    label: str | None = None
    description: str | None = None
    create_metric: bool = False
    create_metric_display_name: str | None = None
    config: Config = unsaid(Config())
    metadata: Any = None


class FlatAggregation(Aggregation):
    """The aggregation of a simple metric that needs no measure."""

    semantic_model: str


class Defaults(_Loose):
    """What measures have unless they say otherwise."""

    agg_time_dimension: str | None = None


class StandaloneModel(_Loose):
    """A semantic model. Its measures are validated one by one, so that each fault stands alone."""

    name: str
    description: str | None = None
    model: str = ""
    node_relation: NodeRelation | None = None
    defaults: Defaults = unsaid(Defaults())
    primary_entity: str | None = None
    entities: tuple[EntitySpec, ...] = ()
    dimensions: tuple[StandaloneDimension, ...] = ()
    measures: tuple[Any, ...] = ()
    config: Config = unsaid(Config())


class MeasureInput(_Strict):
    """A measure used in a metric."""

    name: str
    filter: Filters = ()
    alias: str | None = None
    join_to_timespine: bool = False
    fill_nulls_with: int | None = None


OneMeasure = Annotated[MeasureInput | None, BeforeValidator(lambda v: {"name": v} if isinstance(v, str) else v)]


class CumulativeParams(_Strict):
    """Which days a cumulative metric adds up."""

    window: Span | None = None
    grain_to_date: str | None = None
    period_agg: Annotated[Literal["first", "last", "average"], BeforeValidator(_lower)] = "first"
    metric: OneInput = None


class ConversionParams(_Strict):
    """How a base event becomes a conversion."""

    base_measure: OneMeasure = None
    conversion_measure: OneMeasure = None
    base_metric: OneInput = None
    conversion_metric: OneInput = None
    entity: str
    calculation: Annotated[Literal["conversions", "conversion_rate"], BeforeValidator(_lower)] = "conversion_rate"
    window: Span | None = None
    constant_properties: tuple[ConstantPropertySpec, ...] = ()


class TypeParams(_Strict):
    """What a metric is made of, by its type."""

    measure: OneMeasure = None
    input_measures: Any = None
    numerator: OneInput = None
    denominator: OneInput = None
    expr: Text | None = None
    metrics: ManyInputs = ()
    window: Span | None = None
    grain_to_date: str | None = None
    cumulative_type_params: CumulativeParams = unsaid(CumulativeParams())
    conversion_type_params: ConversionParams | None = None
    metric_aggregation_params: FlatAggregation | None = None
    join_to_timespine: bool = False
    fill_nulls_with: int | None = None
    is_private: bool = False


class StandaloneMetric(_Strict):
    """A metric, of any type."""

    name: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")
    type: Annotated[Literal["simple", "ratio", "derived", "cumulative", "conversion"], BeforeValidator(_lower)]
    label: str | None = None
    description: str | None = None
    type_params: TypeParams
    filter: Filters = ()
    time_granularity: str | None = None
    config: Config = unsaid(Config())
    enabled: bool = True
    group: Any = None
    tags: Any = None
    docs: Any = None
    meta: Any = None
    metadata: Any = None


class PrimaryColumn(_Loose):
    """The column of a time spine that holds its moments."""

    name: str
    time_granularity: str


class LegacySpine(_Loose):
    """The table of days of an older manifest."""

    location: str
    column_name: str
    grain: str


class ManifestSpine(_Loose):
    """A time spine, as a manifest has it."""

    node_relation: NodeRelation
    primary_column: PrimaryColumn
    custom_granularities: tuple[CustomGrainSpec, ...] = ()
