"""Every error a person may read: what happened, why, and what to do.

AnabotError
├── ConfigError          a setting is missing or wrong
├── RegistryError        the YAML has faults; carries all of them
├── UnknownName          no such metric, dimension or value; carries the nearest names
├── BadQuery             a query that cannot be compiled
├── NotAllowed           policy says no
├── UnsafeQuery          the guard refused a statement
├── WarehouseError       the warehouse failed
│   ├── WarehouseLacks   a table or column of the registry is not there
│   ├── WarehouseTimeout
│   └── WarehouseLimit   too many rows or bytes
├── StoreError           Ana's own memory failed
├── PlaybookError        a playbook cannot run
│   ├── PlaybookHeld     a gate is closed; carries which, and what opens them
│   └── PlaybookSkipped  its own condition says that there is nothing to post
├── Undelivered          nobody knows whether a message has arrived; to be tried again
├── ModelError           a model did not answer, or may not be asked any more
└── Busy                 the pool is full
The person in Slack and a model read the same words. Anything that is not an AnabotError is a bug.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass


class AnabotError(Exception):
    """A failure that a person can act on. `passing` says that the same may well succeed in a moment."""

    code = "error"
    passing = False

    def __init__(self, what: str, *, why: str = "", todo: str = "") -> None:
        super().__init__(what)
        self.what, self.why, self.todo = what, why, todo

    def __str__(self) -> str:
        return " ".join(part for part in (self.what, self.why, self.todo) if part)


class ConfigError(AnabotError):
    """A setting is missing or wrong."""

    code = "config"


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong in one place of a file that a person wrote."""

    file: str
    line: int
    what: str
    why: str = ""
    todo: str = ""

    def __str__(self) -> str:
        hints = "".join(f"\n  {hint}" for hint in (self.why, self.todo) if hint)
        return f"{self.file}:{self.line}  {self.what}{hints}"


class RegistryError(AnabotError):
    """The semantic layer has faults. All are listed at once."""

    code = "registry"

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(map(str, self.faults)), todo="Correct the files named, then run `anabot check`.")


class UnknownName(AnabotError):
    """A name the registry does not have, or that the asker may not know."""

    code = "unknown_name"

    def __init__(self, what: str, *, name: str, nearest: Sequence[str] = (), why: str = "", todo: str = "") -> None:
        super().__init__(what, why=why, todo=todo)
        self.name, self.nearest = name, tuple(nearest)


class BadQuery(AnabotError):
    """A query that names known things but cannot be compiled."""

    code = "bad_query"


class NotAllowed(AnabotError):
    """Policy says no."""

    code = "forbidden"


class UnsafeQuery(AnabotError):
    """The guard refused a statement; nothing ran."""

    code = "unsafe"


class WarehouseError(AnabotError):
    """The warehouse failed."""

    code = "warehouse"
    passing = True


class WarehouseLacks(WarehouseError):
    """The registry names a table or a column that the warehouse does not have."""

    code = "lacks"
    passing = False


class WarehouseTimeout(WarehouseError):
    """No answer within the time allowed."""

    code = "timeout"


class WarehouseLimit(WarehouseError):
    """More rows or bytes than one answer may carry."""

    code = "too_large"
    passing = False


class StoreError(AnabotError):
    """Ana's own memory failed, so nothing was run."""

    code = "store"


class PlaybookError(AnabotError):
    """A playbook cannot run. `line` is where in its file, or 0."""

    code = "playbook"

    def __init__(self, what: str, *, why: str = "", todo: str = "", line: int = 0, passing: bool = False) -> None:
        super().__init__(what, why=why, todo=todo)
        self.line, self.passing = line, passing


class Undelivered(AnabotError):
    """A message may or may not have arrived. Whoever tries again looks for it first."""

    code = "undelivered"


@dataclass(frozen=True, slots=True)
class Closed:
    """One gate that is closed: its name, why, since when (aware; None where nobody knows), and what opens it."""

    gate: str
    why: str
    opens: str
    since: dt.datetime | None = None


class PlaybookHeld(PlaybookError):
    """The data is not right, or not known to be, so nothing is posted for now."""

    code = "held"

    def __init__(self, playbook: str, closed: Sequence[Closed]) -> None:
        self.closed = tuple(closed)
        opens = " and ".join(dict.fromkeys(one.opens for one in self.closed))
        why = " ".join(f"{one.gate[0].upper()}{one.gate[1:]}: {one.why}." for one in self.closed)
        super().__init__(f"{playbook} is held back.", why=why, todo=f"It opens with {opens}.")


class PlaybookSkipped(PlaybookError):
    """What the playbook is to be posted for has not happened."""

    code = "skipped"


class ModelError(AnabotError):
    """A model did not answer, or what it may cost is spent."""

    code = "model"


class Busy(AnabotError):
    """Too many questions at once."""

    code = "busy"
