"""Which dimensions' values a grant may know, and the questions that find them. Pure; it never runs one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from anabot.errors import BadQuery, NotAllowed, UnknownName
from anabot.semantic.catalog import Slot, catalog_of, dimensions_of
from anabot.semantic.compiled import Compiled
from anabot.semantic.compiler import compile_query, compile_values
from anabot.semantic.masks import columns_of, masked_columns
from anabot.semantic.meaning import Vocabulary
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Dimension, Registry
from anabot.types import Grant

MOST = 2_000  # values of one dimension; a dimension with more is a key, which nobody names by heart
Place = tuple[str, str]  # (semantic model, dimension)


def compile_index(registry: Registry, grant: Grant, *, dialects: Mapping[str, str]) -> Iterator[tuple[Place, Compiled]]:
    """A question for each indexed dimension that a granted metric can be cut by. Its values stand in the first column.

    Where the grant's row rules cannot restrict the dimension's own table, its values are those met by a granted metric.
    """
    for place, ways in sorted(_reached(registry, grant).items()):
        compiled = _compiled(registry, grant, place, ways, dialects)
        if compiled is not None:
            yield place, compiled


def declared_values(registry: Registry, grant: Grant) -> dict[Place, tuple[str, ...]]:
    """The values that the registry itself names, in those dimensions; none where the grant's row rules may hide some,
    or a mask does."""
    if grant.rows:
        return {}
    models = registry.models
    hidden = masked_columns(registry, grant.masks)
    found = {
        place: tuple(models[place[0]].dimensions[place[1]].values)
        for place in _reached(registry, grant)
        if not hidden & set(columns_of(models[place[0]], models[place[0]].dimensions[place[1]].tree))
    }
    return {place: values for place, values in found.items() if values}


def _reached(registry: Registry, grant: Grant) -> dict[Place, list[tuple[str, str]]]:
    """Each dimension with the ways that lead to it: (metric, the name it has there)."""
    found: dict[Place, list[tuple[str, str]]] = {}
    words = Vocabulary(registry, catalog_of(registry), grant)
    for metric in sorted(grant.metrics & registry.metrics.keys()):
        for ref in dimensions_of(registry, metric):
            if _nameable(ref.dimension, words):
                found.setdefault((ref.dimension.model, ref.dimension.name), []).append((metric, ref.name))
    return found


def _nameable(dimension: Dimension, words: Vocabulary) -> bool:
    return dimension.kind == "categorical" and dimension.indexed and not words.denied(Slot(hops=(), element=dimension))


def _compiled(
    registry: Registry, grant: Grant, place: Place, ways: list[tuple[str, str]], dialects: Mapping[str, str]
) -> Compiled | None:
    try:
        return compile_values(registry, *place, grant, MOST, dialects=dialects)
    except UnknownName:
        return None  # hidden under another name
    except NotAllowed:
        tried = (_through(registry, grant, metric, name, dialects) for metric, name in ways)
        return next((compiled for compiled in tried if compiled is not None), None)


def _through(registry: Registry, grant: Grant, metric: str, name: str, dialects: Mapping[str, str]) -> Compiled | None:
    try:
        query = MetricQuery(metrics=(metric,), group_by=(name,), limit=MOST)
        return compile_query(registry, query, grant, dialects=dialects)
    except (NotAllowed, UnknownName, BadQuery):
        return None
