"""The modal behind *How was this computed?*: definition, formula, filters, dates, SQL, dbt models, receipt.

Pure. It is told from the query that ran and the registry in force, never from memory of how such things usually are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from anabot.semantic.registry import Input, Metric
from anabot.slack import mrkdwn
from anabot.slack.blocks import MODAL_BLOCKS, Block, code, context, divider, sections
from anabot.slack.render import Setting, as_of, asked_metrics, badge_words
from anabot.types import Answer

# `{{ Dimension('order__channel') }}`, as dbt writes it, is `order__channel` to people.
_BRACES, _NAME = re.compile(r"\{\{(.*?)\}\}", re.DOTALL), re.compile(r"'([^']*)'")
_SOURCE = "source:"
TITLE = "How was this computed?"
_OPS = {
    "eq": "is", "ne": "is not", "in": "is one of", "not_in": "is none of", "lt": "is below", "le": "is at most", "gt": "is above",
    "ge": "is at least", "between": "is between", "contains": "contains", "starts_with": "starts with", "is_null": "has no value",
    "not_null": "has a value",
}  # fmt: skip
_COMPARED = {
    "previous_period": "the period before",
    "previous_year": "the same period a year before",
    "same_point": "the same point",
}
_AGGREGATIONS = {
    "sum": "the sum of", "count": "the count of", "count_distinct": "the number of distinct", "average": "the average of",
    "min": "the smallest", "max": "the largest", "median": "the median of", "percentile": "a percentile of",
    "sum_boolean": "the count of",
}  # fmt: skip


def modal(answer: Answer, setting: Setting) -> Block:
    """The view of one answer, or of each part of a compound one."""
    parts = answer.parts or (answer,)
    blocks: list[Block] = []
    for part in parts:
        blocks += [*([divider()] if blocks else []), *_part(part, setting)]
    return _view(_fitting(blocks))


def waiting() -> Block:
    """What the modal shows while the answer is asked again under the grant of whoever pressed."""
    return _view([*context("Asking again under your own access …")])


def words(text: str) -> Block:
    """A modal that only says something, escaped."""
    return _view([*sections(mrkdwn.escape(text))])


def describe(metric: Metric) -> Iterator[Block]:
    """A metric's definition as the registry has it, for `/ana define` and the modal."""
    yield from sections(f"{mrkdwn.bold(metric.label)} (`{mrkdwn.value(metric.name)}`)\n{mrkdwn.escape(metric.description)}")
    yield from context(*_formula(metric))
    facts = [f"Unit: {mrkdwn.value(metric.unit)}"] if metric.unit else []
    if metric.owner:
        facts.append(f"Owner: {mrkdwn.value('@' + metric.owner)}")
    if metric.synonyms:
        facts.append("Also called: " + ", ".join(mrkdwn.value(one) for one in metric.synonyms))
    if metric.not_the_same_as:
        facts.append("Not the same as: " + ", ".join(mrkdwn.value(one) for one in metric.not_the_same_as))
    yield from context(" · ".join(facts), f"⚠ {mrkdwn.value(metric.caveat)}" if metric.caveat else "")


def filter_words(part: Mapping[str, Any]) -> str:
    """A filter of a query in words, escaped: `segment is one of robotics, retail`."""
    for joint, word in (("any", " or "), ("all", " and ")):
        if joint in part:
            return "(" + word.join(filter_words(one) for one in part[joint]) + ")"
    if "not" in part:
        return f"not {filter_words(part['not'])}"
    values = [mrkdwn.value(str(one)) for one in part.get("values", ())]
    joined = (" and " if part.get("op") == "between" else ", ").join(values)
    return f"{mrkdwn.value(str(part['field']))} {_OPS.get(str(part.get('op', 'eq')), 'is')} {joined}".strip()


def _part(answer: Answer, setting: Setting) -> Iterator[Block]:
    yield from sections(mrkdwn.escape(answer.text))
    for metric in asked_metrics(answer, setting.registry):
        yield from describe(metric)
    yield from sections("\n".join(_question_lines(answer)))
    for connection, sql in answer.sql:
        yield from context(f"SQL on {mrkdwn.value(connection)}, values inlined for reading; they were bound when it ran")
        yield from code(sql)
    yield from _lineage(answer.models)
    yield from context(*_evidence(answer, setting))


def _lineage(models: Sequence[str]) -> Iterator[Block]:
    """dbt's models, the nearest to the number first, and the sources that they read."""
    read = [model.removeprefix(_SOURCE) for model in models if model.startswith(_SOURCE)]
    built = [model for model in models if not model.startswith(_SOURCE)]
    for title, names in (("dbt models, the nearest first", built), ("Sources they read", read)):
        if names:
            yield from sections(f"*{title}*\n" + ", ".join(mrkdwn.value(name) for name in names))


def _question_lines(answer: Answer) -> Iterator[str]:
    query = answer.query or {}
    if answer.period:
        yield f"*Dates* {mrkdwn.value(answer.period)}, the last day included"
    elif query:
        yield "*Dates* all there are"
    if query.get("group_by"):
        yield "*By* " + ", ".join(mrkdwn.value(str(name)) for name in query["group_by"])
    for title, field in (("Only where", "where"), ("Only results where", "having")):
        if query.get(field):
            yield f"*{title}* " + "; ".join(filter_words(part) for part in query[field])
    if query.get("compare"):
        yield "*Compared with* " + _compared(query["compare"])
    if query.get("limit"):
        order = ", ".join(str(name).removeprefix("-") for name in query.get("order_by") or ())
        yield f"*Only the first* {query['limit']}" + (f", ordered by {mrkdwn.value(order)}" if order else "")


def _compared(compare: Any) -> str:
    if isinstance(compare, Mapping):
        return mrkdwn.value(f"{compare.get('start')} up to, not including, {compare.get('end')}")
    return _COMPARED.get(str(compare), mrkdwn.value(str(compare)))


def _formula(metric: Metric) -> Iterator[str]:
    if metric.kind == "simple":
        what = _AGGREGATIONS.get(metric.agg, metric.agg)
        yield f"Computed as {what} {_quoted(metric.expr or 'rows')} of {mrkdwn.value(metric.model)}"
    elif metric.kind == "ratio" and len(metric.inputs) == 2:
        yield f"Computed as {_input(metric.inputs[0])} ÷ {_input(metric.inputs[1])}"
    elif metric.formula:
        yield f"Computed as {_quoted(metric.formula)}, of " + ", ".join(_input(one) for one in metric.inputs)
    yield from (f"Its definition counts only rows where {_quoted(_BRACES.sub(_named, one.text))}" for one in metric.where)


def _named(found: re.Match[str]) -> str:
    return _NAME.findall(found[1])[0] if _NAME.search(found[1]) else found[1]


def _input(one: Input) -> str:
    name = mrkdwn.value(one.metric)
    return f"{mrkdwn.value(one.alias)} = {name}" if one.alias and one.alias != one.metric else name


def _quoted(text: str) -> str:
    return f"“{mrkdwn.value(text)}”"


def _evidence(answer: Answer, setting: Setting) -> Iterator[str]:
    if answer.badge:
        yield badge_words(answer.badge)
    if answer.as_of:
        yield f"Data as of {as_of(answer, setting.zone)}"
    yield from (f"Assumed: {mrkdwn.value(one)}" for one in answer.assumptions)
    if answer.receipt:
        yield f"Receipt {mrkdwn.value(answer.receipt)}" + (
            f" · query {mrkdwn.value(answer.query_hash)}" if answer.query_hash else ""
        )


def _fitting(blocks: Sequence[Block]) -> Sequence[Block]:
    if len(blocks) <= MODAL_BLOCKS:
        return blocks
    rest = len(blocks) - MODAL_BLOCKS + 1
    return [
        *blocks[: MODAL_BLOCKS - 1],
        *context(f"{rest} more blocks do not fit into a Slack modal; the command line shows them all."),
    ]


def _view(blocks: Sequence[Block]) -> Block:
    plain = {"type": "plain_text", "text": TITLE}
    return {"type": "modal", "title": plain, "close": {"type": "plain_text", "text": "Close"}, "blocks": list(blocks)}
