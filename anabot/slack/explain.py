"""Tell how a number is made: definition, formula, filters, SQL, dbt models, access. For the modal, `/ana define` and answers.

Pure. It is told from the query that ran and the registry in force, never from memory of how such things usually are.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from anabot.semantic.formula_words import column_words, filter_words, formula
from anabot.semantic.over_words import known_of
from anabot.semantic.over_words import said_of as groups_said_of
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Metric, Registry
from anabot.semantic.units import unit_words
from anabot.slack import mrkdwn
from anabot.slack.blocks import Block, code, context, sections
from anabot.types import Answer

_SOURCE = "source:"
_WIDTH = 56  # a line of code that a thread shows without scrolling
_HELD = "\u00a0"
_BESIDE = {
    "share": "*Share* of the total of all that you may see",
    "running": "*Running total* from the first of the dates on",
    "every": "*Also* those without any",
}
_COMPARED = {
    "previous_period": "the period before",
    "previous_year": "the same period a year before",
    "same_point": "the same point of the period before",
    "same_point_previous_year": "the same point a year before",
}


def describe(metric: Metric, registry: Registry) -> Iterator[Block]:
    """A metric's definition as the registry has it."""
    yield from sections(f"{mrkdwn.bold(metric.label)}\n{mrkdwn.escape(metric.description)}")
    yield from sections(f"*Computed as* {mrkdwn.value(formula(metric, registry))}")
    yield from context(*_facts(metric, registry), f"⚠ {mrkdwn.value(metric.caveat)}" if metric.caveat else "")


def question(answer: Answer, registry: Registry) -> Iterator[Block]:
    """What was asked of the metrics, line by line: dates, groups, filters, comparison, order."""
    yield from sections("\n".join(_question_lines(answer, registry)))


def sql(answer: Answer) -> Iterator[Block]:
    """The SQL that ran, printed for people."""
    for connection, text in answer.sql:
        where = f" on {mrkdwn.value(connection)}" if len(answer.sql) > 1 else ""
        yield from sections(f"*SQL*{where}")
        yield from code(text)
        yield from context("Values stand in it for reading; they were bound when it ran.")


def lineage(answer: Answer) -> Iterator[Block]:
    """dbt's models as a chain, the nearest to the number first, down to the sources."""
    if answer.lineage:
        yield from sections("*dbt models*, the nearest to the number first")
        yield from code("\n".join(_step(name, parents) for name, parents in answer.lineage))
    elif answer.models:
        yield from sections("*dbt models*\n" + ", ".join(mrkdwn.value(_shown(name)) for name in answer.models))


def _facts(metric: Metric, registry: Registry) -> Iterator[str]:
    others = [registry.metrics[one].label if one in registry.metrics else one for one in metric.not_the_same_as]
    facts = {
        "Owner": f"@{metric.owner}" if metric.owner else "",
        "Unit": unit_words(metric.unit),
        "Also called": ", ".join(metric.synonyms),
        "Not the same as": ", ".join(others),
        "Name in the registry": metric.name,
    }
    yield " · ".join(f"{title}: {mrkdwn.value(words)}" for title, words in facts.items() if words)


def _question_lines(answer: Answer, registry: Registry) -> Iterator[str]:
    query = answer.query or {}
    registry = known_of(registry, MetricQuery.model_validate(query)) if query else registry

    def named(names: Any) -> str:
        return ", ".join(mrkdwn.value(column_words(registry, str(name).removeprefix("-"))) for name in names)

    if answer.period:
        yield f"*Dates* {mrkdwn.value(answer.period)}, the last day included"
    elif query:
        yield "*Dates* all there are"
    if query.get("group_by"):
        yield f"*By* {named(query['group_by'])}"
    for title, field in (("Only where", "where"), ("Only results where", "having")):
        if query.get(field):
            yield f"*{title}* " + "; ".join(mrkdwn.value(filter_words(part, registry)) for part in query[field])
    yield from _computed(MetricQuery.model_validate(query), registry) if query else ()
    if query.get("compare"):
        yield f"*Compared with* {_compared(query['compare'])}"
    yield from (said for field, said in _BESIDE.items() if query.get(field))
    if query.get("limit"):
        order = named(query.get("order_by") or ())
        each = f" of each {named(query['limit_by'])}" if query.get("limit_by") else ""
        yield f"*Only the first* {query['limit']}{each}" + (f", ordered by {order}" if order else "")


def _computed(query: MetricQuery, registry: Registry) -> Iterator[str]:
    """What is made for the question, of metrics or of groups."""
    for made in query.made:
        yield f"*Made for this question* {mrkdwn.value(registry.metrics[made.name].label)}"
    if query.over is not None:
        first = column_words(registry, query.numbers[0])
        yield f"*Over groups* {mrkdwn.value(first)}. {mrkdwn.value(groups_said_of(query, registry))}"


def _compared(compare: Any) -> str:
    if isinstance(compare, Mapping):
        return mrkdwn.value(f"{compare.get('start')} up to, not including, {compare.get('end')}")
    return _COMPARED.get(str(compare), mrkdwn.value(str(compare)))


def _step(name: str, parents: tuple[str, ...]) -> str:
    line = f"{name} ← {', '.join(_shown(one).replace(' ', _HELD) for one in parents)}"
    filled = textwrap.fill(line, _WIDTH, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)
    return filled.replace(_HELD, " ")


def _shown(name: str) -> str:
    return f"{name.removeprefix(_SOURCE)} (source)" if name.startswith(_SOURCE) else name
