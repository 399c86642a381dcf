"""The record of every look: an intent before, an outcome after, refusals, each a link of one hash chain.

Stamps come from the real clock. What people said, and errors that may repeat it, lie in a side table under the person's own key:
the chain holds names, codes, hashes and counts. It never updates or deletes a link.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select

from anabot.errors import AnabotError
from anabot.store import chain, tables
from anabot.store.chain import END
from anabot.store.database import Database, to_json
from anabot.store.examining import examine
from anabot.store.keys import PeopleKeys
from anabot.store.sealing import Sealing

FORGOTTEN = "(forgotten)"
ALTERED = "(altered)"
_BESIDE = insert(tables.audit_words)
_MOST_OPEN = 1_000
_CODE = re.compile(r"[a-z][a-z_]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Intended:
    """What is about to be done, by whom, where, under which grant and why. `words` and `query` go to the side table."""

    question_id: str
    actor: str
    place: str
    kind: str = "question"
    words: str = ""
    query: Mapping[str, Any] | None = None
    metrics: tuple[str, ...] = ()
    access: str = ""  # the grant's fingerprint
    why: str = ""  # the grant's reason
    query_hash: str = ""
    sql_hash: str = ""
    receipt: str = ""
    registry: str = ""  # the version in force
    definition: str = ""  # a hash of what the metrics meant
    data: str = ""  # the watermark
    sources: Mapping[str, str] = field(default_factory=dict)  # source → its newest load


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One look as people read it: the intent, and its outcome once there is one (`status` is `open` until then)."""

    entry: str
    workspace: str
    at: dt.datetime
    kind: str
    question_id: str
    actor: str
    place: str
    metrics: tuple[str, ...]
    access: str
    why: str
    query_hash: str
    sql_hash: str
    receipt: str
    registry: str
    definition: str
    data: str
    sources: Mapping[str, str]
    status: str
    reason: str
    rows: int
    ms: float
    tokens: int
    cost_usd: Decimal
    result_hash: str
    words: str
    query: Mapping[str, Any] | None


class Audit:
    """The chains. One link is written at a time, over all processes. `workspace` says whose chain this process writes to."""

    def __init__(self, database: Database, keys: PeopleKeys, sealing: Sealing, workspace: Callable[[], str]) -> None:
        self._database, self._keys, self._sealing, self._workspace = database, keys, sealing, workspace
        self._opened: dict[str, dict[str, Any]] = {}  # of this process, so that an outcome need not read its intent again

    def open(self, intended: Intended) -> str:
        """Write down an intent, before anything runs. Returns the entry that `close` takes."""
        return self._begin(intended, event="intent", status="open", reason="")

    def close(
        self,
        entry: str,
        *,
        status: str,
        rows: int = 0,
        ms: float = 0.0,
        result_hash: str = "",
        reason: str = "",
        tokens: int = 0,
        cost_usd: Decimal = Decimal(0),
    ) -> None:
        """Write down how it ended: "answered" or "done", or an error's code with its words as the reason."""
        ended = {"status": status, "rows": rows, "ms": round(ms, 3), "result_hash": result_hash, "tokens": tokens}
        with self._database.write(synced=False) as connection:
            opened = self._opened.pop(entry, None) or _link(connection, entry)
            said = self._beside(connection, opened["actor"], entry + END, {"reason": reason}) if _in_words(reason) else ""
            outcome = {"event": "outcome", "reason": _code(reason), "words_hash": said, "cost_usd": format(cost_usd, "f")}
            chain.append(self._database, connection, opened["workspace"], {**opened, **ended, **outcome})
        self._sealing.noticed()

    def refusal(self, intended: Intended, *, status: str, reason: str) -> str:
        """Write down something that was asked and not run. Returns its entry."""
        return self._begin(intended, event="refusal", status=status, reason=reason)

    @contextmanager
    def act(self, intended: Intended) -> Iterator[None]:
        """What is done inside is on record: the intent before, and "done" or the error after."""
        entry = self.open(intended)
        try:
            yield
        except AnabotError as error:
            self.close(entry, status=error.code, reason=str(error))
            raise
        self.close(entry, status="done")

    def has(self, question_id: str, status: str) -> bool:
        """Whether something of this question ended that way."""
        link = tables.audit.c
        wanted = select(link.seq).where(link.question_id == question_id, link.status == status).limit(1)
        with self._database.read() as connection:
            return connection.execute(wanted).first() is not None

    def list(
        self,
        limit: int = 50,
        *,
        receipt: str | None = None,
        actors: Iterable[str] = (),
        metric: str = "",
        status: str = "",
        since: dt.datetime | None = None,
    ) -> tuple[AuditEntry, ...]:
        """The newest entries first, of all workspaces; of some people, one metric, one status, or since an instant."""
        wanted = _wanted(receipt, tuple(actors), metric, status, since).limit(limit)
        with self._database.read() as connection:
            begun = [dict(row) for row in connection.execute(wanted).mappings()]
            ended = _outcomes(connection, [row["entry"] for row in begun])
            said = self._said(connection, [*(row["entry"] for row in begun), *(f"{entry}{END}" for entry in ended)])
        return tuple(_entry(row, ended.get(row["entry"], row), said) for row in begun)

    def verify(self) -> int | None:
        """The number of the first link that does not hold, of any chain, or None when all do. `Store.examine` says what it is."""
        found = [one for chained in examine(self._database, self._sealing.checkpoints) for one in chained.found]
        return found[0].link if found else None

    def _begin(self, intended: Intended, *, event: str, status: str, reason: str) -> str:
        entry, workspace = str(uuid.uuid4()), self._workspace()
        said = {"words": intended.words, "query": intended.query, "reason": reason if _in_words(reason) else ""}
        kept = {name: _plain(getattr(intended, name)) for name in _SHARED}
        names = {"metrics": to_json(intended.metrics), "sources": to_json(dict(intended.sources))}
        link = {**kept, **names, "entry": entry, "event": event, "status": status, "reason": _code(reason)}
        with self._database.write(synced=False) as connection:
            digest = self._beside(connection, kept["actor"], entry, said)
            chain.append(self._database, connection, workspace, {**link, "words_hash": digest})
        if event == "intent" and len(self._opened) < _MOST_OPEN:
            self._opened[entry] = {**chain.EMPTY, **link, "workspace": workspace}
        self._sealing.noticed()
        return entry

    def _beside(self, connection: Connection, actor: str, entry: str, said: Mapping[str, Any]) -> str:
        """Keep what was said under the actor's key. Returns a hash of what is kept, which tells nothing about it."""
        if not any(said.values()):
            return ""
        key, sealed = self._keys.seal(connection, actor, to_json(said), entry)
        row = {"entry": entry, "actor": actor, "key": key, "salt": "", "words": sealed}
        connection.execute(_BESIDE, row)
        return hashlib.sha256(sealed.encode()).hexdigest()

    def _said(self, connection: Connection, entries: Iterable[str]) -> dict[str, dict[str, Any]]:
        table = tables.audit_words
        rows = connection.execute(select(table).where(table.c.entry.in_(tuple(entries)))).all()
        keys = self._keys.wrapped(connection, (row.key for row in rows if row.key))
        return {row.entry: self._read(row, keys) for row in rows}

    def _read(self, row: Any, keys: Mapping[str, str]) -> dict[str, Any]:
        if not row.key:
            return dict(json.loads(row.words))
        if row.key not in keys:
            return {"words": FORGOTTEN, "reason": FORGOTTEN}
        text = self._keys.open(row.key, keys[row.key], row.words, row.entry)
        return dict(json.loads(text)) if text is not None else {"words": ALTERED, "reason": ALTERED}


_SHARED = (
    "question_id", "actor", "place", "kind", "access", "why", "query_hash", "sql_hash", "receipt", "registry", "definition",
    "data",
)  # fmt: skip


def _wanted(receipt: str | None, actors: tuple[str, ...], metric: str, status: str, since: dt.datetime | None) -> Select[Any]:
    link, end = tables.audit, tables.audit.alias("ending")
    wanted = select(link).where(link.c.event.in_(("intent", "refusal")))
    if receipt is not None:
        wanted = wanted.where(link.c.receipt == receipt)
    if actors:
        wanted = wanted.where(link.c.actor.in_(actors))
    if metric:
        wanted = wanted.where(link.c.metrics.contains(json.dumps(metric), autoescape=True))
    if since is not None:
        wanted = wanted.where(link.c.at >= since.astimezone(dt.UTC).isoformat(timespec="microseconds"))
    if status:
        wanted = wanted.join(end, (end.c.entry == link.c.entry) & (end.c.event == "outcome"), isouter=True)
        wanted = wanted.where(func.coalesce(end.c.status, link.c.status) == status)
    return wanted.order_by(link.c.at.desc(), link.c.seq.desc())


def _outcomes(connection: Connection, entries: Iterable[str]) -> dict[str, dict[str, Any]]:
    wanted = select(tables.audit).where(tables.audit.c.entry.in_(tuple(entries)), tables.audit.c.event == "outcome")
    return {row["entry"]: dict(row) for row in connection.execute(wanted).mappings()}


def _link(connection: Connection, entry: str) -> dict[str, Any]:
    wanted = select(tables.audit).where(tables.audit.c.entry == entry, tables.audit.c.event == "intent")
    opened = dict(connection.execute(wanted).mappings().one())
    return {name: value for name, value in opened.items() if name not in ("seq", "at", "prev", "hash", "version")}


def _code(reason: str) -> str:
    return "" if _in_words(reason) else reason


def _in_words(reason: str) -> bool:
    """Whether it is more than a code: words may repeat what a person filtered by, and do not belong into the chain."""
    return bool(reason) and _CODE.fullmatch(reason) is None


def _plain(said: str) -> str:
    # PostgreSQL keeps no NUL and no database a lone surrogate; an odd message must not go unrecorded.
    return said.replace("\0", "").encode("utf-8", "replace").decode()


def _entry(begun: dict[str, Any], ended: dict[str, Any], said: Mapping[str, dict[str, Any]]) -> AuditEntry:
    first, last = said.get(begun["entry"], {}), said.get(begun["entry"] + END, {})
    shared = {name: begun[name] for name in (*_SHARED, "entry", "workspace")}
    outcome = {name: ended[name] for name in ("status", "rows", "ms", "tokens", "result_hash")}
    return AuditEntry(
        at=dt.datetime.fromisoformat(begun["at"]),
        metrics=tuple(json.loads(begun["metrics"])),
        sources=json.loads(begun["sources"]),
        reason=ended["reason"] or last.get("reason", "") or first.get("reason", ""),
        cost_usd=Decimal(ended["cost_usd"]),
        words=first.get("words", ""),
        query=first.get("query"),
        **shared,
        **outcome,
    )
