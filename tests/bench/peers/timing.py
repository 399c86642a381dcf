"""What each peer's own process does with the question it is sent: compile it again and again, and say how long that took.

It runs in the peer's environment, so it knows nothing of this project and needs nothing but Python.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

MOST_S = 20.0
Compiles = Callable[[str, str], str]


def periods() -> list[tuple[str, str]]:
    """Half years, each asked in turn, so that no compiler can answer from what it compiled just before."""
    return [(f"{year}-01-01", f"{year}-07-01") for year in range(2001, 2031)]


def measured(make: Callable[[dict[str, Any]], Compiles]) -> None:
    """Print, for each question of the task, the median in milliseconds and one statement, or why there is none."""
    task = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    print(json.dumps({question["name"]: _measure(make, question, task["rounds"]) for question in task["questions"]}))


def _measure(make: Callable[[dict[str, Any]], Compiles], question: dict[str, Any], rounds: int) -> dict[str, Any]:
    try:
        compiles = make(question)
        text = compiles(*periods()[0])
        compiles(*periods()[1])
    except Exception as error:
        return {"why": f"{type(error).__name__}: {error}".splitlines()[0][:160]}
    seconds: list[float] = []
    began = time.perf_counter()
    while len(seconds) < rounds and time.perf_counter() - began < MOST_S:
        start, end = periods()[len(seconds) % 30]
        started = time.perf_counter()
        compiles(start, end)
        seconds.append(time.perf_counter() - started)
    return {"ms": statistics.median(seconds) * 1000, "rounds": len(seconds), "text": text}
