"""Judge one answer against what was expected: right, or wrong in one of the ways that matter differently. Pure and exact.

Silently wrong is the one that may never happen: a number was said where another number, or no number, was right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from anabot.evals.spec import EvalLine, Expect
from anabot.semantic.query import MetricQuery

Verdict = Literal["right", "silent_wrong", "over_asked", "missed", "other_class"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One line in one run. `got` is the answer in the contract's shape, `why` says what was wrong, in a sentence."""

    line: EvalLine
    run: int
    verdict: Verdict
    got: Mapping[str, Any]
    why: str = ""


def judge(line: EvalLine, run: int, got: Mapping[str, Any], canonical: Callable[[MetricQuery], str]) -> Judged:
    """The verdict on `got`. `canonical` gives the hash of a query's meaning, whatever its spelling."""
    verdict, why = _verdict(line.expect, got, canonical)
    return Judged(line=line, run=run, verdict=verdict, got=got, why=why)


def _verdict(expect: Expect, got: Mapping[str, Any], canonical: Callable[[MetricQuery], str]) -> tuple[Verdict, str]:
    status = str(got["status"])
    if status == "answered" and expect.kind != "answered":
        return "silent_wrong", f"It was answered, and should be {_words(expect.kind)}."
    if status != expect.kind:
        why = f"It was {_words(status)} ({got.get('reason') or 'no reason'}), and should be {_words(expect.kind)}."
        kinds: dict[tuple[str, str], Verdict] = {("answered", "clarify"): "over_asked"}
        return kinds.get((expect.kind, status), "missed" if expect.kind == "answered" else "other_class"), why
    unsaid = [words for words in expect.says if words.casefold() not in str(got["text"]).casefold()]
    if unsaid:
        return "silent_wrong" if status == "answered" else "other_class", f"It does not say “{unsaid[0]}”."
    why = _wrong_query(expect, got, canonical) or _wrong_rows(expect, got) if status == "answered" else ""
    return ("silent_wrong", why) if why else ("right", "")


def _wrong_query(expect: Expect, got: Mapping[str, Any], canonical: Callable[[MetricQuery], str]) -> str:
    if expect.query is None:
        return ""
    answered = MetricQuery.model_validate(got["query"])
    if not expect.query.order_by and answered.limit is None:  # the order of a whole list is nobody's number
        answered = answered.model_copy(update={"order_by": ()})
    return "" if canonical(expect.query) == canonical(answered) else f"It is another query: {got['query']}."


def _wrong_rows(expect: Expect, got: Mapping[str, Any]) -> str:
    if expect.rows is None:
        return ""
    rows = _chosen(expect.columns, got)
    if rows is None:
        return f"It has no column {' and '.join(expect.columns)}."
    if len(rows) != len(expect.rows):
        return f"It has {len(rows)} rows instead of {len(expect.rows)}."
    wanted = [tuple(_cell(cell) for cell in row) for row in expect.rows]
    if expect.ordered:
        missing = next((pair for pair in zip(wanted, rows, strict=True) if not _same(*pair)), None)
        return f"It has {list(missing[1])} instead of {[str(cell) for cell in missing[0]]}." if missing else ""
    return _unmatched(wanted, rows)


def _chosen(columns: Sequence[str], got: Mapping[str, Any]) -> list[Sequence[Any]] | None:
    names = [column["name"] for column in got["columns"]]
    if not columns:
        return list(got["rows"])
    if not set(columns) <= set(names):
        return None
    places = [names.index(name) for name in columns]
    return [[row[place] for place in places] for row in got["rows"]]


def _unmatched(wanted: Sequence[Sequence[Any]], rows: Sequence[Sequence[Any]]) -> str:
    left = list(rows)
    for row in wanted:
        match = next((each for each in left if _same(row, each)), None)
        if match is None:
            return f"It has no row {[str(cell) for cell in row]}."
        left.remove(match)
    return ""


def _same(wanted: Sequence[Any], row: Sequence[Any]) -> bool:
    return len(wanted) == len(row) and all(_equal(a, b) for a, b in zip(wanted, row, strict=True))


def _equal(wanted: Any, cell: Any) -> bool:
    """Numbers to the decimals that were written down; everything else as its text."""
    found = _cell(cell)
    if isinstance(wanted, Decimal) and isinstance(found, Decimal):
        return wanted == found or round(found, _decimals(wanted)) == wanted
    return bool(wanted == found)


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value).removesuffix("T00:00:00")
    return number if number.is_finite() else str(value)


def _decimals(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def _words(kind: str) -> str:
    said = {"clarify": "asked back", "forbidden": "forbidden by name"}
    return said.get(kind, kind)
