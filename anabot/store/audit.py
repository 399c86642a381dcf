"""The record of every look: an intent before, an outcome after, refusals, each a link of one hash chain.

Stamps come from the real clock. What people said lies in a side table, tied to its link by a salted hash, so that it can be
forgotten without breaking the chain. It never updates or deletes a link.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, text

from anabot.store import tables
from anabot.store.database import CHAIN_LOCK, Database, now_text, to_json

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Intended:
    """What is about to be done, by whom, where, and under which grant. `words` and `query` go to the side table."""

    question_id: str
    actor: str
    place: str
    kind: str = "question"
    words: str = ""
    query: Mapping[str, Any] | None = None
    metrics: tuple[str, ...] = ()
    access: str = ""  # the grant's fingerprint
    query_hash: str = ""
    sql_hash: str = ""
    receipt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One look as people read it: the intent, and its outcome once there is one (`status` is `open` until then)."""

    entry: str
    at: dt.datetime
    kind: str
    question_id: str
    actor: str
    place: str
    metrics: tuple[str, ...]
    access: str
    query_hash: str
    sql_hash: str
    receipt: str
    status: str
    reason: str
    rows: int
    ms: float
    result_hash: str
    words: str
    query: Mapping[str, Any] | None


class Audit:
    """The chain. One link is written at a time, over all processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, intended: Intended) -> str:
        """Write down an intent, before anything runs. Returns the entry that `close` takes."""
        return self._begin(intended, event="intent", status="open", reason="")

    def close(self, entry: str, *, status: str, rows: int = 0, ms: float = 0.0, result_hash: str = "", reason: str = "") -> None:
        """Write down how it ended: "answered", or an error's code with its words as the reason."""
        with self._database.write() as connection:
            opened = _link(connection, entry, "intent")
            kept = {name: value for name, value in opened.items() if name not in ("seq", "at", "prev", "hash")}
            ended = {"event": "outcome", "status": status, "reason": _plain(reason), "rows": rows, "ms": round(ms, 3)}
            self._append(connection, {**kept, **ended, "result_hash": result_hash, "words_hash": ""})

    def refusal(self, intended: Intended, *, status: str, reason: str) -> str:
        """Write down something that was asked and not run. Returns its entry."""
        return self._begin(intended, event="refusal", status=status, reason=reason)

    def list(self, limit: int = 50, *, receipt: str | None = None) -> tuple[AuditEntry, ...]:
        """The newest entries first."""
        chain, words = tables.audit, tables.audit_words
        wanted = select(chain, words.c.words.label("said")).join(words, words.c.entry == chain.c.entry, isouter=True)
        wanted = wanted.where(chain.c.event != "outcome").order_by(chain.c.seq.desc()).limit(limit)
        if receipt is not None:
            wanted = wanted.where(chain.c.receipt == receipt)
        with self._database.read() as connection:
            begun = [dict(row) for row in connection.execute(wanted).mappings()]
            entries = [row["entry"] for row in begun]
            ends = connection.execute(select(chain).where(chain.c.entry.in_(entries), chain.c.event == "outcome")).mappings()
            ended = {row["entry"]: dict(row) for row in ends}
        return tuple(_entry(row, ended.get(row["entry"], row)) for row in begun)

    def verify(self) -> int | None:
        """The number of the first link that does not hold, or None when the whole chain does."""
        previous, expected = GENESIS, 1
        with self._database.read() as connection:
            for row in connection.execution_options(stream_results=True).execute(select(tables.audit).order_by("seq")).mappings():
                link = dict(row)
                if (link["seq"], link["prev"], link["hash"]) != (expected, previous, _hash(link)):
                    return expected
                previous, expected = row["hash"], expected + 1
        return None

    def _begin(self, intended: Intended, *, event: str, status: str, reason: str) -> str:
        entry = str(uuid.uuid4())
        said = to_json({"words": intended.words, "query": intended.query})
        salt = secrets.token_hex(16)
        kept = {name: _plain(getattr(intended, name)) for name in _SHARED}
        link = {**kept, "entry": entry, "event": event, "status": status, "reason": _plain(reason), "rows": 0, "ms": 0.0}
        digest = hashlib.sha256(f"{salt}{said}".encode()).hexdigest()
        with self._database.write() as connection:
            beside = {"entry": entry, "actor": kept["actor"], "salt": salt, "words": said}
            connection.execute(insert(tables.audit_words).values(beside))
            ends = {"metrics": to_json(intended.metrics), "result_hash": "", "words_hash": digest}
            self._append(connection, {**link, **ends})
        return entry

    def _append(self, connection: Connection, link: Mapping[str, Any]) -> None:
        if self._database.is_postgres:  # SQLite's writer is alone from the start of its transaction
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": CHAIN_LOCK})
        last = connection.execute(
            select(tables.audit.c.seq, tables.audit.c.hash).order_by(tables.audit.c.seq.desc()).limit(1)
        ).first()
        seq, prev = (last.seq + 1, last.hash) if last else (1, GENESIS)
        full = {**link, "seq": seq, "at": now_text(), "prev": prev}
        connection.execute(insert(tables.audit).values({**full, "hash": _hash(full)}))


_SHARED = ("question_id", "actor", "place", "kind", "access", "query_hash", "sql_hash", "receipt")


def _link(connection: Connection, entry: str, event: str) -> dict[str, Any]:
    wanted = select(tables.audit).where(tables.audit.c.entry == entry, tables.audit.c.event == event)
    return dict(connection.execute(wanted).mappings().one())


def _hash(link: Mapping[str, Any]) -> str:
    body = {name: value for name, value in link.items() if name != "hash"}
    return hashlib.sha256(to_json(body).encode()).hexdigest()


def _plain(said: str) -> str:
    # PostgreSQL keeps no NUL and no database a lone surrogate; an odd message must not go unrecorded.
    return said.replace("\0", "").encode("utf-8", "replace").decode()


def _entry(begun: dict[str, Any], ended: dict[str, Any]) -> AuditEntry:
    said = json.loads(begun["said"]) if begun["said"] else {"words": "", "query": None}
    outcome = {name: ended[name] for name in ("status", "reason", "rows", "ms", "result_hash")}
    shared = {name: begun[name] for name in (*_SHARED, "entry")}
    when, metrics = dt.datetime.fromisoformat(begun["at"]), tuple(json.loads(begun["metrics"]))
    return AuditEntry(at=when, metrics=metrics, words=said["words"], query=said["query"], **shared, **outcome)
