"""A change to the registry's YAML adds what it says, and leaves every other character as it was."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from anabot.errors import BadQuery
from anabot.semantic import parse_registry
from anabot.semantic.amend import Amendment, Golden, NewDefault, NewSynonym, amended
from anabot.semantic.registry import Registry

BLOCK = """\
# Bills.
models:
- name: costs   # one row a bill
  semantic_model: {enabled: true, name: costs}
  agg_time_dimension: spent_at
  columns:
  - name: cost_id
    entity: {name: bill, type: primary}
  - name: spent_at
    granularity: day
    dimension: {name: spent_at, type: time}
  metrics:
  - name: cost
    label: Cost
    type: simple
    agg: sum
    expr: amount
    config:
      meta:
        ana:
          owner: bea
          synonyms:
          - costs    # what people say
          - spend

          # the day it was agreed
          golden:
          - period: [2026-01-01, 2026-02-01]
            value: "1"

  # the next one
  - name: bills
    label: Bills
    type: simple
    agg: count
    expr: cost_id
    config: {meta: {ana: {owner: bea, synonyms: [invoices, "bills, all"]}}}
  - name: fees
    label: Fees
    type: simple
    agg: sum
    expr: fee
    config: {meta: {ana: {owner: bea}}}
  - name: bare
    label: Bare
    type: simple
    agg: sum
    expr: bare
"""
COMPANY = """\
teams: {books: {}, shops: {}}
terms:
- word: money     # of all kinds
  metrics: [cost, fees]
- word: papers
  synonyms: [paper]
  metrics: [bills, fees]
  defaults: {books: bills}   # agreed
- word: stuff
  metrics: [cost, fees]
  defaults:
    books: cost
    # shops have none
"""
FILES = {"layer/models/costs.yml": BLOCK, "layer/company.yml": COMPANY}
VALUE = Golden(start=dt.date(2026, 5, 1), end=dt.date(2026, 8, 1), value=Decimal("224.60"))


def read(files: dict[str, str]) -> Registry:
    return parse_registry(files, governed=False, schema="main")


def change(one: Amendment, files: dict[str, str] | None = None) -> tuple[str, list[str], list[str], Registry]:
    """The file, the lines that went, the lines that came, and the registry that is read then."""
    files = files or FILES
    file, after = amended(files, read(files), one)
    before = files.get(file, "").splitlines()
    now = after.splitlines()
    return (
        file,
        [line for line in before if line not in now],
        [line for line in now if line not in before],
        read({**files, file: after}),
    )


def test_a_synonym_is_one_more_line_of_a_list_in_lines_and_a_golden_value_another() -> None:
    file, gone, new, registry = change(NewSynonym(word="shrinkage", metric="cost", golden=VALUE))

    assert (file, gone) == ("layer/models/costs.yml", [])
    assert new == ["          - shrinkage", "          - {period: [2026-05-01, 2026-08-01], value: '224.60'}"]
    assert registry.metrics["cost"].synonyms == ("costs", "spend", "shrinkage")
    assert [one.value for one in registry.metrics["cost"].golden] == [Decimal(1), Decimal("224.60")]


def test_a_synonym_is_one_more_word_of_a_list_on_a_line() -> None:
    _, gone, new, registry = change(NewSynonym(word="receipts: all", metric="bills"))

    assert len(gone) == len(new) == 1
    assert new[0] == gone[0].replace('"bills, all"]', "\"bills, all\", 'receipts: all']")
    assert registry.metrics["bills"].synonyms == ("invoices", "bills, all", "receipts: all")


def test_a_metric_without_synonyms_gets_a_list() -> None:
    _, _, new, registry = change(NewSynonym(word="charges", metric="fees", golden=VALUE))

    assert "synonyms: [charges], golden: [{period: [2026-05-01, 2026-08-01], value: '224.60'}]" in new[0]
    assert registry.metrics["fees"].synonyms == ("charges",)


def test_a_golden_value_that_is_there_is_not_written_twice() -> None:
    there = replace(VALUE, start=dt.date(2026, 1, 1), end=dt.date(2026, 2, 1))

    _, _, new, _ = change(NewSynonym(word="shrinkage", metric="cost", golden=there))

    assert new == ["          - shrinkage"]


@pytest.mark.parametrize(
    ("term", "team", "metric", "line"),
    [
        ("money", "shops", "fees", "  defaults: {shops: fees}"),
        ("papers", "shops", "fees", "  defaults: {books: bills, shops: fees}   # agreed"),
        ("Papers", "books", "fees", "  defaults: {books: fees}   # agreed"),
        ("stuff", "shops", "fees", "    shops: fees"),
        ("stuff", "books", "fees", "    books: fees"),
    ],
)
def test_a_teams_default_is_written_where_the_term_is(term: str, team: str, metric: str, line: str) -> None:
    file, _, new, registry = change(NewDefault(word=term, team=team, metric=metric))

    assert (file, new) == ("layer/company.yml", [line])
    assert registry.terms[term.casefold()].defaults[team] == metric


def test_what_is_said_in_ana_yml_is_changed_there_and_loses_nothing() -> None:
    files = {**FILES, "layer/ana.yml": "metrics:\n  cost: {caveat: Late., synonyms: [costs]}   # ours\n"}

    file, _, new, registry = change(NewSynonym(word="shrinkage", metric="cost"), files)

    assert (file, new) == ("layer/ana.yml", ["  cost: {caveat: Late., synonyms: [costs, shrinkage]}   # ours"])
    assert registry.metrics["cost"].synonyms == ("costs", "shrinkage")


@pytest.mark.parametrize("ana", ["", "# ours\nmodels:\n  costs: {source: books}\n", "metrics:\n  fees: {caveat: Late.}\n", None])
def test_a_generated_file_is_left_alone_and_its_own_synonyms_stay(ana: str | None) -> None:
    files = {"layer/dbt.yml": BLOCK, "layer/company.yml": COMPANY, **({"layer/ana.yml": ana} if ana is not None else {})}

    file, gone, _, registry = change(NewSynonym(word="shrinkage", metric="cost", golden=VALUE), files)

    assert (file, gone) == ("layer/ana.yml", [])
    assert registry.metrics["cost"].synonyms == ("costs", "spend", "shrinkage")
    assert len(registry.metrics["cost"].golden) == 2


def test_a_metric_without_a_place_of_its_own_gets_one_in_ana_yml() -> None:
    file, _, new, registry = change(NewSynonym(word="naked", metric="bare"))

    assert (file, new) == ("layer/ana.yml", ["metrics:", "  bare: {synonyms: [naked]}"])
    assert registry.metrics["bare"].synonyms == ("naked",)


def test_line_ends_of_windows_stay() -> None:
    files = {name: text.replace("\n", "\r\n") for name, text in FILES.items()}

    _, after = amended(files, read(files), NewSynonym(word="shrinkage", metric="cost"))

    assert after == files["layer/models/costs.yml"].replace("- spend\r\n", "- spend\r\n          - shrinkage\r\n")


def test_a_term_that_nobody_has_declared_has_no_place() -> None:
    with pytest.raises(BadQuery, match="no term “gold”"):
        change(NewDefault(word="gold", team="books", metric="cost"))
