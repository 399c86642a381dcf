"""Nobody learns of fewer than k people from two answers: everything is asked through the door, and every pair is subtracted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import combinations
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from anabot.access.crowds import Counter
from anabot.engine import Engine, Intent
from anabot.errors import NotAllowed
from anabot.semantic.query import MetricQuery
from anabot.store import Store
from anabot.types import Cell
from tests.access import random_crowd as made

REGISTRY = made.registry()
READER = made.reader(REGISTRY)
WORKFORCES = range(3)
INTENT = Intent(question_id="q", actor="one", place="dm", kind="question")


@contextmanager
def opened(lessons: list[made.Lesson], folder: Path) -> Iterator[Callable[[Any], Sequence[tuple[Cell, ...]]]]:
    """A way to ask questions about these lessons, through the door."""
    store = Store(f"sqlite:///{folder}/store.db")
    store.migrate()
    engine = Engine(lambda: SimpleNamespace(registry=REGISTRY), {"default": made.Ledger(lessons)}, store.audit)
    yield lambda query: engine.run(MetricQuery.model_validate(query), READER, intent=INTENT).table.rows
    store.close()


def told(lessons: list[made.Lesson], folder: Path) -> dict[str, set[frozenset[made.Lesson]]]:
    """For each metric, the sets of rows whose number is said in some answer."""
    found: dict[str, set[frozenset[made.Lesson]]] = {name: set() for name in made.METRICS}
    with opened(lessons, folder) as ask:
        for query in made.questions(lessons):
            width = len(query["group_by"])
            for row in ask(query):
                for name, cell in zip(made.METRICS, row[width:], strict=True):
                    if cell is not None:
                        found[name].add(made.behind(lessons, query, row[:width]))
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


def test_an_earlier_time_that_is_cut_at_other_months_is_refused_as_it_would_tell_of_one_of_them(tmp_path: Path) -> None:
    """Two people were taught in Oslo in June: June to August by quarters, without July and August, would be their hours."""
    lessons = made.months(
        oslo={4: 8, 5: 8, 6: 2, 7: 20, 8: 21, 9: 22}, rome=dict.fromkeys(range(4, 7), 9) | dict.fromkeys((7, 8, 9), 20)
    )
    summer = {"metrics": ["hours"], "period": {"start": "2026-07-01", "end": "2026-10-01"}, "group_by": ["site"]}
    shifted = {"start": "2026-06-01", "end": "2026-09-01"}

    with opened(lessons, tmp_path) as ask:
        by_month = ask({**summer, "group_by": ["metric_time__month", "site"], "compare": shifted})
        whole = ask({**summer, "compare": shifted})
        for by in ("quarter", "year"):
            with pytest.raises(NotAllowed, match="cut at other months"):
                ask({**summer, "group_by": [f"metric_time__{by}", "site"], "compare": shifted})

    assert [row[2:4] for row in by_month if row[1] == "oslo"] == [(None, None), (1029, 570), (1551, 1029)]
    assert {row[1:] for row in whole} == {(None, None, None, None)}
