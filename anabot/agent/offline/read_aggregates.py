"""Read several aggregates of one number: "the minimum, maximum and average order amount", "total and average fee by channel".

Pure. Each is a metric that the registry has of the same rows; where it lacks one, none of them is answered.
"""

from __future__ import annotations

from anabot.agent.offline.parser import Parser
from anabot.agent.offline.slots import Mention

_AGGS = {
    **dict.fromkeys(("minimum", "min", "lowest", "smallest"), "min"),
    **dict.fromkeys(("maximum", "max", "highest", "largest"), "max"),
    **dict.fromkeys(("average", "mean", "avg"), "average"),
    "median": "median",
}
_Rows = tuple[str, str, str]  # model, expression, conditions


def several(p: Parser, i: int) -> int:
    """The index after the aggregates that begin at `i` and what they are of; `i` itself where there are not two or more."""
    aggs, j = _listed(p, i)
    if not aggs or j >= len(p.tags):
        return i
    rows, own, end = _aggregated(p, j)
    if own and not p.joined(j - 1):
        return i  # "the highest total amount" is one number
    aggs += [own] if own and own not in aggs else []
    found = {agg: [name for name in p.lexicon.visible if _is(p, name, agg, rows)] for agg in aggs}
    if len(aggs) < 2 or not rows or any(len(names) != 1 for names in found.values()):
        return i
    for names in found.values():
        p.slots.mentions.append(Mention(metrics=(names[0],), text=p.at(j).text))
    return end


def _listed(p: Parser, i: int) -> tuple[list[str], int]:
    """The aggregates from `i` on, with "and" or commas between, and the index of what follows them."""
    aggs: list[str] = []
    while True:
        agg = _AGGS.get(p.at(i).text.casefold(), "") if not p.before_of(i) & {"total", "sum"} else ""
        if agg and (p.at(i).kind in ("unknown", "name") or p.at(i).says("top")):
            aggs.append(agg)
            i += 1
        elif p.before_of(i) & {"total"} and p.joined(i):
            aggs.append("sum")
        elif not aggs:
            return [], i
        if not p.joined(i):
            return aggs, i
        while p.joined(i):
            i += 1


def _aggregated(p: Parser, j: int) -> tuple[set[_Rows], str, int]:
    """What the name at `j` is of, the aggregate that stands in the name itself, and where it ends."""
    metrics, entry, mention = p.lexicon.registry.metrics, p.entry(j), p.mention(j)
    worth = p.at(j + 1).says("worth") and not p.before_of(j + 1)
    named = entry.totalled if worth and entry.totalled else mention.metrics if mention else ()
    rows = {_rows(p, name) for name in named if metrics[name].kind == "simple" and metrics[name].agg in ("sum", *_AGGS.values())}
    for model, name in () if rows else entry.numbers:
        rows.add((model, p.lexicon.registry.models[model].dimensions[name].expr, str(())))
    first = p.at(j).text.casefold().replace("_", " ").split()[:1]
    own = "sum" if p.before_of(j) & {"total"} or first == ["total"] else _AGGS.get(first[0], "") if first else ""
    return (rows if len(rows) == 1 else set()), own, j + 1 + worth


def _rows(p: Parser, name: str) -> _Rows:
    metric = p.lexicon.registry.metrics[name]
    return metric.model, metric.expr, str(metric.where)


def _is(p: Parser, name: str, agg: str, rows: set[_Rows]) -> bool:
    metric = p.lexicon.registry.metrics[name]
    return metric.kind == "simple" and metric.agg == agg and _rows(p, name) in rows


def total_of(p: Parser, i: int) -> int | None:
    """ "the number of orders and the total amount", where the amount is a number of the rows: what they add up to."""
    theirs = p.at(i - 1).text.casefold() == "their"
    if not p.entry(i).numbers or p.mention(i) or not (p.before_of(i) & {"total"} or theirs):
        return None
    metrics, models = p.lexicon.registry.metrics, p.lexicon.registry.models
    said = {metrics[name].model for mention in p.slots.mentions for name in mention.metrics}
    homes = [home for home in p.entry(i).numbers if home[0] in said] or p.entry(i).numbers
    rows = {(model, models[model].dimensions[name].expr, str(())) for model, name in homes}
    found = [name for name in p.lexicon.visible if _is(p, name, "sum", rows)]
    if len(found) != 1:
        return p.misplace(i)
    p.slots.mentions.append(Mention(metrics=(found[0],), text=p.at(i).text))
    p.slots.notes.append(f"“total {p.at(i).text}” is read as {metrics[found[0]].label}.")
    return i + 1
