"""`search_registry` and `explain_metric`: what there is and what it means, as far as the asker may know of it.

What the grant hides does not exist here. It never reads a table.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from anabot.agent.reply import defined
from anabot.agent.tools.bench import Asked, Bench, Used, as_words
from anabot.semantic.catalog import Slot, catalog_of, dimensions_of
from anabot.semantic.known import as_known
from anabot.semantic.meaning import Vocabulary
from anabot.semantic.registry import Registry
from anabot.semantic.search import Found, find
from anabot.semantic.units import unit_words
from anabot.types import Grant

_FOUND, _DESCRIPTION = 12, 160


class Searched(Asked):
    """What is looked for."""

    text: str = Field(description="A few words: a metric, a dimension, or a value such as a name of a region.")


class Explained(Asked):
    """What is to be explained."""

    metric: str = Field(description="The exact name of a metric.")


class SearchRegistry:
    """What there is."""

    name = "search_registry"
    describes = (
        "Find metrics, dimensions and values by words. Use it for every name and every filter value that you have not been given."
    )
    takes = Searched

    def use(self, asked: Searched, bench: Bench) -> Used:
        """The best matches."""
        found = find(bench.registry, asked.text[:200], bench.grant, bench.values(), limit=_FOUND)
        return Used(words=as_words({"found": [_entry(each, bench) for each in found]}))


class ExplainMetric:
    """What it means."""

    name = "explain_metric"
    describes = "What one metric means, how it is computed, what it can be cut by, and who owns it; to tell two metrics apart."
    takes = Explained

    def use(self, asked: Explained, bench: Bench) -> Used:
        """The definition."""
        metric = Vocabulary(bench.registry, catalog_of(bench.registry), bench.grant).metric(asked.metric)
        cut_by, known = dimensions(bench.registry, bench.grant, metric.name), as_known(bench.registry, bench.grant.listed)
        body = {"metric": metric.name, "definition": defined(known.metrics[metric.name], known), "by": cut_by}
        return Used(words=as_words(body), explained=metric.name)


def dimensions(registry: Registry, grant: Grant, metric: str) -> list[str]:
    """The names that the metric can be cut by under the grant, in order."""
    words = Vocabulary(registry, catalog_of(registry), grant)
    found = dimensions_of(registry, metric)
    return sorted(each.name for each in found if not words.denied(Slot(hops=(), element=each.dimension)))


def _entry(found: Found, bench: Bench) -> dict[str, Any]:
    body: dict[str, Any] = {"kind": found.kind, "name": found.name}
    if found.kind == "value":
        return {**body, "of": found.of}
    if found.kind == "dimension":
        return {**body, "label": found.label}
    metric = bench.registry.metrics[found.name]
    if found.name not in bench.grant.metrics:
        return {**body, "label": metric.label, "open_to_the_asker": False, "owner": metric.owner}
    says = {"label": metric.label, "unit": unit_words(metric.unit), "means": metric.description.strip()[:_DESCRIPTION]}
    return {**body, **says, "by": dimensions(bench.registry, bench.grant, found.name)[:20]}
