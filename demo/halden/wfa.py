"""Workforce allocation and the crosswalk: persons, their assignments over time, and which ids mean the same human.

Planted: T49 a crosswalk that misses 3.9 % of workers and repeats others, T50 assignments on leave (L) or suspended (S).
It never decides who is active; it only says what was assigned when.
"""

from __future__ import annotations

import random

import pyarrow as pa

from demo.halden import columns
from demo.halden.perf import Account, accounts
from demo.halden.workforce import TODAY, Person, workforce
from demo.halden.world import World

FIRST_NUMBER = 100_000
REPEATED = 87  # workers whom a second, weaker method found again
METHODS = (("exact_email", 99), ("external_id", 97), ("name+hire_date", 85))
Link = tuple[str | None, str | None, int, str, int]  # worker id, account, person number, method, confidence in percent


def person_no(person: Person) -> int:
    """Their number in the allocation tool."""
    return FIRST_NUMBER + person.number


def tables(world: World) -> dict[str, pa.Table]:
    """The raw tables of the allocation tool, and `hr_xref.person_xref`."""
    known = [person for person in workforce(world).people if person.wfa is not None]
    return {
        "wfa.person": columns.table(
            {
                "person_no": columns.whole([person_no(p) for p in known]),
                "email_work": columns.text([f"worker.{p.number:05d}@halden.example" for p in known]),
                "country_code": columns.text([p.country for p in known]),
            }
        ),
        "wfa.assignment": _assignment(world.rng("wfa.assignment"), known),
        "hr_xref.person_xref": _crosswalk(world),
    }


def _assignment(rng: random.Random, known: list[Person]) -> pa.Table:
    """A chain of assignments a person; the last one is open and carries what holds today."""
    rows: list[tuple[int, int, int | None, str, int]] = []
    for person in known:
        share = sum(int(part.replace(".", "")) for part in person.positions)
        turn = _turn(rng, person)
        middle = person.hired + (turn - person.hired) // 2
        if turn - person.hired > 300 and rng.random() < 0.6:
            rows.append((person_no(person), person.hired, middle, "A", share))
            rows.append((person_no(person), middle, turn, "A", share))
        elif turn > person.hired:
            rows.append((person_no(person), person.hired, turn, "A", share))
        rows.append((person_no(person), max(turn, person.hired), None, person.wfa or "", share))
    numbers, starts, ends, states, shares = zip(*rows, strict=True)
    return columns.table(
        {
            "person_no": columns.whole(numbers),
            "effective_from": columns.dates(starts),
            "effective_to": columns.dates(ends),
            "status": columns.text(states),
            "fte": columns.decimal(shares, 2),
        }
    )


def _turn(rng: random.Random, person: Person) -> int:
    """The day the present state began: the end for those who left, a leave's first day, or some earlier change."""
    if person.wfa == "T":
        return person.left if person.left is not None else TODAY - rng.randrange(1000, 2500)
    return max(person.hired, TODAY - rng.randrange(5, 400))


def _crosswalk(world: World) -> pa.Table:
    rng = world.rng("wfa.crosswalk")
    by_person: dict[int, Account] = {id(account.person): account for account in accounts(world)}
    links: list[Link] = []
    for worker in workforce(world).workers:
        if worker.linked:
            account = by_person.get(id(worker))
            links.append((worker.worker_id, account.uuid if account else None, person_no(worker), *_method(rng, account)))
    strong = [link for link in links if link[3] == "exact_email"]
    links += [(*link[:3], "name+hire_date", 80) for link in rng.sample(strong, REPEATED)]
    for account in accounts(world):
        if account.person.note == "name_change":
            links.append((None, account.uuid, person_no(account.person), "exact_email", 99))
    workers, uuids, numbers, methods, trust = zip(*links, strict=True)
    return columns.table(
        {
            "worker_id": columns.text(workers),
            "perf_uuid": columns.text(uuids),
            "person_no": columns.whole(numbers),
            "method": columns.text(methods),
            "confidence": columns.decimal(trust, 2),
        }
    )


def _method(rng: random.Random, account: Account | None) -> tuple[str, int]:
    if account is not None and account.renamed:
        return "manual", 100
    return rng.choices(METHODS, (72, 20, 8))[0]
