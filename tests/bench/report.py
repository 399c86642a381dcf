"""Lines of the bench: what, measured, promised, ratio. And how time is taken where other programs share the machine."""

from __future__ import annotations

import gc
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable


def machine() -> str:
    """One line about where this runs."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = next((line.partition(":")[2].strip() for line in file if line.startswith("model name")), platform.machine())
    with open("/proc/meminfo", encoding="utf-8") as file:
        memory = int(file.readline().split()[1]) // 1_000_000
    return f"{model}, {os.cpu_count()} cores, {memory} GB, Python {sys.version.split()[0]}"


def title(words: str) -> None:
    """The beginning of a subject."""
    print(f"\n{words}", flush=True)


def line(what: str, measured: float, promised: float, unit: str) -> None:
    """A measure with a promise of at most so much: a ratio of 1 or less keeps it."""
    print(f"  {what:<66} {measured:9.3g} {unit:<3} of {promised:>5g} {unit:<3} ratio {measured / promised:.2f}", flush=True)


def factor(what: str, measured: float, promised: float) -> None:
    """A measure with a promise of at least so many times."""
    print(f"  {what:<66} {measured:9.3g} ×   of {promised:>5g} ×   ratio {promised / measured:.2f}", flush=True)


def said(what: str, words: str) -> None:
    """A measure without a promise, or why there is none."""
    print(f"  {what:<66} {words}", flush=True)


def times(run: Callable[[], object], count: int, clock: Callable[[], float] = time.perf_counter) -> list[float]:
    """Seconds of each of `count` runs, after two that do not count; the garbage of one run does not slow the next.

    By a processor's clock, such as `time.thread_time`, what other programs take of the machine is left out.
    """
    found = []
    for number in range(count + 2):
        gc.collect(0)
        started = clock()
        run()
        if number > 1:
            found.append(clock() - started)
    return found


def p50(seconds: list[float]) -> float:
    """The middle of them, in milliseconds."""
    return statistics.median(seconds) * 1000


def p95(seconds: list[float]) -> float:
    """What 19 of 20 keep under, in milliseconds."""
    return statistics.quantiles(seconds, n=20, method="inclusive")[18] * 1000
