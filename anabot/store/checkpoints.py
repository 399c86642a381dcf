"""Signed words about the chain, in files outside the database: so many links there were, and the last had this hash.

A file for each chain, a JSON line for each checkpoint, each naming the one before. It never rewrites a line.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anabot.errors import StoreError
from anabot.store.database import now_text, to_json
from anabot.store.vault import Vault

_NONE = "0" * 64
_TAIL = 8_192


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """One signed line. `links` there were, and `hash` was that of the last. `flaw` says what is wrong with the line."""

    number: int
    workspace: str
    links: int
    hash: str
    at: str
    digest: str
    flaw: str = ""


class Checkpoints:
    """The checkpoint files of one database, which goes by `store` in them."""

    def __init__(self, folder: Path, store: str, vault: Vault) -> None:
        self._folder, self._store, self._vault = folder, store, vault

    def file(self, workspace: str) -> Path:
        """Where the checkpoints of that chain lie."""
        return self._folder / f"{self._store}.{re.sub(r'[^A-Za-z0-9_-]', '_', workspace)}.jsonl"

    def workspaces(self) -> set[str]:
        """The chains that have a file, whatever the database says."""
        found = (path.name.removeprefix(f"{self._store}.").removesuffix(".jsonl") for path in self._folder.glob("*.jsonl")
                 if path.name.startswith(f"{self._store}."))  # fmt: skip
        return {name for name in found if "." not in name}

    def add(self, workspace: str, links: int, tip: str) -> Checkpoint:
        """Sign and write one line. Call it as the chain's only writer.

        Raises:
            StoreError: the folder cannot be written.
        """
        file = self.file(workspace)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            before = _last_line(file)
            number = int(json.loads(before)["number"]) + 1 if before else 1
            body: dict[str, Any] = {
                "number": number, "store": self._store, "workspace": workspace, "links": links, "hash": tip, "at": now_text(),
                "key": self._vault.name(), "previous": _digest(before) if before else _NONE,
            }  # fmt: skip
            line = to_json({**body, "signature": self._vault.sign(to_json(body).encode())})
            _append(file, line)
        except (OSError, ValueError, LookupError, TypeError) as error:
            why = f"{file}: {getattr(error, 'strerror', None) or 'its last line is no checkpoint'}."
            todo = "Set ANABOT_CHECKPOINTS to a folder she can write, then run `anabot audit verify`."
            raise StoreError("The record could not be sealed.", why=why, todo=todo) from None
        return Checkpoint(number=number, workspace=workspace, links=links, hash=tip, at=body["at"], digest=_digest(line))

    def read(self, workspace: str) -> list[Checkpoint]:
        """Every line of the chain's file, in order, with what is wrong with it."""
        try:
            lines = self.file(workspace).read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            why = f"{self.file(workspace)}: {error.strerror}."
            raise StoreError("The checkpoints cannot be read.", why=why, todo="Let this user read them.") from None
        return list(self._checked(lines, workspace))

    def _checked(self, lines: list[str], workspace: str) -> Iterator[Checkpoint]:
        number, previous = 1, _NONE
        for line in lines:
            body = _body(line)
            flaw = self._flaw(body, workspace, number, previous)
            yield Checkpoint(
                number=int(body.get("number", number)),
                workspace=workspace,
                links=int(body.get("links", 0)),
                hash=str(body.get("hash", "")),
                at=str(body.get("at", "")),
                digest=_digest(line),
                flaw=flaw,
            )
            number, previous = int(body.get("number", number)) + 1, _digest(line)

    def _flaw(self, body: dict[str, Any], workspace: str, number: int, previous: str) -> str:
        if not body:
            return "is not a checkpoint any more"
        signature = str(body.pop("signature", ""))
        if body.get("key") != self._vault.name():
            return "is signed with another key than yours"
        if not self._vault.signed(to_json(body).encode(), signature):
            return "was altered: its signature does not hold"
        if (body["workspace"], body["store"]) != (workspace, self._store):
            return f"belongs to the chain {body['store']}.{body['workspace']}"
        if body["number"] > number:
            return f"follows number {number - 1}: {body['number'] - number} before it are missing"
        return "" if (body["number"], body["previous"]) == (number, previous) else "does not follow the one before it"


def _body(line: str) -> dict[str, Any]:
    try:
        body = json.loads(line)
        int(body["number"]), int(body["links"])
    except (ValueError, LookupError, TypeError):
        return {}
    return dict(body)


def _digest(line: str) -> str:
    return hashlib.sha256(line.encode("utf-8", "replace")).hexdigest()


def _last_line(file: Path) -> str:
    if not file.exists():
        return ""
    with file.open("rb") as reading:
        reading.seek(max(0, file.stat().st_size - _TAIL))
        lines = reading.read().decode("utf-8", "replace").splitlines()
    return lines[-1] if lines else ""


def _append(file: Path, line: str) -> None:
    new = not file.exists()
    with file.open("ab") as writing:
        writing.write(f"{line}\n".encode())
        writing.flush()
        os.fsync(writing.fileno())
    if new:  # the name itself must outlive a power cut, too
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
