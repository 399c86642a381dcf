"""What lies between the systems and the marts, as facts by reason. Computed from documents, never from totals."""

from __future__ import annotations

from collections.abc import Iterator

from demo.halden import cloud, invoices, procurement, rates, usage
from demo.halden.facts_finance import document_class
from demo.halden.invoices import Invoice
from demo.halden.rates import Rates
from demo.halden.tally import Fact
from demo.halden.world import World

REVENUE = ("unbilled", "void_reissue", "revenue_fx", "adjustments", "flat_fees", "credits")
PROCUREMENT = (
    "supplier_tax",
    "supplier_voided",
    "supplier_disputed",
    "supplier_duplicates",
    "supplier_credits",
    "supplier_fx",
    "supplier_timing",
)
CLOUD = ("cloud_tax", "cloud_promotions", "cloud_commitments")


def terms(world: World) -> dict[str, list[Fact]]:
    """Facts by reason; the reasons of REVENUE, PROCUREMENT and CLOUD."""
    made: dict[str, list[Fact]] = {name: [] for name in (*REVENUE, *PROCUREMENT, *CLOUD)}
    fx = rates.rates(world)
    for name, number, cents in (*_revenue(world, fx), *_procurement(world, fx), *_cloud(world)):
        made[name].append(Fact(number, cents, {}))
    return made


Term = tuple[str, int, int]  # reason, day, cents


def _revenue(world: World, fx: Rates) -> Iterator[Term]:
    for event in usage.usage(world):
        if event.contract.status != "trial":
            yield "unbilled", event.day, usage.final(event)
    for invoice in invoices.invoices(world):
        rated = sum(line.rated for line in invoice.lines)
        if rated and invoice.status != "draft":
            if invoice.again is None:
                yield "unbilled", invoice.date, -rated
            if invoice.status == "void" or invoice.again is not None:
                yield "void_reissue", invoice.date, rated if invoice.again is None else -rated
        if invoice.counts:
            yield from _invoice_terms(invoice, fx)


def _invoice_terms(invoice: Invoice, fx: Rates) -> Iterator[Term]:
    currency = invoice.customer.currency
    for line in invoice.lines:
        dollars = fx.at_average(line.cents, currency, invoice.date)
        if line.rated:
            yield "revenue_fx", invoice.date, line.rated - dollars
        else:
            yield "adjustments" if line.cents < 0 else "flat_fees", invoice.date, -dollars
    for credit in invoice.credits:
        yield "credits", credit.issued, fx.at_average(credit.cents, currency, credit.issued)


def _procurement(world: World, fx: Rates) -> Iterator[Term]:
    names = {"voided": "supplier_voided", "disputed": "supplier_disputed", "duplicate": "supplier_duplicates"}
    for document in procurement.documents(world):
        currency = document.supplier.currency
        tax = fx.at_spot(document.tax, currency, document.date)
        spot = fx.at_spot(document.net + document.tax, currency, document.date) - tax
        average = sum(fx.at_average(line.cents, currency, document.service_day) for line in document.lines)
        yield "supplier_tax", document.date, tax
        kind = document_class(document)
        if kind in names:
            yield names[kind], document.date, spot
            continue
        sign = -1 if kind == "credit" else 1
        if kind == "credit":
            yield "supplier_credits", document.date, 2 * spot
        yield "supplier_fx", document.date, sign * (spot - average)
        yield "supplier_timing", document.date, sign * average
        yield "supplier_timing", document.service_day, -sign * average


def _cloud(world: World) -> Iterator[Term]:
    for charge in cloud.charges(world):
        if charge.kind in ("Tax", "tax"):
            yield "cloud_tax", charge.day, charge.cost
        elif charge.kind == "Credit":
            yield "cloud_promotions", charge.day, charge.cost
        elif charge.kind == "SavingsPlanRecurringFee":
            yield "cloud_commitments", charge.day, charge.cost
        elif charge.kind == "SavingsPlanCoveredUsage":
            yield "cloud_commitments", charge.day, -charge.effective
        for kind, cents in charge.credits:
            if kind == "PROMOTION":
                yield "cloud_promotions", charge.day, cents
