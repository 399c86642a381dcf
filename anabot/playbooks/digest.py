"""Put one playbook's words together: its results and bridges in, Markdown out, with the pictures it asks for.

Pure: same playbook, results and slot, same bytes. It never computes a number and never draws.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from anabot.errors import PlaybookError
from anabot.playbooks.amounts import Md
from anabot.playbooks.changes import NAME, placed
from anabot.playbooks.files import Files
from anabot.playbooks.filters import bridge_table
from anabot.playbooks.markdown import escape
from anabot.playbooks.playbook import Playbook
from anabot.playbooks.schedule import Slot
from anabot.playbooks.spec import RESERVED
from anabot.playbooks.templates import ATTACH, Flaw, Function, Words, facts, parse
from anabot.playbooks.view import Number, Result, Text
from anabot.semantic.units import day
from anabot.types import Badge, Bridge, Cell, Column, Receipt, Table

_NOTHING_CHANGED = Md("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The words, the names of the charts they show, and the tables they show in part, in their order."""

    markdown: str
    charts: tuple[str, ...]
    files: Mapping[str, Table]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where the numbers of one run come from: what the footer says. `badges` are by query."""

    as_of: dt.datetime | None
    badges: Mapping[str, Badge]
    receipts: tuple[Receipt, ...]
    brain: str = ""  # who wrote the opening paragraph, where that is a model


def known_names(playbook: Playbook) -> frozenset[str]:
    """The variables and functions that the playbook's words may use."""
    return RESERVED | set(playbook.queries)


def write(
    playbook: Playbook, results: Mapping[str, Result], bridges: Mapping[str, Bridge], slot: Slot, changed: Md = _NOTHING_CHANGED
) -> Written:
    """The playbook's body with its values; where no query has found anything, one line that says so.

    `changed`, the section on what has changed, stands where the body places it, or before its next step.

    Raises:
        PlaybookError: a value is missing, or the template is wrong; names the query, the column and the line.
    """
    if all(result.empty for result in results.values()):
        return Written(markdown=_nothing(results), charts=(), files={})
    words = parse(playbook.body, file=playbook.file, first_line=playbook.body_line)
    if isinstance(words, Flaw):
        raise PlaybookError(f"{words.what}.", line=words.line)
    shown: dict[str, None] = {}
    files = Files()
    markdown = words.render({**_values(playbook, results, bridges, slot, shown), NAME: changed, ATTACH: files.attach}).strip()
    if NAME not in playbook.body:
        markdown = placed(markdown, changed).strip()
    return Written(markdown=markdown + "\n", charts=tuple(shown), files=files.tables)


def is_due(playbook: Playbook, results: Mapping[str, Result], bridges: Mapping[str, Bridge], slot: Slot) -> bool:
    """Whether its own condition says that there is something to post. Where no query has found anything there is not.

    Raises:
        PlaybookError: a value of the condition is missing, or it does what it may not.
    """
    if not playbook.post_when:
        return True
    if all(result.empty for result in results.values()):
        return False
    words = condition(playbook)
    if isinstance(words, Flaw):
        raise PlaybookError(f"{words.what}.")
    return bool(words.render(_values(playbook, results, bridges, slot, {})))


def condition(playbook: Playbook) -> Words | Flaw:
    """The playbook's condition as words that say something where it holds, or what is wrong with it."""
    return parse(f"{{% if ({playbook.post_when}) %}}yes{{% endif %}}", file=playbook.file)


def footer(playbook: Playbook, results: Mapping[str, Result], origin: Provenance, zone: ZoneInfo) -> str:
    """In small print, under a line: the exact dates; the freshness and the badge; whose it is, and the receipts."""
    trust = _trust(origin.badges)
    if origin.as_of is not None:
        at = origin.as_of.astimezone(zone)
        trust.insert(0, f"Data as of {day(at.date())}, {at:%H:%M} {at.tzname()}")
    service = f" as the service {escape(playbook.service)}" if playbook.service else ""
    whose = f"By @{escape(playbook.owner)}{service}, {escape(playbook.schedule.words)}"
    if origin.brain:
        trust.append(f"Opened by {escape(origin.brain)}, each number held against the rows")
    lines = [
        "; ".join(_all_dates(results.values())),
        " · ".join(trust),
        f"{whose} · receipts {', '.join(origin.receipts)}",
    ]
    return "\n---\n" + "\n".join(f"- {line}" for line in lines if line) + "\n"


def _values(
    playbook: Playbook, results: Mapping[str, Result], bridges: Mapping[str, Bridge], slot: Slot, shown: dict[str, None]
) -> dict[str, Any]:
    def chart(name: str) -> Md:
        planned = playbook.charts.get(name)
        if planned is None:
            raise PlaybookError(f"There is no chart `{name}`.", todo=f"Use one of {_list(playbook.charts)}.")
        if results[planned.query].empty:
            return Md("")
        shown[name] = None
        return Md(f"![{escape(planned.title)}](chart:{name})")

    def bridge(name: str) -> Md:
        if name not in bridges:
            raise PlaybookError(f"There is no bridge `{name}` in this playbook.", todo=f"Use one of {_list(bridges)}.")
        return bridge_table(bridges[name])

    return {
        **results,
        "bridges": facts(**{name: _bridge_facts(found) for name, found in bridges.items()}),
        "bridge": Function(bridge),
        "chart": Function(chart),
        "parameters": facts(**{name: _parameter(value) for name, value in playbook.parameters.items()}),
        "today": Text(day(slot.local.date())),
    }


def _parameter(value: Cell) -> Cell:
    return Text(escape(value)) if isinstance(value, str) else value


def _bridge_facts(bridge: Bridge) -> Mapping[str, Any]:
    column = Column(name=bridge.name, type="money", unit=bridge.unit)
    amounts = {"left": bridge.lines[0][1], "right": bridge.lines[-1][1], "residual": bridge.residual}
    closed = abs(bridge.residual) <= bridge.tolerance
    numbers = {name: Number.of(amount, column) for name, amount in amounts.items()}
    return facts(title=Text(escape(bridge.title)), closed=closed, gap=numbers["left"] - numbers["right"], **numbers)


def _nothing(results: Mapping[str, Result]) -> str:
    dates = list(dict.fromkeys(result.dates for result in results.values()))
    return f"_Nothing to report: there are no rows for {' or '.join(dates)}._\n"


def _trust(badges: Mapping[str, Badge]) -> list[str]:
    """Each badge once where all is certified; otherwise how much is, and why the rest is not."""
    certified = sum(badge.level == "certified" for badge in badges.values())
    found = dict.fromkeys(badge for badge in badges.values() if certified == len(badges) or badge.level != "certified")
    some = [f"✔ {certified} of {len(badges)} queries certified"] if 0 < certified < len(badges) else []
    return some + [escape(badge.words()) for badge in found]


def _all_dates(results: Iterable[Result]) -> list[str]:
    """Each span of days once, with what it is compared with where any query compares it."""
    lines: dict[str, str] = {}
    for result in results:
        if result.period and (result.previous or result.dates not in lines):
            lines[result.dates] = _dates(result)
    return list(lines.values())


def _dates(result: Result) -> str:
    dates = f"{result.label} ({result.dates})" if result.label.startswith("FY") or "-Q" in result.label else result.dates
    return f"{dates} against {result.previous_dates}" if result.previous else dates


def _list(names: Mapping[str, object] | Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "none: it has none"
