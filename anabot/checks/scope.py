"""Prove what access.yml promises: every role × metric × dimension compiled, parsed again and looked at.

A second opinion on the compiler: it knows the registry, the grant and the text that would run, and trusts nothing in between.
It never reaches a warehouse.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from anabot.access.statements import checked_before
from anabot.errors import AnabotError, BadQuery, NotAllowed, UnknownName, UnsafeQuery
from anabot.resting import settled
from anabot.semantic import Compiled, compile_query, dimensions_of
from anabot.semantic.catalog import catalog_of
from anabot.semantic.people import COUNTABLE
from anabot.semantic.query import Condition, MetricQuery, Over
from anabot.semantic.registry import Metric, Registry
from anabot.types import Grant, PeopleRule

NOBODY = "zzqx"  # a name that no registry has
Columns = frozenset[tuple[str, str]]  # (table, column), in lower case


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One promise that is not kept."""

    role: str
    metric: str
    dimension: str
    what: str

    def __str__(self) -> str:
        by = f" by {self.dimension}" if self.dimension else ""
        return f"{self.role}: {self.metric}{by}: {self.what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How many combinations were looked at, and what was found."""

    combinations: int
    violations: tuple[Violation, ...]

    def __str__(self) -> str:
        return f"{self.combinations} combinations, {len(self.violations)} violations"


def prove_scope(
    registry: Registry, roles: Mapping[str, Grant], *, dialect: str = "duckdb", dialects: Mapping[str, str] | None = None
) -> Report:
    """Every metric, alone and by each dimension that it has, for every role. `dialects` are those of the connections by name."""
    prover = _Prover(registry, dialect, dialects or {})
    combinations, found = 0, list[Violation]()
    with settled():
        for role, grant in roles.items():
            for name in registry.metrics:
                for by, what in prover.metric(grant, name):
                    combinations += 1
                    found += [Violation(role=role, metric=name, dimension=by, what=each) for each in what]
    return Report(combinations=combinations, violations=tuple(found))


class _Prover:
    """Looks at one metric for one grant. What depends on the data's part of a grant alone is compiled once for all roles."""

    def __init__(self, registry: Registry, dialect: str, dialects: Mapping[str, str]) -> None:
        self.registry, self.dialect, self.dialects = registry, dialect, dialects
        self._dimensions: dict[str, tuple[str, ...]] = {}
        self._closed: dict[tuple[object, ...], Columns] = {}
        self._invented: dict[tuple[frozenset[str], frozenset[str]], AnabotError | None] = {}
        self._known: dict[tuple[str, Grant], list[tuple[str, tuple[str, ...]]]] = {}

    def metric(self, grant: Grant, name: str) -> Sequence[tuple[str, tuple[str, ...]]]:
        """(dimension, violations), for the metric alone and by each of its dimensions."""
        if name not in grant.metrics:
            verdict = tuple(self._unseen(grant, name))
            return [(by, verdict if not by else tuple(self._unseen(grant, name, by))) for by in ("", *self._by(name))]
        only = frozenset({name})
        key = (name, replace(grant, subject="", audience="", reason="", team="", metrics=only, listed=only))
        if key not in self._known:
            seen = key[1]
            self._known[key] = [(by, tuple(self._seen(seen, name, by))) for by in ("", *self._by(name))]
        return self._known[key]

    def _by(self, name: str) -> tuple[str, ...]:
        if name not in self._dimensions:
            self._dimensions[name] = tuple(ref.name for ref in dimensions_of(self.registry, name))
        return self._dimensions[name]

    # What may not be seen

    def _unseen(self, grant: Grant, name: str, by: str = "") -> Iterator[str]:
        error = self._refusal(grant, name, by)
        if error is None:
            yield "is answered, although it is not granted"
        elif name in grant.listed:
            if not isinstance(error, NotAllowed):
                yield f"is listed, but was refused as {type(error).__name__}"
        else:
            yield from self._as_unknown(grant, name, by, error)

    def _as_unknown(self, grant: Grant, name: str, by: str, error: AnabotError) -> Iterator[str]:
        names = (grant.metrics, grant.listed)
        if names not in self._invented:
            self._invented[names] = self._refusal(grant, NOBODY, by)
        invented = self._invented[names]
        if type(error) is not UnknownName or not isinstance(invented, UnknownName):
            yield f"is hidden, but was refused as {type(error).__name__}"
        elif (error.what.replace(name, NOBODY), error.why) != (invented.what, invented.why):
            yield "is hidden, but not refused in the words of an unknown name"
        elif not set(error.nearest) <= grant.metrics | grant.listed:
            yield f"suggests what is hidden: {', '.join(sorted(set(error.nearest) - grant.listed))}"

    def _refusal(self, grant: Grant, name: str, by: str) -> AnabotError | None:
        try:
            self._compiled(grant, MetricQuery(metrics=(name,), group_by=(by,) if by else ()))
        except AnabotError as error:
            return error
        return None

    # What may be seen

    def _seen(self, grant: Grant, name: str, by: str) -> Iterator[str]:
        denied = self._denied(grant, by, name)
        for query in _ways(name, by):
            try:
                compiled = self._compiled(grant, query)
            except (NotAllowed, UnknownName, BadQuery) as error:
                yield from _refused(error, by) if denied else ()
                continue
            if denied:
                yield "is answered, although the dimension is denied"
            yield from self._about_people(grant, compiled, name, by)
            yield from self._told_apart(grant, compiled)
            yield from self._made_of_masked(grant, compiled)
            yield from self._looked_at(grant, compiled)

    def _about_people(self, grant: Grant, compiled: Compiled, name: str, by: str) -> Iterator[str]:
        """A people metric is compiled in the declared ways alone, and goes with the rule that leaves small groups out."""
        for rule in (rule for rule in grant.people if name in rule.metrics):
            if rule not in [asked.rule for asked in compiled.people if asked.metric == name]:
                yield "is about people, but its small groups would be shown"
            if not self._declared(rule, name, by):
                yield "is about people, and this is no declared way to break it down or filter it"
            for leaf in catalog_of(self.registry).leaves(name):
                if leaf.agg not in COUNTABLE:
                    yield f"is the {leaf.agg} of single people"

    def _made_of_masked(self, grant: Grant, compiled: Compiled) -> Iterator[str]:
        """A number over masked values is another number: it is not given under the metric's name."""
        masked = self._dimension_columns(mask.name for mask in grant.masks)
        used = (
            {column for each in compiled.metrics for column in self._of_metric(self.registry.metrics[each])} if masked else set()
        )
        for table, column in sorted(masked & used):
            yield f"is made of {table}.{column}, which is masked"

    def _told_apart(self, grant: Grant, compiled: Compiled) -> Iterator[str]:
        """Groups that are counted are people's, or masked, nowhere."""
        if compiled.query.over is None:
            return
        if any(name in rule.metrics for rule in grant.people for name in compiled.query.metrics):
            yield "is about people, but a number of its groups would be told"
        masked = self._dimension_columns(mask.name for mask in grant.masks)
        if any(columns & masked for by in compiled.query.over.each for columns in self._meant(by, compiled.query.metrics[0])):
            yield "is counted by groups that are masked"

    def _declared(self, rule: PeopleRule, name: str, by: str) -> bool:
        reach, leaves = catalog_of(self.registry), catalog_of(self.registry).leaves(name)

        def homes(word: str) -> set[tuple[str, tuple[str, str]]]:
            return {(leaf.name, slot.home) for leaf in leaves for slot in reach.candidates(leaf.model, leaf.time_dimension, word)}

        if not by or by.startswith("metric_time"):
            return True
        return any(homes(by) & homes(word) for word in rule.by)

    def _looked_at(self, grant: Grant, compiled: Compiled) -> Iterator[str]:
        try:
            trees = [tree for _, tree in checked_before(self.registry, compiled, grant)]
        except UnsafeQuery as error:
            yield f"the guard refuses it: {error.why}"
            return
        for tree in trees:
            for table, column in sorted(_read(tree) & self._forbidden(grant, compiled.metrics)):
                yield f"reads {table}.{column}, which is denied"

    def _compiled(self, grant: Grant, query: MetricQuery) -> Compiled:
        return compile_query(self.registry, query, grant, dialect=self.dialect, dialects=self.dialects)

    def _denied(self, grant: Grant, by: str, name: str) -> bool:
        """Whether every element that `by` may mean is denied, by its own name or as another name of a denied column."""
        if not by or not grant.denied:
            return False
        meant, denied = self._meant(by, name), self._denied_columns(grant)
        return bool(meant) and all(columns & denied for columns in meant)

    def _meant(self, by: str, name: str) -> list[Columns]:
        """The columns of each element that `by` may mean for the metric."""
        reach = catalog_of(self.registry)
        slots = (slot for leaf in reach.leaves(name) for slot in reach.candidates(leaf.model, leaf.time_dimension, by))
        return [
            _columns(self.registry, each.element.model, [each.element.tree])
            for each in slots
            if each.element.model in self.registry.models
        ]

    def _denied_columns(self, grant: Grant) -> Columns:
        return self._dimension_columns(grant.denied)

    def _dimension_columns(self, names: Iterable[str]) -> Columns:
        found: set[tuple[str, str]] = set()
        for name in names:
            model, _, dimension = name.partition(".")
            held = self.registry.models.get(model)
            if held is not None and dimension in held.dimensions:
                found |= _columns(self.registry, model, [held.dimensions[dimension].tree])
        return frozenset(found)

    def _forbidden(self, grant: Grant, metrics: Sequence[str]) -> Columns:
        """The denied columns, but for those that a metric itself is made of, and the keys that tables meet on."""
        key = (grant.denied, grant.rows, tuple(metrics))
        if key not in self._closed:
            self._closed[key] = self._denied_columns(grant) - self._used(grant, metrics)
        return self._closed[key]

    def _used(self, grant: Grant, metrics: Sequence[str]) -> Columns:
        used: set[tuple[str, str]] = set()
        for metric in (self.registry.metrics[each] for each in metrics):
            used |= self._of_metric(metric)
        for model in self.registry.models.values():
            used |= _columns(self.registry, model.name, [each.tree for each in model.entities.values()])
        for rule in grant.rows:
            used |= _columns(self.registry, rule.model, [self.registry.models[rule.model].dimensions[rule.dimension].tree])
        return frozenset(used)

    def _of_metric(self, metric: Metric) -> Columns:
        if metric.kind != "simple":
            return frozenset()
        found = set(_columns(self.registry, metric.model, [metric.tree]))
        reach = catalog_of(self.registry)
        for ref in (ref for each in metric.where for ref in each.refs if ref.kind != "metric"):
            for slot in reach.candidates(metric.model, metric.time_dimension, ref.dunder):
                found |= _columns(self.registry, slot.element.model, [slot.element.tree])
        return frozenset(found)


def _ways(name: str, by: str) -> Iterator[MetricQuery]:
    """A metric by a dimension, filtered on it, and as the greatest of its groups."""
    yield MetricQuery(metrics=(name,), group_by=(by,) if by else ())
    if by:
        yield MetricQuery(metrics=(name,), where=(Condition(field=by, op="not_null"),))
        yield MetricQuery(metrics=(name,), over=Over(how="max", each=(by,)))


def _refused(error: AnabotError, by: str) -> Iterator[str]:
    if isinstance(error, BadQuery):
        yield f"the denied `{by}` was refused as {type(error).__name__}, not as an unknown name"


def _columns(registry: Registry, model: str, trees: Sequence[exp.Expression]) -> Columns:
    table = registry.models[model].relation[-1].lower()
    return frozenset((table, column.name.lower()) for tree in trees for column in tree.find_all(exp.Column))


def _read(tree: exp.Expression) -> Columns:
    """Every column that is read, with the table that its qualifier stands for anywhere in the statement."""
    tables: dict[str, set[str]] = {}
    for table in tree.find_all(exp.Table):
        tables.setdefault(table.alias_or_name.lower(), set()).add(table.name.lower())
    columns = [(column.table.lower(), column.name.lower()) for column in tree.find_all(exp.Column)]
    return frozenset((table, name) for alias, name in columns for table in tables.get(alias, ()))
