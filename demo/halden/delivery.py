"""What was promised and delivered: one event a delivery, told in the customer's own days.

Planted: T25 deliveries that fall on another day, or on the other side of the promise, in UTC; T38 redeliveries.
It never stores a local time: the raw table has instants of UTC and the name of the customer's zone.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo

import pyarrow as pa

from demo.halden import columns
from demo.halden.columns import DAY_SECONDS, as_date
from demo.halden.geography import countries
from demo.halden.world import AS_OF_DAY, FIRST_DAY, Project, World

ZONES = {
    "United States": "America/Los_Angeles", "Canada": "America/Toronto", "Mexico": "America/Mexico_City",
    "Brazil": "America/Sao_Paulo", "United Kingdom": "Europe/London", "Germany": "Europe/Berlin", "France": "Europe/Paris",
    "Japan": "Asia/Tokyo", "South Korea": "Asia/Seoul", "Singapore": "Asia/Singapore", "Australia": "Australia/Sydney",
}  # fmt: skip
PROMISED_HOUR = 17  # promises are due by the end of the day; the system stores them as 17:00 local
HUBS = ("PH", "KE", "IN", "MX", "CO", "VE", "BR", "ID", "VN", "PT", "RO", "US", "EG", "NG", "BD")
HUB_WEIGHTS = (20, 12, 14, 9, 9, 6, 5, 6, 6, 4, 3, 5, 3, 3, 3)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A batch of labeled units. Days are the customer's; `delivered_at` and `promised_at` are UTC instants."""

    id: str
    project: Project
    hub: str
    zone: str
    units: int
    promised_day: int
    promised_at: int
    delivered_day: int | None
    delivered_at: int | None
    accepted_at: int | None
    redelivery_of: str | None

    @property
    def due(self) -> bool:
        """Whether its promise counts by now: a first delivery, promised before today."""
        return self.redelivery_of is None and self.promised_day < AS_OF_DAY

    @property
    def on_time(self) -> bool:
        """Whether it arrived by the end of the promised day, where the customer is."""
        return self.delivered_day is not None and self.delivered_day <= self.promised_day


def hubs(world: World) -> dict[str, str]:
    """Project id → the country its work is organised in."""
    return world.once("ops.hubs", _hubs)


def deliveries(world: World) -> list[Delivery]:
    """All deliveries by id, those still awaited included."""
    return world.once("ops.deliveries", _deliveries)


def table(world: World) -> pa.Table:
    """The raw table `ops.delivery`."""
    found = deliveries(world)
    return columns.table(
        {
            "delivery_id": columns.text([d.id for d in found]),
            "project_id": columns.text([d.project.id for d in found]),
            "customer_zone": columns.text([d.zone for d in found]),
            "units": columns.whole([d.units for d in found]),
            "promised_at": columns.stamps([d.promised_at for d in found]),
            "delivered_at": columns.stamps([d.delivered_at for d in found]),
            "accepted_at": columns.stamps([d.accepted_at for d in found]),
            "redelivery_of": columns.text([d.redelivery_of for d in found]),
        }
    )


@cache
def offset(zone: str, number: int, hour: int) -> int:
    """Seconds that `zone` is ahead of UTC at that local hour."""
    local = dt.datetime.combine(as_date(number), dt.time(hour), tzinfo=ZoneInfo(zone))
    return int((local.utcoffset() or dt.timedelta()).total_seconds())


def local_instant(zone: str, number: int, hour: int, minute: int = 0) -> int:
    """The UTC instant of a local day, hour and minute. Two in the morning is avoided: it may not exist."""
    return number * DAY_SECONDS + hour * 3600 + minute * 60 - offset(zone, number, hour)


def _hubs(world: World) -> dict[str, str]:
    rng = world.rng("ops.hubs")
    known = {country.code for country in countries()}
    places = [code for code in HUBS if code in known]
    return {project.id: rng.choices(places, HUB_WEIGHTS)[0] for project in world.projects}


def _deliveries(world: World) -> list[Delivery]:
    rng = world.rng("ops.deliveries")
    found: list[Delivery] = []
    for project in world.projects:
        zone = ZONES[project.program.customer.account.country]
        promised = max(project.starts, FIRST_DAY) + rng.randrange(5, 21)
        while promised < min(project.ends, AS_OF_DAY + 15):
            first = _delivery(rng, world, project, zone, promised, len(found) + 1)
            found.append(first)
            if first.delivered_day is not None and first.delivered_day < AS_OF_DAY - 12 and rng.random() < 0.06:
                found.append(_again(rng, first, len(found) + 1))
            promised += rng.randrange(7, 18)
    return found


def _delivery(rng: random.Random, world: World, project: Project, zone: str, promised: int, number: int) -> Delivery:
    delivered: int | None = promised + rng.choices((-2, -1, 0, 1, 3, 6), (14, 26, 49, 6, 3, 2))[0]
    hour = rng.choices((0, 5, 9, 11, 14, 16, 18, 20, 22), (4, 3, 12, 18, 22, 18, 12, 7, 4))[0]
    arrived = local_instant(zone, delivered, hour, rng.randrange(60))
    if arrived > AS_OF_DAY * DAY_SECONDS:
        delivered = None
    accepted = arrived + rng.randrange(1, 8) * DAY_SECONDS if delivered is not None else None
    return Delivery(
        id=f"DL-{number:06d}",
        project=project,
        hub=hubs(world)[project.id],
        zone=zone,
        units=project.weight * rng.randrange(180, 420) + rng.randrange(100),
        promised_day=promised,
        promised_at=local_instant(zone, promised, PROMISED_HOUR),
        delivered_day=delivered,
        delivered_at=arrived if delivered is not None else None,
        accepted_at=accepted if accepted is not None and accepted < AS_OF_DAY * DAY_SECONDS else None,
        redelivery_of=None,
    )


def _again(rng: random.Random, first: Delivery, number: int) -> Delivery:
    """The same units once more, after the customer sent them back."""
    day = (first.delivered_day or 0) + rng.randrange(3, 10)
    arrived = local_instant(first.zone, day, 15, rng.randrange(60))
    return Delivery(
        id=f"DL-{number:06d}",
        project=first.project,
        hub=first.hub,
        zone=first.zone,
        units=first.units,
        promised_day=first.promised_day,
        promised_at=first.promised_at,
        delivered_day=day,
        delivered_at=arrived,
        accepted_at=arrived + 2 * DAY_SECONDS if arrived + 2 * DAY_SECONDS < AS_OF_DAY * DAY_SECONDS else None,
        redelivery_of=first.id,
    )
