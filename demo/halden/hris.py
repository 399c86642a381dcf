"""The HR system of record: workers, positions, organizations and requisitions.

Planted: T51 rehires, T52 two positions at once, T53 hires and leavings in the future, T54 contingent workers, T57 small
groups, T60 personal data under innocent names. It never names a real person.
"""

from __future__ import annotations

import random

import pyarrow as pa

from demo.halden import columns
from demo.halden.workforce import FUNCTIONS, TODAY, Person, workforce
from demo.halden.world import World

ORGS_PER_FUNCTION = 10
SECOND_STINTS = 11


def tables(world: World) -> dict[str, pa.Table]:
    """The raw tables of the HR system."""
    workers = workforce(world).workers
    return {
        "hris.worker": _worker(world, workers),
        "hris.worker_position": _position(world, workers),
        "hris.organization": _organization(),
        "hris.job_requisition": _requisition(world.rng("hris.requisition")),
    }


def organization(person: Person) -> str:
    """The id of the organization they work in: one of the ten of their function."""
    return f"ORG-{FUNCTIONS.index(person.function) * ORGS_PER_FUNCTION + person.number % ORGS_PER_FUNCTION + 1:03d}"


def _worker(world: World, workers: list[Person]) -> pa.Table:
    rng = world.rng("hris.worker")
    settled = [p.number for p in workers if p.note == "settled"]
    returned = set(rng.sample(settled, SECOND_STINTS))  # a second stint under the same id
    return columns.table(
        {
            "worker_id": columns.text([p.worker_id for p in workers]),
            "preferred": columns.text([f"Worker {p.number:05d}" for p in workers]),
            "contact1": columns.text([f"+999 777 {p.number:05d}" for p in workers]),
            "email_work": columns.text([f"worker.{p.number:05d}@halden.example" for p in workers]),
            "original_hire_date": columns.dates([p.hired - (700 if p.number in returned else 0) for p in workers]),
            "hire_date": columns.dates([p.hired for p in workers]),
            "term_date": columns.dates([p.left for p in workers]),
            "term_reason": columns.text([_reason(p) for p in workers]),
            "worker_type": columns.text([p.kind for p in workers]),
            "country_code": columns.text([p.country for p in workers]),
            "job_level": columns.text([p.level for p in workers]),
            "org_id": columns.text([organization(p) for p in workers]),
        }
    )


def _reason(person: Person) -> str | None:
    if person.left is None:
        return None
    return "voluntary" if person.voluntary else "involuntary"


def _position(world: World, workers: list[Person]) -> pa.Table:
    """Current positions, two for some, and for some an earlier one that has ended."""
    rng = world.rng("hris.position")
    rows: list[tuple[str | None, int, str, int, int, int | None]] = []
    for person in workers:
        starts, number = person.hired, 1
        if person.hired < TODAY - 800 and rng.random() < 0.55:
            moved = person.hired + rng.randrange(200, 600)
            if person.left is None or moved < person.left:
                rows.append((person.worker_id, number, organization(person), 100, starts, moved))
                starts, number = moved, 2
        for share in person.positions:
            rows.append((person.worker_id, number, organization(person), int(share.replace(".", "")), starts, person.left))
            number += 1
    ids, numbers, orgs, shares, starts_on, ends_on = zip(*rows, strict=True)
    return columns.table(
        {
            "worker_id": columns.text(ids),
            "position_no": columns.whole(numbers),
            "org_id": columns.text(orgs),
            "fte": columns.decimal(shares, 2),
            "start_date": columns.dates(starts_on),
            "end_date": columns.dates(ends_on),
        }
    )


def _organization() -> pa.Table:
    names = [(function, team) for function in FUNCTIONS for team in range(1, ORGS_PER_FUNCTION + 1)]
    return columns.table(
        {
            "org_id": columns.text([f"ORG-{number:03d}" for number in range(1, len(names) + 1)]),
            "name": columns.text([f"{function} {team:02d}" for function, team in names]),
            "function": columns.text([function for function, _ in names]),
        }
    )


def _requisition(rng: random.Random) -> pa.Table:
    count = 410
    opened = sorted(TODAY - rng.randrange(5, 900) for _ in range(count))
    states = [rng.choices(("open", "on_hold"), (4, 1))[0] if day > TODAY - 90 else "filled" for day in opened]
    states = ["cancelled" if rng.random() < 0.08 else state for state in states]
    return columns.table(
        {
            "requisition_id": columns.text([f"REQ-{number:04d}" for number in range(1, count + 1)]),
            "org_id": columns.text([f"ORG-{rng.randrange(1, 121):03d}" for _ in range(count)]),
            "opened_on": columns.dates(opened),
            "status": columns.text(states),
            "start_date": columns.dates(
                [day + rng.randrange(30, 120) if state == "filled" else None for day, state in zip(opened, states, strict=True)]
            ),
        }
    )
