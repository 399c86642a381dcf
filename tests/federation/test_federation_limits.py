"""What crosses connections is bounded, kept to the asker's rows, and honest about ids that nobody knows."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from anabot.access import guard
from anabot.access.proof import Allowed, rules_of
from anabot.checks.scope import prove_scope
from anabot.errors import BadQuery, RegistryError, UnsafeQuery, WarehouseLimit
from anabot.semantic import compile_query, parse_registry, render
from anabot.semantic.bound import bound
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from anabot.store import Store
from anabot.types import RowRule, Statement
from anabot.warehouses import federation
from anabot.warehouses.columns import arrow, rows
from anabot.warehouses.duckdb import DuckDB
from tests.federation.conftest import ASKED, Doors, apart, everything
from tests.tiny import tiny_files, tiny_registry

BY_TIER = MetricQuery(metrics=("sales",), group_by=("tier",))
NORTH = RowRule(model="regions", dimension="region", values=("North",))


def here(path: Path) -> dict[str, str]:
    """Two connections that are one file."""
    return {"default": f"duckdb:///{path}", "hr": f"duckdb:///{path}"}


def test_more_rows_than_may_travel_are_refused_with_their_connection(bakery: Path, door: Doors) -> None:
    engine = door(apart("customers"), here(bakery), part_rows=5)

    with pytest.raises(WarehouseLimit, match="More than 5 rows would have to travel from `default`") as caught:
        engine.run(BY_TIER, everything(), intent=ASKED)

    assert "ANABOT_PART_ROWS" in caught.value.todo


def test_each_statement_of_a_question_carries_its_receipt(bakery: Path, door: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[Statement] = []
    run = DuckDB.run
    monkeypatch.setattr(DuckDB, "run", lambda self, statement, **limits: ran.append(statement) or run(self, statement, **limits))

    outcome = door(apart("customers"), here(bakery)).run(BY_TIER, everything(), intent=ASKED)

    asked = [each for each in ran if "sum(" in each.text.lower() or "tier" in each.text]
    assert {each.connection for each in asked} == {"default", "hr"}
    assert {each.tag for each in asked} == {outcome.receipt}


def test_a_percentile_over_both_is_refused_with_its_reason(bakery: Path, door: Doors) -> None:
    query = MetricQuery(metrics=("median_line",), group_by=("tier",))

    with pytest.raises(BadQuery, match="needs every row"):
        door(apart("customers"), here(bakery)).run(query, everything(), intent=ASKED)


def test_all_statements_are_one_entry_of_the_record(bakery: Path, door: Doors, store: Store) -> None:
    outcome = door(apart("customers"), here(bakery)).run(BY_TIER, everything(), intent=ASKED)

    (entry,) = (one for one in store.audit.list() if one.kind == "question")
    assert [connection for connection, _ in outcome.sql] == ["default", "hr", "merge"]
    assert entry.receipt == outcome.receipt
    assert entry.status == "answered"


def test_a_row_rule_of_another_connection_holds_at_the_scan(bakery: Path, door: Doors) -> None:
    query = MetricQuery(metrics=("sales", "cost"))
    one = door(tiny_registry(), {"default": f"duckdb:///{bakery}"}).run(query, everything(NORTH), intent=ASKED)

    two = door(apart("regions", "shops"), here(bakery)).run(query, everything(NORTH), intent=ASKED)

    assert two.table.rows == one.table.rows
    assert two.sql[0][0] == "hr"
    assert "'North'" in two.sql[0][1]


def test_a_row_rule_of_too_many_keys_is_refused(bakery: Path, door: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(federation, "KEYS", 1)

    with pytest.raises(WarehouseLimit, match="cannot be answered for you"):
        door(apart("regions", "shops"), here(bakery)).run(MetricQuery(metrics=("cost",)), everything(NORTH), intent=ASKED)


def test_keys_that_no_rule_allowed_do_not_pass_the_guard() -> None:
    registry, grant = apart("regions", "shops"), everything(NORTH)
    allows, asks = compile_query(registry, MetricQuery(metrics=("cost",)), grant).prepared
    rules, costs = rules_of(registry, grant, "default"), {registry.models["costs"].relation}
    lands = {registry.models[name].relation for name in ("shops", "regions")}
    first = render(allows)
    tree = guard.check(first, relations=lands, rules=rules_of(registry, grant, "hr"), role="allows")
    list_of = [Allowed(tree=tree, params=first.params, keys=(1, 2))]

    def said(*keys: int | None) -> Statement:
        return render(bound(asks, {("allowed_1", "key_1"): None if keys == (None,) else keys}))

    guard.check(said(1, 2), relations=costs, rules=rules, lists=list_of)
    for wrong, lists in ((said(1, 3), list_of), (said(1, 2), []), (said(None), list_of)):
        with pytest.raises(UnsafeQuery, match="without your row rules"):
            guard.check(wrong, relations=costs, rules=rules, lists=lists)


def test_what_describes_a_row_twice_is_refused(bakery: Path, door: Doors, tmp_path: Path) -> None:
    path = tmp_path / "twice.duckdb"
    path.write_bytes(bakery.read_bytes())
    with duckdb.connect(str(path)) as con:
        con.execute("INSERT INTO crumb.customers VALUES (1, 'Again', 'gold', DATE '2025-01-01', '')")

    with pytest.raises(BadQuery, match="several rows for one `customer`"):
        door(apart("customers"), {"default": f"duckdb:///{bakery}", "hr": f"duckdb:///{path}"}).run(
            BY_TIER, everything(), intent=ASKED
        )


# Crosswalks

CROSSWALK = "crosswalk: card_ids\nrelation: crumb.card_ids\nids: {customer: till_id, card: card_id}\n"


def with_cards() -> Registry:
    """The bakery's cards are another system's, on another connection; the crosswalk says whose is whose."""
    files = tiny_files() | {"crosswalks/cards.yml": CROSSWALK}
    models = {
        name: text.replace("entity: {name: customer, type: primary}", "entity: {name: card, type: primary}")
        for name, text in files.items()
    }
    registry = parse_registry(models)
    cards = replace(registry.models["customers"], connection="hr")
    return replace(registry, models={**registry.models, "customers": cards})


def test_a_crosswalk_leads_to_another_system_and_says_which_ids_it_lacks(bakery: Path, door: Doors, tmp_path: Path) -> None:
    here_file, there = tmp_path / "till.duckdb", tmp_path / "cards.duckdb"
    for path in (here_file, there):
        path.write_bytes(bakery.read_bytes())
    with duckdb.connect(str(here_file)) as con:
        con.execute("CREATE TABLE crumb.card_ids AS SELECT n AS till_id, 'C' || n AS card_id FROM range(1, 11) AS r(n)")
    with duckdb.connect(str(there)) as con:
        con.execute("ALTER TABLE crumb.customers ALTER customer_id TYPE VARCHAR")
        con.execute("UPDATE crumb.customers SET customer_id = 'C' || customer_id")
    one = door(tiny_registry(), {"default": f"duckdb:///{bakery}"})
    two = door(with_cards(), {"default": f"duckdb:///{here_file}", "hr": f"duckdb:///{there}"})

    found = two.run(BY_TIER, everything(), intent=ASKED)

    assert found.notes == ("3 of 13 ids of customer are not in the crosswalk card_ids.",)
    known = tuple(str(n) for n in range(1, 11))
    wanted = one.run(
        MetricQuery.model_validate(
            {"metrics": ["sales"], "group_by": ["tier"], "where": [{"field": "customer", "op": "in", "values": known}]}
        ),
        everything(),
        intent=ASKED,
    )
    named = {tier: amount for tier, amount in wanted.table.rows if tier is not None}
    assert {tier: amount for tier, amount in found.table.rows if tier is not None} == named
    total = one.run(MetricQuery(metrics=("sales",)), everything(), intent=ASKED).table.rows[0][0]
    assert sum(amount for _, amount in found.table.rows) == total  # type: ignore[misc, arg-type]


def test_a_crosswalk_that_cannot_be_read_is_a_fault_in_its_file() -> None:
    with pytest.raises(RegistryError) as caught:
        parse_registry(tiny_files() | {"crosswalks/cards.yml": "crosswalk: c\nrelation: crumb.c\nids: {customer: 'a; b'}\n"})

    assert {fault.file for fault in caught.value.faults} == {"crosswalks/cards.yml"}


def test_cells_travel_exactly() -> None:
    cells = ((Decimal("12345678901234567890.25"), 1, "a"), (None, 2, None), (Decimal("-0.5"), 1 << 70, "b"))

    assert rows(arrow(("x", "y", "z"), cells)) == cells


def test_scope_prove_looks_at_every_statement_and_finds_nothing_wrong() -> None:
    roles = {"all": everything(), "north": replace(everything(NORTH), denied=frozenset({"customers.phone"}))}

    report = prove_scope(apart("regions", "shops"), roles)

    assert report.combinations > 100
    assert report.violations == ()
