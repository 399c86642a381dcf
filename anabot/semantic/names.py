"""The nearest right name to a wrong one. It never sees names that were not given to it."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz, process, utils

_CLOSE = 72  # of 100: `reveneu` finds `revenue`, `colour` does not find `count`


def nearest(name: str, known: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """Up to `limit` of `known` that look like `name`, best first; ties in alphabetical order."""
    found = process.extract(
        name, sorted(set(known)), scorer=fuzz.WRatio, processor=utils.default_process, limit=limit, score_cutoff=_CLOSE
    )
    return tuple(match for match, _, _ in found)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`Did you mean `x`?`, or nothing where no name is near."""
    close = nearest(name, known, 2)
    return f"Did you mean {' or '.join(f'`{match}`' for match in close)}?" if close else ""
