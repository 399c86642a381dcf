"""Keep parsed documents in a folder between starts, so that a large semantic layer is not parsed again.

Only what this user wrote, and nobody else could have changed, is read back; anything else is as good as nothing. It never
fails: where the folder cannot be used, nothing is kept.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from anabot.semantic.parsed import Parsed

_WORTH_IT = 400_000  # characters: less is parsed in the time that this takes


@contextmanager
def kept(folder: Path, name: str, files: Mapping[str, str]) -> Iterator[Parsed | None]:
    """What is kept under `name`; what is new is kept too when the block ends well. None for files that are quickly parsed."""
    if sum(map(len, files.values())) < _WORTH_IT:
        yield None
        return
    path = folder / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.documents"
    parsed = Parsed(_read(path))
    yield parsed
    if parsed.grown:
        _write(path, parsed.written())


def _read(path: Path) -> bytes:
    with suppress(OSError):
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(handle, "rb") as file:
            found = os.fstat(handle)
            ours = found.st_uid == os.geteuid() and stat.S_ISREG(found.st_mode) and not found.st_mode & 0o022
            return file.read() if ours else b""
    return b""


def _write(path: Path, body: bytes) -> None:
    """Whole or not at all, for this user alone."""
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=path.parent)
        try:
            with open(handle, "wb") as file:
                file.write(body)
            os.replace(beside, path)
        except OSError:
            os.unlink(beside)
