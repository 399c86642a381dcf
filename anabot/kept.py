"""What is kept of an answer, and read again when somebody comes back to it: its queries and choices, and never a row."""

from __future__ import annotations

from typing import Any

from anabot.agent.offline.replying import Offer
from anabot.semantic.query import MetricQuery


def about(answer: dict[str, Any], choice: int | None = None) -> set[str]:
    """What a kept answer, or one of its choices, is about."""
    chosen = [] if choice is None else answer["choices"][max(choice, 0) : max(choice, 0) + 1]
    wanted = chosen or [answer, *answer["parts"]]
    return {name for one in wanted for name in (one["query"] or {}).get("metrics", ())}


def without_rows(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer as it is kept: without what the warehouse said."""
    parts = [without_rows(part) for part in answer["parts"]]
    return {**answer, "rows": [], "bridges": [], "text": "", "unknown": [], "overlap": None, "parts": parts}


def offers(answer: dict[str, Any] | None, listed: frozenset[str]) -> tuple[Offer, ...]:
    """The choices of a question that was asked back, if that is what was said last; none that somebody may not know of."""
    if answer is None or answer["status"] != "clarify":
        return ()
    found = [(one["label"], MetricQuery.model_validate(one["query"])) for one in answer["choices"]]
    return tuple(found) if all(set(query.metrics) <= listed for _, query in found) else ()
