"""What `small_groups` in access.yml covers: the rules with the metrics' names, and what is wrong in them.

A metric is covered when it, or any metric that it is made of, is. It never looks at data.
"""

from __future__ import annotations

from collections.abc import Iterator

from anabot.access.spec import AccessSpec, SmallGroupsSpec
from anabot.errors import Fault
from anabot.semantic.catalog import catalog_of
from anabot.semantic.documents import Document
from anabot.semantic.names import did_you_mean
from anabot.semantic.people import uncountable
from anabot.semantic.registry import Registry
from anabot.types import PeopleRule


def people_rules(spec: AccessSpec, registry: Registry) -> tuple[PeopleRule, ...]:
    """Every rule, with all the metrics that it covers."""
    return tuple(
        PeopleRule(metrics=_covered(each, registry), person=each.person, by=each.by, k=each.k, together=each.together)
        for each in spec.small_groups
    )


def _covered(rule: SmallGroupsSpec, registry: Registry) -> frozenset[str]:
    catalog = catalog_of(registry)
    named = set(rule.metrics) | {name for name, metric in registry.metrics.items() if metric.scope in rule.classes}
    held = {name for name, metric in registry.metrics.items() if metric.model in rule.models} | named
    return frozenset(name for name in registry.metrics if name in held or any(leaf.name in held for leaf in catalog.leaves(name)))


def small_group_faults(spec: AccessSpec, doc: Document, registry: Registry) -> Iterator[Fault]:
    """Names nobody knows, rules that cover nothing, and metrics whose people cannot be counted."""
    for number, rule in enumerate(spec.small_groups):
        at = ("small_groups", number)
        known = (
            ("classes", "class", rule.classes, spec.classes),
            ("models", "semantic model", rule.models, registry.models),
            ("metrics", "metric", rule.metrics, registry.metrics),
        )
        for key, kind, names, there in known:
            for name in names:
                if name not in there:
                    yield doc.fault((*at, key), f"There is no {kind} `{name}`.", "", did_you_mean(name, there))
        covered = _covered(rule, registry)
        if not covered:
            yield doc.fault(at, "This rule covers no metric.", "", "Name `classes`, `models` or `metrics`.")
        for name in sorted(covered):
            why = uncountable(registry, PeopleRule(metrics=covered, person=rule.person, by=rule.by), name)
            if why:
                todo = "Give its model the entity, correct `by`, or take the metric out; until then it is refused to everybody."
                yield doc.fault(at, f"`{name}` cannot be kept from telling of single people.", why, todo)
