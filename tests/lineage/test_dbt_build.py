import json
from pathlib import Path
from typing import Any

import pytest

from anabot.errors import ConfigError
from anabot.lineage.dbt import DbtBuild


def node(kind: str, name: str, *parents: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "resource_type": kind, "depends_on": {"nodes": list(parents)}, **more}


NODES = {
    "model.b.stage": node("model", "stage", "source.b.till.sales"),
    "model.b.sales": node("model", "sales", "model.b.stage"),
    "model.b.hours": node("model", "hours"),
    "test.b.stage_unique": node("test", "stage_unique", "model.b.stage"),
    "test.b.sales_unique": node("test", "sales_unique", "model.b.sales"),
    "test.b.hours_unique": node("test", "hours_unique", "model.b.hours"),
}
RIGHT = {
    "model.b.stage": "success",
    "model.b.sales": "success",
    "test.b.stage_unique": "pass",
    "test.b.sales_unique": "warn",
    "test.b.hours_unique": "fail",
}


def build(target: Path, statuses: dict[str, str], sources: list[dict[str, Any]] | None = None) -> DbtBuild:
    (target / "manifest.json").write_text(json.dumps({"nodes": NODES, "sources": {}, "exposures": {}}))
    results = [{"unique_id": name, "status": status} for name, status in statuses.items()]
    metadata = {"generated_at": "2026-09-28T05:00:00Z"}
    (target / "run_results.json").write_text(json.dumps({"metadata": metadata, "results": results}))
    if sources is not None:
        (target / "sources.json").write_text(json.dumps({"metadata": metadata, "results": sources}))
    return DbtBuild.read(target)


def test_a_model_whose_whole_chain_was_built_and_passes_is_proved(tmp_path: Path) -> None:
    assert build(tmp_path, RIGHT).unproved(["sales"]) == ()


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"test.b.stage_unique": "fail"}, "the dbt test stage_unique ended with fail"),
        ({"test.b.sales_unique": "error"}, "the dbt test sales_unique ended with error"),
        ({"test.b.sales_unique": "skipped"}, "the dbt test sales_unique ended with skipped"),
        ({"test.b.stage_unique": ""}, "the dbt test stage_unique was not run"),
        ({"model.b.sales": "error"}, "the dbt model sales ended with error"),
    ],
)
def test_whatever_is_wrong_or_unknown_in_the_chain_is_named(tmp_path: Path, changed: dict[str, str], why: str) -> None:
    statuses = {name: status for name, status in {**RIGHT, **changed}.items() if status}

    assert build(tmp_path, statuses).unproved(["sales"]) == (why,)


def test_models_that_a_run_of_tests_alone_did_not_build_are_proved_by_their_tests(tmp_path: Path) -> None:
    tests = {name: status for name, status in RIGHT.items() if name.startswith("test")}

    assert build(tmp_path, tests).unproved(["sales"]) == ()


def test_a_build_that_has_never_run_proves_nothing(tmp_path: Path) -> None:
    build(tmp_path, {})
    (tmp_path / "run_results.json").unlink()

    assert len(DbtBuild.read(tmp_path).unproved(["sales"])) == 2
    assert DbtBuild.read(tmp_path).tested_at is None


def test_a_model_that_dbt_does_not_know_is_not_proved(tmp_path: Path) -> None:
    assert build(tmp_path, RIGHT).unproved(["gone"]) == ("dbt's build has no model gone",)


def test_the_loads_that_dbt_has_seen_are_known_and_failures_are_not_taken_for_loads(tmp_path: Path) -> None:
    found = build(
        tmp_path,
        RIGHT,
        [
            {"unique_id": "source.b.till.sales", "status": "pass", "max_loaded_at": "2026-09-28T04:00:00Z"},
            {"unique_id": "source.b.till.shops", "status": "error", "max_loaded_at": "2026-09-20T04:00:00Z"},
            {"unique_id": "source.b.books.costs", "status": "runtime error", "error": "no table"},
        ],
    )

    assert [(name, at and at.hour) for name, at in found.loaded.items()] == [
        ("till.sales", 4),
        ("till.shops", None),
        ("books.costs", None),
    ]


def test_results_that_are_no_json_are_refused(tmp_path: Path) -> None:
    build(tmp_path, RIGHT)
    (tmp_path / "run_results.json").write_text("{")

    with pytest.raises(ConfigError, match="cannot be read"):
        DbtBuild.read(tmp_path)
