"""Wishes for words are kept once a person, under the person's own key, and forgotten with them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from anabot.store import Store, tables


def file(store: Store, actor: str = "U1", receipt: str = "R-1", said: str = "churn and margin by shop") -> bool:
    return store.demands.file(receipt, actor, "#books", said=said, words=["churn", "margin"], nearest=["sales"])


def words(store: Store) -> list[tuple[str, str]]:
    return [(one.actor, one.word) for one in store.demands.list()]


def test_a_wish_is_kept_once_for_each_person_and_question(store: Store) -> None:
    assert file(store)
    assert not file(store)
    assert file(store, "U2")

    assert sorted(words(store)) == [("U1", "churn"), ("U1", "margin"), ("U2", "churn"), ("U2", "margin")]
    assert {(one.said, one.place, one.nearest, one.state) for one in store.demands.list()} == {
        ("churn and margin by shop", "#books", ("sales",), "open")
    }


def test_no_word_of_a_wish_lies_in_clear(store: Store) -> None:
    file(store)

    with store._database.read() as connection:
        rows = connection.execute(select(tables.demand)).all()

    assert not [row for row in rows if "churn" in str(row)]


def test_one_word_of_a_question_ends_without_the_others(store: Store) -> None:
    file(store)

    store.demands.end([one for one in store.demands.list() if one.word == "churn"], "closed", by="U9")

    assert words(store) == [("U1", "margin")]
    assert [(one.word, one.by) for one in store.demands.list("closed")] == [("churn", "U9")]
    assert len(store.demands.list(None)) == 2


@pytest.mark.parametrize("forgotten", ["U1", "U2"])
def test_who_is_forgotten_has_wished_for_nothing(store: Store, forgotten: str) -> None:
    file(store, "U1")
    file(store, "U2")

    gone = store.forget([forgotten])

    assert gone.demands == 2
    assert {actor for actor, _ in words(store)} == {"U1", "U2"} - {forgotten}
