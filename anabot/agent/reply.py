"""Say what one reading came to: a sentence with the number, or what the metric means and how it is computed.

Every number is a cell of the table, or a sum of cells that are shown; never rounded beyond its unit, never a zero for
no data. It never interprets and never names a cause.
"""

from __future__ import annotations

from anabot.agent.sentence import Sentence, listed
from anabot.agent.understanding import Reading
from anabot.semantic.formula_words import formula
from anabot.semantic.registry import Metric, Registry
from anabot.types import Table


def say(reading: Reading, table: Table, registry: Registry) -> str:
    """The words for one reading and its rows, in plain text. Who asks for a definition gets one line for each metric."""
    if reading.ask:
        return "\n".join(defined(registry.metrics[name], registry) for name in reading.query.metrics)
    return Sentence(reading=reading, table=table, registry=registry).words()


def defined(metric: Metric, registry: Registry) -> str:
    """What a metric means, how it is computed, whose it is, what it is not."""
    parts = [f"{metric.label}: {metric.description.strip()}", f"It is {formula(metric, registry)}."]
    if metric.owner:
        parts.append(f"Its owner is @{metric.owner}.")
    others = [registry.metrics[name].label for name in metric.not_the_same_as if name in registry.metrics]
    if others:
        parts.append(f"It is not the same as {listed(others, 'or')}.")
    if metric.caveat:
        parts.append(metric.caveat.strip())
    return " ".join(parts)
