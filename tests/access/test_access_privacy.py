"""Small groups stay unsaid, and no difference of two answers brings them back: an attacker tries every pair there is."""

from __future__ import annotations

import datetime as dt
import random
from itertools import combinations
from typing import Any

import pytest

from anabot.access import privacy
from anabot.access.privacy import People, Place, Way, said, tiles, unsaid

K = 5
JAN = dt.date(2026, 1, 1)
MONTHS = [dt.date(2025 + n // 12, n % 12 + 1, 1) for n in range(7, 21)]


def offices(**people: int) -> People:
    """People by team and site: `legal_oslo=3`."""
    return People(dimensions=("team", "site"), atoms={(tuple(name.split("_")), None): n for name, n in people.items()})


def place(*values: str, by: tuple[str, ...], start: dt.date | None = None, monthly: bool = False) -> Place:
    return Place(Way(by, monthly), values, start)


def random_people(seed: int, *, months: bool = False) -> People:
    chance = random.Random(seed)
    names = ("team", "site", "level")
    sizes = [chance.randint(2, 4) for _ in names]
    atoms: dict[Any, int] = {}
    for _ in range(chance.randint(5, 60)):
        values = tuple(f"{name}{chance.randrange(size)}" for name, size in zip(names, sizes, strict=True))
        month = chance.choice(MONTHS) if months else None
        atoms[values, month] = atoms.get((values, month), 0) + chance.choice([1, 1, 2, 3, 6, 15])
    return People(dimensions=names, atoms=atoms, tiles=tiles(month for _, month in atoms if month), together=2)


def isolated(people: People, hidden: frozenset[Place]) -> list[str]:
    """What an attacker learns of fewer than K people: from a cell, from a pair of cells, from a whole and one of its tables."""
    shown = [cell for cell in people.cells if cell not in hidden]
    size = {cell: people.count(cell) for cell in people.cells}
    found = [f"{cell} alone" for cell in shown if size[cell] < K]
    for one, other in combinations(shown, 2):
        big, small = (one, other) if people.cells[one] > people.cells[other] else (other, one)
        if people.cells[big] > people.cells[small] and size[big] - size[small] < K:
            found.append(f"{big} minus {small}")
    tables: dict[Way, list[Place]] = {}
    for cell in people.cells:
        tables.setdefault(cell.way, []).append(cell)
    for whole in shown:
        for cells in tables.values():
            parts = [cell for cell in cells if people.cells[cell] <= people.cells[whole]]
            rest = sum(size[part] for part in parts if part in hidden)
            if set().union(*(people.cells[part] for part in parts)) == people.cells[whole] and 0 < rest < K:
                found.append(f"{whole} minus the shown parts of its table")
    return found


def test_a_cell_of_fewer_than_k_people_is_not_said() -> None:
    people = offices(legal_oslo=3, sales_oslo=20, sales_rome=20, legal_rome=20)

    assert place("legal", "oslo", by=("team", "site")) in unsaid(people, K)


def test_nor_is_the_cell_that_would_give_it_away() -> None:
    hidden = unsaid(offices(legal_oslo=3, sales_oslo=20, sales_rome=30, legal_rome=40), K)

    assert place("sales", "oslo", by=("team", "site")) in hidden
    assert place("legal", "rome", by=("team", "site")) in hidden
    assert place("oslo", by=("site",)) not in hidden
    assert place(by=()) not in hidden


def test_two_cells_of_different_tables_are_not_both_said_where_they_differ_by_a_few() -> None:
    hidden = unsaid(offices(legal_oslo=10, sales_oslo=2, sales_rome=30), K)

    assert len({place("legal", by=("team",)), place("oslo", by=("site",))} - hidden) < 2


def test_where_every_group_is_large_everything_is_said() -> None:
    assert unsaid(offices(legal_oslo=9, sales_oslo=20, sales_rome=30, legal_rome=40), K) == frozenset()


def test_a_handful_of_people_altogether_is_not_said_at_all() -> None:
    people = offices(legal_oslo=2, sales_rome=2)

    assert unsaid(people, K) == frozenset(people.cells)


@pytest.mark.parametrize("months", [False, True], ids=["today", "by month"])
def test_no_difference_of_two_answers_tells_of_fewer_than_k_people(months: bool) -> None:
    for seed in range(60):
        people = random_people(seed, months=months)

        assert isolated(people, unsaid(people, K)) == [], seed


@pytest.mark.parametrize("step", ["_complement", "_nested"])
def test_the_attacker_finds_something_as_soon_as_a_step_is_left_out(monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    monkeypatch.setattr(privacy._Closing, step, lambda *_: ())

    assert any(isolated(people, unsaid(people, K)) for people in map(random_people, range(60)))


def test_what_is_unsaid_depends_on_the_data_alone() -> None:
    people = random_people(7)
    turned = People(
        dimensions=people.dimensions, atoms=dict(reversed(list(people.atoms.items()))), tiles=people.tiles, together=2
    )

    assert unsaid(people, K) == unsaid(turned, K)


def test_people_who_stand_in_several_months_are_not_counted_twice() -> None:
    """Two people in a team for twelve months are two people, and not twenty-four."""
    months = [dt.date(2026, n, 1) for n in range(1, 13)]
    atoms: dict[Any, int] = {((team,), month): n for month in months for team, n in (("legal", 2), ("sales", 50))}
    counted = {
        place("legal", by=("team",), start=JAN): 2,
        place("sales", by=("team",), start=JAN): 55,
        place(by=(), start=JAN): 57,
    }
    people = People(dimensions=("team",), atoms=atoms, counted=counted, tiles=tiles(months))

    assert place("legal", by=("team",), start=JAN) in unsaid(people, K)


def test_tiles_are_twelve_months_that_end_with_the_newest() -> None:
    assert tiles([dt.date(2024, 11, 1), dt.date(2026, 9, 1)]) == (dt.date(2024, 10, 1), dt.date(2025, 10, 1))
    assert tiles([]) == ()


def test_a_year_that_is_a_tile_is_said_although_its_months_are_too_small() -> None:
    months = [dt.date(2026, n, 1) for n in range(1, 13)]
    people = People(dimensions=("team",), atoms={(("legal",), month): 1 for month in months}, tiles=tiles(months))
    hidden = unsaid(people, K)
    rows = [(("legal",), month) for month in months]

    assert said(people, hidden, ("team",), rows, months)
    assert not said(people, hidden, ("team",), rows[:6], months[:6])


def test_a_cell_that_was_not_counted_is_not_said() -> None:
    people = offices(sales_oslo=20, sales_rome=20)

    assert not said(people, unsaid(people, K), ("team",), [(("ghosts",), None)], ())
