"""Gates over the bakery's own loads, dbt files and bridges: closed where they are wrong or unknown, open where they are right."""

import datetime as dt
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from bakery_playbooks import WEEK
from runner_bench import MONDAY, Bench, book

from anabot.errors import Closed, PlaybookHeld, WarehouseError
from anabot.gatekeeping import LastBuild
from anabot.types import Bridge

BRIDGE = '{{ bridge("sales_bridge") }}'
SCHEDULE = 'schedule: {weekly: monday, at: "08:00"}'


def gated(gates: str, text: str = WEEK) -> str:
    return text.replace(SCHEDULE, f"{SCHEDULE}\ngates: {gates}")


def closed(bench: Bench, gates: str, text: str = WEEK, at: dt.datetime = MONDAY) -> tuple[Closed, ...]:
    try:
        bench.runner.run(book(gated(gates, text)), at)
    except PlaybookHeld as held:
        return held.closed
    return ()


def dbt(target: Path, *, tests: str = "pass", sources: dict[str, Any] | None = None, at: str = "2026-09-28T05:00:00Z") -> Path:
    """A build of every model of the bakery, with one test on each."""
    target.mkdir(exist_ok=True)
    names = ["order_lines", "orders", "shops", "regions", "costs", "customers", "staff", "load_log"]
    nodes = {f"model.b.{name}": {"name": name, "resource_type": "model"} for name in names}
    for name in names:
        depends = {"nodes": [f"model.b.{name}"]}
        nodes[f"test.b.{name}"] = {"name": f"{name}_unique", "resource_type": "test", "depends_on": depends}  # type: ignore[dict-item]
    results = [{"unique_id": name, "status": "success" if name.startswith("model") else tests} for name in nodes]
    metadata = {"generated_at": at}
    (target / "manifest.json").write_text(json.dumps({"nodes": nodes, "sources": {}, "exposures": {}}))
    (target / "run_results.json").write_text(json.dumps({"metadata": metadata, "results": results}))
    if sources is not None:
        found = [{"unique_id": f"source.b.{name}", **body} for name, body in sources.items()]
        (target / "sources.json").write_text(json.dumps({"metadata": metadata, "results": found}))
    return target


def later(file: Path) -> None:
    """A file that was written again is newer, also where the clock of the disk is coarse."""
    seen = file.stat()
    os.utime(file, ns=(seen.st_atime_ns, seen.st_mtime_ns + 1_000_000))


def changed(bench: Bench, sql: str, *values: object) -> None:
    """Put a changed warehouse in the place of this one, as a load does."""
    aside = bench.file.with_suffix(".next")
    shutil.copyfile(bench.file, aside)
    with duckdb.connect(str(aside)) as con:
        con.execute(sql, list(values))
    aside.replace(bench.file)


def test_a_late_source_holds_the_digest_until_its_next_load(bench: Bench) -> None:
    gates = "{freshness: {books: 26h}}"
    (stale,) = closed(bench, gates)

    changed(bench, "INSERT INTO crumb.load_log VALUES (99, 'books', TIMESTAMP '2026-09-28 05:50:00')")

    assert stale.gate == "freshness of books"
    assert "books was last loaded on 26 Sep 2026, 07:30 CEST, 48.5 hours before it was due" in stale.why
    assert stale.since == dt.datetime(2026, 9, 27, 7, 30, tzinfo=dt.UTC)
    assert closed(bench, gates) == ()


def test_nothing_is_asked_of_the_warehouse_while_a_load_is_late(bench: Bench) -> None:
    closed(bench, "{freshness: {books: 26h}}")

    assert [entry for entry in bench.store.audit.list(50) if entry.kind == "playbook"] == []


def test_one_age_for_all_covers_every_source_that_the_queries_and_bridges_read(bench: Bench) -> None:
    found = closed(bench, "{freshness: 26h}")

    assert [one.gate for one in found] == ["freshness of books"]


def test_the_age_counts_from_the_slot_and_not_from_the_day_of_the_run(bench: Bench) -> None:
    assert closed(bench, "{freshness: {till: 26h}}", at=MONDAY + dt.timedelta(days=2))
    assert closed(bench, "{freshness: {till: 26h}}") == ()


def test_dbt_tests_that_fail_or_did_not_run_or_are_not_there_hold_it_back(bench: Bench, tmp_path: Path) -> None:
    target = dbt(tmp_path / "target")
    runner = replace(bench, runner=replace(bench.runner, build=LastBuild(target)))
    well = closed(runner, "{dbt_tests: true}")

    dbt(target, tests="fail")
    later(target / "run_results.json")
    failing = closed(runner, "{dbt_tests: true}")
    (target / "run_results.json").unlink()
    unknown = closed(runner, "{dbt_tests: true}")
    (target / "manifest.json").unlink()
    gone = closed(runner, "{dbt_tests: true}")

    assert well == ()
    assert "ended with fail" in failing[0].why
    assert failing[0].since == dt.datetime(2026, 9, 28, 5, 0, tzinfo=dt.UTC)
    assert "was not run" in unknown[0].why
    assert f"The dbt build in {target} cannot be read" in gone[0].why
    assert "no build of dbt is known here" in closed(bench, "{dbt_tests: true}")[0].why


def test_what_dbt_says_of_a_source_counts_beside_the_load_log(bench: Bench, tmp_path: Path) -> None:
    fresh = {"till.a": {"status": "pass", "max_loaded_at": "2026-09-28T04:00:00Z"}}
    target = dbt(tmp_path / "target", sources={**fresh, "till.b": {"status": "error", "max_loaded_at": "2026-09-20T04:00:00Z"}})
    runner = replace(bench, runner=replace(bench.runner, build=LastBuild(target)))
    old = closed(runner, "{freshness: {till: 26h}}")

    dbt(target, sources=fresh)
    later(target / "sources.json")
    well = closed(runner, "{freshness: {till: 26h}}")

    assert [one.why for one in old] == ["dbt says that till is too old, or could not tell"]
    assert well == ()


def test_what_dbt_said_before_the_newest_load_does_not_count(bench: Bench, tmp_path: Path) -> None:
    old = {"till.a": {"status": "error", "max_loaded_at": "2026-09-20T04:00:00Z"}}
    target = dbt(tmp_path / "target", sources=old, at="2026-09-27T05:00:00Z")
    runner = replace(bench, runner=replace(bench.runner, build=LastBuild(target)))

    assert closed(runner, "{freshness: {till: 26h}}") == ()


def test_rows_outside_their_band_hold_it_back_and_say_how_many_there_are(bench: Bench) -> None:
    (few,) = closed(bench, "{rows: {shops: {min: 50}}}")

    assert few.why.startswith("`shops` has ")
    assert few.why.endswith("where 50 or more are expected")
    assert closed(bench, "{rows: {shops: {min: 1}}}") == ()


def _away(*_: object) -> Bridge:
    raise WarehouseError("The warehouse does not answer.")


def test_a_bridge_that_does_not_close_or_cannot_be_built_holds_it_back(bench: Bench) -> None:
    assert closed(bench, "{reconciliation: [sales_bridge]}") == ()

    lost = replace(bench, runner=replace(bench.runner, bridge=_away))
    (unknown,) = closed(
        lost, "{reconciliation: [sales_bridge]}", WEEK.replace("bridges: [sales_bridge]\n", "").replace(BRIDGE, "")
    )
    changed(bench, "UPDATE crumb.orders SET channel = NULL WHERE ordered_on >= DATE '2026-08-01'")
    (open_end,) = closed(bench, "{reconciliation: [sales_bridge]}")

    assert unknown.why == "it cannot be computed"
    assert open_end.gate == "reconciliation sales_bridge"
    assert "unexplained, where 0.00 is tolerated" in open_end.why


@pytest.mark.parametrize("gates", ["{}", "{freshness: {till: 26h}, rows: {shops: {min: 1}}, reconciliation: [sales_bridge]}"])
def test_open_gates_change_not_a_byte(bench: Bench, gates: str) -> None:
    assert bench.runner.run(book(gated(gates)), MONDAY) == bench.runner.run(book(WEEK), MONDAY)
