"""The bakery's numbers computed in plain Python from its rows: what the compiler must equal. It imports nothing of anabot."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.tiny import warehouse

Row = dict[str, Any]
PLACES = Decimal("1e-10")


def table_of(name: str) -> list[Row]:
    columns = [
        part.strip().split(" ")[0]
        for part in warehouse.TABLES[name].replace("DECIMAL(12,2)", "D").replace("(8,2)", "").split(",")
    ]
    return [dict(zip(columns, row, strict=True)) for row in warehouse.rows()[name]]


def _joined(row: Row, name: str, key: str) -> Row:
    found = next((each for each in table_of(name) if each[key] == row.get(key) and row.get(key) is not None), None)
    return {
        **dict.fromkeys(table_of(name)[0]),
        **(found or {}),
        **{k: v for k, v in row.items() if v is not None or k not in (found or {})},
    }


def _placed(row: Row) -> Row:
    row = _joined(_joined(row, "shops", "shop_id"), "regions", "region_id")
    return {**row, "shop_name": row["shop"]}


ORDERS = [{**_placed(_joined(row, "customers", "customer_id")), "time": row["ordered_on"]} for row in table_of("orders")]
LINES = [
    {**next(order for order in ORDERS if order["order_id"] == line["order_id"]), **line, "time": line["sold_on"]}
    for line in table_of("order_lines")
]
COSTS = [{**_placed(row), "time": row["spent_at"].date()} for row in table_of("costs")]

Measure = Callable[[Iterable[Row]], Decimal | int | None]


def _sum(column: str, when: Callable[[Row], bool] = lambda row: True) -> Measure:
    def measured(rows: Iterable[Row]) -> Decimal | None:
        values = [row[column] for row in rows if when(row) and row[column] is not None]
        return sum(values) if values else None

    return measured


def _ratio(top: Decimal | int | None, bottom: Decimal | int | None) -> Decimal | None:
    if top is None or not bottom:
        return None
    return (Decimal(top) / Decimal(bottom)).quantize(PLACES, ROUND_HALF_UP)


SIMPLE: dict[str, tuple[list[Row], Measure]] = {
    "sales": (LINES, _sum("amount")),
    "online_sales": (LINES, _sum("amount", lambda row: row["channel"] == "online")),
    "offline_sales": (LINES, _sum("amount", lambda row: row["channel"] != "online")),
    "items_sold": (LINES, _sum("quantity")),
    "orders_placed": (ORDERS, lambda rows: len(list(rows)) or None),
    "customers_served": (ORDERS, lambda rows: len({row["customer_id"] for row in rows}) or None),
    "gift_orders": (ORDERS, lambda rows: sum(held) if (held := [int(row["is_gift"]) for row in rows]) else None),
    "cost": (COSTS, _sum("amount")),
}


def value(metric: str, keep: Callable[[Row], bool]) -> Decimal | int | None:
    """One metric over the rows that `keep` keeps."""
    if metric in SIMPLE:
        rows, measure = SIMPLE[metric]
        return measure([row for row in rows if keep(row)])
    if metric == "average_basket":
        return _ratio(value("sales", keep), value("orders_placed", keep))
    if metric == "online_share":
        return _ratio(value("online_sales", keep), value("sales", keep))
    sales, cost = value("sales", keep), value("cost", keep)
    margin = None if sales is None or cost is None else sales - cost
    return {"margin": margin, "margin_pct": _ratio(margin, sales), "cost_per_order": _ratio(cost, value("orders_placed", keep))}[
        metric
    ]


def sources(metric: str) -> list[list[Row]]:
    """The tables a metric is measured on."""
    parts = {
        "average_basket": ("sales", "orders_placed"),
        "online_share": ("sales",),
        "margin": ("sales", "cost"),
        "margin_pct": ("sales", "cost"),
        "cost_per_order": ("cost", "orders_placed"),
    }
    return [SIMPLE[name][0] for name in parts.get(metric, (metric,))]


def month(day: dt.date) -> dt.date:
    """The first day of the month."""
    return day.replace(day=1)


def table(
    metrics: list[str], keys: dict[str, Callable[[Row], Any]], keep: Callable[[Row], bool]
) -> dict[tuple[Any, ...], list[Any]]:
    """Key → values of all metrics, for each key that any source has rows for."""
    groups: dict[tuple[Any, ...], None] = defaultdict(None)
    for metric in metrics:
        for rows in sources(metric):
            for row in rows:
                if keep(row) and _counts(metric, row):
                    groups[tuple(key(row) for key in keys.values())] = None
    if not keys:
        groups[()] = None

    def among(group: tuple[Any, ...]) -> Callable[[Row], bool]:
        return lambda row: keep(row) and tuple(key(row) for key in keys.values()) == group

    return {group: [value(metric, among(group)) for metric in metrics] for group in groups}


def _counts(metric: str, row: Row) -> bool:
    """A filtered metric makes groups only of the rows it is about."""
    if metric == "online_sales":
        return bool(row["channel"] == "online")
    return metric != "offline_sales" or row["channel"] != "online"
