"""Several aggregates of one number in one breath: each is told, or none."""

from __future__ import annotations

import pytest

from anabot.agent import NotUnderstood
from tests.agent import garage
from tests.agent.garage import query

LEAST, MOST, MEAN, SUM = "repair_cost_min", "repair_cost_max", "repair_cost_avg", "repair_cost"


@pytest.mark.parametrize(
    ("text", "metrics"),
    [
        ("minimum, maximum and average repair cost by kind", [LEAST, MOST, MEAN]),
        ("What is the lowest and highest repair cost for each kind?", [LEAST, MOST]),
        ("average and maximum repair cost per kind", [MEAN, MOST]),
        ("Return the kind, the min, max and mean repair cost for each kind", [LEAST, MOST, MEAN]),
        ("total and average repair cost by kind", [SUM, MEAN]),
        ("average and total repair cost by kind", [MEAN, SUM]),
        ("the total, average and highest repair cost by kind", [SUM, MEAN, MOST]),
    ],
)
def test_several_aggregates_of_one_number_stand_side_by_side(text: str, metrics: list[str]) -> None:
    found = query(text)

    assert (found["metrics"], found["group_by"]) == (metrics, ["kind"])


@pytest.mark.parametrize("text", ["median and average repair cost", "minimum and maximum repairs", "min and max clients by town"])
def test_none_is_told_where_one_of_them_is_not_there(text: str) -> None:
    assert isinstance(garage.ask(text), NotUnderstood)


def test_a_total_that_is_ranked_by_is_one_number() -> None:
    found = query("which 2 mechanics had the highest total cost")

    assert (found["metrics"], found["limit"]) == ([SUM], 2)


def test_the_average_of_a_total_is_not_the_average() -> None:
    assert isinstance(garage.ask("average total cost"), NotUnderstood)
