"""Nobody learns of fewer than k people from two answers: everything is asked through the door, and every pair is subtracted."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from random import Random
from types import SimpleNamespace

import pytest

from anabot.access.crowds import Counter
from anabot.engine import Engine, Intent
from anabot.semantic.query import MetricQuery
from anabot.store import Store
from tests.access import random_crowd as made

REGISTRY = made.registry()
READER = made.reader(REGISTRY)
WORKFORCES = range(3)
INTENT = Intent(question_id="q", actor="one", place="dm", kind="question")


def told(lessons: list[made.Lesson], folder: Path) -> dict[str, set[frozenset[made.Lesson]]]:
    """For each metric, the sets of rows whose number is said in some answer."""
    store = Store(f"sqlite:///{folder}/store.db")
    store.migrate()
    engine = Engine(lambda: SimpleNamespace(registry=REGISTRY), {"default": made.Ledger(lessons)}, store.audit)
    found: dict[str, set[frozenset[made.Lesson]]] = {name: set() for name in made.METRICS}
    for query in made.questions(lessons):
        table = engine.run(MetricQuery.model_validate(query), READER, intent=INTENT).table
        width = len(query["group_by"])
        for row in table.rows:
            for name, cell in zip(made.METRICS, row[width:], strict=True):
                if cell is not None:
                    found[name].add(made.behind(lessons, query, row[:width]))
    store.close()
    return found


def learnt(name: str, cells: set[frozenset[made.Lesson]]) -> Iterator[str]:
    """What follows of fewer than k people: from a cell, and from two of which one holds the other."""
    for cell in cells:
        if 0 < len(_people(cell)) < made.K:
            yield f"{name} of {len(_people(cell))} people"
    for one, other in combinations(cells, 2):
        big, small = (one, other) if len(one) > len(other) else (other, one)
        if small < big:
            rest = _people(big) - _people(small) if name == "learners" else _people(big - small)
            if 0 < len(rest) < made.K:
                yield f"{name} of {len(rest)} people, as {len(_people(big))} without {len(_people(small))}"


def _people(cell: frozenset[made.Lesson]) -> frozenset[int]:
    return frozenset(each.person for each in cell)


@pytest.mark.parametrize("seed", WORKFORCES)
def test_no_two_answers_tell_of_fewer_than_k_people(seed: int, tmp_path: Path) -> None:
    lessons = made.rows(Random(seed))
    said = told(lessons, tmp_path)

    assert {name: list(learnt(name, cells)) for name, cells in said.items()} == {"learners": [], "hours": []}
    assert all(len(cells) > 2 for cells in said.values()), {name: len(cells) for name, cells in said.items()}


def test_they_do_where_those_who_recur_are_added_up_like_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Counter, "_once", lambda *_: False)

    assert list(learnt("learners", told(made.rows(Random(1)), tmp_path)["learners"]))
