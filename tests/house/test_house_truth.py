"""The command line over Halden's data: the number is the truth's, on record, and not for everybody."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from halden_data import NOW, ROOT
from office import Office, Told

QUESTION = "what was net revenue last quarter"


@pytest.fixture
def halden_office(tmp_path: Path, halden_built: Path) -> Office:
    office = Office(tmp_path)
    settings = {
        "WAREHOUSE_URL": f"duckdb:///{(ROOT / halden_built).absolute() / 'halden.duckdb'}",
        "STORE_URL": "sqlite:///ana.db",
        "SEMANTIC_LAYER": ROOT / "semantic_layer",
        "PLAYBOOKS": ROOT / "playbooks",
        "DIRECTORY": ROOT / "demo" / "cast.yml",
        "DBT_TARGET": (ROOT / halden_built).absolute() / "target",
        "NOW": NOW.isoformat(),
    }
    office.write(".env", "".join(f"ANABOT_{name}={value}\n" for name, value in settings.items()))
    return office


def test_net_revenue_last_quarter_is_the_truth_to_the_cent_with_a_receipt(halden_office: Office, halden_built: Path) -> None:
    truth = json.loads((halden_built / "truth.json").read_text(encoding="utf-8"))["metrics"]["net_revenue"]
    wanted = [
        one["rows"][0][-1]
        for one in truth
        if one["period"] == ["2026-05-01", "2026-08-01"] and not one["group_by"] and not one.get("where")
    ]

    told = _ask(halden_office, QUESTION, "fin_analyst")

    assert told.code == 0
    assert [Decimal(cell) for cell in told.json["rows"][0]] == [Decimal(wanted[0])]
    record = halden_office.run("audit", "list", "-n", "500", "--json").json
    assert told.json["receipt"] in {row["receipt"] for row in record if row["status"] == "answered"}


def test_the_same_question_is_not_answered_to_operations(halden_office: Office) -> None:
    told = _ask(halden_office, QUESTION, "supply_ops_latam")

    assert told.code == 1
    assert told.json["status"] in ("refused", "forbidden")
    assert told.json["rows"] == []
    assert told.json["sql"] == []
    assert not any(mark.isdigit() for mark in told.json["text"])


def test_words_that_mean_nothing_are_named(halden_office: Office) -> None:
    told = _ask(halden_office, "headcount by favourite colour", "hr_bp")

    assert told.code == 1
    assert told.json["status"] == "refused"
    assert told.json["unknown"] == ["favourite", "colour"]
    assert "favourite" in told.json["text"]


def test_an_answer_in_its_channel_is_said_to_all(halden_office: Office) -> None:
    told = halden_office.run("ask", f"{QUESTION} by segment?", "--as", "fin_analyst", "--channel", "#fin-weekly", "--json")

    assert told.json["status"] == "answered"
    assert told.json["private"] == ""
    assert len(told.json["rows"]) > 1


def _ask(office: Office, text: str, user: str) -> Told:
    return office.run("ask", text, "--as", user, "--json")
