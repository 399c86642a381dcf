"""A query becomes a playbook's text: the same bytes for the same draft, and nothing in it that anybody's words could change."""

from __future__ import annotations

from decimal import Decimal

import pytest
from bakery import bakery_people, bakery_policy, bakery_registry

from anabot.playbooks.check import check_playbooks
from anabot.playbooks.composing import Draft, Only, compose, file_stem
from anabot.semantic.query import MetricQuery

HOSTILE = ["$top", "{{ x }} {% raw %}", "a: 'b'\n- \"c\"", "yes", "012", "\u2028 #"]
FILE = "playbooks/books/new.md"


def draft(query: dict[str, object], **more: object) -> Draft:
    given: dict[str, object] = {
        "title": "Sales",
        "owner": "bea",
        "channel": "books",
        "schedule": {"weekly": "monday", "at": "08:00", "zone": "Europe/Berlin"},
        "query": MetricQuery.model_validate(query),
        "period": "last_month",
        "compare": "previous_period",
    }
    return Draft(**{**given, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "made",
    [
        draft({"metrics": ["sales"]}),
        draft({"metrics": ["sales", "margin"]}),
        draft({"metrics": ["sales"], "group_by": ["shop_name"]}, chart="bar"),
        draft({"metrics": ["sales"], "group_by": ["metric_time__month"]}, chart="line", period="trailing_6_months"),
        draft({"metrics": ["sales", "orders_placed"], "group_by": ["shop_name", "region"], "limit": 5}, compare=""),
        draft({"metrics": ["sales"], "where": [{"field": "shop_name", "op": "in", "values": HOSTILE}]}),
        draft({"metrics": ["sales"], "over": {"how": "average", "each": ["shop_name"]}}, compare=""),
        draft({"metrics": ["sales"], "group_by": ["region"], "over": {"how": "average", "each": ["shop_name"]}}, compare=""),
        draft({"metrics": ["sales", "cost"], "made": [{"op": "minus", "left": "sales", "right": "cost"}]}),
        draft({"metrics": ["sales"]}, only=Only(kind="above", amount=Decimal("1250.50"))),
        draft({"metrics": ["sales"], "group_by": ["shop_name"]}, only=Only(kind="moves", amount=Decimal(5))),
        draft({"metrics": ["sales"]}, period="", compare="", schedule={"monthly": 1, "at": "09:00"}),
        draft({"metrics": ["sales"], "group_by": ["shop_name"]}, title=f"{HOSTILE}\n---\nowner: root", bridges=("sales_bridge",)),
    ],
)  # fmt: skip
def test_every_shape_passes_the_check_and_is_read_back_as_it_was_meant(made: Draft) -> None:
    text = compose(made, bakery_registry())

    good, faults = check_playbooks({FILE: text}, bakery_registry(), bakery_policy(), bakery_people())

    assert faults == ()
    playbook = good["books/new"]
    asked = playbook.queries["answer"].query
    assert (playbook.title, playbook.owner, playbook.channel) == (made.title, made.owner, made.channel)
    assert (asked.metrics, asked.group_by, asked.where, asked.limit) == (
        made.query.metrics, made.query.group_by, made.query.where, made.query.limit,
    )  # fmt: skip
    assert text == compose(made, bakery_registry())
    assert "\r" not in text
    assert text.endswith("\n")


def test_a_number_of_groups_is_told_by_its_own_name() -> None:
    text = compose(
        draft({"metrics": ["sales"], "over": {"how": "average", "each": ["shop_name"]}}, compare=""), bakery_registry()
    )

    assert "no total to tell" not in text
    assert "answer | table" in text


def test_a_condition_on_a_number_of_groups_names_it() -> None:
    over = {"metrics": ["sales"], "over": {"how": "average", "each": ["shop_name"]}}

    assert "answer.sales__average > 5" in compose(
        draft(over, compare="", only=Only(kind="above", amount=Decimal(5))), bakery_registry()
    )


@pytest.mark.parametrize(
    ("title", "stem"),
    [
        ("Sales by shop", "sales-by-shop"),
        ("../../etc/passwd", "etc-passwd"),
        ("Größe & Ärger", "grosse-arger"),
        ("***", "scheduled"),
        ("x" * 200, "x" * 60),
    ],
)
def test_a_title_gives_a_files_name_that_stays_in_its_folder(title: str, stem: str) -> None:
    assert file_stem(title) == stem
