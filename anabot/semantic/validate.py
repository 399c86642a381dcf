"""What no file can know alone: every name that is used must be defined, and no word may mean two things.

It only notes faults; it never changes what was read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from anabot.periods import Grain
from anabot.semantic.catalog import Ambiguous, Catalog
from anabot.semantic.documents import Path
from anabot.semantic.draft import ANA, Draft
from anabot.semantic.filters import Predicate, Ref
from anabot.semantic.names import did_you_mean
from anabot.semantic.overlay import check_overlay
from anabot.semantic.registry import Metric, Registry

_ANA = ANA
_NOT_GOLDEN = ("date", "time")  # a newest date moves with every load


def check(draft: Draft, registry: Registry) -> None:
    """Note every fault that shows only between files."""
    catalog = Catalog(registry)
    cyclic = _cycles(draft)
    for metric in draft.metrics.values():
        _inputs(draft, metric)
        _units(draft, metric)
        if metric.name not in cyclic and not _unread(draft, metric):
            _names(draft, catalog, metric)
        if draft.governed and not metric.hidden and metric.name not in draft.unread:
            _governed(draft, metric)
    check_overlay(draft)
    _words(draft)
    _saved(draft)
    _terms(draft)
    _bridges(draft)


def _known(draft: Draft, name: str) -> bool:
    return name in draft.metrics or name in draft.broken


def _unknown_metric(draft: Draft, kind: str, owner: str, name: str, at: Path) -> None:
    if not _known(draft, name):
        todo = did_you_mean(name, draft.metrics) or "Define it, or name another."
        draft.fault_of(kind, owner, f"There is no metric `{name}`.", "", todo, at=at)


def _inputs(draft: Draft, metric: Metric) -> None:
    place = {"derived": "input_metrics"}
    for i, each in enumerate(metric.inputs):
        at: Path = (place[metric.kind], i) if metric.kind in place else (each.alias,)
        _unknown_metric(draft, "metric", metric.name, each.metric, at)
    for name in metric.not_the_same_as:
        _unknown_metric(draft, "metric", metric.name, name, (*_ANA, "not_the_same_as"))
    for name in metric.bridges:
        if name not in draft.reconciliations and name not in draft.broken:
            todo = did_you_mean(name, draft.reconciliations) or "Add it under `reconciliations/`."
            draft.fault_of("metric", metric.name, f"There is no reconciliation `{name}`.", "", todo, at=(*_ANA, "bridges"))


def _units(draft: Draft, metric: Metric) -> None:
    """Windows and offsets are counted in grains of the calendar; an offset also in those that a time spine adds."""
    customs = {name for spine in draft.spines.values() for name in spine.custom}
    units: list[tuple[str, Path]] = [(metric.window.unit, ("window",))] if metric.window else []
    if metric.conversion and metric.conversion.window:
        units.append((metric.conversion.window[1], ("window",)))
    for i, each in enumerate(metric.inputs):
        units.append((each.offset_to, ("input_metrics", i)))
        if each.offset and each.offset[1] not in customs:
            units.append((each.offset[1], ("input_metrics", i)))
    known: set[str] = set(Grain)
    for unit, at in units:
        if unit and unit not in known:
            why = "Only an offset can be counted in a grain of the company's own calendar." if unit in customs else ""
            todo = did_you_mean(unit, map(str, known)) or f"Known: {', '.join(sorted(map(str, known)))}."
            draft.fault_of("metric", metric.name, f"`{unit}` is not a grain that this can be counted in.", why, todo, at=at)


def _cycles(draft: Draft) -> set[str]:
    """Metrics that are made of themselves; each ring is one fault."""
    bad: set[str] = set()
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        if name in trail:
            ring = trail[trail.index(name) :]
            if not bad & set(ring):
                draft.fault_of(
                    "metric", name, f"The metric `{name}` is made of itself.", " → ".join((*ring, name)), "Break the ring."
                )
            bad.update(trail)
        elif name in draft.metrics and name not in done:
            for below in _below(draft.metrics[name]):
                visit(below, (*trail, name))
            done.add(name)

    for name in draft.metrics:
        visit(name, ())
    return bad


def _below(metric: Metric) -> Iterator[str]:
    """The metrics that must be known before this one: its inputs, and those that its conditions look up."""
    yield from (each.metric for each in metric.inputs)
    for where in (metric.where, *(each.where for each in metric.inputs)):
        yield from (ref.name for ref in _refs(where) if ref.kind == "metric")


def _unread(draft: Draft, metric: Metric) -> bool:
    """Whether anything below the metric could not be read, so that its names cannot be judged."""
    if metric.kind == "simple":
        return not metric.model
    return any(each.metric not in draft.metrics or _unread(draft, draft.metrics[each.metric]) for each in metric.inputs)


def _names(draft: Draft, catalog: Catalog, metric: Metric) -> None:
    own: list[tuple[str, tuple[Predicate, ...], Path]] = [(metric.name, metric.where, ("filter",))]
    for i, each in enumerate(metric.inputs):
        at: Path = ("input_metrics", i, "filter") if metric.kind == "derived" else (each.alias, "filter")
        own.append((each.metric, each.where, at))
    for holder, predicates, at in own:
        for ref in _refs(predicates):
            _ref(draft, catalog, metric, ref, at, holder)
    for i, golden in enumerate(metric.golden):
        for name in golden.where:
            _name(draft, catalog, metric, name, (*_ANA, "golden", i))
    for name in metric.default_group_by:
        _name(draft, catalog, metric, name, (*_ANA, "default_group_by"))
    for words, shape in metric.phrases.items():
        for name in shape.get("group_by", ()):
            _name(draft, catalog, metric, str(name), (*_ANA, "phrases", words))


def _refs(predicates: Iterable[Predicate]) -> Iterator[Ref]:
    for predicate in predicates:
        yield from predicate.refs


def _ref(draft: Draft, catalog: Catalog, metric: Metric, ref: Ref, at: Path, holder: str) -> None:
    """A name in a condition on the rows of `holder`: the metric itself, or one of its inputs."""
    missed = [name for name in ref.met_by if not _name(draft, catalog, metric, name, at, of=holder)]
    if ref.kind == "metric":
        _unknown_metric(draft, "metric", metric.name, ref.name, at)
        looked_up = draft.metrics.get(ref.name)
        for name in ref.group_by if not missed and looked_up and not _unread(draft, looked_up) else ():
            _name(draft, catalog, metric, name, at, of=ref.name)


def _name(draft: Draft, catalog: Catalog, metric: Metric, name: str, at: Path, *, of: str = "") -> bool:
    """Whether there is a name that the metric uses: one of its own, or of an input, or of another metric that it looks up."""
    owner = of or metric.name
    for leaf in catalog.leaves(owner):
        try:
            found = catalog.slot(leaf.model, leaf.time_dimension, name)
        except Ambiguous as error:
            what = f"`{name}` means several things for `{owner}`."
            draft.fault_of("metric", metric.name, what, f"It may be {' or '.join(error.names)}.", "Write the full name.", at=at)
            return False
        if found is None:
            known = set(catalog.names(leaf.model, leaf.time_dimension))
            why = f"It is measured on `{leaf.model}`, which does not reach it."
            todo = did_you_mean(name, known) or "Add the dimension, or an entity that leads to it."
            draft.fault_of("metric", metric.name, f"The metric `{owner}` has no dimension `{name}`.", why, todo, at=at)
            return False
    return True


def _governed(draft: Draft, metric: Metric) -> None:
    _asked(draft, metric)
    if metric.draft and metric.certified:
        what = f"The metric `{metric.name}` is certified and a draft."
        draft.fault_of("metric", metric.name, what, "It cannot be both.", "Take `draft:` away.", at=(*_ANA, "draft"))
    if not metric.description and not metric.draft:
        draft.fault_of(
            "metric",
            metric.name,
            f"The metric `{metric.name}` has no description.",
            "",
            "Say in one sentence what it counts and leaves out.",
        )
    if metric.certified and metric.certified.expires <= metric.certified.at:
        draft.fault_of(
            "metric",
            metric.name,
            "The certification ends before it begins.",
            "",
            "Correct `at` or `expires`.",
            at=(*_ANA, "certified"),
        )
    for i, golden in enumerate(metric.golden):
        if golden.period and golden.period[0] >= golden.period[1]:
            why = "Periods are half-open: the end is the first day that does not count."
            draft.fault_of(
                "metric",
                metric.name,
                "A golden value's period ends before it begins.",
                why,
                "Correct it.",
                at=(*_ANA, "golden", i),
            )


def _asked(draft: Draft, metric: Metric) -> None:
    """What somebody must say of a metric; of a draft, only who owns it."""
    asked = {"owner": metric.owner}
    if not metric.draft:
        asked["unit"] = metric.unit
    if not metric.draft and metric.unit not in _NOT_GOLDEN:
        asked["golden"] = "yes" if metric.golden else ""
    laid = draft.overlay.get(("metric", metric.name))
    for key in (key for key, value in asked.items() if not value):
        what = f"The metric `{metric.name}` has no {key}."
        if laid is not None:
            draft.fault(laid[1], (*laid[2], key), what, _WHY[key], f"Write `{key}:` here.")
        else:
            draft.fault_of("metric", metric.name, what, _WHY[key], f"Add `{key}:` under `config.meta.ana`.")


_WHY = {
    "owner": "Somebody must answer for what it means.",
    "unit": "Nobody can read a number without its unit.",
    "golden": "A value that must never change by accident proves the definition.",
}


def _words(draft: Draft) -> None:
    """One word, one metric: a name, label or synonym under two metrics is a fault, unless a term says so."""
    shared = {word.casefold() for term in draft.terms.values() for word in (term.word, *term.synonyms)}
    taken: dict[str, str] = {}
    for metric in (each for each in draft.metrics.values() if not each.hidden):
        for word in dict.fromkeys(each.casefold() for each in (metric.name.replace("_", " "), metric.label, *metric.synonyms)):
            other = taken.setdefault(word, metric.name)
            if other != metric.name and word not in shared and draft.governed:
                why = f"It is also a word for `{other}`, so nobody could say which is meant."
                todo = "Take it from one of them, or make it a term in company.yml."
                draft.fault_of("metric", metric.name, f"The word `{word}` means two metrics.", why, todo)


def _saved(draft: Draft) -> None:
    for saved in draft.saved_queries.values():
        for name in saved.query.get("metrics", ()):
            _unknown_metric(draft, "saved query", saved.name, name, ("query_params", "metrics"))


def _terms(draft: Draft) -> None:
    for key, term in draft.terms.items():
        for name in term.metrics:
            _unknown_metric(draft, "term", key, name, ("metrics",))
        for team, name in term.defaults.items():
            if team not in draft.teams:
                todo = did_you_mean(team, draft.teams) or "Add it under `teams:`."
                draft.fault_of("term", key, f"There is no team `{team}`.", "", todo, at=("defaults", team))
            if name not in term.metrics:
                what = f"The default `{name}` is not one of the term's metrics."
                draft.fault_of("term", key, what, "", did_you_mean(name, term.metrics), at=("defaults", team))
        for name in term.metrics if term.overlap else ():
            _overlaps(draft, key, term.overlap, draft.metrics.get(name))
    freshness = draft.company.get("freshness")
    if freshness:
        _freshness(draft, *freshness)


def _overlaps(draft: Draft, term: str, entity: str, metric: Metric | None) -> None:
    """Each reading must count some of the entity: nothing else can be laid over another."""
    if metric is None:
        return
    model = draft.models.get(metric.model)
    if metric.kind != "simple" or metric.unit != "count":
        why = f"`{metric.name}` does not simply count something."
        draft.fault_of("term", term, "These readings have no overlap.", why, "Take `overlap` away.", at=("overlap",))
    elif model is not None and entity not in model.entities:
        todo = did_you_mean(entity, model.entities) or "Take `overlap` away."
        draft.fault_of(
            "term", term, f"The model `{model.name}` of `{metric.name}` has no entity `{entity}`.", "", todo, at=("overlap",)
        )


def _freshness(draft: Draft, metric: str, by: str) -> None:
    at: Path = ("company", "freshness")
    _unknown_metric(draft, "company", "", metric, at)
    found = draft.metrics.get(metric)
    model = draft.models.get(found.model) if found else None
    if model and by not in model.dimensions:
        draft.fault_of(
            "company", "", f"The model `{model.name}` has no dimension `{by}`.", "", did_you_mean(by, model.dimensions), at=at
        )


def _bridges(draft: Draft) -> None:
    for bridge in draft.reconciliations.values():
        places: list[tuple[str, Path]] = [(bridge.left[0], ("left",)), (bridge.right[0], ("right",))]
        places += [(metric, ("terms", i)) for i, (metric, _, _) in enumerate(bridge.terms)]
        for name, at in places:
            _unknown_metric(draft, "reconciliation", bridge.name, name, at)
