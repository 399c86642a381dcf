"""Product billing: customers, contracts, subscriptions, invoices, credit memos and payments.

It plants T13 (three exchange rates), T19 (an invoice has many lines and many credits), T20 (draft and void invoices,
negative lines) and T33 (account references of 15 and of 18 characters).
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from demo.halden import columns, contracts, invoices, trials, usage
from demo.halden.world import Customer, World


def all_customers(world: World) -> list[Customer]:
    """Enterprise customers first, then those that a trial brought."""
    return [*world.customers, *trials.trials(world).customers]


def account_ref(world: World, customer: Customer) -> str | None:
    """How billing refers to the CRM: mostly 18 characters, a third with 15, some with none, some an id that was merged."""
    if customer.id % 17 == 5:
        return None
    if customer.id % 3 == 1:
        return customer.account.id[:15]
    old = {account.id: gone for gone, account in world.merged}
    return old.get(customer.account.id, customer.account.id) if customer.id % 2 else customer.account.id


def tables(world: World) -> dict[str, pa.Table]:
    """Every table of `raw_billing`."""
    made = invoices.invoices(world)
    return {
        "raw_billing.customer": _customers(world),
        "raw_billing.contract": _contracts(world),
        **usage.tables(world),
        "raw_billing.subscription": _subscriptions(world),
        **invoices.tables(made),
    }


def _customers(world: World) -> pa.Table:
    customers = all_customers(world)
    return columns.table(
        {
            "customer_id": columns.whole([c.id for c in customers]),
            "legal_name": columns.text([c.legal_name for c in customers]),
            "bill_country": columns.text([c.account.country for c in customers]),
            "currency": columns.text([c.currency for c in customers]),
            "crm_account_ref": columns.text([account_ref(world, c) for c in customers]),
        }
    )


def _contracts(world: World) -> pa.Table:
    made = contracts.contracts(world).all
    return columns.table(
        {
            "contract_id": columns.text([c.id for c in made]),
            "customer_id": columns.whole([c.customer.id for c in made]),
            "program_code": columns.text([c.program.code if c.program else None for c in made]),
            "start_date": columns.dates([c.starts for c in made]),
            "end_date": columns.dates([c.ends for c in made]),
            "type": columns.text([c.kind for c in made]),
            "acv": columns.money([c.monthly * 12 if c.monthly else c.customer.size * 25_000_000 for c in made]),
            "accuracy_sla": columns.decimal([9500 + 50 * (c.customer.id % 9) for c in made], 4),
            "turnaround_hours": columns.whole([24 * (1 + c.customer.id % 5) for c in made]),
            "status": columns.text([c.status for c in made]),
            "amended_from": columns.text([c.amended_from for c in made]),
        }
    )


def _subscriptions(world: World) -> pa.Table:
    flat = [c for c in contracts.contracts(world).all if c.kind == "subscription"]
    rows: list[tuple[Any, ...]] = [
        (c.customer.id, "enterprise", 40 + c.customer.size * 5, c.monthly, c.starts, None) for c in flat
    ]
    rows += [
        # A parent who buys for its child does not name the trial.
        (t.buyer.id, t.plan, t.seats, t.mrr, t.bought, t.id if t.buyer.account.id == t.account.id else None)
        for t in trials.trials(world).all
        if t.buyer is not None
    ]
    customers, plans, seats, mrr, starts, trial_ids = zip(*rows, strict=True)
    return columns.table(
        {
            "sub_id": columns.text([f"SUB-{number:05d}" for number in range(1, len(rows) + 1)]),
            "customer_id": columns.whole(customers),
            "plan": columns.text(plans),
            "seats": columns.whole(seats),
            "mrr": columns.money(mrr),
            "start_date": columns.dates(starts),
            "end_date": columns.dates([None] * len(rows)),
            "trial_id": columns.text(trial_ids),
        }
    )
