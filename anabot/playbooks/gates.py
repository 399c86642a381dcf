"""Judge whether a digest may be posted: old loads, rows outside their band, bridges that do not close, groups too small to tell.

Pure: what is known about the data is an argument, and what is not known closes a gate. It never looks anything up itself.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from anabot.errors import Closed
from anabot.playbooks.markdown import escape
from anabot.playbooks.playbook import EVERY, Band, Gates, Playbook
from anabot.playbooks.schedule import Slot
from anabot.semantic.units import day
from anabot.types import Digest

if TYPE_CHECKING:  # it brings Jinja, which a question at the shell does not need
    from anabot.playbooks.view import Result

_DAY, _HOUR, _MINUTE = dt.timedelta(days=1), dt.timedelta(hours=1), dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known about the data that a playbook reads.

    `loaded` is the newest load of each source, or None where something says that it failed. `unproved` are sentences on what dbt
    has not proved, and `tested_at` is when it last wrote what it found.
    """

    sources: frozenset[str] = frozenset()
    loaded: Mapping[str, dt.datetime | None] = field(default_factory=dict)
    unproved: tuple[str, ...] = ()
    tested_at: dt.datetime | None = None


def before(gates: Gates, known: Known, slot: Slot, zone: ZoneInfo) -> tuple[Closed, ...]:
    """The gates that are closed before anything is asked: old loads, and what dbt has not proved. Sources in their order."""
    allowed = {name: hours for name, hours in gates.freshness.items() if name != EVERY}
    if EVERY in gates.freshness:
        allowed = {**dict.fromkeys(sorted(known.sources), gates.freshness[EVERY]), **allowed}
    return (*_stale(allowed, known, slot, zone), *_untested(gates, known, slot, zone))


def after(gates: Gates, results: Mapping[str, Result], residuals: Mapping[str, str]) -> tuple[Closed, ...]:
    """The gates that what was found closes. `residuals` says of each bridge that must close why it does not, or ""."""
    banded = (one for name, band in gates.rows.items() for one in _outside(results[name], band))
    bridges = (
        Closed(f"reconciliation {name}", why, f"a bridge {name} that closes within its tolerance")
        for name, why in residuals.items()
        if why
    )
    return (*banded, *bridges, *(one for result in results.values() for one in _unsaid(result)))


def card(playbook: Playbook, slot: Slot, closed: Sequence[Closed], until: dt.datetime) -> Digest:
    """What stands in the channel while the digest is held back: which gates, since when, and what opens them."""
    zone = playbook.schedule.zone
    due = f"due on {day(slot.local.date())} at {slot.local:%H:%M} ({zone.key})"
    lines = [f"**Not posted yet: the data is not ready for what was {due}.**", ""]
    lines += [_line(one, zone) for one in closed]
    gates = {1: "the gate is", 2: "both gates are"}.get(len(closed), f"all {len(closed)} gates are")
    lines += ["", f"It will be posted here by itself once {gates} open, until {_when(until, zone)}."]
    end = f"\n---\n- By @{escape(playbook.owner)}, who has been told · {escape(playbook.schedule.words)}\n"
    return Digest(title=f"{playbook.title}: held back", markdown="\n".join(lines) + end)


def _stale(allowed: Mapping[str, dt.timedelta], known: Known, slot: Slot, zone: ZoneInfo) -> Iterator[Closed]:
    for source, limit in allowed.items():
        gate, opens = f"freshness of {source}" if source else "freshness", f"the next load of {source}"
        loaded = known.loaded.get(source)
        if not source:
            why = "one of the models it reads names no source, so nobody can say how old it is"
            yield Closed(gate, why, "a `source` for every model, from the data team")
        elif source not in known.loaded:
            yield Closed(gate, f"nothing says when {source} was last loaded", f"a load of {source} on record")
        elif loaded is None:
            yield Closed(gate, f"dbt says that {source} is too old, or could not tell", opens)
        elif slot.at - loaded > limit:
            old = f"{_span(slot.at - loaded)} before it was due; {_span(limit)} are allowed"
            yield Closed(gate, f"{source} was last loaded on {_when(loaded, zone)}, {old}", opens, loaded + limit)


def _untested(gates: Gates, known: Known, slot: Slot, zone: ZoneInfo) -> Iterator[Closed]:
    if not gates.dbt_tests:
        return
    opens = "the next run of dbt that passes"
    if known.unproved:
        more = f", and {len(known.unproved) - 1} more" if len(known.unproved) > 1 else ""
        yield Closed("tests of dbt", f"{known.unproved[0]}{more}", opens, known.tested_at)
    elif gates.tested_within is not None:
        if known.tested_at is None:
            yield Closed("tests of dbt", "nothing says when dbt last ran", opens)
        elif slot.at - known.tested_at > gates.tested_within:
            why = f"dbt last ran on {_when(known.tested_at, zone)}; {_span(gates.tested_within)} before the post are allowed"
            yield Closed("tests of dbt", why, opens, known.tested_at + gates.tested_within)


def _outside(result: Result, band: Band) -> Iterator[Closed]:
    said = f"at least {result.rows:,}" if result.table.truncated else f"{result.rows:,}"
    low, high = band.least is not None and result.rows < band.least, band.most is not None and result.rows > band.most
    # How many more there are than were read is not known.
    if low or high or (result.table.truncated and band.most is not None):
        why = f"`{result.name}` has {said} rows for {result.dates}, where {band.words} are expected"
        yield Closed(f"rows of {result.name}", why, f"{band.words} rows")


def _unsaid(result: Result) -> Iterator[Closed]:
    """A metric of which nothing may be said, as every cell tells of too few people."""
    for name in result.metrics:
        if result.has(name) and result.rows and _all_unsaid(result, result.at(name)):
            why = f"every value of {name} in `{result.name}` tells of fewer than {result.table.fewer_than} people"
            yield Closed("small groups", why, "groups of more people")


def _all_unsaid(result: Result, column: int) -> bool:
    return all((row, column) in result.table.suppressed for row in range(result.rows))


def _line(closed: Closed, zone: ZoneInfo) -> str:
    gate = closed.gate[0].upper() + closed.gate[1:]
    return f"- **{escape(gate)}**{_since(closed, zone)}: {escape(closed.why)}. It opens with {escape(closed.opens)}."


def _since(closed: Closed, zone: ZoneInfo) -> str:
    return f", since {_when(closed.since, zone)}" if closed.since else ""


def _when(at: dt.datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{day(local.date())}, {local:%H:%M} {local.tzname()}"


def _span(span: dt.timedelta) -> str:
    """`90 minutes`, `26 hours`, `4 days`; never less than it is, so that what is too old does not read as what is allowed."""
    for unit, name in ((_DAY, "days"), (_HOUR, "hours")):
        if span >= 2 * unit and (name != "days" or not span % unit or span > 3 * unit):
            return f"{_tenths(span / unit)} {name}"
    return f"{_tenths(span / _MINUTE)} minutes"


def _tenths(number: float) -> str:
    return f"{math.ceil(number * 10) / 10:.1f}".removesuffix(".0")


def worst_by_source(loaded: Iterable[tuple[str, dt.datetime | None]]) -> dict[str, dt.datetime | None]:
    """The oldest load of each source, from those of its tables; None where one of them is None."""
    found: dict[str, dt.datetime | None] = {}
    for source, at in loaded:
        held = found.setdefault(source, at)
        found[source] = None if held is None or at is None else min(held, at)
    return found
