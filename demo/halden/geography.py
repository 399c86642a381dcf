"""Where contributors live and what they can do: 73 countries in nine regions, and 38 skills.

Read from two small CSV files beside this one. It never invents a place.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from demo.halden.columns import day

REMAPPED = day(2026, 4, 1)  # the day on which some countries changed region
LATAM = "LATAM"


@dataclass(frozen=True, slots=True)
class Country:
    """A country, the region it reports to now and before the remapping, and how much of the declared hours is worked."""

    code: str
    name: str
    region: str
    region_before: str
    timezone: str
    pay_floor_cents: int
    realised_percent: int
    weight: int


@dataclass(frozen=True, slots=True)
class Skill:
    """Something a contributor can be certified in, at levels 1 to 5."""

    id: int
    name: str
    modality: str


@cache
def countries() -> tuple[Country, ...]:
    """All 73, in the order of the file."""
    return tuple(
        Country(
            row["code"],
            row["country"],
            row["region"],
            row["region_before"],
            row["timezone"],
            _hundredths(row["pay_floor_usd"]),
            _hundredths(row["realised_rate"]),
            int(row["contributors"]),
        )
        for row in _rows("countries.csv")
    )


@cache
def skills() -> tuple[Skill, ...]:
    """All 38, in the order of their ids."""
    return tuple(Skill(int(row["skill_id"]), row["skill"], row["modality"]) for row in _rows("skills.csv"))


@cache
def region_of() -> dict[str, str]:
    """Country code → the region it reports to now."""
    return {country.code: country.region for country in countries()}


@cache
def country_name() -> dict[str, str]:
    """Country code → its name."""
    return {country.code: country.name for country in countries()}


@cache
def skill_name() -> dict[int, str]:
    """Skill id → its name."""
    return {skill.id: skill.name for skill in skills()}


def _hundredths(text: str) -> int:
    units, _, rest = text.partition(".")
    return int(units) * 100 + int(rest.ljust(2, "0"))


def _rows(name: str) -> list[dict[str, str]]:
    with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
