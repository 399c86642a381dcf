"""Tell which groups have nothing: "shops without sales". Pure; it says names, and no number of any of them."""

from __future__ import annotations

from collections.abc import Sequence

from anabot.semantic.query import Condition, MetricQuery

_NAMED = 12  # the table has them all


def asked(query: MetricQuery, number: str) -> bool:
    """Whether the rows are those for whom there is nothing, and that is all that is asked."""
    over_time = any(name.startswith("metric_time") for name in query.group_by)
    return query.every and query.having == (Condition(field=number, op="eq", values=("0",)),) and not over_time


def words(label: str, around: str, names: Sequence[str], *, cut: bool) -> str:
    """`No Sales in Jul 2026 for: Castle, Ferry.`"""
    more = " … and others, in the table" if len(names) > _NAMED or cut else ""
    return f"No {label}{around} for: {', '.join(names[:_NAMED])}{more}."
