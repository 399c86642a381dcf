"""The supply system: countries, skills, contributors with what they can do, hours offered, and payouts by month.

Planted: T41 three kinds of active, T43 certificates that end, T44 hours offered twice and worked in part, T46 countries
that changed region, T60 personal data under innocent names. It never names a real person.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from demo.halden import columns
from demo.halden.columns import day, instant
from demo.halden.crowd import Contributor, cells, crowd
from demo.halden.geography import REMAPPED, countries, skills
from demo.halden.world import AS_OF_DAY, World

PAY_MONTHS = tuple(day(2026, month, 1) for month in range(6, 10))


@dataclass(frozen=True, slots=True)
class Booking:
    """Hours that a contributor offers to a program in a week, and the one skill they count for.

    A second offer of the same hours is not `first`.
    """

    person: Contributor
    week: int
    program: str
    half_hours: int
    booked_at: int
    first: bool
    skill: int | None


def bookings(world: World) -> list[Booking]:
    """All offers for the coming weeks, the doubled ones included."""
    return world.once("supply.bookings", _bookings)


def tables(world: World) -> dict[str, pa.Table]:
    """The raw tables of the supply system."""
    return {
        "supply.country": _country(),
        "supply.country_region": _country_region(),
        "supply.realisation_rate": _realisation_rate(),
        "supply.skill": _skill(),
        "supply.contributor": _contributor(world),
        "supply.contributor_skill": _contributor_skill(world),
        "supply.availability_weekly": _availability(world),
        "supply.payout": _payout(world),
    }


def _bookings(world: World) -> list[Booking]:
    rng = world.rng("supply.bookings")
    others = sorted({cell.program for cell in cells(world)})
    found = []
    for person in crowd(world):
        for week, half_hours in person.hours.items():
            skill = person.qualified(week)
            booked = instant(AS_OF_DAY - rng.randrange(2, 30), rng.randrange(24), rng.randrange(60))
            found.append(Booking(person, week, person.program, half_hours, booked, True, skill))
            if rng.random() < 0.06:
                again = rng.choice([code for code in others if code != person.program])
                found.append(Booking(person, week, again, half_hours, booked + 3600 * rng.randrange(1, 24), False, skill))
    return found


def _country() -> pa.Table:
    places = countries()
    return columns.table(
        {
            "country_code": columns.text([c.code for c in places]),
            "name": columns.text([c.name for c in places]),
            "timezone": columns.text([c.timezone for c in places]),
            "pay_floor_usd": columns.money([c.pay_floor_cents for c in places]),
        }
    )


def _country_region() -> pa.Table:
    """Effective-dated: a country that moved has two rows."""
    rows: list[tuple[str, str, int, int | None]] = []
    for place in countries():
        if place.region_before != place.region:
            rows.append((place.code, place.region_before, day(2024, 1, 1), REMAPPED))
            rows.append((place.code, place.region, REMAPPED, None))
        else:
            rows.append((place.code, place.region, day(2024, 1, 1), None))
    codes, regions, starts, ends = zip(*rows, strict=True)
    return columns.table(
        {
            "country_code": columns.text(codes),
            "region": columns.text(regions),
            "valid_from": columns.dates(starts),
            "valid_to": columns.dates(ends),
        }
    )


def _realisation_rate() -> pa.Table:
    """Which share of the offered hours is worked, as planning publishes it; the newest row of a country counts."""
    places = countries()
    older = [max(40, place.realised_percent - 3) for place in places]
    return columns.table(
        {
            "country_code": columns.text([c.code for c in places] * 2),
            "published_on": columns.dates([day(2026, 4, 6)] * len(places) + [day(2026, 9, 7)] * len(places)),
            "rate": columns.decimal([*older, *(place.realised_percent for place in places)], 2),
        }
    )


def _skill() -> pa.Table:
    return columns.table(
        {
            "skill_id": columns.whole([s.id for s in skills()]),
            "name": columns.text([s.name for s in skills()]),
            "modality": columns.text([s.modality for s in skills()]),
        }
    )


def _contributor(world: World) -> pa.Table:
    people = crowd(world)
    return columns.table(
        {
            "contributor_id": columns.text([p.id for p in people]),
            "alias": columns.text([f"Contributor {p.number:05d}" for p in people]),
            "ref1": columns.text([f"c{p.number:05d}@mail.example" for p in people]),
            "ref2": columns.text([f"+999 555 {p.number:05d}" for p in people]),
            "memo": columns.text([f"ACCT{p.number * 7919 % 10**10:010d}" for p in people]),
            "country_code": columns.text([p.country for p in people]),
            "joined_at": columns.dates([p.joined for p in people]),
            "status": columns.text([p.status for p in people]),
            "first_task_at": columns.dates([p.first_task for p in people]),
            "last_task_at": columns.dates([p.last_task for p in people]),
        }
    )


def _contributor_skill(world: World) -> pa.Table:
    rows = [(p.id, *certificate) for p in crowd(world) for certificate in p.skills]
    ids, skill_ids, levels, expiries = zip(*rows, strict=True)
    return columns.table(
        {
            "contributor_id": columns.text(ids),
            "skill_id": columns.whole(skill_ids),
            "level": columns.whole(levels),
            "expires_at": columns.dates(expiries),
        }
    )


def _availability(world: World) -> pa.Table:
    found = bookings(world)
    return columns.table(
        {
            "contributor_id": columns.text([b.person.id for b in found]),
            "week": columns.dates([b.week for b in found]),
            "program_code": columns.text([b.program for b in found]),
            "declared_hours": columns.decimal([b.half_hours * 5 for b in found], 1),
            "booked_at": columns.stamps([b.booked_at for b in found]),
        }
    )


def _payout(world: World) -> pa.Table:
    rng = world.rng("supply.payout")
    floors = {country.code: country.pay_floor_cents for country in countries()}
    rows = []
    for person in crowd(world):
        if "D" in person.active and person.number % 2:
            for month in PAY_MONTHS:
                if person.first_task is not None and person.first_task < month + 28:
                    rows.append((person.id, month, floors[person.country] * rng.randrange(20, 140)))
    ids, months, cents = zip(*rows, strict=True)
    return columns.table(
        {
            "contributor_id": columns.text(ids),
            "month": columns.dates(months),
            "amount": columns.money(cents),
        }
    )
