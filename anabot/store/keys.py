"""A key for each person, under which their words are kept. Dropping the key forgets the words wherever they lie.

Keys lie in the database, wrapped by the vault's key, which does not. It never keeps a key that the database has dropped.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable, Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, bindparam, delete, select

from anabot.store import tables
from anabot.store.database import Database, now_text
from anabot.store.memory import insert_new
from anabot.store.vault import Vault, opened, seal

_MOST_HELD = 10_000
_OF = select(tables.people_keys.c.key, tables.people_keys.c.wrapped).where(tables.people_keys.c.actor == bindparam("who"))


class PeopleKeys:
    """The keys of all people. Every use asks the database first whether the key is still there."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault
        self._held: dict[tuple[str, str], AESGCM] = {}

    def seal(self, connection: Connection, actor: str, text: str, label: str) -> tuple[str, str]:
        """The text under the actor's key, which is made if there is none: (the key's id, what is sealed)."""
        key, wrapped = self._of(connection, actor)
        return key, seal(self._unwrapped(key, wrapped), text.encode("utf-8", "surrogatepass"), label)

    def wrapped(self, connection: Connection, keys: Iterable[str]) -> Mapping[str, str]:
        """Id → wrapped key, of those that are still there."""
        table = tables.people_keys
        return {row.key: row.wrapped for row in connection.execute(select(table).where(table.c.key.in_(set(keys))))}

    def open(self, key: str, wrapped: str, sealed: str, label: str) -> str | None:
        """What was sealed, or None where somebody touched it."""
        try:
            return opened(self._unwrapped(key, wrapped), sealed, label).decode("utf-8", "surrogatepass")
        except InvalidTag:
            return None

    def drop(self, connection: Connection, actor: str) -> int:
        """Drop the actor's key. Returns how many there were. What they say next is kept under a new one."""
        self._held.clear()
        return connection.execute(delete(tables.people_keys).where(tables.people_keys.c.actor == actor)).rowcount

    def _of(self, connection: Connection, actor: str) -> tuple[str, str]:
        found = connection.execute(_OF, {"who": actor}).first()
        if found is None:
            key = str(uuid.uuid4())
            row = {"actor": actor, "key": key, "at": now_text(), "wrapped": self._vault.wrap(secrets.token_bytes(32), key)}
            insert_new(self._database, connection, tables.people_keys, row)
            found = connection.execute(_OF, {"who": actor}).one()  # another process may have been first
        return found.key, found.wrapped

    def _unwrapped(self, key: str, wrapped: str) -> AESGCM:
        held = self._held.get((key, wrapped))
        if held is None:
            held = AESGCM(self._vault.unwrap(wrapped, key))
            if len(self._held) >= _MOST_HELD:
                self._held.clear()
            self._held[key, wrapped] = held
        return held
