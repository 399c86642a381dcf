"""The answer key of supply and demand: contributors, hours, retention, and where capacity runs short.

From the generator's events alone. It never reads SQL, Parquet or `anabot`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from demo.halden import demand, supply
from demo.halden.answers import Sheet, distinct, earliest, ratio, total
from demo.halden.columns import day
from demo.halden.crowd import HORIZON, LIDAR, LIDAR_EXPIRY, VENN, Cell, Contributor, cells, crowd
from demo.halden.geography import LATAM, countries, country_name, skill_name
from demo.halden.supply import Booking
from demo.halden.world import AS_OF_DAY, World

AHEAD = (HORIZON[1], HORIZON[-1] + 7)  # the thirteen weeks after this one
IN_THREE_MONTHS = (HORIZON[-1], HORIZON[-1] + 7)
ALL_WEEKS = (HORIZON[0], HORIZON[-1] + 7)
RIPE_AFTER = 90 + 28 + 1  # a cohort counts once everybody has had 28 days to come back after day 90
COHORTS = ((day(2026, 5, 1), day(2026, 8, 1)), (day(2025, 10, 1), day(2026, 10, 1)), (day(2025, 10, 6), day(2026, 10, 5)), None)


@dataclass(slots=True)
class Balance:
    """One week of one cell: hours needed and hours that will be worked, in thousandths."""

    week: int
    cell: Cell
    needed: int = 0
    supplied: int = 0
    short_from: int | None = None  # the first week its region is short of its skill


def truth(world: World) -> dict[str, dict[str, Any]]:
    """Metrics and traps of supply and demand."""
    metrics = {**_people_metrics(world), **_hours_metrics(world), **_capacity_metrics(world)}
    return {"metrics": metrics, "traps": _traps(world)}


def balances(world: World) -> list[Balance]:
    """Every week of every cell that needs or gets hours."""
    return world.once("truth.balances", _balances)


def _balances(world: World) -> list[Balance]:
    found: dict[tuple[int, Cell], Balance] = {}
    for need in demand.newest(world):
        found.setdefault((need.week, need.cell), Balance(need.week, need.cell)).needed += need.middle * 10
    rate = {country.code: country.realised_percent for country in countries()}
    for booking in supply.bookings(world):
        if booking.first and booking.skill is not None:
            cell = Cell(booking.person.region, booking.skill, booking.program)
            balance = found.setdefault((booking.week, cell), Balance(booking.week, cell))
            balance.supplied += booking.half_hours * 5 * rate[booking.person.country]
    _mark_shortages(list(found.values()))
    return list(found.values())


def _mark_shortages(found: list[Balance]) -> None:
    net: dict[tuple[str, int, int], int] = {}
    for balance in found:
        key = (balance.cell.region, balance.cell.skill, balance.week)
        net[key] = net.get(key, 0) + balance.needed - balance.supplied
    first: dict[tuple[str, int], int] = {}
    for region, skill, week in sorted(net, key=lambda key: key[2]):
        if net[region, skill, week] > 0:
            first.setdefault((region, skill), week)
    for balance in found:
        balance.short_from = first.get((balance.cell.region, balance.cell.skill))


def _people_metrics(world: World) -> dict[str, Any]:
    cuts = {
        "region": lambda p: p.region,
        "country": lambda p: country_name()[p.country],
        "contributor_status": lambda p: p.status,
    }
    ways = ((), ("region",), ("country",))
    everybody: Sheet[Contributor] = Sheet(crowd(world), cuts)
    started = [p for p in crowd(world) if p.first_task is not None and p.first_task + RIPE_AFTER <= AS_OF_DAY]
    cohorts = Sheet(started, cuts, when=lambda p: p.first_task)
    kept = ratio(_retained, lambda _: 1)
    by_time = (("metric_time__month",), ("metric_time__month", "region"))
    return {
        "contributors_status_active": everybody.answers(
            total(lambda p: p.status == "active"), [None], (*ways, ("contributor_status",))
        ),
        "contributors_available": everybody.answers(total(_offers_ahead), [None], (*ways, ("contributor_status",))),
        "active_contributors_28d": everybody.answers(total(_worked_lately), [None], (*ways, ("contributor_status",))),
        "contributor_retention_90d": [
            *cohorts.answers(kept, COHORTS, ways),
            *cohorts.answers(kept, COHORTS[:1], by_time),
            *cohorts.answers(kept, COHORTS, where={"region": LATAM}),
        ],
        "contributors_retained_90d": cohorts.answers(total(_retained), COHORTS, ways),
        "contributors_started": cohorts.answers(total(lambda _: 1), COHORTS, ways),
    }


def _worked_lately(person: Contributor) -> bool:
    return person.last_task is not None and person.last_task >= AS_OF_DAY - 28


def _offers_ahead(person: Contributor) -> bool:
    return any(week > AS_OF_DAY for week in person.hours)


def _retained(person: Contributor) -> bool:
    return person.last_task is not None and person.first_task is not None and person.last_task >= person.first_task + 90


def _hours_metrics(world: World) -> dict[str, Any]:
    rate = {country.code: country.realised_percent for country in countries()}
    sheet: Sheet[Booking] = Sheet(
        (booking for booking in supply.bookings(world) if booking.first),
        {
            "region": lambda b: b.person.region,
            "country": lambda b: country_name()[b.person.country],
            "skill": lambda b: _skill(b.skill),
        },
        when=lambda b: b.week,
    )
    periods, ways = (AHEAD, IN_THREE_MONTHS), ((), ("region",), ("skill",), ("metric_time__week",))
    declared = total(lambda b: b.half_hours * 5, 1)
    realised = total(lambda b: b.half_hours * 5 * rate[b.person.country], 3)
    return {
        "available_hours_declared": sheet.answers(declared, periods, ways),
        "available_hours_realised": sheet.answers(realised, periods, ways),
        "contributors_offering_hours": [
            *sheet.answers(distinct(lambda b: b.person.number), periods, ways[:3]),
            *sheet.answers(distinct(lambda b: b.person.number), periods, where={"region": LATAM}),
        ],
    }


def _skill(number: int | None) -> str | None:
    return None if number is None else skill_name()[number]


def _capacity_metrics(world: World) -> dict[str, Any]:
    names = {program.code: program.name for program in world.programs}
    sheet = Sheet(
        balances(world),
        {
            "region": lambda b: b.cell.region,
            "skill": lambda b: skill_name()[b.cell.skill],
            "program_name": lambda b: names[b.cell.program],
        },
        when=lambda b: b.week,
    )
    ways = ((), ("region",), ("skill",), ("program_name",), ("region", "skill"))
    periods = (IN_THREE_MONTHS, AHEAD, ALL_WEEKS)
    gap = total(lambda b: b.needed - b.supplied, 3)
    latam = {"region": LATAM}
    return {
        "capacity_gap_hours": [
            *sheet.answers(gap, periods, ways),
            *sheet.answers(gap, periods, ((), ("skill",)), latam),
            *sheet.answers(gap, [ALL_WEEKS], [("metric_time__week",)], {**latam, "skill": skill_name()[LIDAR]}),
        ],
        "demand_p50_hours": sheet.answers(total(lambda b: b.needed, 3), periods, ways),
        "qualified_supply_hours": sheet.answers(total(lambda b: b.supplied, 3), periods, ways),
        "first_short_week": [
            *sheet.answers(earliest(lambda b: b.short_from), periods, ways),
            *sheet.answers(earliest(lambda b: b.short_from), periods, ((), ("skill",)), latam),
        ],
    }


def _traps(world: World) -> dict[str, Any]:
    people, booked = crowd(world), supply.bookings(world)
    rate = {country.code: country.realised_percent for country in countries()}
    once = [booking for booking in booked if booking.first]
    lost = [p for p in people if p.region == LATAM and (LIDAR, LIDAR_EXPIRY) in ((skill, ends) for skill, _, ends in p.skills)]
    first = next(b.short_from for b in balances(world) if b.cell.region == LATAM and b.cell.skill == LIDAR)
    return {
        "T41": {"what": "Contributors by status active (S), task in 28 days (D), hours offered ahead (A).", "venn": VENN},
        "T43": {
            "what": "LATAM lidar certificates that end on 2026-12-06; a week later the region is short.",
            "contributors": len(lost),
            "weeks_ahead": None if first is None else HORIZON.index(first),
            "unqualified_offers": sum(1 for b in once if b.skill is None),
        },
        "T44": {
            "what": "Hours declared, with those offered twice, once each, and what will be worked, in all fourteen weeks.",
            "declared_twice": total(lambda b: b.half_hours * 5, 1)(booked),
            "declared_once": total(lambda b: b.half_hours * 5, 1)(once),
            "realised": total(lambda b: b.half_hours * 5 * rate[b.person.country], 3)(once),
        },
        "T60_supply": {
            "what": "Personal data under innocent names; none of it leaves the raw tables.",
            "columns": [
                "supply.contributor.alias",
                "supply.contributor.ref1",
                "supply.contributor.ref2",
                "supply.contributor.memo",
            ],
        },
        "demand_vintages": {
            "what": "Vintages of the forecast; only the newest counts.",
            "count": len(demand.VINTAGES),
            "cells": len(cells(world)),
        },
    }
