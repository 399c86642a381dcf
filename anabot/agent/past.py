"""What a thread has shown, as typed queries: the newest, and those before it that "undo that" goes back through. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anabot.agent.understanding import Reading
from anabot.semantic.query import MetricQuery

_STEPS_BACK = 10


def shown(state: Mapping[str, Any] | None, back: int = 0) -> MetricQuery | None:
    """The query that the thread showed last, or `back` steps before that; None where it showed none.

    Where the last step only gave it another form, one step back is the same query, as it was.
    """
    queries = [*state.get("past", ()), state["query"]] if state else []
    back -= 1 if back and state and state.get("formed") else 0
    return MetricQuery.model_validate(queries[-1 - back]) if len(queries) > back else None


def gone_on(state: Mapping[str, Any], reading: Reading) -> dict[str, Any]:
    """The state of a thread that goes on with a reading. `formed`: the query stays, in another form: "as a chart"."""
    query = reading.query.as_json()
    formed = state.get("query") == query and bool(reading.chart or reading.ask)
    return {"query": query, "past": gone_by(state, reading.query), "formed": formed}


def gone_by(state: Mapping[str, Any], query: MetricQuery) -> list[dict[str, Any]]:
    """The past of a thread that goes on with `query`, the newest last: going back takes the last one off."""
    past, last = list(state.get("past", ())), state.get("query")
    if last is None or last == query.as_json():
        return past
    return past[:-1] if past[-1:] == [query.as_json()] else [*past, last][-_STEPS_BACK:]
