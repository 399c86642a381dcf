"""The traps of finance and growth: what was planted, how large it is, and what falling into it would say.

Computed from the generator's own events. Each entry says the right number where there is one, and the wrong one beside it.
"""

from __future__ import annotations

from typing import Any

from demo.halden import billing, cloud, contracts, crm, invoices, marketing, procurement, program_map, rates, trials, usage
from demo.halden.columns import DAY_SECONDS, as_date, dollars, instant
from demo.halden.facts_finance import document_class
from demo.halden.names import CAMPAIGNS, HOSTILE_PROJECTS
from demo.halden.tally import FY26_Q2
from demo.halden.world import AS_OF_DAY, TWINS, World


def traps(world: World) -> dict[str, dict[str, Any]]:
    """All of them, by their number."""
    return {**_supplier(world), **_clouds(world), **_shared(world), **_revenue(world), **_growth(world)}


def _in_quarter(number: int) -> bool:
    return FY26_Q2[0] <= number < FY26_Q2[1]


def _supplier(world: World) -> dict[str, dict[str, Any]]:
    made = procurement.documents(world)
    fx = rates.rates(world)

    def gross(kind: str) -> str:
        found = [d for d in made if document_class(d) == kind]
        return dollars(sum(fx.at_spot(d.net + d.tax, d.supplier.currency, d.date) for d in found))

    copies = [d for d in made if d.copy_of is not None]
    crooked = [line for d in made for line in d.lines if sum(percent for _, percent in line.shares) != 100]
    credits = [d for d in made if document_class(d) == "credit"]
    return {
        "T02": {
            "documents": len(made),
            "without_service_period": sum(d.service is None for d in made),
            "rule": "the month before",
        },
        "T03": {"documents": len(copies), "overstated": dollars(sum(d.net for d in copies))},
        "T04": {
            "voided": sum(d.status == "voided" for d in made),
            "disputed": sum(d.status == "disputed" for d in made),
            "voided_gross": gross("voided"),
            "disputed_gross": gross("disputed"),
        },
        "T05": {"tax": dollars(sum(fx.at_spot(d.tax, d.supplier.currency, d.date) for d in made))},
        "T06": {"lines": len(crooked), "percents": sorted(sum(percent for _, percent in line.shares) for line in crooked)},
        "T07": {"documents": len(credits), "gross": gross("credit")},
    }


def _clouds(world: World) -> dict[str, dict[str, Any]]:
    made = [charge for charge in cloud.charges(world) if _in_quarter(charge.day)]
    aws = [charge for charge in made if charge.provider == "AWS"]
    google = [charge for charge in made if charge.provider != "AWS"]
    right = sum(map(cloud.effective, aws))
    naive = sum(charge.cost for charge in aws if charge.kind != "SavingsPlanNegation")
    return {
        "T08": {"effective": dollars(right), "summed_without_negations": dollars(naive)},
        "T10": {
            "cost_alone": dollars(sum(charge.cost for charge in google)),
            "credits": dollars(sum(cents for charge in google for _, cents in charge.credits)),
        },
        "T14": {"tax": dollars(sum(charge.cost for charge in made if charge.kind in ("Tax", "tax")))},
    }


def _shared(world: World) -> dict[str, dict[str, Any]]:
    """T13 and T15: one amount, three rates; one program, two campaigns."""
    fx = rates.rates(world)
    finals = [i for i in invoices.invoices(world) if i.counts and _in_quarter(i.date)]
    three = {"month_avg": 0, "spot": 0, "booking": 0}
    for invoice in finals:
        currency, month = invoice.customer.currency, as_date(invoice.date).replace(day=1)
        three["month_avg"] += fx.at_average(invoice.subtotal, currency, invoice.date)
        three["spot"] += fx.at_spot(invoice.subtotal, currency, invoice.date)
        three["booking"] += invoice.subtotal * fx.booking[currency, month] // rates.ONE
    once = naive = 0
    for document in procurement.documents(world):
        if document.kept and _in_quarter(document.service_day):
            for line in document.lines:
                for program, percent in line.shares:
                    cents = fx.at_average(line.cents * percent // 100, document.supplier.currency, document.service_day)
                    once += cents
                    naive += cents * len(
                        program_map.split(program_map.program_map(world)[program.code], document.service_day, cents)
                    )
    return {
        "T13": {rate: dollars(cents) for rate, cents in three.items()},
        "T15": {"programs_of_two_campaigns": len(program_map.SHARED), "inflation": f"{naive / once:.4f}"},
    }


def _revenue(world: World) -> dict[str, dict[str, Any]]:
    made = usage.usage(world)
    bills = invoices.invoices(world)
    fx = rates.rates(world)
    quarter = [event for event in made if _in_quarter(event.day)]
    rerated = [event for event in made if len(event.rated) > 1]
    doubled = [event for event in made if event.also_on is not None]
    free = [event for event in made if event.contract.status == "trial"]
    final = [i for i in bills if i.counts and _in_quarter(i.date)]
    chasm = sum(fx.at_average(c.cents, i.customer.currency, c.issued) * len(i.lines) for i in final for c in i.credits)
    credits = sum(fx.at_average(c.cents, i.customer.currency, c.issued) for i in final for c in i.credits)
    return {
        "T01": {
            "rated": dollars(sum(map(usage.final, quarter))),
            "invoiced": dollars(sum(fx.at_average(line.cents, i.customer.currency, i.date) for i in final for line in i.lines)),
        },
        "T16": {"days_rated_again": len(rerated), "overstated": dollars(sum(sum(event.rated[:-1]) for event in rerated))},
        "T17": {"rows": len(doubled), "days": contracts.OVERLAP, "overstated": dollars(sum(e.rated[-1] for e in doubled))},
        "T19": {"credits": dollars(credits), "credits_times_lines": dollars(chasm)},
        "T20": {
            "draft": sum(i.status == "draft" for i in bills),
            "void": sum(i.status == "void" for i in bills),
            "negative_lines": sum(line.cents < 0 for i in bills for line in i.lines),
        },
        "T22": {"rows": len(free), "rated": dollars(sum(event.rated[-1] for event in free))},
        "T24": {"FY26 Q2": ["2026-05-01", "2026-08-01"], "2026-Q2": ["2026-04-01", "2026-07-01"]},
    }


def _growth(world: World) -> dict[str, dict[str, Any]]:
    deals = [deal for deal in crm.opportunities(world) if not deal.deleted]
    monday = [deal for day, deal in crm.snapshots(world) if day == AS_OF_DAY]
    taken = instant(AS_OF_DAY, 6)
    moved = [deal for deal in monday if deal.stage_at(taken) != deal.stage]
    quarter = [deal for deal in deals if _in_quarter(deal.created // DAY_SECONDS)]
    still_open = sum(deal.cents for deal in quarter if deal.stage not in crm.CLOSED)
    everyone = billing.all_customers(world)
    tried = trials.trials(world).all
    spent = [event for event in marketing.spend(world) if event.restated is not None]
    short = [c for c in everyone if len(billing.account_ref(world, c) or "") == 15]
    return {
        "T26": {"this_week_begins": as_date(AS_OF_DAY).isoformat(), "complete_days": 0},
        "T29": {"deals": len(moved), "amount": dollars(sum(deal.cents_at(taken) for deal in moved))},
        "T30": {
            "missing": as_date(crm.MISSING_SNAPSHOT).isoformat(),
            "loaded_twice": as_date(crm.REPEATED_SNAPSHOT).isoformat(),
            "rows_twice": sum(day == crm.REPEATED_SNAPSHOT for day, _ in crm.snapshots(world)),
        },
        "T32": {"merged_accounts": len(world.merged)},
        "T33": {"twins": len(TWINS), "references_of_15": len(short), "without_reference": sum(c.id % 17 == 5 for c in everyone)},
        "T34": {
            "deals_without_amount": sum(deal.bare for deal in deals),
            "amount": dollars(sum(d.cents for d in deals if d.bare)),
        },
        "T35": {
            "taken_twice": sum(trial.again for trial in tried),
            "bought_by_parent": sum(t.buyer is not None and t.buyer.account.id != t.account.id for t in tried),
            "stall_stage": trials.STAGES[trials.STALL_STAGE],
            "stall_since": as_date(trials.STALL_FROM).isoformat(),
        },
        "T36": {"days_restated": len(spent)},
        "T37": {"created": dollars(sum(deal.cents for deal in quarter)), "created_and_still_open": dollars(still_open)},
        "T58": {
            "projects": len(HOSTILE_PROJECTS),
            "campaigns": sum("<" in name for name, *_ in CAMPAIGNS),
            "deals": sum(bool(deal.description) for deal in deals),
        },
        "T59": {"restricted_programs": sum(program.restricted for program in world.programs)},
    }
