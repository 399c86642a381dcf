"""The registry: metrics, dimensions, entities and models, checked once and then trusted.

Pure and frozen: built by the readers, shared by every room. It never touches a file, a clock or a warehouse.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from sqlglot import exp

from anabot.periods import Calendar, Grain
from anabot.semantic.filters import Predicate

_PARSED: Any = field(default_factory=exp.Null, repr=False, compare=False)


_NUMERIC = ("int", "decimal", "numeric", "number", "double", "float", "real", "bigint", "smallint", "tinyint", "hugeint")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """Something a metric can be cut or filtered by, as its own semantic model declares it."""

    name: str
    model: str
    kind: Literal["categorical", "time"]
    expr: str
    tree: exp.Expression = _PARSED  # `expr`, parsed once at load
    grain: Grain | None = None
    label: str = ""
    description: str = ""
    synonyms: tuple[str, ...] = ()
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # declared value → its synonyms
    indexed: bool = True  # whether its values may be collected, so that people can name them
    unit: str = ""
    data_type: str = ""  # the column's type where dbt says it, in lower case
    partition: bool = False  # rows of two partitioned models meet only within one partition
    validity: Literal["", "start", "end"] = ""  # the end of a row's validity, in a model that keeps history

    @property
    def numeric(self) -> bool:
        """Whether its column holds numbers, as dbt's `data_type` says: rows may be chosen by how large it is."""
        return self.data_type.startswith(_NUMERIC) and not self.data_type.startswith("interval")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A join key of a semantic model."""

    name: str
    model: str
    kind: Literal["primary", "unique", "foreign", "natural"]
    expr: str
    tree: exp.Expression = _PARSED


@dataclass(frozen=True, slots=True, kw_only=True)
class SemanticModel:
    """A relation of the warehouse, and what can be measured and joined on it."""

    name: str
    relation: tuple[str, ...]  # ("schema", "table"), or with a database before it
    connection: str = "default"
    primary_entity: str = ""
    time_dimension: str = ""  # the default aggregation time dimension, "" where there is none
    entities: Mapping[str, Entity] = field(default_factory=dict)
    dimensions: Mapping[str, Dimension] = field(default_factory=dict)
    dbt_model: str = ""
    file: str = ""
    line: int = 0
    source: str = ""  # the load_log source whose freshness counts
    crosswalk: bool = False  # its rows say which ids of several systems are one thing, and nothing else


@dataclass(frozen=True, slots=True, kw_only=True)
class Golden:
    """A value that the metric must have, whatever else changes."""

    period: tuple[dt.date, dt.date] | None
    value: Decimal
    where: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certification:
    """Who vouches for a metric, and until when."""

    by: str
    at: dt.date
    expires: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A metric used inside another one, under an alias, perhaps filtered or moved in time."""

    metric: str
    alias: str
    where: tuple[Predicate, ...] = ()
    offset: tuple[int, str] | None = None  # (2, "week"): the value two weeks earlier
    offset_to: str = ""  # the value at the start of this grain


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which days a cumulative metric adds up: the last `count` units, those since the start of `unit`, or all until now."""

    kind: Literal["trailing", "to_date", "all_time"]
    count: int = 0
    unit: str = ""
    period_agg: Literal["first", "last", "average"] = "first"  # which day stands for a coarser grain


@dataclass(frozen=True, slots=True, kw_only=True)
class NonAdditive:
    """A balance: of the rows in a group only those at the first or last value of a time dimension count."""

    dimension: str
    pick: Literal["min", "max"]
    group_by: tuple[str, ...] = ()  # entities that each have a first or last of their own


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """How a base event becomes a conversion: by the same entity, within a window, with equal properties."""

    entity: str
    rate: bool
    window: tuple[int, str] | None = None
    properties: tuple[tuple[str, str], ...] = ()  # (of the base, of the conversion)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """What a number means. `kind` decides which of the fields below `definition` are used."""

    name: str
    kind: Literal["simple", "ratio", "derived", "cumulative", "conversion"]
    label: str
    description: str
    # simple
    model: str = ""
    agg: str = ""
    expr: str = ""
    percentile: Decimal | None = None
    discrete: bool = False  # percentile: a value that occurs, instead of an interpolated one
    approximate: bool = False  # percentile: near enough, and fast over many rows
    time_dimension: str = ""
    since: str = ""  # made for one question: the days from this time of the rows to their own, and not that itself
    fill_nulls_with: int | None = None
    join_to_timespine: bool = False
    grain: Grain | None = None  # the default size of `metric_time`
    non_additive: NonAdditive | None = None
    tree: exp.Expression = _PARSED  # `expr` or `formula`, parsed once at load
    where: tuple[Predicate, ...] = ()
    # ratio (numerator, denominator) and derived (formula over aliases)
    inputs: tuple[Input, ...] = ()
    formula: str = ""
    window: Window | None = None  # cumulative: one input
    conversion: Conversion | None = None  # conversion: two inputs, the base and the conversion
    # config.meta.ana
    owner: str = ""
    draft: bool = False  # nobody vouches yet: what governs it may be incomplete
    scope: str = "company"  # the scope class that access.yml grants
    unit: str = ""
    synonyms: tuple[str, ...] = ()
    not_the_same_as: tuple[str, ...] = ()
    default_period: str = ""  # a name of `periods`: "last_month", "latest" …
    default_group_by: tuple[str, ...] = ()
    better: Literal["higher", "lower", ""] = ""
    certified: Certification | None = None
    golden: tuple[Golden, ...] = ()
    caveat: str = ""
    phrases: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # words people say → the shape they mean
    bridges: tuple[str, ...] = ()
    freshness_hours: int = 0
    hidden: bool = False  # made for another metric; nobody governs it or asks for it
    file: str = ""
    line: int = 0

    @property
    def counts(self) -> bool:
        """Whether it says how many there are of something."""
        added = self.agg in ("count", "count_distinct", "sum_boolean") or (self.agg == "sum" and self.unit == "count")
        return self.kind == "simple" and added


@dataclass(frozen=True, slots=True, kw_only=True)
class DimensionRef:
    """A dimension as a metric reaches it. `name` is what a query says; `path` the entities walked, then the dimension."""

    name: str
    path: tuple[str, ...]
    dimension: Dimension


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedQuery:
    """A question with a name, kept by the data team: one or several queries, and how people ask for it."""

    name: str
    label: str
    query: Mapping[str, Any]
    synonyms: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word that several metrics answer to, and the reading a team takes by default, if it has one.

    `overlap` is the entity of which each metric counts some, so that it can be told how many several of them count.
    """

    word: str
    metrics: tuple[str, ...]
    defaults: Mapping[str, str] = field(default_factory=dict)  # team → metric
    synonyms: tuple[str, ...] = ()
    overlap: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """`left` − `right` = Σ sign · term + residual, each of them a metric. `terms` are (metric, label, 1 or −1)."""

    name: str
    title: str
    unit: str
    left: tuple[str, str]  # (metric, label)
    right: tuple[str, str]
    terms: tuple[tuple[str, str, int], ...]
    tolerance: Decimal = Decimal(0)
    synonyms: tuple[str, ...] = ()
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSpine:
    """A table with one row for each moment of a grain. `custom` are grains of the company's own: name → column."""

    name: str
    relation: tuple[str, ...]
    column: str
    grain: Grain
    connection: str = "default"
    custom: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A team that asks: what it is called, and questions that work for it."""

    name: str
    label: str
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Registry:
    """Everything the data team has defined. `version` is a hash of the files it was read from."""

    models: Mapping[str, SemanticModel]
    metrics: Mapping[str, Metric]
    calendar: Calendar
    terms: Mapping[str, Term] = field(default_factory=dict)
    saved_queries: Mapping[str, SavedQuery] = field(default_factory=dict)
    freshness: tuple[str, str] | None = None  # (metric, dimension): newest load per source, asked like any question
    reconciliations: Mapping[str, Reconciliation] = field(default_factory=dict)
    spines: tuple[TimeSpine, ...] = ()  # coarsest first
    teams: Mapping[str, Team] = field(default_factory=dict)
    company: str = ""
    version: str = ""
