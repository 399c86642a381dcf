"""A number of the groups of a question is what plain Python tells from the rows of the bakery, group by group."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from statistics import median
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from anabot.errors import BadQuery, NotAllowed, UnknownName
from anabot.semantic import compile_query
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from anabot.semantic.resolve import resolve
from anabot.types import Grant, MaskRule, PeopleRule, RowRule
from tests.semantic import oracle
from tests.semantic.conftest import Ask

DAY, MONTH = "metric_time__day", "metric_time__month"
JUNE = {"start": "2026-06-01", "end": "2026-07-01"}
KEYS: dict[str, Callable[[oracle.Row], Any]] = {
    "region": lambda row: row["region"],
    "shop_name": lambda row: row["shop_name"],
    "tier": lambda row: row["tier"],
    DAY: lambda row: row["time"],
    MONTH: lambda row: oracle.month(row["time"]),
}
HOWS: dict[str, Callable[[list[Any]], Any]] = {
    "average": lambda found: Decimal(sum(found)) / len(found) if found else None,
    "median": lambda found: median(found) if found else None,
    "sum": lambda found: sum(found) if found else None,
    "min": lambda found: min(found, default=None),
    "max": lambda found: max(found, default=None),
}
EXACT = Decimal("1e-6")


def over(metric: str, how: str, *each: str, **more: Any) -> dict[str, Any]:
    return {"metrics": [metric], "over": {"how": how, "each": each}, **more}


def above(metric: str, op: str, value: str) -> list[dict[str, Any]]:
    return [{"field": metric, "op": op, "values": [value]}]


def query(*args: str, **more: Any) -> MetricQuery:
    return MetricQuery.model_validate(over(*args, **more))


def groups(metric: str, by: list[str], each: list[str], keep: Callable[[oracle.Row], bool]) -> dict[tuple[Any, ...], list[Any]]:
    """By hand: the values of all groups that are somebody's or something's, by what the rows are by."""
    found: dict[tuple[Any, ...], list[Any]] = {}
    for key, (value,) in oracle.table([metric], {name: KEYS[name] for name in (*by, *each)}, keep).items():
        if None not in key[len(by) :]:
            found.setdefault(key[: len(by)], []).append(value)
    return {key: [value for value in values if value is not None] for key, values in found.items()}


def near(one: Any, other: Any) -> bool:
    return one is other if one is None or other is None else abs(Decimal(str(one)) - Decimal(str(other))) <= EXACT


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    metric=st.sampled_from(["orders_placed", "sales", "items_sold", "gift_orders", "customers_served"]),
    how=st.sampled_from(sorted(HOWS)),
    each=st.lists(st.sampled_from(sorted(KEYS)), min_size=1, max_size=2, unique=True),
    by=st.sampled_from([[], ["region"], ["shop_name"]]),
    least=st.sampled_from([None, "0", "2", "40"]),
    online=st.booleans(),
)
def test_a_number_of_groups_is_that_of_the_groups_told_apart(
    ask: Ask, metric: str, how: str, each: list[str], by: list[str], least: str | None, online: bool
) -> None:
    if (how == "sum" and metric == "customers_served") or set(by) & set(each):
        return
    where = [{"field": "channel", "values": ["online"]}] if online else []
    having = above(metric, "ge", least) if least else []

    rows = ask(**over(metric, how, *each, group_by=by, where=where, having=having))

    told = groups(metric, by, each, lambda row: not online or row["channel"] == "online")
    kept = {key for key, values in told.items() if how != "median" or any(least is None or n >= int(least) for n in values)}
    assert {row[: len(by)] for row in rows} == (kept if by else {()})
    for row in rows:
        met = [value for value in told[row[: len(by)]] if least is None or value >= int(least)]
        assert near(row[-2], HOWS[how](met))
        assert row[-1] == len(met)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    metric=st.sampled_from(["orders_placed", "sales"]),
    each=st.sampled_from(["shop_name", "tier", MONTH, DAY]),
    op=st.sampled_from(["ge", "gt", "lt", "le", "eq"]),
    value=st.sampled_from(["0", "1", "5", "20", "100"]),
    by=st.sampled_from([[], ["region"]]),
)
def test_groups_that_meet_a_condition_are_counted_and_are_a_share_of_all(
    ask: Ask, metric: str, each: str, op: str, value: str, by: list[str]
) -> None:
    having = above(metric, op, value)
    counted = ask(**over(metric, "count", each, group_by=by, having=having))
    shares = ask(**over(metric, "share", each, group_by=by, having=having))

    meets = {
        "ge": lambda n: n >= int(value),
        "gt": lambda n: n > int(value),
        "lt": lambda n: n < int(value),
        "le": lambda n: n <= int(value),
        "eq": lambda n: n == int(value),
    }[op]
    told = groups(metric, by, [each], lambda row: True)
    expected = {key: sum(map(meets, values)) for key, values in told.items()}
    assert {row[:-1]: row[-1] for row in counted} == expected
    for *key, share, count, among in shares:
        assert (count, among) == (expected[tuple(key)], len(told[tuple(key)]))
        assert near(share, Decimal(count) / among)


def june(metric: str) -> list[Any]:
    """What each of the thirty days has, by hand."""
    told = oracle.table([metric], {DAY: KEYS[DAY]}, lambda row: dt.date(2026, 6, 1) <= row["time"] < dt.date(2026, 7, 1))
    found = {day: value for (day,), (value,) in told.items()}
    return [found.get(dt.date(2026, 6, day)) or 0 for day in range(1, 31)]


@pytest.mark.parametrize("metric", ["orders_placed", "sales", "customers_served"])
@pytest.mark.parametrize("how", ["average", "min", "max"])
def test_every_day_of_the_period_counts_where_all_do(ask: Ask, metric: str, how: str) -> None:
    ((value, days),) = ask(**over(metric, how, DAY, period=JUNE, every=True))

    assert days == 30
    assert near(value, HOWS[how](june(metric)))


@pytest.mark.parametrize(("op", "value"), [("eq", "0"), ("ge", "1"), ("lt", "2"), ("gt", "-1")])
def test_days_without_any_are_counted_without_a_calendar(ask: Ask, op: str, value: str) -> None:
    ((count,),) = ask(**over("orders_placed", "count", DAY, period=JUNE, every=True, having=above("orders_placed", op, value)))

    told = {"eq": sum(n == 0 for n in june("orders_placed")), "ge": sum(n >= 1 for n in june("orders_placed"))}
    assert count == {**told, "lt": sum(n < 2 for n in june("orders_placed")), "gt": 30}[op]


def test_days_of_a_period_without_any_row_are_all_without_any(ask: Ask) -> None:
    later = {"start": "2027-06-01", "end": "2027-07-01"}

    assert ask(**over("orders_placed", "count", DAY, period=later, every=True, having=above("orders_placed", "eq", "0"))) == [
        (30,)
    ]


@pytest.mark.parametrize(
    ("period", "grain", "count"),
    [
        (("2026-01-01", "2027-01-01"), "month", 12),
        (("2026-01-01", "2027-01-01"), "quarter", 4),
        (("2026-06-01", "2026-06-29"), "week", 4),
        (("2026-01-01", "2027-01-01"), "day", 365),
    ],
)
def test_stretches_of_a_period_are_counted_from_its_dates(ask: Ask, period: tuple[str, str], grain: str, count: int) -> None:
    span = {"start": period[0], "end": period[1]}

    ((_, stretches),) = ask(**over("orders_placed", "average", f"metric_time__{grain}", period=span, every=True))

    assert stretches == count


def test_those_without_any_count_where_all_are_asked_for(ask: Ask) -> None:
    without = above("orders_placed", "eq", "0")
    ((average, shops),) = ask(**over("orders_placed", "average", "shop_name", period=JUNE, every=True))
    ((none,),) = ask(**over("orders_placed", "count", "shop_name", period=JUNE, every=True, having=without))

    in_june = [row["shop_name"] for row in oracle.ORDERS if row["time"].isoformat()[:7] == "2026-06"]
    assert shops == len(oracle.table_of("shops"))
    assert none == shops - len(set(in_june)) > 0
    assert near(average, Decimal(len(in_june)) / shops)


def test_what_a_group_lacks_of_a_difference_is_none_of_it(ask: Ask) -> None:
    ((total, _),) = ask(**over("margin", "sum", "shop_name"))
    ((average, shops),) = ask(**over("margin", "average", "shop_name"))

    sales = sum(row["amount"] for row in oracle.LINES if row["amount"] is not None and row["shop_name"])
    costs = sum(row["amount"] for row in oracle.COSTS if row["shop_name"])
    assert total == sales - costs
    assert near(average, total / shops)


def test_rows_by_something_are_ordered_and_cut_by_the_number(ask: Ask) -> None:
    plain = ask(**over("sales", "average", "shop_name", group_by=["product"]))

    rows = ask(**over("sales", "average", "shop_name", group_by=["product"], order_by=["-sales__average"], limit=2))
    by_size = ask(**over("sales", "average", "shop_name", group_by=["product"], order_by=["-sales__average__size"], limit=2))

    assert rows == by_size == sorted(plain, key=lambda row: row[1], reverse=True)[:2]


def test_the_first_of_each_group_by_a_number_of_others(ask: Ask) -> None:
    asked = over("orders_placed", "average", MONTH, group_by=["region", "shop_name"], order_by=["-orders_placed__average"])
    plain = ask(**asked)

    rows = ask(**{**asked, "limit": 1, "limit_by": ["region"]})

    best = {region: max(row[2] for row in plain if row[0] == region) for region in {row[0] for row in plain}}
    assert {row[0]: row[2] for row in rows} == best


def test_columns_say_what_they_are(registry: Registry, everything: Grant) -> None:
    def labels(*args: str, **more: Any) -> list[str]:
        return [column.label for column in compile_query(registry, query(*args, **more), everything).columns]

    assert labels("sales", "average", "customer") == ["Average sales per customer", "Customers counted"]
    at_least = above("orders_placed", "ge", "3")
    assert labels("orders_placed", "count", "customer", having=at_least) == ["Customers with at least 3 orders"]
    more = above("orders_placed", "gt", "1")
    assert labels("orders_placed", "share", "customer", having=more)[0] == "Share of customers with more than 1 order"
    assert labels("sales", "count", DAY, having=above("sales", "gt", "50")) == ["Days with sales of more than $50.00"]
    none = above("orders_placed", "eq", "0")
    assert labels("orders_placed", "count", DAY, period=JUNE, every=True, having=none) == ["Days with no orders"]


def test_the_order_of_groups_does_not_count_and_their_kind_does(registry: Registry, everything: Grant) -> None:
    def canonical(*args: str) -> MetricQuery:
        return resolve(registry, query(*args), everything)

    one, other = canonical("sales", "median", "shop_name", "tier"), canonical("sales", "median", "tier", "shop_name")
    assert one.fingerprint() == other.fingerprint()
    assert one.fingerprint() != canonical("sales", "average", "tier", "shop_name").fingerprint()
    assert canonical("sales", "median", "order__shop__area__region").over == canonical("sales", "median", "region").over
    assert MetricQuery.model_validate(one.as_json()) == one


@pytest.mark.parametrize(
    ("asked", "match"),
    [
        (over("average_basket", "average", DAY), "no average over groups"),
        (over("online_share", "average", "shop_name"), "no average over groups"),
        (over("customers_served", "sum", DAY), "no total over groups"),
        (over("sales", "average", "region", group_by=["region"]), "both what rows are by"),
        (over("orders_placed", "average", DAY, every=True), "count how many"),
        (over("orders_placed", "average", "metric_time__week", period=JUNE, every=True), "count how many"),
        (over("orders_placed", "average", DAY, period=JUNE, every=True, group_by=[MONTH]), "Not all of"),
        (
            over(
                "orders_placed",
                "average",
                DAY,
                period=JUNE,
                every=True,
                where=[{"field": "metric_time__extract_dow", "op": "in", "values": ["6", "7"]}],
            ),
            "Not all of",
        ),
        (over("orders_placed", "median", DAY, period=JUNE, every=True), "median of all stretches"),
        (over("average_basket", "max", DAY, period=JUNE, every=True), "no value where there is nothing"),
        (over("orders_placed", "average", "shop_name", "tier", every=True), "every combination"),
        (over("orders_placed", "average", "shop_name", DAY, period=JUNE, every=True), "every combination"),
    ],
)
def test_what_makes_no_sense_is_refused_with_words(
    registry: Registry, everything: Grant, asked: dict[str, Any], match: str
) -> None:
    with pytest.raises(BadQuery, match=match) as caught:
        compile_query(registry, MetricQuery.model_validate(asked), everything)

    assert caught.value.todo


@pytest.mark.parametrize(
    "more",
    [
        {"metrics": ["sales", "cost"]},
        {"compare": "previous_period", "period": JUNE},
        {"share": True, "group_by": ["region"]},
        {"over": {"how": "share", "each": ["customer"]}},
        {"over": {"how": "average", "each": []}},
    ],
)
def test_it_is_of_one_metric_and_stands_alone(more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        MetricQuery.model_validate({**over("sales", "average", "customer"), **more})


def test_only_the_metric_chooses_groups_and_only_its_columns_order_rows(ask: Ask) -> None:
    with pytest.raises(UnknownName, match="sales__average"):
        ask(**over("sales", "average", "customer", having=above("sales__average", "gt", "1")))
    with pytest.raises(UnknownName, match="`sales`"):
        ask(**over("sales", "average", "shop_name", group_by=["product"], order_by=["sales"]))


def test_groups_are_those_that_may_be_seen(ask: Ask, everything: Grant) -> None:
    north = replace(everything, rows=(RowRule(model="regions", dimension="region", values=("North",)),))

    asked = over("orders_placed", "average", "shop_name")
    assert ask(north, **asked) == ask(**asked, where=[{"field": "region", "values": ["North"]}])


def test_a_group_that_is_denied_is_as_unknown_as_one_that_is_not_there(registry: Registry, everything: Grant) -> None:
    denied = replace(everything, denied=frozenset({"customers.tier"}))

    with pytest.raises(UnknownName) as hidden:
        compile_query(registry, query("sales", "count", "tier"), denied)
    with pytest.raises(UnknownName) as missing:
        compile_query(registry, query("sales", "count", "tierx"), denied)
    assert str(hidden.value).replace("tier", "tierx") == str(missing.value)


def test_groups_that_are_masked_are_not_counted(registry: Registry, everything: Grant) -> None:
    for form in ("null", "hash"):
        masked = replace(everything, masks=(MaskRule(model="customers", dimension="tier", form=form),))
        with pytest.raises(NotAllowed, match="cannot be answered for you"):
            compile_query(registry, query("sales", "count", "tier"), masked)
        assert compile_query(registry, query("sales", "average", "shop_name", group_by=["tier"]), masked).masked == ("Tier",)


def test_a_number_about_people_has_no_number_of_groups(registry: Registry, everything: Grant) -> None:
    about = PeopleRule(metrics=frozenset({"customers_served"}), person="customer", by=("region",), k=5)

    for how in ("average", "median", "min", "max", "count"):
        with pytest.raises(NotAllowed, match="about people"):
            compile_query(registry, query("customers_served", how, "region"), replace(everything, people=(about,)))
