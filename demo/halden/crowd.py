"""The contributors: who joined, who is called active in which of three ways, what they can do and what hours they offer.

The story is told once here; `supply` writes it down and `demand` is planned against it.
Names and numbers of people are placeholders. It never draws from a clock.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from demo.halden.columns import day
from demo.halden.geography import LATAM, countries, region_of, skills
from demo.halden.world import AS_OF_DAY, Program, World

SIZE = 24_000
HORIZON = tuple(AS_OF_DAY + 7 * week for week in range(14))  # this week and the thirteen after it
LEVEL_NEEDED = 3
LIDAR = 17
LIDAR_EXPIRY = day(2026, 12, 6)  # certificates of one LATAM cohort end here, nine weeks ahead

# How many are active by status (S), by a task in the last 28 days (D), by hours offered in the coming weeks (A).
VENN = {"SDA": 3120, "SD": 900, "SA": 380, "DA": 60, "S": 1840, "D": 240, "A": 45}
# Percent still working after 90 days, of those who are not working now.
KEEPS = {
    "North America": 34, "LATAM": 52, "Europe": 41, "Middle East": 46, "Africa": 63, "South Asia": 57,
    "Southeast Asia": 60, "East Asia": 38, "Oceania": 33,
}  # fmt: skip


@dataclass(slots=True)
class Contributor:
    """One account on the marketplace."""

    number: int
    id: str
    country: str
    joined: int
    status: str
    active: str  # a key of VENN, or ""
    first_task: int | None = None
    last_task: int | None = None
    skills: list[tuple[int, int, int | None]] = field(default_factory=list)  # (skill id, level, expires on)
    program: str = ""
    hours: dict[int, int] = field(default_factory=dict)  # week → half hours offered, once

    @property
    def region(self) -> str:
        """The region they count to now."""
        return region_of()[self.country]

    def qualified(self, week: int) -> int | None:
        """The one skill their hours count for in that week: the highest level still valid, at least level 3."""
        valid = [
            (-level, skill) for skill, level, ends in self.skills if level >= LEVEL_NEEDED and (ends is None or ends >= week)
        ]
        return min(valid)[1] if valid else None


@dataclass(frozen=True, slots=True)
class Cell:
    """A region that works on a skill for a program."""

    region: str
    skill: int
    program: str


def crowd(world: World) -> list[Contributor]:
    """All contributors, the same for every system that asks."""
    return world.once("supply.crowd", _build)


def cells(world: World) -> list[Cell]:
    """Where work is planned: which regions do which skills for which programs."""
    return world.once("supply.cells", _cells)


def _cells(world: World) -> list[Cell]:
    rng = world.rng("supply.cells")
    running = [program for program in world.programs if program.starts <= AS_OF_DAY and program.ends > HORIZON[-1] + 7]
    regions = list(KEEPS)
    found = [Cell(LATAM, LIDAR, _lidar_program(running).code)]
    for program in running:
        able = [skill.id for skill in skills() if skill.modality == program.modality]
        for skill in rng.sample(able, 2):
            for region in rng.sample(regions, 2):
                found.append(Cell(region, skill, program.code))
    return sorted(set(found), key=lambda cell: (cell.region, cell.skill, cell.program))


def _lidar_program(running: list[Program]) -> Program:
    return next((program for program in running if program.modality == "sensor"), running[0])


def _build(world: World) -> list[Contributor]:
    rng = world.rng("supply.crowd")
    actives = [key for key, count in VENN.items() for _ in range(count)]
    actives += [""] * (SIZE - len(actives))
    rng.shuffle(actives)
    weights = [country.weight for country in countries()]
    homes = rng.choices([country.code for country in countries()], weights, k=SIZE)
    people = [_contributor(rng, number, homes[number - 1], actives[number - 1]) for number in range(1, SIZE + 1)]
    places: dict[str, list[Cell]] = {}
    for cell in cells(world):
        places.setdefault(cell.region, []).append(cell)
    for person in people:
        if "A" in person.active:
            _offer(rng, person, places.get(person.region, []))
        elif person.active or person.first_task is not None and rng.random() < 0.5:
            person.skills = _certificates(rng, rng.randrange(1, 3), ceiling=5)
    return people


def _contributor(rng: random.Random, number: int, country: str, active: str) -> Contributor:
    joined = day(2024, 1, 1) + int(rng.random() ** 0.8 * (AS_OF_DAY - day(2024, 1, 1) - 3))
    ident = (
        f"{rng.getrandbits(32):08x}-{rng.getrandbits(16):04x}-4{rng.getrandbits(12):03x}-a{rng.getrandbits(12):03x}-{number:012x}"
    )
    person = Contributor(number, ident, country, joined, _status(rng, active), active)
    if "D" in active:
        _working_now(rng, person)
    elif active == "A" or person.status in ("applied", "onboarding"):
        pass
    else:
        _worked_once(rng, person)
    return person


def _status(rng: random.Random, active: str) -> str:
    if "S" in active:
        return "active"
    if active == "A":
        return "onboarding"
    if "D" in active:
        return rng.choices(("paused", "offboarded", "banned"), (6, 3, 1))[0]
    return rng.choices(("applied", "onboarding", "paused", "offboarded", "banned"), (30, 12, 20, 34, 4))[0]


def _working_now(rng: random.Random, person: Contributor) -> None:
    """Somebody with a task in the last 28 days; most of them have worked for long."""
    person.joined = min(person.joined, AS_OF_DAY - 12)
    latest = AS_OF_DAY - 3 if rng.random() < 0.12 else AS_OF_DAY - 100
    person.first_task = min(person.joined + rng.randrange(1, 9), max(latest, person.joined + 1))
    person.last_task = AS_OF_DAY - rng.randrange(1, 28)
    person.first_task = min(person.first_task, person.last_task)


def _worked_once(rng: random.Random, person: Contributor) -> None:
    """Somebody whose last task lies more than 28 days back."""
    last_possible = AS_OF_DAY - 29
    first = person.joined + rng.randrange(1, 15)
    if first > last_possible:
        person.status = "active" if "S" in person.active else "onboarding"
        return
    person.first_task = first
    stays = rng.randrange(100) < KEEPS[person.region] and first + 90 <= last_possible
    span = range(first + 90, last_possible + 1) if stays else range(first, min(first + 89, last_possible) + 1)
    person.last_task = span[int(len(span) * rng.random() ** 2)]


def _offer(rng: random.Random, person: Contributor, places: list[Cell]) -> None:
    """Hours offered to one program for the coming weeks, fewer the further ahead, and the certificates behind them."""
    if not places:
        person.skills = _certificates(rng, 1, ceiling=5)
        return
    place = rng.choice(places)
    person.program = place.program
    if rng.random() < 0.08:  # hours without a valid certificate count for no skill
        person.skills = [(place.skill, rng.choice((1, 2)), None)]
    else:
        person.skills = [(place.skill, rng.randrange(4, 6), _expiry(rng, place))]
        if (place.region, place.skill) != (LATAM, LIDAR):
            person.skills += [extra for extra in _certificates(rng, rng.randrange(0, 3), ceiling=3) if extra[0] != place.skill]
    usual = rng.randrange(16, 70)
    for ahead, week in enumerate(HORIZON):
        if ahead in (0, 1) or rng.random() < 0.96 - 0.012 * ahead:
            person.hours[week] = max(4, usual + rng.randrange(-6, 7))


def _expiry(rng: random.Random, place: Cell) -> int | None:
    if (place.region, place.skill) == (LATAM, LIDAR) and rng.random() < 0.45:
        return LIDAR_EXPIRY
    if rng.random() < 0.04:
        return AS_OF_DAY + rng.randrange(10, 90)
    return None if rng.random() < 0.3 else AS_OF_DAY + rng.randrange(120, 500)


def _certificates(rng: random.Random, count: int, *, ceiling: int) -> list[tuple[int, int, int | None]]:
    chosen = rng.sample(range(1, len(skills()) + 1), count)
    return [(skill, rng.randrange(1, ceiling + 1), AS_OF_DAY + rng.randrange(-200, 500)) for skill in chosen]
