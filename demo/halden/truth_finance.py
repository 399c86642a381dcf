"""Finance's part of the answer key: every metric and bridge from the generator's own events.

It reads no SQL, no Parquet and nothing of `anabot`.
"""

from __future__ import annotations

from typing import Any

from demo.halden import facts_bridge, facts_finance, traps
from demo.halden.columns import as_date, dollars
from demo.halden.tally import (
    FY26_Q2,
    HALF_YEAR,
    LAST_WEEK,
    MONTH,
    WEEK_BEFORE,
    Answer,
    Entry,
    Fact,
    Span,
    differences,
    distinct,
    shares,
    sums,
    total,
    usual,
)
from demo.halden.world import World

REVENUE_CUTS = ("segment", "region", "bill_country", "customer_name", "program_name", "campaign_name", "stream")
COST_CUTS = ("segment", "region", "program_name", "campaign_name", "cost_category", "supplier_name")
# A bridge, its sign in the one over all systems, its two sides, its reasons.
SIDES = (
    ("revenue_bridge", 1, "usage_revenue", "net_revenue", facts_bridge.REVENUE),
    ("procurement_bridge", -1, "gross", "supplier", facts_bridge.PROCUREMENT),
    ("cloud_bridge", -1, "billed", "effective", facts_bridge.CLOUD),
)
BOTH = [
    Entry(FY26_Q2),
    Entry(HALF_YEAR, (MONTH,)),
    *(Entry(FY26_Q2, (cut,)) for cut in ("segment", "program_name", "campaign_name")),
]


def truth(world: World) -> dict[str, dict[str, Any]]:
    """Finance's metrics and bridges, and the traps that finance and growth step into."""
    facts = {
        "usage_revenue": facts_finance.usage_revenue(world),
        "net_revenue": facts_finance.net_revenue(world),
        "supplier": facts_finance.supplier_cost(world),
        "cloud": facts_finance.cloud_cost(world),
        "billed": facts_finance.infra_billed(world),
        "effective": facts_finance.infra_effective(world),
        "gross": facts_finance.supplier_gross(world),
    }
    facts["cost"] = [*facts["supplier"], *facts["cloud"]]
    terms = facts_bridge.terms(world)
    metrics = {
        **_revenue(world, facts),
        **_cost(facts),
        **_together(facts),
        **{f"bridge_{name}": sums(found, _ungrouped(), places=2) for name, found in terms.items()},
    }
    return {"metrics": metrics, "bridges": _bridges(facts, terms), "traps": traps.traps(world)}


def _ungrouped() -> list[Entry]:
    return [Entry(FY26_Q2), Entry(LAST_WEEK), Entry(HALF_YEAR, (MONTH,))]


def _revenue(world: World, facts: dict[str, list[Fact]]) -> dict[str, list[Answer]]:
    net = facts["net_revenue"]
    lines = [fact for fact in net if fact.groups["line_type"] == "invoice_line"]
    seats = [fact for fact in net if fact.groups["stream"] == "subscription"]
    # In the week before last some customers got a credit and no invoice.
    few = [*map(Entry, (FY26_Q2, LAST_WEEK, WEEK_BEFORE)), Entry(FY26_Q2, ("segment",)), Entry(HALF_YEAR, (MONTH,))]
    return {
        "usage_revenue": sums(
            facts["usage_revenue"], usual("segment", "customer_name", "program_name", "project_name", "modality"), places=2
        ),
        "net_revenue": [
            *sums(net, usual(*REVENUE_CUTS), places=2),
            *sums(net, [Entry(HALF_YEAR, ("segment", MONTH)), Entry(FY26_Q2, ("segment", "stream"))], places=2),
        ],
        "invoiced_revenue": sums(lines, usual(*REVENUE_CUTS), places=2),
        "subscription_revenue": sums(seats, usual("segment", "region", "bill_country"), places=2),
        "customers_with_usage": distinct(facts_finance.customers_with_usage(world), few),
        "customers_invoiced": distinct(facts_finance.customers_invoiced(world), few),
    }


def _cost(facts: dict[str, list[Fact]]) -> dict[str, list[Answer]]:
    cost = facts["cost"]
    labor = [fact for fact in cost if fact.groups["cost_category"] == "BPO labor"]
    direct = [fact for fact in cost if fact.groups["cost_category"] in ("BPO labor", "cloud")]
    clouds = usual("cloud_provider", "cloud_service", "program_name", "segment")
    return {
        "total_program_cost": sums(cost, usual(*COST_CUTS), places=2),
        "bpo_invoiced_cost": sums(facts["supplier"], usual(*COST_CUTS), places=2),
        "labor_cost": sums(labor, usual("segment", "program_name", "supplier_name"), places=2),
        "direct_cost": sums(direct, usual("segment", "program_name", "cost_category"), places=2),
        "infra_cost_effective": sums(facts["effective"], clouds, places=2),
        "infra_cost_billed": sums(facts["billed"], clouds, places=2),
        "supplier_gross_invoiced": sums(facts["gross"], usual("supplier_name", "document_class", segment=False), places=2),
    }


def _together(facts: dict[str, list[Fact]]) -> dict[str, list[Answer]]:
    net, cost = facts["net_revenue"], facts["cost"]
    margin = [*net, *(fact._replace(value=-fact.value) for fact in cost)]
    robots = [Entry(FY26_Q2, (), (("segment", "robotics"),))]
    raw = [(1, facts["usage_revenue"]), (-1, facts["gross"]), (-1, facts["billed"])]
    # What has no revenue or no cost at all has no margin either.
    share = shares(margin, net, [*BOTH, *robots], needs=cost)
    return {
        "spend_efficiency": shares(net, cost, [*BOTH, *robots]),
        "gross_margin": differences([(1, net), (-1, cost)], [*BOTH, *robots]),
        "gross_margin_pct": share,
        "systems_margin": differences(raw, _ungrouped()),
    }


def _bridges(facts: dict[str, list[Fact]], terms: dict[str, list[Fact]]) -> dict[str, Any]:
    made: dict[str, list[dict[str, Any]]] = {}
    for span in (FY26_Q2, LAST_WEEK):
        lefts = rights = 0
        every: dict[str, tuple[int, int]] = {}
        for name, sign, left, right, reasons in SIDES:
            found = {f"bridge_{reason}": (1, total(terms[reason], span)) for reason in reasons}
            before, after = total(facts[left], span), total(facts[right], span)
            made.setdefault(name, []).append(_bridge(span, before, after, found))
            lefts, rights = lefts + sign * before, rights + sign * after
            every.update({reason: (sign, cents) for reason, (_, cents) in found.items()})
        made.setdefault("three_systems_bridge", []).append(_bridge(span, lefts, rights, every))
    return made


def _bridge(span: Span, left: int, right: int, terms: dict[str, tuple[int, int]]) -> dict[str, Any]:
    explained = sum(sign * cents for sign, cents in terms.values())
    return {
        "period": [as_date(number).isoformat() for number in span],
        "left": dollars(left),
        "right": dollars(right),
        "terms": {name: dollars(cents) for name, (_, cents) in terms.items()},
        "residual": dollars(left - right - explained),
    }
