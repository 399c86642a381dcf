"""Examine the record: every link against its hash and the one before, every checkpoint against the chain, the words beside it.

It names the link and how it was tampered with, and says which links no checkpoint vouches for yet. It repairs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

from sqlalchemy import Connection, select

from anabot.store import chain, tables
from anabot.store.chain import END, words_hash
from anabot.store.checkpoints import Checkpoints
from anabot.store.database import Database

Kind = Literal["edited", "deleted", "swapped", "rebuilt", "cut", "words", "checkpoint_missing", "checkpoint_altered"]
_MOST_COMPARED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Tampering:
    """One thing that somebody did to the record, where, and how it shows. `link` is 0 where no link can be named."""

    kind: Kind
    workspace: str
    link: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """One chain. The last `open` of its `links` came after the last checkpoint, so that a cut among them would not show."""

    workspace: str
    links: int
    open: int
    sealed_at: str
    found: tuple[Tampering, ...]


def examine(database: Database, checkpoints: Checkpoints) -> tuple[Examined, ...]:
    """Every chain there is, or of which a checkpoint tells."""
    with database.read() as connection:
        known = chain.workspaces(connection)
        files = {checkpoints.file(workspace): workspace for workspace in known}
        told = [name for name in checkpoints.workspaces() if checkpoints.file(name) not in files]
        return tuple(_Chain(connection, checkpoints, workspace).examined() for workspace in sorted({*known, *told}))


class _Chain:
    """One walk along one chain."""

    def __init__(self, connection: Connection, checkpoints: Checkpoints, workspace: str) -> None:
        self._connection, self._checkpoints, self._workspace = connection, checkpoints, workspace
        self._lines = checkpoints.read(workspace)  # before the chain: the chain may only have grown since
        self._signed = {line.links: line for line in self._lines if not line.flaw}
        self._named: dict[str, int] = {}
        self._unsound: list[dict[str, Any]] = []
        self._broken: tuple[int, int] | None = None
        self._checked = self._last = self._sealed = 0

    def examined(self) -> Examined:
        """What the walk has found, by link."""
        found = [
            *self._walk(),
            *self._unsound_ones(),
            *self._rebuilt(),
            *self._cut(),
            *self._words(),
            *self._flawed(),
            *self._missing(),
        ]
        good = max((line.links for line in self._signed.values() if line.links <= self._last), default=0)
        at = self._signed[good].at if good else ""
        # A checkpoint's own link follows what it seals and says nothing that could be cut.
        open_links = max(0, self._last - max(good, self._sealed if self._sealed == good + 1 else 0))
        return Examined(
            workspace=self._workspace, links=self._last, open=open_links, sealed_at=at, found=tuple(sorted(found, key=_by_link))
        )

    def _walk(self) -> Iterator[Tampering]:
        previous, expected, follows = chain.GENESIS, 1, True
        for link in self._links():
            seq, sound = link["seq"], chain.sound(link)
            if seq != expected:
                gap = f"{expected}" if seq == expected + 1 else f"{expected} to {seq - 1}"
                yield self._tampering("deleted", expected, f"Link {gap} is not there any more.")
            elif link["prev"] != previous and sound and follows:  # what is unsound is named for that
                words = f"Link {seq - 1} was replaced: link {seq} was written after another one."
                yield self._tampering("edited", seq - 1 if seq > 1 else 1, words)
            if not sound:
                self._unsound.append(link)
            self._compare(link)
            previous, expected, follows = link["hash"], seq + 1, sound
        self._last = expected - 1

    def _links(self) -> Iterator[dict[str, Any]]:
        wanted = select(tables.audit).where(tables.audit.c.workspace == self._workspace).order_by(tables.audit.c.seq)
        streaming = self._connection.execution_options(stream_results=True, yield_per=500)
        for row in streaming.execute(wanted).mappings():
            yield dict(row)

    def _compare(self, link: Mapping[str, Any]) -> None:
        if link["event"] == "checkpoint":
            self._named[link["result_hash"]] = self._sealed = link["seq"]
        line = self._signed.get(link["seq"])
        if line is None or self._broken is not None:
            return
        if line.hash != link["hash"]:
            self._broken = (self._checked + 1, link["seq"])
        self._checked = link["seq"]

    def _unsound_ones(self) -> Iterator[Tampering]:
        swapped = dict(pair for a, b in combinations(self._unsound[:_MOST_COMPARED], 2) if _swapped(a, b) for pair in _both(a, b))
        for link in self._unsound:
            seq = link["seq"]
            if seq in swapped:
                yield self._tampering("swapped", seq, f"Link {seq} changed places with link {swapped[seq]}.")
            else:
                yield self._tampering("edited", seq, f"Link {seq} was edited: it is not what its hash says.")

    def _rebuilt(self) -> Iterator[Tampering]:
        if self._broken is not None:
            first, last = self._broken
            where = f"Link {last}" if first == last else f"One of the links {first} to {last}"
            words = (
                f"{where} was rewritten with all that follow: the checkpoint of {self._signed[last].at} saw another link {last}."
            )
            yield self._tampering("rebuilt", first if first == last else last, words)

    def _cut(self) -> Iterator[Tampering]:
        furthest = max(self._signed.values(), key=lambda line: line.links, default=None)
        if furthest is not None and furthest.links > self._last:
            words = (
                f"The tail is cut: link {self._last + 1} to {furthest.links} are gone, which the checkpoint of {furthest.at} saw."
            )
            yield self._tampering("cut", self._last + 1, words)

    def _words(self) -> Iterator[Tampering]:
        link, beside = tables.audit.c, tables.audit_words
        entry = link.entry
        for end, events in (("", ("intent", "refusal")), (END, ("outcome",))):
            joined = select(link.seq, link.words_hash, beside).join(beside, beside.c.entry == entry + end)
            wanted = joined.where(link.workspace == self._workspace, link.event.in_(events)).order_by(link.seq)
            for row in self._connection.execute(wanted).mappings():
                if words_hash(dict(row)) != row["words_hash"]:
                    words = f"What was said beside link {row['seq']} was altered."
                    yield self._tampering("words", row["seq"], words)

    def _flawed(self) -> Iterator[Tampering]:
        file = self._checkpoints.file(self._workspace)
        for line in self._lines:
            if line.flaw:
                words = f"Checkpoint {line.number} {line.flaw} ({file})."
                kind: Kind = "checkpoint_missing" if "missing" in line.flaw else "checkpoint_altered"
                yield self._tampering(kind, line.links, words)

    def _missing(self) -> Iterator[Tampering]:
        written = {line.digest for line in self._lines}
        if self._named.keys() <= written or any(line.flaw for line in self._lines):
            return
        written = {line.digest for line in self._checkpoints.read(self._workspace)}  # one may just have been taken
        for digest, seq in self._named.items():
            if digest not in written:
                words = f"The checkpoint that link {seq} tells of is not in {self._checkpoints.file(self._workspace)}."
                yield self._tampering("checkpoint_missing", seq, words)

    def _tampering(self, kind: Kind, link: int, words: str) -> Tampering:
        return Tampering(kind=kind, workspace=self._workspace, link=link, words=words)


def _by_link(found: Tampering) -> tuple[int, str]:
    return found.link, found.kind


def _swapped(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether each is what the other one's hash says, moved there with its place in the chain or without."""
    place = ("seq", "prev", "hash")
    moved = all(chain.link_hash({**a, "seq": b["seq"]}) == a["hash"] for a, b in ((one, other), (other, one)))
    return moved or all(
        chain.link_hash({**a, **{name: b[name] for name in place}}) == b["hash"] for a, b in ((one, other), (other, one))
    )


def _both(one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[tuple[int, int], tuple[int, int]]:
    return (one["seq"], other["seq"]), (other["seq"], one["seq"])
