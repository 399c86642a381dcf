"""What the data team wrote is read as they meant it, and every fault is named at once: file, line, what, why, what to do."""

from __future__ import annotations

import datetime as dt
import time
from decimal import Decimal

import pytest

from anabot.errors import Fault, RegistryError
from anabot.periods import Grain
from anabot.semantic import parse_registry
from anabot.semantic.registry import Registry
from tests.tiny import tiny_files

MODEL = """models:
- name: orders
  config: {schema: s}
  semantic_model: {enabled: true, name: orders}
  agg_time_dimension: day
  columns:
  - name: id
    entity: {name: order, type: primary}
  - name: day
    granularity: day
    dimension: {name: day, type: time}
  - name: channel
    dimension: {name: channel, type: categorical}
  metrics:
  - name: placed
    description: Orders placed.
    type: simple
    agg: count
    expr: id
    config: {meta: {ana: {owner: sam, unit: count, golden: [{value: 3}]}}}
"""


def faults(**files: str) -> list[Fault]:
    with pytest.raises(RegistryError) as caught:
        parse_registry({name.replace("__", "/") + ".yml": text for name, text in files.items()})
    return list(caught.value.faults)


def fault(**files: str) -> Fault:
    found = faults(**files)
    assert len(found) == 1, [str(each) for each in found]
    return found[0]


def with_metric(text: str) -> str:
    return MODEL + "".join(f"  {line}\n" for line in text.strip().splitlines())


CERTIFIED = "certified: {by: x, at: 2026-07-01, expires: 2026-01-01"
ANA = "config: {meta: {ana: {owner: sam, unit: count, golden: [{value: 3}]}}}"


def test_the_smallest_good_registry_has_no_fault() -> None:
    registry = parse_registry({"m.yml": MODEL})

    assert list(registry.metrics) == ["placed"]
    assert registry.models["orders"].relation == ("s", "orders")


@pytest.mark.parametrize(
    ("old", "new", "line", "what", "hint"),
    [
        ("agg: count", "agg: cuont", 18, "`cuont` is not an aggregation", "`count`"),
        ("type: simple", "type: simpel", 17, "`type` is `simpel`", "`simple`"),
        ("    agg: count\n", "", 17, "has no `agg`", "Add `agg:`"),
        ("description: Orders placed.", "descripton: Orders placed.", 16, "`descripton` is not a key", "`description`"),
        ("    description: Orders placed.\n", "", 15, "no description", "one sentence"),
        ("owner: sam, ", "", 15, "no owner", "Add `owner:`"),
        ("unit: count, ", "", 15, "no unit", "Add `unit:`"),
        (", golden: [{value: 3}]", "", 15, "no golden", "Add `golden:`"),
        ("owner: sam,", "ownr: sam,", 20, "`ownr` is not a key", "`owner`"),
        ("golden: [{value: 3}]", "golden: [{value: three}]", 20, "`golden.0.value` cannot be read", "three"),
        ("golden: [{value: 3}]", "golden: [{value: 3, where: {chanel: x}}]", 20, "no dimension `chanel`", "`channel`"),
        ("{value: 3}", "{value: 3, period: [2026-05-01, 2026-05-01]}", 20, "ends before it begins", "Correct"),
        ("unit: count,", f"unit: count, {CERTIFIED}}},", 20, "ends before it begins", "expires"),
        ("unit: count,", f"unit: count, {CERTIFIED}, expiry: 3}},", 20, "`expiry` is not a key", "`expires`"),
        ("unit: count,", "unit: count, not_the_same_as: [plced],", 20, "no metric `plced`", "`placed`"),
        ("unit: count,", "unit: count, bridges: [brige],", 20, "no reconciliation `brige`", "reconciliations/"),
        ("unit: count,", "unit: count, better: bigger,", 20, "`better` is `bigger`", "'higher'"),
        ("unit: count,", "unit: count, default_group_by: [chanel],", 20, "no dimension `chanel`", "`channel`"),
        ("unit: count,", "unit: count, phrases: {'how many': {group_by: [chanel]}},", 20, "no dimension `chanel`", "`channel`"),
        ("expr: id\n", "expr: id +\n", 19, "`id +` does not parse", "one SQL expression"),
        ("expr: id\n", "expr: sum(id)\n", 19, "cannot stand in an expression", "one SQL expression"),
        ("expr: id\n", "expr: (select 1)\n", 19, "cannot stand in an expression", "one SQL expression"),
        ("agg_time_dimension: day", "agg_time_dimension: dya", 5, "`dya` is not a time dimension", "`day`"),
        ("granularity: day", "granularity: dya", 9, "granularity `dya`", "`day`"),
        ("    granularity: day\n", "", 9, "no granularity", "granularity: day"),
        ("type: primary}", "type: foreign}", 2, "no primary entity", "primary_entity:"),
        ("type: primary}", "type: primry}", 8, "`columns.0.entity.type` is `primry`", "`primary`"),
        ("name: channel, type", "name: day, type", 12, "`day` stands twice", "Rename"),
        ("models:", "modles:", 1, "`modles` is not a key", "`models`"),
        ("agg: count", "agg: count\n    agg: sum", 19, "`agg` stands here a second time", "Keep one"),
        ("agg: count", "agg: percentile", 18, "which percentile", "percentile: 0.9"),
        ("agg: count", "agg: percentile\n    percentile: 1.5", 19, "`percentile` cannot be read", "1.5"),
    ],
)  # fmt: skip
def test_a_fault_names_its_line_and_what_to_do(old: str, new: str, line: int, what: str, hint: str) -> None:
    assert old in MODEL

    found = fault(m=MODEL.replace(old, new))

    assert (found.file, found.line) == ("m.yml", line)
    assert what in found.what
    assert hint in found.why + found.todo


BOTH = "numerator: placed, denominator: plcd"
SUM = "type: simple, agg: sum, expr: id"
PLACED = "input_metrics: [placed]"
BALANCE = "non_additive_dimension: {name: ordered_on, window_choice: max}"
FILTRED = "input_metrics: [{name: placed, alias: p, filtr: 'false'}]"
SOON = "input_metrics: [{name: placed, alias: p, offset_window: soon}]"


@pytest.mark.parametrize(
    ("body", "what", "hint"),
    [
        (f"type: ratio, {BOTH}", "no metric `plcd`", "`placed`"),
        ("type: ratio, numerator: placed", "no `denominator`", "Add"),
        (f"type: derived, expr: placed - plcd, {PLACED}", "uses `plcd`", "`placed`"),
        (f"type: derived, expr: sum(placed), {PLACED}", "not arithmetic", "aliases"),
        (f"type: derived, expr: read_csv(placed), {PLACED}", "not arithmetic", ""),
        (f"type: derived, expr: '(select 1)', {PLACED}", "not arithmetic", ""),
        ("type: derived, expr: x + 1, input_metrics: [x]", "made of itself", "Break"),
        (f"type: derived, expr: p, {SOON}", "`soon` is not a window", "7 days"),
        (f"{SUM}, filter: \"{{{{ Dimension('order__chanel') }}}} = 1\"", "no dimension `order__chanel`", "`order__channel`"),
        (f"{SUM}, filter: \"{{{{ Metric('plcd', ['order']) }}}} > 1\"", "no metric `plcd`", "`placed`"),
        (f"{SUM}, filter: \"{{{{ Metric('placed', ['ordr']) }}}} > 1\"", "no dimension `ordr`", "`order`"),
        (f"{SUM}, filter: \"{{{{ Metric('x', ['order']) }}}} > 1\"", "made of itself", "Break"),
        (f"{SUM}, filter: \"{{{{ Dimenson('order__channel') }}}} = 1\"", "filter cannot be read", "Dimension"),
        (f"{SUM}, filter: \"'{{{{ Dimension('order__channel') }}}}' = 1\"", "filter cannot be read", "quotes"),
        (f'{SUM}, filter: "1 in (select 1)"', "filter cannot be read", "no query"),
        (f"{SUM}, filter: \"channel = 'x' and\"", "filter cannot be read", "condition"),
        (f"{SUM}, {BALANCE}", "`window_choice` is not a key", "window_agg"),
        (f"type: derived, expr: p, {FILTRED}", "`filtr` is not a key", "`filter`"),
    ],
)
def test_a_faulty_metric_is_named(body: str, what: str, hint: str) -> None:
    found = fault(m=with_metric(f"- {{name: x, description: D., {body}, {ANA}}}"))

    assert found.line == 21
    assert what in found.what
    assert hint in found.why + found.todo


def test_a_kept_question_with_a_misspelled_condition_is_a_fault() -> None:
    saved = "saved_queries: [{name: kept, query_params: {metrics: [placed], filter: 'false'}}]"

    assert "`filter` is not a key" in fault(m=f"{MODEL}\n{saved}\n").what


def test_a_metric_defined_twice_names_the_first() -> None:
    found = fault(m=with_metric(f"- {{name: placed, description: D., {SUM}, {ANA}}}"))

    assert "defined a second time" in found.what
    assert "m.yml:15" in found.why


def test_a_metric_name_with_a_space_is_a_fault() -> None:
    assert "x y" in fault(m=with_metric(f"- {{name: x y, description: D., {SUM}, {ANA}}}")).todo


def test_a_word_that_means_two_metrics_is_a_fault_unless_a_term_says_so() -> None:
    ana = ANA.replace("unit: count", "unit: count, synonyms: [placed]")
    files = with_metric(f"- {{name: x, description: D., {SUM}, {ana}}}")

    assert "The word `placed` means two metrics" in fault(m=files).what
    assert parse_registry({"m.yml": files, "company.yml": "terms: [{word: placed, metrics: [placed, x]}]"}).terms


def test_a_simple_metric_outside_a_model_is_a_fault() -> None:
    found = fault(m=MODEL + f"metrics:\n- {{name: x, type: simple, description: D., agg: sum, expr: id, {ANA}}}\n")

    assert "outside a model" in found.what


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("a: [1, 2", 1, "expected"),
        ("a: b\n  c: d\n", 2, "mapping values"),
        ("a:\n\t- b", 2, "cannot start any token"),
        ("a: 'b", 1, ""),
    ],
)
def test_text_that_is_not_yaml_is_a_fault_with_its_line(text: str, line: int, why: str) -> None:
    found = fault(m=text)

    assert "not YAML" in found.what
    assert found.line >= line
    assert why in found.why


@pytest.mark.parametrize("text", ["", "# nothing\n", "version: 2\n", "models: []\n", "models:\n"])
def test_an_empty_file_is_no_fault(text: str) -> None:
    assert parse_registry({"m.yml": text}).metrics == {}


@pytest.mark.parametrize("text", ["- a\n", "3\n", "models: {a: b}\n", "models: [3]\n", "metrics: x\n", "models:\n- name: [1]\n"])
def test_a_file_of_the_wrong_shape_is_a_fault(text: str) -> None:
    assert faults(m=text)


def test_a_tag_is_never_run() -> None:
    assert "not YAML" in fault(m="models: !!python/object/apply:os.system ['true']").what


def test_an_impossible_date_is_a_fault() -> None:
    assert fault(m="models:\n- {name: x, description: 2026-02-31}\n").todo


def test_all_faults_of_all_files_come_at_once_and_in_order() -> None:
    found = faults(
        a=MODEL.replace("agg: count", "agg: cuont").replace("owner: sam, ", ""),
        b="x: [",
        company="terms: [{word: w, metrics: [nope]}]",
    )

    assert [(each.file, each.line) for each in found] == [("a.yml", 15), ("a.yml", 18), ("b.yml", 2), ("company.yml", 1)]


def test_a_word_that_is_none_of_the_few_allowed_hides_no_other_fault_of_its_model() -> None:
    wrong = (("type: primary", "type: primry"), ("granularity: day", "granularity: dayy"), ("agg: count", "agg: cuont"))
    text = MODEL
    for right, typo in wrong:
        text = text.replace(right, typo)

    found = faults(
        m=text + f"metrics:\n- {{name: x, type: ratio, description: D., numerator: nope, denominator: placed, {ANA}}}\n"
    )

    assert [next(word for word in ("primry", "dayy", "cuont", "nope") if word in each.what) for each in found] == [
        "primry",
        "dayy",
        "cuont",
        "nope",
    ]


def test_a_metric_that_could_not_be_read_is_not_also_unknown() -> None:
    bad = f"- {{name: bad, type: simpel, description: D., {ANA}}}"
    broken = with_metric(f"{bad}\n- {{name: x, type: ratio, description: D., numerator: bad, denominator: placed, {ANA}}}")

    assert "`type` is `simpel`" in fault(m=broken).what


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("company: {zone: Mars/Olympus}", "not a time zone"),
        ("company: {fiscal_year_starts: febuary}", "`febuary` is not a month"),
        ("company: {freshness: {metric: plced, by: channel}}", "no metric `plced`"),
        ("company: {freshness: {metric: placed, by: chanel}}", "no dimension `chanel`"),
        ("terms: [{word: volume, metrics: [placd]}]", "no metric `placd`"),
        ("teams: {a: {}}\nterms: [{word: v, metrics: [placed], defaults: {b: placed}}]", "no team `b`"),
        ("teams: {a: {}}\nterms: [{word: v, metrics: [placed], defaults: {a: other}}]", "not one of the term's metrics"),
        ("terms: [{word: v, metrics: [placed]}, {word: V, metrics: [placed]}]", "defined a second time"),
        ("compny: {}", "`compny` is not a key"),
    ],
)
def test_a_faulty_company_file_is_named(text: str, what: str) -> None:
    assert what in fault(m=MODEL, company=text).what


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{name: b, title: T, left: {metric: placd}, right: {metric: placed}}", "no metric `placd`"),
        (
            "{name: b, title: T, left: {metric: placed}, right: {metric: placed}, terms: [{metric: placed, sign: 2}]}",
            "`terms.0.sign` is `2`",
        ),
        ("{name: b, title: T, left: {metric: placed}}", "`right` is missing"),
        ("- {name: b, title: T, left: {metric: placed}, right: {metric: placed}}\n" * 2, "defined a second time"),
    ],
)
def test_a_faulty_reconciliation_is_named(text: str, what: str) -> None:
    assert what in fault(m=MODEL, reconciliations__b=text).what


def test_a_model_without_a_relation_in_the_manifest_is_a_fault() -> None:
    with pytest.raises(RegistryError, match="manifest has no model `orders`"):
        parse_registry({"m.yml": MODEL}, {"nodes": {"model.x.order": {"resource_type": "model", "name": "order", "schema": "s"}}})


def test_a_manifest_gives_the_relation() -> None:
    node = {"resource_type": "model", "name": "orders", "schema": "marts", "alias": "fct_orders"}

    registry = parse_registry({"m.yml": MODEL}, {"nodes": {"model.x.orders": node}})

    assert registry.models["orders"].relation == ("marts", "fct_orders")


def test_a_registry_that_is_not_governed_needs_no_owner() -> None:
    bare = MODEL.replace("    config: {meta: {ana: {owner: sam, unit: count, golden: [{value: 3}]}}}\n", "").replace(
        "    description: Orders placed.\n", ""
    )

    assert parse_registry({"m.yml": bare}, governed=False).metrics["placed"].owner == ""


def test_the_bakery_is_read_as_it_was_written(registry: Registry) -> None:
    sales = registry.metrics["sales"]

    assert (sales.owner, sales.scope, sales.unit, sales.default_period) == ("bea", "company", "usd", "last_month")
    assert sales.certified is not None
    assert sales.certified.expires == dt.date(2027, 1, 31)
    assert sales.golden[1].value == Decimal("510.52")
    assert sales.golden[1].where == {"region": "North"}
    assert (sales.file, sales.line) == ("models/sales.yml", 76)
    assert registry.models["costs"].dimensions["spent_at"].grain is Grain.MINUTE
    assert registry.models["customers"].dimensions["tier"].values["gold"] == ("best",)
    assert registry.models["customers"].dimensions["phone"].indexed is False
    assert registry.models["orders"].source == "till"
    assert registry.calendar.fiscal_start == 2
    assert registry.terms["revenue"].defaults == {"books": "sales"}
    assert registry.teams["books"].questions[0].startswith("What were sales")
    assert registry.reconciliations["sales_bridge"].terms == (("offline_sales", "Counter and phone", 1),)
    assert registry.saved_queries["basket_by_shop"].query["order_by"] == ["-average_basket"]


def test_the_version_follows_the_text() -> None:
    files = tiny_files()
    changed = {**files, "company.yml": files["company.yml"] + "\n# a word\n"}

    assert parse_registry(files).version == parse_registry(dict(reversed(files.items()))).version
    assert parse_registry(files).version != parse_registry(changed).version


def test_a_hundred_and_twenty_metrics_are_read_in_a_moment() -> None:
    files = {f"m{n}.yml": MODEL.replace("placed", f"placed_{n}").replace("name: orders", f"name: orders_{n}") for n in range(120)}
    parse_registry(files)

    started = time.perf_counter()
    parse_registry(files)

    assert time.perf_counter() - started < 1.5  # about 0.1 s alone; the rest is for a busy machine
