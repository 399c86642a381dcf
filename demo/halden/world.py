"""What all systems of Halden share: time, accounts, customers, programs, projects, campaigns and task types.

Seeded: every table draws from its own generator (`world.rng("billing.usage")`), so that one can change and the others
stay as they were. Days are numbers (see `columns`). It never reads a clock.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from demo.halden import names
from demo.halden.columns import day

SEED = 20260101
FIRST_DAY = day(2024, 1, 1)
AS_OF_DAY = day(2026, 10, 5)  # a Monday; the instant is 14:58 UTC, 07:58 in Los Angeles
LAST_DAY = AS_OF_DAY - 1  # the last day with complete data
T = TypeVar("T")

SEGMENTS = ("autonomous_vehicles", "big_tech", "government", "generative_ai", "robotics")
MODALITIES = ("image", "video", "text", "sensor", "3d", "eval")
BANDS = ("S", "M", "L", "XL")

# Where accounts are billed: country, region, currency, tax in percent, weight.
MARKETS = (
    ("United States", "North America", "USD", 0, 46),
    ("Canada", "North America", "CAD", 5, 7),
    ("Mexico", "LATAM", "USD", 16, 4),
    ("Brazil", "LATAM", "USD", 9, 4),
    ("United Kingdom", "Europe", "GBP", 20, 10),
    ("Germany", "Europe", "EUR", 19, 10),
    ("France", "Europe", "EUR", 20, 6),
    ("Japan", "East Asia", "USD", 10, 5),
    ("South Korea", "East Asia", "USD", 10, 3),
    ("Singapore", "Southeast Asia", "USD", 9, 3),
    ("Australia", "Oceania", "USD", 10, 2),
)


# T33: prospects whose id differs from a customer's by case alone.
TWINS = {60: 2, 61: 8, 62: 14, 63: 20, 64: 26, 65: 32}


@dataclass(frozen=True, slots=True)
class Account:
    """A company as the CRM knows it. `id` has 18 characters; the first 15 are case-sensitive."""

    id: str
    name: str
    segment: str
    country: str
    region: str
    owner_id: str
    kind: str  # "enterprise", "prospect", "trial", "parent"
    parent_id: str | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    """A company as billing knows it."""

    id: int
    legal_name: str
    account: Account
    currency: str
    tax_percent: int
    size: int  # 1 … 10: how much it buys


@dataclass(frozen=True, slots=True)
class Program:
    """A line of work for one customer. Cost is booked on programs, revenue on their projects."""

    code: str
    name: str
    customer: Customer
    modality: str
    restricted: bool
    cloud_tag: str
    starts: int
    ends: int  # exclusive


@dataclass(frozen=True, slots=True)
class Project:
    """A piece of a program. `weight` is its size relative to its siblings."""

    id: str
    name: str
    program: Program
    modality: str
    task_type_ids: tuple[int, ...]
    starts: int
    ends: int  # exclusive
    weight: int


@dataclass(frozen=True, slots=True)
class Campaign:
    """A marketing campaign. Programs that it brought in are mapped to it by finance."""

    id: str
    name: str
    kind: str
    starts: int
    ends: int
    platforms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TaskType:
    """A kind of labeling work."""

    id: int
    name: str
    modality: str


@dataclass(slots=True)
class World:
    """Everything shared, built once. `once` keeps what a system made, so that tables and truth see the same events."""

    size: str = "ci"
    sellers: list[tuple[str, str]] = field(default_factory=list)  # (user id, name)
    accounts: list[Account] = field(default_factory=list)  # enterprise first, then prospects
    merged: list[tuple[str, Account]] = field(default_factory=list)  # (id that is gone, the account it went into)
    customers: list[Customer] = field(default_factory=list)
    programs: list[Program] = field(default_factory=list)
    projects: list[Project] = field(default_factory=list)
    campaigns: list[Campaign] = field(default_factory=list)
    task_types: list[TaskType] = field(default_factory=list)
    _made: dict[str, Any] = field(default_factory=dict)

    def rng(self, name: str) -> random.Random:
        """A generator of its own for the table `name`."""
        return random.Random(f"{SEED}:{name}")

    def once(self, name: str, make: Callable[[World], T]) -> T:
        """What `make` gives for this world, made on first use."""
        if name not in self._made:
            self._made[name] = make(self)
        made: T = self._made[name]
        return made


def build_world(size: str = "ci") -> World:
    """The shared entities of Halden; the same for the same size."""
    world = World(size=size)
    world.sellers = [(f"005Hs0000{n:06d}AAA", f"Seller {n:02d}") for n in range(1, 19)]
    world.task_types = _task_types()
    _accounts(world)
    _programs(world)
    _projects(world)
    _campaigns(world)
    return world


def _task_types() -> list[TaskType]:
    works = [(modality, work) for modality in MODALITIES for work in names.WORKS[modality]]
    return [TaskType(number, work, modality) for number, (modality, work) in enumerate(works, start=1)]


def _accounts(world: World) -> None:
    rng = world.rng("world.accounts")
    company = names.companies(world.rng("world.companies"))
    for number in range(440):
        segment = SEGMENTS[number % 5] if number < 40 else rng.choices(SEGMENTS, (3, 2, 1, 4, 3))[0]
        market = MARKETS[0] if segment == "government" else rng.choices(MARKETS, [m[4] for m in MARKETS])[0]
        account_id = names.salesforce_id("001", number, rng)
        if number in TWINS:
            account_id = names.twin_id(world.accounts[TWINS[number]].id)
        account = Account(
            id=account_id,
            name=next(company),
            segment=segment,
            country=market[0],
            region=market[1],
            owner_id=world.sellers[rng.randrange(len(world.sellers))][0],
            kind="enterprise" if number < 40 else "prospect",
        )
        world.accounts.append(account)
        if number < 40:
            world.customers.append(
                Customer(1001 + number, f"{account.name} Inc", account, market[2], market[3], 1 + rng.randrange(10)),
            )
    for number in range(12):
        world.merged.append((names.salesforce_id("001", 900 + number, rng), world.accounts[3 * number]))


def _programs(world: World) -> None:
    rng = world.rng("world.programs")
    for number, bird in enumerate(names.BIRDS):
        customer = world.customers[number % 40]
        starts = FIRST_DAY if number < 26 else FIRST_DAY + rng.randrange(30, 700)
        restricted = customer.account.segment == "government" and number % 3 == 0
        world.programs.append(
            Program(
                code=f"PRG-{number + 1:02d}",
                name=bird,
                customer=customer,
                modality=MODALITIES[rng.randrange(6)],
                restricted=restricted,
                cloud_tag=bird.lower().replace(" ", "-"),
                starts=starts,
                ends=AS_OF_DAY + 200 if rng.random() < 0.85 else starts + rng.randrange(300, 800),
            )
        )


def _projects(world: World) -> None:
    rng = world.rng("world.projects")
    for number in range(220):
        program = world.programs[number % 46 if number < 92 else rng.randrange(46)]
        modality = program.modality if rng.random() < 0.6 else MODALITIES[rng.randrange(6)]
        kinds = [task.id for task in world.task_types if task.modality == modality]
        starts = program.starts + rng.randrange(0, 400)
        ends = min(program.ends, starts + rng.randrange(250, 900))
        name = f"{program.name} {names.WORKS[modality][rng.randrange(len(names.WORKS[modality]))]} {number + 1:03d}"
        world.projects.append(
            Project(
                id=f"PJ-{number + 1:04d}",
                name=names.HOSTILE_PROJECTS.get(number, name),
                program=program,
                modality=modality,
                task_type_ids=tuple(rng.sample(kinds, 2)),
                starts=starts,
                ends=ends,
                weight=1 + rng.randrange(10),
            )
        )


def _campaigns(world: World) -> None:
    rng = world.rng("world.campaigns")
    for number, (name, kind, year, month) in enumerate(names.CAMPAIGNS):
        starts = day(year, month, 1) + rng.randrange(0, 12)
        world.campaigns.append(
            Campaign(
                id=names.salesforce_id("701", number, rng),
                name=name,
                kind=kind,
                starts=starts,
                ends=min(starts + rng.randrange(60, 320), LAST_DAY + 1),
                platforms=tuple(sorted(rng.sample(("google_ads", "linkedin", "reddit", "events"), 2))),
            )
        )
