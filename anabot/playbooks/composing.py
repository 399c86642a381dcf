"""Write an answer down as a playbook: its query with days that move, a schedule, and words that fit its shape.

Pure, and byte for byte the same for the same draft. What it writes is a playbook like any other, to be checked like any other.
It never holds a number.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import yaml

from anabot.playbooks.markdown import escape
from anabot.semantic.date_parts import part_in, part_words
from anabot.semantic.query import MetricQuery
from anabot.semantic.registry import Registry

QUERY, TOTAL = "answer", "total"
_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(/[A-Za-z_]+)?")
_TIME = "metric_time__"
_AGAINST = {
    "previous_period": "the period before",
    "previous_year": "the year before",
    "same_point": "the same point of the period before",
    "same_point_previous_year": "the same point of the year before",
}
_BREAKS = re.compile("[\u007f-\u009f\u2028\u2029\ufeff]")
_UNSAFE = re.compile(r"[^a-z0-9]+")
_MOST_NAME, _MOST_TIMES = 60, 26


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An answer to be scheduled. `period` is a name that moves, or "" for a query without one; `chart` "", "line" or "bar".

    `schedule` is as a playbook writes it, with its keys in order. `bridges` are reconciliations by name.
    """

    title: str
    owner: str
    channel: str
    schedule: Mapping[str, Any]
    query: MetricQuery
    period: str = ""
    compare: str = ""
    chart: str = ""
    bridges: tuple[str, ...] = ()
    only: Only | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Only:
    """A condition on the first metric as a whole: `above` or `below` an amount, or `moves` by more than so many percent."""

    kind: Literal["above", "below", "moves"]
    amount: Decimal


def compose(draft: Draft, registry: Registry) -> str:
    """The playbook's text."""
    queries, parameters = _queries(draft), dict[str, str]()
    lines = [
        f"title: {_quoted(draft.title)}",
        f"owner: {_flow(draft.owner)}",
        f"channel: {_quoted('#' + draft.channel)}",
        f"schedule: {_flow(draft.schedule)}",
        *([f"post_when: {_quoted(_condition(draft, draft.only))}"] if draft.only else []),
        *([f"period: {draft.period}"] if draft.period else []),
        "queries:",
    ]
    for name, query in queries.items():
        lines += [f"  {name}:", *(f"    {key}: {_flow(_filled(value, parameters))}" for key, value in query.items())]
    if draft.bridges:
        lines.append(f"bridges: {_flow(list(draft.bridges))}")
    if draft.chart:
        lines += ["charts:", f"  {QUERY}: {_flow({'query': QUERY, 'kind': draft.chart, 'title': _chart_title(draft, registry)})}"]
    if parameters:
        lines.append(f"parameters: {_flow(parameters)}")
    return "\n".join(["---", *lines, "---", *_words(draft, registry)]) + "\n"


def file_stem(title: str) -> str:
    """The title as the name of a file: `spend-efficiency-by-campaign`."""
    plain = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    return _UNSAFE.sub("-", plain).strip("-")[:_MOST_NAME].strip("-") or "scheduled"


def grouped(query: MetricQuery) -> list[str]:
    """What the query is cut by, as people say it: `campaign` for `campaign_name`, `month` for `metric_time__month`."""
    return [part_words(part) if (part := part_in(name)) else _grouped(name) for name in query.group_by]


def _grouped(name: str) -> str:
    return name.removeprefix(_TIME).removesuffix("_name").replace("__", " ").replace("_", " ")


def _queries(draft: Draft) -> dict[str, dict[str, Any]]:
    body = draft.query.as_json()
    body.pop("period", None)
    body.pop("compare", None)
    compare = {"compare": draft.compare} if draft.compare else {}
    if not draft.query.group_by:
        return {QUERY: {**body, **compare}}
    if "order_by" not in body:
        times = [name for name in draft.query.group_by if name.startswith(_TIME)]
        body["order_by"] = times or [f"-{draft.query.numbers[0]}"]
    kept = ("metrics", "where", "made", *(("over", "having", "every") if draft.query.over else ()))
    total = {key: value for key, value in body.items() if key in kept}
    return {TOTAL: {**total, **compare}, QUERY: {**body, **({} if _over_time(draft) else compare)}}


def _condition(draft: Draft, only: Only) -> str:
    whole = f"{TOTAL if draft.query.group_by else QUERY}.{draft.query.numbers[0]}"
    if only.kind == "moves":
        moved = f"{whole}__percent_change"
        return f"{moved} is defined and ({moved} | abs) > {only.amount / 100:f}"
    return f"{whole} is defined and {whole} {'>' if only.kind == 'above' else '<'} {only.amount:f}"


def _words(draft: Draft, registry: Registry) -> Iterator[str]:
    metrics = draft.query.metrics
    headline = TOTAL if draft.query.group_by else QUERY
    if draft.query.numbers == metrics[:1]:
        yield _sentence(draft, registry, headline)
    else:
        yield f"**{_listed([_label(name, registry) for name in metrics])} {_when(draft, headline)}**"
        yield f"\n{{{{ {headline} | table }}}}"
    if draft.query.group_by:
        rows = f"({_MOST_TIMES})" if _over_time(draft) else ""
        yield f"\n### {_by(draft)}\n{{{{ {QUERY} | table{rows} }}}}"
    if draft.chart:
        yield f'\n{{{{ chart("{QUERY}") }}}}'
    if draft.query.group_by and draft.compare and not _over_time(draft):
        yield from _movers(draft)
    for name in draft.bridges:
        yield f'\n### {_literal(registry.reconciliations[name].title)}\n{{{{ bridge("{name}") }}}}'


def _sentence(draft: Draft, registry: Registry, query: str) -> str:
    metric = draft.query.metrics[0]
    against = f', {{{{ {query} | change("{metric}") }}}} on {_AGAINST[draft.compare]}' if draft.compare else ""
    known = f"**{_label(metric, registry)} {_when(draft, query)}: {{{{ {query}.{metric} }}}}**{against}."
    return f"{{% if {query}.{metric} is defined %}}{known}{{% else %}}There is no total to tell.{{% endif %}}"


def _movers(draft: Draft) -> Iterator[str]:
    metric, group = draft.query.numbers[0], draft.query.group_by[0]
    others = "".join(f" · {{{{ row.{name} if row.{name} is defined else '–' }}}}" for name in draft.query.group_by[1:])
    yield "\n### What moved"
    yield f'{{% for row in {QUERY} | movers("{metric}", 3) %}}'
    yield f"- {{{{ row.{group} if row.{group} is defined else '–' }}}}{others}: {{{{ row | change(\"{metric}\") }}}}"
    yield "{% else %}\nNothing moved.\n{% endfor %}"


def _over_time(draft: Draft) -> bool:
    return any(name.startswith(_TIME) for name in draft.query.group_by)


def _when(draft: Draft, query: str) -> str:
    if not draft.period:
        return "as of {{ today }}"
    one = draft.period.startswith(("last_", "this_", "next_")) and not any(letter.isdigit() for letter in draft.period)
    return f"in {{{{ {query}.label }}}}" if one else f"over {{{{ {query}.dates }}}}"


def _by(draft: Draft) -> str:
    return f"By {_literal(_listed(grouped(draft.query)))}"


def _chart_title(draft: Draft, registry: Registry) -> str:
    return _listed([registry.metrics[name].label for name in draft.query.metrics])


def _label(name: str, registry: Registry) -> str:
    return _literal(registry.metrics[name].label)


def _literal(text: str) -> str:
    """Words that are shown as they are, by Markdown and by Jinja."""
    return escape(text).replace("{", "{{ '{' }}")


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


def _filled(value: Any, parameters: dict[str, str]) -> Any:
    """The value with each text that begins with `$` as a parameter: in a query such a text would name one."""
    if isinstance(value, dict):
        return {key: _filled(inner, parameters) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, parameters) for inner in value]
    if isinstance(value, str) and value.startswith("$"):
        name = next((known for known, held in parameters.items() if held == value), f"value_{len(parameters) + 1}")
        parameters[name] = value
        return f"${name}"
    return value


def _flow(value: Any) -> str:
    """A value as YAML on one line: names bare, everything else quoted as JSON."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flow(inner) for inner in value) + "]"
    if isinstance(value, str) and _BARE.fullmatch(value) and yaml.safe_load(value) == value:
        return value
    return _quoted(value)


def _quoted(value: Any) -> str:
    """As JSON, which is YAML; what would break a line is escaped."""
    return _BREAKS.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))
