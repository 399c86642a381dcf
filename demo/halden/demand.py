"""The demand forecast: hours needed by week, region, skill and program, in several vintages, each with a low and a high.

Planted: only the newest vintage counts; LATAM runs short of lidar nine weeks ahead, when certificates end (T43).
It never looks past the thirteenth week.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import pyarrow as pa

from demo.halden import columns
from demo.halden.columns import day, rounded
from demo.halden.crowd import HORIZON, LIDAR, Cell, cells, crowd
from demo.halden.geography import LATAM, countries
from demo.halden.world import AS_OF_DAY, World

VINTAGES = (day(2026, 7, 6), day(2026, 8, 3), day(2026, 8, 31), day(2026, 9, 28), AS_OF_DAY)
EARLY_WEEKS = 4


@dataclass(frozen=True, slots=True)
class Need:
    """Hours that a cell needs in a week, in hundredths, as one vintage saw it."""

    vintage: int
    week: int
    cell: Cell
    low: int
    middle: int
    high: int


def needs(world: World) -> list[Need]:
    """All vintages, oldest first."""
    return world.once("demand.needs", _needs)


def newest(world: World) -> list[Need]:
    """The forecast that counts."""
    return [need for need in needs(world) if need.vintage == AS_OF_DAY]


def tables(world: World) -> dict[str, pa.Table]:
    """The raw table `demand.forecast`."""
    found = needs(world)
    pace = {cell: 3 + number % 17 for number, cell in enumerate(cells(world))}  # hundredths of an hour per unit
    return {
        "demand.forecast": columns.table(
            {
                "vintage_date": columns.dates([n.vintage for n in found]),
                "target_week": columns.dates([n.week for n in found]),
                "program_code": columns.text([n.cell.program for n in found]),
                "region": columns.text([n.cell.region for n in found]),
                "skill_id": columns.whole([n.cell.skill for n in found]),
                "units": columns.whole([n.middle // pace[n.cell] for n in found]),
                "hours_per_unit": columns.decimal([pace[n.cell] for n in found], 2),
                "p10": columns.money([n.low for n in found]),
                "p50": columns.money([n.middle for n in found]),
                "p90": columns.money([n.high for n in found]),
            }
        )
    }


def _needs(world: World) -> list[Need]:
    rng = world.rng("demand.needs")
    usual = _usual_supply(world)
    plans = [(cell, usual.get(cell, 0), *_shape(rng, cell)) for cell in cells(world)]
    found = []
    for vintage in VINTAGES:
        for cell, supply, percent, growth in plans:
            for ahead in range(len(HORIZON)):
                seen = 100 if vintage == AS_OF_DAY else rng.randrange(82, 115)
                grown = percent * 10 + growth * ahead  # in thousandths
                middle = max(2000, rounded(supply * grown * seen, 100_000))
                found.append(
                    Need(vintage, vintage + 7 * ahead, cell, rounded(middle * 80, 100), middle, rounded(middle * 127, 100))
                )
    return found


def _shape(rng: random.Random, cell: Cell) -> tuple[int, int]:
    """How much of its usual supply a cell needs now, in percent, and how that grows, in thousandths a week."""
    if (cell.region, cell.skill) == (LATAM, LIDAR):
        return 78, 4
    mood = rng.random()
    if mood < 0.05:
        return rng.randrange(104, 125), rng.randrange(0, 6)
    if mood < 0.16:
        return rng.randrange(80, 92), rng.randrange(2, 12)
    return rng.randrange(40, 72), rng.randrange(-2, 6)


def _usual_supply(world: World) -> dict[Cell, int]:
    """Hours that each cell really gets in one of the first weeks, in hundredths: what is offered times what is worked."""
    rate = {country.code: country.realised_percent for country in countries()}
    totals: dict[Cell, int] = {}
    for person in crowd(world):
        for week in HORIZON[:EARLY_WEEKS]:
            skill = person.qualified(week)
            if week in person.hours and skill is not None:
                cell = Cell(person.region, skill, person.program)
                totals[cell] = totals.get(cell, 0) + person.hours[week] * rate[person.country]
    return {cell: rounded(total, 2 * EARLY_WEEKS) for cell, total in totals.items()}
