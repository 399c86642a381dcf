"""One playbook run, from a slot's time to a digest ready to post.

It reads like the plan: whose rights it has and who reads it → what both may see → the door, once per query → the words.
Everything is anchored on the slot's time, so a run on Thursday says what Monday's said. It never posts and reads no clock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

import structlog

from anabot.access.policy import Policy
from anabot.analysis.point import at_the_point
from anabot.analysis.reconcile import unexplained
from anabot.before import what_changed
from anabot.charts import chart_png
from anabot.checks.badge import bridged
from anabot.engine import Engine, Intent, Outcome
from anabot.errors import AnabotError, PlaybookError, PlaybookHeld, PlaybookSkipped, StoreError
from anabot.gatekeeping import Gatekeeper
from anabot.lineage.dbt import DbtBuild
from anabot.narrating import Narrator, Told
from anabot.playbooks.batches import LIST, all_figures, each, head_of, listed_words, none_of, part_of, values_of, within
from anabot.playbooks.digest import Provenance, footer, is_due, write
from anabot.playbooks.opening import opened
from anabot.playbooks.playbook import Named, Playbook, span_of
from anabot.playbooks.restate import Origin, figures
from anabot.playbooks.rights import decide
from anabot.playbooks.schedule import Slot, slot_at
from anabot.playbooks.view import Result, compared, span
from anabot.semantic.definitions import definition_hash
from anabot.semantic.query import MetricQuery, Span
from anabot.semantic.registry import Registry
from anabot.semantic.resolve import compared_period
from anabot.types import Badge, Bridge, Digest, Directory, Grant, Receipt, Table

log = structlog.get_logger()

Run = Callable[[MetricQuery], Table]
_T = TypeVar("_T")


class InForce(Protocol):
    """The registry and the policy as they are at this moment."""

    @property
    def registry(self) -> Registry:
        """What the data team has defined."""

    @property
    def policy(self) -> Policy:
        """Who may see what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """Runs playbooks. `bridge` computes a reconciliation by name through the run it is given; `badge` judges an outcome.

    `build` gives dbt's build as it is now, which gates ask for.
    """

    current: Callable[[], InForce]
    engine: Engine
    directory: Directory
    bridge: Callable[[str, Span, Run], Bridge]
    badge: Callable[[Outcome], Badge]
    draw: Callable[..., bytes] = chart_png
    build: Callable[[], DbtBuild] = DbtBuild
    narrator: Narrator | None = None

    def run(self, playbook: Playbook, at: dt.datetime, *, dry_run: bool = False) -> Digest:
        """The digest of `playbook` as of the aware instant `at`.

        The same data gives the same bytes, whenever it is called and however often. A dry run differs in the record only.

        Raises:
            PlaybookHeld: a gate is closed, or nobody knows whether it is. Nothing else is wrong.
            PlaybookSkipped: its own condition does not hold.
            PlaybookError: nobody owns it, nobody reads it, a query or a bridge failed, or a value is missing. Says which.
        """
        slot, registry = slot_at(playbook.name, playbook.schedule, at), self.current().registry
        grant, intent = self._grant(playbook), self._intent(playbook, slot, dry_run)
        with _heard(playbook, grant):
            Gatekeeper(engine=self.engine, build=self.build).before(playbook, slot, registry, grant)
            digest = self._whole(playbook, slot, lambda: _Asking(self.engine, grant, intent))
        log.info("playbook.ran", playbook=playbook.name, slot=slot.key, receipts=len(digest.receipts), dry_run=dry_run)
        return digest

    def _whole(self, playbook: Playbook, slot: Slot, afresh: Callable[[], _Asking]) -> Digest:
        """The digest; of a batch, its list of values with each value's own as a part. What has nothing to post is no part."""
        if playbook.batch is None:
            return self._digest(playbook, slot, afresh())
        head, asking, parts, state = head_of(playbook, playbook.batch), afresh(), dict[str, Digest](), self.state()
        listed = self._result(head, LIST, slot, self.current().registry, asking)
        values = values_of(listed, playbook.batch)
        if not values and not playbook.post_when:
            return self._digest(none_of(playbook, playbook.batch), slot, afresh())
        for value in values:
            with suppress(PlaybookSkipped):
                parts[value] = self._digest(part_of(playbook, playbook.batch, value), slot, afresh())
        if not parts:
            raise PlaybookSkipped(f"{playbook.name} has nothing to post: none of its parts has.")
        first = self._digest(head, slot, asking, {LIST: listed})
        said = {"": first, **parts}
        receipts = tuple(dict.fromkeys(receipt for one in said.values() for receipt in one.receipts))
        words, posted = (
            listed_words(first.markdown, listed, len(parts)),
            all_figures(state, ((v, d.posted) for v, d in said.items())),
        )
        return replace(first, markdown=words, parts=tuple(parts.values()), receipts=receipts, posted=posted)

    def _digest(self, playbook: Playbook, slot: Slot, asking: _Asking, known: Mapping[str, Result] | None = None) -> Digest:
        registry, state = self.current().registry, self.state()
        results = known or {name: self._result(playbook, name, slot, registry, asking) for name in playbook.queries}
        bridges = {name: self._bridge(playbook, name, when, slot, asking) for name, when in playbook.bridges.items()}
        held = playbook.gates.reconciliations
        gates = Gatekeeper(engine=self.engine, build=self.build)
        gates.after(playbook, results, lambda name: self._bridge(playbook, name, held[name], slot, asking))
        if not _about(playbook, "`post_when`", lambda: is_due(playbook, results, bridges, slot)):
            raise PlaybookSkipped(f"{playbook.name} has nothing to post: `{playbook.post_when}` does not hold.")
        changed = _about(playbook, "what changed", lambda: what_changed(playbook, slot, results, registry.calendar, asking.look))
        words = _about(playbook, "its words", lambda: write(playbook, results, bridges, slot, changed))
        charts = {name: self._chart(playbook, name, results, registry) for name in words.charts}
        opening = self._opening(playbook, slot, results, asking)
        origin = self._origin(playbook, asking, tuple(bridges.values()), opening)
        return Digest(
            title=playbook.title,
            markdown=opened(words.markdown, opening) + footer(playbook, results, origin, playbook.schedule.zone),
            charts=charts,
            files=words.files,
            receipts=origin.receipts,
            posted=figures(results, self._origins(playbook, asking), slot.at, slot.local.date(), state),
        )

    def again(
        self, playbook: Playbook, at: dt.datetime, parts: Sequence[str] = ()
    ) -> tuple[Mapping[str, Result], Mapping[str, Origin], dt.date]:
        """What its queries give now as of the instant `at`, where that comes from, and the slot's local day.

        Of a batch, its list and the parts of these values are asked, each under its own name (see `playbooks.batches`).

        Raises:
            As `run`.
        """
        slot = slot_at(playbook.name, playbook.schedule, at)
        registry, grant, intent = self.current().registry, self._grant(playbook), self._intent(playbook, slot, dry_run=False)
        Gatekeeper(engine=self.engine, build=self.build).before(playbook, slot, registry, grant)
        results, origins = dict[str, Result](), dict[str, Origin]()
        for value, one in each(playbook, parts):
            asking = _Asking(self.engine, grant, intent)
            results |= within(value, {name: self._result(one, name, slot, registry, asking) for name in one.queries})
            origins |= within(value, self._origins(one, asking))
        return results, origins, slot.local.date()

    def state(self) -> str:
        """A word for the data and the definitions as they now stand."""
        return f"{self.engine.watermark()}:{self.current().registry.version}"

    def _origins(self, playbook: Playbook, asking: _Asking) -> Mapping[str, Origin]:
        """By query: they were asked first, in their order."""
        registry = self.current().registry
        return {
            name: Origin(
                definition=definition_hash(registry, outcome.compiled.metrics, outcome.compiled.models),
                as_of=outcome.as_of,
                receipt=outcome.receipt,
            )
            for name, outcome in zip(playbook.queries, asking.outcomes, strict=False)
        }

    def _grant(self, playbook: Playbook) -> Grant:
        self.directory.renew(playbook.channel)  # who reads along is who reads along now
        owner, channel = self.directory.person(playbook.owner), self.directory.channel(playbook.channel)
        # A directory that is asked elsewhere may be silent for a moment.
        if owner is None:
            what = f"{playbook.name} is owned by {playbook.owner}, who is not in the directory."
            raise PlaybookError(what, todo=f"Name an owner in {playbook.file}.", passing=True)
        if channel is None:
            what = f"{playbook.name} goes to #{playbook.channel}, which Ana cannot find."
            why = "It may be archived, have another name by now, or be without her."
            raise PlaybookError(what, why=why, todo="Invite her there, or give the playbook another channel.", passing=True)
        policy = self.current().policy
        return _about(playbook, "its rights", lambda: decide(playbook, policy, self.directory, owner, channel).grant)

    def _intent(self, playbook: Playbook, slot: Slot, dry_run: bool) -> Intent:
        return Intent(
            question_id=f"{playbook.name}@{slot.key}",
            actor=playbook.owner,
            place=f"playbook:{playbook.name}",
            kind="playbook",
            text="dry run" if dry_run else "",
        )

    def _result(self, playbook: Playbook, name: str, slot: Slot, registry: Registry, asking: _Asking) -> Result:
        planned = playbook.queries[name]
        query = _about(
            playbook,
            f"query `{name}`",
            lambda: at_the_point(
                planned.at(slot.at, registry.calendar), asking.look, slot.at, registry.calendar, self.engine.loaded
            ),
        )
        outcome = _about(playbook, f"query `{name}`", lambda: asking.ask(query))
        return Result(
            name=name,
            table=outcome.table,
            metrics=outcome.compiled.query.metrics,
            period=span(query.period),
            previous=compared_period(query),
            fiscal_start=registry.calendar.fiscal_start,
        )

    def _bridge(self, playbook: Playbook, name: str, when: Named | Span, slot: Slot, asking: _Asking) -> Bridge:
        days = span_of(when, slot.at, self.current().registry.calendar)
        return _about(playbook, f"bridge `{name}`", lambda: self.bridge(name, days, lambda query: asking.ask(query).table))

    def _chart(self, playbook: Playbook, name: str, results: Mapping[str, Result], registry: Registry) -> bytes:
        chart = playbook.charts[name]
        table = _plain(results[chart.query].table)
        fiscal_start = registry.calendar.fiscal_start
        return self.draw(table, chart.kind, title=chart.title, fiscal_start=fiscal_start)

    def _opening(self, playbook: Playbook, slot: Slot, results: Mapping[str, Result], asking: _Asking) -> str:
        """A model's words for it, or "" where its own stand."""
        if not playbook.narrate or self.narrator is None or all(result.empty for result in results.values()):
            return ""
        found, registry = dict(zip(playbook.queries, asking.outcomes, strict=False)), self.current().registry
        told = Told(
            playbook=playbook,
            slot=slot.key,
            outcomes=found,
            grant=asking.grant,
            registry=registry,
            dry_run=bool(asking.intent.text),
        )
        return self.narrator.words(told)

    def _origin(self, playbook: Playbook, asking: _Asking, bridges: Sequence[Bridge], opening: str) -> Provenance:
        ages = [outcome.as_of for outcome in asking.outcomes if outcome.as_of is not None]
        # The queries were asked first, in their order; what follows are the terms of bridges.
        badges = {
            name: bridged(self.badge(outcome), unexplained(_touching(bridges, outcome.compiled.query.metrics)))
            for name, outcome in zip(playbook.queries, asking.outcomes, strict=False)
        }
        return Provenance(
            as_of=min(ages, default=None),
            badges=badges,
            receipts=tuple(dict.fromkeys(Receipt(outcome.receipt) for outcome in asking.outcomes)),
            brain=self.narrator.brain if self.narrator and opening else "",
        )


@dataclass(frozen=True, slots=True)
class _Asking:
    """The door for one run: one grant, one intent, and everything that was asked."""

    engine: Engine
    grant: Grant
    intent: Intent
    outcomes: list[Outcome] = field(default_factory=list)

    def look(self, query: MetricQuery) -> Table:
        """Ask what nobody will read."""
        return self.engine.run(query, self.grant, intent=self.intent).table

    def ask(self, query: MetricQuery) -> Outcome:
        outcome = self.engine.run(query, self.grant, intent=self.intent)
        self.outcomes.append(outcome)
        return outcome


@contextmanager
def _heard(playbook: Playbook, grant: Grant) -> Iterator[None]:
    """Say which of its metrics may not be said in its channel, once the door has refused one of them, on record."""
    hidden = sorted({metric for planned in playbook.queries.values() for metric in planned.query.metrics} - grant.metrics)
    try:
        yield
    except (PlaybookHeld, StoreError):
        raise
    except AnabotError as error:
        if not hidden:
            raise
        what = f"{playbook.name} may not say {', '.join(f'`{name}`' for name in hidden)} in #{playbook.channel}."
        todo = "Give it another channel, or ask whoever answers for this one and for its owner's rights in access.yml."
        raise PlaybookError(what, why=grant.reason, todo=todo) from error


def _touching(bridges: Sequence[Bridge], metrics: Sequence[str]) -> list[Bridge]:
    """The bridges that any of these metrics is a side or a term of."""
    return [each for each in bridges if {metric for _, _, metric in each.lines} & set(metrics)]


def _about(playbook: Playbook, what: str, does: Callable[[], _T]) -> _T:
    try:
        return does()
    except StoreError:
        raise  # it says nothing about the playbook
    except AnabotError as error:
        line = error.line if isinstance(error, PlaybookError) else 0
        place = f"{what} failed on line {line} of {playbook.file}" if line else f"{what} failed"
        words = f"{playbook.name} cannot run: {place}. {error.what}"
        raise PlaybookError(words, why=error.why, todo=error.todo, line=line, passing=error.passing) from error


def _plain(table: Table) -> Table:
    """The table without what a comparison has added: a picture shows the metrics themselves."""
    keep = [index for index, column in enumerate(table.columns) if compared(column.name) is None]
    rows = tuple(tuple(row[index] for index in keep) for row in table.rows)
    return replace(table, columns=tuple(table.columns[index] for index in keep), rows=rows)
