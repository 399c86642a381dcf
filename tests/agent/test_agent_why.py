"""Why, asked of Halden: the storm of week 34 shows as the country that it struck, exactly as the generator's own rows say."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import duckdb
import pytest
from halden_data import Halden

from anabot.agent.causes import shown_drivers
from anabot.agent.grounding import ground, names_of
from anabot.commands.asking import question_of
from anabot.semantic.query import MetricQuery
from anabot.types import Answer
from anabot.wire import answer_json
from demo.build import DEFAULT_OUT

WEEK_34, WEEK_33 = "2026-W34", "2026-W33"


def ask(halden: Halden, text: str, who: str, thread: str = "") -> Answer:
    return halden.house.asker.ask(question_of(halden.house, text, who, "", thread))


@pytest.fixture(scope="module")
def storm(halden: Halden) -> Answer:
    return ask(halden, "why did units submitted drop in week 34 by country?", "ops_lead")


@pytest.fixture(scope="module")
def raw(halden_built: object) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(DEFAULT_OUT / "halden.duckdb"), read_only=True) as connection:
        yield connection


def test_each_country_contributes_what_the_rows_of_both_weeks_say(storm: Answer, raw: duckdb.DuckDBPyConnection) -> None:
    rows = raw.sql(
        """SELECT c.country, sum(w.units_submitted) FILTER (w.day >= DATE '2026-08-17')
           - coalesce(sum(w.units_submitted) FILTER (w.day < DATE '2026-08-17'), 0)
           FROM marts.fct_task_daily w JOIN marts.dim_country c USING (country_code)
           WHERE w.day >= DATE '2026-08-10' AND w.day < DATE '2026-08-24' GROUP BY 1"""
    ).fetchall()

    assert storm.drivers is not None
    found = {line.value: line.contribution for line in storm.drivers.splits[0].lines}
    assert found == {country: Decimal(change) for country, change in rows}


def test_the_struck_country_is_among_those_that_lead(storm: Answer) -> None:
    assert storm.drivers is not None
    fell = [line.value for line in storm.drivers.splits[0].lines if line.contribution < 0]
    assert "Philippines" in fell[:3]
    assert "Philippines down" in storm.text


def test_the_answer_is_borne_out_and_its_json_adds_up(halden: Halden, storm: Answer) -> None:
    assert storm.drivers is not None
    assert storm.query is not None
    query = MetricQuery.model_validate(storm.query)
    names = names_of(halden.registry, halden.registry.metrics)

    body = answer_json(storm)["drivers"]

    assert ground(storm.text, [shown_drivers(storm.drivers, query)], names).holds
    for split in body["splits"]:
        assert sum(Decimal(line["contribution"]) for line in split["lines"]) == Decimal(body["change"])
    assert storm.receipt
    assert storm.badge


def test_why_in_a_thread_keeps_its_filters_and_names_nothing_that_is_denied(halden: Halden) -> None:
    ask(halden, "units delivered last week for LATAM", "ops_lead", "why-latam")
    found = ask(halden, "why?", "ops_lead", "why-latam")

    assert found.status == "answered", found.text
    assert found.query is not None
    assert found.query["where"] == [{"field": "region", "op": "eq", "values": ["LATAM"]}]
    assert "customer" not in found.text.casefold()
    assert found.drivers is not None
    assert all(sum(line.contribution for line in split.lines) == found.drivers.change for split in found.drivers.splits)
