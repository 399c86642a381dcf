"""The answer key of the people team: three headcounts and the reconciled one, FTE, attrition, and the traps between them.

From the generator's events alone. It never reads SQL, Parquet or `anabot`, and never tells about one person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from demo.halden import perf, wfa
from demo.halden.answers import Sheet, month_start, share, total
from demo.halden.columns import as_date, day
from demo.halden.geography import country_name, region_of
from demo.halden.hris import SECOND_STINTS
from demo.halden.workforce import REHIRES, SYSTEMS_GO_LIVE, TODAY, VENN, Person, workforce
from demo.halden.world import World

TRAILING_YEAR = (day(2025, 10, 1), day(2026, 10, 1))
FY26_SO_FAR = (day(2026, 2, 1), day(2026, 10, 1))
SMALLEST_CELL = 5


@dataclass(frozen=True, slots=True)
class Known:
    """A human as the crosswalk lets the company count them: where they work, and which systems call them active."""

    function: str
    country: str | None
    level: str
    kind: str
    hris: bool
    perf: bool
    wfa: bool
    fte: int  # in hundredths

    @property
    def agreed(self) -> bool:
        """Whether at least two systems call them active."""
        return self.hris + self.perf + self.wfa >= 2


@dataclass(frozen=True, slots=True)
class Month:
    """Employees of one function in one country in one month."""

    start: int
    function: str
    country: str
    opening: int
    closing: int
    left: int
    left_by_choice: int


def truth(world: World) -> dict[str, dict[str, Any]]:
    """Metrics and traps of the people team."""
    return {"metrics": {**_headcounts(world), **_attrition(world)}, "traps": {**_id_traps(world), **_count_traps(world)}}


def known(world: World) -> Iterator[Known]:
    """Everybody whom at least one system calls active. A record that the crosswalk lost counts as somebody of its own."""
    for person in workforce(world).people:
        active = person.perf == "ACTIVE", person.wfa == "A"
        if person.note == "name_change":  # HRIS stands alone; the other two still find each other
            yield _from_hris(person, False, False)
            yield Known("Unmatched", person.country, "Unmatched", "unmatched", False, *active, 0)
        elif person.worker_id is not None and (person.on_payroll or any(active)):
            yield _from_hris(person, *active)
        elif any(active):
            country = person.country if person.wfa is not None else None
            yield Known("Unmatched", country, "Unmatched", "unmatched", False, *active, 0)


def _from_hris(person: Person, in_perf: bool, in_wfa: bool) -> Known:
    fte = sum(int(part.replace(".", "")) for part in person.positions) if person.on_payroll else 0
    return Known(person.function, person.country, person.level, person.kind, person.on_payroll, in_perf, in_wfa, fte)


def _headcounts(world: World) -> dict[str, Any]:
    sheet = Sheet(
        known(world),
        {
            "region": lambda k: region_of()[k.country] if k.country else None,
            "country": lambda k: country_name()[k.country] if k.country else None,
            "function": lambda k: k.function,
            "job_level": lambda k: k.level,
            "worker_type": lambda k: k.kind,
        },
    )
    ways = ((), ("region",), ("country",), ("function",), ("job_level",), ("worker_type",))
    return {
        "headcount_hris_active": sheet.answers(total(lambda k: k.hris), [None], ways),
        "headcount_perf_active": sheet.answers(total(lambda k: k.perf), [None], ways),
        "headcount_wfa_active": sheet.answers(total(lambda k: k.wfa), [None], ways),
        "headcount_reconciled": sheet.answers(total(lambda k: k.agreed), [None], ways),
        "fte": sheet.answers(total(lambda k: k.fte, 2), [None], ways),
    }


def months(world: World) -> list[Month]:
    """Complete months since the systems went live, by function and country, where anybody was."""
    return world.once("truth.months", lambda made: list(_months(made)))


def _months(world: World) -> Iterator[Month]:
    cells: dict[tuple[str, str], list[Person]] = {}
    for person in workforce(world).workers:
        if person.kind == "employee":
            cells.setdefault((person.function, person.country), []).append(person)
    for start, end in _calendar():
        for (function, country), people in cells.items():
            left = [p for p in people if p.left is not None and start <= p.left < end]
            opening, closing = _employed_before(people, start), _employed_before(people, end)
            if opening or closing or left:
                yield Month(start, function, country, opening, closing, len(left), sum(p.voluntary for p in left))


def _employed_before(people: list[Person], start: int) -> int:
    """How many were employed at the end of the day before."""
    return sum(1 for p in people if p.hired < start and (p.left is None or p.left >= start))


def _calendar() -> Iterator[tuple[int, int]]:
    start = SYSTEMS_GO_LIVE
    while True:
        date = as_date(start)
        end = month_start(date.year + date.month // 12, date.month % 12 + 1)
        if end > TODAY:
            return
        yield start, end
        start = end


def _attrition(world: World) -> dict[str, Any]:
    sheet = Sheet(
        months(world),
        {
            "region": lambda m: region_of()[m.country],
            "country": lambda m: country_name()[m.country],
            "function": lambda m: m.function,
        },
        when=lambda m: m.start,
    )
    periods, ways = (TRAILING_YEAR, FY26_SO_FAR), ((), ("region",), ("function",))
    return {
        "terminations": sheet.answers(total(lambda m: m.left), periods, (*ways, ("metric_time__month",))),
        "voluntary_terminations": sheet.answers(total(lambda m: m.left_by_choice), periods, ways),
        "headcount_months": sheet.answers(total(lambda m: (m.opening + m.closing) * 5, 1), periods, ways),
        "attrition_rate_12m": sheet.answers(lambda rows: _yearly(rows, lambda m: m.left), periods, ways),
        "voluntary_attrition_12m": sheet.answers(lambda rows: _yearly(rows, lambda m: m.left_by_choice), periods, ways),
    }


def _yearly(rows: list[Month], left: Callable[[Month], int]) -> str | None:
    """Those who left, a year, over average headcount: 12 · left ÷ Σ (opening + closing) / 2."""
    return share(24 * sum(map(left, rows)), sum(m.opening + m.closing for m in rows))


def _id_traps(world: World) -> dict[str, Any]:
    workers, found = workforce(world).workers, perf.accounts(world)
    exact = sum(1 for a in found if a.external_id is not None and a.external_id == a.person.worker_id)
    return {
        "T49": {
            "what": "HRIS workers, those the crosswalk knows, and those it lost; how many references match as they are.",
            "workers": len(workers),
            "matched": sum(p.linked for p in workers),
            "unmatched": sum(not p.linked for p in workers),
            "unmatched_share": share(sum(not p.linked for p in workers), len(workers)),
            "repeated_rows": wfa.REPEATED,
            "exact_external_ids": exact,
        },
        "T51": {"what": "Rehires under a new worker id, and under the old one.", "new_id": REHIRES, "same_id": SECOND_STINTS},
        "T56": {
            "what": "Addresses that changed with a name; joining by e-mail loses them.",
            "accounts": sum(a.renamed for a in found),
        },
        "T58_people": {"what": "Hostile text in a value.", "where": "perf.review.comment", "text": perf.HOSTILE_COMMENT},
        "T60_people": {
            "what": "Personal data under innocent names; none of it leaves the raw tables.",
            "columns": [
                "hris.worker.preferred",
                "hris.worker.contact1",
                "hris.worker.email_work",
                "perf.user.email",
                "wfa.person.email_work",
            ],
        },
    }


def _count_traps(world: World) -> dict[str, Any]:
    people, year = workforce(world).people, [m for m in months(world) if m.start >= TRAILING_YEAR[0]]
    active = [p for p in people if p.on_payroll]
    left = sum(m.left for m in year)
    small = Counter((region_of()[p.country], p.level) for p in active)
    return {
        "T50": {
            "what": "Persons by the systems that call them active: HRIS (H), performance (P), allocation (W).",
            "hris": sum(count for key, count in VENN.items() if "H" in key),
            "perf": sum(count for key, count in VENN.items() if "P" in key),
            "wfa": sum(count for key, count in VENN.items() if "W" in key),
            "reconciled": sum(count for key, count in VENN.items() if len(key) >= 2),
            "venn": VENN,
        },
        "T52": {"what": "Active workers with two positions.", "workers": sum(len(p.positions) == 2 for p in active)},
        "T53": {
            "what": "Hires and terminations in the future.",
            "hires": sum(p.hired > TODAY for p in people),
            "terminations": sum(p.left is not None and p.left > TODAY for p in people),
        },
        "T54": {
            "what": "Active contingent workers, none of them in the performance tool.",
            "workers": sum(p.kind == "contingent" for p in active),
        },
        "T55": {
            "what": "Twelve months' attrition over average headcount, and wrongly over the headcount at the start.",
            "right": _yearly(year, lambda m: m.left),
            "wrong": share(left, sum(m.opening for m in year if m.start == TRAILING_YEAR[0])),
        },
        "T57": {
            "what": "Regions by level with fewer than five active workers.",
            "cells": sorted([region, level, count] for (region, level), count in small.items() if count < SMALLEST_CELL),
        },
    }
