"""The registry as somebody reads it who may know of some metrics only: what these say of others names none of them.

Pure, and for words alone: nothing is compiled from it. What an author writes into a description or a caveat is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from anabot.semantic.registry import Metric, Registry

UNNAMED = "a number that is not listed here"
_QUOTED = re.compile("“[^”]*”")


@dataclass(frozen=True, slots=True)
class _Known(Mapping[str, Metric]):
    """Metrics by name. One that may not be known of has neither name nor words; a step, which nobody can ask for, keeps them."""

    metrics: Mapping[str, Metric]
    named: frozenset[str]

    def __getitem__(self, name: str) -> Metric:
        metric = self.metrics[name]
        if name in self.named or metric.hidden:
            return replace(metric, not_the_same_as=tuple(one for one in metric.not_the_same_as if one in self.named))
        return replace(metric, label=UNNAMED, description="", owner="", synonyms=(), not_the_same_as=(), caveat="")

    def __iter__(self) -> Iterator[str]:
        return iter(self.metrics)

    def __len__(self) -> int:
        return len(self.metrics)


def as_known(registry: Registry, named: frozenset[str]) -> Registry:
    """The registry in the words of somebody who may know of the metrics in `named` alone."""
    return replace(registry, metrics=_Known(registry.metrics, named))


def made_of_known(name: str, registry: Registry, named: frozenset[str]) -> bool:
    """Whether all that a metric is computed from may be known of, so that its SQL and its models may be shown."""
    metric = registry.metrics[name]
    return (name in named or metric.hidden) and all(made_of_known(each.metric, registry, named) for each in metric.inputs)


def naming_none(notes: Sequence[str], registry: Registry, named: frozenset[str]) -> tuple[str, ...]:
    """The notes without those that say the label of a metric that may not be known of. What is quoted are the asker's words."""
    if not notes or registry.metrics.keys() <= named:
        return tuple(notes)
    known = {metric.label.casefold() for name, metric in registry.metrics.items() if name in named or metric.hidden}
    labels = {metric.label.casefold() for metric in registry.metrics.values()} - known
    return tuple(note for note in notes if not _names(_QUOTED.sub(" ", note).casefold(), labels, known))


def _names(said: str, labels: set[str], known: set[str]) -> bool:
    found = [label for label in labels if label in said]
    for label in sorted((label for label in known if label in said), key=len, reverse=True) if found else ():
        said = said.replace(label, " ")  # “Net revenue” does not name “Revenue”
    return any(re.search(rf"(?<!\w){re.escape(label)}(?!\w)", said) for label in found)
