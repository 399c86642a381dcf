"""Build one query from slots, once it is settled which metrics are meant. Raises Exit where the words do not fit the metrics.

Dimensions and values are looked up among those that all the metrics reach and the asker may use; the nearest wins, two
equally near ones are asked back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from anabot.agent.offline import (
    amounts,
    enlisting,
    filtering,
    fitting,
    form,
    moving,
    of_each,
    opposing,
    pairing,
    rates,
    roles,
    setting,
    standing,
    whole,
    whose,
)
from anabot.agent.offline.exits import Exit, stuck
from anabot.agent.offline.lexicon import Lexicon
from anabot.agent.offline.ordering import Ordering, is_time
from anabot.agent.offline.parts_of_time import called, not_kept
from anabot.agent.offline.refs import bare, home, label, same_label
from anabot.agent.offline.slots import Bound, Cut, Mention, Pick, Slots, together
from anabot.agent.offline.text import words
from anabot.agent.offline.timed_names import at_grain
from anabot.agent.offline.times import Settling, Times, between_two, grain_name
from anabot.agent.understanding import Ambiguous, Reading
from anabot.errors import BadQuery, NotAllowed, UnknownName
from anabot.semantic.catalog import catalog_of
from anabot.semantic.edges import is_edge
from anabot.semantic.made import known_to, said_of
from anabot.semantic.query import Condition, Filter, Made, MetricQuery, Not, Span, fields_of, numbers_of
from anabot.semantic.registry import DimensionRef, Metric, Registry
from anabot.semantic.resolve import resolve

_OPPOSITE = {"lt": "ge", "ge": "lt", "gt": "le", "le": "gt", "eq": "ne"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Builder:
    """One clause for settled `metrics`. `base` is a saved question, a phrase's shape or, `continuing`, the thread's query."""

    lexicon: Lexicon
    slots: Slots
    metrics: tuple[str, ...]
    now: dt.datetime
    base: MetricQuery | None = None
    continuing: bool = False
    made: tuple[Made, ...] = ()  # of two of the metrics, and told before them
    asked_of_total: bool = False  # a share, of the total over every group
    taken: dict[str, str] = field(default_factory=dict)  # "word → field" choices made after asking back
    notes: list[str] = field(default_factory=list)

    @property
    def registry(self) -> Registry:
        """The registry, with what is made of its metrics here."""
        return known_to(self.lexicon.registry, self.made)

    @property
    def numbers(self) -> tuple[str, ...]:
        """What is made, its groups, then the metrics."""
        return numbers_of(self.made, self.metrics)

    @property
    def _first(self) -> Metric:
        """The metric whose customs hold: a date has none of what it is the date of."""
        dated = self.made and is_edge(self.made[0])
        return self.registry.metrics[self.numbers[0] if dated else self.metrics[0]]

    def build(self) -> Reading:
        """The reading. Raises Exit."""
        registry = self.lexicon.registry
        self.notes.extend(said_of(each, registry) for each in self.made)
        fitting.check(self.slots, self.metrics, registry, self.base if self.continuing else None)
        self._fits_nouns()
        settling = Settling(
            slots=between_two(whole.along_time(self.slots)),
            metric=self._first,
            now=self.now,
            calendar=registry.calendar,
            base=self.base,
            continuing=self.continuing,
            balance=standing.checked(self.slots, self.metrics, registry),
            timed=any(leaf.time_dimension for leaf in catalog_of(registry).leaves(self.metrics[0])),
        )
        times = settling.settle()
        fields = self._picks()
        group = self._group(times, fields)
        if (found := self._opposed(fields) or self._within(group, fields)) is not None:
            return found
        group = whole.parts_of(self.slots, group, fields)
        beside = whole.asked_beside(self.slots, self.base if self.continuing else None, times, self.notes)
        self._note_kept(times)
        ordering = Ordering(
            slots=self.slots,
            metrics=self.numbers,
            registry=self.registry,
            base=self.base,
            notes=self.notes,
            named=self._named,
            dimension=self.dimension,
        )
        order, limit = ordering.settle(group)
        each = ordering.of_each(group) if limit else ()
        group = [*each, *(name for name in group if name not in each)]
        query = MetricQuery(
            metrics=self.metrics,
            group_by=tuple(group),
            where=(*self._where(fields), *filtering.before(times.until)),
            period=Span(start=times.period.start, end=times.period.end) if times.period else None,
            compare=times.compare,
            having=self._having(group),
            order_by=tuple(order),
            limit=limit,
            limit_by=each,
            every=self.slots.every and bool(group) and times.compare is None and not self.slots.rank,
            made=pairing.alone(self.made, beside),
            **beside,
        )
        chart, ask = form.drawn(self.slots, group, times), form.asked(self.slots)
        notes = () if ask else tuple(dict.fromkeys([*times.notes, *self.notes]))
        today = registry.calendar.today(self.now)
        query, listed = whole.listed(self._resolved(query), self.slots, registry, self.lexicon.grant, today)
        notes = notes if ask else (*notes, *listed, *whole.of_what(query))
        return Reading(query=query, assumptions=notes, period_label=times.label, chart=chart, ask=ask)

    def _opposed(self, fields: dict[str, list[Pick]]) -> Reading | None:
        """One number of two groups, where it is asked for: the metric that is defined so, else what is made of them."""
        if self.slots.opposed is None:
            return None
        metrics = [self.registry.metrics[name] for name in self.metrics]
        made, slots = opposing.made_of(self.slots.opposed, fields, metrics), opposing.without(self.slots)
        own = replace(self, base=opposing.apart(self.base, made), made=())
        return own._part(slots, made[0]) if len(made) == 1 else replace(own, slots=slots, made=made, notes=[*self.notes]).build()

    def _within(self, group: Sequence[str], fields: dict[str, list[Pick]]) -> Reading | None:
        """The share that a part has within each group, where it is asked for. Raises Exit where it may be of the total."""
        if self.continuing and self.base and not self.slots.share and (kept := rates.again(self.base, group)):
            return replace(self, base=kept[0], made=(kept[1],)).build()
        found = None if self.asked_of_total or self.made else rates.within(self.slots, self.metrics, group, fields)
        if found is None:
            timed = not self.made and setting.chooses_a_part(self.slots, self.metrics, group)
            return self._part(*setting.part(self.slots, self.metrics, self.lexicon)) if timed else None
        own = self._part(*found)
        if rates.sure(self.slots, group, fields):
            return own
        of_total = replace(self, asked_of_total=True, notes=[*self.notes]).build()
        raise rates.asked_back(own, of_total, found[1], self.lexicon)

    def _part(self, slots: Slots, made: Made) -> Reading:
        """The share that is defined as what would be made, else the one that is made."""
        defined = pairing.defined_as(made, self.lexicon)
        if not defined:
            return replace(self, slots=slots, made=(made,), notes=[*self.notes]).build()
        metric = self.registry.metrics[defined]
        note = f"That is {metric.label}: {metric.description.strip()}"
        return replace(self, slots=slots, metrics=(defined,), notes=[*self.notes, note]).build()

    def _fits_nouns(self) -> None:
        """ "… for customers" must be about rows that the metrics are measured on, or lead to."""
        catalog = catalog_of(self.lexicon.registry)
        homes = {leaf.model for name in self.metrics for leaf in catalog.leaves(name)}
        homes |= {ref.dimension.model for ref in self.lexicon.reach(*self.metrics)}
        for text, models in self.slots.nouns:
            if not homes & set(models):
                raise self._unreachable(text, "narrowed to")

    def _resolved(self, query: MetricQuery) -> MetricQuery:
        try:
            return resolve(self.lexicon.registry, query, self.lexicon.grant)
        except UnknownName as error:
            if refused := not_kept(error.name, [self.registry.metrics[name].label for name in self.metrics]):
                raise refused from None
            if self.continuing:
                raise self._unreachable(called(error.name)) from None
            raise stuck("bad_query", str(error)) from None
        except (BadQuery, NotAllowed) as error:
            raise stuck("bad_query", str(error)) from None

    def _note_kept(self, times: Times) -> None:
        """A new metric in a thread takes over what was asked before it, and says so."""
        if not self.continuing or self.base is None or set(self.metrics) <= set(self.base.metrics):
            return
        kept = [times.label] if times.label and self.slots.when is None else []
        kept += [f"by {called(name)}" for name in self.base.group_by]
        kept += [", ".join(part.values) for part in self.base.where if isinstance(part, Condition)]
        if kept:
            self.notes.append(f"Kept from before: {'; '.join(kept)}.")
        lost = {name for part in self.base.having for name in _fields_of(part)} - set(self.metrics)
        self.notes.extend(f"The condition on {self.lexicon.registry.metrics[name].label} was dropped." for name in sorted(lost))

    # --- by what

    def _group(self, times: Times, fields: dict[str, list[Pick]]) -> list[str]:
        registry = self.lexicon.registry
        calendar = registry.calendar
        said = [grain_name(c.unit, calendar) if c.unit else self._column(c) for c in self.slots.cuts]
        said += [grain_name(unit, calendar) for unit in times.cuts]
        said += [name for name, picks in fields.items() if any(p.contrasted for p in picks)]
        said += [] if said else fitting.apart(fields, [*map(registry.metrics.__getitem__, self.metrics)], registry, self.notes)
        kept = list(self.base.group_by) if self.base else []
        if self.continuing and not self.slots.adds and any(not is_time(name) for name in said):
            kept = [name for name in kept if is_time(name)]
        if self.continuing and any(is_time(name) for name in said):
            kept = [name for name in kept if not is_time(name)]
        if self.continuing and self.base and (apart := of_each.kept(self.slots, self.base)) is not None:
            kept = apart
        group = list(dict.fromkeys([*kept, *said]))
        return group if group or self.base else self._customary()

    def _column(self, cut: Cut) -> str:
        return at_grain(self.dimension(cut).name, cut.grain, self.lexicon.registry.calendar.fiscal_start)

    def _customary(self) -> list[str]:
        if apart := enlisting.told_one_by_one(self.slots, self.lexicon, self.metrics, self.notes):
            return apart
        metric = self._first
        if metric.default_group_by:
            self.notes.append(
                f"Shown by {', '.join(called(n) for n in metric.default_group_by)}, as is usual for {metric.label}."
            )
        return list(metric.default_group_by)

    def dimension(self, cut: Cut) -> DimensionRef:
        """The dimension that a word means for these metrics: the nearest one they reach."""
        found = [r for r in self.lexicon.reach(*self.metrics) if home(r) in cut.dimensions]
        if not found and (meant := self._longer_name(cut.text)):
            self.notes.append(f"“{cut.text}” is read as {label(meant)}.")
            return meant
        if not found:
            raise self._unreachable(cut.text)
        nearest = self._owned([r for r in found if len(r.path) == len(found[0].path)])
        if len(nearest) == 1 and cut.headed:
            self.notes.append(whose.also_read(cut.text, nearest[0], found))
        if len(nearest) == 1:
            return nearest[0]
        if cut.text in self.taken:
            return next(r for r in nearest if r.name == self.taken[cut.text])
        raise self._two(cut.text, nearest)

    def _owned(self, refs: list[DimensionRef]) -> list[DimensionRef]:
        """ "top customers, with their first names": of equally near ones, that of the thing which the rows are about anyway."""
        known = [{model for model, _ in cut.dimensions} for cut in self.slots.cuts if cut.dimensions]
        sure = set.union(set(), *(homes for homes in known if len(homes) == 1))
        owned = [ref for ref in refs if ref.dimension.model in sure]
        return owned if len(owned) == 1 else refs

    def _longer_name(self, word: str) -> DimensionRef | None:
        """ "stage", for a metric whose only dimension of that name is the trial stage."""
        said = set(words(word))
        found = {home(r): r for r in reversed(self.lexicon.reach(*self.metrics)) if said < set(words(label(r)))}
        return next(iter(found.values())) if len(found) == 1 else None

    def _unreachable(self, word: str, verb: str = "cut by") -> Exit:
        labels = [self.lexicon.registry.metrics[m].label for m in self.metrics]
        known = list(dict.fromkeys(label(r) for r in self.lexicon.reach(*self.metrics) if r.dimension.kind == "categorical"))
        can = f"It can be cut by {', '.join(known[:12])}." if known else "It cannot be cut by anything."
        return stuck("unreachable", f"{' and '.join(labels)} cannot be {verb} “{word}”. {can}")

    def _two(self, word: str, refs: Sequence[DimensionRef]) -> Exit:
        """Ask which of several equally near dimensions is meant; each choice is the whole question."""
        choices: list[tuple[str, MetricQuery]] = []
        for ref in refs[:3]:
            chosen = Builder(
                lexicon=self.lexicon,
                slots=self.slots,
                metrics=self.metrics,
                made=self.made,
                now=self.now,
                base=self.base,
                continuing=self.continuing,
                taken={**self.taken, word: ref.name},
            )
            choices.append((f"{label(ref)} ({called(ref.name)})" if same_label(refs) else label(ref), chosen.build().query))
        return Exit(Ambiguous(word=word, choices=tuple(choices)))

    # --- of which

    def _picks(self) -> dict[str, list[Pick]]:
        """The picks by the field they fall on, each with the values it means there."""
        fields: dict[str, list[Pick]] = {}
        ends: dict[str, set[roles.Role]] = {}
        for pick in self.slots.picks:
            ref = self._field(pick)
            roles.one_end(ref, pick.role, ends.setdefault(ref.name, set()))
            values = tuple(v for v in pick.values if v[:2] == home(ref))
            fields.setdefault(ref.name, []).append(replace(pick, values=values))
        return fields

    def _field(self, pick: Pick) -> DimensionRef:
        homes = {v[:2] for v in pick.values}
        found = [r for r in self.lexicon.reach(*self.metrics) if home(r) in homes]
        if not found:
            raise self._unreachable(pick.text, "narrowed to")
        by_name = {r.name: r for r in found}
        if pick.text in self.taken and self.taken[pick.text] in by_name:
            return by_name[self.taken[pick.text]]
        found = roles.unsought(roles.narrowed(found, pick.role), pick, self.slots)
        found = whose.narrowed(found, pick, self.notes)
        listed = together(self.slots.picks, pick)
        found = [r for r in found if home(r) in listed] or found
        wanted = {home(r) for c in self.slots.cuts for r in found if home(r) in c.dimensions}
        found = self._spelled(pick, [r for r in found if home(r) in wanted], found)
        found = roles.of_its_own(self._shown_before(found), pick, self.notes)
        if len({home(r) for r in found}) > 1 and len({bare(r) for r in found}) > 1:
            raise self._two(pick.text, found)
        nearest = [r for r in found if len(r.path) == len(found[0].path)]
        if len(nearest) > 1:
            raise self._two(pick.text, nearest)
        return nearest[0]

    def _shown_before(self, found: list[DimensionRef]) -> list[DimensionRef]:
        """In a thread that is cut by modality, or narrowed to one, "3d" is the modality, and not that of the skill."""
        base = self.base if self.continuing else None
        known = {*base.group_by, *fields_of(base.where)} if base else set()
        shown = [ref for ref in found if ref.name in known]
        return shown if len(shown) == 1 else found

    @staticmethod
    def _spelled(pick: Pick, wanted: list[DimensionRef], found: list[DimensionRef]) -> list[DimensionRef]:
        """Those that the rows are cut by, unless the value is spelled just so elsewhere only: `events`, not their `event`."""
        exact = {value[:2] for value in pick.values if value[2].casefold() == pick.text.casefold()}
        certain = not exact or any(home(ref) in exact for ref in wanted)
        return wanted if wanted and certain else found

    def _where(self, fields: dict[str, list[Pick]]) -> tuple[Filter, ...]:
        before = self.base.where if self.base and not self.slots.unfilter else ()
        before = filtering.restored(before, self.slots.restored)
        kept = [part for part in before if not (_fields_of(part) & set(fields))]
        said: list[Filter] = []
        for name, picks in fields.items():
            new, adds = rates.conditions(name, picks), self.continuing and self.slots.adds
            said += filtering.joined(before, new, name, self.slots) if adds else new
        said += amounts.conditions(self.slots, self.lexicon, self.metrics, self.notes)
        kept = [part for part in kept if not _fields_of(part) & {name for each in said for name in _fields_of(each)}]
        said += filtering.blank(self.slots, self.dimension, self.notes)
        said += filtering.matched(self.slots, self.dimension, self.notes)
        said += filtering.conditions(self.slots, self.lexicon.reach(*self.metrics), self.notes)
        said += setting.conditions(self.slots, self.metrics, self.lexicon, self.notes)
        return (*kept, *said)

    # --- how many

    def _having(self, group: Sequence[str]) -> tuple[Filter, ...]:
        said = [*(self._bound(bound) for bound in self.slots.bounds), *self._moving()]
        said += enlisting.any_of(self.slots, self.lexicon, self.metrics) if group else []
        kept = [
            part
            for part in (self.base.having if self.base and not self.slots.unfilter else ())
            if not (_fields_of(part) & {f for s in said for f in _fields_of(s)}) and _fields_of(part) <= set(self.numbers)
        ]
        if said and not group:
            first = self.slots.bounds[0].text if self.slots.bounds else self.slots.only_moved and self.slots.only_moved.text
            raise stuck("no_group", f"“{first}” needs something to sort out: say by what, for example “by customer”.")
        return (*kept, *said)

    def _moving(self) -> Iterator[Filter]:
        """ "which regions grew": what went that way, by the first number."""
        if self.slots.only_moved:
            name = self.numbers[0]
            yield from moving.conditions(
                self.slots.only_moved,
                self.registry.metrics[name],
                lambda bound, n: fitting.scaled(bound, n, self.registry.metrics[name]),
                self.notes,
            )

    def _bound(self, bound: Bound) -> Filter:
        name = self._named(bound.mention)
        numbers = [fitting.scaled(bound, number, self.registry.metrics[name]) for number in bound.numbers]
        if bound.op == "between":
            part: Filter = Condition(field=name, op="between", values=tuple(sorted(numbers, key=Decimal)))
            return Not.model_validate({"not": part}) if bound.dropped else part
        op = _OPPOSITE[bound.op] if bound.dropped else bound.op
        return Condition.model_validate({"field": name, "op": op, "values": tuple(numbers)})

    def _named(self, mention: Mention | None) -> str:
        if mention is None:
            if len(self.metrics) > 1 and not self.made:
                self.notes.append(f"The condition is on {self.lexicon.registry.metrics[self.metrics[0]].label}.")
            return self.numbers[0]
        return opposing.in_place_of(next(name for name in self.metrics if name in mention.metrics), self.made)


def _fields_of(part: Filter) -> set[str]:
    return set(fields_of((part,)))
