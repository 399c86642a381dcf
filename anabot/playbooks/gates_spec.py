"""Read the `gates:` and the `restate:` of a playbook's front matter. Pure, and it judges no data."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from anabot import periods
from anabot.errors import BadQuery
from anabot.playbooks.playbook import EVERY, Band, Gates, Named
from anabot.semantic.query import Span

_SPAN = re.compile(r"(\d{1,4}) ?(m|h|d)")
_SHARE = re.compile(r"(\d{1,2}(?:\.\d{1,3})?) ?%")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_ANY_MOMENT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def period_name(given: str) -> str:
    """The name of a period that `periods` knows. Raises ValueError."""
    try:
        periods.named(given, _ANY_MOMENT, periods.Calendar(ZoneInfo("UTC")))
    except BadQuery as error:
        raise ValueError(str(error)) from None
    return given


def _age(given: object) -> dt.timedelta:
    found = _SPAN.fullmatch(given) if isinstance(given, str) else None
    span = dt.timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else dt.timedelta(0)
    if not span:
        raise ValueError("An age is written as `26h`, `90m` or `4d`")
    return span


def _share(given: object) -> Decimal:
    found = _SHARE.fullmatch(given) if isinstance(given, str) else None
    if found is None:
        raise ValueError("A tolerance is written as `1%` or `0.5%`")
    return Decimal(found[1]) / 100


def _of_every_source(given: object) -> object:
    return given if isinstance(given, Mapping) else {EVERY: given}


PeriodName = Annotated[str, AfterValidator(period_name)]
_Age = Annotated[dt.timedelta, BeforeValidator(_age)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _BandSpec(_Strict):
    min: int | None = Field(default=None, ge=0)
    max: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _is_a_band(self) -> _BandSpec:
        if self.min is None and self.max is None:
            raise ValueError("A band of rows has a `min`, a `max` or both")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("`min` is more than `max`, so that the gate would never open")
        return self


class _TestsSpec(_Strict):
    within: _Age


class RestateSpec(_Strict):
    """`restate:` as a team writes it: the share by which a posted number may move before it is answered."""

    tolerance: Annotated[Decimal, BeforeValidator(_share)] = Decimal("0.01")


class GatesSpec(_Strict):
    """`gates:` as a team writes it."""

    freshness: Annotated[Mapping[str, _Age], BeforeValidator(_of_every_source)] = {}
    dbt_tests: bool | _TestsSpec = False
    rows: Mapping[str, _BandSpec] = {}
    reconciliation: tuple[str, ...] | Mapping[str, PeriodName | Span] = ()

    def misfits(self, queries: Mapping[str, object], *, period: bool) -> Iterator[tuple[tuple[str, ...], str]]:
        """(path, what is wrong), beside the rest of the playbook: its queries, and whether it has a period."""
        for name in self.rows:
            if name not in queries:
                yield ("gates", "rows", name), f"The gate `rows` names `{name}`, which is not one of the queries."
        if self.reconciliation and not isinstance(self.reconciliation, Mapping) and not period:
            yield ("gates", "reconciliation"), "The gate `reconciliation` has no period."

    def gates(self, default: Named | Span | None, frozen: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> Gates:
        """The gates, with the playbook's own period where a reconciliation has none."""
        named = self.reconciliation
        bridges = dict(named) if isinstance(named, Mapping) else {name: default for name in named if default is not None}
        return Gates(
            freshness=frozen(self.freshness),
            dbt_tests=bool(self.dbt_tests),
            tested_within=self.dbt_tests.within if isinstance(self.dbt_tests, _TestsSpec) else None,
            rows=frozen({name: Band(least=band.min, most=band.max) for name, band in self.rows.items()}),
            reconciliations=frozen(bridges),
        )
