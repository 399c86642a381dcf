"""What a registry says to somebody who may know of some metrics only: other names stand in none of its words."""

from __future__ import annotations

from dataclasses import replace

from anabot.agent.reply import defined
from anabot.semantic.formula_words import column_words, formula
from anabot.semantic.known import UNNAMED, as_known, made_of_known, naming_none
from tests.tiny import tiny_registry

REGISTRY = tiny_registry()
SHOPS = frozenset(name for name, metric in REGISTRY.metrics.items() if metric.scope == "company")


def test_a_formula_names_what_may_be_known_and_only_that_there_is_more() -> None:
    margin = as_known(REGISTRY, SHOPS | {"margin"}).metrics["margin"]

    assert formula(margin, REGISTRY) == "Sales − Cost"
    assert formula(margin, as_known(REGISTRY, SHOPS | {"margin"})) == f"Sales − {UNNAMED}"


def test_a_definition_says_what_it_is_not_only_of_what_may_be_known() -> None:
    sales = REGISTRY.metrics["sales"]
    registry = replace(REGISTRY, metrics={**REGISTRY.metrics, "sales": replace(sales, not_the_same_as=("cost", "online_sales"))})

    told = defined(as_known(registry, SHOPS).metrics["sales"], as_known(registry, SHOPS))

    assert "It is not the same as Online sales." in told
    assert "Cost" not in told


def test_a_column_that_may_not_be_known_has_no_label() -> None:
    assert column_words(as_known(REGISTRY, SHOPS), "cost") == UNNAMED
    assert column_words(as_known(REGISTRY, SHOPS), "sales") == "Sales"


def test_the_sql_of_a_number_may_be_shown_where_all_of_it_may_be_known() -> None:
    assert made_of_known("average_basket", REGISTRY, SHOPS)
    assert not made_of_known("margin_pct", REGISTRY, SHOPS | {"margin_pct", "margin"})


def test_a_note_that_names_what_may_not_be_known_is_left_out() -> None:
    notes = (
        "“cost” is Sales for your team; it could also be Cost.",
        "“cost” is read as Sales.",
        "The cost of it is not asked for.",
        "costly words stay",
    )

    assert naming_none(notes, REGISTRY, SHOPS) == ("“cost” is read as Sales.", "costly words stay")
    assert naming_none(notes, REGISTRY, frozenset(REGISTRY.metrics)) == notes


def test_a_label_within_a_label_that_may_be_known_names_nothing() -> None:
    only = frozenset({"offline_sales"})

    assert naming_none(("It is read as Offline sales.",), REGISTRY, only) == ("It is read as Offline sales.",)
    assert naming_none(("It is read as Sales.",), REGISTRY, only) == ()
