"""Turn one understood reading into an answer: the door, the words, the bridge, the badge, the lineage.

Every number comes from the engine under the grant it is given. It never chooses what was meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from anabot.agent import left_out
from anabot.agent.abreast import abreast
from anabot.agent.causes import say_drivers, shown_drivers, table_of
from anabot.agent.grounding import shown as grounds
from anabot.agent.held import held
from anabot.agent.reply import say
from anabot.agent.understanding import Reading
from anabot.analysis.drivers import drivers
from anabot.analysis.point import at_the_point
from anabot.analysis.reconcile import bridge, bridges_by, metrics_of, unexplained
from anabot.checks.badge import Evidence, bridged, of_made, worst_badge
from anabot.engine import Engine, Intent, Outcome
from anabot.errors import BadQuery, NotAllowed, UnknownName, WarehouseError
from anabot.periods import Period, between_days, label, whole_months
from anabot.semantic.formula_words import column_words
from anabot.semantic.known import as_known, made_of_known, naming_none
from anabot.semantic.over_words import known_of
from anabot.semantic.query import Filter, MetricQuery, Span
from anabot.semantic.registry import Reconciliation, Registry
from anabot.semantic.units import unsaid
from anabot.types import Answer, Bridge, Clock, Grant, Table

_GROUPS = 6  # bridges beside one answer: more is a table that nobody reads


@dataclass(frozen=True, slots=True, kw_only=True)
class Answerer:
    """Answers readings. `evidence` gives what is known about the data now: dbt's build, loads, golden values."""

    engine: Engine
    clock: Clock
    evidence: Callable[[], Evidence]

    def answer(
        self, reading: Reading, registry: Registry, grant: Grant, intent: Intent, named: frozenset[str] | None = None
    ) -> Answer:
        """The answer to one reading. `named` are the metrics that its words may name; without them, those listed for the asker.

        Raises:
            NotAllowed, UnknownName, BadQuery, WarehouseError, StoreError: the engine's own words.
        """
        named = grant.listed if named is None else named
        if reading.ask == "why":
            return self._explained(reading, registry, grant, intent, named)
        run = self._runner(grant, intent)
        asked = at_the_point(reading.query, run, self.clock.now(), registry.calendar, self.engine.loaded)
        outcome = self.engine.run(asked, grant, intent=intent)
        evidence = self.evidence()
        query, shown = outcome.compiled.query, as_known(registry, named)
        whole = all(made_of_known(name, registry, named) for name in query.metrics)
        models = _dbt_models(registry, outcome)
        bridges, unbridged = ([], []) if reading.ask or query.over else self._bridges(query, registry, grant, intent)
        unknown = () if reading.ask or query.over else self._unknown(query, registry, run)
        trust = worst_badge(query.metrics, shown, outcome.compiled.models, evidence, now=self.clock.now())
        return Answer(
            status="answered",
            text=_said(replace(reading, query=asked), outcome, shown),
            query=query.as_json(),
            query_hash=outcome.query_hash,
            table=outcome.table,
            sql=outcome.sql if whole else (),
            models=evidence.build.chain(models) if whole else (),
            lineage=evidence.build.steps(models) if whole else (),
            metrics=query.metrics,
            badge=of_made(bridged(trust, unexplained(bridges)), len(query.made) or int(query.over is not None)),
            as_of=outcome.as_of,
            period=_dates(query, registry),
            assumptions=(
                *naming_none(reading.assumptions, registry, named),
                *_pinned(reading.query, asked),
                *outcome.notes,
                *unbridged,
                *_left_out(outcome.table),
                *unknown,
            ),
            bridges=tuple(bridges),
            chart=reading.chart,
            ask=reading.ask,
            access=_access(grant, registry),
            receipt=outcome.receipt,
            timings_ms={"query": round(outcome.ms, 3)},
        )

    def _unknown(self, query: MetricQuery, registry: Registry, run: Callable[[MetricQuery], Table]) -> tuple[str, ...]:
        """What has no value where values are left out; nothing is said of what may not be asked so."""
        said: list[str] = []
        for field, asked in left_out.unknown(query):
            try:
                said += left_out.words(field, asked, run(asked), registry)
            except (NotAllowed, UnknownName, BadQuery, WarehouseError):
                continue  # the answer stands without it
        return tuple(said)

    def _explained(self, reading: Reading, registry: Registry, grant: Grant, intent: Intent, named: frozenset[str]) -> Answer:
        """What a change is made of; the table, the trust and the receipt are those of the split that tells most."""
        run = self._runner(grant, intent)
        query = at_the_point(reading.query, run, self.clock.now(), registry.calendar, self.engine.loaded)
        found = drivers(query, registry, grant, run)
        by = tuple(split.dimension for split in found.splits[:1])
        split = replace(reading, query=query.model_copy(update={"group_by": by}), ask="")
        answer = self.answer(split, registry, grant, intent, named)
        table = table_of(found) or answer.table or Table(columns=(), rows=())
        text = held(say_drivers(found, query), [shown_drivers(found, query)], table, registry, query.metrics)
        return replace(answer, text=text, table=table, drivers=found, bridges=())

    def _bridges(self, query: MetricQuery, registry: Registry, grant: Grant, intent: Intent) -> tuple[list[Bridge], list[str]]:
        """The bridges that belong to the numbers, under the question's own filters, and why one of them cannot be shown."""
        shown: list[Bridge] = []
        notes: list[str] = []
        if query.period is None:
            return shown, notes
        attached = [name for metric in query.metrics for name in registry.metrics[metric].bridges]
        both_sides = [r.name for r in registry.reconciliations.values() if {r.left[0], r.right[0]} <= set(query.metrics)]
        run = self._runner(grant, intent)
        for name in dict.fromkeys((*both_sides, *attached)):
            reconciliation = registry.reconciliations[name]
            if not set(metrics_of(reconciliation)) <= grant.metrics:
                continue
            try:
                shown.append(bridge(reconciliation, query.period, run, where=query.where))
                if query.group_by and name in both_sides:
                    shown += by_group(reconciliation, query.period, run, query.group_by, query.where)[:_GROUPS]
            except (NotAllowed, UnknownName, BadQuery) as error:
                notes.append(f"“{reconciliation.title}” is not shown as you asked: {error.what}")
        return shown, notes

    def _runner(self, grant: Grant, intent: Intent) -> Callable[[MetricQuery], Table]:
        def run(query: MetricQuery) -> Table:
            return self.engine.run(query, grant, intent=intent).table

        return run


def _said(reading: Reading, outcome: Outcome, registry: Registry) -> str:
    """The sentence, which the rows must bear out; a definition and a list of values have no number of theirs."""
    text, query = say(reading, outcome.table, registry), outcome.compiled.query
    if reading.ask or not query.metrics:
        return text
    found = [grounds(query, outcome.table, registry, as_of=outcome.as_of)]
    return held(text, found, outcome.table, known_of(registry, query), query.numbers)


def by_group(
    reconciliation: Reconciliation, period: Span, run: Callable[[MetricQuery], Table], by: Sequence[str], where: Sequence[Filter]
) -> list[Bridge]:
    """A bridge for each group, named after it.

    Raises:
        UnknownName, BadQuery, NotAllowed: a term that cannot be cut or filtered so.
    """
    found = bridges_by(reconciliation, period, run, by, where=where)
    words = (" · ".join("(none)" if cell is None else str(cell) for cell in group) for group, _ in found)
    return [replace(each, title=f"{each.title}: {said}") for said, (_, each) in zip(words, found, strict=True)]


def together(parts: list[Answer], registry: Registry) -> Answer:
    """Several answers to one sentence, as one: the first carries the whole, each stays whole in `parts`.

    Where their rows are the same things, the whole has one table of them all.
    """
    if len(parts) == 1:
        return parts[0]
    text = "\n".join(part.text for part in parts)
    whole = replace(parts[0], text=text, parts=tuple(parts))
    told = [(MetricQuery.model_validate(part.query), part.table) for part in parts if part.table and _plain(part)]
    table = abreast(told, registry) if len(told) == len(parts) else None
    return replace(whole, table=table, abreast=bool(whole.query and whole.query.get("group_by"))) if table else whole


def _plain(part: Answer) -> bool:
    """Whether an answer is a table and nothing else."""
    return part.status == "answered" and not (part.ask or part.aside or part.drivers or part.bridges)


def timed(answer: Answer, **spans: float) -> Answer:
    """The answer with these milliseconds noted."""
    noted: Mapping[str, Any] = {**answer.timings_ms, **{name: round(ms, 3) for name, ms in spans.items()}}
    return replace(answer, timings_ms=noted)


def _left_out(table: Table) -> tuple[str, ...]:
    """That small groups are not shown, and how many rows are concerned."""
    if not table.suppressed:  # they may be beyond the rows that were asked for
        return (f"Further rows are not shown: {unsaid(table.fewer_than)}.",) if table.fewer_than else ()
    rows = len({row for row, _ in table.suppressed})
    what = f"{rows} of {len(table.rows)} rows" if len(table.rows) > 1 else "The number"
    verb = "are" if rows > 1 and len(table.rows) > 1 else "is"
    return (f"{what} {verb} not shown: {unsaid(table.fewer_than)}.",)


def _dbt_models(registry: Registry, outcome: Outcome) -> list[str]:
    return [registry.models[name].dbt_model for name in outcome.compiled.models]


def _pinned(query: MetricQuery, asked: MetricQuery) -> Iterator[str]:
    """Which days are compared, where only the data could say it."""
    if query != asked and isinstance(asked.compare, Span) and asked.period is not None:
        shown, before = (between_days(Period(span.start, span.end)) for span in (asked.period, asked.compare))
        yield f"Compared up to the same point: {shown} with {before}."


def _access(grant: Grant, registry: Registry) -> str:
    """Who may see this here, and which rows only."""
    said = ((column_words(registry, rule.dimension), " or ".join(rule.values) or "nothing") for rule in grant.rows)
    rows = [f"Only rows where {name} is {values}." for name, values in said]
    return " ".join([grant.reason, *rows]).strip()


def _dates(query: MetricQuery, registry: Registry) -> str:
    """The exact days, after the name of a quarter or a year: `FY26 Q2 (1 May – 31 Jul 2026)`, `28 Sep – 4 Oct 2026`."""
    if query.period is None:
        return ""
    period = Period(query.period.start, query.period.end)
    name, days = label(period, registry.calendar.fiscal_start), between_days(period)
    return f"{name} ({days})" if whole_months(period) in (3, 12) and " to " not in name else days
