"""The canaries of the whole suite sing: they are where they belong, and are found where they do not."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import canary
import duckdb

from tests.tiny.warehouse import build


def test_the_secret_is_in_the_environment_of_every_test() -> None:
    assert os.environ["ANABOT_CANARY_SECRET"] == canary.SECRET


def test_the_name_is_in_the_data(tmp_path: Path) -> None:
    build(tmp_path / "w.duckdb")

    with duckdb.connect(str(tmp_path / "w.duckdb"), read_only=True) as warehouse:
        assert warehouse.execute("SELECT COUNT(*) FROM crumb.customers WHERE customer = ?", [canary.NAME]).fetchone() == (1,)


def test_a_leak_into_a_file_or_a_database_is_found(tmp_path: Path) -> None:
    words = "not the canary, only for this test"
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "ana.log").write_text(f"token={words}\n")
    with sqlite3.connect(tmp_path / "ana.db") as database:
        database.execute("CREATE TABLE kept (said TEXT)")
        database.execute("INSERT INTO kept VALUES (?)", [words])
    database.close()
    (tmp_path / "w.duckdb").write_text(words)

    found = canary.leaks(tmp_path, words, besides=(".duckdb",))

    assert {path.name for path in found} == {"ana.log", "ana.db"}
