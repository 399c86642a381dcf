"""Look up what a playbook's gates ask for, and hold the playbook back where one is closed.

Loads are asked through the door; dbt's verdicts are read from the files its last run wrote, anew each time they change. What
cannot be read, or is not known, closes the gate. It never posts and reads no clock.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from anabot.analysis.reconcile import metrics_of, unexplained
from anabot.engine import Engine
from anabot.errors import AnabotError, BadQuery, ConfigError, PlaybookHeld, WarehouseError
from anabot.lineage.dbt import DbtBuild
from anabot.playbooks.gates import Known, after, before, worst_by_source
from anabot.playbooks.playbook import EVERY, Playbook
from anabot.playbooks.schedule import Slot
from anabot.playbooks.view import Result
from anabot.semantic.catalog import catalog_of
from anabot.semantic.registry import Registry
from anabot.semantic.same_point import pinned
from anabot.types import Bridge, Grant

_FILES = ("manifest.json", "run_results.json", "sources.json")


class LastBuild:
    """dbt's build as its files say now: read again whenever one of them has changed."""

    def __init__(self, target: Path | None) -> None:
        self._target, self._lock = target, threading.Lock()
        self._kept: tuple[tuple[object, ...], DbtBuild] | None = None

    def __call__(self) -> DbtBuild:
        """The build.

        Raises:
            ConfigError: a file of it cannot be read.
        """
        if self._target is None:
            return DbtBuild()
        with self._lock:
            seen = tuple(_stamp(self._target / name) for name in _FILES)
            if self._kept is None or self._kept[0] != seen:
                self._kept = (seen, DbtBuild.read(self._target))
            return self._kept[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gatekeeper:
    """Holds playbooks back. `build` gives dbt's build of this moment."""

    engine: Engine
    build: Callable[[], DbtBuild]

    def before(self, playbook: Playbook, slot: Slot, registry: Registry, grant: Grant) -> None:
        """Look at what must hold before anything is asked.

        Raises:
            PlaybookHeld: with every gate that is closed.
            AnabotError: a query cannot be compiled under the grant.
        """
        gates = playbook.gates
        if not gates.freshness and not gates.dbt_tests:
            return
        all_of_it = gates.dbt_tests or EVERY in gates.freshness
        read = self._models(playbook, slot, registry, grant) if all_of_it else frozenset[str]()
        build, fault = self._build()
        known = Known(
            sources=frozenset(registry.models[name].source for name in read),
            loaded=self._loads(build),
            unproved=_unproved(build, fault, registry, read) if gates.dbt_tests else (),
            tested_at=build.tested_at,
        )
        closed = before(gates, known, slot, playbook.schedule.zone)
        if closed:
            raise PlaybookHeld(playbook.name, closed)

    def after(self, playbook: Playbook, results: Mapping[str, Result], bridge: Callable[[str], Bridge]) -> None:
        """Look at what was found. `bridge` computes a reconciliation by its name.

        Raises:
            PlaybookHeld: with every gate that is closed.
        """
        residuals = {name: _residual(name, bridge) for name in playbook.gates.reconciliations}
        closed = after(playbook.gates, results, residuals)
        if closed:
            raise PlaybookHeld(playbook.name, closed)

    def _models(self, playbook: Playbook, slot: Slot, registry: Registry, grant: Grant) -> frozenset[str]:
        """The semantic models that its queries and bridges read."""
        bridges = {**playbook.bridges, **playbook.gates.reconciliations}.keys() & registry.reconciliations.keys()
        metrics = {metric for name in bridges for metric in metrics_of(registry.reconciliations[name])}
        found = {leaf.model for metric in metrics for leaf in catalog_of(registry).leaves(metric) if leaf.model}
        for planned in playbook.queries.values():
            query = pinned(planned.at(slot.at, registry.calendar), dt.date.max, registry.calendar)
            found.update(self.engine.preview(query, grant)[0].models)
        return frozenset(found)

    def _build(self) -> tuple[DbtBuild, str]:
        try:
            return self.build(), ""
        except ConfigError as error:
            return DbtBuild(), error.what.rstrip(".")

    def _loads(self, build: DbtBuild) -> Mapping[str, dt.datetime | None]:
        """The newest load of each source. Where both dbt and the log know it, the worse counts, unless dbt looked before it."""
        try:
            log: Mapping[str, dt.datetime] = self.engine.freshness()
        except (WarehouseError, BadQuery):
            log = {}
        told = worst_by_source((name.partition(".")[0], at) for name, at in build.loaded.items())
        found: dict[str, dt.datetime | None] = {**told, **log}
        for source in told.keys() & log.keys():
            if build.looked_at is None or build.looked_at >= log[source]:
                at = told[source]
                found[source] = None if at is None else min(at, log[source])
        return found


def _unproved(build: DbtBuild, fault: str, registry: Registry, models: Iterable[str]) -> tuple[str, ...]:
    if fault:
        return (fault,)
    if build.raw is None:
        return ("no build of dbt is known here",)
    return build.unproved(sorted({registry.models[name].dbt_model for name in models}))


def _residual(name: str, bridge: Callable[[str], Bridge]) -> str:
    """Why the bridge does not close, or "". One that cannot be computed does not."""
    try:
        return "; ".join(unexplained([bridge(name)]))
    except AnabotError:
        return "it cannot be computed"


def _stamp(file: Path) -> object:
    try:
        found = file.stat()
        return found.st_mtime_ns, found.st_size, found.st_ino
    except OSError:
        return None
