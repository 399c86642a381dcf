"""The answer key of operations: deliveries and daily work, and the traps planted in them.

From the generator's events alone. It never reads SQL, Parquet or `anabot`.
"""

from __future__ import annotations

from typing import Any

from demo.halden import delivery, ops
from demo.halden.answers import FY26_Q2, LAST_MONTH, LAST_WEEK, Sheet, ratio, share, total
from demo.halden.columns import DAY_SECONDS, day
from demo.halden.delivery import Delivery
from demo.halden.geography import REMAPPED, country_name, region_of, skill_name
from demo.halden.ops import TYPHOON, TYPHOON_COUNTRY, Work
from demo.halden.world import AS_OF_DAY, World

PERIODS = (FY26_Q2, LAST_WEEK, LAST_MONTH)
TYPHOON_WEEKS = (day(2026, 7, 20), day(2026, 8, 31))


def truth(world: World) -> dict[str, dict[str, Any]]:
    """Metrics and traps of operations."""
    return {
        "metrics": {**_delivery_metrics(world), **_work_metrics(world)},
        "traps": {**_delivery_traps(world), **_work_traps(world)},
    }


def _units(event: Delivery) -> int:
    return event.units if event.redelivery_of is None and event.delivered_day is not None else 0


def _delivery_metrics(world: World) -> dict[str, Any]:
    cuts = {
        "region": lambda d: region_of()[d.hub],
        "country": lambda d: country_name()[d.hub],
    }
    events = delivery.deliveries(world)
    done = Sheet(events, cuts, when=lambda d: d.delivered_day)
    promised = Sheet(events, cuts, when=lambda d: d.promised_day)
    on_time = ratio(lambda d: d.due and d.on_time, lambda d: d.due)
    ways = ((), ("region",), ("country",))
    months = (("metric_time__month",), ("metric_time__month", "region"))
    return {
        "units_delivered": [
            *done.answers(total(_units), PERIODS, ways),
            *done.answers(total(_units), [FY26_Q2], (*months, ("metric_time__week",))),
            *done.answers(total(_units), PERIODS, where={"region": "LATAM"}),
        ],
        "on_time_delivery_rate": [
            *promised.answers(on_time, PERIODS, ways),
            *promised.answers(on_time, [FY26_Q2], months),
            *promised.answers(on_time, PERIODS, where={"region": "LATAM"}),
        ],
        "deliveries_due": promised.answers(total(lambda d: d.due), PERIODS, ways),
        "deliveries_late": promised.answers(total(lambda d: d.due and not d.on_time), PERIODS, ways),
        "deliveries_on_time": promised.answers(total(lambda d: d.due and d.on_time), PERIODS, ways),
    }


def _work_metrics(world: World) -> dict[str, Any]:
    cuts = {
        "region": lambda w: region_of()[w.country],
        "country": lambda w: country_name()[w.country],
        "skill": lambda w: skill_name()[w.skill_id],
    }
    sheet: Sheet[Work] = Sheet((w for w in ops.work(world) if w.arrived), cuts, when=lambda w: w.day)
    ways = ((), ("region",), ("skill",))
    first_pass = ratio(lambda w: w.first_pass, lambda w: w.submitted)
    rework = ratio(lambda w: w.reworked, lambda w: w.submitted)
    return {
        "units_submitted": sheet.answers(total(lambda w: w.submitted), PERIODS, ways),
        "units_accepted_first_pass": sheet.answers(total(lambda w: w.first_pass), PERIODS, ways),
        "units_reworked": sheet.answers(total(lambda w: w.reworked), PERIODS, ways),
        "first_pass_acceptance": [
            *sheet.answers(first_pass, PERIODS, ways),
            *sheet.answers(first_pass, [FY26_Q2], [("metric_time__month",)]),
        ],
        "rework_rate": [
            *sheet.answers(rework, PERIODS, ways),
            *sheet.answers(rework, [TYPHOON_WEEKS], [("metric_time__week",)]),
        ],
    }


def _delivery_traps(world: World) -> dict[str, Any]:
    events = delivery.deliveries(world)
    due = [d for d in events if d.due and FY26_Q2[0] <= d.promised_day < FY26_Q2[1]]
    arrived = [d for d in events if d.delivered_at is not None]
    again = [d for d in arrived if d.redelivery_of and d.delivered_day is not None and FY26_Q2[0] <= d.delivered_day < FY26_Q2[1]]
    before = [d for d in arrived if d.hub == "MX" and d.delivered_day is not None and d.delivered_day < REMAPPED]
    on_time, utc_days, instants = _on_time_three_ways(due)
    return {
        "T25": {
            "what": "Deliveries due in FY26 Q2 that were on time by the customer's day; UTC days and instants are wrong.",
            "right": on_time,
            "wrong": {"utc_days": utc_days, "instants": instants},
            "other_day_in_utc": sum(1 for d in arrived if (d.delivered_at or 0) // DAY_SECONDS != d.delivered_day),
        },
        "T38": {
            "what": "Units delivered again in FY26 Q2; counting them as new overstates units_delivered by as much.",
            "deliveries": len(again),
            "units": sum(d.units for d in again),
        },
        "T46": {
            "what": "Units delivered from Mexico before it moved from North America to LATAM; LATAM's history has them now.",
            "units": sum(_units(d) for d in before),
        },
    }


def _on_time_three_ways(due: list[Delivery]) -> tuple[int, int, int]:
    """How many were on time by local day, by UTC day, and by the promised instant."""
    known = [d for d in due if d.delivered_at is not None]
    utc = sum(1 for d in known if (d.delivered_at or 0) // DAY_SECONDS <= d.promised_at // DAY_SECONDS)
    exact = sum(1 for d in known if (d.delivered_at or 0) <= d.promised_at)
    return sum(d.on_time for d in known), utc, exact


def _work_traps(world: World) -> dict[str, Any]:
    done = ops.work(world)
    recent = [w for w in done if w.day >= AS_OF_DAY - ops.RECENT_DAYS]
    there = [w for w in done if w.country == TYPHOON_COUNTRY]
    struck = sum(w.minutes for w in there if w.day in TYPHOON)
    before = sum(w.minutes for w in there if TYPHOON.start - 28 <= w.day < TYPHOON.start)
    return {
        "T27": {
            "what": "Reports that come late, and units of the last three days that are still missing.",
            "late_share": share(sum(1 for w in done if w.days_late), len(done)),
            "units_done_last_3_days": sum(w.submitted for w in recent),
            "units_reported_last_3_days": sum(w.submitted for w in recent if w.arrived),
        },
        "T47": {
            "what": "Philippine minutes in 2026-W34 against the average of the four weeks before: 41 % lower.",
            "minutes": struck,
            "usual_minutes_times_4": before,
            "change": share(4 * struck - before, before),
        },
        "T58_ops": {"what": "Hostile text in a value.", "where": "ops.incident.title", "text": ops.HOSTILE_TITLE},
    }
