"""The way out of a reading that cannot be finished: it carries the honest answer up to the brain."""

from __future__ import annotations

from collections.abc import Iterable

from anabot.agent.understanding import NotUnderstood, Reason, Understanding


class Exit(Exception):
    """Reading stops here, with this understanding."""

    def __init__(self, understanding: Understanding) -> None:
        super().__init__()
        self.understanding = understanding


def stuck(reason: Reason, message: str = "", *, unknown: Iterable[str] = (), nearest: Iterable[str] = ()) -> Exit:
    """An exit that says in a sentence what is missing."""
    return Exit(NotUnderstood(reason=reason, unknown=tuple(dict.fromkeys(unknown)), nearest=tuple(nearest), message=message))
