"""The DuckDB file is read by one locked child process that can be killed, and is read anew when it is replaced."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from anabot.errors import WarehouseError, WarehouseLimit, WarehouseTimeout
from anabot.types import Statement
from anabot.warehouses.duckdb import DuckDB

SLOW = "SELECT sum(a.i * b.i) FROM range(100000000) AS a(i), range(1000000) AS b(i)"


def write(path: Path, value: int) -> None:
    beside = path.with_suffix(".new")
    with duckdb.connect(str(beside)) as file:
        file.execute("CREATE TABLE t AS SELECT ?::INTEGER AS v", [value])
    beside.rename(path)


def ask(warehouse: DuckDB, text: str = "SELECT v FROM t", timeout_s: float = 20.0, max_bytes: int = 10_000_000) -> object:
    statement = Statement(connection="default", dialect="duckdb", text=text)
    return warehouse.run(statement, max_rows=100, max_bytes=max_bytes, timeout_s=timeout_s).rows[0][0]


def gone(pid: int) -> bool:
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write(tmp_path / "w.duckdb", 1)
    return tmp_path / "w.duckdb"


@pytest.fixture
def warehouse(path: Path) -> Iterator[DuckDB]:
    opened = DuckDB(path)
    yield opened
    opened.close()


def test_a_replaced_file_is_read_anew_by_a_new_child(warehouse: DuckDB, path: Path) -> None:
    assert ask(warehouse) == 1
    before, old = warehouse.watermark(), warehouse.pid

    write(path, 2)

    assert ask(warehouse) == 2
    assert warehouse.watermark() != before
    assert old is not None
    assert gone(old)


def test_a_file_replaced_in_the_middle_of_questions_loses_none(warehouse: DuckDB, path: Path) -> None:
    answers: list[object] = []

    def keep_asking() -> None:
        for _ in range(15):
            answers.append(ask(warehouse))

    threads = [threading.Thread(target=keep_asking) for _ in range(3)]
    for thread in threads:
        thread.start()
    write(path, 2)
    write(path, 3)
    for thread in threads:
        thread.join(60)

    assert len(answers) == 45
    assert set(answers) <= {1, 2, 3}
    assert ask(warehouse) == 3


def test_a_missing_file_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match=r"absent\.duckdb does not exist.*ANABOT_WAREHOUSE_URL"):
        ask(DuckDB(tmp_path / "absent.duckdb"))


def test_a_file_that_is_no_database_is_named_and_read_once_it_is_one(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    path.write_text("half a file, still being copied" * 1000)
    warehouse = DuckDB(path)

    with pytest.raises(WarehouseError, match=r"w\.duckdb cannot be opened"):
        ask(warehouse)
    write(path, 5)

    assert ask(warehouse) == 5
    warehouse.close()


def test_a_file_that_vanishes_and_comes_back_is_read_again(warehouse: DuckDB, path: Path) -> None:
    assert ask(warehouse) == 1
    path.unlink()
    with pytest.raises(WarehouseError, match="does not exist"):
        ask(warehouse)

    write(path, 2)

    assert ask(warehouse) == 2


def test_a_slow_question_does_not_take_the_others_with_it(warehouse: DuckDB) -> None:
    problems: list[WarehouseTimeout] = []

    def slow() -> None:
        try:
            ask(warehouse, SLOW, timeout_s=1.0)
        except WarehouseTimeout as error:
            problems.append(error)

    thread = threading.Thread(target=slow)
    thread.start()
    answers = [ask(warehouse) for _ in range(20)]
    thread.join(20)

    assert answers == [1] * 20
    assert len(problems) == 1


def test_a_killed_child_is_replaced_and_the_question_answered(warehouse: DuckDB) -> None:
    ask(warehouse)
    assert warehouse.pid is not None
    os.kill(warehouse.pid, signal.SIGKILL)

    assert ask(warehouse) == 1


def test_a_question_that_needs_too_much_memory_is_refused_and_the_child_lives(warehouse: DuckDB) -> None:
    ask(warehouse)
    child = warehouse.pid

    with pytest.raises(WarehouseLimit, match="memory"):
        ask(warehouse, "SELECT list(i) FROM range(1000000000) AS r(i)")

    assert ask(warehouse) == 1
    assert warehouse.pid == child


def test_an_endless_result_is_cut_without_being_computed(warehouse: DuckDB) -> None:
    started = time.monotonic()

    assert ask(warehouse, "SELECT i FROM range(1000000000000) AS r(i)") == 0
    assert time.monotonic() - started < 5


LARGE = """SELECT i AS n, 'word ' || (i % 7) AS word, (i * 37)::DECIMAL(18, 2) / 100 AS amount,
    CASE WHEN i % 3 > 0 THEN DATE '2026-01-01' + (i % 400)::INT END AS day FROM range(500000) AS s(i)"""


def test_a_large_result_that_comes_in_parts_has_the_engines_own_rows(warehouse: DuckDB, path: Path) -> None:
    statement = Statement(connection="default", dialect="duckdb", text=LARGE)

    whole = warehouse.run(statement, max_rows=1_000_000, max_bytes=1 << 30, timeout_s=60)
    cut = warehouse.run(statement, max_rows=400_001, max_bytes=1 << 30, timeout_s=60)

    with duckdb.connect(str(path), read_only=True) as file:
        told = file.execute(LARGE).fetchall()
    assert whole.names == ("n", "word", "amount", "day")
    assert (whole.rows == told, whole.truncated) == (True, False)
    assert (cut.rows == told[:400_001], cut.truncated) == (True, True)


def test_what_fails_after_its_first_parts_gives_no_rows_and_the_next_question_is_answered(warehouse: DuckDB) -> None:
    broken = "SELECT i, CASE WHEN i = 499999 THEN error('spoilt') ELSE repeat('x', 40) END AS word FROM range(500000) AS s(i)"
    statement = Statement(connection="default", dialect="duckdb", text=broken)

    with pytest.raises(WarehouseError, match="could not compute this"):
        warehouse.run(statement, max_rows=1_000_000, max_bytes=1 << 30, timeout_s=60)

    assert ask(warehouse) == 1


def test_a_large_result_that_is_late_is_given_up_and_the_next_question_is_answered(warehouse: DuckDB) -> None:
    endless = "SELECT i, repeat('x', 100) AS word FROM range(100000000) AS s(i)"
    statement = Statement(connection="default", dialect="duckdb", text=endless)

    started = time.monotonic()
    with pytest.raises(WarehouseTimeout):
        warehouse.run(statement, max_rows=1_000_000_000, max_bytes=1 << 40, timeout_s=1)

    assert time.monotonic() - started < 10
    assert ask(warehouse) == 1


def test_the_child_is_small_and_holds_no_secret(warehouse: DuckDB, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-canary")
    ask(warehouse)

    resident = int(Path(f"/proc/{warehouse.pid}/status").read_text().split("VmRSS:")[1].split()[0]) // 1024
    assert resident < 140
    assert b"canary" not in Path(f"/proc/{warehouse.pid}/environ").read_bytes()


def test_the_child_dies_with_its_parent(path: Path) -> None:
    program = f"""
import os, signal, threading
from pathlib import Path
from anabot.types import Statement
from anabot.warehouses.duckdb import DuckDB
warehouse = DuckDB(Path({str(path)!r}))
run = lambda text: warehouse.run(Statement(connection="d", dialect="duckdb", text=text), max_rows=1, max_bytes=1000, timeout_s=60)
run("SELECT v FROM t")
threading.Thread(target=run, args=({SLOW!r},), daemon=True).start()
print(warehouse.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)

    assert gone(int(said.stdout))


def test_a_process_that_ends_leaves_no_child(path: Path) -> None:
    program = f"""
from pathlib import Path
from anabot.types import Statement
from anabot.warehouses.duckdb import DuckDB
warehouse = DuckDB(Path({str(path)!r}))
warehouse.run(Statement(connection="d", dialect="duckdb", text="SELECT v FROM t"), max_rows=1, max_bytes=1000, timeout_s=60)
print(warehouse.pid)
"""
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)

    assert gone(int(said.stdout))
    assert said.stderr == ""
