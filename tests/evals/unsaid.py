"""What a sketch leaves unsaid, as any data team would fill it in: counts of tables, aggregates of measures, the other columns.

By rule, from names and types of columns alone. It never overrides what the sketch says.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from anabot.agent.offline.text import words as stems

_UNITS = {"day", "week", "month", "quarter", "year"}
_AGGS = {"avg": "average {}", "sum": "total {}", "min": "{} min", "max": "{} max"}
_PRICED = re.compile(r"(close|high|low|open)$", re.I)  # prices that do not say so
_NUMBER = ("DECIMAL", "BIGINT", "DOUBLE")
_ORDINALS = {
    "year",
    "month",
    "day",
    "position",
    "rank",
    "number",
    "code",
    "zip",
    "version",
    "sequence",
    "order",
}  # add up to nothing
_CUT_SHORT = {
    "addr": "address",
    "amt": "amount",
    "bal": "balance",
    "cap": "capacity",
    "cat": "category",
    "cd": "code",
    "chan": "channel",
    "cnt": "count",
    "ctry": "country",
    "desc": "description",
    "dev": "device",
    "disc": "discount",
    "dist": "distance",
    "dt": "date",
    "dur": "duration",
    "elev": "elevation",
    "fct": "factor",
    "fname": "first_name",
    "freq": "frequency",
    "hgt": "height",
    "idx": "index",
    "len": "length",
    "lname": "last_name",
    "loc": "location",
    "lvl": "level",
    "nm": "name",
    "num": "number",
    "pct": "percent",
    "pg": "page",
    "pop": "population",
    "prc": "price",
    "qty": "quantity",
    "ref": "reference",
    "sec": "seconds",
    "snap": "snapshot",
    "spd": "speed",
    "stat": "status",
    "temp": "temperature",
    "tkt": "ticket",
    "typ": "type",
    "val": "value",
    "wgt": "weight",
    "wt": "weight",
    "yr": "year",
}
_SNAPSHOTS = re.compile(r"snap(shot)?s?$", re.I)
_KEY = re.compile(r"(^|_|(?<=[a-z]))id$", re.I)


def entity_of(table: str, schema: Mapping[str, Any]) -> str:
    """`salespersons` → `salesperson`, `sbTicker` → `ticker`: what all tables begin with says nothing."""
    return re.sub(r"(?<=[a-z])s$", "", _snake(table.removeprefix(_shared(schema))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsaid:
    """One sketch and the columns behind it."""

    sketch: dict[str, Any]
    schema: dict[str, dict[str, str]]

    def dimensions(self, table: str, *, taken: set[str]) -> Iterator[dict[str, Any]]:
        """The columns that describe rows and are not dimensions yet."""
        said = {each["name"] for each in self.sketch["dimensions"]}
        for column, kind in self.schema[table].items():
            if column in taken or self._is_key(table, column):
                continue
            words, entity = self.words_of(table, column), entity_of(table, self.schema)
            name = f"{entity}_{words}" if words in said | _UNITS | {"name"} else words
            timed = kind.startswith(("DATE", "TIMESTAMP"))
            typed = {"type": "time", "granularity": "day"} if timed else {"type": "categorical"}
            ana: dict[str, Any] = {"synonyms": [f"{entity} {words}".replace("_", " ")] if name == words else []}
            if kind.startswith(_NUMBER):
                ana["indexed"] = False
            yield {"name": name, "expr": column, "config": {"meta": {"ana": ana}}, **typed}

    def metrics(self, table: str) -> Iterator[dict[str, Any]]:
        """The count of rows, and what is usually asked of each measure, where the sketch does not say them."""
        said = {
            (each["from"], each["expr"].replace(" ", "").lower()) for each in self.sketch["metrics"] if not each.get("filter")
        }
        times = {each["time"] for each in self.sketch["metrics"] if each["from"].split()[0] == table and each.get("time")}
        common = {"from": table, "time": min(times, default="")}
        entity = entity_of(table, self.schema)
        plain = _snake(table.removeprefix(_shared(self.schema))).replace("_", " ")
        plural = plain if re.search(r"s\b", plain) else f"{plain}s"
        if (table, "count(*)") not in said:
            synonyms = [plural, f"{entity.replace('_', ' ')} records"]
            synonyms = [each for each in synonyms if not {stems(each), ("total", *stems(each))} & self._taken()]
            yield {"name": f"{entity}_rows", "label": f"number of {plural}", "expr": "count(*)", "synonyms": synonyms, **common}
        for column, kind in self.schema[table].items():
            if self._is_measure(table, column, kind):
                yield from self._aggregates(column, self.words_of(table, column), entity, said, common)
        yield from self._states(table)
        yield from self._told_apart(table, said, common)

    def _told_apart(self, table: str, said: set[tuple[str, str]], common: dict[str, str]) -> Iterator[dict[str, Any]]:
        """Of a table that only joins two others, how many things of each stand in it: the papers of authorships."""
        links = [side.split("=") for side in self.sketch["joins"] if side.startswith(f"{table}.")]
        measured = any(self._is_measure(table, column, kind) for column, kind in self.schema[table].items() if kind in _NUMBER)
        for left, right in links if len(links) == 2 and not measured else ():
            column, thing = left.strip().split(".")[1], entity_of(right.strip().split(".")[0], self.schema)
            if (table, f"count(distinct{column})".lower()) not in said:
                name = f"{thing}s_of_{entity_of(table, self.schema)}s"
                yield {"name": name, "expr": f"count(distinct {column})", "synonyms": [], **common}

    def _states(self, table: str) -> Iterator[dict[str, Any]]:
        """Of a table of snapshots, how many things are in each state that it tells, as of the last one: `cars in inventory`."""
        days = [column for column, kind in self.schema[table].items() if kind == "DATE"]
        links = [join.split("=") for join in self.sketch["joins"] if join.startswith(f"{table}.")]
        if not _SNAPSHOTS.search(table) or len(days) != 1 or len(links) != 1:
            return
        thing = links[0][1].strip().split(".")[0].removeprefix(_shared(self.schema)).replace("_", " ")
        for column in [column for column, kind in self.schema[table].items() if kind == "BOOLEAN"]:
            state = re.sub(r"^is_", "", self.words_of(table, column))
            said = {"name": f"{thing} {state}".replace(" ", "_"), "label": f"{thing} {state}".replace("_", " ")}
            yield {**said, "from": table, "expr": f"sum({column})", "time": days[0], "at_last": days[0]}

    def _aggregates(
        self, column: str, words: str, entity: str, said: set[tuple[str, str]], common: dict[str, str]
    ) -> Iterator[dict[str, Any]]:
        measure, whole = words.replace("_", " "), f"{entity} {words}".replace("_", " ")
        owners = [table for table, columns in self.schema.items() for each in columns if self.words_of(table, each) == words]
        called = [measure, whole] if len(owners) == 1 else [whole]
        called += [f"{measure} price"] if _PRICED.search(column) else []
        for agg, form in _AGGS.items():
            label, *names = [each for each in map(form.format, called) if stems(each) not in self._taken()] or [f"{whole} {agg}"]
            if (common["from"], f"{agg}({column})".lower()) not in said:
                name = f"{entity}_{words}_{agg}"
                yield {"name": name, "label": label, "expr": f"{agg}({column})", "synonyms": names, **common}

    def _taken(self) -> set[tuple[str, ...]]:
        """What the sketch calls its own."""
        return {
            stems(word.replace("_", " ")) for each in self.sketch["metrics"] for word in (each["name"], *each.get("synonyms", ()))
        }

    def _is_key(self, table: str, column: str) -> bool:
        joined = {side.strip() for join in self.sketch["joins"] for side in join.split("=")}
        return f"{table}.{column}" in joined or bool(_KEY.search(column))

    def _is_measure(self, table: str, column: str, kind: str) -> bool:
        whole = kind.startswith("INTEGER") and self.words_of(table, column).rpartition("_")[2] not in _ORDINALS
        return (whole or kind.startswith(_NUMBER)) and not self._is_key(table, column)

    def words_of(self, table: str, column: str) -> str:
        """The column's own words: what all columns of its table begin with says nothing, and what is cut short is spelled out."""
        shared = os.path.commonprefix(list(self.schema[table]))
        ends = all(each[len(shared) :][:1].isupper() for each in self.schema[table]) or shared.endswith("_")
        own = _snake(column.removeprefix(shared) if len(shared) > 1 and ends else column)
        return "_".join(_CUT_SHORT.get(each, each) for each in own.split("_"))


def _shared(schema: Mapping[str, Any]) -> str:
    first = [re.match(r"[a-z]+_(?=.)|[a-z]*", name) for name in schema]
    return first[0][0] if first[0] and len({found[0] for found in first if found}) == 1 else ""


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
