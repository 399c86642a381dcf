"""Read who did something: "how many customers filed a claim" counts those of them who did, and neither all of them nor claims.

Pure. They are counted by the metric that tells them apart in the rows of what they did; where nothing does, it is misplaced.
"""

from __future__ import annotations

from dataclasses import replace

from anabot.agent.offline.counting import counts_rows
from anabot.agent.offline.parser import Parser
from anabot.agent.offline.slots import Mention
from anabot.agent.offline.text import is_verb

_HAVING = {"have", "had", "has"}


def did(p: Parser, i: int, deed: Mention) -> int | None:
    """The count named before, where it is of those who did what is named at `i`; None where the two stand on their own."""
    start = _doer(p, i)
    if start is None or not p.slots.mentions or p.slots.mentions[-1].text != p.at(start).text:
        return None
    who = p.slots.mentions[-1]
    owner = _rows_of(p, who)
    if not owner or not _leads(p, deed, owner):
        return None
    apart = [name for name in p.lexicon.visible if _tells_apart(p, name, deed, owner)]
    if len(apart) == 1:
        p.slots.mentions[-1] = replace(who, metrics=(apart[0],))
        p.slots.notes.append(f"Of {who.text}, those are counted who stand in {p.at(i).text}.")
        return None
    p.slots.misplaced.append(" ".join(tag.text for tag in p.tags[start + 1 : i + 1]))
    return i + 1


def _doer(p: Parser, i: int) -> int | None:
    """Where the count stands whose verb is right before `i`: between the two are verbs, days and "who" alone."""
    if p.before_of(i) & {"many", "much", "their", "its", "of", "for", "in", "by", "with"}:
        return None
    k, verbs = i - 1, int(bool(p.before_of(i) & _HAVING))
    while k >= 0 and p.at(k).kind != "name":
        done = p.at(k).says("verb") or (p.at(k).kind == "unknown" and is_verb(p.at(k).text.casefold()))
        if not (done or (p.at(k).says("who") and p.at(k).text.casefold() != "their") or p.at(k).kind == "date"):
            return None
        verbs += done
        k -= 1
    asked = k >= 0 and ({"how", "many"} <= p.before_of(k) or p.at(k - 1).says("count", "pick"))
    return k if verbs and asked else None


def _rows_of(p: Parser, who: Mention) -> str:
    """The model whose every row is counted, or ""."""
    metric = p.lexicon.registry.metrics[who.metrics[0]] if len(who.metrics) == 1 else None
    whole = metric is not None and metric.kind == "simple" and not metric.where and counts_rows(p.lexicon, metric)
    return metric.model if whole and metric else ""


def _leads(p: Parser, deed: Mention, owner: str) -> bool:
    """Whether the rows of what was done are of somebody else's model, and each of them leads to one of its rows."""
    metrics = p.lexicon.registry.metrics
    return all(
        metrics[name].model != owner and any(ref.dimension.model == owner for ref in p.lexicon.reach(name))
        for name in deed.metrics
    )


def _tells_apart(p: Parser, name: str, deed: Mention, owner: str) -> bool:
    """Whether a metric counts whose rows stand in the rows of what was done."""
    metrics, models = p.lexicon.registry.metrics, p.lexicon.registry.models
    metric = metrics[name]
    keys = {key for key, each in models[owner].entities.items() if each.kind in ("primary", "unique")}
    same = metric.agg == "count_distinct" and {metric.model} == {metrics[each].model for each in deed.metrics}
    return same and any(key in keys and each.expr == metric.expr for key, each in models[metric.model].entities.items())
