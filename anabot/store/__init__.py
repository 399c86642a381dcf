"""Ana's own memory: audit, threads, answers, votes, playbook slots and deliveries. Never a row of the warehouse's own tables."""

from __future__ import annotations

from anabot.store.audit import Audit, AuditEntry, Intended
from anabot.store.database import Database
from anabot.store.memory import Answers, Feedback, Notes, SavedAnswer, Seen, Threads
from anabot.store.runs import Deliveries, Delivery, Slot, Slots

__all__ = ["AuditEntry", "Delivery", "Intended", "SavedAnswer", "Slot", "Store"]


class Store:
    """Everything Ana remembers, in one database. Shared by all threads.

    Raises:
        ConfigError: the URL is not one she can use.
        StoreError: from any method, when the database fails.
    """

    def __init__(self, url: str) -> None:
        self._database = Database(url)
        self.audit = Audit(self._database)
        self.seen = Seen(self._database)
        self.threads = Threads(self._database)
        self.answers = Answers(self._database)
        self.feedback = Feedback(self._database)
        self.notes = Notes(self._database)
        self.slots = Slots(self._database)
        self.deliveries = Deliveries(self._database)

    def migrate(self) -> None:
        """Bring the tables to their newest shape. Safe to run from many processes at once."""
        self._database.migrate()

    def current(self) -> bool:
        """Whether the tables have their newest shape: what a readiness check asks."""
        return self._database.current()

    def close(self) -> None:
        """Give back every connection."""
        self._database.close()
