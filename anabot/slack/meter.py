"""Count what Slack asked of Ana, for `/metrics`. Labels are statuses and places of the code, never a person or a metric."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

from anabot.types import Answer

ANSWERS = Counter("anabot_answers_total", "Answers given, by status.", ["status"])
SECONDS = Histogram(
    "anabot_answer_seconds", "From question to answer, without Slack.", buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30)
)
TURNED_AWAY = Counter("anabot_turned_away_total", "Questions that found the pool full.")
REPEATS = Counter("anabot_repeats_total", "Events that Slack sent again, or twice, and that were answered once.")


def answered(answer: Answer) -> None:
    """Count one answer."""
    ANSWERS.labels(status=answer.status).inc()
    total = answer.timings_ms.get("total")
    if total is not None:
        SECONDS.observe(total / 1000)
