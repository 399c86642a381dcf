"""Contracts of Halden's customers: usage, government, evaluation and subscription, with trials and amendments.

It plants T17 (an amended contract and its successor overlap for six days) and T22 (trial contracts are never billed).
"""

from __future__ import annotations

from typing import NamedTuple

from demo.halden.columns import day
from demo.halden.world import AS_OF_DAY, Customer, Program, World

OVERLAP = 6
AMENDED = (0, 4, 8, 13, 19, 23, 29, 34)  # programs whose contract was replaced
TRIALS = (2, 10, 17, 24, 31, 38)  # programs that began on a trial contract
TRIAL_DAYS = 28
EVALS = (2, 7, 12, 17, 22, 27)  # customers with a flat-fee evaluation engagement


class Contract(NamedTuple):
    """`ends` is exclusive. `monthly` is the flat fee in cents, 0 for usage."""

    id: str
    customer: Customer
    program: Program | None
    starts: int
    ends: int
    kind: str  # usage, gov, eval, subscription
    status: str  # active, amended, trial, ended
    monthly: int = 0
    amended_from: str | None = None


class Contracts(NamedTuple):
    """All enterprise contracts, and which ones bill a program over time (trial and amended ones included)."""

    all: list[Contract]
    of_program: dict[str, list[Contract]]


def contracts(world: World) -> Contracts:
    """The contracts of this world."""
    return world.once("contracts", _make)


def _make(world: World) -> Contracts:
    rng = world.rng("billing.contract")
    made: list[Contract] = []
    of_program: dict[str, list[Contract]] = {}
    for number, program in enumerate(world.programs):
        kind = "gov" if program.customer.account.segment == "government" else "usage"
        mine: list[Contract] = []
        starts = program.starts
        if number in TRIALS:
            mine.append(Contract(_id(made, mine), program.customer, program, starts, starts + TRIAL_DAYS, kind, "trial"))
            starts += TRIAL_DAYS
        if number in AMENDED:
            change = day(2025, 1, 9) + 67 * AMENDED.index(number)
            change = max(change, starts + 60)
            old = Contract(_id(made, mine), program.customer, program, starts, change + OVERLAP, kind, "amended")
            mine.append(old)
            mine.append(Contract(_id(made, mine), program.customer, program, change, program.ends, kind, "active", 0, old.id))
        else:
            mine.append(Contract(_id(made, mine), program.customer, program, starts, program.ends, kind, "active"))
        made += mine
        of_program[program.code] = mine
    for number, customer in enumerate(world.customers):
        home = next((program for program in world.programs if program.customer.id == customer.id), None)
        if number in EVALS:
            fee = rng.randrange(30, 90) * 100_000
            made.append(Contract(_id(made, []), customer, home, day(2024, 2, 1), AS_OF_DAY + 100, "eval", "active", fee))
        if number % 8 != 3:
            fee = rng.randrange(8, 60) * 25_000
            made.append(Contract(_id(made, []), customer, home, day(2024, 1, 1), AS_OF_DAY + 100, "subscription", "active", fee))
    return Contracts(made, of_program)


def _id(made: list[Contract], more: list[Contract]) -> str:
    return f"CT-{len(made) + len(more) + 1:04d}"


def at(mine: list[Contract], number: int) -> Contract | None:
    """The contract that bills the program's work of that day: the newest that has begun."""
    live = [contract for contract in mine if contract.starts <= number < contract.ends]
    return live[-1] if live else None
