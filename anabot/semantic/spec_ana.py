"""What `config.meta.ana` adds to dbt's metrics, columns, models and saved queries: shapes only.

A wrong key is a fault. It never resolves a name and never reads a file.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from anabot.semantic.spec import Ours, Text, Texts, unsaid


class GoldenSpec(Ours):
    """A value the metric must have over a half-open period."""

    period: tuple[dt.date, dt.date] | None = None
    value: Decimal
    where: dict[str, Text] = unsaid({})


class CertifiedSpec(Ours):
    """Who vouches, since when, and until when."""

    by: str
    at: dt.date
    expires: dt.date


class MetricAna(Ours):
    """`config.meta.ana` of a metric."""

    owner: str = ""
    draft: bool = False  # nobody vouches yet: unit, description and golden value may wait
    scope: str = "company"
    unit: str = ""
    synonyms: Texts = ()
    not_the_same_as: Texts = ()
    default_period: str = ""
    default_group_by: Texts = ()
    better: Literal["higher", "lower", ""] = ""
    certified: CertifiedSpec | None = None
    golden: tuple[GoldenSpec, ...] = ()
    caveat: str = ""
    phrases: dict[str, dict[str, Any]] = unsaid({})
    bridges: Texts = ()
    freshness_hours: int = Field(default=0, ge=0)


class ColumnAna(Ours):
    """`config.meta.ana` of a column that is a dimension."""

    label: str = ""
    synonyms: Texts = ()
    values: dict[Text, Texts] = unsaid({})
    indexed: bool = True
    unit: str = ""


class ModelAna(Ours):
    """`config.meta.ana` of a model."""

    source: str = ""
    connection: str = "default"


class SavedQueryAna(Ours):
    """`config.meta.ana` of a saved query."""

    synonyms: Texts = ()
