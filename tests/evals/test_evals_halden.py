"""Halden's own questions, four teams and the hostile: every answer exact, every way out right, nothing said wrongly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from halden_data import Halden

from anabot.commands.asking import question_of
from anabot.evals.judge import Judged, judge
from anabot.evals.scores import score
from anabot.evals.spec import EvalLine, read_lines
from anabot.semantic import resolve
from anabot.semantic.query import MetricQuery
from anabot.wire import answer_json

FILES = sorted(Path(__file__).parent.glob("*.jsonl"))


def ask(halden: Halden, line: EvalLine) -> dict[str, Any]:
    thread = f"evals-{line.thread}" if line.thread else ""
    return answer_json(halden.house.asker.ask(question_of(halden.house, line.text, line.as_user, line.channel, thread)))


def judged(halden: Halden, file: Path) -> list[Judged]:
    def canonical(query: MetricQuery) -> str:
        return resolve(halden.registry, query).fingerprint()

    return [judge(line, 0, ask(halden, line), canonical) for line in read_lines(file.read_text(encoding="utf-8"))]


def test_there_are_three_hundred_questions_and_more() -> None:
    assert sum(len(read_lines(file.read_text(encoding="utf-8"))) for file in FILES) >= 300


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_question_of_a_team_comes_out_right(halden: Halden, file: Path) -> None:
    found = judged(halden, file)

    wrong = [f"{each.line.line_id} {each.verdict}: “{each.line.text}” {each.why}" for each in found if each.verdict != "right"]
    assert not wrong, "\n".join(wrong)
    (figures,) = score(found)
    assert figures.split == ()
