"""Settle what is counted where a clause names things and no metric: "how many MRI scans", "Hip replacements by site".

Pure. A value is counted by the one metric that counts the rows it stands in, or whoever it describes; where no metric or several
do, nothing is chosen. What it is counted as is always said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from anabot.agent.offline.exits import Exit, stuck
from anabot.agent.offline.lexicon import Lexicon, phrases_of
from anabot.agent.offline.slots import Cut, Mention, Pick, Slots
from anabot.agent.offline.text import is_plural, is_verb, root, words
from anabot.agent.offline.things import called
from anabot.agent.offline.timed_names import time_words
from anabot.semantic.catalog import catalog_of
from anabot.semantic.registry import Metric

_AMOUNTS_TO = {"come to", "came to", "amount to", "amounted to", "add up to", "added up to"}
_BEGUN = {root(word) for word in ("joined", "signup", "sign", "registered", "created", "hired", "enrolled", "opened", "acquired")}
_PEOPLE = {"people", "persons", "folks", "individuals"}


def of_values(lexicon: Lexicon, slots: Slots) -> list[Mention]:
    """The metric that counts the value which is asked for by number; the slots then say it."""
    if slots.rank and slots.rank.text.casefold().endswith(("common", "frequent", "often", "frequently")):
        return _commonest(lexicon, slots)
    asked = [pick for pick in slots.picks if pick.counted and not pick.negated]
    if len({home[:2] for pick in asked for home in pick.values}) != 1 or slots.share:
        return []
    model = asked[0].values[0][0]
    found = list(rows_of(lexicon, model)) or list(_told_apart(lexicon, model))
    if len(found) != 1:
        return []
    said = " and ".join(dict.fromkeys(pick.text for pick in asked))
    if slots.lists and (names := called(lexicon, model)) and not slots.cuts:
        slots.cuts.append(Cut(text=said, dimensions=tuple(names)))  # "list reviews"
    slots.notes.append(f"“{said}” is counted as {lexicon.registry.metrics[found[0]].label}.")
    slots.mentions.append(Mention(metrics=(found[0],), text=said, counted=True))
    return slots.every_mention


def _commonest(lexicon: Lexicon, slots: Slots) -> list[Mention]:
    """ "the most common procedure": by how many rows have it."""
    homes = {model for cut in slots.cuts for model, _ in cut.dimensions}
    found = list(rows_of(lexicon, next(iter(homes)))) if len(homes) == 1 else []
    if len(found) != 1 or slots.rank is None:
        return []
    slots.notes.append(f"“{slots.rank.text}” is read by {lexicon.registry.metrics[found[0]].label}.")
    slots.mentions.append(Mention(metrics=(found[0],), text=slots.rank.text))
    return slots.every_mention


def of_a_list(lexicon: Lexicon, slots: Slots) -> None:
    """ "list the shops in the North": what is listed under conditions is told beside the count of its own rows."""
    narrowed = slots.picks or slots.matches or slots.dated or slots.windows or slots.blank or slots.two_times or slots.amounts
    shaped = (slots.bounds, slots.rank, slots.sort, slots.share, slots.define)
    other = (slots.mentions, slots.phrases, slots.saved, slots.verbs, *shaped, any(map(lexicon.deed, slots.unknown)))
    cuts = [cut for cut in (*slots.cuts, *slots.bare) if cut.dimensions]
    homes = {model for cut in cuts for model, _ in cut.dimensions}
    if not narrowed or any(other) or slots.why or slots.compared or slots.openly or len(homes) != 1:
        return
    counted = any(pick.counted for pick in slots.picks) or any(cut.counted for cut in slots.bare)
    if counted or not set(slots.misplaced) <= {cut.text for cut in slots.bare}:
        return
    found = [name for name in rows_of(lexicon, next(iter(homes))) if not lexicon.registry.metrics[name].default_period]
    if len(found) == 1:
        slots.misplaced, slots.cuts, slots.bare = [], cuts, []
        slots.mentions.append(Mention(metrics=(found[0],), text=cuts[0].text))
        slots.notes.append(f"Listed with {lexicon.registry.metrics[found[0]].label}.")


def people(lexicon: Lexicon, slots: Slots) -> None:
    """ "How many people joined": by the one metric named, unless another one tells the people of its rows apart."""
    said = [word for word in slots.unknown if word.casefold() in _PEOPLE]
    names = {name for mention in slots.mentions for name in mention.metrics}
    if not said or len(names) != 1:
        return
    metric = lexicon.registry.metrics[next(iter(names))]
    others = [lexicon.registry.metrics[name] for name in lexicon.visible if name != metric.name]
    apart = any(other.agg == "count_distinct" and other.model == metric.model for other in others)
    if metric.agg in ("count", "count_distinct") and not (apart and metric.agg == "count" and all_rows(lexicon, metric)):
        slots.unknown[:] = [word for word in slots.unknown if word not in said]
        slots.notes.append(f"“{said[0]}” are counted as {metric.label}.")


def all_rows(lexicon: Lexicon, metric: Metric) -> bool:
    """Whether a metric counts all rows of its model, and not those that somebody has chosen: "hires"."""
    return not metric.where and counts_rows(lexicon, metric)


def worth_of_counts(lexicon: Lexicon, slots: Slots) -> None:
    """ "what did those orders come to": of what is counted that asks for what it was worth, which is another number."""
    metrics = [lexicon.registry.metrics[name] for mention in slots.mentions for name in mention.metrics]
    said = [verb for verb in slots.verbs if verb.casefold() in _AMOUNTS_TO]
    if said and metrics and all(m.agg == "count" for m in metrics) and not any(each.counted for each in slots.mentions):
        slots.misplaced += said


def newcomers(lexicon: Lexicon, slots: Slots) -> None:
    """ "new members per month": they are counted by the day they joined, so that all of them were new then."""
    names = {name for mention in slots.every_mention for name in mention.metrics}
    metric = lexicon.registry.metrics[next(iter(names))] if len(names) == 1 else None
    if "new" not in map(str.casefold, slots.unknown) or metric is None or not metric.model or metric.where:
        return
    time = lexicon.registry.models[metric.model].dimensions.get(metric.time_dimension)
    told = slots.when or slots.trend or any(cut.unit for cut in slots.cuts)
    if metric.agg == "count" and counts_rows(lexicon, metric) and told and time and time_words(time) & _BEGUN:
        slots.unknown[:] = [word for word in slots.unknown if word.casefold() != "new"]
        slots.notes.append(f"Those are new whose {time.label or time.name.replace('_', ' ')} is in that time.")


def agents(lexicon: Lexicon, slots: Slots) -> None:
    """ "How many undergrads borrowed": who did it is told apart, where one metric does that on the rows of what they did."""
    metrics = lexicon.registry.metrics
    models = {value[0] for pick in slots.picks if pick.counted and not pick.negated for value in pick.values}
    for mention in [each for each in slots.mentions if len(each.metrics) == 1 and is_verb(each.text.casefold())]:
        named = metrics[mention.metrics[0]]
        apart = [name for model in models for name in _told_apart(lexicon, model) if metrics[name].model == named.model]
        if len(apart) == 1 and named.agg == "count" and not named.where:
            slots.swap({mention.metrics: replace(mention, metrics=(apart[0],))})
            slots.notes.append(f"Who {mention.text} is counted as {metrics[apart[0]].label}.")


def counted_as(lexicon: Lexicon, mention: Mention) -> str:
    """A sentence where people are counted by a metric that is not called so, else ""."""
    if not mention.counted or len(mention.metrics) != 1:
        return ""
    name = mention.metrics[0]
    called = {words(phrase) for phrase in phrases_of(lexicon.registry, name)}
    entry = lexicon.entries.get(words(mention.text))
    if entry is None or name not in entry.distinct or words(mention.text) in called:
        return ""
    return f"“{mention.text}” are counted as {lexicon.registry.metrics[name].label}."


def rows_of(lexicon: Lexicon, model: str) -> Iterator[str]:
    """The metrics that count the rows of a model, each once and all of them: by the model's own time, where there are several."""
    found = [
        metric
        for metric in map(lexicon.registry.metrics.__getitem__, lexicon.visible)
        if metric.kind == "simple" and metric.model == model and not metric.where and counts_rows(lexicon, metric)
    ]
    own = [metric for metric in found if metric.time_dimension in ("", lexicon.registry.models[model].time_dimension)]
    yield from (metric.name for metric in own or found)


def counts_rows(lexicon: Lexicon, metric: Metric) -> bool:
    """Whether a metric counts each row of its model once."""
    entities = lexicon.registry.models[metric.model].entities.values()
    keys = {each.expr for each in entities if each.kind in ("primary", "unique")}
    if metric.expr in ("1", "*"):
        return metric.agg in ("count", "sum") and (metric.agg, metric.expr) != ("sum", "*")
    return metric.agg in ("count", "count_distinct") and metric.expr in keys


def _told_apart(lexicon: Lexicon, model: str) -> Iterator[str]:
    """The metrics that count those whom the rows of a model describe, where they stand in other rows."""
    for entity in lexicon.registry.models[model].entities.values():
        entry = lexicon.entries.get(words(entity.name)) if entity.kind in ("primary", "unique") else None
        yield from entry.distinct if entry else ()


def says_plural(pick: Pick) -> bool:
    """ "x-rays", where the value is "X-ray", "returns" of `is_return`: the things themselves, not what they stand for."""
    said = pick.text.casefold()
    flagged = is_plural(said) and all(value == "true" for _, _, value in pick.values)
    return flagged or (
        said.endswith("s") and any(words(said) == words(v) and not v.casefold().endswith("s") for _, _, v in pick.values)
    )


def uncounted(lexicon: Lexicon, slots: Slots) -> Exit:
    """Everything is known, and nothing says what to count: what a value is of, and what is counted by that."""
    picks = [pick for pick in slots.picks if pick.values]
    if not picks:
        return stuck("no_metric", "I understood the words, but not what to count. Name a metric.")
    model, name, _ = picks[0].values[0]
    leaves = catalog_of(lexicon.registry).leaves
    near = [metric for metric in lexicon.visible if any(leaf.model == model for leaf in leaves(metric))]
    label = lexicon.registry.models[model].dimensions[name].label.lower()
    a = "an" if label[:1] in "aeiou" else "a"
    said = f"“{picks[0].text}” is {a} {label} here, which I can only narrow a number to. Name a metric."
    return stuck("no_metric", said, nearest=near)
