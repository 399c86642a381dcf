"""Grains that a company has of its own: seasons and terms, by their days and never by the letters of their names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from anabot.errors import BadQuery, RegistryError
from anabot.semantic import compile_query, parse_registry
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from tests.semantic.moved import (
    DAY,
    DAYS,
    MOVED,
    SUMMER,
    Run,
    asking,
    back,
    everything,
    inside,
    moved_registry,
    placed,
    season,
)
from tests.tiny import tiny_files


@pytest.fixture(scope="module")
def registry() -> Registry:
    return moved_registry()


@pytest.fixture(scope="module")
def run(registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    with asking(registry, tmp_path_factory.mktemp("moved")) as asked:
        yield asked


def seasons_before(day: dt.date, count: int) -> dt.date | None:
    """The day of the same place, `count` seasons earlier; None where that season is too short."""
    start = back(season(day), 4 * count)
    found = start + (day - season(day))
    return found if season(found) == start and found >= DAYS[0] else None


@pytest.mark.parametrize(("metric", "count"), [("placed_last_season", 1), ("placed_a_year_of_seasons_ago", 3)])
def test_an_offset_in_a_grain_of_the_companys_own_meets_the_day_of_the_same_place(run: Run, metric: str, count: int) -> None:
    rows = run(metric, group_by=["metric_time"], period=SUMMER)

    wanted = {day: then for day in DAYS if inside(day) and (then := seasons_before(day, count))}
    assert dict(rows) == {day: value for day, then in wanted.items() if (value := placed(then, then + DAY))}


def test_a_grain_that_has_names_is_moved_by_its_days_and_not_by_the_alphabet(run: Run) -> None:
    assert run("placed_last_term", group_by=["metric_time"]) == run("placed_last_season", group_by=["metric_time"])


def test_a_season_stands_beside_the_one_before(run: Run) -> None:
    rows = dict(run("placed_last_season", group_by=["metric_time__season"]))

    may, september = dt.date(2026, 5, 1), dt.date(2026, 9, 1)
    days = [then for day in DAYS if season(day) == september and (then := seasons_before(day, 1))]
    assert rows[september] == sum(placed(day, day + DAY) or 0 for day in days)
    assert rows[september] <= (placed(may, september) or 0)


def test_a_running_total_can_be_moved_by_seasons(run: Run) -> None:
    rows = run("ever_last_season", group_by=["metric_time"], period=SUMMER)

    wanted = {day: then for day in DAYS if inside(day) and (then := seasons_before(day, 1))}
    assert dict(rows) == {day: value for day, then in wanted.items() if (value := placed(DAYS[0], then + DAY))}


@pytest.mark.parametrize("keys", [(), ("channel",)])
def test_an_offset_by_seasons_needs_a_time(registry: Registry, keys: tuple[str, ...]) -> None:
    with pytest.raises(BadQuery, match="needs a time") as caught:
        compile_query(registry, MetricQuery(metrics=("placed_last_season",), group_by=keys), everything(registry))

    assert "metric_time" in caught.value.todo


def test_an_offset_by_seasons_within_one_by_days_says_that_it_cannot_be_computed() -> None:
    text = MOVED.replace("alias: a, offset_window: 2 seasons", "alias: a, offset_window: 2 days")
    registry = parse_registry({**tiny_files(), "moved.yml": text}, governed=False)
    query = MetricQuery(metrics=("placed_a_year_of_seasons_ago",), group_by=("metric_time",))

    with pytest.raises(BadQuery, match="cannot be computed here"):
        compile_query(registry, query, everything(registry))


def test_a_window_in_a_grain_of_the_companys_own_is_a_fault() -> None:
    text = MOVED.replace("window: 28 days", "window: 2 seasons")

    with pytest.raises(RegistryError, match="Only an offset"):
        parse_registry({**tiny_files(), "moved.yml": text}, governed=False)


def test_a_window_in_an_unknown_grain_is_a_fault() -> None:
    with pytest.raises(RegistryError, match="`fortnight` is not a grain"):
        parse_registry({**tiny_files(), "moved.yml": MOVED.replace("window: 28 days", "window: 2 fortnights")}, governed=False)
