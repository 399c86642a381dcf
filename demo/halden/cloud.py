"""Cloud bills: AWS in CUR 2.0 columns, Google Cloud in its billing export.

It plants T08 (savings plans show the same usage twice), T10 (Google's credits are an array beside the cost) and T14 (tax
lines). A tenth of the usage has no program tag.
"""

from __future__ import annotations

import random
from typing import NamedTuple

import pyarrow as pa

from demo.halden import columns, usage
from demo.halden.columns import as_date, rounded
from demo.halden.world import FIRST_DAY, LAST_DAY, Program, World

AWS = (("AmazonEC2", 100), ("AmazonS3", 38), ("AmazonRDS", 30), ("AmazonSageMaker", 72), ("AWSDataTransfer", 14))
GCP = (("Compute Engine", 90), ("Cloud Storage", 34), ("BigQuery", 40), ("Vertex AI", 85))
GCP_CREDITS = (("SUSTAINED_USAGE_DISCOUNT", 60), ("COMMITTED_USAGE_DISCOUNT", 30), ("PROMOTION", 10))


class Charge(NamedTuple):
    """One line of a bill, in cents. `kind` is the provider's own word; `credits` are Google's (kind, negative cents)."""

    provider: str
    day: int
    service: str
    program: Program | None
    tagged: bool
    kind: str
    cost: int  # AWS: unblended cost; Google: cost before credits
    effective: int  # AWS: the savings plan's effective cost, where it has one
    credits: tuple[tuple[str, int], ...] = ()


def charges(world: World) -> list[Charge]:
    """All charges of both bills up to the last complete day."""
    return world.once("cloud", lambda made: [*_aws(made), *_gcp(made)])


def billed(charge: Charge) -> int:
    """What the bill says, in cents: everything, after credits."""
    return charge.cost + sum(cents for _, cents in charge.credits)


def effective(charge: Charge) -> int:
    """What the usage cost, in cents: commitments spread over use; no tax, no promotional credits."""
    if charge.kind in ("Tax", "tax", "Credit", "SavingsPlanNegation", "SavingsPlanRecurringFee"):
        return 0
    if charge.kind == "SavingsPlanCoveredUsage":
        return charge.effective
    return charge.cost + sum(cents for kind, cents in charge.credits if kind != "PROMOTION")


def _aws(world: World) -> list[Charge]:
    rng = world.rng("aws.cur2")
    made: list[Charge] = []
    shares: dict[str, int] = {}
    tenants = world.programs[:28]
    for number in range(FIRST_DAY, LAST_DAY + 1):
        covered = 0
        shares = _shares(world, number, shares)
        for position, program in enumerate(tenants):
            service, size = AWS[(number + position) % len(AWS)]
            cost = _cost(rng, number, size * shares.get(program.code, 20) // 100)
            tagged = rng.random() >= 0.11
            owner = program if tagged and program.starts <= number < program.ends else None
            if service == "AmazonEC2" and rng.random() < 0.6:
                paid = rounded(cost * 72, 100)
                covered += paid
                made.append(Charge("AWS", number, service, owner, owner is not None, "SavingsPlanCoveredUsage", cost, paid))
                made.append(Charge("AWS", number, service, owner, owner is not None, "SavingsPlanNegation", -cost, 0))
            else:
                made.append(Charge("AWS", number, service, owner, owner is not None, "Usage", cost, 0))
                if rng.random() < 0.03:
                    made.append(
                        Charge("AWS", number, service, owner, owner is not None, "BundledDiscount", -rounded(cost * 12, 100), 0)
                    )
        fee = rounded(covered * rng.randrange(101, 108), 100)
        made.append(Charge("AWS", number, "ComputeSavingsPlans", None, False, "SavingsPlanRecurringFee", fee, 0))
        made += _aws_monthly(rng, number)
    return made


def _aws_monthly(rng: random.Random, number: int) -> list[Charge]:
    """Tax, support fees, promotional credits and refunds on the bill's own days."""
    date = as_date(number).day
    made = []
    if date == 1:
        made.append(Charge("AWS", number, "AWSSupportBusiness", None, False, "Fee", rng.randrange(900_000, 1_200_000), 0))
        made += [Charge("AWS", number, service, None, False, "Tax", rng.randrange(60_000, 400_000), 0) for service, _ in AWS]
    if date == 3:
        made.append(Charge("AWS", number, "AmazonSageMaker", None, False, "Credit", -rng.randrange(200_000, 700_000), 0))
    if date == 20 and rng.random() < 0.4:
        made.append(Charge("AWS", number, "AmazonS3", None, False, "Refund", -rng.randrange(20_000, 200_000), 0))
    return made


def _gcp(world: World) -> list[Charge]:
    rng = world.rng("gcp.billing_export")
    made: list[Charge] = []
    shares: dict[str, int] = {}
    for number in range(FIRST_DAY, LAST_DAY + 1):
        shares = _shares(world, number, shares)
        for position, program in enumerate(world.programs[28:]):
            service, size = GCP[(number + position) % len(GCP)]
            cost = _cost(rng, number, size * shares.get(program.code, 20) // 100)
            tagged = rng.random() >= 0.11
            owner = program if tagged and program.starts <= number < program.ends else None
            credits: tuple[tuple[str, int], ...] = ()
            if rng.random() < 0.55:
                kind = rng.choices([k for k, _ in GCP_CREDITS], [w for _, w in GCP_CREDITS])[0]
                credits = ((kind, -rounded(cost * rng.randrange(12, 24), 100)),)
            made.append(Charge("Google Cloud", number, service, owner, owner is not None, "regular", cost, 0, credits))
        date = as_date(number).day
        if date == 1:
            made += [
                Charge("Google Cloud", number, service, None, False, "tax", rng.randrange(40_000, 220_000), 0)
                for service, _ in GCP
            ]
        if date == 2:
            made.append(Charge("Google Cloud", number, "Invoice", None, False, "rounding_error", rng.randrange(-3, 4), 0))
            made.append(Charge("Google Cloud", number, "BigQuery", None, False, "adjustment", -rng.randrange(1_000, 90_000), 0))
    return made


def _shares(world: World, number: int, before: dict[str, int]) -> dict[str, int]:
    """Each program's size in percent of the average, renewed on the first of a month."""
    if before and as_date(number).day != 1:
        return before
    sizes = usage.sizes(world, number)
    average = max(1, sum(sizes.values()) // max(1, len(sizes)))
    return {code: 20 + 80 * size // average for code, size in sizes.items()}


def _cost(rng: random.Random, number: int, size: int) -> int:
    growth = 100 + (number - FIRST_DAY) // 8
    return size * growth * rng.randrange(70, 131) // 22


def tables(world: World) -> dict[str, pa.Table]:
    """`raw_aws.cur2` and `raw_gcp.billing_export`."""
    made = charges(world)
    return {
        "raw_aws.cur2": _cur2([charge for charge in made if charge.provider == "AWS"]),
        "raw_gcp.billing_export": _export([charge for charge in made if charge.provider == "Google Cloud"]),
    }


def _cur2(made: list[Charge]) -> pa.Table:
    tags = [charge.program.cloud_tag if charge.program else None for charge in made]
    offsets = [0]
    for tag in tags:
        offsets.append(offsets[-1] + (tag is not None))
    given = [tag for tag in tags if tag is not None]
    months = [columns.as_date(c.day).replace(day=1).toordinal() - columns.EPOCH for c in made]
    return columns.table(
        {
            "identity_line_item_id": columns.text([f"aws-{number:07d}" for number in range(len(made))]),
            "line_item_usage_start_date": columns.stamps([columns.instant(c.day, c.day % 24) for c in made]),
            "line_item_usage_account_id": columns.text([f"4400000000{(c.day + len(c.service)) % 7:02d}" for c in made]),
            "line_item_line_item_type": columns.text([c.kind for c in made]),
            "product_servicecode": columns.text([c.service for c in made]),
            "line_item_unblended_cost": columns.money([c.cost for c in made]),
            "savings_plan_effective_cost": columns.money([c.effective for c in made]),
            "resource_tags": pa.MapArray.from_arrays(offsets, pa.array(["program"] * len(given)), pa.array(given, pa.string())),
            "bill_billing_period_start_date": columns.dates(months),
            "bill_bill_type": columns.text(["Anniversary"] * len(made)),
        }
    )


def _export(made: list[Charge]) -> pa.Table:
    offsets = [0]
    for charge in made:
        offsets.append(offsets[-1] + len(charge.credits))
    credits = [credit for charge in made for credit in charge.credits]
    struct = pa.StructArray.from_arrays(
        [columns.text([kind for kind, _ in credits]), columns.money([cents for _, cents in credits])], ["type", "amount"]
    )
    labels = [charge.program.cloud_tag if charge.program else None for charge in made]
    return columns.table(
        {
            "row_id": columns.text([f"gcp-{number:07d}" for number in range(len(made))]),
            "usage_start_time": columns.stamps([columns.instant(c.day, (c.day * 7) % 24) for c in made]),
            "project_id": columns.text([f"halden-{c.service.split()[0].lower()}" for c in made]),
            "service_description": columns.text([c.service for c in made]),
            "cost_type": columns.text([c.kind for c in made]),
            "cost": columns.money([c.cost for c in made]),
            "currency": columns.text(["USD"] * len(made)),
            "credits": pa.ListArray.from_arrays(offsets, struct),
            "program_label": columns.text(labels),
            "invoice_month": columns.text([columns.as_date(c.day).strftime("%Y%m") for c in made]),
            "export_time": columns.stamps([columns.instant(c.day + 1, 9) for c in made]),
        }
    )
