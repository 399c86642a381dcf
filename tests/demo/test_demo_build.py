"""The build of Halden: the same bytes every time, an answer key of its own, goldens that follow it."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from demo import build, golden
from demo.halden import load_log, sources, truth
from demo.halden.world import World, build_world

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "demo"


@pytest.fixture(scope="module")
def world() -> World:
    return build_world()


@pytest.fixture(scope="module")
def key(world: World) -> dict[str, Any]:
    return json.loads(build.truth_text(world))


@pytest.fixture(scope="module")
def tables(world: World) -> dict[str, pa.Table]:
    return build.raw_tables(world)


@pytest.fixture(scope="module")
def written(tables: dict[str, pa.Table], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("raw")
    build.write_raw(tables, folder)
    return folder


def test_a_second_run_gives_the_same_bytes_and_truth_in_whatever_order_it_goes(
    world: World, written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "ALL", tuple(reversed(sources.ALL)))
    again = build_world()

    build.write_raw(build.raw_tables(again), tmp_path)

    first = {path.relative_to(written): path.read_bytes() for path in written.rglob("*.parquet")}
    second = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.parquet")}
    assert len(first) > 40
    assert first == second
    assert build.truth_text(world) == build.truth_text(again)


def test_the_ci_size_is_about_450_000_rows(tables: dict[str, pa.Table]) -> None:
    assert 400_000 < sum(table.num_rows for table in tables.values()) < 500_000


def test_money_is_kept_as_decimals_with_two_places(written: Path) -> None:
    schema = pq.read_schema(written / "raw_billing" / "invoice.parquet")

    assert schema.field("total").type == pa.decimal128(18, 2)


def test_the_load_log_knows_every_source_and_ends_on_the_morning_of_the_demo(tables: dict[str, pa.Table]) -> None:
    log = tables["meta.load_log"].to_pydict()

    assert set(log["source"]) == {load_log.source_of(name.partition(".")[0]) for name in tables} - {"meta"}
    assert set(log["source"]) == set(load_log.LANDS)
    assert f"{max(log['loaded_at']):%Y-%m-%d}" == "2026-10-05"
    assert all(newest <= loaded for newest, loaded in zip(log["max_event_ts"], log["loaded_at"], strict=True))


def test_the_demo_imports_nothing_of_the_product() -> None:
    for path in DEMO.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            imported = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            imported += [name.name for name in node.names] if isinstance(node, ast.Import) else []
            assert not any(name.split(".")[0] == "anabot" for name in imported), path


def test_the_answer_key_reads_no_sql_and_no_parquet() -> None:
    for path in (DEMO / "halden").glob("*.py"):
        if path.name.startswith(("truth", "facts", "tally", "answers", "traps")):
            words = path.read_text()
            assert "import duckdb" not in words, path
            assert "parquet" not in words.partition('"""')[2].partition('"""')[2].lower(), path


def test_golden_values_of_the_semantic_layer_are_the_truth(key: dict[str, Any]) -> None:
    for path in sorted((ROOT / "semantic_layer" / "models").rglob("*.yml")):
        text = path.read_text()
        assert golden.with_truth(text, key) == text, f"{path}: run `python -m demo.golden`"


def test_every_golden_value_stands_in_the_truth(key: dict[str, Any]) -> None:
    for path in sorted((ROOT / "semantic_layer" / "models").rglob("*.yml")):
        for metric in _metrics(yaml.safe_load(path.read_text())):
            for each in metric["config"]["meta"]["ana"].get("golden", []):
                period = [day.isoformat() for day in each["period"]] if each.get("period") else None
                assert golden.golden_value(key, metric["name"], period, each.get("where", {})) == each["value"], metric["name"]


def test_every_metric_of_the_semantic_layer_has_a_truth(key: dict[str, Any]) -> None:
    files = sorted((ROOT / "semantic_layer" / "models").rglob("*.yml"))
    names = {metric["name"] for path in files for metric in _metrics(yaml.safe_load(path.read_text()))}

    assert names - set(key["metrics"]) == set()


def test_a_wrong_golden_value_is_written_anew_and_nothing_else(key: dict[str, Any]) -> None:
    path = ROOT / "semantic_layer" / "models" / "finance" / "revenue.yml"
    text = path.read_text()
    right = golden.golden_value(key, "net_revenue", ["2026-05-01", "2026-08-01"], {})

    assert right is not None
    assert golden.with_truth(text.replace(right, "1.00"), key) == text


def test_nothing_is_built_where_nothing_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "raw_tables", lambda world: pytest.fail("it built again"))
    (tmp_path / build.STAMP).write_text(json.dumps({"sources": build.fingerprint(), "size": "ci"}))

    assert build.build(tmp_path) is False


def _metrics(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [*document.get("metrics", []), *(each for model in document.get("models", []) for each in model.get("metrics", []))]


def test_truth_is_merged_without_losing_a_part(world: World, key: dict[str, Any]) -> None:
    for part in truth.PARTS:
        for kind, entries in part.truth(world).items():
            assert set(entries) <= set(key[kind])
