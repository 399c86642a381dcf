"""What is right, and in which way something is wrong: no answer is needed, only what one would look like."""

from __future__ import annotations

from typing import Any

import pytest

from anabot.errors import BadQuery
from anabot.evals.judge import judge
from anabot.evals.report import lines
from anabot.evals.scores import score
from anabot.evals.spec import EvalLine, read_lines
from anabot.semantic.query import MetricQuery

REVENUE = {"metrics": ["sales"], "period": {"start": "2026-07-01", "end": "2026-08-01"}}
ROWS = [["north", "10.50"], ["south", "3.00"]]


def line(**expect: Any) -> EvalLine:
    return EvalLine.model_validate({"id": "q1", "text": "sales?", "as": "bea", "expect": {"class": "answered", **expect}})


def got(status: str = "answered", **more: Any) -> dict[str, Any]:
    columns = [{"name": "region", "type": "text", "unit": ""}, {"name": "sales", "type": "money", "unit": "usd"}]
    same = {"query_hash": "h1", "query": REVENUE, "columns": columns, "rows": ROWS, "text": "Sales were $13.50.", "reason": ""}
    return {"status": status, **same, "brain": "offline", "timings_ms": {"total": 4.0}, "tokens": 0, "cost_usd": "0", **more}


def verdict(expected: EvalLine, answer: dict[str, Any]) -> str:
    return judge(expected, 0, answer, MetricQuery.fingerprint).verdict


@pytest.mark.parametrize(
    "rows",
    [
        [["south", "3"], ["north", "10.5"]],
        [["north", 10.5], ["south", 3]],
        [["south", "3.00"], ["north", "10.500"]],
    ],
)
def test_rows_in_any_order_and_spelling_of_a_number_are_right(rows: list[list[Any]]) -> None:
    assert verdict(line(rows=rows), got()) == "right"


@pytest.mark.parametrize(
    "rows", [[["north", "10.51"], ["south", "3"]], [["north", "10.5"]], [["north", "10.5"], ["south", "3"], ["isles", "0"]]]
)
def test_another_number_another_row_and_a_row_too_few_are_silently_wrong(rows: list[list[Any]]) -> None:
    assert verdict(line(rows=rows), got()) == "silent_wrong"


def test_a_number_is_compared_to_the_decimals_that_are_written_down() -> None:
    answer = got(rows=[["all", "0.4271934"]])

    assert verdict(line(rows=[["all", "0.4272"]]), answer) == "right"
    assert verdict(line(rows=[["all", "0.4271"]]), answer) == "silent_wrong"


def test_the_order_counts_where_the_line_says_so() -> None:
    turned = [["south", "3"], ["north", "10.5"]]

    assert verdict(line(rows=turned, ordered=True), got()) == "silent_wrong"


def test_named_columns_are_compared_and_the_others_left_alone() -> None:
    assert verdict(line(rows=[["10.5"], ["3"]], columns=["sales"]), got()) == "right"
    assert verdict(line(rows=[["10.5"], ["3"]], columns=["profit"]), got()) == "silent_wrong"


def test_another_query_with_the_same_rows_is_silently_wrong_where_the_query_is_expected() -> None:
    other = {**REVENUE, "period": {"start": "2026-06-01", "end": "2026-07-01"}}

    assert verdict(line(query=REVENUE), got()) == "right"
    assert verdict(line(query=REVENUE), got(query=other)) == "silent_wrong"


def test_the_order_of_a_whole_list_is_nobodys_number_but_that_of_a_top_five_is() -> None:
    sorted_query = {**REVENUE, "order_by": ["-sales"]}
    top = {**sorted_query, "limit": 5}

    assert verdict(line(query=REVENUE), got(query=sorted_query)) == "right"
    assert verdict(line(query={**REVENUE, "limit": 5}), got(query=top)) == "silent_wrong"
    assert verdict(line(query=top), got(query=top)) == "right"


@pytest.mark.parametrize(
    ("expected", "status", "found"),
    [
        ("answered", "clarify", "over_asked"),
        ("answered", "refused", "missed"),
        ("answered", "error", "missed"),
        ("refused", "answered", "silent_wrong"),
        ("clarify", "answered", "silent_wrong"),
        ("forbidden", "answered", "silent_wrong"),
        ("forbidden", "refused", "other_class"),
        ("C", "clarify", "right"),
        ("O", "refused", "right"),
        ("F", "forbidden", "right"),
    ],
)
def test_the_ways_out_are_told_apart(expected: str, status: str, found: str) -> None:
    assert verdict(line(**{"class": expected}), got(status)) == found


def test_scores_count_what_was_said_wrongly_what_was_asked_needlessly_and_what_differs_between_runs() -> None:
    answerable, refusable = line(rows=ROWS), line(**{"class": "refused"})
    judged = [
        judge(answerable, 0, got(), lambda _: ""),
        judge(answerable, 1, got(query_hash="h9"), lambda _: ""),
        judge(refusable, 0, got("answered"), lambda _: ""),
        judge(answerable, 2, got("clarify"), lambda _: ""),
    ]

    (found,) = score(judged)

    assert (found.accuracy, found.silent_wrong, found.precision) == (0.5, 1, 2 / 3)
    assert found.over_asking == pytest.approx(1 / 3)
    assert found.unstable == ("q1",)
    assert (found.repeats, found.wordings) == (0.0, None)
    assert not found.clean


def test_wordings_of_one_thing_count_by_their_group_and_repeats_by_their_question() -> None:
    first, second = (line(rows=ROWS).model_copy(update={"line_id": name, "group": "g1"}) for name in ("q1", "q2"))
    other = line(rows=ROWS).model_copy(update={"line_id": "q3", "group": "g2"})
    hashes = {("q1", 0): "h1", ("q1", 1): "h1", ("q2", 0): "h1", ("q2", 1): "h2", ("q3", 0): "h3", ("q3", 1): "h3"}
    judged = [
        judge(each, run, got(query_hash=hashes[each.line_id, run]), lambda _: "")
        for each in (first, second, other)
        for run in (0, 1)
    ]

    (found,) = score(judged)

    assert (found.repeats, found.wordings) == (pytest.approx(2 / 3), 0.5)
    assert any(text.split() == ["wordings", "of", "one", "query", "50.0%"] for text in lines([found], judged))


def test_a_line_that_cannot_be_read_is_named_with_its_number() -> None:
    good = '{"id": "a", "text": "x", "as": "bea", "expect": {"class": "answered"}}'

    for bad, why in [("{", "JSON"), ('{"id": "b"}', "text"), (good, "id `a`"), (good.replace("answered", "maybe"), "class")]:
        with pytest.raises(BadQuery, match="Line 2") as told:
            read_lines(f"{good}\n{bad}\n")
        assert why in str(told.value)


def test_a_refusal_that_expects_rows_is_a_fault_of_the_file() -> None:
    with pytest.raises(BadQuery, match="only an answer"):
        read_lines('{"id": "b", "text": "x", "as": "bea", "expect": {"class": "refused", "rows": [[1]]}}')
