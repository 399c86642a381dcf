"""The nearest right name to a wrong one. It never sees names that were not given to it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz import fuzz, process, utils
from rapidfuzz.distance import OSA

_CLOSE = 72  # of 100: `reveneu` finds `revenue`, `colour` does not find `count`
_ROUNDED = 0.5  # by how much two ways to one likeness may differ


def nearest(name: str, known: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """Up to `limit` of `known` that look like `name`, best first; ties in alphabetical order."""
    among, plain = _laid_out(frozenset(known))
    slips = process.extract(
        name.lower(), among, scorer=OSA.distance, limit=limit, score_cutoff=min(1, len(name) // 3) + len(name) // 6
    )
    said = utils.default_process(name)
    least = [score for _, score, _ in process.extract(said, plain, scorer=fuzz.ratio, limit=limit, score_cutoff=_CLOSE)]
    # WRatio is never below the plain ratio, which is many times faster: what many names reach by that, the nearest reach
    enough = least[-1] - _ROUNDED if len(least) == limit else _CLOSE
    best = process.extract(said, plain, scorer=fuzz.WRatio, limit=limit, score_cutoff=enough)
    alike = [(among[place], score, place) for _, score, place in best]
    return tuple(dict.fromkeys([match for match, _, _ in slips] + [match for match, _, _ in alike]))[:limit]


@lru_cache(maxsize=16)
def _laid_out(known: frozenset[str]) -> tuple[list[str], list[str]]:
    """Names in order, and each as it is compared: in small letters, without marks."""
    among = sorted(known)
    return among, [utils.default_process(each) for each in among]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`Did you mean `x`?`, or nothing where no name is near."""
    close = nearest(name, known, 2)
    return f"Did you mean {' or '.join(f'`{match}`' for match in close)}?" if close else ""
