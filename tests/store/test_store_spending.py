"""What a team has spent on a model is added up exactly, by everybody at once."""

from decimal import Decimal
from threading import Thread

from anabot.store import Store


def test_a_team_that_has_spent_nothing_has_spent_nothing(store: Store) -> None:
    assert store.spending.today("books") == (0, 0, 0, 0)


def test_many_at_once_lose_no_token_and_no_fraction_of_a_cent(store: Store) -> None:
    def spend() -> None:
        for _ in range(10):
            store.spending.add("books", turns=1, tokens=7, usd=Decimal("0.000000123"), seconds=0.25)

    threads = [Thread(target=spend) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert store.spending.today("books") == (40, 280, Decimal("0.000004920"), 10.0)
    assert store.spending.today("shops") == (0, 0, 0, 0)
