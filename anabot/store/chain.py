"""The chain itself: each link carries the hash of the one before, one chain a workspace, one writer at a time over all processes.

It never updates or deletes a link.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, text

from anabot.store import tables
from anabot.store.database import CHAIN_LOCK, Database, now_text, to_json

GENESIS = "0" * 64
NEWEST = 2
END = "/end"  # after a link's entry: what its outcome says
# What the hash of a link of the first version covers; everything else must be as empty as it was when the columns came.
_FIRST = frozenset({
    "seq", "at", "entry", "event", "kind", "question_id", "actor", "place", "access", "metrics", "query_hash", "sql_hash",
    "receipt", "status", "reason", "rows", "ms", "result_hash", "words_hash", "prev",
})  # fmt: skip
_SINCE = {
    "workspace": "local", "why": "", "registry": "", "definition": "", "data": "", "sources": "{}", "tokens": 0, "cost_usd": "0",
}  # fmt: skip
EMPTY: Mapping[str, Any] = {
    **_SINCE, "query_hash": "", "sql_hash": "", "receipt": "", "access": "", "metrics": "[]", "question_id": "", "reason": "",
    "rows": 0, "ms": 0.0, "result_hash": "", "words_hash": "",
}  # fmt: skip
_ends = (
    select(tables.audit.c.seq, tables.audit.c.hash, tables.audit.c.event)
    .order_by(tables.audit.c.seq.desc())
    .limit(1)
)  # fmt: skip


_WRITE = insert(tables.audit)  # made once: SQLAlchemy takes longer to make it than SQLite to do it
_LAST = _ends.where(tables.audit.c.workspace == bindparam("chain"))


def lock(database: Database, connection: Connection, workspace: str) -> None:
    """Be the chain's only writer until the transaction ends."""
    if database.is_postgres:  # SQLite's writer is alone from the start of its transaction
        keys = {"chain": CHAIN_LOCK, "workspace": workspace}
        connection.execute(text("SELECT pg_advisory_xact_lock(:chain, hashtext(:workspace))"), keys)


def workspaces(connection: Connection) -> Sequence[str]:
    """The workspaces that have a chain."""
    link = tables.audit.c
    return connection.execute(select(link.workspace).group_by(link.workspace)).scalars().all()


def last_link(connection: Connection, workspace: str) -> Row[Any] | None:
    """The seq, hash and event of the newest link, or None."""
    return connection.execute(_LAST, {"chain": workspace}).first()


def append(database: Database, connection: Connection, workspace: str, link: Mapping[str, Any]) -> int:
    """Add one link. Returns its number."""
    lock(database, connection, workspace)
    last = last_link(connection, workspace)
    seq, prev = (last.seq + 1, last.hash) if last else (1, GENESIS)
    full = {**EMPTY, **link, "workspace": workspace, "seq": seq, "version": NEWEST, "at": now_text(), "prev": prev}
    connection.execute(_WRITE, {**full, "hash": link_hash(full)})
    return seq


def link_hash(link: Mapping[str, Any]) -> str:
    """The hash that the link should carry."""
    if link["version"] == 1:
        body = {name: link[name] for name in _FIRST}
    else:
        body = {name: value for name, value in link.items() if name != "hash"}
    return hashlib.sha256(to_json(body).encode()).hexdigest()


def sound(link: Mapping[str, Any]) -> bool:
    """Whether the link is as it was written."""
    first = link["version"] == 1
    return link["hash"] == link_hash(link) and not (first and any(link[name] != empty for name, empty in _SINCE.items()))


def words_hash(row: Mapping[str, Any]) -> str:
    """The hash that a link carries of the words beside it; of what is sealed, it tells nothing about them."""
    body = row["words"] if row["key"] else f"{row['salt']}{row['words']}"
    return hashlib.sha256(body.encode()).hexdigest()
