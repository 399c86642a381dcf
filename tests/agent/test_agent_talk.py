"""What people say in a conversation that names no number of its own: thanks, the total, "put Mexico back", "whose is this?"."""

from __future__ import annotations

from typing import Any

import pytest

from anabot.semantic.query import MetricQuery
from tests.agent.asking import LAST_QUARTER, SEPTEMBER, grant, query, reading, refused

START: dict[str, Any] = {"metrics": ["sales"], "group_by": ["region"], "period": LAST_QUARTER}
ORDERED: dict[str, Any] = {**START, "order_by": ["-sales"]}


def where(op: str, *values: str) -> dict[str, Any]:
    return {"field": "region", "op": op, "values": list(values)}


def thread(**more: Any) -> MetricQuery:
    return MetricQuery.model_validate({**START, **more})


@pytest.mark.parametrize("text", ["thanks!", "thx 🙏", "cool, thanks", "perfect, that makes sense", "ok thank you so much"])
def test_thanks_are_answered_and_change_nothing(text: str) -> None:
    for before in (None, thread()):
        found = refused(text, thread=before)
        assert (found.reason, found.message) == ("courtesy", "You are welcome. Ask on whenever you like.")


@pytest.mark.parametrize("text", ["thanks! by shop", "great, by shop", "Morning! by shop", "evening all, by shop"])
def test_courtesy_before_a_question_is_not_all_of_it(text: str) -> None:
    assert query(text, thread=thread()) == {**ORDERED, "group_by": ["shop_name"]}


@pytest.mark.parametrize("text", ["total?", "and overall?", "just the total", "altogether?", "and in total"])
def test_the_total_of_what_is_shown_is_one_number(text: str) -> None:
    assert query(text, thread=thread(where=[where("ne", "North")])) == {
        "metrics": ["sales"],
        "period": LAST_QUARTER,
        "where": [where("ne", "North")],
    }


def test_the_total_below_a_few_rows_says_that_it_is_of_all_of_them() -> None:
    found = reading("total?", thread=thread(order_by=["-sales"], limit=3))

    assert found.query.limit is None
    assert found.assumptions == ("This is of everything, and not only of the rows that were shown.",)


def test_the_whole_company_has_no_condition_and_says_so() -> None:
    found = reading("what about the whole company?", thread=thread(where=[where("ne", "North")]))

    assert found.query.as_json() == {"metrics": ["sales"], "period": LAST_QUARTER}
    assert any("Without the conditions" in note for note in found.assumptions)


@pytest.mark.parametrize("text", ["total?", "what about the whole company?"])
def test_what_is_the_total_already_is_not_said_again(text: str) -> None:
    assert refused(text, thread=MetricQuery(metrics=("sales",))).message.endswith("already.")


@pytest.mark.parametrize("text", ["and?", "what about it?", "and this?"])
def test_words_that_change_nothing_do_not_repeat_the_answer(text: str) -> None:
    assert "not what to change" in refused(text, thread=thread()).message


def test_a_total_is_shown_to_nobody_who_may_not_see_it() -> None:
    assert refused("total?", thread=thread(), may=grant("sales")).reason == "help"


@pytest.mark.parametrize("text", ["by channel too", "by channel as well", "also by channel"])
def test_what_is_shown_too_is_shown_beside_what_was_there(text: str) -> None:
    assert query(text, thread=thread()) == {**ORDERED, "group_by": ["region", "channel"]}


@pytest.mark.parametrize("text", ["North too", "also the North", "add North"])
def test_a_value_more_stands_beside_the_one_before(text: str) -> None:
    assert query(text, thread=thread(where=[where("eq", "South")]))["where"] == [where("in", "South", "North")]


@pytest.mark.parametrize(
    "text", ["put North back", "put back North", "bring North back in", "include North again", "add North back", "and North too"]
)
def test_what_was_left_out_can_be_brought_back(text: str) -> None:
    assert "where" not in query(text, thread=thread(where=[where("ne", "North")]))
    assert query(text, thread=thread(where=[where("not_in", "North", "South")]))["where"] == [where("ne", "South")]


def test_what_is_not_left_out_cannot_be_brought_back() -> None:
    assert refused("put North back", thread=thread()).message == "“North” is not left out of what is shown."
    assert refused("put North back", thread=thread(where=[where("ne", "South")])).reason == "shape"


@pytest.mark.parametrize(
    "text",
    [
        "compared to the year before",
        "vs the year before",
        "against a year earlier",
        "vs same period last year",
        "compare with the same quarter last year",
    ],
)
def test_against_the_year_before_compares_and_does_not_replace(text: str) -> None:
    assert query(text, thread=thread()) == {**ORDERED, "compare": "previous_year"}


def test_the_year_before_alone_is_another_period() -> None:
    assert query("the year before", thread=thread())["period"] == {"start": "2025-05-01", "end": "2025-08-01"}


@pytest.mark.parametrize("text", ["drop anything under 5k", "exclude everything below 5000", "filter out all under 5k"])
def test_what_is_too_small_can_be_dropped_in_many_words(text: str) -> None:
    assert query(text, thread=thread())["having"] == [{"field": "sales", "op": "ge", "values": ["5000"]}]


@pytest.mark.parametrize(("text", "order"), [("sort by lowest", "sales"), ("sort by highest", "-sales")])
def test_rows_can_be_sorted_by_the_lowest(text: str, order: str) -> None:
    assert query(text, thread=thread())["order_by"] == [order]


@pytest.mark.parametrize(
    "text",
    ["what does that include?", "who owns this?", "where does that number come from?", "what goes into it?"],
)
def test_what_is_shown_can_be_asked_about_by_pointing_at_it(text: str) -> None:
    found = reading(text, thread=thread())

    assert (found.ask, found.query.metrics) == ("definition", ("sales",))


def test_pointing_at_what_is_shown_is_no_unknown_word_beside_another() -> None:
    assert refused("is that good?", thread=thread()).unknown == ("good",)


def test_a_greeting_needs_a_mark_after_it() -> None:
    assert query("Morning! sales last month") == {"metrics": ["sales"], "period": SEPTEMBER}
    assert refused("morning sales last month").unknown == ("morning",)


@pytest.mark.parametrize("text", ["what metrics do you have about orders?", "list the metrics for orders"])
def test_metrics_about_something_are_listed_by_name(text: str) -> None:
    found = refused(text)

    assert found.reason == "catalog"
    assert "Gift orders" in found.message
    assert "Headcount" not in found.message
    assert "Gift orders" not in refused(text, may=grant("gift_orders")).message


@pytest.mark.parametrize("text", ["the numbers for the North", "which metrics are there", "what do you know about unicorns"])
def test_other_questions_are_not_taken_for_one_about_metrics(text: str) -> None:
    assert refused(text).reason != "catalog"


def test_things_that_can_only_be_counted_are_not_ranked_in_place_of_what_is_shown() -> None:
    found = refused("top orders", thread=thread())

    assert (found.reason, "not list them" in found.message) == ("no_group", True)
    assert query("most orders", thread=thread())["order_by"] == ["-orders_placed"]
    assert query("top 3", thread=thread())["limit"] == 3


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("over five hundred", "500"),
        ("over two hundred and fifty", "250"),
        ("over twenty-five thousand", "25000"),
        ("over one million two hundred thousand", "1200000"),
        ("over ninety nine", "99"),
        ("only regions over five hundred", "500"),
    ],
)
def test_numbers_can_be_said_in_words(text: str, number: str) -> None:
    assert query(text, thread=thread())["having"] == [{"field": "sales", "op": "gt", "values": [number]}]


def test_the_second_half_below_the_first_half_of_a_month_is_of_that_month() -> None:
    half = thread(period={"start": "2026-09-01", "end": "2026-09-16"})

    assert query("and in the second half?", thread=half)["period"] == {"start": "2026-09-16", "end": "2026-10-01"}
    assert query("and in the second half?", thread=thread())["period"] == {"start": "2026-08-01", "end": "2027-02-01"}


@pytest.mark.parametrize("text", ["that's wrong", "hmm, that is incorrect", "nope, this is wrong"])
def test_who_only_says_that_it_is_wrong_is_asked_what_was_meant(text: str) -> None:
    found = refused(text, thread=thread())

    assert (found.reason, "what you meant" in found.message) == ("courtesy", True)


@pytest.mark.parametrize("text", ["no, thanks", "no thank you"])
def test_a_polite_no_is_no_complaint(text: str) -> None:
    assert refused(text, thread=thread()).message.startswith("You are welcome")


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("North back in please", {"where": [where("ne", "South")]}),
        ("how does that compare to last year?", {"compare": "previous_year"}),
        ("show that by shop", {"group_by": ["shop_name"]}),
        ("which one was highest", {"limit": 1}),
    ],
)
def test_that_and_which_one_point_at_what_is_shown(text: str, change: dict[str, Any]) -> None:
    found = query(text, thread=thread(where=[where("not_in", "North", "South")]))

    assert {key: found.get(key) for key in change} == change


@pytest.mark.parametrize(("text", "order"), [("and the worst?", "sales"), ("and the lowest?", "sales"), ("the bottom?", "sales")])
def test_the_other_end_is_as_many_rows_as_were_shown(text: str, order: str) -> None:
    found = query(text, thread=thread(order_by=["-sales"], limit=1))

    assert (found["order_by"], found["limit"]) == ([order], 1)


def test_the_worst_month_is_none_that_is_not_over() -> None:
    year = {"start": "2026-02-01", "end": "2027-02-01"}
    months = MetricQuery.model_validate({"metrics": ["sales"], "group_by": ["metric_time__month"], "period": year, "limit": 1})

    assert query("and the worst?", thread=months)["period"] == {"start": "2026-02-01", "end": "2026-10-01"}


def test_in_percent_is_the_rate_of_that_name_where_there_is_one() -> None:
    margin = MetricQuery.model_validate({"metrics": ["margin"], "group_by": ["region"], "period": SEPTEMBER})

    assert query("in percent", thread=margin)["metrics"] == ["margin_pct"]
    assert query("as a percentage", thread=thread())["share"] is True


def test_there_is_asked_back_where_rows_were_chosen() -> None:
    best = thread(order_by=["-sales"], limit=1)

    assert "there" in refused("how many orders there?", thread=best).message
    assert "there" in refused("and the orders placed there", thread=thread(where=[where("eq", "North")])).message
    assert query("how many orders were there last month?", thread=best)["metrics"] == ["orders_placed"]
    assert query("orders there last month") == query("orders last month")


@pytest.mark.parametrize("text", ["North too", "also the North", "also for North"])
def test_what_is_in_it_already_is_not_narrowed_to_by_too(text: str) -> None:
    assert "in what is shown already" in refused(text, thread=thread(group_by=["shop_name"])).message
    assert query("also by shop in the North", thread=thread())["where"] == [where("eq", "North")]
