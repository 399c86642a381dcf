"""What the people data promises: three counts of who is active, a crosswalk with holes, and an answer key that agrees."""

from __future__ import annotations

import ast
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from demo.halden import hris, perf, truth_people, wfa
from demo.halden.workforce import TODAY, workforce
from demo.halden.world import World, build_world

ROOT = Path(__file__).parents[2]
SYSTEMS = (hris, perf, wfa)


@pytest.fixture(scope="module")
def world() -> World:
    return build_world()


@pytest.fixture(scope="module")
def truth(world: World) -> dict[str, Any]:
    return truth_people.truth(world)


def total(truth: dict[str, Any], metric: str) -> str:
    return next(str(entry["rows"][0][0]) for entry in truth["metrics"][metric] if not entry["group_by"])


def test_three_systems_count_three_kinds_of_active(truth: dict[str, Any]) -> None:
    counts = [total(truth, f"headcount_{system}") for system in ("hris_active", "perf_active", "wfa_active", "reconciled")]

    assert counts == ["1214", "1187", "1161", "1195"]


def test_each_raw_table_alone_gives_its_systems_count(world: World) -> None:
    workers = hris.tables(world)["hris.worker"].to_pylist()
    accounts = perf.tables(world)["perf.user"].to_pylist()
    assignments = wfa.tables(world)["wfa.assignment"].to_pylist()

    today = truth_people.as_date(TODAY)
    employed = [w for w in workers if w["hire_date"] <= today and (w["term_date"] is None or w["term_date"] > today)]
    holding = [
        a for a in assignments if a["effective_from"] <= today and (a["effective_to"] is None or a["effective_to"] > today)
    ]

    assert len(employed) == 1214
    assert sum(account["status"] == "ACTIVE" for account in accounts) == 1187
    assert sum(assignment["status"] == "A" for assignment in holding) == 1161
    assert len({assignment["person_no"] for assignment in holding}) == len(holding) == 1760


def test_the_crosswalk_knows_96_percent_of_workers_and_repeats_some(world: World, truth: dict[str, Any]) -> None:
    links = wfa.tables(world)["hr_xref.person_xref"].to_pylist()

    known = [link["worker_id"] for link in links if link["worker_id"]]

    assert len(links) == 1720
    assert len(set(known)) == truth["traps"]["T49"]["matched"] == 1624
    assert len(known) - len(set(known)) == truth["traps"]["T49"]["repeated_rows"]


def test_a_rehire_is_two_workers_and_one_person(world: World) -> None:
    twice = [person for person in workforce(world).people if person.former]

    assert len(twice) == 23
    assert all(p.former is not None and p.former.left is not None and p.former.left < p.hired for p in twice)
    assert len({p.worker_id for p in twice} | {p.former.worker_id for p in twice if p.former}) == 46


def test_contingent_workers_have_no_performance_account(world: World) -> None:
    assert all(person.perf is None for person in workforce(world).people if person.kind == "contingent")


def test_attrition_over_the_headcount_at_the_start_is_wrong(truth: dict[str, Any]) -> None:
    planted = truth["traps"]["T55"]

    assert planted["right"] == total(truth, "attrition_rate_12m")
    assert Decimal(planted["wrong"]) - Decimal(planted["right"]) > Decimal("0.01")


def test_some_cells_hold_fewer_than_five_people(truth: dict[str, Any]) -> None:
    cells = truth["traps"]["T57"]["cells"]

    assert cells
    assert all(0 < count < 5 for _, _, count in cells)


def test_headcounts_by_any_cut_add_up(truth: dict[str, Any]) -> None:
    for metric in ("headcount_hris_active", "headcount_perf_active", "headcount_wfa_active", "headcount_reconciled", "fte"):
        for entry in truth["metrics"][metric]:
            assert sum(Decimal(row[-1]) for row in entry["rows"]) == Decimal(total(truth, metric)), (metric, entry["group_by"])


def test_two_worlds_write_the_same_tables(world: World) -> None:
    again = build_world()

    for system in SYSTEMS:
        first, second = system.tables(world), system.tables(again)
        assert all(first[name].equals(second[name]) for name in first)


def test_the_answer_key_reads_no_sql_and_nothing_of_anabot() -> None:
    for name in ("truth_ops.py", "truth_supply.py", "truth_people.py", "answers.py"):
        tree = ast.parse((ROOT / "demo/halden" / name).read_text(encoding="utf-8"))
        imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

        assert not any(module.split(".")[0] in ("anabot", "duckdb", "pyarrow") for module in imported), name


def test_every_people_metric_belongs_to_the_strict_class_and_has_a_golden(truth: dict[str, Any]) -> None:
    for path in sorted((ROOT / "semantic_layer/models/people").glob("*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for metric in [*content.get("metrics", []), *(m for model in content["models"] for m in model["metrics"])]:
            ana = metric["config"]["meta"]["ana"]
            assert ana["scope"] == "people"
            assert [golden["value"] for golden in ana["golden"]] == [total(truth, metric["name"])], metric["name"]


def test_the_cast_is_in_channels_that_exist_under_unique_ids() -> None:
    cast = yaml.safe_load((ROOT / "demo/cast.yml").read_text(encoding="utf-8"))

    ids = [entry["id"] for kind in ("people", "channels", "groups") for entry in cast[kind].values()]
    members = {name for channel in cast["channels"].values() for name in channel["members"]}

    assert len(ids) == len(set(ids))
    assert members == set(cast["people"])
    assert cast["channels"]["partner-orion"]["external"]
