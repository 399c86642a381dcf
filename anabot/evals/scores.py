"""Add verdicts up: accuracy, silence and noise, sameness, time and cost. Pure; it knows no question and no brain."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from anabot.evals.judge import Judged

SPANS = ("understanding", "query", "model", "total")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Shares are between 0 and 1, and None where nothing counts towards them. Latencies are (p50, p95) in milliseconds."""

    brain: str
    questions: int
    runs: int
    accuracy: float | None
    precision: float | None  # of what was answered
    coverage: float | None  # of what should be answered, what was
    silent_wrong: int
    over_asking: float | None  # of what should be answered, what was asked back
    refusals: tuple[float | None, float | None]  # precision, recall; forbidden ones too
    clarifications: tuple[float | None, float | None]
    unstable: tuple[str, ...]  # ids whose repeats gave several queries
    split: tuple[str, ...]  # groups whose wordings gave several queries
    repeats: float | None  # of the questions asked again, those whose every run gave one query
    wordings: float | None  # of the groups, those whose every wording gave one query
    pass_k: float | None  # right in every run
    latency_ms: dict[str, tuple[float, float]]
    tokens: int
    cost_usd: Decimal
    cost_per_right: Decimal | None

    @property
    def clean(self) -> bool:
        """Whether every question came out right, always in the same way."""
        return self.accuracy == 1.0 and not self.unstable and not self.split


def score(judged: Sequence[Judged]) -> tuple[Scores, ...]:
    """The scores of each brain that answered, the one with most questions first."""
    brains: dict[str, list[Judged]] = defaultdict(list)
    for each in judged:
        brains[str(each.got.get("brain") or "offline")].append(each)
    return tuple(_scores(brain, found) for brain, found in sorted(brains.items(), key=lambda item: -len(item[1])))


def _scores(brain: str, judged: Sequence[Judged]) -> Scores:
    should = [each for each in judged if each.line.expect.kind == "answered"]
    did = [each for each in judged if each.got["status"] == "answered"]
    right = [each for each in judged if each.verdict == "right"]
    asked, groups = {each.line.line_id for each in judged}, {each.line.group for each in judged if each.line.group}
    unstable, split = _unstable(judged), _split(judged)
    cost = sum((Decimal(str(each.got.get("cost_usd") or 0)) for each in judged), Decimal(0))
    return Scores(
        brain=brain,
        questions=len(asked),
        runs=len({each.run for each in judged}),
        accuracy=_share(judged, _right),
        precision=_share(did, _right),
        coverage=_share(should, _right),
        silent_wrong=sum(each.verdict == "silent_wrong" for each in judged),
        over_asking=_share(should, lambda each: each.verdict == "over_asked"),
        refusals=_both(judged, ("refused", "forbidden")),
        clarifications=_both(judged, ("clarify",)),
        unstable=unstable,
        split=split,
        repeats=1 - len(unstable) / len(asked) if len(judged) > len(asked) else None,
        wordings=1 - len(split) / len(groups) if groups else None,
        pass_k=_pass_k(judged),
        latency_ms={span: found for span in SPANS if (found := _quantiles(judged, span))},
        tokens=sum(int(each.got.get("tokens") or 0) for each in judged),
        cost_usd=cost,
        cost_per_right=cost / len(right) if right else None,
    )


def _right(each: Judged) -> bool:
    return each.verdict == "right"


def _share(among: Sequence[Judged], counts: Callable[[Judged], bool]) -> float | None:
    return sum(map(counts, among)) / len(among) if among else None


def _both(judged: Sequence[Judged], kinds: tuple[str, ...]) -> tuple[float | None, float | None]:
    """Precision and recall of a way out."""
    got = [each for each in judged if each.got["status"] in kinds]
    wanted = [each for each in judged if each.line.expect.kind in kinds]
    return _share(got, lambda each: each.line.expect.kind in kinds), _share(wanted, lambda each: each.got["status"] in kinds)


def _unstable(judged: Sequence[Judged]) -> tuple[str, ...]:
    seen: dict[str, set[str]] = defaultdict(set)
    for each in judged:
        seen[each.line.line_id].add(_meaning(each))
    return tuple(sorted(name for name, meanings in seen.items() if len(meanings) > 1))


def _split(judged: Sequence[Judged]) -> tuple[str, ...]:
    seen: dict[str, set[str]] = defaultdict(set)
    for each in judged:
        if each.line.group:
            seen[each.line.group].add(_meaning(each))
    return tuple(sorted(name for name, meanings in seen.items() if len(meanings) > 1))


def _meaning(each: Judged) -> str:
    return f"{each.got['status']}:{each.got.get('query_hash') or ''}"


def _pass_k(judged: Sequence[Judged]) -> float | None:
    wrong = {each.line.line_id for each in judged if not _right(each)}
    every = {each.line.line_id for each in judged}
    return (len(every) - len(wrong)) / len(every) if every else None


def _quantiles(judged: Sequence[Judged], span: str) -> tuple[float, float] | None:
    found = [float(each.got["timings_ms"][span]) for each in judged if span in each.got.get("timings_ms", {})]
    if not found:
        return None
    return statistics.median(found), statistics.quantiles(found, n=20)[18] if len(found) > 1 else found[0]
