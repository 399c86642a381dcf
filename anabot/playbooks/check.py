"""Check playbooks before they can be scheduled: every name, right, template variable and line, all faults at once.

Pure. Each template is rendered once over made-up rows of the right shape, so what would fail on Monday fails here. It runs
no query.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from anabot.access.policy import Decision, Policy
from anabot.errors import AnabotError, Fault, NotAllowed, PlaybookError, UnknownName
from anabot.playbooks.batches import LIST, head_of, part_of
from anabot.playbooks.digest import condition, is_due, known_names, write
from anabot.playbooks.frontmatter import Path, Source
from anabot.playbooks.playbook import EVERY, Batch, Playbook
from anabot.playbooks.rights import decide
from anabot.playbooks.sample import sample_bridge, sample_result
from anabot.playbooks.schedule import next_slot
from anabot.playbooks.spec import read_playbook
from anabot.playbooks.templates import Flaw, parse
from anabot.playbooks.view import Result
from anabot.semantic import compile_query
from anabot.semantic.names import did_you_mean
from anabot.semantic.registry import Registry
from anabot.semantic.resolve import resolve
from anabot.semantic.same_point import pinned
from anabot.types import Directory

_ANY_MOMENT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def check_playbooks(
    files: Mapping[str, str], registry: Registry, policy: Policy, directory: Directory
) -> tuple[Mapping[str, Playbook], tuple[Fault, ...]]:
    """The playbooks of these files (path → text) that have no fault, by name, and the faults of the others."""
    good: dict[str, Playbook] = {}
    faults: list[Fault] = []
    for file, text in sorted(files.items()):
        playbook, source, found = read_playbook(file, text, registry.calendar)
        if playbook is not None and source is not None:
            found = tuple(_Check(playbook, source, registry, policy, directory).all_faults())
        if playbook is not None and playbook.name in good:
            found = (*found, Fault(file, 1, f"`{playbook.name}` is also {good[playbook.name].file}.", todo="Rename one of them."))
        faults += found
        if playbook is not None and not found:
            good[playbook.name] = playbook
    return good, tuple(sorted(set(faults)))


@dataclass(frozen=True, slots=True)
class _Check:
    """One playbook against the registry, the rules and the people in force."""

    playbook: Playbook
    source: Source
    registry: Registry
    policy: Policy
    directory: Directory

    def all_faults(self) -> Iterator[Fault]:
        """Its faults; of one with a batch, those of its list of values and then of a part."""
        batch = self.playbook.batch
        if batch is None:
            yield from self.faults()
            return
        unfit = list(self._batch(batch))
        yield from unfit
        if not unfit:
            yield from replace(self, playbook=part_of(self.playbook, batch, "example")).faults()

    def _batch(self, batch: Batch) -> Iterator[Fault]:
        decision = None if list(self._people()) else self._decision()
        listing = replace(self, playbook=head_of(self.playbook, batch))
        found = listing._query(LIST, decision if isinstance(decision, Decision) else None)
        path: Path = ("batch", "over")
        if isinstance(found, Fault):
            yield self._fault(path, found.what.replace(f"Query `{LIST}`", "`batch`"), why=found.why, todo=found.todo)
        elif any(column.name == batch.over and column.type != "text" for column in found.table.columns):
            yield self._fault(path, f"`{batch.over}` is not text.", todo="Name a dimension whose values are names.")

    def faults(self) -> Iterator[Fault]:
        people = list(self._people())
        yield from people
        yield from self._unknown_bridges()
        yield from self._unknown_sources()
        decision = None if people else self._decision()
        if isinstance(decision, Fault):
            yield decision
            decision = None
        results: dict[str, Result] = {}
        for name in self.playbook.queries:
            found = self._query(name, decision)
            if isinstance(found, Result):
                results[name] = found
            else:
                yield found
        if decision is not None:
            yield from self._hidden_bridges(decision)
        yield from self._words(results)

    def _people(self) -> Iterator[Fault]:
        owner = self.directory.person(self.playbook.owner)
        if owner is None:
            yield self._fault(("owner",), f"The owner `{self.playbook.owner}` is nobody we know.", todo="Name a handle.")
        elif owner.guest or owner.external:
            what = f"The owner `{self.playbook.owner}` is a guest or of another company."
            yield self._fault(("owner",), what, why="They see nothing, so their playbook would say nothing.")
        if self.directory.channel(self.playbook.channel) is None:
            yield self._fault(("channel",), f"There is no channel `#{self.playbook.channel}`.", todo="Name one that Ana is in.")

    def _decision(self) -> Decision | Fault | None:
        owner, channel = self.directory.person(self.playbook.owner), self.directory.channel(self.playbook.channel)
        if owner is None or channel is None:
            return None
        try:
            return decide(self.playbook, self.policy, self.directory, owner, channel)
        except NotAllowed as error:
            return self._fault(("service",), error.what, why=error.why, todo=error.todo)

    def _query(self, name: str, decision: Decision | None) -> Result | Fault:
        """Made-up rows of the query's shape, or why it cannot be asked."""
        path = ("queries", name)
        try:
            calendar = self.registry.calendar
            asked = pinned(self.playbook.queries[name].at(_ANY_MOMENT, calendar), dt.date.max, calendar)
            query = resolve(self.registry, asked)
            hidden = self._hidden(query.metrics, decision)
            if hidden:
                return self._fault(path, f"Query `{name}`: {hidden}", todo="Ask for something else, or speak to the data team.")
            if decision is None:
                return sample_result(name, query, self.registry, ())
            columns = compile_query(self.registry, query, decision.grant).columns
            return sample_result(name, query, self.registry, columns)
        except UnknownName as error:
            return self._fault(path, f"Query `{name}`: {error.what}", why=error.why, todo=_nearest(error) or error.todo)
        except AnabotError as error:
            return self._fault(path, f"Query `{name}`: {error.what}", why=error.why, todo=error.todo)

    def _hidden(self, metrics: tuple[str, ...], decision: Decision | None) -> str:
        if decision is None:
            return ""
        playbook = self.playbook
        whose = f"the service `{playbook.service}`" if playbook.service else f"the owner `{playbook.owner}`"
        for metric in metrics:
            if metric not in decision.own.metrics:
                return f"{whose} may not see `{metric}`."
            if metric not in decision.grant.metrics:
                return f"`{metric}` may not be said in `#{self.playbook.channel}`."
        return ""

    def _unknown_bridges(self) -> Iterator[Fault]:
        for path, name in self._bridges():
            if name not in self.registry.reconciliations:
                todo = did_you_mean(name, self.registry.reconciliations)
                yield self._fault(path, f"There is no reconciliation `{name}`.", todo=todo)

    def _bridges(self) -> Iterator[tuple[Path, str]]:
        yield from ((("bridges", name), name) for name in self.playbook.bridges)
        yield from ((("gates", "reconciliation", name), name) for name in self.playbook.gates.reconciliations)

    def _unknown_sources(self) -> Iterator[Fault]:
        known = {model.source for model in self.registry.models.values()} - {""}
        for name in self.playbook.gates.freshness:
            if name not in known | {EVERY}:
                why = "A gate whose source nobody loads would never open."
                todo = did_you_mean(name, known) or f"The layer's models come from {', '.join(sorted(known)) or 'no source'}."
                yield self._fault(("gates", "freshness", name), f"No model comes from a source `{name}`.", why=why, todo=todo)

    def _hidden_bridges(self, decision: Decision) -> Iterator[Fault]:
        for path, name in self._bridges():
            found = self.registry.reconciliations.get(name)
            if found is not None:
                metrics = (found.left[0], found.right[0], *(metric for metric, _, _ in found.terms))
                hidden = self._hidden(metrics, decision)
                if hidden:
                    yield self._fault(path, f"Bridge `{name}`: {hidden}")

    def _words(self, results: Mapping[str, Result]) -> Iterator[Fault]:
        playbook = self.playbook
        words = parse(playbook.body, file=playbook.file, first_line=playbook.body_line)
        flaws = (words,) if isinstance(words, Flaw) else words.flaws(known_names(playbook))
        for flaw in flaws:
            todo = did_you_mean(flaw.what.split("`")[1], known_names(playbook)) if "no variable" in flaw.what else ""
            yield Fault(playbook.file, flaw.line, f"{flaw.what}.", todo=todo)
        unwell = list(self._condition())
        yield from unwell
        if not flaws and not unwell and len(results) == len(playbook.queries):
            yield from self._rehearsal(results)

    def _condition(self) -> Iterator[Fault]:
        if self.playbook.post_when:
            known = known_names(self.playbook) - {"what_changed"}
            words = condition(self.playbook)
            for what in [words.what] if isinstance(words, Flaw) else [flaw.what for flaw in words.flaws(known)]:
                yield self._fault(("post_when",), f"`post_when`: {what}.", todo="Write it as `total.sales > 1000`.")

    def _rehearsal(self, results: Mapping[str, Result]) -> Iterator[Fault]:
        known = (name for name in self.playbook.bridges if name in self.registry.reconciliations)
        bridges = {name: sample_bridge(self.registry.reconciliations[name]) for name in known}
        slot = next_slot(self.playbook.name, self.playbook.schedule, _ANY_MOMENT)
        if len(bridges) < len(self.playbook.bridges) or any(not result.table.columns for result in results.values()):
            return
        try:
            is_due(self.playbook, results, bridges, slot)
        except PlaybookError as error:
            yield self._fault(("post_when",), f"`post_when`: {error.what}", why=error.why, todo=error.todo)
        try:
            write(self.playbook, results, bridges, slot)
        except PlaybookError as error:
            yield Fault(self.playbook.file, error.line or self.playbook.body_line, error.what, why=error.why, todo=error.todo)

    def _fault(self, path: Path, what: str, *, why: str = "", todo: str = "") -> Fault:
        return Fault(self.playbook.file, self.source.line(path), what, why, todo)


def _nearest(error: UnknownName) -> str:
    return f"Did you mean {' or '.join(f'`{name}`' for name in error.nearest)}?" if error.nearest else ""
