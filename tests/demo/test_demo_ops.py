"""What operations' data promises: its sizes, its planted traps, and an answer key that adds up."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from demo.halden import delivery, demand, ops, supply, truth_ops, truth_supply
from demo.halden.crowd import crowd
from demo.halden.geography import countries, skills
from demo.halden.world import AS_OF_DAY, World, build_world

ROOT = Path(__file__).parents[2]
SYSTEMS = (ops, supply, demand)


@pytest.fixture(scope="module")
def world() -> World:
    return build_world()


@pytest.fixture(scope="module")
def truth(world: World) -> dict[str, Any]:
    parts = [truth_ops.truth(world), truth_supply.truth(world)]
    return {kind: {name: entry for part in parts for name, entry in part[kind].items()} for kind in ("metrics", "traps")}


def test_contributors_live_in_73_countries_and_hold_38_skills() -> None:
    assert len({country.code for country in countries()}) == 73
    assert len({skill.name for skill in skills()}) == 38


def test_two_worlds_write_the_same_tables(world: World) -> None:
    again = build_world()

    for system in SYSTEMS:
        first, second = system.tables(world), system.tables(again)
        assert first.keys() == second.keys()
        assert all(first[name].equals(second[name]) for name in first)


def test_the_three_kinds_of_active_contributor_are_planted_exactly(world: World) -> None:
    people = crowd(world)

    status = {p.number for p in people if p.status == "active"}
    lately = {p.number for p in people if p.last_task is not None and p.last_task >= AS_OF_DAY - 28}
    ahead = {p.number for p in people if p.hours}

    assert (len(status), len(lately), len(ahead)) == (6240, 4320, 3605)
    assert len(status & lately & ahead) == 3120


def test_latam_runs_short_of_lidar_nine_weeks_ahead_when_certificates_end(truth: dict[str, Any]) -> None:
    weekly = next(
        entry for entry in truth["metrics"]["capacity_gap_hours"] if entry["where"] == {"region": "LATAM", "skill": "lidar"}
    )

    short = [week for week, gap in weekly["rows"] if Decimal(gap) > 0]

    assert short[0] == "2026-12-07"
    assert len(short) == 5
    assert truth["traps"]["T43"]["weeks_ahead"] == 9


def test_a_typhoon_takes_41_percent_of_the_philippine_hours(truth: dict[str, Any]) -> None:
    assert round(Decimal(truth["traps"]["T47"]["change"]), 3) == Decimal("-0.410")


def test_seven_percent_of_reports_come_late_and_the_last_three_days_look_18_percent_low(truth: dict[str, Any]) -> None:
    late = truth["traps"]["T27"]

    assert round(Decimal(late["late_share"]), 2) == Decimal("0.07")
    assert 0.80 < late["units_reported_last_3_days"] / late["units_done_last_3_days"] < 0.84


def test_no_report_is_loaded_after_the_demos_instant(world: World) -> None:
    loaded = ops.tables(world)["ops.task_daily"].column("loaded_at")

    assert max(loaded.to_pylist()).isoformat() == "2026-10-05T12:40:00"


def test_utc_days_and_instants_judge_promises_wrongly(truth: dict[str, Any]) -> None:
    planted = truth["traps"]["T25"]

    assert planted["wrong"]["instants"] < planted["right"] < planted["wrong"]["utc_days"]


def test_each_delivery_day_is_the_customers_own(world: World) -> None:
    event = next(d for d in delivery.deliveries(world) if d.zone == "America/Los_Angeles" and d.delivered_at)

    promised = event.promised_at + delivery.offset(event.zone, event.promised_day, delivery.PROMISED_HOUR)

    assert divmod(promised, 86_400) == (event.promised_day, 17 * 3600)


def test_a_redelivery_repeats_units_that_were_delivered_before(world: World) -> None:
    by_id = {event.id: event for event in delivery.deliveries(world)}

    repeated = [event for event in by_id.values() if event.redelivery_of]

    assert repeated
    assert all(by_id[event.redelivery_of or ""].units == event.units and not event.due for event in repeated)


def test_hours_offered_twice_count_once_and_are_worked_in_part(truth: dict[str, Any]) -> None:
    hours = truth["traps"]["T44"]

    assert Decimal(hours["declared_twice"]) > Decimal(hours["declared_once"]) > Decimal(hours["realised"])


def test_groups_of_an_additive_metric_add_up_to_its_total(truth: dict[str, Any]) -> None:
    for metric in ("units_delivered", "units_submitted", "demand_p50_hours", "available_hours_realised", "capacity_gap_hours"):
        plain = [entry for entry in truth["metrics"][metric] if not entry["where"]]
        totals = {str(entry["period"]): Decimal(entry["rows"][0][0]) for entry in plain if not entry["group_by"]}
        for entry in plain:
            assert sum(Decimal(row[-1]) for row in entry["rows"]) == totals[str(entry["period"])], (metric, entry["group_by"])


def test_what_identifies_a_contributor_is_in_no_model() -> None:
    private = {"alias", "ref1", "ref2", "memo"}

    for path in (ROOT / "demo/dbt/models").rglob("*.sql"):
        code = " ".join(line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("--"))
        words = Counter(code.replace(",", " ").replace(".", " ").split())
        assert not private & set(words), path


def test_every_golden_of_operations_is_the_answer_key_s(truth: dict[str, Any]) -> None:
    checked = [
        golden["value"] == answer(truth["metrics"][metric], golden)
        for metric, golden in goldens(ROOT / "semantic_layer/models/ops")
    ]

    assert len(checked) >= 20
    assert all(checked)


def goldens(folder: Path) -> list[tuple[str, dict[str, Any]]]:
    """Every golden of the metrics defined under a folder."""
    found = []
    for path in sorted(folder.glob("*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        metrics = [*content.get("metrics", []), *(m for model in content.get("models", []) for m in model.get("metrics", []))]
        for metric in metrics:
            found += [(metric["name"], golden) for golden in metric["config"]["meta"]["ana"].get("golden", [])]
    return found


def answer(entries: list[dict[str, Any]], golden: dict[str, Any]) -> str | None:
    """The answer key's value for a golden's period and filter: a filtered total, or the row of a grouped one."""
    period = [day.isoformat() for day in golden["period"]] if golden.get("period") else None
    where = golden.get("where", {})
    for entry in entries:
        row = {**entry["where"], **dict(zip(entry["group_by"], entry["rows"][0], strict=False))}
        if entry["period"] == period and set(row) == set(where):
            for cells in entry["rows"]:
                if {**entry["where"], **dict(zip(entry["group_by"], cells, strict=False))} == where:
                    return str(cells[-1])
    return None


def test_money_and_hours_are_exact_decimals(world: World) -> None:
    assert supply.tables(world)["supply.payout"].schema.field("amount").type == pa.decimal128(18, 2)
    assert demand.tables(world)["demand.forecast"].schema.field("p50").type == pa.decimal128(18, 2)
