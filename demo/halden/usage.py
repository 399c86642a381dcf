"""Rated usage of labeling work, a row a day, project, task type and complexity band.

It plants T16 (disputed days are rated again; the latest version counts), T17 (six days appear on the old contract too)
and T22 (trial work is rated at list and never billed).
"""

from __future__ import annotations

import random
from typing import NamedTuple

import pyarrow as pa

from demo.halden import columns, contracts
from demo.halden.columns import rounded
from demo.halden.contracts import Contract
from demo.halden.world import BANDS, FIRST_DAY, LAST_DAY, Project, World

PRICE = {"image": 42, "video": 95, "text": 130, "sensor": 210, "3d": 260, "eval": 340}  # cents a unit, before the band
BAND_PERCENT = {"S": 60, "M": 100, "L": 150, "XL": 230}
TIERS = ((40_000, 100), (120_000, 93), (10**12, 86))  # cumulative units of a contract's month, percent of list


class Usage(NamedTuple):
    """One day's work. `rated` holds every rating in order, in cents; the last one counts."""

    day: int
    contract: Contract
    project: Project
    task_type_id: int
    band: str
    accepted: int
    rejected: int
    listed: int
    rated: tuple[int, ...]
    also_on: Contract | None  # the old contract that shows the same work again


def usage(world: World) -> list[Usage]:
    """All usage up to the last complete day, by project and day."""
    return world.once("usage", _make)


def sizes(world: World, number: int) -> dict[str, int]:
    """How large each program's work is on that day, about in dollars; programs without work are left out."""
    found: dict[str, int] = {}
    for project in world.projects:
        if project.starts <= number < project.ends:
            each = project.weight * (40 + project.program.customer.size * 14) * PRICE[project.modality] // 100
            found[project.program.code] = found.get(project.program.code, 0) + each
    return found


def final(event: Usage) -> int:
    """What the work is rated at in the end, in cents; trial work earns nothing."""
    return 0 if event.contract.status == "trial" else event.rated[-1]


def _make(world: World) -> list[Usage]:
    rng = world.rng("billing.usage")
    mine = contracts.contracts(world).of_program
    made: list[Usage] = []
    for project in world.projects:
        month_units: dict[tuple[str, str], int] = {}
        for number in range(project.starts, min(project.ends, LAST_DAY + 1)):
            if (number + 3) % 7 >= 5:  # 1970-01-01 was a Thursday
                continue
            contract = contracts.at(mine[project.program.code], number)
            if contract is None:
                continue
            for task_type_id in project.task_type_ids[: 1 + (rng.random() < 0.32)]:
                made.append(_event(rng, number, contract, mine[project.program.code], project, task_type_id, month_units))
    return made


def _event(
    rng: random.Random,
    number: int,
    contract: Contract,
    siblings: list[Contract],
    project: Project,
    task_type_id: int,
    month_units: dict[tuple[str, str], int],
) -> Usage:
    band = BANDS[min(3, int(rng.random() * rng.random() * 5))]
    growth = 40 + (number - FIRST_DAY) // 4  # customers send more work every month
    accepted = project.weight * (40 + contract.customer.size * 14) * growth * rng.randrange(70, 131) // 15_000
    listed = accepted * PRICE[project.modality] * BAND_PERCENT[band] // 100
    month = (contract.id, columns.as_date(number).strftime("%Y-%m"))
    month_units[month] = month_units.get(month, 0) + accepted
    percent = next(percent for limit, percent in TIERS if month_units[month] <= limit)
    rated = [rounded(listed * percent, 100)]
    if rng.random() < 0.02:
        rated.append(rounded(rated[0] * rng.randrange(80, 97), 100))
        if rng.random() < 0.15:
            rated.append(rounded(rated[1] * rng.randrange(95, 104), 100))
    also_on = next((old for old in siblings if old.id == contract.amended_from and contract.starts <= number < old.ends), None)
    rejected = accepted * rng.randrange(1, 9) // 100
    return Usage(number, contract, project, task_type_id, band, accepted, rejected, listed, tuple(rated), also_on)


def tables(world: World) -> dict[str, pa.Table]:
    """`raw_billing.usage_daily`."""
    rows = []
    for event in usage(world):
        for contract in (event.contract, event.also_on):
            if contract is None:
                continue
            for version, rated in enumerate(event.rated, start=1):
                loaded = columns.instant(event.day + 1 + (version - 1) * 17, 11, 42)
                rows.append(
                    (
                        event.day, contract.id, event.project.id, event.task_type_id, event.band, event.accepted,
                        event.rejected, event.listed, rated, version, loaded,
                    )
                )  # fmt: skip
    rows.sort(key=lambda row: (row[0], row[1], row[2], row[3], row[9]))
    days, ids, projects, tasks, bands, accepted, rejected, listed, rated_amounts, versions, loaded_at = zip(*rows, strict=True)
    return {
        "raw_billing.usage_daily": columns.table(
            {
                "day": columns.dates(days),
                "contract_id": columns.text(ids),
                "project_id": columns.text(projects),
                "task_type_id": columns.whole(tasks),
                "complexity_band": columns.text(bands),
                "units_accepted": columns.whole(accepted),
                "units_rejected": columns.whole(rejected),
                "list_amount": columns.money(listed),
                "rated_amount": columns.money(rated_amounts),
                "rating_version": columns.whole(versions),
                "loaded_at": columns.stamps(loaded_at),
            }
        )
    }
