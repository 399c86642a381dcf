"""How long a question takes from typed query to SQL text, warm, beside other compilers on the same models and questions.

Every question is a new one each time, with another period and another value, so that nothing can be answered from the last one.
Warm means that a question of the same shape was compiled before; cold, that none was, as after a change of the registry. What
rendering alone costs is the time from the finished tree to text, with nothing kept of an earlier text. Peers run one after
another, each in its own environment and process; the project's own time is taken before and after them, and the slower counts.
"""

from __future__ import annotations

import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from anabot.semantic import Prepared, compile_query, parse_registry, render
from anabot.semantic.catalog import catalog_of
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from anabot.types import Grant
from tests.bench import registries
from tests.bench.environments import ROOT, Missing, python_with
from tests.bench.peers.timing import periods
from tests.bench.registries import Layer
from tests.bench.report import factor, line, said, title

_ROUNDS, _PEER_ROUNDS = 900, 120
_PEERS = {
    "MetricFlow": ("metricflow", ("metricflow==0.213.0",), "metricflow_peer.py"),
    "sidemantic": ("sidemantic", ("sidemantic==0.13.0", "duckdb"), "sidemantic_peer.py"),
    "boring-semantic-layer": ("boring", ("boring-semantic-layer==0.3.18", "duckdb"), "boring_peer.py"),
}
_PROMISED = {"MetricFlow": 5.0, "sidemantic": 1.0}
_LEFT_OUT = "its SQL leaves the filter out"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of the bench, as every compiler is asked it."""

    name: str
    metric: str
    group_by: tuple[str, ...]
    fact: str
    place: str
    filtered: str = ""  # what a condition is on, whose value is another each time


def questions(made: Layer) -> tuple[Asked, ...]:
    """A join of one hop, a ratio with a filter, and a metric moved by a month."""
    fact = made.facts[3]
    name, place = fact.name, fact.places[0]
    return (
        Asked("one hop", f"{name}_spend", (f"{place}__region", "metric_time__month"), name, place),
        Asked("ratio with a filter", f"{name}_open_share", (f"{place}__region",), name, place),
        Asked("month offset", f"{name}_growth", ("metric_time__month",), name, place),
    )


def alone(made: Layer) -> tuple[Asked, ...]:
    """Questions that peers are not asked: with a condition of the asker's own."""
    fact = made.facts[3]
    name, place = fact.name, fact.places[0]
    keys = (f"{place}__region", "metric_time__month")
    return (Asked("one hop under a condition", f"{name}_spend", keys, name, place, f"{place}__segment"),)


def main() -> None:
    """Print the times and their ratios."""
    title("Compile: a typed question to SQL, p50; warm: one of its shape was compiled before, with other dates and values")
    small, large = Compiler(registries.SMALL), Compiler(registries.LARGE)
    asked = questions(registries.SMALL)
    every = (*asked, *alone(registries.SMALL))
    before = {each.name: small.p50(each) for each in every}
    peers = {name: _peer(name, asked) for name in _PEERS} if "--quick" not in sys.argv else {}
    ours = {each.name: max(before[each.name], small.p50(each)) for each in every}
    for name, ms in ours.items():
        line(name, ms, 2, "ms")
    cold = {each.name: small.cold(each) for each in every}
    for name, ms in cold.items():
        said(f"{name}, cold: none of its shape was", f"{ms:9.3g} ms")
    for each in every:
        again, anew = small.of_rendering(each)
        line(f"{each.name}, of what rendering the final tree alone costs", again, 1.5, "×")
        said(f"{each.name}, cold, of the same", f"{anew:9.3g} ×")
    for one, other in zip(asked, questions(registries.LARGE), strict=True):
        line(f"{one.name}, 5,000 metrics over 500 tables against 120", _growth(small, one, large, other), 1.3, "×")
    for peer, found in peers.items():
        for each in asked:
            _compared(peer, each.name, ours[each.name], cold[each.name], found.get(each.name, found))


def _compared(peer: str, name: str, ms: float, cold_ms: float, found: dict[str, Any]) -> None:
    if "why" in found:
        said(f"{name}, {peer}", f"not measured: {found['why']}")
        return
    wrong = f" ({_LEFT_OUT})" if name == "ratio with a filter" and "open" not in found["text"] else ""
    if peer in _PROMISED:
        factor(f"{name}, {peer}{wrong} against this", found["ms"] / ms, _PROMISED[peer])
    else:
        said(f"{name}, {peer}{wrong} against this", f"{found['ms'] / ms:9.3g} ×")
    said(f"{name}, {peer}{wrong} against this, cold", f"{found['ms'] / cold_ms:9.3g} ×")


class Compiler:
    """This project's compiler over one layer, for somebody who may see everything."""

    def __init__(self, made: Layer) -> None:
        self.registry: Registry = parse_registry(registries.standalone(made), governed=False, schema="marts")
        every = frozenset(self.registry.metrics)
        self.grant = Grant(subject="bench", audience="dm", metrics=every, listed=every)

    def queries(self, asked: Asked) -> Iterator[MetricQuery]:
        """The question over one period after the other, each a new typed query."""
        for start, end in itertools.cycle(periods()):
            where = [{"field": asked.filtered, "values": [f"of {start}"]}] if asked.filtered else []
            span = {"start": start, "end": end}
            yield MetricQuery.model_validate(
                {"metrics": (asked.metric,), "group_by": asked.group_by, "period": span, "where": where}
            )

    def prepared(self, query: MetricQuery) -> Prepared:
        """The query compiled to a tree."""
        return compile_query(self.registry, query, self.grant).prepared[0]

    def p50(self, asked: Asked, rounds: int = _ROUNDS) -> float:
        """Milliseconds from the typed query to the text."""
        return statistics.median(_timed(lambda query: render(self.prepared(query)), self.queries(asked), rounds)) * 1000

    def cold(self, asked: Asked, rounds: int = 90) -> float:
        """The same without any plan of an earlier question."""
        return statistics.median(self._cold(self.queries(asked), rounds)) * 1000

    def of_rendering(self, asked: Asked) -> tuple[float, float]:
        """The whole time, warm and cold, as a multiple of that of rendering trees alone."""
        warm, cold, alone = list[float](), list[float](), list[float]()
        queries = self.queries(asked)
        for _ in range(_ROUNDS // 30):
            cold += self._cold(queries, 10)
            warm += _timed(lambda query: render(self.prepared(query)), queries, 30)
            trees = (replace(self.prepared(query), written=None) for query in queries)
            alone += _timed(render, trees, 30)
        rendering = statistics.median(alone[30:])
        return statistics.median(warm[30:]) / rendering, statistics.median(cold[10:]) / rendering

    def _cold(self, queries: Iterator[MetricQuery], rounds: int) -> list[float]:
        def forgetful() -> Iterator[MetricQuery]:
            for query in queries:
                catalog_of(self.registry).plans.clear()
                yield query

        return _timed(lambda query: render(self.prepared(query)), forgetful(), rounds)


def _growth(small: Compiler, one: Asked, large: Compiler, other: Asked) -> float:
    """In turn, so that what else the machine does weighs on both."""
    pairs = [(small.p50(one, 60), large.p50(other, 60)) for _ in range(9)]
    return statistics.median(large_ms / small_ms for small_ms, large_ms in pairs)


def _timed(run: Callable[[Any], object], given: Iterator[Any], rounds: int) -> list[float]:
    seconds = []
    for each in itertools.islice(given, rounds):
        started = time.perf_counter()
        run(each)
        seconds.append(time.perf_counter() - started)
    return seconds


def _peer(name: str, asked: Sequence[Asked]) -> dict[str, Any]:
    """What the peer's process found for each question, or why there is nothing."""
    place, packages, script = _PEERS[name]
    with tempfile.TemporaryDirectory() as folder:
        layer, task = Path(folder) / "models" / "layer.yml", Path(folder) / "task.json"
        layer.parent.mkdir()
        layer.write_text(registries.standalone(registries.SMALL)["layer.yml"], encoding="utf-8")
        said_to = [{"name": a.name, "metric": a.metric, "group_by": a.group_by, "fact": a.fact, "place": a.place} for a in asked]
        task.write_text(json.dumps({"layer": str(layer), "questions": said_to, "rounds": _PEER_ROUNDS}), encoding="utf-8")
        try:
            command = [str(python_with(place, *packages)), str(ROOT / "tests" / "bench" / "peers" / script), str(task)]
            run = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
        except Missing as error:
            return {"why": f"it could not be installed: {error}"}
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            return {"why": f"its process failed: {str(error.stderr or error).splitlines()[-1][:160]}"}
    found: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return found
