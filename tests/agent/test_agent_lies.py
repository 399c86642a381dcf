"""Ana's own sentences about Halden all hold; each of them turned into a lie is caught."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from halden_data import Halden
from liar import lies

from anabot.agent.grounding import Shown, ground, names_of, shown
from anabot.commands.asking import question_of
from anabot.evals.spec import read_lines
from anabot.semantic.query import MetricQuery

EVALS = Path(__file__).parent.parent / "evals"
AT_ONCE = 60


@pytest.fixture(scope="module")
def told(halden: Halden) -> list[tuple[str, Shown]]:
    """Sentences with numbers in them, and what they are said of."""
    lines = [line for file in sorted(EVALS.glob("*.jsonl")) for line in read_lines(file.read_text(encoding="utf-8"))]
    lines = [line for line in lines if line.expect.kind == "answered" and not line.thread]
    found: dict[str, Shown] = {}
    for line in lines[:: max(1, len(lines) // AT_ONCE)]:
        answer = halden.house.asker.ask(question_of(halden.house, line.text, line.as_user, line.channel, ""))
        for part in (answer.aside or answer).parts or (answer.aside or answer,):
            if part.query and part.table and not part.ask:
                query = MetricQuery.model_validate(part.query)
                found[part.text] = shown(query, part.table, halden.registry, as_of=part.as_of)
    return list(found.items())


def test_what_ana_says_is_borne_out(halden: Halden, told: list[tuple[str, Shown]]) -> None:
    names = names_of(halden.registry, halden.registry.metrics)

    flagged = [f"{text} {found.claims}" for text, one in told if not (found := ground(text, [one], names)).holds]

    assert len(told) > AT_ONCE // 2
    assert not flagged, "\n".join(flagged)


@pytest.mark.parametrize("seed", range(3))
def test_every_lie_is_caught(halden: Halden, told: list[tuple[str, Shown]], seed: int) -> None:
    names = names_of(halden.registry, halden.registry.metrics)
    labels, rng = [metric.label for metric in halden.registry.metrics.values()], random.Random(seed)

    made = [(kind, text, lie, one) for text, one in told for kind, lie in lies(text, one, labels, rng)]
    believed = [f"{kind}: {lie} (the truth is: {text})" for kind, text, lie, one in made if ground(lie, [one], names).holds]

    assert {kind for kind, *_ in made} == {"number", "sign", "unit", "scale", "group", "period", "metric"}
    assert len(made) > 500
    assert not believed, "\n".join(believed)
