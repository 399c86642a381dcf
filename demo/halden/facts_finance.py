"""Finance's events as facts to be summed: revenue, cost and what lies between the systems.

Computed from the generator's own objects, apart from any SQL. It never writes a table.
"""

from __future__ import annotations

from collections.abc import Iterator

from demo.halden import cloud, invoices, procurement, program_map, rates, usage
from demo.halden.columns import rounded
from demo.halden.invoices import Invoice, Line
from demo.halden.tally import Fact
from demo.halden.world import Campaign, Customer, Program, World

STREAMS = {"usage": "usage", "subscription": "subscription", "gov": "government_contracts", "eval": "evaluation"}
NOBODY = "Unallocated"


def _whose(program: Program | None, customer: Customer | None) -> dict[str, str | None]:
    account = customer.account if customer else None
    return {
        "program_name": program.name if program else NOBODY,
        "customer_name": account.name if account else NOBODY,
        "segment": account.segment if account else "unallocated",
        "region": account.region if account else "unallocated",
        "bill_country": account.country if account else "unallocated",
    }


def _campaign(campaign: Campaign | None) -> dict[str, str | None]:
    return {"campaign_name": campaign.name if campaign else NOBODY}


def usage_revenue(world: World) -> list[Fact]:
    """Rated work; trial work is there at nothing."""
    kinds = {task.id: task.modality for task in world.task_types}
    return [
        Fact(
            event.day,
            usage.final(event),
            {
                **_whose(event.project.program, event.contract.customer),
                "project_name": event.project.name,
                "modality": kinds[event.task_type_id],
                "complexity_band": event.band,
            },
        )
        for event in usage.usage(world)
    ]


def customers_with_usage(world: World) -> list[Fact]:
    """The customer of each day's work."""
    return [
        Fact(event.day, event.contract.customer.id, _whose(event.project.program, event.contract.customer))
        for event in usage.usage(world)
    ]


def _revenue_line(world: World, invoice: Invoice, line: Line, number: int, cents: int, kind: str) -> Iterator[Fact]:
    groups = {
        **_whose(line.program, invoice.customer),
        "stream": STREAMS[line.kind],
        "line_type": kind,
        "project_name": line.project.name if line.project else None,
    }
    for campaign, part in program_map.of_program(world, line.program, number, cents):
        yield Fact(number, part, {**groups, **_campaign(campaign)})


def net_revenue(world: World) -> list[Fact]:
    """Final invoice lines, and credits as negative lines, by campaign."""
    made: list[Fact] = []
    fx = rates.rates(world)
    for invoice in invoices.invoices(world):
        if not invoice.counts:
            continue
        currency = invoice.customer.currency
        for line in invoice.lines:
            cents = fx.at_average(line.cents, currency, invoice.date)
            made += _revenue_line(world, invoice, line, invoice.date, cents, "invoice_line")
        for credit in invoice.credits:
            cents = -fx.at_average(credit.cents, currency, credit.issued)
            made += _revenue_line(world, invoice, invoice.lines[0], credit.issued, cents, "credit")
    return made


def customers_invoiced(world: World) -> list[Fact]:
    """The customer of each final invoice."""
    return [
        Fact(invoice.date, invoice.customer.id, _whose(line.program, invoice.customer))
        for invoice in invoices.invoices(world)
        if invoice.counts
        for line in invoice.lines
    ]


def supplier_cost(world: World) -> list[Fact]:
    """Supplier lines that are a cost, by program and campaign; what no allocation names is unallocated."""
    fx = rates.rates(world)
    made: list[Fact] = []
    for document in procurement.documents(world):
        if not document.kept:
            continue
        sign = -1 if document.kind == "credit" else 1
        for line in document.lines:
            cents = sign * fx.at_average(line.cents, document.supplier.currency, document.service_day)
            for program, part in _allocated(line, cents):
                made += _cost(world, program, document.service_day, part, document.supplier.category, document.supplier.name)
    return made


def _allocated(line: procurement.Line, cents: int) -> Iterator[tuple[Program | None, int]]:
    upto, given = 0, 0
    for program, percent in line.shares:
        upto += percent
        reached = rounded(cents * upto, 100)
        yield program, reached - given
        given = reached
    if upto != 100:
        yield None, cents - given


def _cost(world: World, program: Program | None, number: int, cents: int, category: str, supplier: str | None) -> Iterator[Fact]:
    groups = {**_whose(program, program.customer if program else None), "cost_category": category, "supplier_name": supplier}
    for campaign, part in program_map.of_program(world, program, number, cents):
        yield Fact(number, part, {**groups, **_campaign(campaign)})


def cloud_cost(world: World) -> list[Fact]:
    """Cloud charges that have an effective cost, by program and campaign."""
    return [
        fact
        for charge in cloud.charges(world)
        if cloud.effective(charge)
        for fact in _cost(world, charge.program, charge.day, cloud.effective(charge), "cloud", None)
    ]


def _charges(world: World, amount: str) -> list[Fact]:
    measure = cloud.billed if amount == "billed" else cloud.effective
    return [
        Fact(
            charge.day,
            # A plan's usage is shown twice, once negated: neither is billed.
            0 if amount == "billed" and charge.kind == "SavingsPlanCoveredUsage" else measure(charge),
            {
                **_whose(charge.program, charge.program.customer if charge.program else None),
                "cloud_provider": charge.provider,
                "cloud_service": charge.service,
            },
        )
        for charge in cloud.charges(world)
        if charge.kind != "SavingsPlanNegation"
    ]


def infra_effective(world: World) -> list[Fact]:
    """Every charge at its effective cost."""
    return _charges(world, "effective")


def infra_billed(world: World) -> list[Fact]:
    """Every charge at its billed cost."""
    return _charges(world, "billed")


def document_class(document: procurement.Document) -> str:
    """How procurement's list is read: one class a document."""
    if document.status in ("voided", "disputed"):
        return document.status
    return "duplicate" if document.copy_of is not None else document.kind


def supplier_gross(world: World) -> list[Fact]:
    """Every supplier document, gross, at the rate of its day."""
    fx = rates.rates(world)
    return [
        Fact(
            document.date,
            fx.at_spot(document.net + document.tax, document.supplier.currency, document.date),
            {"supplier_name": document.supplier.name, "document_class": document_class(document)},
        )
        for document in procurement.documents(world)
    ]
