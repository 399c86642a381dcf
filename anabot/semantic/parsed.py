"""Documents that were parsed before, as bytes that may be kept between starts: plain values by the hash of their text.

Pure: bytes in, bytes out. Nothing in the bytes is run, and what is read back is validated like freshly parsed YAML. Bytes that
are not exactly what was written are nothing; a text that is not there is parsed again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from functools import cached_property
from typing import Any

import yaml

Lines = dict[tuple[str | int, ...], int]
_FORMAT = f"anabot documents 1, yaml {yaml.__version__}"  # the number grows with every change of what a text is parsed to
_MARK = "\ufdd0"  # the only key of a mapping that stands for a date
_NOT_READ = (ValueError, LookupError, TypeError, AttributeError, RecursionError)  # of bytes that somebody else wrote


class Parsed:
    """Values and lines of texts. `grown` says whether `written` would hold more than was read."""

    def __init__(self, body: bytes = b"") -> None:
        self._body = body
        self._used: dict[str, tuple[str, Any, Lines]] = {}
        self.grown = False

    @cached_property
    def _read(self) -> dict[str, tuple[str, Any, Lines]]:
        return _documents(self._body)

    def find(self, text: str) -> tuple[Any, Lines] | None:
        """The value of `text` and the lines that are known of it, or None."""
        key = _hash(text)
        found = self._read.get(key)
        if found is not None:
            self._used[key] = found
        return (found[1], found[2]) if found is not None else None

    def add(self, text: str, value: Any, lines: Lines) -> None:
        """Hold a value. `lines` may still grow. What JSON cannot say exactly is not held."""
        try:
            said = json.dumps(value, default=_tagged, ensure_ascii=False)
            exact = json.loads(said, object_hook=_plain) == value
        except _NOT_READ:
            return
        if exact:
            self.grown = True
            self._used[_hash(text)] = (said, value, lines)

    def written(self) -> bytes:
        """Everything that was found or added, and nothing else."""
        items = []
        for key, (said, value, lines) in self._used.items():
            body = said or json.dumps(value, default=_tagged, ensure_ascii=False)
            items.append(f"{json.dumps(key)}:[{body},{json.dumps([[*path, line] for path, line in lines.items()])}]")
        whole = "{" + ",".join(items) + "}"
        return f"{_FORMAT} {_hash(whole)}\n{whole}".encode()


def _documents(body: bytes) -> dict[str, tuple[str, Any, Lines]]:
    head, _, said = body.partition(b"\n")
    if head != f"{_FORMAT} {hashlib.sha256(said).hexdigest()}".encode():
        return {}
    try:
        found = json.loads(said, object_hook=_plain)
        return {key: ("", value, {tuple(place[:-1]): place[-1] for place in lines}) for key, (value, lines) in found.items()}
    except _NOT_READ:
        return {}


def _tagged(value: Any) -> dict[str, list[str]]:
    if isinstance(value, dt.datetime):
        return {_MARK: ["datetime", value.isoformat()]}
    if isinstance(value, dt.date):
        return {_MARK: ["date", value.isoformat()]}
    raise TypeError(f"{type(value).__name__} is not kept")


def _plain(value: dict[str, Any]) -> Any:
    if len(value) != 1 or _MARK not in value:
        return value
    kind, text = value[_MARK]
    return dt.datetime.fromisoformat(text) if kind == "datetime" else dt.date.fromisoformat(text)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
