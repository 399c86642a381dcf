"""The store opens where it may, and its tables come and stay right."""

import multiprocessing
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from anabot.errors import ConfigError, StoreError
from anabot.store import Store
from anabot.store.tables import metadata


def migrate(url: str) -> None:
    Store(url).migrate()


def test_many_processes_may_migrate_at_once(store_url: str) -> None:
    spawn = multiprocessing.get_context("spawn")
    starting = [spawn.Process(target=migrate, args=(store_url,)) for _ in range(4)]

    for process in starting:
        process.start()
    for process in starting:
        process.join(60)

    assert [process.exitcode for process in starting] == [0, 0, 0, 0]
    assert Store(store_url).current()


def test_the_migrations_make_the_tables_the_code_knows(store: Store) -> None:
    with store._database.read() as connection:
        difference = compare_metadata(MigrationContext.configure(connection), metadata)

    assert difference == []


def test_migrating_twice_changes_nothing(store: Store) -> None:
    store.notes.put("kept", 1)

    store.migrate()

    assert store.notes.get("kept") == 1


def test_a_store_without_tables_says_what_to_run(store_url: str, tmp_path: Path) -> None:
    (tmp_path / "memory").mkdir()
    fresh = Store(store_url)

    assert not fresh.current()
    with pytest.raises(StoreError, match="anabot migrate"):
        fresh.seen.once("a")


def test_a_store_that_cannot_be_reached_is_a_store_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="ANABOT_STORE_URL"):
        Store(f"sqlite:///{tmp_path}/absent/ana.db").seen.once("a")
    with pytest.raises(StoreError, match="ANABOT_STORE_URL"):
        Store(f"postgresql://ana@/none?host={tmp_path}").seen.once("a")


@pytest.mark.parametrize("url", ["nonsense", "mysql://somewhere/db", "sqlite://", "sqlite:///:memory:"])
def test_a_url_she_cannot_use_is_refused_with_one_she_can(url: str) -> None:
    with pytest.raises(ConfigError, match="sqlite:///var/ana.db"):
        Store(url)


def test_writers_in_many_threads_wait_for_each_other(store: Store) -> None:
    failures: list[StoreError] = []

    def vote(number: int) -> None:
        try:
            for turn in range(10):
                store.notes.put(f"{number}-{turn}", turn)
        except StoreError as error:
            failures.append(error)

    threads = [threading.Thread(target=vote, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert store.notes.get("7-9") == 9
