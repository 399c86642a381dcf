"""Examine an installation, one vital part after the other. Never repairs anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from anabot.errors import AnabotError


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found about one part, and what to do where it is not well."""

    ok: bool
    what: str
    todo: str = ""


def examine(vitals: Mapping[str, Callable[[], str]]) -> tuple[Finding, ...]:
    """Ask each part how it is, in order. A part that raises an AnabotError is not well; its words say why."""
    return tuple(_one(name, ask) for name, ask in vitals.items())


def _one(name: str, ask: Callable[[], str]) -> Finding:
    try:
        return Finding(ok=True, what=f"{name}: {ask()}")
    except AnabotError as error:
        return Finding(ok=False, what=f"{name}: {error.what} {error.why}".strip(), todo=error.todo)
