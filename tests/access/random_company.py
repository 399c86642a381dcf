"""A company made by chance: its rows, the rules of its access, its questions, and what is left when forbidden rows go.

What is left is computed in plain Python over the rows and the keys below; nothing here knows how the compiler restricts.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from anabot.semantic import parse_registry
from anabot.semantic.catalog import dimensions_of
from anabot.semantic.registry import Registry
from tests.semantic.moved import MOVED, season, term
from tests.tiny import tiny_files
from tests.tiny.warehouse import TABLES as BAKERY

Row = dict[str, Any]
Tables = dict[str, list[Row]]

TABLES = BAKERY | {
    "customers": f"{BAKERY['customers']}, home_id VARCHAR",
    "days": "day DATE, season_start DATE, term VARCHAR",
    "tiers_over_time": "tier_id INTEGER, customer_id INTEGER, tier_then VARCHAR, from_day DATE, to_day DATE",
}
KEYS = {table: columns.split()[0] for table, columns in TABLES.items()}
HOME = "\n  - {name: home_id, entity: {name: area, type: foreign}}\n  - name: tier\n"

# Table → its column → the table and column that it leads to.
LEADS = {
    "shops": {"region_id": ("regions", "region_id")},
    "customers": {},
    "orders": {"shop_id": ("shops", "shop_id"), "customer_id": ("customers", "customer_id")},
    "order_lines": {"order_id": ("orders", "order_id")},
    "costs": {"shop_id": ("shops", "shop_id")},
    "staff": {"shop_id": ("shops", "shop_id")},
    "tiers_over_time": {"customer_id": ("customers", "customer_id")},
}
# What a row rule may name: model.dimension → table, column.
RULED = {
    "regions.region": ("regions", "region"),
    "regions.country": ("regions", "country"),
    "shops.shop_name": ("shops", "shop"),
    "customers.tier": ("customers", "tier"),
    "orders.channel": ("orders", "channel"),
    "order_lines.product": ("order_lines", "product"),
    "staff.job": ("staff", "job"),
}
# What may be denied: no metric is made of it.
DENIABLE = {
    **RULED,
    "customers.phone": ("customers", "phone"),
    "orders.is_gift": ("orders", "is_gift"),
    "costs.kind": ("costs", "kind"),
}
for _used in ("orders.channel", "orders.is_gift"):
    del DENIABLE[_used]

# What may be masked, and how: it is no key, and of the type that the mask gives.
MASKABLE = {
    **DENIABLE,
    "orders.channel": ("orders", "channel"),
    "shops.opened_on": ("shops", "opened_on"),
    "customers.signed_up_on": ("customers", "signed_up_on"),
}
MASK_KEY = "a key that only this bakery has"

UNTYPED = ("_on", "_at", "as_of", "_day", "staff_id", "quantity", "is_gift")  # that no word can be compared with
STRICTEST = ["null", "constant", "hash", "last4", "year"]
FORMS = STRICTEST[:4]
FIRST = dt.date(2025, 1, 1)
SUMS = ("sales", "cost", "items_sold", "orders_placed", "margin", "gift_orders")
BESIDE = ("share", "running")
TIMES = ["metric_time__day", "metric_time__week", "metric_time__month", "metric_time__quarter", "metric_time__year"]


def company(schema: str, *, homes: bool) -> Registry:
    """The bakery with metrics that move in time, over tables of `schema`; with `homes`, customers lead to regions as shops do."""
    files = {**tiny_files(), "moved.yml": MOVED}
    files = {name: text.replace("schema: crumb", f"schema: {schema}") for name, text in files.items()}
    if homes:
        geography = files["models/geography.yml"]
        files["models/geography.yml"] = geography.replace("\n  - name: tier\n", HOME)
        assert files["models/geography.yml"] != geography
        files["models/sales.yml"] = files["models/sales.yml"].replace("{region: North}", "{order__shop__area__region: North}")
    return parse_registry(files, governed=False)


def rows(chance: Random) -> Tables:
    """Rows with keys that are missing or lead nowhere, names that are missing or shared, and no two orders on one day."""
    some = chance.choice
    days = [FIRST + dt.timedelta(days=n) for n in range(640)]
    calendar = [FIRST + dt.timedelta(days=n) for n in range(-31, 700)]
    shops, people = range(1, chance.randint(3, 7)), range(1, chance.randint(6, 14))
    regions = ["north", "south", "isles", "coast"]
    ordered = chance.sample(days, chance.randint(30, 60))
    orders = [
        (n, some([*shops, None, 99]), some([*people, None, 99]), day, some(["counter", "online", "phone", None]),
         some([True, False]), some([None, 5, 8, 13]))
        for n, day in enumerate(ordered, 1)
    ]  # fmt: skip
    found: dict[str, Sequence[tuple[Any, ...]]] = {
        "regions": [(each, some([each.title(), "North", None]), some(["Nordland", "Insula"])) for each in regions],
        "shops": [(n, some(["Harbour", "Market", "Castle", "Ferry"]), some([*regions, None]), some(days)) for n in shops],
        "customers": [
            (n, f"Customer {n}", some(["gold", "silver", "bronze", None]), some(days),
             some([None, f"555-{n}", f"+46 555 01{n:03}"]), some([*regions, None]))
            for n in people
        ],
        "orders": orders,
        "order_lines": [
            (n, some([*range(1, len(orders)), None, 999]), some(days), some(["bread", "cake", "coffee", None]), some([1, 2, 3]),
             some([None, *(Decimal(chance.randint(-500, 9000)) / 100 for _ in range(8))]))
            for n in range(1, 90)
        ],
        "costs": [
            (n, some([*shops, None, 99]), dt.datetime.combine(some(days), dt.time(some([0, 23]), 59)), some(["flour", "rent"]),
             Decimal(chance.randint(100, 9000)) / 100)
            for n in range(1, 30)
        ],
        "staff": [
            (n, some([*shops, None]), dt.date(2026, month, 1), some(["baker", "clerk", None]), some(["low", "high"]),
             Decimal(30 + n) + Decimal("0.25"))
            for month in (7, 8, 9) for n in range(1, 10)
        ],
        "load_log": [(n, some(["till", "books"]), dt.datetime.combine(some(days), dt.time(4))) for n in range(1, 5)],
        "days": [(day, season(day), term(day)) for day in calendar],
        "tiers_over_time": [
            (2 * n + late, n, some(["gold", "silver"]), days[320] if late else dt.date(2024, 1, 1), None if late else days[320])
            for n in people for late in (0, 1)
        ],
    }  # fmt: skip
    return {table: [dict(zip(kinds(table), row, strict=True)) for row in held] for table, held in found.items()}


def kinds(table: str) -> dict[str, str]:
    """The table's columns, with their types."""
    return dict(part.strip().split(" ", 1) for part in re.split(r",(?![^(]*\))", TABLES[table]))  # type: ignore[misc]


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Rules of one person, as `access.yml` and as what they mean: (table, column) → the values that may be read; columns gone."""

    text: str
    groups: frozenset[str]
    allowed: tuple[tuple[tuple[str, str], tuple[str, ...]], ...]
    denied: frozenset[tuple[str, str]]
    masked: dict[tuple[str, str], str]


def rules(chance: Random, data: Tables) -> Rules:
    """One or two teams, each with rules by constants and by the person's own attributes, and with denied columns."""
    teams: dict[str, Any] = {}
    groups: dict[str, Any] = {}
    allowed, denied = [], set()
    masked: dict[tuple[str, str], str] = {}
    for team in ["one", "two"][: chance.choice([1, 1, 2])]:
        own: dict[str, Any] = {"sees": ["company", "books", "people"], "rows": [], "deny": []}
        held: dict[str, list[str]] = {}
        for number in range(chance.choice([0, 1, 1, 2])):
            name = chance.choice([*RULED, *["regions.region", "shops.shop_name"] * 3])
            place = RULED[name]
            known = sorted({row[place[1]] for row in data[place[0]] if row[place[1]] is not None})
            values = chance.sample(known, chance.randint(0, max(1, len(known) - 1))) if known else []
            model, dimension = name.split(".")
            rule: dict[str, Any] = {"model": model, "dimension": dimension}
            if chance.random() < 0.5 or not values:
                attribute = f"{team}{number}"
                own["rows"].append({**rule, "attribute": attribute})
                held[attribute] = values
            else:
                own["rows"].append({**rule, "values": values})
            allowed.append((place, tuple(values)))
        for name in chance.sample(sorted(DENIABLE), chance.choice([0, 0, 1, 2])):
            own["deny"].append(name)
            denied.add(DENIABLE[name])
        own["mask"] = {}
        for name in chance.sample(sorted(MASKABLE), chance.choice([0, 0, 1, 2])):
            own["mask"][name] = form = chance.choice(["null", "year"] if name.endswith("_on") else FORMS)
            masked[MASKABLE[name]] = min(form, masked.get(MASKABLE[name], form), key=STRICTEST.index)
        teams[team] = own
        groups[f"in-{team}"] = {"team": team, "attributes": held}
    said = {"classes": {"company": {}, "books": {}, "people": {}}, "groups": groups, "teams": teams}
    return Rules(text=json.dumps(said), groups=frozenset(groups), allowed=tuple(allowed), denied=frozenset(denied), masked=masked)


def left(data: Tables, rules: Rules, *, homes: bool) -> Tables:
    """The rows that are left when those that the rules forbid are gone, with all that leads to them, and the columns too.

    Rules about rows look at what is there; then what is masked is overwritten.
    """
    leads = {**LEADS, "customers": {"home_id": ("regions", "region_id")} if homes else {}}
    kept = data
    for (table, column), values in rules.allowed:
        told = {table: [row for row in data[table] if row[column] in values]}
        _follow(data, told, leads)
        kept = {name: [row for row in held if name not in told or row in told[name]] for name, held in kept.items()}
    return {
        table: [
            {
                column: seen(rules.masked.get((table, column), ""), cell)
                for column, cell in row.items()
                if (table, column) not in rules.denied
            }
            for row in held
        ]
        for table, held in kept.items()
    }


def seen(form: str, cell: Any) -> Any:
    """What a mask leaves of a cell."""
    match form:
        case "null":
            return None
        case "constant":
            return "masked"
        case "hash" if cell is not None:
            return hashlib.sha256(f"{MASK_KEY}{cell}".encode()).hexdigest()[:16]
        case "last4" if cell is not None:
            return f"…{cell[-4:]}" if len(cell) >= 8 else "…"
        case "year" if cell is not None:
            return cell.replace(month=1, day=1)
    return cell


def _follow(data: Tables, told: Tables, leads: dict[str, dict[str, tuple[str, str]]]) -> None:
    """Add to `told` the tables that lead there, nearest first: their rows whose keys are all left, on every shortest way."""
    edge = True
    while edge:
        edge = False
        near = {}
        for table, keys in leads.items():
            ways = [(column, there) for column, there in keys.items() if there[0] in told]
            if table not in told and ways:
                near[table] = [row for row in data[table] if all(row[column] in _held(told, there) for column, there in ways)]
        if near:
            told.update(near)
            edge = True


def _held(told: Tables, there: tuple[str, str]) -> set[Any]:
    return {row[there[1]] for row in told[there[0]]} - {None}


def question(chance: Random, registry: Registry, data: Tables) -> dict[str, Any]:
    """A question by chance. It may be one that nobody can ask."""
    metrics = chance.sample(sorted(registry.metrics), chance.choice([1, 1, 1, 2, 3]))
    names = [{ref.name for ref in dimensions_of(registry, name)} for name in metrics]
    shared = sorted(name for name in set.intersection(*names) if not name.endswith(UNTYPED))
    keys = chance.sample(shared, min(len(shared), chance.choice([0, 1, 1, 2])))
    keys += [chance.choice(TIMES)] if chance.random() < 0.5 else []
    asked: dict[str, Any] = {"metrics": metrics, "group_by": keys}
    if chance.random() < 0.4 and shared:
        asked["where"] = [_where(chance, chance.choice(shared), data)]
    if chance.random() < 0.5:
        start = FIRST + dt.timedelta(days=chance.randint(0, 400))
        asked["period"] = {
            "start": start.replace(day=1).isoformat(),
            "end": (start + dt.timedelta(days=200)).replace(day=1).isoformat(),
        }
    asked |= _beside(chance, asked)
    if chance.random() < 0.15 and metrics[0] != "data_as_of":
        op = chance.choice(["gt", "lt", "ne", "between", "is_null"])
        asked["having"] = [{"field": metrics[0], "op": op, "values": {"between": ["2", "50"], "is_null": []}.get(op, ["5"])}]
    if chance.random() < 0.25:
        by = chance.choice([metrics[0], *asked["group_by"], *(f"{metrics[0]}__{tail}" for tail in asked if tail in BESIDE)])
        asked |= {"order_by": [chance.choice(["-", ""]) + by], "limit": chance.randint(1, 4)}
        asked |= {"limit_by": asked["group_by"][:1]} if len(asked["group_by"]) > 1 and chance.random() < 0.5 else {}
    again = Random(repr(asked))
    return _over(again, metrics[0], shared, data) if shared and again.random() < 0.12 else asked


def _over(chance: Random, metric: str, names: list[str], data: Tables) -> dict[str, Any]:
    """A number of groups: of names, of times, of both; by something, and chosen by how much they have."""
    found = chance.sample([*names, *TIMES], min(len(names), chance.choice([1, 1, 2, 3])))
    each, by = found[:2], found[2:]
    how = chance.choice(["median", "min", "max", "count", "share", *(["average", "sum"] if metric in SUMS else [])])
    having = [{"field": metric, "op": chance.choice(["ge", "lt"]), "values": ["3"]}]
    where = [_where(chance, chance.choice(names), data)] if chance.random() < 0.3 else []
    asked = {"metrics": [metric], "over": {"how": how, "each": each}, "group_by": by, "where": where}
    return {**asked, "having": having if how == "share" or chance.random() < 0.3 else [], "every": chance.random() < 0.2}


def _beside(chance: Random, asked: dict[str, Any]) -> dict[str, Any]:
    """What stands beside the numbers: an earlier time, a share, a running total; or those without any."""
    if "period" in asked and chance.random() < 0.5 and "data_as_of" not in asked["metrics"]:
        earlier = {"start": "2024-12-01", "end": "2025-07-15"}
        return {"compare": chance.choice(["previous_period", "previous_year", earlier])}
    timed = any(name in TIMES for name in asked["group_by"])
    ways = [*(["share"] if asked["group_by"] else []), *(["running"] if timed else []), *(["every"] if asked["group_by"] else [])]
    if chance.random() < 0.6 or not ways:
        return {}
    if chance.choice(ways) == "every":
        return {"every": True, "group_by": asked["group_by"][:1]}
    return dict.fromkeys(chance.sample([way for way in ways if way != "every"], 1), True)


def _where(chance: Random, field: str, data: Tables) -> dict[str, Any]:
    cells = [cell for held in data.values() for row in held[:12] for cell in row.values() if isinstance(cell, str)]
    some = {"field": field, "op": "in", "values": chance.sample(cells, 12)}
    one = chance.choice(cells)
    ways: list[dict[str, Any]] = [
        {"field": field, "op": "is_null"},
        {"field": field, "op": "not_null"},
        some,
        {**some, "op": "not_in"},
        {"not": some},
        {"any": [some, {"field": field, "op": "is_null"}]},
        {"all": [{"not": {"field": field, "values": [one]}}, {"field": field, "op": "ne", "values": [chance.choice(cells)]}]},
        {"field": field, "op": "contains", "values": [chance.choice("aeor")]},
        {"field": field, "op": "contains", "values": [one[1:-1] or one]},
        {"field": field, "op": "starts_with", "values": [one[: chance.randint(1, 3)]]},
        {"field": field, "op": "ends_with", "values": [one[-chance.randint(1, 3) :]]},
        {"field": field, "op": chance.choice(["lt", "ge"]), "values": [one]},
        {"field": field, "op": "between", "values": sorted([one, chance.choice(cells)])},
    ]
    return chance.choice(ways)
