"""Invoices in the customer's currency, written from rated usage and flat fees, with credit memos and payments.

Usage is invoiced in arrears on the first days of the next month, flat fees in advance. Void invoices are written again
weeks later. It never bills trial work.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple

import pyarrow as pa

from demo.halden import columns, contracts, rates, trials, usage
from demo.halden.columns import as_date, rounded
from demo.halden.contracts import Contract
from demo.halden.world import AS_OF_DAY, FIRST_DAY, LAST_DAY, Customer, Program, Project, World

REASONS = ("quality", "sla", "goodwill", "error")


class Line(NamedTuple):
    """One line. `cents` is in the invoice's currency, `rated` in dollars (0 where nothing was rated)."""

    contract_id: str | None
    kind: str  # usage, gov, eval, subscription
    program: Program | None
    project: Project | None
    text: str
    quantity: int
    cents: int
    rated: int


class Credit(NamedTuple):
    """A credit memo, in the invoice's currency."""

    id: str
    reason: str
    cents: int
    issued: int


class Invoice(NamedTuple):
    """An invoice; `again` names the void one that it replaces."""

    id: str
    customer: Customer
    date: int
    period_start: int
    period_end: int
    status: str
    lines: tuple[Line, ...]
    credits: tuple[Credit, ...]
    again: str | None
    paid_at: int | None

    @property
    def subtotal(self) -> int:
        """The lines, in cents of the invoice's currency."""
        return sum(line.cents for line in self.lines)

    @property
    def tax(self) -> int:
        """Tax on the lines."""
        return rounded(self.subtotal * self.customer.tax_percent, 100)

    @property
    def counts(self) -> bool:
        """Whether it is revenue: neither draft nor void."""
        return self.status in ("issued", "paid")


def invoices(world: World) -> list[Invoice]:
    """All invoices of this world, by date."""
    return world.once("invoices", _make)


def months() -> list[tuple[int, int]]:
    """Every month of the calendar as [first day, first day of the next)."""
    starts = [number for number in range(FIRST_DAY, AS_OF_DAY + 1) if as_date(number).day == 1]
    return list(zip(starts, starts[1:], strict=False))


def begun_months() -> list[tuple[int, int]]:
    """The same, with the month that has only begun."""
    return [*months(), (months()[-1][1], AS_OF_DAY + 27)]


def _make(world: World) -> list[Invoice]:
    rng = world.rng("billing.invoice")
    drafts = [*_usage_bills(world, rng), *_flat_bills(world, rng), *_trial_bills(world)]
    drafts.sort(key=lambda bill: (bill[1], bill[0].id, bill[2]))
    made: list[Invoice] = []
    for customer, date, starts, ends, lines in drafts:
        made += _issue(rng, customer, date, starts, ends, lines, len(made))
    return made


Bill = tuple[Customer, int, int, int, tuple[Line, ...]]


def _usage_bills(world: World, rng: random.Random) -> Iterator[Bill]:
    """A bill a customer and month, in arrears, for its usage."""
    work: dict[tuple[int, int], dict[tuple[str, str], list[int]]] = {}
    starts_of = {number: first for first, after in months() for number in range(first, after)}
    projects = {project.id: project for project in world.projects}
    by_id: dict[str, Contract] = {}
    for event in usage.usage(world):
        if event.contract.status == "trial" or event.day not in starts_of:
            continue
        by_id[event.contract.id] = event.contract
        key = (starts_of[event.day], event.contract.customer.id)
        sums = work.setdefault(key, {}).setdefault((event.contract.id, event.project.id), [0, 0])
        sums[0] += event.accepted
        sums[1] += usage.final(event)
    customers = {customer.id: customer for customer in world.customers}
    made = rates.rates(world)
    after_of = dict(months())
    for (first, customer_id), parts in sorted(work.items()):
        customer = customers[customer_id]
        date = min(after_of[first] + 1 + rng.randrange(6), LAST_DAY)
        lines = []
        for (contract_id, project_id), (units, rated) in parts.items():
            project = projects[project_id]
            local = made.from_dollars(rated, customer.currency, date)
            lines.append(
                Line(contract_id, by_id[contract_id].kind, project.program, project, "Labeling work", units, local, rated)
            )
            if rng.random() < 0.06:
                off = -rounded(local * rng.randrange(2, 7), 100)
                lines.append(Line(contract_id, by_id[contract_id].kind, project.program, project, "Volume adjustment", 1, off, 0))
        lines.sort(key=lambda line: (-line.cents, line.contract_id or "", line.project.id if line.project else ""))
        yield customer, date, first, after_of[first], tuple(lines)


def _flat_bills(world: World, rng: random.Random) -> Iterator[Bill]:
    """Flat fees of enterprise contracts, in advance."""
    made = rates.rates(world)
    for contract in contracts.contracts(world).all:
        for first, after in begun_months() if contract.monthly else []:
            if contract.starts <= first < contract.ends:
                date = first + rng.randrange(3)
                local = made.from_dollars(contract.monthly, contract.customer.currency, date)
                text = "Platform seats" if contract.kind == "subscription" else "Evaluation engagement"
                line = Line(contract.id, contract.kind, contract.program, None, text, 1, local, 0)
                yield contract.customer, date, first, after, (line,)


def _trial_bills(world: World) -> Iterator[Bill]:
    """Seats of those who bought after a trial: the first bill on the day they buy, then monthly."""
    made = rates.rates(world)
    for trial in trials.trials(world).all:
        if trial.buyer is None or trial.bought is None:
            continue
        for first, after in begun_months():
            date = max(trial.bought, first)
            if date < min(after, AS_OF_DAY):
                local = made.from_dollars(trial.mrr, trial.buyer.currency, date)
                line = Line(None, "subscription", None, None, f"{trial.plan} plan", trial.seats, local, 0)
                yield trial.buyer, date, first, after, (line,)


def _issue(
    rng: random.Random, customer: Customer, date: int, starts: int, ends: int, lines: tuple[Line, ...], count: int
) -> list[Invoice]:
    """The invoice, and its second version where the first was void."""
    is_usage = any(line.rated for line in lines)
    if is_usage and starts >= AS_OF_DAY - 40:
        return [Invoice(_id(count), customer, date, starts, ends, "draft", lines, (), None, None)]
    if is_usage and rng.random() < 0.04 and date + 60 < LAST_DAY:
        again = date + rng.randrange(20, 50)
        void = Invoice(_id(count), customer, date, starts, ends, "void", lines, (), None, None)
        return [void, _final(rng, customer, again, starts, ends, lines, count + 1, void.id)]
    return [_final(rng, customer, date, starts, ends, lines, count, None)]


def _final(
    rng: random.Random,
    customer: Customer,
    date: int,
    starts: int,
    ends: int,
    lines: tuple[Line, ...],
    count: int,
    again: str | None,
) -> Invoice:
    subtotal = sum(line.cents for line in lines)
    granted = []
    if customer.id < 2000 and rng.random() < 0.16:
        for part in range(1 + (rng.random() < 0.35)):
            issued = date + rng.randrange(4, 60)
            if issued <= LAST_DAY:
                cents = rounded(subtotal * rng.randrange(10, 60), 1000)
                granted.append(Credit(f"CM-{count + 1:05d}-{part + 1}", rng.choice(REASONS), cents, issued))
    paid = date + rng.randrange(18, 55)
    settled = paid <= LAST_DAY and rng.random() < 0.97
    status = "paid" if settled else "issued"
    return Invoice(
        _id(count), customer, date, starts, ends, status, lines, tuple(granted), again, paid if settled else None
    )  # fmt: skip


def _id(count: int) -> str:
    return f"INV-{count + 1:06d}"


def tables(made: list[Invoice]) -> dict[str, pa.Table]:
    """`invoice`, `invoice_line`, `credit_memo` and `payment` of `raw_billing`."""
    lines = [(invoice, number, line) for invoice in made for number, line in enumerate(invoice.lines, start=1)]
    credits = [(invoice, credit) for invoice in made for credit in invoice.credits]
    paid = [invoice for invoice in made if invoice.paid_at is not None]
    return {
        "raw_billing.invoice": columns.table(
            {
                "invoice_id": columns.text([i.id for i in made]),
                "customer_id": columns.whole([i.customer.id for i in made]),
                "invoice_date": columns.dates([i.date for i in made]),
                "period_start": columns.dates([i.period_start for i in made]),
                "period_end": columns.dates([i.period_end for i in made]),
                "currency": columns.text([i.customer.currency for i in made]),
                "subtotal": columns.money([i.subtotal for i in made]),
                "tax": columns.money([i.tax for i in made]),
                "total": columns.money([i.subtotal + i.tax for i in made]),
                "status": columns.text([i.status for i in made]),
                "reissue_of": columns.text([i.again for i in made]),
            }
        ),
        "raw_billing.invoice_line": columns.table(
            {
                "invoice_id": columns.text([i.id for i, _, _ in lines]),
                "line_no": columns.whole([number for _, number, _ in lines]),
                "contract_id": columns.text([line.contract_id for _, _, line in lines]),
                "project_id": columns.text([line.project.id if line.project else None for _, _, line in lines]),
                "description": columns.text([line.text for _, _, line in lines]),
                "qty": columns.whole([line.quantity for _, _, line in lines]),
                "amount": columns.money([line.cents for _, _, line in lines]),
            }
        ),
        "raw_billing.credit_memo": columns.table(
            {
                "credit_id": columns.text([credit.id for _, credit in credits]),
                "invoice_id": columns.text([i.id for i, _ in credits]),
                "reason": columns.text([credit.reason for _, credit in credits]),
                "amount": columns.money([credit.cents for _, credit in credits]),
                "issued_at": columns.dates([credit.issued for _, credit in credits]),
            }
        ),
        "raw_billing.payment": columns.table(
            {
                "payment_id": columns.text([f"PAY-{i.id[4:]}" for i in paid]),
                "invoice_id": columns.text([i.id for i in paid]),
                "paid_at": columns.dates([i.paid_at for i in paid]),
                "amount": columns.money([i.subtotal + i.tax for i in paid]),
            }
        ),
    }
