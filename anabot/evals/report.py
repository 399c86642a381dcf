"""Scores as people read them and as machines do. Words only; it judges nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from anabot.evals.judge import Judged
from anabot.evals.scores import Scores


def lines(scores: Sequence[Scores], judged: Sequence[Judged]) -> Iterator[str]:
    """What went wrong first, a line each; then a block of figures for each brain."""
    wrong = [each for each in judged if each.verdict != "right"]
    for each in wrong:
        yield f"{each.line.line_id}  {each.verdict.replace('_', ' ')}: “{each.line.text}”"
        yield f"    {each.why}"
    for found in scores:
        yield from ["", *_block(found)] if wrong or found is not scores[0] else _block(found)


def _block(found: Scores) -> Iterator[str]:
    again = f", {found.runs} times each" if found.runs > 1 else ""
    yield f"{found.brain}: {found.questions} questions{again}"
    for name, value in _figures(found):
        yield f"  {name:<28}{value}"
    for names, what in ((found.unstable, "questions whose repeats differ"), (found.split, "wordings that differ")):
        if names:
            yield f"  {what}: {', '.join(names)}"


def _figures(found: Scores) -> Iterator[tuple[str, str]]:
    yield "right", _percent(found.accuracy)
    yield "silently wrong", str(found.silent_wrong)
    yield "right when answered", _percent(found.precision)
    yield "answered when answerable", _percent(found.coverage)
    yield "asked back needlessly", _percent(found.over_asking)
    yield "refusals right, found", _pair(found.refusals)
    yield "clarifications right, found", _pair(found.clarifications)
    if found.wordings is not None:
        yield "wordings of one query", _percent(found.wordings)
    if found.repeats is not None:
        yield "repeats of one query", _percent(found.repeats)
    if found.runs > 1:
        yield f"right in all {found.runs} runs", _percent(found.pass_k)
    for span, (middle, late) in found.latency_ms.items():
        yield f"{span}, p50 and p95", f"{middle:.1f} ms, {late:.1f} ms"
    yield "tokens", f"{found.tokens:,}"
    yield "cost", f"${found.cost_usd:.4f}" + (f", ${found.cost_per_right:.4f} a right answer" if found.cost_per_right else "")


def as_json(scores: Sequence[Scores], judged: Sequence[Judged]) -> dict[str, Any]:
    """Everything, for machines: figures per brain, and a verdict a question and run."""
    return {
        "clean": bool(scores) and all(found.clean for found in scores),
        "brains": [_scores_json(found) for found in scores],
        "questions": [_judged_json(each) for each in judged],
    }


def _scores_json(found: Scores) -> dict[str, Any]:
    return {
        "brain": found.brain,
        "questions": found.questions,
        "runs": found.runs,
        "accuracy": found.accuracy,
        "precision_when_answered": found.precision,
        "coverage": found.coverage,
        "silent_wrong": found.silent_wrong,
        "over_asking": found.over_asking,
        "refusal": {"precision": found.refusals[0], "recall": found.refusals[1]},
        "clarification": {"precision": found.clarifications[0], "recall": found.clarifications[1]},
        "unstable": list(found.unstable),
        "split_paraphrases": list(found.split),
        "one_query": {"repeats": found.repeats, "wordings": found.wordings},
        "pass_k": found.pass_k,
        "latency_ms": {span: {"p50": middle, "p95": late} for span, (middle, late) in found.latency_ms.items()},
        "tokens": found.tokens,
        "cost_usd": format(found.cost_usd, "f"),
        "cost_usd_per_right": format(found.cost_per_right, "f") if found.cost_per_right is not None else None,
    }


def _judged_json(each: Judged) -> dict[str, Any]:
    got = {name: each.got.get(name) for name in ("status", "reason", "query", "query_hash", "receipt", "text")}
    return {"id": each.line.line_id, "run": each.run, "verdict": each.verdict, "why": each.why, "got": got}


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


def _pair(shares: tuple[float | None, float | None]) -> str:
    return f"{_percent(shares[0])}, {_percent(shares[1])}"
