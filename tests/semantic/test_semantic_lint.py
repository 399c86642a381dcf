"""Two metrics that compute one number are found whatever they are called, and two that differ are left alone."""

from __future__ import annotations

import datetime as dt

import pytest

from anabot.semantic import parse_registry
from anabot.semantic.canonical import Forms
from anabot.semantic.lint import lint

CHANNEL, SHORT = "{{ Dimension('order__channel') }}", "{{ Dimension('channel') }}"
BASE = """models:
- name: orders
  semantic_model: {enabled: true, name: orders}
  agg_time_dimension: day
  columns:
  - {name: id, entity: {name: order, type: primary}}
  - {name: day, granularity: day, dimension: {name: day, type: time}}
  - {name: shipped, granularity: day, dimension: {name: shipped, type: time}}
  - {name: channel, dimension: {name: channel, type: categorical}}
  metrics:
  - {name: placed, type: simple, agg: count, expr: id}
  - {name: net, type: simple, agg: sum, expr: price * amount + fee}
  - {name: rate, type: ratio, numerator: net, denominator: placed}
  - {name: online, type: simple, agg: sum, expr: price * amount + fee, filter: "CHANNEL = 'web' and 2 < CHANNEL"}
  - {name: sum_of_both, type: derived, expr: net + placed, input_metrics: [net, placed]}
  - {name: earlier, type: derived, expr: net, input_metrics: [{name: net, offset_window: 1 month}]}
  - {name: running, type: cumulative, input_metric: net, window: 7 days}
""".replace("CHANNEL", CHANNEL)
MEASURED = """semantic_models:
- name: s
  model: ref('t')
  defaults: {agg_time_dimension: day}
  entities: [{name: e, type: primary}]
  dimensions: [{name: day, type: time, type_params: {time_granularity: day}}]
  measures: [{name: x, agg: sum}]
"""


def form(metric: str, of: str = "one") -> bool:
    """Whether the metric written as `metric` has the form of the one named `of`."""
    text = f"{BASE}  - {{name: one, {metric}}}\n".replace("CHANNEL", CHANNEL).replace("SHORT", SHORT)
    registry = parse_registry({"m.yml": text}, governed=False)
    forms = Forms(registry)
    return forms.of("one") == forms.of(of)


@pytest.mark.parametrize(
    ("of", "metric"),
    [
        ("placed", "type: simple, agg: count, expr: ID"),
        ("net", "type: simple, agg: sum, expr: fee + (AMOUNT * price)"),
        ("net", "type: derived, expr: x, input_metrics: [{name: net, alias: x}]"),
        ("rate", "type: ratio, numerator: {name: net}, denominator: placed"),
        ("rate", "type: derived, expr: 'a / nullif(b, 0)', input_metrics: [{name: net, alias: a}, {name: placed, alias: b}]"),
        (
            "online",
            'type: derived, expr: net, input_metrics: [net], filter: ["\'web\' = SHORT", "CHANNEL > 2.0"]',
        ),
        (
            "online",
            "type: derived, expr: n, input_metrics: [{name: net, alias: n, filter: \"(SHORT = 'web') and SHORT > 2\"}]",
        ),
        ("sum_of_both", "type: derived, expr: (b + a), input_metrics: [{name: net, alias: a}, {name: placed, alias: b}]"),
        ("running", "type: cumulative, input_metric: net, window: 7 days"),
    ],
)
def test_one_number_has_one_form(of: str, metric: str) -> None:
    assert form(metric, of)


@pytest.mark.parametrize(
    ("of", "metric"),
    [
        ("placed", "type: simple, agg: count_distinct, expr: id"),
        ("placed", "type: simple, agg: count, expr: id, agg_time_dimension: shipped"),
        ("placed", "type: simple, agg: count, expr: id, fill_nulls_with: 0"),
        ("placed", "type: simple, agg: count, expr: id, join_to_timespine: true"),
        ("net", "type: simple, agg: sum, expr: price * (amount + fee)"),
        ("net", "type: simple, agg: sum, expr: price * amount - fee"),
        ("net", "type: simple, agg: sum, expr: price * amount + fee, filter: \"CHANNEL = 'web'\""),
        (
            "online",
            "type: simple, agg: sum, expr: price * amount + fee, filter: \"CHANNEL = 'Web' and 2 < CHANNEL\"",
        ),
        ("rate", "type: ratio, numerator: placed, denominator: net"),
        ("earlier", "type: derived, expr: net, input_metrics: [{name: net, offset_window: 2 months}]"),
        ("earlier", "type: derived, expr: net, input_metrics: [net]"),
        ("running", "type: cumulative, input_metric: net, window: 8 days"),
        ("running", "type: cumulative, input_metric: net"),
        ("sum_of_both", "type: derived, expr: net - placed, input_metrics: [net, placed]"),
    ],
)
def test_different_numbers_have_different_forms(of: str, metric: str) -> None:
    assert not form(metric, of)


def words(first: str, second: str, company: str = "") -> list[str]:
    ana = "config: {meta: {ana: {owner: sam, unit: count, golden: [{value: 3}], synonyms: [%s]}}}"
    text = BASE.split("  metrics:")[0] + "".join(
        "  metrics:\n" * (not n) + f"  - {{name: m{n}, description: x, type: simple, agg: count, expr: id{n}, {ana % said}}}\n"
        for n, said in enumerate((first, second))
    )
    files = {"m.yml": text} | ({"company.yml": company} if company else {})
    found = lint(parse_registry(files), dt.date(2026, 1, 1))
    return [fault.what for fault in found if "certified" not in fault.what]


def test_words_that_differ_by_a_plural_or_a_hyphen_are_one_word() -> None:
    assert words("sign-ups", "Sign up") == ["The word `Sign up` of `m1` is `sign-ups` of `m0`."]
    assert words("sign-ups", "log-ins") == []
    assert words("margin", "margin %") == []


def test_a_word_of_a_term_belongs_to_the_meanings_of_the_term() -> None:
    term = "terms:\n- {word: revenue, synonyms: [turnover], metrics: [m0]}\n"

    assert words("revenue", "turnovers", term) == ["The word `turnovers` is a term, and `m1` is none of its meanings."]
    assert words("revenue", "other", term) == []


def test_a_draft_says_what_it_still_lacks() -> None:
    text = BASE.replace(
        "{name: placed, type: simple", "{name: placed, config: {meta: {ana: {owner: a, draft: true}}}, type: simple"
    )

    found = [each for each in lint(parse_registry({"m.yml": text}, governed=False), dt.date(2026, 1, 1)) if "draft" in each.what]

    assert [(each.what, each.why) for each in found] == [
        ("`placed` is a draft.", "It has no unit and no description and no golden.")
    ]


def test_what_fills_a_gap_is_read_in_every_spelling() -> None:
    flatly = "metric_aggregation_params: {semantic_model: s, agg: sum, expr: x}, fill_nulls_with: 7"
    standalone, beside, flat = (
        f"{MEASURED}metrics:\n- {{name: m, type: simple, label: m, type_params: {{{params}}}}}\n"
        for params in ("measure: {name: x, fill_nulls_with: 7}", "measure: x, fill_nulls_with: 7", flatly)
    )
    embedded = f"{BASE}  - {{name: m, type: simple, agg: sum, expr: x, fill_nulls_with: 7}}\n"
    ratio = f"{BASE}  - {{name: m, type: ratio, numerator: net, denominator: placed, fill_nulls_with: 7}}\n"

    found = [parse_registry({"m.yml": text}, governed=False).metrics["m"] for text in (standalone, beside, flat, embedded, ratio)]

    assert [metric.fill_nulls_with for metric in found] == [7] * 5
