"""TPC-H at scale 1: the questions that a registry can ask, compiled, beside the same questions as SQL written by hand."""

from __future__ import annotations

import math
import subprocess
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import yaml

from anabot.semantic import compile_query, parse_registry, render
from anabot.semantic.query import MetricQuery
from anabot.types import Grant, Statement
from tests.bench.environments import ROOT, Missing, python_with
from tests.bench.report import line, said, title

_HERE, _DATA = Path(__file__).parent, ROOT / "var" / "bench-tpch"
_TABLES = ("lineitem", "orders", "customer", "supplier", "nation", "region", "part", "partsupp")
_ROUNDS = 7
Rows = list[tuple[Any, ...]]


def main() -> None:
    """Print the times, and the questions that cannot be asked."""
    title("TPC-H, scale 1, on DuckDB: compiled questions against SQL written by hand")
    try:
        connection = duckdb.connect(str(_built()), read_only=True, config={"threads": "2", "memory_limit": "4GB"})
    except Missing as error:
        said("all questions", f"not measured: the generator could not be installed: {error}")
        return
    asked = yaml.safe_load((_HERE / "questions.yml").read_text(encoding="utf-8"))
    statements = {each["number"]: _compiled(each["query"]) for each in asked if "query" in each}
    took = {"by the clock": [0.0, 0.0], "of processor time": [0.0, 0.0]}
    for each in asked:
        if "why" in each:
            said(f"Q{each['number']}", f"cannot be asked: {each['why']}")
            continue
        compared, same = _compared(connection, statements[each["number"]], each["sql"])
        for total, (compiled, by_hand) in zip(took.values(), compared, strict=True):
            total[0], total[1] = total[0] + compiled, total[1] + by_hand
        rows = "same rows" if same else "OTHER ROWS"
        words = (f"{one / other:6.2f} × ({one * 1000:.0f} ms of {other * 1000:.0f} ms)" for one, other in compared)
        said(f"Q{each['number']}, {rows}, by the clock; of processor time", "; ".join(words))
    for how, (ours, hands) in took.items():
        line(f"{len(statements)} of {len(asked)} questions, total {how}", ours / hands, 1.05, "×")


def _compiled(query: dict[str, Any]) -> Statement:
    registry = parse_registry({"layer.yml": (_HERE / "layer.yml").read_text(encoding="utf-8")}, governed=False)
    every = frozenset(registry.metrics)
    grant = Grant(subject="bench", audience="dm", metrics=every, listed=every)
    return render(compile_query(registry, MetricQuery.model_validate(query), grant).prepared[0])


def _compared(connection: duckdb.DuckDBPyConnection, statement: Statement, sql: str) -> tuple[list[tuple[float, float]], bool]:
    """The least of each, in turn, by the clock and of processor time, and whether their rows are the same."""
    compiled, by_hand = [], []
    for _ in range(_ROUNDS):
        ours, took = _run(connection, statement.text, statement.params)
        compiled.append(took)
        theirs, took = _run(connection, sql, ())
        by_hand.append(took)
    return [
        (min(one), min(other)) for one, other in zip(zip(*compiled, strict=True), zip(*by_hand, strict=True), strict=True)
    ], _same(ours, theirs)


def _run(connection: duckdb.DuckDBPyConnection, text: str, params: tuple[Any, ...]) -> tuple[Rows, tuple[float, float]]:
    clock, processor = time.perf_counter(), time.process_time()  # of all threads
    rows = connection.execute(text, list(params)).fetchall()
    return rows, (time.perf_counter() - clock, time.process_time() - processor)


def _same(ours: Rows, theirs: Rows) -> bool:
    """Equal cells in the same order; averages and ratios, which are doubles by hand, to ten digits."""
    return len(ours) == len(theirs) and all(
        len(one) == len(other) and all(map(_alike, one, other)) for one, other in zip(ours, theirs, strict=True)
    )


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, float | Decimal) and isinstance(other, float | Decimal | int) and float in (type(one), type(other)):
        return math.isclose(float(one), float(other), rel_tol=1e-9, abs_tol=1e-9)
    return bool(one == other)


def _built() -> Path:
    """The tables, generated once."""
    path = _DATA / "scale-1.duckdb"
    if path.exists():
        return path
    python = python_with("tpch", "tpchgen-cli")
    parquet = _DATA / "parquet"
    parquet.mkdir(parents=True, exist_ok=True)
    command = [str(python.parent / "tpchgen-cli"), "parquet", "-s", "1", f"--output-dir={parquet}"]
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)
    with duckdb.connect(str(beside)) as connection:
        for table in _TABLES:
            connection.from_parquet(str(parquet / f"{table}.parquet")).create(table)
    return beside.rename(path)
