"""Compute how far a metric can be trusted: certified inputs, golden values, dbt tests, fresh data. Never asks anybody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from anabot.lineage.dbt import DbtBuild
from anabot.semantic.registry import Metric, Registry
from anabot.semantic.units import day
from anabot.types import Badge

_WORST_FIRST = ("draft", "team", "certified")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known about the data at this moment. `wrong_golden` are metrics whose golden values did not come out.

    `unknown` says that it cannot be told which data this is, so that nothing was proved on it.
    """

    build: DbtBuild
    loaded: Mapping[str, dt.datetime] = field(default_factory=dict)
    wrong_golden: frozenset[str] = frozenset()
    unknown: bool = False


def badge(metric: Metric, registry: Registry, models: tuple[str, ...], evidence: Evidence, *, now: dt.datetime) -> Badge:
    """The badge of `metric`, which scans these semantic models, at the business instant `now`."""
    if metric.certified is None:
        return Badge(level="draft", why=f"{metric.label} has not been certified")
    inputs = [registry.metrics[name] for name in with_inputs(metric, registry)]
    lost = next(_reasons(inputs, registry, models, evidence, now), "")
    if lost:
        return Badge(level="team", why=lost)
    return Badge(level="certified", why=f"by @{metric.certified.by} until {day(metric.certified.expires)}")


def bridged(badge: Badge, unexplained: Sequence[str]) -> Badge:
    """The badge beside bridges that leave so much unexplained; a bridge that does not close takes a certificate away."""
    if badge.level != "certified" or not unexplained:
        return badge
    return Badge(level="team", why=unexplained[0])


def of_made(badge: Badge, made: int) -> Badge:
    """The badge beside so many numbers that were made for the question: nobody certifies those, whatever they are made of."""
    if badge.level != "certified" or not made:
        return badge
    return Badge(level="team", why="a number here was made for this question; the metrics it is made of are certified")


def worst_badge(
    metrics: tuple[str, ...], registry: Registry, models: tuple[str, ...], evidence: Evidence, *, now: dt.datetime
) -> Badge:
    """The badge of an answer that shows these metrics: that of the least trusted one."""
    badges = [badge(registry.metrics[name], registry, models, evidence, now=now) for name in metrics]
    if not badges:
        return Badge(level="team", why="A list of values, which no metric certifies")
    return min(badges, key=lambda one: _WORST_FIRST.index(one.level))


def with_inputs(metric: Metric, registry: Registry) -> tuple[str, ...]:
    """The metric and everything it is computed from, each once."""
    order: dict[str, None] = {}
    waiting = [metric.name]
    while waiting:
        name = waiting.pop(0)
        if name not in order and name in registry.metrics:
            order[name] = None
            waiting.extend(part.metric for part in registry.metrics[name].inputs)
    return tuple(order)


def _reasons(
    inputs: list[Metric], registry: Registry, models: tuple[str, ...], evidence: Evidence, now: dt.datetime
) -> Iterator[str]:
    if evidence.unknown:
        yield "it is not known how new the data is"
    for one in inputs:
        if one.certified is None:
            yield f"{one.label} has not been certified"
        elif one.certified.expires < now.date():
            yield f"the certification of {one.label} ended on {day(one.certified.expires)}"
        if one.name in evidence.wrong_golden:
            yield f"a golden value of {one.label} does not come out"
    dbt_models = [registry.models[name].dbt_model for name in models]
    for test in evidence.build.failing_tests(dbt_models):
        yield f"the dbt test {test} fails"
    yield from _stale(inputs, registry, models, evidence, now)


def _stale(
    inputs: list[Metric], registry: Registry, models: tuple[str, ...], evidence: Evidence, now: dt.datetime
) -> Iterator[str]:
    allowed = min((one.freshness_hours for one in inputs if one.freshness_hours), default=0)
    for source in sorted({registry.models[name].source for name in models} - {""}):
        loaded = evidence.loaded.get(source)
        if not allowed:
            continue
        if loaded is None:
            yield f"it is not known when {source} was last loaded"
            continue
        hours = (now - loaded).total_seconds() / 3600
        if hours > allowed:
            yield f"{source} was last loaded {hours:.0f} hours ago, {allowed} are allowed"
