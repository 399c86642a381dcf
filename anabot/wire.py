"""An answer as the JSON that people script against. Only names and shapes; never a decision."""

from __future__ import annotations

from typing import Any

from anabot.types import Answer, Bridge, Choice, Driver, Drivers, Overlap, Table, cell_json


def answer_json(answer: Answer) -> dict[str, Any]:
    """The contract's shape: rows as lists, decimals as strings, times in ISO."""
    return {
        "status": answer.status,
        "text": answer.text,
        "query": dict(answer.query) if answer.query else None,
        "query_hash": answer.query_hash,
        "columns": columns_json(answer.table),
        "rows": rows_json(answer.table),
        "truncated": bool(answer.table and answer.table.truncated),
        "suppressed": sorted(map(list, answer.table.suppressed)) if answer.table else [],
        "sql": [{"connection": connection, "text": text} for connection, text in answer.sql],
        "models": list(answer.models),
        "metrics": list(answer.metrics),
        "badge": {"level": answer.badge.level, "why": answer.badge.why} if answer.badge else None,
        "as_of": answer.as_of.isoformat() if answer.as_of else None,
        "period": answer.period,
        "assumptions": list(answer.assumptions),
        "choices": [_choice(choice) for choice in answer.choices],
        "overlap": overlap_json(answer.overlap) if answer.overlap else None,
        "reason": answer.reason,
        "unknown": list(answer.unknown),
        "nearest": list(answer.nearest),
        "owner": answer.owner,
        "private": answer.private,
        "bridges": [bridge_json(bridge) for bridge in answer.bridges],
        "drivers": drivers_json(answer.drivers) if answer.drivers else None,
        "parts": [answer_json(part) for part in answer.parts],
        "receipt": answer.receipt,
        "brain": answer.brain,
        "timings_ms": dict(answer.timings_ms),
        "tokens": answer.tokens,
        "cost_usd": format(answer.cost_usd, "f"),
    }


def columns_json(table: Table | None) -> list[dict[str, str]]:
    """The columns in SELECT order."""
    return [{"name": c.name, "type": c.type, "unit": c.unit} for c in table.columns] if table else []


def rows_json(table: Table | None) -> list[list[Any]]:
    """The rows in SELECT order."""
    return [[cell_json(cell) for cell in row] for row in table.rows] if table else []


def bridge_json(bridge: Bridge) -> dict[str, Any]:
    """A bridge with its lines in order and its residual."""
    lines = [{"label": label, "amount": format(amount, "f"), "metric": metric} for label, amount, metric in bridge.lines]
    return {
        "name": bridge.name,
        "title": bridge.title,
        "unit": bridge.unit,
        "lines": lines,
        "residual": format(bridge.residual, "f"),
        "tolerance": format(bridge.tolerance, "f"),
    }


def overlap_json(overlap: Overlap) -> dict[str, Any]:
    """How the choices overlap: which of them count, and how many."""
    return {"entity": overlap.entity, "regions": [{"in": list(names), "count": count} for names, count in overlap.regions]}


def drivers_json(drivers: Drivers) -> dict[str, Any]:
    """A change and what it is made of, over each dimension: what tells most first."""
    splits = [
        {"dimension": split.dimension, "label": split.label, "lines": [_driver(line) for line in split.lines]}
        for split in drivers.splits
    ]
    return {
        "metric": drivers.metric,
        "unit": drivers.unit,
        "before": format(drivers.before, "f"),
        "after": format(drivers.after, "f"),
        "change": format(drivers.change, "f"),
        "splits": splits,
        "not_checked": list(drivers.not_checked),
    }


def _driver(line: Driver) -> dict[str, Any]:
    amounts = {"before": line.before, "after": line.after, "contribution": line.contribution, "mix": line.mix, "rate": line.rate}
    return {"value": line.value, **{name: cell_json(amount) for name, amount in amounts.items()}}


def _choice(choice: Choice) -> dict[str, Any]:
    return {"label": choice.label, "query": dict(choice.query), "value": choice.value}
