"""Percentiles, balances, conversions and histories over two connections: as one SELECT says, or refused with a way out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from anabot.errors import BadQuery, WarehouseLimit
from anabot.semantic import parse_registry
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from anabot.types import Grant, RowRule
from anabot.warehouses import federation
from tests.federation.conftest import ASKED, Doors

TABLES = """
CREATE SCHEMA gym;
CREATE TABLE gym.members AS SELECT i AS member_id, ['Oslo', 'Bergen', NULL][i % 3 + 1] AS city, 'c' || i % 2 AS club_id
  FROM range(1, 13) AS r(i);
CREATE TABLE gym.clubs AS SELECT 'c' || i AS club_id, ['East', 'West'][i + 1] AS side FROM range(0, 2) AS r(i);
CREATE TABLE gym.plans AS SELECT i AS member_id, ['basic', 'plus', 'gold'][(i + n) % 3 + 1] AS plan,
    DATE '2026-01-01' + CAST(n * 10 AS INTEGER) AS starts,
    CASE WHEN n < 3 THEN DATE '2026-01-11' + CAST(n * 10 AS INTEGER) END AS ends
  FROM range(1, 12) AS r(i), range(0, 4) AS s(n);
CREATE TABLE gym.trials AS SELECT i AS trial_id, i * 5 % 14 AS member_id,
    DATE '2026-01-01' + CAST(i * 3 % 40 AS INTEGER) AS tried_on,
    ['web', 'desk'][i % 2 + 1] AS source, i % 7 AS rooms FROM range(0, 60) AS r(i);
CREATE TABLE gym.sales AS SELECT i AS sale_id, i * 3 % 14 AS member_id,
    DATE '2026-01-03' + CAST(i * 5 % 45 AS INTEGER) AS sold_on,
    CAST(i * 37 % 101 AS DECIMAL(10, 2)) AS amount FROM range(0, 50) AS r(i);
CREATE TABLE gym.visits AS SELECT i AS visit_id, i * i % 14 AS member_id, DATE '2026-01-01' + CAST(i % 40 AS INTEGER) AS came_on
  FROM range(0, 70) AS r(i);
CREATE TABLE gym.accounts AS SELECT i % 14 AS member_id, i AS account_id, DATE '2026-01-01' + CAST(i / 14 AS INTEGER) AS as_of,
    CAST(i * 11 % 97 AS DECIMAL(10, 2)) AS balance FROM range(0, 70) AS r(i);
"""


def time(name: str, more: str = "") -> str:
    return f"  - {{name: {name}, granularity: day, dimension: {{name: {name}, type: time{more}}}}}\n"


def model(name: str, key: str, columns: str, connection: str = "", metrics: str = "", agg_time: str = "") -> str:
    at = f"  config: {{meta: {{ana: {{connection: {connection}}}}}}}\n" if connection else ""
    agg = f"  agg_time_dimension: {agg_time}\n" if agg_time else ""
    said = f"  metrics:\n{metrics}" if metrics else ""
    return f"- name: {name}\n{at}  semantic_model: {{enabled: true}}\n  primary_entity: {key}\n{agg}  columns:\n{columns}{said}"


MEMBER = "  - {name: member_id, entity: {name: member, type: foreign}}\n"
KIND = "dimension: {type: categorical}}\n"
VISITS = "  - {name: visits, agg: count, expr: '1'}\n  - {name: visits_or_none, agg: count, expr: '1', fill_nulls_with: 0}\n"
METRICS = """
metrics:
- {name: twice_visits, type: derived, expr: visits_or_none * 2, input_metrics: [visits_or_none]}
- name: won
  type: conversion
  base_metric: trials
  conversion_metric: sales
  entity: member
  calculation: conversions
  window: 14 days
- {name: win_rate, type: conversion, base_metric: trials, conversion_metric: sales, entity: member, calculation: conversion_rate}
- name: won_in_oslo
  type: conversion
  base_metric: {name: trials, filter: "{{ Dimension('member__city') }} = 'Oslo'"}
  conversion_metric: sales
  entity: member
  calculation: conversions
"""


def registry(there: str = "crm", *, sales_there: bool = False, plans_there: bool = True) -> Registry:
    """The gym; members, their plans and clubs are kept on the connection `there`."""
    at, plans = (there, there if plans_there else "")
    sales = (
        "  - {name: sales, agg: count, expr: '1'}\n  - {name: taken, agg: sum, expr: amount}\n"
        "  - {name: median_sale, agg: percentile, expr: amount, percentile: 0.5, percentile_type: continuous}\n"
        "  - {name: big_sale, agg: percentile, expr: amount, percentile: 0.9, percentile_type: discrete}\n"
        "  - {name: usual_sale, agg: average, expr: amount}\n"
        "  - name: big_keen_sale\n    agg: percentile\n    expr: amount\n    percentile: 0.3\n    percentile_type: discrete\n"
        "    filter: \"{{ Metric('visits', group_by=['member']) }} > 5\"\n"
    )
    balance = (
        "  - name: owed\n    agg: sum\n    expr: balance\n"
        "    non_additive_dimension: {name: as_of, window_agg: max, group_by: [member]}\n"
    )
    starts, ends = ", validity_params: {is_start: true}", ", validity_params: {is_end: true}"
    models = (
        model(
            "members",
            "member",
            f"  - {{name: member_id, entity: {{name: member, type: primary}}}}\n  - {{name: city, {KIND}"
            "  - {name: club_id, entity: {name: club, type: foreign}}\n",
            at,
        )
        + model("clubs", "club", f"  - {{name: club_id, entity: {{name: club, type: primary}}}}\n  - {{name: side, {KIND}", at)
        + model(
            "plans",
            "plan_row",
            f"  - {{name: member_id, entity: {{name: member, type: natural}}}}\n  - {{name: plan, {KIND}"
            + time("starts", starts)
            + time("ends", ends),
            plans,
        )
        + model(
            "trials",
            "trial",
            MEMBER + f"  - {{name: source, {KIND}" + time("tried_on"),
            "",
            "  - {name: trials, agg: count, expr: '1'}\n",
            "tried_on",
        )
        + model("sales", "sale", MEMBER + time("sold_on"), at if sales_there else "", sales, "sold_on")
        + model("visits", "visit", MEMBER + time("came_on"), at, VISITS, "came_on")
        + model("accounts", "account", MEMBER + time("as_of"), "", balance, "as_of")
    )
    return parse_registry({"models.yml": f"models:\n{models}{METRICS}"}, governed=False, schema="gym")


@pytest.fixture(scope="module")
def gym(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gym") / "w.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute(TABLES)
    return path


Ask = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def ask(gym: Path, door: Doors) -> Ask:
    """Asks over two connections, each the same file, of which each statement may read only its own tables."""

    def asked(query: dict[str, Any], *rules: RowRule, layer: Registry | None = None) -> list[tuple[Any, ...]]:
        known = layer or registry()
        names = frozenset(known.metrics)
        grant = Grant(subject="bea", audience="dm", metrics=names, listed=names, rows=rules)
        engine = door(known, dict.fromkeys(("default", "crm"), f"duckdb:///{gym}"))
        return list(engine.run(MetricQuery.model_validate(query), grant, intent=ASKED).table.rows)

    return asked


def truth(gym: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(gym), read_only=True) as con:
        return con.execute(sql).fetchall()


def where(field: str, *values: str, op: str = "in") -> list[dict[str, Any]]:
    return [{"field": field, "op": op, "values": list(values)}]


MEMBERS = "LEFT JOIN gym.members AS m ON m.member_id = s.member_id"


def test_a_percentile_of_those_chosen_elsewhere_is_that_of_their_rows(gym: Path, ask: Ask) -> None:
    query = {"metrics": ["median_sale", "big_sale", "taken"], "group_by": ["metric_time__month"], "where": where("city", "Oslo")}

    wanted = truth(
        gym,
        "SELECT date_trunc('month', sold_on), quantile_cont(amount::DOUBLE, 0.5), quantile_disc(amount, 0.9), sum(amount)"
        f" FROM gym.sales AS s {MEMBERS} WHERE city = 'Oslo' GROUP BY 1 ORDER BY 1",
    )
    assert [(str(row[0])[:7], *map(float, row[1:])) for row in ask(query)] == [
        (str(row[0])[:7], *map(float, row[1:])) for row in wanted
    ]


def test_a_percentile_of_those_chosen_two_steps_away_is_that_of_their_rows(gym: Path, ask: Ask) -> None:
    clubs = "LEFT JOIN gym.clubs AS c ON c.club_id = m.club_id"
    ((wanted,),) = truth(
        gym, f"SELECT quantile_disc(amount, 0.9) FROM gym.sales AS s {MEMBERS} {clubs} WHERE side = 'East' AND city <> 'Oslo'"
    )

    found = ask({"metrics": ["big_sale"], "where": where("side", "East") + where("city", "Oslo", op="ne")})

    assert found == [(wanted,)]


def test_a_percentile_of_those_whose_number_elsewhere_is_high_is_that_of_their_rows(gym: Path, ask: Ask) -> None:
    keen = "SELECT member_id FROM gym.visits GROUP BY 1 HAVING count(*) > 5"
    ((wanted, all_of_them),) = truth(
        gym,
        f"SELECT quantile_disc(amount, 0.3) FILTER (member_id IN ({keen})), quantile_disc(amount, 0.3) FROM gym.sales",
    )

    assert ask({"metrics": ["big_keen_sale"]}) == [(wanted,)]
    assert wanted != all_of_them


def test_what_is_filled_among_its_own_rows_is_so_over_two_connections(ask: Ask) -> None:
    query = {"metrics": ["twice_visits", "trials", "taken"], "group_by": ["member", "metric_time__week"]}

    found = ask(query)

    assert found == ask(query, layer=registry(""))
    assert found == ask(query, layer=registry(sales_there=True))
    assert {None, 2} <= {row[2] for row in found}
    assert 0 not in {row[2] for row in found}


def test_a_percentile_beside_what_another_connection_counts_is_answered(gym: Path, ask: Ask) -> None:
    query = {"metrics": ["big_sale", "trials"], "group_by": ["metric_time__month"]}

    found = ask(query, layer=registry(sales_there=True))

    assert found == ask(query, layer=registry(""))
    assert len(found) == 2


@pytest.mark.parametrize("key", ["city", "plan"])
def test_a_percentile_cut_by_what_is_elsewhere_is_refused_with_what_to_ask(ask: Ask, key: str) -> None:
    with pytest.raises(BadQuery, match="needs every row") as refused:
        ask({"metrics": ["big_sale"], "group_by": [key]})

    assert "without that breakdown" in refused.value.todo


def test_a_percentile_of_those_that_nothing_describes_is_refused(ask: Ask) -> None:
    with pytest.raises(BadQuery, match="lies on another connection") as refused:
        ask({"metrics": ["big_sale"], "where": where("city", op="is_null")})

    assert "without that condition" in refused.value.todo


def test_more_keys_than_can_be_listed_are_refused_and_never_left_out(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(federation, "KEYS", 2)

    with pytest.raises(WarehouseLimit, match="more than 2 keys") as refused:
        ask({"metrics": ["big_sale"], "where": where("city", "Oslo")})

    assert "narrower" in refused.value.todo
    assert ask({"metrics": ["taken"], "where": where("city", "Oslo")})


def test_a_balance_of_those_chosen_elsewhere_is_the_last_of_their_own(gym: Path, ask: Ask) -> None:
    query = {"metrics": ["owed"], "group_by": ["city"], "where": where("city", "Oslo", "Bergen")}

    wanted = truth(
        gym,
        "SELECT city, sum(balance) FROM gym.accounts AS s JOIN gym.members AS m ON m.member_id = s.member_id"
        " WHERE as_of = (SELECT max(as_of) FROM gym.accounts AS o WHERE o.member_id = s.member_id) AND city IS NOT NULL"
        " GROUP BY 1 ORDER BY 1",
    )
    assert ask(query) == wanted
    assert len(wanted) == 2


# Each sale belongs to the latest trial of its member before it.
LATEST = """
SELECT t.*, s.sale_id FROM gym.sales AS s
JOIN gym.trials AS t ON t.member_id = s.member_id AND t.tried_on <= s.sold_on {window} {only}
QUALIFY row_number() OVER (PARTITION BY s.sale_id ORDER BY t.tried_on DESC) = 1
"""


def test_a_conversion_is_cut_by_what_another_connection_says_of_its_base(gym: Path, ask: Ask) -> None:
    latest = LATEST.format(window="AND t.tried_on > s.sold_on - INTERVAL 14 DAY", only="")
    wanted = truth(gym, f"SELECT city, count(*) FROM ({latest}) AS s {MEMBERS} GROUP BY 1 ORDER BY 1")

    assert ask({"metrics": ["won"], "group_by": ["city"]}) == wanted
    assert len(wanted) == 3


def test_a_conversion_rate_over_two_connections_is_that_over_one(ask: Ask) -> None:
    query = {"metrics": ["win_rate", "won", "trials"], "group_by": ["side", "source", "metric_time__month"]}

    found = ask(query)

    assert [tuple(map(str, row)) for row in found] == [tuple(map(str, row)) for row in ask(query, layer=registry(""))]
    assert len(found) >= 6


def test_a_conversion_of_those_chosen_elsewhere_is_that_of_their_trials(gym: Path, ask: Ask) -> None:
    only = "AND t.member_id IN (SELECT member_id FROM gym.members WHERE city = 'Oslo')"
    wanted = truth(gym, f"SELECT source, count(*) FROM ({LATEST.format(window='', only=only)}) GROUP BY 1 ORDER BY 1")

    assert ask({"metrics": ["won_in_oslo"], "group_by": ["source"]}) == wanted
    assert len(wanted) == 2


def test_events_that_lie_apart_are_refused_with_what_to_do(ask: Ask) -> None:
    with pytest.raises(BadQuery, match="several connections") as refused:
        ask({"metrics": ["won"]}, layer=registry(sales_there=True))

    assert "`trials`" in refused.value.why
    assert "`sales`" in refused.value.why
    assert "one connection" in refused.value.todo


HELD = "LEFT JOIN gym.plans AS p ON p.member_id = s.member_id AND s.sold_on >= starts AND (s.sold_on < ends OR ends IS NULL)"


def test_a_history_elsewhere_is_met_as_of_the_time_of_each_row(gym: Path, ask: Ask) -> None:
    wanted = truth(gym, f"SELECT plan, count(*), sum(amount), avg(amount) FROM gym.sales AS s {HELD} GROUP BY 1 ORDER BY 1")

    found = ask({"metrics": ["sales", "taken", "usual_sale"], "group_by": ["plan"]})

    assert [row[:3] for row in found] == [row[:3] for row in wanted]
    assert [float(row[3]) for row in found] == pytest.approx([row[3] for row in wanted])
    assert len(wanted) == 4


@pytest.mark.parametrize("plans_there", [True, False])
def test_a_history_beside_and_behind_another_connection_is_met_the_same(gym: Path, ask: Ask, *, plans_there: bool) -> None:
    query = {"metrics": ["taken"], "group_by": ["city", "metric_time__month"], "where": where("plan", "gold", "plus")}
    wanted = truth(
        gym,
        f"SELECT city, date_trunc('month', sold_on), sum(amount) FROM gym.sales AS s {MEMBERS} {HELD}"
        " WHERE plan IN ('gold', 'plus') GROUP BY 1, 2 ORDER BY 1, 2",
    )

    found = ask(query, layer=registry(plans_there=plans_there))

    assert [(row[0], str(row[1])[:7], row[2]) for row in found] == [(row[0], str(row[1])[:7], row[2]) for row in wanted]


def test_a_row_rule_holds_for_what_is_chosen_and_described_elsewhere(gym: Path, ask: Ask) -> None:
    rule = RowRule(model="members", dimension="city", values=("Oslo", "Bergen"))
    ((wanted,),) = truth(gym, f"SELECT quantile_disc(amount, 0.9) FROM gym.sales AS s {MEMBERS} WHERE city = 'Oslo'")
    plans = truth(gym, f"SELECT plan, count(*) FROM gym.sales AS s {MEMBERS} {HELD} WHERE city IS NOT NULL GROUP BY 1 ORDER BY 1")

    assert ask({"metrics": ["big_sale"], "where": where("city", "Oslo", op="ne")}, rule) != [(None,)]
    assert ask({"metrics": ["big_sale"], "where": where("city", "Oslo")}, rule) == [(wanted,)]
    assert ask({"metrics": ["sales"], "group_by": ["plan"]}, rule) == plans
