"""What dbt's semantic layer spec (1.12+, embedded in models) says: shapes only.

Keys of dbt that mean nothing here are ignored on models and columns; a wrong key on a metric is a fault.
It never resolves a name and never reads a file.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


class Ours(BaseModel):
    """A shape in which a wrong key is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class _Dbts(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


def unsaid(value: Any) -> Any:
    """A default that all share. pydantic copies a plain one for each thing read, which takes longer than reading it."""
    return Field(default_factory=lambda: value)


def _listed(value: Any) -> Any:
    return [] if value is None else value if isinstance(value, list | tuple) else [value]


def _texted(value: Any) -> Any:
    return str(value) if isinstance(value, int | float | Decimal | dt.date) and not isinstance(value, bool) else value


def _named(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


def _typed(value: Any) -> Any:
    return {"type": value} if isinstance(value, str) else value


def _templates(value: Any) -> Any:
    """Filters as a project writes them, or as dbt's manifest does: `{where_filters: [{where_sql_template: …}]}`."""
    if not isinstance(value, dict):
        return _listed(value)
    return [each.get("where_sql_template") if isinstance(each, dict) else each for each in _listed(value.get("where_filters"))]


def _counted(value: Any) -> Any:
    """`7 days`, which dbt's manifest writes as a count and a granularity."""
    return f"{value.get('count', '')} {value.get('granularity', '')}" if isinstance(value, dict) else _texted(value)


Text = Annotated[str, BeforeValidator(_texted)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_listed)]
Filters = Annotated[tuple[Text, ...], BeforeValidator(_templates)]
Span = Annotated[str, BeforeValidator(_counted)]


class Meta(_Dbts):
    """dbt's free `meta`; only `ana` is read."""

    ana: dict[str, Any] = unsaid({})


class Config(_Dbts):
    """dbt's `config` block."""

    meta: Meta = unsaid(Meta())
    database: str | None = None
    schema_: str | None = Field(default=None, alias="schema")
    alias: str | None = None
    enabled: bool = True


class EntitySpec(_Dbts):
    """A join key on a column, or under `derived_semantics` with an expression."""

    name: str | None = None
    type: Literal["primary", "unique", "foreign", "natural"]
    expr: Text | None = None


class ValiditySpec(_Dbts):
    """Which end of a row's validity a time dimension is."""

    is_start: bool = False
    is_end: bool = False


class DimensionSpec(_Dbts):
    """Something to cut by, on a column or derived."""

    name: str | None = None
    type: Literal["categorical", "time"]
    label: str | None = None
    description: str | None = None
    expr: Text | None = None
    granularity: str | None = None
    is_partition: bool = False
    validity_params: ValiditySpec | None = None
    config: Config = unsaid(Config())


class ColumnSpec(_Dbts):
    """A column of a dbt model."""

    name: str
    description: str | None = None
    data_type: str | None = None
    granularity: str | None = None
    entity: Annotated[EntitySpec | None, BeforeValidator(_typed)] = None
    dimension: Annotated[DimensionSpec | None, BeforeValidator(_typed)] = None
    config: Config = unsaid(Config())


class DerivedSemantics(_Dbts):
    """Dimensions and entities that are expressions, not columns."""

    dimensions: tuple[DimensionSpec, ...] = ()
    entities: tuple[EntitySpec, ...] = ()


class SemanticModelSpec(_Dbts):
    """`semantic_model:` of a dbt model."""

    enabled: bool = True
    name: str | None = None


class InputSpec(Ours):
    """A metric used by another one."""

    name: str
    alias: str | None = None
    filter: Filters = ()
    offset_window: Span | None = None
    offset_to_grain: str | None = None


class NonAdditiveSpec(Ours):
    """A balance: over time it is picked, not added."""

    name: str
    window_agg: Literal["min", "max"] = "min"
    group_by: Texts = ()


class ConstantPropertySpec(Ours):
    """What must be equal on both sides of a conversion."""

    base_property: str
    conversion_property: str


OneInput = Annotated[InputSpec | None, BeforeValidator(_named)]
ManyInputs = Annotated[tuple[Annotated[InputSpec, BeforeValidator(_named)], ...], BeforeValidator(_listed)]


class MetricSpec(Ours):
    """A metric, of any type, as dbt writes it."""

    name: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")
    type: Literal["simple", "ratio", "derived", "cumulative", "conversion"] = "simple"
    label: str | None = None
    description: str | None = None
    filter: Texts = ()
    config: Config = unsaid(Config())
    agg: str | None = None
    expr: Text | None = None
    percentile: Decimal | None = Field(default=None, ge=0, le=1)
    percentile_type: Literal["continuous", "discrete"] | None = None
    agg_time_dimension: str | None = None
    non_additive_dimension: NonAdditiveSpec | None = None
    fill_nulls_with: int | None = None
    join_to_timespine: bool = False
    time_granularity: str | None = None
    hidden: bool = False
    numerator: OneInput = None
    denominator: OneInput = None
    input_metrics: ManyInputs = ()
    input_metric: OneInput = None
    window: Text | None = None
    grain_to_date: str | None = None
    period_agg: Literal["first", "last", "average"] | None = None
    entity: str | None = None
    calculation: Literal["conversions", "conversion_rate"] | None = None
    base_metric: OneInput = None
    conversion_metric: OneInput = None
    constant_properties: tuple[ConstantPropertySpec, ...] = ()
    tags: Any = None
    docs: Any = None
    meta: Any = None


class CustomGrainSpec(_Dbts):
    """A grain of the company's own calendar: a column of the time spine."""

    name: str
    column_name: str | None = None


class TimeSpineSpec(_Dbts):
    """`time_spine:` of a dbt model."""

    standard_granularity_column: str
    custom_granularities: tuple[CustomGrainSpec, ...] = ()


class ModelSpec(_Dbts):
    """A dbt model with what is measured on it. Its metrics are validated one by one, so that each fault stands alone."""

    name: str
    description: str | None = None
    config: Config = unsaid(Config())
    semantic_model: Annotated[
        SemanticModelSpec | None, BeforeValidator(lambda v: {"enabled": v} if isinstance(v, bool) else v)
    ] = None
    agg_time_dimension: str | None = None
    primary_entity: str | None = None
    columns: tuple[ColumnSpec, ...] = ()
    derived_semantics: DerivedSemantics = unsaid(DerivedSemantics())
    time_spine: TimeSpineSpec | None = None
    metrics: tuple[Any, ...] = ()


class QueryParams(Ours):
    """The question of a saved query, in dbt's words."""

    metrics: Texts = ()
    group_by: Texts = ()
    where: Filters = ()
    order_by: Texts = ()
    limit: int | None = None
    limit_by: Texts = ()  # ours, beside dbt's: those of `group_by` for each of which `limit` rows are kept


class SavedQuerySpec(_Dbts):
    """A question that the data team keeps under a name."""

    name: str
    label: str | None = None
    description: str | None = None
    query_params: QueryParams
    config: Config = unsaid(Config())
