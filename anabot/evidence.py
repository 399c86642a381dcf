"""What is known about the data now: dbt's build, the newest loads, the golden values. It judges nothing; a badge does."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Mapping

import structlog

from anabot.checks.badge import Evidence
from anabot.checks.golden import prove
from anabot.engine import Engine
from anabot.errors import BadQuery, WarehouseError
from anabot.standing import Standing
from anabot.store import Store

log = structlog.get_logger()


class KnownEvidence:
    """What is known about the data now. Golden values are proved once for each state of registry and warehouse."""

    def __init__(self, standing: Standing, engine: Engine, store: Store) -> None:
        self._standing, self._engine, self._store = standing, engine, store
        self._proving = threading.Lock()

    def __call__(self) -> Evidence:
        """The evidence of this moment. Threads that want it at once prove it once."""
        with self._proving:
            return self._known()

    def _known(self) -> Evidence:
        laws = self._standing.laws
        registry = laws.current.registry
        mark = self._engine.watermark()
        if not mark:
            log.warning("loads.unknown")
            return Evidence(build=laws.build, unknown=True)
        key = f"golden:{registry.version}:{mark}"
        wrong = self._store.notes.get(key)
        if wrong is None:
            found = prove(registry, self._engine)
            for one in found:
                log.warning("golden.wrong", metric=one.metric, expected=str(one.expected), found=one.found)
            wrong = sorted({one.metric for one in found})
            self._store.notes.put(key, wrong)
        return Evidence(build=laws.build, loaded=self._loads(), wrong_golden=frozenset(wrong))

    def _loads(self) -> Mapping[str, dt.datetime]:
        """The newest loads. A log that cannot be read costs the badges and not the answers."""
        try:
            return self._engine.freshness()
        except (WarehouseError, BadQuery) as error:
            log.warning("loads.unknown", reason=str(error))
            return {}
