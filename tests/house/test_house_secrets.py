"""Secrets stand in no error, no log line and no traceback, whatever breaks: settings, warehouse, memory, Slack, a model, Ana."""

from __future__ import annotations

import contextlib
import io
import logging
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from pydantic import SecretStr
from slack_house import open_house
from slack_script import Script, refused, scripted
from slack_sdk.errors import SlackApiError
from slack_told import FAY, FIN

from anabot import log
from anabot.agent.claude import Connection
from anabot.agent.model import Prompt
from anabot.agent.prompt import text_turn
from anabot.config import SlackSettings, load_settings
from anabot.errors import AnabotError, StoreError
from anabot.slack.app import open_line
from anabot.slack.blocks import Message
from anabot.slack.post import BROKEN, Place
from anabot.store import Store
from anabot.store.database import Database
from anabot.types import Answer, Question, Statement
from anabot.warehouses.connect import open_warehouse
from tests.messages_api import Turn, messages_api

SECRET = "hUsH-4b1d9c"
PARTS = {
    "ANABOT_WAREHOUSE_URL": f"oracle://u:{SECRET}@h/x",
    "ANABOT_STORE_URL": f"redis://u:{SECRET}@h",
    "ANABOT_CONNECTIONS": f"/nowhere/{SECRET}",
    "ANABOT_NOW": "yesterday",
    "ANABOT_AUDIT_KEY": SECRET,
    "ANABOT_MAX_ROWS": "many",
    "ANTHROPIC_API_KEY": SECRET,
    "ANTHROPIC_BASE_URL": f"ftp://u:{SECRET}@h",
    "SLACK_BOT_TOKEN": SECRET,
    "SLACK_APP_TOKEN": SECRET,
    "SLACK_SIGNING_SECRET": SECRET,
    "SLACK_API_URL": f"ftp://u:{SECRET}@h",
}


def whole(error: BaseException) -> str:
    """An error as the worst log would keep it: its words, what it came from, and each of their lines."""
    return "".join(traceback.TracebackException.from_exception(error).format()) + repr(error)


@contextlib.contextmanager
def logged(*, machine: bool) -> Iterator[io.StringIO]:
    """Everything that is logged, as it is logged in earnest."""
    told, kept, stderr = io.StringIO(), structlog.get_config(), sys.stderr
    handler = logging.StreamHandler(told)
    sys.stderr = told
    logging.getLogger().addHandler(handler)
    try:
        log.configure(machine=machine)
        structlog.configure(cache_logger_on_first_use=False)
        yield told
    finally:
        sys.stderr = stderr
        logging.getLogger().removeHandler(handler)
        structlog.configure(**kept)


@pytest.mark.parametrize("wrong", [*PARTS, "all of them"])
def test_a_setting_that_is_wrong_is_told_without_its_value(wrong: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in PARTS.items():
        monkeypatch.delenv(name, raising=False)
        if wrong in (name, "all of them"):
            monkeypatch.setenv(name, value)

    with pytest.raises(AnabotError) as caught:
        load_settings(slack=True, events=True)

    assert SECRET not in whole(caught.value)


@pytest.mark.parametrize(
    "url", [f"postgresql://ana:{SECRET}@127.0.0.1:1/x", f"postgresql://ana:{SECRET}@127.0.0.1:1/x?sslmode=nonsense"]
)
def test_a_warehouse_and_a_memory_out_of_reach_keep_the_password(url: str) -> None:
    statement = Statement(connection="default", dialect="postgres", text="SELECT 1")

    with pytest.raises(AnabotError) as warehouse:
        open_warehouse(url).run(statement, max_rows=1, max_bytes=1000, timeout_s=1)
    with pytest.raises(AnabotError) as memory:
        Store(url).migrate()

    assert SECRET not in whole(warehouse.value)
    assert SECRET not in whole(memory.value)


def test_what_people_said_is_in_no_error_of_the_memory(tmp_path: Path) -> None:
    memory = Database(f"sqlite:///{tmp_path}/ana.db")
    with pytest.raises(StoreError) as caught, memory.write() as connection:
        connection.exec_driver_sql("INSERT INTO nowhere (said) VALUES (?)", (SECRET,))
    memory.close()

    assert "INSERT INTO nowhere" in whole(caught.value)
    assert SECRET not in whole(caught.value)


def test_slack_that_breaks_in_every_way_tells_no_token() -> None:
    script = Script(
        answers={"chat.postMessage": [refused("invalid_auth"), "reset", (500, {"ok": False, "error": "internal_error"}, {})]}
    )
    settings = SlackSettings(bot_token=SecretStr(f"xoxb-{SECRET}"), api_url="http://127.0.0.1:1/api/")
    said: list[str] = []
    with logged(machine=True) as told, scripted(script) as voice:
        for client in (voice._reads, voice._posts):
            client.token = f"xoxb-{SECRET}"
        for number in range(3):
            try:
                voice.post(Place("C1"), Message(text="hello"), key=str(number))
            except (SlackApiError, *BROKEN, AnabotError) as error:
                said.append(whole(error))
        with pytest.raises(AnabotError) as caught:
            open_line(settings).who()

    assert said
    assert SECRET not in "".join(said) + whole(caught.value) + told.getvalue()


@pytest.mark.parametrize("turn", [Turn(status=401), Turn(status=500), Turn(fault="cut"), Turn(fault="error_event")], ids=str)
def test_a_model_that_breaks_tells_no_key(turn: Turn) -> None:
    prompt = Prompt(tools=(), system="s", messages=(text_turn("q"),))
    with messages_api() as api, logged(machine=True) as told:
        api.plays(turn, turn)
        with Connection(key=f"sk-ant-{SECRET}", base_url=api.url) as connection, pytest.raises(AnabotError) as caught:
            connection.model("claude-sonnet-5-5").reply(prompt, max_tokens=100, timeout_s=5)

    assert SECRET not in whole(caught.value) + told.getvalue()


@pytest.mark.parametrize("machine", [True, False])
def test_a_bug_is_logged_with_its_lines_and_without_what_they_held(machine: bool) -> None:
    def breaks(token: str) -> int:
        held = {"token": token}
        return len(held) // 0

    with logged(machine=machine) as told:
        try:
            breaks(SECRET)
        except ZeroDivisionError:
            structlog.get_logger().exception("it.broke", reference="E-1")

    assert "ZeroDivisionError" in told.getvalue()
    assert "return len(held) // 0" in told.getvalue()
    assert SECRET not in told.getvalue()


def test_a_log_that_shows_what_lines_held_would_tell_the_secret() -> None:
    def breaks(token: str) -> int:
        return len(token) // 0

    told = io.StringIO()
    kept = structlog.get_config()
    structlog.configure(
        processors=[structlog.dev.ConsoleRenderer()],
        logger_factory=structlog.PrintLoggerFactory(told),
        cache_logger_on_first_use=False,
    )
    try:
        try:
            breaks(SECRET)
        except ZeroDivisionError:
            structlog.get_logger().exception("it.broke")
    finally:
        structlog.configure(**kept)

    assert SECRET in told.getvalue()


def test_a_bug_in_the_middle_of_a_question_shows_a_reference_alone() -> None:
    def breaks(question: Question) -> Answer:
        raise RuntimeError(f"no route to postgresql://u:{SECRET}@h/x for {question.person.handle}")

    with open_house() as house:
        house.asker.says = breaks
        said = house.answer(FIN, house.say(FAY, FIN, "@ana takings"))

    assert "Reference: E-" in said["text"]
    assert SECRET not in str(said)
