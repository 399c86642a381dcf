"""The people who work at Halden, and what each of the three HR systems knows about them: 1,214, 1,187 and 1,161 "active".

The story is told once here, person by person; `hris`, `perf` and `wfa` only write down their part of it.
It never draws from a clock, and holds nobody's real name.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from demo.halden.columns import day
from demo.halden.world import AS_OF_DAY, World

TODAY = AS_OF_DAY
FIRST_HIRE = day(2017, 2, 6)
SYSTEMS_GO_LIVE = day(2024, 2, 1)

FUNCTIONS = (
    "Engineering", "Research", "Operations", "Quality", "Supply", "Sales",
    "Marketing", "Finance", "People", "Legal", "IT", "Customer Success",
)  # fmt: skip
FUNCTION_WEIGHTS = (210, 90, 290, 170, 120, 80, 40, 60, 35, 15, 40, 64)
COUNTRIES = {"US": 400, "PH": 190, "IN": 130, "MX": 110, "CO": 90, "PT": 90, "KE": 75, "GB": 55, "PL": 45, "BR": 35, "CA": 30}
LEVELS = ("L1", "L2", "L3", "L4", "L5", "L6", "L7")
LEVEL_WEIGHTS = (220, 330, 300, 190, 100, 44, 16)

# How many persons are active in which systems on the as-of day (H = HRIS, P = performance tool, W = workforce allocation).
VENN = {"HPW": 1088, "HW": 46, "HP": 52, "PW": 9, "H": 28, "P": 38, "W": 18}
FUTURE_HIRES, REHIRES, TERMINATED, UNMATCHED_OLD, ALUMNI = 17, 23, 459, 21, 123


@dataclass(slots=True)
class Person:
    """One human, as the three systems tell of them. `note` says which planted story they belong to."""

    number: int
    function: str
    country: str
    level: str
    kind: str = "employee"
    hired: int = FIRST_HIRE
    left: int | None = None
    voluntary: bool = True
    note: str = ""
    worker_id: str | None = None
    perf: str | None = None  # ACTIVE, DEACTIVATED or None where the tool does not know them
    wfa: str | None = None  # A, L, S, T or None
    linked: bool = True  # whether the crosswalk knows them
    positions: tuple[str, ...] = ("1.00",)
    former: Person | None = None  # the first stint of a rehire, under another worker id

    @property
    def on_payroll(self) -> bool:
        """Whether HRIS calls them active: hired, and no termination date up to today."""
        return self.worker_id is not None and self.hired <= TODAY and (self.left is None or self.left > TODAY)


@dataclass(slots=True)
class Workforce:
    """Everybody, in the order of their numbers, and the stray performance accounts that belong to nobody known."""

    people: list[Person] = field(default_factory=list)

    @property
    def workers(self) -> list[Person]:
        """All HRIS records, first stints of rehires included, by worker id."""
        records = [*self.people, *(p.former for p in self.people if p.former)]
        return sorted((p for p in records if p.worker_id), key=lambda p: p.worker_id or "")


def workforce(world: World) -> Workforce:
    """The whole workforce, the same for every system that asks."""
    return world.once("people.workforce", _build)


def _build(world: World) -> Workforce:
    rng = world.rng("people.workforce")
    people = list(_active(rng))
    people += _gone(rng, people)
    _number(people, rng)
    _rehire(people, rng)
    _share_positions(people, rng)
    return Workforce(people)


def _active(rng: random.Random) -> Iterator[Person]:
    """Those whom at least one system calls active today, with the reason they are in that part of the diagram."""
    for _ in range(VENN["HPW"]):
        yield _settled(rng, "settled", perf="ACTIVE", wfa="A")
    for _ in range(VENN["HW"]):
        yield _settled(rng, "contingent", kind="contingent", wfa="A")
    for index in range(VENN["HP"]):
        yield _settled(rng, "on_leave", perf="ACTIVE", wfa="L" if index < 37 else "S")
    for _ in range(VENN["PW"]):  # the crosswalk lost their HRIS record when their name changed
        yield _settled(rng, "name_change", perf="ACTIVE", wfa="A", linked=False)
    yield from _only_one(rng)


def _only_one(rng: random.Random) -> Iterator[Person]:
    """Those whom a single system calls active: not yet in the others, no longer in them, or never known to them."""
    for _ in range(11):
        yield _person(rng, note="not_yet_provisioned", hired=TODAY - rng.randrange(0, 15), linked=False)
    for _ in range(8):
        yield _settled(rng, "contingent_unmatched", kind="contingent", linked=False)
    for _ in range(24):  # the performance tool deactivates nine days late
        yield _settled(rng, "deactivation_lag", left=TODAY - rng.randrange(1, 10), perf="ACTIVE", wfa="T")
    for _ in range(14):
        yield _person(rng, note="stray_account", perf="ACTIVE", linked=False)
    for _ in range(12):
        yield _settled(rng, "assignment_not_ended", kind="contingent", left=TODAY - rng.randrange(20, 60), wfa="A")
    for _ in range(6):
        yield _person(rng, note="stray_assignment", wfa="A", linked=False)


def _gone(rng: random.Random, active: list[Person]) -> list[Person]:
    """Those who left, those who have not started, and alumni whom only the allocation tool remembers."""
    already_left = sum(1 for p in active if p.left is not None)
    gone = []
    for index in range(TERMINATED - already_left - REHIRES):
        left = _day(rng, SYSTEMS_GO_LIVE, TODAY - 12)
        linked = index >= UNMATCHED_OLD
        gone.append(_settled(rng, "left", left=left, perf="DEACTIVATED", wfa="T", linked=linked))
    for _ in range(FUTURE_HIRES):
        gone.append(_person(rng, note="future_hire", hired=TODAY + rng.randrange(7, 75), linked=False))
    for _ in range(ALUMNI):
        gone.append(_person(rng, note="alumni", wfa="T", linked=False))
    for person in rng.sample([p for p in active if p.note == "settled"], 14):
        person.left = TODAY + rng.randrange(5, 60)  # notice given: still active today
    return gone


def _number(people: list[Person], rng: random.Random) -> None:
    """Give everybody a number in the order they were hired, and a worker id where HRIS knows them."""
    people.sort(key=lambda p: p.hired)
    strangers = {"stray_account", "stray_assignment", "alumni"}
    for number, person in enumerate(people, start=1):
        person.number = number
    for index, person in enumerate((p for p in people if p.note not in strangers), start=1):
        person.worker_id = f"W-{index:05d}"
        person.voluntary = rng.random() < 0.7


def _rehire(people: list[Person], rng: random.Random) -> None:
    """Some settled people had a first stint, closed under an older worker id; their accounts carry on."""
    known = len([p for p in people if p.worker_id])
    settled = [p for p in people if p.note == "settled" and p.left is None and p.hired >= day(2025, 3, 1)]
    for index, person in enumerate(sorted(rng.sample(settled, REHIRES), key=lambda p: p.number), start=1):
        left = _day(rng, SYSTEMS_GO_LIVE, person.hired - 60)
        person.former = Person(
            number=person.number, function=person.function, country=person.country, level=person.level,
            hired=left - rng.randrange(200, 1200), left=left, voluntary=True,
            note="first_stint", worker_id=f"W-{known + index:05d}", perf="DEACTIVATED",
        )  # fmt: skip
        person.note = "rehire"


def _share_positions(people: list[Person], rng: random.Random) -> None:
    """Two concurrent positions for some, part time for others: headcount is not FTE."""
    settled = [p for p in people if p.note == "settled" and p.left is None]
    chosen = rng.sample(settled, 64 + 90)
    for person in chosen[:64]:
        person.positions = rng.choice((("0.50", "0.50"), ("0.60", "0.40"), ("0.80", "0.20")))
    for person in chosen[64:]:
        person.positions = (rng.choice(("0.50", "0.60", "0.80")),)


def _person(rng: random.Random, **known: object) -> Person:
    country = rng.choices(list(COUNTRIES), list(COUNTRIES.values()))[0]
    function = rng.choices(FUNCTIONS, FUNCTION_WEIGHTS)[0]
    level = rng.choices(LEVELS, LEVEL_WEIGHTS)[0]
    return Person(number=0, function=function, country=country, level=level, **known)  # type: ignore[arg-type]


def _settled(rng: random.Random, note: str, **known: object) -> Person:
    """Somebody hired long enough ago to be in every system."""
    person = _person(rng, note=note, **known)
    last = (person.left or TODAY) - 45
    person.hired = _day(rng, FIRST_HIRE if rng.random() < 0.5 else day(2023, 6, 1), last)
    return person


def _day(rng: random.Random, first: int, last: int) -> int:
    return first + rng.randrange(max(1, last - first + 1))
