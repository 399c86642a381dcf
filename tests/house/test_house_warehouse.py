"""A warehouse that is absent, unreadable, older than the registry, or replaced: words, no traceback, no stale number."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from office import Office

from anabot.bootstrap import House, open_house
from anabot.config import load_settings
from anabot.errors import WarehouseLacks
from anabot.types import Answer, Question, Statement
from anabot.warehouses.base import Result
from anabot.warehouses.duckdb import DuckDB

QUESTION = "sales last month by region"


@pytest.fixture
def house(office: Office) -> Iterator[House]:
    """The office, in a process that goes on."""
    here = os.getcwd()
    os.chdir(office.folder)
    try:
        with open_house(load_settings()) as opened:
            yield opened
    finally:
        os.chdir(here)


class Server(DuckDB):
    """The bakery's warehouse as a server: only its newest loads tell how new it is, and it may refuse to read a table."""

    refuses = ""

    def watermark(self) -> str:
        return ""

    def run(self, statement: Statement, **limits: Any) -> Result:
        if self.refuses and self.refuses in statement.text:
            raise WarehouseLacks(f"`{self.refuses}` may not be read.")
        return super().run(statement, **limits)


@pytest.fixture
def server(office: Office, house: House) -> Iterator[Server]:
    opened = Server(office.warehouse)
    house.engine._warehouses["default"] = opened
    yield opened
    opened.close()


def test_an_absent_file_is_said_and_works_once_it_appears(office: Office, house: House) -> None:
    away = office.warehouse.rename(office.folder / "away.duckdb")
    before = _ask(house, QUESTION)

    away.rename(office.warehouse)
    after = _ask(house, QUESTION)

    assert before.status == "error"
    assert "bakery.duckdb does not exist" in before.text
    assert "ANABOT_WAREHOUSE_URL" in before.text
    assert after.status == "answered"


def test_a_house_that_opens_without_its_file_answers_when_it_is_built(office: Office) -> None:
    office.warehouse.rename(office.folder / "away.duckdb")
    told = office.run("ask", QUESTION, "--as", "bea", "--json")

    assert (told.code, told.json["status"], told.json["reason"]) == (1, "error", "warehouse")
    assert told.json["receipt"].startswith("R-")


def test_a_column_that_an_older_file_lacks_is_named_with_its_table(office: Office, house: House) -> None:
    office.change_data("ALTER TABLE crumb.order_lines DROP COLUMN amount")

    answer = _ask(house, QUESTION)

    assert answer.status == "error"
    assert "`crumb.order_lines` has no column `amount`." in answer.text
    assert "Rebuild the warehouse" in answer.text
    assert "Binder" not in answer.text
    assert "SELECT" not in answer.text


def test_a_table_that_an_older_file_lacks_is_named(office: Office, house: House) -> None:
    office.change_data("DROP TABLE crumb.orders")

    answer = _ask(house, "orders last month")

    assert "There is no table `crumb.orders`." in answer.text
    assert "Catalog" not in answer.text


def test_what_an_older_file_does_have_is_still_answered(office: Office, house: House) -> None:
    office.change_data("ALTER TABLE crumb.order_lines DROP COLUMN amount")

    assert _ask(house, "orders last month").status == "answered"


def test_a_load_log_that_is_missing_costs_the_badge_and_not_the_answer(office: Office, house: House) -> None:
    assert _badge(_ask(house, "sales last month")) == "certified"
    office.change_data("DROP TABLE crumb.load_log")

    answer = _ask(house, "sales last month")

    assert answer.status == "answered"
    assert _badge(answer) == "team"
    assert answer.badge is not None
    assert "it is not known when till was last loaded" in answer.badge.why
    assert answer.as_of is None


def test_a_load_log_that_a_server_does_not_show_costs_the_badge_and_not_the_answer(house: House, server: Server) -> None:
    server.refuses = "load_log"

    answer = _ask(house, "sales last month")

    assert "428.16" in answer.text
    assert answer.badge is not None
    assert (answer.badge.level, answer.badge.why) == ("team", "it is not known how new the data is")
    assert answer.as_of is None
    assert {entry.status for entry in house.store.audit.list() if entry.kind == "question"} == {"answered"}


def test_a_file_that_is_replaced_gives_new_numbers_and_new_values_at_once(office: Office, house: House) -> None:
    assert "428.16" in _ask(house, "sales last month").text
    assert _ask(house, "sales last month for Atlantis").status == "refused"

    office.change_data(
        "UPDATE crumb.regions SET region = 'Atlantis' WHERE region = 'Isles'",
        "UPDATE crumb.order_lines SET amount = amount * 2",
    )

    assert "856.32" in _ask(house, "sales last month").text
    assert "163.12" in _ask(house, "sales last month for Atlantis").text
    assert _ask(house, "sales last month for Isles").status == "refused"


def test_numbers_that_a_new_file_changed_lose_their_certificate(office: Office, house: House) -> None:
    office.change_data("UPDATE crumb.order_lines SET amount = amount * 2")

    answer = _ask(house, "sales last month")

    assert answer.badge is not None
    assert answer.badge.level == "team"
    assert "golden" in answer.badge.why


@pytest.mark.parametrize("content", [b"", b"hello, I am no database", b"\x00" * 5_000])
def test_a_file_that_is_no_warehouse_is_said_and_not_dumped(office: Office, house: House, content: bytes) -> None:
    office.warehouse.write_bytes(content)

    answer = _ask(house, QUESTION)

    assert answer.status == "error"
    assert "cannot be opened" in answer.text
    assert "Traceback" not in answer.text


def test_a_server_that_cannot_be_reached_is_said_once_and_forgotten_once_it_can(office: Office) -> None:
    told = office.run("ask", QUESTION, "--as", "bea", "--json", ANABOT_WAREHOUSE_URL="postgresql://u:CANARY@127.0.0.1:1/x")
    record = office.run("audit", "list", "--json").json

    assert (told.code, told.json["reason"]) == (1, "warehouse")
    assert "The warehouse cannot be reached." in told.json["text"]
    assert "CANARY" not in told.out + told.err
    assert not [row for row in record if row["kind"] == "values" and row["status"] == "answered"]


def test_what_a_table_says_cannot_steer_a_terminal(office: Office) -> None:
    hostile = "'<!channel> <b>x</b> & *y*' || chr(27) || '[31m' || chr(10) || 'two'"
    office.change_data(f"UPDATE crumb.shops SET shop = {hostile} WHERE shop_id = 1")

    told = office.run("ask", "sales last year by shop", "--as", "bea")

    assert told.code == 0
    assert "\x1b" not in told.out
    row = next(line for line in told.out.splitlines() if "<!channel> <b>x</b> & *y*" in line)
    assert row.endswith("$1,161.32")


def test_what_a_table_says_is_whole_in_json(office: Office) -> None:
    office.change_data("UPDATE crumb.shops SET shop = '<!channel> <b>\"x\"</b>' || chr(27) || chr(10) WHERE shop_id = 1")

    rows = office.ask("sales last year by shop")["rows"]

    assert ['<!channel> <b>"x"</b>\x1b\n', "1161.32"] in rows


def _ask(house: House, text: str) -> Answer:
    person = house.directory.person("bea")
    assert person is not None
    return house.asker.ask(Question(question_id=text, text=text, person=person))


def _badge(answer: Answer) -> str:
    return answer.badge.level if answer.badge else ""
