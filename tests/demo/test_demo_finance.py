"""Halden's finance and growth: traps of the planted size, bridges that close, a stall that shows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from demo.halden import billing, crm, invoices, names, procurement, program_map, rates, trials, truth_finance, truth_growth, usage
from demo.halden.columns import day, rounded
from demo.halden.world import AS_OF_DAY, World, build_world


@pytest.fixture(scope="module")
def world() -> World:
    return build_world()


@pytest.fixture(scope="module")
def key(world: World) -> dict[str, Any]:
    finance, growth = truth_finance.truth(world), truth_growth.truth(world)
    return {**finance, "metrics": {**finance["metrics"], **growth["metrics"]}}


def test_every_bridge_closes_to_the_cent(key: dict[str, Any]) -> None:
    bridges = key["bridges"]

    assert set(bridges) == {"revenue_bridge", "procurement_bridge", "cloud_bridge", "three_systems_bridge"}
    assert {bridge["residual"] for periods in bridges.values() for bridge in periods} == {"0.00"}


def test_every_reason_of_a_bridge_weighs_something_in_the_quarter(key: dict[str, Any]) -> None:
    reasons = key["bridges"]["three_systems_bridge"][0]["terms"]

    assert [name for name, amount in reasons.items() if Decimal(amount) == 0] == []


def test_supplier_invoices_were_entered_twice_31_times_for_218_440_dollars(world: World, key: dict[str, Any]) -> None:
    assert key["traps"]["T03"] == {"documents": 31, "overstated": "218440.00"}
    for document in procurement.documents(world):
        if document.copy_of is not None:
            original = procurement.documents(world)[document.copy_of - 1]
            assert document.number.strip().upper() == original.number
            assert document.number != original.number
            assert document.net == original.net


def test_about_18_percent_of_supplier_invoices_name_no_service_period(key: dict[str, Any]) -> None:
    assert key["traps"]["T02"]["without_service_period"] / key["traps"]["T02"]["documents"] == pytest.approx(0.18, abs=0.01)


def test_fourteen_allocations_do_not_add_up(key: dict[str, Any]) -> None:
    assert key["traps"]["T06"]["lines"] == 14
    assert set(key["traps"]["T06"]["percents"]) == {99, 102}


def test_joining_spend_through_the_program_map_would_inflate_it_by_a_fifth(key: dict[str, Any]) -> None:
    assert Decimal(key["traps"]["T15"]["inflation"]) == pytest.approx(Decimal("1.19"), abs=Decimal("0.005"))


def test_a_split_between_campaigns_loses_no_cent(world: World) -> None:
    shares = program_map.program_map(world)[world.programs[1].code]

    for cents in (1, 99, -7, 100_001):
        assert sum(part for _, part in program_map.split(shares, day(2026, 5, 1), cents)) == cents


def test_google_credits_take_about_nine_percent_off(key: dict[str, Any]) -> None:
    trap = key["traps"]["T10"]

    assert Decimal(trap["credits"]) / Decimal(trap["cost_alone"]) == pytest.approx(Decimal("-0.09"), abs=Decimal("0.01"))


def test_usage_counts_at_its_last_rating_and_never_on_a_trial(world: World) -> None:
    events = usage.usage(world)

    assert any(len(event.rated) == 3 for event in events)
    assert all(usage.final(event) == 0 for event in events if event.contract.status == "trial")


def test_amended_contracts_show_six_days_twice(world: World) -> None:
    doubled = [event for event in usage.usage(world) if event.also_on is not None]

    assert doubled
    assert all(0 <= event.day - event.contract.starts < 6 for event in doubled)


def test_no_invoice_bills_trial_work(world: World) -> None:
    trial_ids = {event.contract.id for event in usage.usage(world) if event.contract.status == "trial"}

    billed = {line.contract_id for invoice in invoices.invoices(world) for line in invoice.lines}

    assert not trial_ids & billed


def test_a_void_invoice_is_written_again(world: World) -> None:
    made = {invoice.id: invoice for invoice in invoices.invoices(world)}
    voids = {number for number, invoice in made.items() if invoice.status == "void"}

    assert voids == {invoice.again for invoice in made.values() if invoice.again}


def test_twin_accounts_differ_by_case_alone(world: World) -> None:
    ids = [account.id[:15] for account in world.accounts]

    assert len(set(ids)) == len(ids)
    assert len(ids) - len({each.lower() for each in ids}) == 6
    assert all(names.checksum(account.id[:15]) == account.id[15:] for account in world.accounts)


def test_billing_refers_to_accounts_in_four_ways(world: World) -> None:
    gone = {old for old, _ in world.merged}
    references = [billing.account_ref(world, customer) for customer in billing.all_customers(world)]

    assert {len(each) if each else 0 for each in references} == {0, 15, 18}
    assert gone & set(references)


def test_one_snapshot_is_missing_and_one_was_loaded_twice(world: World) -> None:
    mondays = {monday for monday, _ in crm.snapshots(world)}
    table = crm.tables(world)["growth.opportunity_snapshot_weekly"]

    assert day(2026, 5, 25) not in mondays
    assert day(2026, 5, 18) in mondays
    assert table.num_rows > len(crm.snapshots(world))


def test_nine_deals_moved_on_sunday_night_after_the_snapshot(key: dict[str, Any]) -> None:
    assert key["traps"]["T29"]["deals"] == 9


def test_trials_stall_at_uploaded_data_more_than_anywhere_else(key: dict[str, Any]) -> None:
    by_stage = next(each for each in key["metrics"]["trial_stall_excess"] if each["group_by"] == ["trial_stage"])

    worst = max(by_stage["rows"], key=lambda row: Decimal(row[1]))

    assert worst[0] == "data_uploaded"
    assert Decimal(worst[1]) > Decimal("0.2")


def test_a_second_trial_of_an_account_never_buys(world: World) -> None:
    assert all(trial.buyer is None for trial in trials.trials(world).all if trial.again)


def test_conversion_within_30_days_is_above_conversion_within_14(key: dict[str, Any]) -> None:
    short, long = (Decimal(key["metrics"][f"trial_conversion_{days}d"][0]["rows"][0][0]) for days in (14, 30))

    assert short < long


def test_nothing_happens_after_the_demo_begins(world: World) -> None:
    assert max(invoice.date for invoice in invoices.invoices(world)) < AS_OF_DAY
    assert max(event.day for event in usage.usage(world)) < AS_OF_DAY
    assert max(document.date for document in procurement.documents(world)) < AS_OF_DAY


def test_three_exchange_rates_give_three_amounts(key: dict[str, Any], world: World) -> None:
    assert len(set(key["traps"]["T13"].values())) == 3
    assert rates.rates(world).at_average(12_345, "USD", AS_OF_DAY) == 12_345


@pytest.mark.parametrize(("top", "bottom", "whole"), [(5, 2, 3), (-5, 2, -3), (5, -2, -3), (4, 3, 1), (0, 7, 0)])
def test_halves_are_rounded_away_from_zero_as_in_sql(top: int, bottom: int, whole: int) -> None:
    assert rounded(top, bottom) == whole
