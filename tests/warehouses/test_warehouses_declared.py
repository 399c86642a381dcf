"""The file of ANABOT_CONNECTIONS: names become warehouses, every fault is told at once, no secret ever."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from anabot.errors import ConfigError
from anabot.types import Statement
from anabot.warehouses import declared as module
from anabot.warehouses.base import Result
from anabot.warehouses.declared import asking, declared, names
from anabot.warehouses.duckdb import DuckDB
from anabot.warehouses.later import Later
from tests.warehouses.snowflake_stub import serving

CANARY = "cAnArY-9d1"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The URLs that were opened, and what stood beside them."""
    urls: list[Any] = []
    monkeypatch.setattr(module, "open_warehouse", lambda url: urls.append(url) or DuckDB(Path(__file__)))
    monkeypatch.setattr(module, "open_snowflake", lambda url, **beside: urls.extend((url, beside)) or DuckDB(Path(__file__)))
    return urls


def write(tmp_path: Path, text: str) -> Path:
    (tmp_path / "connections.yml").write_text(text, encoding="utf-8")
    return tmp_path / "connections.yml"


def open_later(found: object) -> None:
    assert isinstance(found, Later)
    found.watermark()


def test_each_name_becomes_a_warehouse_that_is_not_opened_yet(tmp_path: Path) -> None:
    path = write(tmp_path, 'default: {url: "duckdb:///w.duckdb"}\nhr: {url_env: HR}\nbooks: "postgresql://ana@h/books"\n')

    found = declared(path, {"HR": "postgresql://ana@h/hr"})

    assert {name: each.dialect for name, each in found.items()} == {"default": "duckdb", "hr": "postgres", "books": "postgres"}
    assert names(path) == {"default", "hr", "books"}


def test_they_may_stand_under_one_key(tmp_path: Path) -> None:
    assert names(write(tmp_path, 'connections:\n  default: {url: "duckdb:///w.duckdb"}\n')) == {"default"}


def test_a_snowflake_account_with_a_key_pair_is_a_url_for_its_driver(tmp_path: Path, opened: list[Any]) -> None:
    (tmp_path / "ana.p8").write_text("key")
    entry = "type: snowflake, account: ab1.eu, user: ANA, role: READER, warehouse: S, database: B"
    key = f"private_key_file: {tmp_path}/ana.p8, private_key_passphrase_env: PHRASE"
    path = write(tmp_path, f"billing: {{{entry}, {key}}}\n")

    found = declared(path, {"PHRASE": "a b&c"})
    assert opened == []
    open_later(found["billing"])

    key = {"private_key_file": tmp_path / "ana.p8", "private_key_passphrase": "a b&c"}
    assert opened == ["snowflake://ANA@ab1.eu/B", {"role": "READER", "warehouse": "S", **key}]


def test_a_snowflake_key_may_stand_in_a_variable_and_the_server_be_named(tmp_path: Path, opened: list[Any]) -> None:
    entry = "type: snowflake, account: ab1, user: ANA, private_key_env: PEM, server: 'https://ab1.privatelink.example'"

    open_later(declared(write(tmp_path, f"billing: {{{entry}}}\n"), {"PEM": CANARY})["billing"])

    assert opened == ["snowflake://ANA@ab1/", {"server": "https://ab1.privatelink.example", "private_key_env": "PEM"}]


def test_a_token_that_was_rotated_is_taken_up_at_the_next_sign_in(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("first")
    with serving() as wire:
        entry = f"type: snowflake, account: ab1, user: ANA, token_file: {tmp_path}/token, server: '{wire.url}'"
        warehouse = declared(write(tmp_path, f"billing: {{{entry}}}\n"), {})["billing"]
        statement = Statement(connection="billing", dialect="snowflake", text="SELECT 1")
        warehouse.run(statement, max_rows=9, max_bytes=10**6, timeout_s=20)

        (tmp_path / "token").write_text("second")
        wire.expire = 1
        warehouse.run(statement, max_rows=9, max_bytes=10**6, timeout_s=20)
        warehouse.close()

        assert [body["data"]["TOKEN"] for body in wire.bodies("/session/v1/login-request")] == ["first", "second"]


def test_an_oauth_token_goes_by_its_file(tmp_path: Path, opened: list[Any]) -> None:
    (tmp_path / "token").write_text("tok\n")
    path = write(tmp_path, f"billing: {{type: snowflake, account: ab1, user: ANA, token_file: {tmp_path}/token}}\n")

    open_later(declared(path, {})["billing"])

    assert opened == ["snowflake://ANA@ab1/", {"token_file": tmp_path / "token"}]


def test_a_password_comes_from_the_environment_into_its_place(tmp_path: Path, opened: list[Any]) -> None:
    declared(write(tmp_path, 'hr: {url: "postgresql://ana@h:5432/hr", password_env: PW}\n'), {"PW": "p@ss"})

    assert opened == ["postgresql://ana:p%40ss@h:5432/hr"]


def test_all_faults_are_told_at_once_by_their_connections_and_without_their_values(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        f"a: {{url_env: NOT_SET}}\nb: {{uri: x{CANARY}}}\nc: {{}}\nmerge: 'duckdb:///x'\nd: 'oracle://u:{CANARY}@h'\n"
        f"e: {{type: snowflake, user: u}}\nf: {{url: 'postgresql://u:{CANARY}@h/x', role: r}}\n"
        "g: {token_file: /no/where, type: snowflake, account: a, user: u}\n",
    )

    with pytest.raises(ConfigError) as caught:
        declared(path, {})

    told = str(caught.value)
    assert [name for name in ("a", "b", "c", "merge", "d", "e", "f", "g") if f"\n  {name}: " not in told] == []
    assert "NOT_SET" in told
    assert CANARY not in told


@pytest.mark.parametrize("text", ["", "- a\n", f"a: [{CANARY}: ]]\n", "connections: {}\n"])
def test_a_file_that_declares_nothing_is_said_without_its_words(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        declared(write(tmp_path, text))

    assert CANARY not in str(caught.value)


def test_what_is_opened_later_is_opened_once_and_closed() -> None:
    class Inner:
        dialect = "snowflake"
        closed = 0

        def run(self, statement: Statement, *, max_rows: int, max_bytes: int, timeout_s: float) -> Result:
            return Result(names=(statement.text,), rows=())

        def wake(self) -> None:
            raise AssertionError

        def watermark(self) -> str:
            return "w"

        def close(self) -> None:
            self.closed += 1

    inner, times = Inner(), list[int]()
    later = Later("snowflake", lambda: times.append(1) or inner)
    later.close()
    later.wake()
    statement = Statement(connection="c", dialect="snowflake", text="x")

    assert [later.run(statement, max_rows=1, max_bytes=1, timeout_s=1).names for _ in range(2)] == [("x",)] * 2
    later.close()

    assert (times, inner.closed) == ([1], 1)


def test_a_connection_may_run_as_the_asker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    monkeypatch.setattr(module, "open_postgres", lambda url, **beside: told.append((url, beside)) or DuckDB(Path(__file__)))
    monkeypatch.setattr(module, "open_snowflake", lambda url, **beside: told.append((url, beside)) or DuckDB(Path(__file__)))
    crm = "{url: 'postgresql://gate@h/crm', run_as: asker, own_role: ana, user_setting: app.user}"
    billing = "{type: snowflake, account: ab1, user: ANA, run_as: asker, own_role: READER}"
    path = write(tmp_path, f"crm: {crm}\nbilling: {billing}\nplain: 'postgresql://ana@h/x'\n")

    open_later(declared(path, {})["billing"])

    assert told[0] == ("postgresql://gate@h/crm", {"as_asker": True, "user_setting": "app.user"})
    assert told[1][1]["as_asker"] is True
    assert {name: (each.own_role, each.user_setting) for name, each in asking(path).items()} == {
        "crm": ("ana", "app.user"),
        "billing": ("READER", ""),
    }
    assert asking(None) == {}


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{url: 'duckdb:///w.duckdb', run_as: asker, own_role: ana}", "It cannot run as the asker"),
        ("{url: 'postgresql://ana@h/x', run_as: asker}", "It runs as the asker and has no role for Ana"),
        ("{url: 'postgresql://ana@h/x', own_role: ana}", "does not run as the asker"),
        ("{url: 'postgresql://ana@h/x', run_as: asker, user_setting: 'app.user; x'}", "user_setting"),
        (
            "{type: snowflake, account: a, user: A, run_as: asker, own_role: R, user_setting: app.user}",
            "`user_setting` is for PostgreSQL",
        ),
        ("{url: 'postgresql://ana@h/x', run_as: admin}", "run_as"),
    ],
)
def test_a_connection_that_cannot_run_as_the_asker_is_named(tmp_path: Path, entry: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        declared(write(tmp_path, f"crm: {entry}\n"), {})


def test_what_is_wrong_with_one_that_runs_as_the_asker_is_named_wherever_it_is_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"crm: run_as: Input should be 'asker'"):
        asking(write(tmp_path, "crm: {url: 'postgresql://ana@h/x', run_as: admin}\n"))
