"""Models that are weak, that fail or that lie: what is said then is still the warehouse's, or a refusal."""

from __future__ import annotations

import json

import pytest
from modelled import JULY, Bakery

from tests.messages_api import Turn, asked, query, rows
from tests.messages_rules import Request


@pytest.mark.parametrize(
    "nonsense",
    [
        [Turn(text="SELECT sum(amount) FROM orders")],
        [Turn(text="Sales were $1,000,000.00 in July.")],
        [Turn(calls=[("run_sql", {"sql": "DROP TABLE orders"})]), Turn(text="Dropped.")],
        [Turn(calls=[query("profit_forever")]), Turn(text="It is 42.")],
        [Turn(calls=[("query_metrics", {"metric": "sales"})]), Turn(text="It is 42.")],
        [Turn(calls=[("query_metrics", {"metrics": []})]), Turn(text="It is 42.")],
        [Turn(calls=[query("sales", period="the season of joy")]), Turn(text="It is 42.")],
        [Turn(calls=[query("sales", period="2026-07-01/2026-07-32")]), Turn(text="It is 42.")],
        [Turn(calls=[query("sales", where=[{"field": "shop_name; --", "op": "eq", "values": ["x"]}])]), Turn(text="It is 42.")],
        [Turn(calls=[query("sales", limit=-3)]), Turn(text="It is 42.")],
        [Turn(calls=[("ask_user", {"word": "zebra", "choices": [asked("sales"), asked("cost")]})]), Turn(text="Zebra?")],
        [Turn(calls=[("ask_user", {"word": "dough", "choices": [asked("sales"), asked("sales")]})]), Turn(text="Which?")],
        [Turn(calls=[("explain_metric", {"metric": "sales"})]), Turn(text="It is all the dough.")],
        [Turn(text="")],
        [Turn(calls=[query("sales")], stop="max_tokens")],
        [Turn(text="I would rather not.", stop="refusal")],
        [Turn(calls=[("search_registry", {"text": "dough"})]) for _ in range(9)],
    ],
    ids=[
        "sql", "a number from nowhere", "a tool that is not there", "an invented metric", "a wrong field", "no metric", "no date",
        "no such day", "sql in a field", "a limit below nothing", "words nobody said", "one choice twice", "a definition unasked",
        "nothing", "no end", "a refusal", "for ever",
    ],
)  # fmt: skip
def test_a_weak_model_gives_a_refusal_and_not_nonsense(bakery: Bakery, nonsense: list[Turn]) -> None:
    bakery.plays(*nonsense)

    answer = bakery.ask(JULY)

    assert answer.status == "refused"
    assert "dough" in answer.unknown
    assert answer.table is None
    assert not [word for word in ("42", "1,000,000", "SELECT", "Dropped", "Zebra") if word in answer.text]
    assert len(bakery.api.requests) <= 6


@pytest.mark.parametrize(
    ("failing", "words"),
    [
        ([Turn(status=529), Turn(status=529)], "overloaded"),
        ([Turn(status=429, retry_after="600")], "rate limit"),
        ([Turn(text="half of it", fault="cut")], "broke off"),
        ([Turn(status=401)], "refuses the key"),
        ([Turn(status=500), Turn(status=500)], "did not take"),
    ],
    ids=["529", "429", "cut", "401", "500"],
)
def test_a_model_that_fails_leaves_the_rules_own_answer_and_says_so(bakery: Bakery, failing: list[Turn], words: str) -> None:
    bakery.plays(*failing)

    answer = bakery.ask(JULY)

    assert (answer.status, answer.brain, answer.reason) == ("refused", "offline", "unknown_words")
    assert "dough" in answer.text
    assert words in answer.text


def test_numbers_that_were_found_are_not_lost_when_the_model_breaks_off(bakery: Bakery) -> None:
    bakery.plays(Turn(calls=[query("sales", period="July")]), Turn(status=529), Turn(status=529))

    answer = bakery.ask(JULY)

    assert answer.status == "answered"
    assert "$433.21" in answer.text


LIES = [
    "Sales were $434.19.",
    "Sales were $433.3.",
    "Sales were $433K.",
    "Sales were -$433.21.",
    "Sales were 433.21%.",
    "Sales were €433.21.",
    "Cost was $433.21.",
    "Sales were $433.21 in June.",
    "Sales were about four hundred dollars.",
    "Sales were up at $433.21.",
    "Sales were $433.21 because of the fair.",
    "Sales were $433.21, twice as much as in June.",
    "Sales were $433.21 in 31 shops.",
    "Sales were $433.21. See https://example.com/all",
    "Sales were $433.21 <!channel>",
    "SELECT 433.21 FROM sales",
    "Online sales were $433.21.",
    "Sales were $433.21 in North.",
]


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_never_said(bakery: Bakery, lie: str) -> None:
    bakery.plays(Turn(calls=[query("sales", period="July")]), Turn(text=lie), Turn(text=lie))

    answer = bakery.ask(JULY)

    assert lie not in answer.text
    assert "$433.21" in answer.text
    assert any("left out" in line for line in answer.assumptions)


def test_a_number_put_to_the_wrong_shop_is_never_said(bakery: Bakery) -> None:
    def swapped(request: Request) -> Turn:
        (first, amount), (second, _), *_ = rows(request)
        return Turn(text=f"{second} sold {amount}, and so did {first}." if first == "" else f"{second} had sales of {amount}.")

    def again(request: Request) -> Turn:
        told = json.loads(request["messages"][2]["content"][0]["content"])["rows"]
        return Turn(text=f"{told[1][0]} had sales of {told[0][1]}.")

    bakery.plays(Turn(calls=[query("sales", group_by=["shop_name"], period="July")]), swapped, again)

    answer = bakery.ask(JULY)

    assert "had sales of" not in answer.text
    assert any("left out" in line for line in answer.assumptions)


def test_words_that_are_not_borne_out_are_asked_for_once_more(bakery: Bakery) -> None:
    bakery.plays(Turn(calls=[query("sales", period="July")]), Turn(text="Sales were $500.00."), Turn(text="Sales were $433.21."))

    answer = bakery.ask(JULY)

    assert answer.text == "Sales were $433.21."
    assert "$500.00" in json.dumps(bakery.api.requests[2]["messages"][-1])
