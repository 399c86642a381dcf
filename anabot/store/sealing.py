"""When checkpoints are taken: after so many links, after so long, and when the house closes. They are taken beside the questions.

What has been written since the last one is the window in which a cut tail cannot be told from one that never was.
"""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import structlog
from sqlalchemy import Row

from anabot.errors import AnabotError
from anabot.store import chain
from anabot.store.checkpoints import Checkpoints
from anabot.store.database import Database

log = structlog.get_logger()
EVERY_LINKS = 100
EVERY = dt.timedelta(minutes=5)


class Sealing:
    """Takes the checkpoints of one database. Several processes may: what one has sealed the others leave."""

    def __init__(self, database: Database, checkpoints: Checkpoints) -> None:
        self._database, self.checkpoints = database, checkpoints
        self._guard = threading.Lock()
        self._since = 0
        self._timer: threading.Timer | None = None
        self._closed = False

    def noticed(self) -> None:
        """A link was written."""
        with self._guard:
            self._since += 1
            if self._closed or (self._timer is not None and self._since != EVERY_LINKS):
                return
            if self._timer is not None:
                self._timer.cancel()
            wait = 0.0 if self._since >= EVERY_LINKS else EVERY.total_seconds()
            self._timer = threading.Timer(wait, self._due)
            self._timer.daemon = True
            self._timer.start()

    def seal(self) -> int:
        """Take a checkpoint of every chain that has grown. Returns how many.

        Raises:
            StoreError: the folder or the database does not let her.
        """
        with self._guard:
            self._since = 0
            if self._timer is not None:
                self._timer.cancel()
            self._timer = None
        with self._database.read() as connection:
            chains = chain.workspaces(connection)
        return sum(self._seal(workspace) for workspace in chains)

    def close(self) -> None:
        """Take the last checkpoints, if anything was written since. What does not work is logged: the record itself stands."""
        with self._guard:
            self._closed, written = True, self._since
        if written:
            self._due()

    def _due(self) -> None:
        try:
            self.seal()
        except AnabotError as error:
            log.error("audit.not_sealed", reason=str(error))

    def _seal(self, workspace: str) -> int:
        with self._database.write() as connection:
            chain.lock(self._database, connection, workspace)
            last: Row[Any] | None = chain.last_link(connection, workspace)
            if last is None or last.event == "checkpoint":
                return 0
            self._database.sync()  # no power cut may leave fewer links than are signed for
            # Written before the link that names it: a crash between the two leaves a checkpoint more, and never one too few.
            made = self.checkpoints.add(workspace, last.seq, last.hash)
            named = {"entry": f"checkpoint-{made.number}", "event": "checkpoint", "kind": "audit", "actor": "ana"}
            ends = {"place": "store", "status": "sealed", "rows": made.number, "result_hash": made.digest}
            chain.append(self._database, connection, workspace, {**named, **ends})
        return 1
