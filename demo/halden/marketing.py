"""What campaigns cost on each advertising platform, a row a day.

It plants T36: a fifth of the days are restated three days later, and the restated amount counts.
"""

from __future__ import annotations

from typing import NamedTuple

import pyarrow as pa

from demo.halden import columns
from demo.halden.columns import rounded
from demo.halden.world import LAST_DAY, Campaign, World

RESTATED_AFTER = 3


class Spend(NamedTuple):
    """A day of a campaign on a platform. `first` is what the platform said at once, `cents` what counts."""

    day: int
    campaign: Campaign
    platform: str
    currency: str
    first: int
    restated: int | None

    @property
    def cents(self) -> int:
        """The amount that counts, in the platform's currency."""
        return self.first if self.restated is None else self.restated


def spend(world: World) -> list[Spend]:
    """All days of all campaigns."""
    return world.once("marketing", _make)


def _make(world: World) -> list[Spend]:
    rng = world.rng("growth.campaign_spend")
    made = []
    for position, campaign in enumerate(world.campaigns):
        currency = "EUR" if position % 5 == 2 else "USD"
        for number in range(campaign.starts, campaign.ends):
            for platform in campaign.platforms:
                first = rng.randrange(3_000, 60_000)
                restated = rounded(first * rng.randrange(88, 125), 100) if rng.random() < 0.2 else None
                late = number + RESTATED_AFTER > LAST_DAY
                made.append(Spend(number, campaign, platform, currency, first, None if late else restated))
    return made


def tables(world: World) -> dict[str, pa.Table]:
    """`growth.campaign_spend_daily`: the first statement, and the restated one beside it."""
    rows: list[tuple[int, Spend, int, int | None]] = []
    for event in spend(world):
        rows.append((event.day, event, event.first, None))
        if event.restated is not None:
            rows.append((event.day, event, event.restated, columns.instant(event.day + RESTATED_AFTER, 8)))
    days, events, cents, restated_at = zip(*rows, strict=True)
    return {
        "growth.campaign_spend_daily": columns.table(
            {
                "day": columns.dates(days),
                "platform": columns.text([event.platform for event in events]),
                "campaign_id": columns.text([event.campaign.id for event in events]),
                "currency": columns.text([event.currency for event in events]),
                "spend": columns.money(cents),
                "restated_at": columns.stamps(restated_at),
            }
        )
    }
