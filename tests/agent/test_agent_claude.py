"""One call of the Messages API by the real SDK: whole or not at all, and in words whatever went wrong."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from anabot.agent.claude import Claude, Connection
from anabot.agent.model import Prompt, Reply, text_turn
from anabot.agent.prompt import tool_definitions
from anabot.errors import ModelError
from tests.messages_api import MessagesApi, Turn, messages_api, query

PROMPT = Prompt(tools=tool_definitions(), system="You read questions.", messages=(text_turn("sales?"),))
MODEL = "claude-sonnet-5-5"


@pytest.fixture(scope="module")
def server() -> Iterator[MessagesApi]:
    with messages_api() as api:
        yield api


@pytest.fixture
def claude(server: MessagesApi) -> Iterator[Claude]:
    with Connection(key="a-key", base_url=server.url) as connection:
        yield connection.model(MODEL)


def reply(claude: Claude, prompt: Prompt = PROMPT, timeout_s: float = 5) -> Reply:
    return claude.reply(prompt, max_tokens=500, timeout_s=timeout_s)


def test_a_streamed_turn_comes_back_whole_and_counted(server: MessagesApi, claude: Claude) -> None:
    server.plays(Turn(thinking="Which one?", text="Let me look — “ü”.", calls=[query("sales", period="July"), query("cost")]))

    found = reply(claude)

    assert found.text == "Let me look — “ü”."
    assert [(call.tool, call.body["metrics"]) for call in found.calls] == [
        ("query_metrics", ["sales"]),
        ("query_metrics", ["cost"]),
    ]
    assert found.stop == "tool_use"
    used = server.usage[0]
    assert (found.usage.fresh, found.usage.written, found.usage.kept, found.usage.out) == tuple(used.values())


def test_the_request_is_one_that_the_api_takes_and_asks_for_what_it_should(server: MessagesApi, claude: Claude) -> None:
    server.plays(Turn(text="ok"))

    reply(claude)

    (request,) = server.requests
    assert server.refused == []
    assert request["tool_choice"] == {"type": "auto"}
    assert all(tool["strict"] for tool in request["tools"])
    assert not {"temperature", "top_p", "top_k"} & set(request)
    assert request["system"][-1]["cache_control"] == {"type": "ephemeral"}


def test_what_is_sent_twice_is_read_from_the_cache_the_second_time(server: MessagesApi, claude: Claude) -> None:
    server.plays(Turn(text="ok"), Turn(text="ok"))
    prompt = replace(PROMPT, system="Only here.")

    first, second = reply(claude, prompt), reply(claude, replace(prompt, messages=(text_turn("another question"),)))

    assert (first.usage.kept, second.usage.written) == (0, 0)
    assert first.usage.written == second.usage.kept > 1_000


def test_a_turn_goes_back_with_its_thinking_unchanged(server: MessagesApi, claude: Claude) -> None:
    server.plays(Turn(thinking="First this.", calls=[query("sales")]), Turn(text="done"))
    first = reply(claude)
    result = {"type": "tool_result", "tool_use_id": first.calls[0].call_id, "content": "{}"}
    more = ({"role": "assistant", "content": list(first.content)}, {"role": "user", "content": [result]})

    assert reply(claude, replace(PROMPT, messages=(*PROMPT.messages, *more))).text == "done"


def test_a_rate_limit_and_an_overload_are_waited_out_once(server: MessagesApi, claude: Claude) -> None:
    server.plays(Turn(status=429, retry_after="0.01"), Turn(text="at last"))
    assert reply(claude).text == "at last"

    server.plays(Turn(status=529, retry_after="0.01"), Turn(status=529))
    with pytest.raises(ModelError, match="overloaded"):
        reply(claude)
    assert len(server.requests) == 2


def test_a_wait_that_is_longer_than_a_person_has_is_not_begun(server: MessagesApi, claude: Claude) -> None:
    for turn, words in ((Turn(status=429, retry_after="60"), "rate limit"), (Turn(status=529, retry_after="4"), "overloaded")):
        server.plays(turn, Turn(text="too late"))

        started = time.monotonic()
        with pytest.raises(ModelError, match=words):
            reply(claude, timeout_s=2)

        assert time.monotonic() - started < 2
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("turn", "words"),
    [
        (Turn(text="half of this is lost", fault="cut"), "broke off"),
        (Turn(text="half of this is lost", fault="half"), "broke off"),
        (Turn(calls=[query("sales")], fault="cut"), "broke off"),
        (Turn(calls=[query("sales")], raw_input='{"metrics": ["sal'), "broke off"),
        (Turn(calls=[query("sales")], raw_input='{"metrics": sales}'), "broke off"),
        (Turn(status=401), "refuses the key"),
        (Turn(status=418), "did not take the question"),
    ],
    ids=["cut in a line", "cut between lines", "cut in a call", "half a call", "a call that is no JSON", "key", "teapot"],
)
def test_what_does_not_come_whole_is_no_answer(server: MessagesApi, claude: Claude, turn: Turn, words: str) -> None:
    server.plays(turn, turn)

    with pytest.raises(ModelError, match=words):
        reply(claude)


def test_an_error_in_the_middle_of_a_stream_is_tried_once_more(server: MessagesApi, claude: Claude) -> None:
    server.plays(Turn(text="never to the end", fault="error_event"), Turn(text="whole"))

    assert reply(claude, timeout_s=4).text == "whole"


@pytest.mark.parametrize("fault", ["silence", "pings"])
def test_a_server_that_only_keeps_the_line_open_is_given_up_in_time(server: MessagesApi, claude: Claude, fault: str) -> None:
    server.plays(Turn(fault=fault))  # type: ignore[arg-type]

    started = time.monotonic()
    with pytest.raises(ModelError, match="took too long"):
        reply(claude, timeout_s=0.5)

    assert time.monotonic() - started < 3


def test_a_server_that_is_not_there_is_said_to_be_out_of_reach() -> None:
    with (
        Connection(key="a-key", base_url="http://127.0.0.1:9") as connection,
        pytest.raises(ModelError, match="cannot be reached"),
    ):
        reply(connection.model(MODEL), timeout_s=0.5)


def test_an_empty_turn_is_a_turn_without_words(server: MessagesApi, claude: Claude) -> None:
    server.plays(Turn(text="  "), Turn())

    assert [reply(claude).content, reply(claude).content] == [(), ()]
