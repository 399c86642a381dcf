"""What access and the record add to a question: the grant, the guard and both links of the audit, on SQLite.

Whole questions are asked of Halden in this process; the time spent inside the three is taken around their own functions.
"""

from __future__ import annotations

import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

sys.path[:0] = [str(Path(__file__).parents[1])]

from halden_data import halden_settings  # noqa: E402 - found on the path above

from anabot.access import guard  # noqa: E402
from anabot.access.policy import Policy  # noqa: E402
from anabot.bootstrap import House, open_house  # noqa: E402
from anabot.store.audit import Audit  # noqa: E402
from anabot.types import Question  # noqa: E402
from demo.build import DEFAULT_OUT, build  # noqa: E402
from tests.bench.report import line, p50, p95, said, title  # noqa: E402

ASKED = [
    ("fin_analyst", "fin-weekly", "what was net revenue last quarter by segment?"),
    ("fin_analyst", "fin-weekly", "net revenue by month, last 6 months"),
    ("growth_mgr", "growth-weekly", "pipeline created last week by segment"),
    ("ops_lead", "ops-capacity", "units delivered last week by region"),
    ("ops_lead", "ops-capacity", "on-time delivery last week"),
    ("hr_bp", "hr-core", "contributor retention by region"),
]
ROUNDS = 20
_PARTS: dict[str, tuple[Any, str]] = {
    "grant": (Policy, "decide"),
    "guard": (guard, "check"),
    "intent": (Audit, "open"),
    "outcome": (Audit, "close"),
}


def main() -> None:
    """Print the times."""
    title("Record: the grant, the guard and the audit of one question, SQLite")
    build(DEFAULT_OUT)
    with tempfile.TemporaryDirectory() as folder, open_house(halden_settings(Path(folder) / "ana.db")) as house:
        for asked in ASKED:
            _ask(house, *asked)
        spent = [_spent(house, *asked) for _ in range(ROUNDS) for asked in ASKED]
    for name in _PARTS:
        said(f"of it, {name}, p50", f"{p50([one[name] for one in spent]):9.3g} ms")
    whole = [sum(one[name] for name in _PARTS) for one in spent]
    line("grant, guard and audit together, p50", p50(whole), 3, "ms")
    said("the same, p95", f"{p95(whole):9.3g} ms")


def _spent(house: House, *asked: str) -> Counter[str]:
    """Seconds by part of one question."""
    spent: Counter[str] = Counter()
    patches = [patch.object(place, name, _timed(getattr(place, name), part, spent)) for part, (place, name) in _PARTS.items()]
    for each in patches:
        each.start()
    try:
        _ask(house, *asked)
    finally:
        for each in patches:
            each.stop()
    return spent


def _timed(does: Callable[..., Any], part: str, spent: Counter[str]) -> Callable[..., Any]:
    def run(*args: Any, **kwargs: Any) -> Any:
        started = time.perf_counter()
        try:
            return does(*args, **kwargs)
        finally:
            spent[part] += time.perf_counter() - started  # type: ignore[assignment]

    return run


def _ask(house: House, handle: str, channel: str, text: str) -> None:
    person, place = house.directory.person(handle), house.directory.channel(channel)
    assert person is not None
    answer = house.asker.ask(Question(question_id=str(uuid.uuid4()), text=text, person=person, channel=place))
    assert answer.status == "answered", answer.text


if __name__ == "__main__":
    main()
