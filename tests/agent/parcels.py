"""A shop that sends parcels: rows with several dates each, and the offline brain asked about it."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from anabot.agent import Understanding, understand
from anabot.semantic import parse_registry
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from anabot.semantic.values import ValueIndex
from anabot.types import Grant

MONDAY = dt.datetime(2026, 10, 5, 14, 58, tzinfo=dt.UTC)
VALUES = ValueIndex(
    by_dimension={
        ("orders", "status"): ("shipped", "cancelled", "paid"),
        ("tickets", "priority"): ("high", "low"),
        ("buyers", "country"): ("Norway", "Chile"),
    }
)


def _times(*names: str, grain: str = "day") -> str:
    return "".join(f"  - {{name: {name}, granularity: {grain}, dimension: {{name: {name}, type: time}}}}\n" for name in names)


LAYER = (
    "models:\n"
    "- name: buyers\n  semantic_model: {enabled: true}\n  agg_time_dimension: registration_date\n  columns:\n"
    "  - {name: id, entity: {name: buyer, type: primary}}\n"
    "  - {name: buyer_name, dimension: {name: buyer, type: categorical}}\n"
    "  - {name: country, dimension: {type: categorical}}\n" + _times("registration_date", "last_login_date") + "  metrics:\n"
    "  - {name: buyer_count, label: Buyers, agg: count, expr: id,"
    " config: {meta: {ana: {synonyms: [number of buyers]}}}}\n"
    "- name: orders\n  semantic_model: {enabled: true}\n  agg_time_dimension: ordered_on\n  columns:\n"
    "  - {name: id, entity: {name: order, type: primary}}\n"
    "  - {name: buyer_id, entity: {name: buyer, type: foreign}}\n"
    "  - {name: status, dimension: {type: categorical}}\n"
    + _times("ordered_on", "delivered_on", "promised_date", "due_date")
    + "  metrics:\n"
    "  - {name: order_count, label: Orders, agg: count, expr: id, config: {meta: {ana: {synonyms: [orders]}}}}\n"
    "  - {name: revenue, label: Revenue, agg: sum, expr: amount, config: {meta: {ana: {unit: usd}}}}\n"
    "  - {name: newest_delivery, label: Newest delivery, agg: max, expr: delivered_on, config: {meta: {ana: {unit: date}}}}\n"
    "  - {name: active_buyers, label: Active buyers, agg: count_distinct, expr: buyer_id,"
    " config: {meta: {ana: {synonyms: [buyers who ordered]}}}}\n"
    "- name: payments\n  semantic_model: {enabled: true}\n  agg_time_dimension: paid_on\n  columns:\n"
    "  - {name: id, entity: {name: payment, type: primary}}\n"
    "  - {name: order_id, entity: {name: order, type: foreign}}\n" + _times("paid_on") + "  metrics:\n"
    "  - {name: payment_count, label: Payments, agg: count, expr: id, config: {meta: {ana: {synonyms: [payments]}}}}\n"
    "- name: tickets\n  semantic_model: {enabled: true}\n  agg_time_dimension: opened_at\n  columns:\n"
    "  - {name: id, entity: {name: ticket, type: primary}}\n"
    "  - {name: priority, dimension: {type: categorical}}\n" + _times("opened_at", "closed_at", grain="second") + "  metrics:\n"
    "  - {name: ticket_count, label: Tickets, agg: count, expr: id, config: {meta: {ana: {synonyms: [tickets]}}}}\n"
)


@lru_cache(maxsize=1)
def registry() -> Registry:
    """The layer, read once."""
    return parse_registry({"models.yml": LAYER}, governed=False)


def ask(text: str, *, denied: frozenset[str] = frozenset(), thread: MetricQuery | None = None) -> Understanding:
    """What the brain makes of one message."""
    metrics = frozenset(registry().metrics)
    grant = Grant(subject="somebody", audience="dm", metrics=metrics, listed=metrics, denied=denied)
    return understand(text, registry=registry(), grant=grant, values=VALUES, team="shop", now=MONDAY, previous=thread)
