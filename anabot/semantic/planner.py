"""A resolved question → plan nodes: formulas over aggregates, aggregates that share their rows in one part.

Metrics over one model at one time share one scan. It never sees a grant: row rules are laid over the plan afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from anabot.periods import Grain
from anabot.semantic import conditions, times
from anabot.semantic.beside import beside, held_back, tails
from anabot.semantic.bindings import Values
from anabot.semantic.catalog import Catalog, Slot
from anabot.semantic.everything import every_time, everything, on_spine, with_zeros
from anabot.semantic.formula import Formulas, Need
from anabot.semantic.meaning import LeafKey
from anabot.semantic.narrowed import narrowed
from anabot.semantic.over import again, inside, whole
from anabot.semantic.parts import PartBuilder
from anabot.semantic.plan import Combined, Named, Shown
from anabot.semantic.present import Built, present
from anabot.semantic.query import MetricQuery, Over
from anabot.semantic.registry import NonAdditive, Registry
from anabot.semantic.resolve import Resolved, resolve_fully
from anabot.semantic.times import Timing
from anabot.semantic.trees import column

Together = tuple[LeafKey, Timing, NonAdditive | None, bool, str, frozenset[str]]  # what aggregates that share rows have in common


@dataclass(slots=True, kw_only=True)
class Planner:
    """The planning of one question. Formulas speak `dialect`; aggregates what `speaks` says of their connection."""

    registry: Registry
    catalog: Catalog
    resolved: Resolved
    dialect: str
    speaks: Callable[[str], str] | None = None
    values: Values = field(default_factory=Values)

    def plan(self) -> Shown:
        """The whole question as one plan."""
        query = self.resolved.query
        if query.over is not None:
            return self._over(query, query.over)
        if tails(query):
            plain = query.model_copy(update={"share": False, "running": False, "having": (), "where": held_back(query)[0]})
            whole = replace(self, resolved=replace(self.resolved, query=plain)).plan()
            return beside(whole, query, self.resolved.keys, self.values, self.dialect, self.fiscal_start)
        columns, needs = self._formulas()
        over_time = query.every and every_time(self.resolved)
        built = self._built(tuple(map(on_spine, needs)) if over_time else needs)
        several = len(query.metrics) > 1 and query.compare is None and not query.every
        made = frozenset(name for name in query.metrics if several and self.registry.metrics[name].kind != "simple")
        columns, parts = present(columns, built, made, grouped=bool(self.resolved.keys))
        if query.every:
            if not over_time:
                parts = (*parts, everything(self.catalog, self.resolved, lambda beside: replace(self, resolved=beside)))
            columns = with_zeros(columns, self.registry)
        shown = dict(columns)
        having = tuple(
            conditions.condition(part, lambda leaf: conditions.on_number(leaf, shown[leaf.field].copy(), self.values))
            for part in query.having
        )
        keys = tuple((meaning.name, column(meaning.name)) for meaning in self.resolved.keys)
        return Shown(
            rows=parts[0] if len(parts) == 1 else Combined(parts=parts),
            columns=(*keys, *columns),
            having=having,
            order=self._order(),
            limit=query.limit,
            each=query.limit_by,
        )

    def _over(self, query: MetricQuery, over: Over) -> Shown:
        """The question by all of its groups, and then a number of them."""
        keys, each = self.resolved.keys, self.resolved.each
        first = replace(self, resolved=replace(self.resolved, query=inside(query, each), keys=(*keys, *each), each=())).plan()
        step = again(query, over, each, self.values, self.dialect, self.fiscal_start)
        columns = whole(first.columns, self.registry, query)
        return replace(first, columns=columns, again=step, order=self._order(), limit=query.limit, each=query.limit_by)

    def looked_up(self, metric: str, keys: tuple[str, ...], leaf: LeafKey, at: Mapping[str, Slot]) -> Shown:
        """Another question inside this one: a metric by keys, over all time; `at` is where rows of `leaf` have each key."""
        resolved = resolve_fully(self.registry, MetricQuery(metrics=(metric,), group_by=keys), None)
        resolved = narrowed(self.registry, resolved, self.resolved, leaf, at)
        homes = {self.registry.models[model].connection for model, _ in resolved.leaves}
        dialect = self.speaks(homes.pop()) if self.speaks and len(homes) == 1 else self.dialect
        plan = replace(self, resolved=resolved, dialect=dialect).plan()
        return Shown(rows=plan.rows, columns=plan.columns)

    def grains(self) -> list[Grain]:
        """The sizes of `metric_time` that the question's rows have."""
        slots = (meaning.any_slot for meaning in self.resolved.keys)
        return [slot.grain for slot in slots if slot.metric_time and slot.grain]

    @property
    def step(self) -> times.Step:
        """How much later a compared row is shown than it happened."""
        grains = self.grains()
        return self.values.decided(self.resolved.query, lambda query: times.step_of(query, grains))

    @property
    def fiscal_start(self) -> int:
        """The month fiscal years begin in."""
        return self.registry.calendar.fiscal_start

    def _order(self) -> tuple[tuple[str, bool], ...]:
        """As asked within each, then by keys, so that equal data always comes in one order."""
        query = self.resolved.query
        asked = {name.removeprefix("-"): name.startswith("-") for name in query.order_by}
        names = dict.fromkeys((*query.limit_by, *asked, *query.group_by))
        return tuple((name, asked.get(name, False)) for name in names)

    def _formulas(self) -> tuple[Named, tuple[Need, ...]]:
        """The columns of the question's metrics and what they need: unfolded once for each registry, and never changed."""
        query, known = self.resolved.query, self.catalog.formulas
        compared = query.compare is not None
        key = (query.metrics, query.made, compared, self.dialect)
        found: tuple[Named, tuple[Need, ...]] | None = known.get(key)
        if found is None:
            formulas = Formulas(self.registry, self.dialect)
            columns = [each for made in query.made for each in formulas.made(made, compared=compared)]
            sides = {name: (where, made.left) for made in query.made for name, where in made.sides}
            columns += [each for name, (where, of) in sides.items() for each in formulas.side(name, where, of, compared=compared)]
            whole = (name for name in query.metrics if name in query.numbers)
            columns += [each for name in whole for each in formulas.columns(name, compared=compared)]
            found = known[key] = (tuple(columns), tuple(formulas.needs.values()))
        return found

    def _built(self, needs: tuple[Need, ...]) -> list[Built]:
        together: dict[Together, list[Need]] = {}
        for need in needs:
            metric, counted = need.metric, need.converted.base if need.converted else need.metric
            leaf, alone = (counted.model, counted.time_dimension), need.name if need.converted else ""
            # Conditions choose which balance is the last, and which times a spine shows: such rows are for one set of them alone.
            bound = metric.non_additive is not None or metric.join_to_timespine
            where = frozenset(each.text for each in need.where) if bound else frozenset()
            key = (leaf, need.timing, metric.non_additive, metric.join_to_timespine, alone, where)
            together.setdefault(key, []).append(need)
        return [
            (needs, PartBuilder(self._at(leaf), leaf, timing, needs).part()) for (leaf, timing, *_), needs in together.items()
        ]

    def _at(self, leaf: LeafKey) -> Planner:
        """The same planning, for rows of one connection."""
        dialect = self.speaks(self.registry.models[leaf[0]].connection) if self.speaks else self.dialect
        return self if dialect == self.dialect else replace(self, dialect=dialect)
