"""boring-semantic-layer: the same tables as ibis expressions, a table of one fact and the place it joins to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ibis
from boring_semantic_layer import to_semantic_table
from timing import measured

SUMS = ("spend", "clicks", "hours", "refunds", "seats", "bookings", "weight")


def make(question: dict[str, Any]) -> Callable[[str, str], str]:
    if question["name"] == "month offset":
        raise NotImplementedError("it has no metric moved in time")
    model = _model(question["fact"], question["place"])
    keys = [f"{question['place']}.region", f"{question['fact']}.happened_at"]

    time = f"{question['fact']}.happened_at"

    def compiles(start: str, end: str) -> str:
        within = [{"field": time, "operator": ">=", "value": start}, {"field": time, "operator": "<", "value": end}]
        if question["name"] == "ratio with a filter":
            asked = model.query(dimensions=keys[:1], measures=[f"{question['fact']}.open_share"], filters=within)
        else:
            measures = [f"{question['fact']}.spend"]
            asked = model.query(dimensions=keys, measures=measures, filters=within, time_grain="TIME_GRAIN_MONTH")
        return str(asked.to_sql(dialect="duckdb"))

    return compiles


def _model(fact: str, place: str) -> Any:
    columns = {f"{fact}_id": "int64", f"{place}_id": "int64", "happened_at": "date", "status": "string"}
    rows = ibis.table({**columns, **dict.fromkeys(SUMS, "decimal(18, 2)")}, name=f"fct_{fact}")
    named = ibis.table({f"{place}_id": "int64", "region": "string"}, name=f"dim_{place}")
    facts = (
        to_semantic_table(rows, name=fact)
        .with_dimensions(
            happened_at={"expr": lambda t: t.happened_at, "is_time_dimension": True, "smallest_time_grain": "TIME_GRAIN_DAY"},
            status=lambda t: t.status,
        )
        .with_measures(
            **{name: (lambda t, name=name: t[name].sum()) for name in SUMS},
            open_share=lambda t: t.spend.sum(where=t.status == "open") / t.spend.sum(),
        )
    )
    places = to_semantic_table(named, name=place).with_dimensions(region=lambda t: t.region)
    return facts.join_one(places, on=lambda left, right: left[f"{place}_id"] == right[f"{place}_id"])


measured(make)
