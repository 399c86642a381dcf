"""The registry: metrics, dimensions, entities and models, checked once and then trusted.

Pure and frozen: built by the readers, shared by every room. It never touches a file, a clock or a warehouse.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from anabot.periods import Calendar, Grain


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """Something a metric can be cut or filtered by, as its own semantic model declares it."""

    name: str
    model: str
    kind: Literal["categorical", "time"]
    expr: str
    grain: Grain | None = None
    label: str = ""
    description: str = ""
    synonyms: tuple[str, ...] = ()
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # declared value → its synonyms
    indexed: bool = True  # whether its values may be collected, so that people can name them
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A join key of a semantic model."""

    name: str
    model: str
    kind: Literal["primary", "unique", "foreign", "natural"]
    expr: str


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
    where: tuple[Any, ...] = ()
    offset: tuple[int, Grain] | None = None
    offset_to: Grain | None = None


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
    time_dimension: str = ""
    where: tuple[Any, ...] = ()
    # ratio (numerator, denominator) and derived (formula over aliases)
    inputs: tuple[Input, ...] = ()
    formula: str = ""
    # config.meta.ana
    owner: str = ""
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
    file: str = ""
    line: int = 0


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
    """A word that several metrics answer to, and the reading a team takes by default, if it has one."""

    word: str
    metrics: tuple[str, ...]
    defaults: Mapping[str, str] = field(default_factory=dict)  # team → metric
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """Everything the data team has defined. `version` is a hash of the files it was read from."""

    models: Mapping[str, SemanticModel]
    metrics: Mapping[str, Metric]
    calendar: Calendar
    terms: Mapping[str, Term] = field(default_factory=dict)
    saved_queries: Mapping[str, SavedQuery] = field(default_factory=dict)
    freshness: tuple[str, str] | None = None  # (metric, dimension): newest load per source, asked like any question
    version: str = ""
