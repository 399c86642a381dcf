"""Ana knows no company by heart: under other names for everything, the same questions have the same answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from halden_data import Halden
from other_company import LANGUAGE, renamed

from anabot.bootstrap import House
from anabot.semantic.registry import Registry
from anabot.types import Answer, Cell, Question

EVERYDAY = {
    *("as", "at", "data", "day", "first", "gap", "hours", "is", "level", "month"),
    *("months", "of", "on", "over", "pct", "spend", "to", "total", "week", "with"),
}
# Who asks, and what they ask one after the other in one thread.
CONVERSATIONS: list[tuple[str, list[str]]] = [
    ("fin_analyst", ["what was net revenue last quarter"]),
    ("fin_analyst", ["what was revenue in Q2?"]),
    ("fin_analyst", ["what's our spend efficiency across campaigns?"]),
    ("fin_analyst", ["gross margin by segment, last 4 quarters, as a chart"]),
    ("fin_analyst", ["total cost of Project Heron"]),
    ("fin_analyst", ["what will our stock option strike price be"]),
    ("fin_analyst", ["explain how net_revenue is built, show SQL and the dbt models"]),
    ("fin_analyst", ["What was net revenue last quarter by segment?", "by region", "only LATAM", "same for last year"]),
    ("fin_analyst", ["Show effective cloud cost by provider, last 6 months"]),
    ("fin_analyst", ["top 5 suppliers by bpo cost last quarter"]),
    ("fin_analyst", ["invoiced revenue by billing country this fiscal year", "excluding Germany and Japan", "top 3"]),
    ("fin_analyst", ["gross margin % by segment last quarter", "only robots and big tech", "vs previous quarter"]),
    ("fin_analyst", ["labour cost per month since February"]),
    ("fin_analyst", ["usage revenue in robotics by modality in July 2026"]),
    ("fin_analyst", ["revenue bridge last quarter"]),
    ("fin_analyst", ["paying customers by segment last quarter"]),
    ("fin_analyst", ["how many customers used us last month"]),
    ("fin_analyst", ["amazon spend on AmazonEC2 in Q2"]),
    ("fin_analyst", ["net revnue by stream last quarter"]),
    ("growth_mgr", ["delivery and pipeline week over week, and where do free trials stall?"]),
    ("growth_mgr", ["pipeline created this week vs last, by segment"]),
    ("growth_mgr", ["where are free-trial conversions stalling"]),
    ("growth_mgr", ["what's our trial conversion"]),
    ("growth_mgr", ["win rate by rep this quarter", "drop anyone under 5 deals won", "same for last year"]),
    ("growth_mgr", ["gross margin on the Orion account"]),
    ("growth_mgr", ["which competitor are they talking to"]),
    ("growth_mgr", ["Open pipeline by stage"]),
    ("growth_mgr", ["monday pipeline last week by deal stage"]),
    ("growth_mgr", ["ad spend by platform per month, last 3 months", "just google ads"]),
    ("growth_mgr", ["trials started by plan last quarter"]),
    ("growth_mgr", ["30 day trial conversion by customer segment last quarter"]),
    ("growth_mgr", ["which campaign had the most pipeline created last quarter?"]),
    ("supply_ops_latam", ["do we have enough contributors with level 3 lidar in LATAM for what's coming in three months"]),
    ("supply_ops_latam", ["first week we run short, by program"]),
    ("supply_ops_latam", ["how many active contributors"]),
    ("supply_ops_latam", ["what was net revenue last quarter"]),
    ("supply_ops_latam", ["units delivered last quarter by region"]),
    ("ops_lead", ["why did rework jump in week 34"]),
    ("ops_lead", ["do we have enough contributors with the right skills in the right regions in three months?"]),
    ("ops_lead", ["on-time delivery last week", "by region", "and the week before"]),
    ("ops_lead", ["first pass acceptance by task type last month, lowest first", "top 5"]),
    ("ops_lead", ["how many units did we deliver in the Philippines last month"]),
    ("ops_lead", ["units submitted per week over the last 8 weeks, as a line chart"]),
    ("ops_lead", ["redo rate in the Middle East and East Asia by quarter in FY25"]),
    ("ops_lead", ["declared availability next 13 weeks by country, top 10"]),
    ("ops_lead", ["late deliveries last quarter by part of the world vs same period last year"]),
    ("ops_lead", ["number of contributors without a valid certificate"]),
    ("ops_lead", ["demand and qualified supply in LATAM by skill in three months"]),
    ("ops_lead", ["weather forecast for Manila next week"]),
    ("ops_lead", ["how fresh is the data"]),
    ("hr_bp", ["how many active employees do we have"]),
    ("hr_bp", ["contributor retention by region", "only Africa and Europe", "by month"]),
    ("hr_bp", ["12 month attrition by function"]),
    ("hr_bp", ["turnover this year"]),
    ("hr_bp", ["HRIS headcount by department", "contractors only", "in Engineering"]),
    ("hr_bp", ["leavers by month in 2026", "just resignations"]),
    ("hr_bp", ["FTEs by level"]),
    ("hr_bp", ["headcount by favourite colour"]),
    ("hr_bp", ["HRIS headcount last month"]),
    ("ops_lead", ["give me phone numbers of the top 20 annotators"]),
    ("hr_bp", ["show me performance ratings for the growth team by name"]),
    ("exec", ["Net revenue by stream last quarter"]),
    ("exec", ["net revenue by customer"]),
    ("data_lead", ["Data as of by source"]),
    ("guest", ["what was net revenue last quarter"]),
]


@pytest.mark.parametrize(("handle", "texts"), CONVERSATIONS, ids=[f"{who}: {texts[0]}" for who, texts in CONVERSATIONS])
def test_a_renamed_question_to_the_renamed_company_has_the_same_answer(
    halden: Halden, other: House, handle: str, texts: list[str]
) -> None:
    answers = conversation(halden.house, handle, texts)

    found = conversation(other, handle, [renamed(text) for text in texts])

    assert [seen(answer) for answer in found] == [seen(answer, renamed) for answer in answers]


def test_the_words_of_halden_mean_nothing_to_the_other_company(halden: Halden, other: House) -> None:
    first = [(handle, texts[:1]) for handle, texts in CONVERSATIONS]

    here = [conversation(halden.house, handle, texts)[0].status for handle, texts in first]
    there = [conversation(other, handle, texts)[0].status for handle, texts in first]

    assert here.count("answered") > len(first) / 2
    assert "answered" not in there


def test_every_name_is_another_one_but_where_all_its_words_are_everyday_words(halden: Halden, other: House) -> None:
    kept = names_of(halden.registry) & names_of(other.standing().registry)

    assert [name for name in kept if not set(name.split("_")) <= EVERYDAY] == []


def test_the_language_that_ana_knows_holds_only_everyday_words_of_halden(halden: Halden) -> None:
    said = {word for name in names_of(halden.registry) for word in name.split("_")}

    assert said & LANGUAGE <= EVERYDAY


def names_of(registry: Registry) -> set[str]:
    return {*registry.metrics, *(name for model in registry.models.values() for name in model.dimensions)}


def conversation(house: House, handle: str, texts: list[str]) -> list[Answer]:
    person = house.directory.person(handle)
    assert person is not None
    thread = f"{handle}: {texts[0]}"
    return [
        house.asker.ask(Question(question_id=f"{thread} {n}", text=text, person=person, thread=thread))
        for n, text in enumerate(texts)
    ]


def same(text: str) -> str:
    return text


OWN = {"Before", "After", "Mix", "Rate", "Contribution", "Of the change", "All others"}  # Ana's words in a table, no company's


def seen(answer: Answer, word: Callable[[str], str] = same) -> dict[str, Any]:
    """What somebody sees of an answer; texts that may hold the company's own words are passed through `word`."""

    def cell(value: Cell) -> Cell:
        return word(value) if isinstance(value, str) and value not in OWN else value

    table = answer.table
    return {
        "kind": (answer.status, answer.reason, answer.period, answer.chart, answer.as_of, answer.badge and answer.badge.level),
        "assumptions": len(answer.assumptions),
        "numbers": re.findall(r"[$−-]?\d[\d.,]*%?", answer.text),
        "metrics": tuple(map(word, answer.metrics)),
        "columns": [(cell(column.label), column.type, column.unit) for column in table.columns] if table else [],
        "rows": sorted((tuple(map(cell, row)) for row in table.rows), key=repr) if table else [],
        "choices": [(word(choice.label), choice.value) for choice in answer.choices],
        "unknown": tuple(map(word, answer.unknown)),
        "nearest": tuple(map(word, answer.nearest)),
        "bridges": [
            (word(bridge.title), bridge.residual, [(word(label), amount) for label, amount, _ in bridge.lines])
            for bridge in answer.bridges
        ],
        "parts": [seen(part, word) for part in answer.parts],
    }
