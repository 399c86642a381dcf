"""What in a model's words may not be said: what no result bears out, and what is no plain sentence. It never mends a text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from anabot.agent.grounding import ground, names_of, shown
from anabot.semantic.over_words import known_of
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry
from anabot.semantic.values import ValueIndex
from anabot.types import Answer, Grant

_LONGEST = 700
_STRAY = re.compile(r"https?:|www\.|[<>`@|]|\]\(|\bselect\b.+\bfrom\b", re.I | re.S)
_MOVED = re.compile(r"\b(?:up|down|higher|lower|better|worse) (?:by|to|from|at|than)\b", re.I)


def faults(text: str, answers: Sequence[Answer], registry: Registry, grant: Grant, values: ValueIndex) -> tuple[str, ...]:
    """Why the text may not be said beside these answers, in words; nothing where it may."""
    told = [(MetricQuery.model_validate(each.query), each.table, each.as_of) for each in answers if each.table is not None]
    results = [shown(query, table, registry, as_of=as_of) for query, table, as_of in told]
    known = registry
    for query, _, _ in told:
        known = known_of(known, query)
    named = grant.listed | grant.metrics | known.metrics.keys() - registry.metrics.keys()
    names = names_of(known, (name for name in named if name in known.metrics), values)
    claims = ground(text, results, names).claims
    compared = any((each.query or {}).get("compare") for each in answers)
    moved = [] if compared else [f"“{each}”: nothing here is compared" for each in _MOVED.findall(text)]
    return tuple(dict.fromkeys([*_stray(text), *moved, *(f"“{claim.text}”: {claim.why}" for claim in claims)]))


def _stray(text: str) -> Iterator[str]:
    if len(text) > _LONGEST:
        yield "it is too long"
    if _STRAY.search(text):
        yield "it holds a link, a mention, markup or code"
