"""`anabot eval`: ask a file of questions through everything but Slack, and score what comes against what is expected."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from anabot.bootstrap import House, open_house
from anabot.commands.asking import question_of
from anabot.commands.saying import AsJson, failed, say, say_json, talk
from anabot.config import load_settings
from anabot.errors import AnabotError
from anabot.evals import report
from anabot.evals.judge import Judged, judge
from anabot.evals.scores import score
from anabot.evals.spec import EvalLine, read_lines
from anabot.semantic import resolve
from anabot.semantic.query import MetricQuery
from anabot.wire import answer_json


def evaluate(
    file: Annotated[Path, typer.Argument(help="Questions with what is expected, one JSON object a line.", exists=True)],
    times: Annotated[int, typer.Option("--k", min=1, max=50, help="How often each question is asked.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Score a file of questions with exact answers. Exit 1 where any of them does not come out right."""
    asked = [line for path in _files(file) for line in read_lines(path.read_text(encoding="utf-8-sig"))]
    with open_house(load_settings()) as house:
        judged = list(_judged(house, asked, times))
    scores = score(judged)
    if as_json:
        say_json(report.as_json(scores, judged))
    else:
        for line in report.lines(scores, judged):
            say(line)
    raise typer.Exit(0 if scores and all(found.clean for found in scores) else 1)


def _files(path: Path) -> list[Path]:
    return sorted(path.glob("*.jsonl")) if path.is_dir() else [path]


def _judged(house: House, asked: Sequence[EvalLine], times: int) -> Iterator[Judged]:
    registry = house.standing().registry

    def canonical(query: MetricQuery) -> str:
        return resolve(registry, query).fingerprint()

    for run in range(times):
        # A thread is kept in the store, so that each run of each evaluation has conversations of its own.
        fresh = uuid.uuid4().hex[:8]
        for line in asked:
            yield judge(line, run, _asked(house, line, fresh), canonical)
        if times > 1:
            talk(f"run {run + 1} of {times}")


def _asked(house: House, line: EvalLine, fresh: str) -> dict[str, Any]:
    thread = f"eval-{fresh}-{line.thread}" if line.thread else ""
    try:
        return answer_json(house.asker.ask(question_of(house, line.text, line.as_user, line.channel, thread)))
    except AnabotError as error:
        return answer_json(failed(error))
