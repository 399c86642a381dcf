"""Ana's own memory: audit, threads, answers, votes, playbook slots and deliveries. Never a row of the warehouse's own tables."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from anabot.config import Settings
from anabot.store.audit import FORGOTTEN, Audit, AuditEntry, Intended
from anabot.store.beats import Beats
from anabot.store.changes import Change, Changes, Proposal, Proposals
from anabot.store.checkpoints import Checkpoints
from anabot.store.database import Database
from anabot.store.deliveries import Deliveries, Delivery
from anabot.store.demands import Demands
from anabot.store.examining import Examined, Tampering, examine
from anabot.store.forgetting import Forgotten, forget
from anabot.store.keys import PeopleKeys
from anabot.store.lessons import Lessons
from anabot.store.memory import Answers, Feedback, Notes, SavedAnswer, Seen, Threads
from anabot.store.openings import Openings
from anabot.store.posted import Posted, PostedFigures
from anabot.store.requests import Requests
from anabot.store.sealing import Sealing
from anabot.store.slots import NewSlot, Slot, Slots
from anabot.store.spending import Spending
from anabot.store.vault import Vault

__all__ = [
    "FORGOTTEN", "LOCAL", "AuditEntry", "Change", "Delivery", "Examined", "Forgotten", "Intended", "NewSlot", "Proposal",
    "Posted", "SavedAnswer", "Slot", "Store", "Tampering", "open_store",
]  # fmt: skip
LOCAL = "local"


class Store:
    """Everything Ana remembers, in one database. Shared by all threads.

    `checkpoints` is the folder of what is signed about the record; without one it is beside a SQLite file, or `var/checkpoints`.
    `key` is the key that signs (see `Vault`), and `workspace` says whose chain this process writes.

    Raises:
        ConfigError: the URL is not one she can use.
        StoreError: from any method, when the database fails.
    """

    def __init__(
        self, url: str, *, checkpoints: Path | None = None, key: str = "", workspace: Callable[[], str] = lambda: LOCAL
    ) -> None:
        self._database = Database(url)
        folder = checkpoints or self._database.folder / "checkpoints"
        self.vault = Vault(folder, key)
        self._checkpoints = Checkpoints(folder, self._database.name, self.vault)
        self._keys = PeopleKeys(self._database, self.vault)
        self._sealing = Sealing(self._database, self._checkpoints)
        self.audit = Audit(self._database, self._keys, self._sealing, workspace)
        self.seen = Seen(self._database)
        self.threads = Threads(self._database)
        self.answers = Answers(self._database)
        self.feedback = Feedback(self._database)
        self.notes = Notes(self._database)
        self.requests = Requests(self._database)
        self.lessons = Lessons(self._database, self._keys)
        self.demands = Demands(self._database, self._keys)
        self.slots = Slots(self._database)
        self.beats = Beats(self._database)
        self.deliveries = Deliveries(self._database)
        self.spending = Spending(self._database)
        self.posted = PostedFigures(self._database, self._keys)
        self.openings = Openings(self._database, self._keys)
        self.changes = Changes(self._database)
        self.proposals = Proposals(self._database)

    @property
    def folder(self) -> Path:
        """Where files beside the database belong."""
        return self._database.folder

    def migrate(self) -> None:
        """Bring the tables to their newest shape. Safe to run from many processes at once."""
        self._database.migrate()

    def current(self) -> bool:
        """Whether the tables have their newest shape: what a readiness check asks."""
        return self._database.current()

    def examine(self) -> tuple[Examined, ...]:
        """The record examined, one chain a workspace: what somebody did to it, and what no checkpoint vouches for yet."""
        return examine(self._database, self._checkpoints)

    def seal(self) -> int:
        """Sign and write a checkpoint of every chain that has grown. Returns how many."""
        return self._sealing.seal()

    def forget(self, actors: Collection[str]) -> Forgotten:
        """Forget what was said under these ids: drop their keys, delete what lay in clear. The chain still holds."""
        return forget(self._database, self._keys, actors)

    def close(self) -> None:
        """Take the last checkpoint and give back every connection."""
        self._sealing.close()
        self._database.close()


def open_store(settings: Settings, workspace: Callable[[], str] = lambda: LOCAL) -> Store:
    """The store that the settings name."""
    key = settings.audit_key.get_secret_value()
    return Store(settings.store_url, checkpoints=settings.checkpoints, key=key, workspace=workspace)
