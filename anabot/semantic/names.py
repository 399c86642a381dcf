"""The nearest right name to a wrong one. It never sees names that were not given to it."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz, process, utils
from rapidfuzz.distance import OSA

_CLOSE = 72  # of 100: `reveneu` finds `revenue`, `colour` does not find `count`


def nearest(name: str, known: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """Up to `limit` of `known` that look like `name`, best first; ties in alphabetical order."""
    among = sorted(set(known))
    slips = process.extract(
        name.lower(), among, scorer=OSA.distance, limit=limit, score_cutoff=min(1, len(name) // 3) + len(name) // 6
    )
    alike = process.extract(name, among, scorer=fuzz.WRatio, processor=utils.default_process, limit=limit, score_cutoff=_CLOSE)
    return tuple(dict.fromkeys([match for match, _, _ in slips] + [match for match, _, _ in alike]))[:limit]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`Did you mean `x`?`, or nothing where no name is near."""
    close = nearest(name, known, 2)
    return f"Did you mean {' or '.join(f'`{match}`' for match in close)}?" if close else ""
