"""Questions on the command line: what is said where, how it ends, and that no text breaks it."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest
from office import Office

ANSWER: dict[str, type | tuple[type, ...]] = {
    "status": str,
    "text": str,
    "query": dict,
    "query_hash": str,
    "columns": list,
    "rows": list,
    "sql": list,
    "badge": dict,
    "as_of": str,
    "assumptions": list,
    "choices": list,
    "reason": str,
    "unknown": list,
    "nearest": list,
    "private": str,
    "receipt": str,
    "brain": str,
    "timings_ms": dict,
    "tokens": int,
    "cost_usd": str,
}


def test_an_answer_as_json_has_every_key_of_the_contract_in_its_type(office: Office) -> None:
    answer = office.ask("what were sales in July by shop?")

    assert {name: type(answer[name]) for name in ANSWER} == ANSWER
    assert answer["status"] == "answered"
    assert answer["brain"] == "offline"
    assert {tuple(column) for column in answer["columns"]} == {("name", "type", "unit")}
    assert [column["name"] for column in answer["columns"]] == ["shop_name", "sales"]
    assert all(isinstance(row, list) and Decimal(row[1]).as_tuple().exponent == -2 for row in answer["rows"])
    assert [set(part) for part in answer["sql"]] == [{"connection", "text"}]
    assert answer["query"]["period"] == {"start": "2026-07-01", "end": "2026-08-01"}
    assert dt.datetime.fromisoformat(answer["as_of"]).tzinfo is not None
    assert answer["receipt"].startswith("R-")
    Decimal(answer["cost_usd"])


def test_times_in_rows_are_written_in_iso(office: Office) -> None:
    answer = office.ask("sales by month this year")

    assert [column["type"] for column in answer["columns"]][0] in ("date", "time")
    assert all(dt.datetime.fromisoformat(row[0]) for row in answer["rows"])


def test_a_question_asked_back_carries_at_most_three_choices_and_counts_as_clarified(office: Office) -> None:
    told = office.run("ask", "what was revenue last month?", "--as", "sam", "--json")

    assert told.json["status"] in ("clarify", "refused", "forbidden", "answered")
    assert len(told.json["choices"]) <= 3
    assert all(set(choice) == {"label", "query", "value"} for choice in told.json["choices"])
    assert told.code == (0 if told.json["status"] in ("clarify", "answered") else 1)


def test_a_choice_of_several_rows_shows_the_first_of_them_and_how_many_follow(office: Office) -> None:
    told = office.run("ask", "top 3 shops last month", "--as", "bea", "--json")

    sales = next(choice for choice in told.json["choices"] if choice["query"]["metrics"] == ["sales"])
    shown = office.run("ask", "top 3 shops by sales last month", "--as", "bea", "--json").json["rows"]
    shop, amount = shown[0]
    assert sales["value"] == f"{shop} (${amount}), and 2 more"


def test_a_choice_that_is_compared_shows_what_it_was_before(office: Office) -> None:
    asked = office.run("ask", "revenue last month vs the month before", "--as", "sam", "--json").json

    assert asked["status"] == "clarify"
    for choice in asked["choices"]:
        (metric,) = choice["query"]["metrics"]
        told = office.run("ask", f"{metric} last month vs the month before", "--as", "sam", "--json").json
        value, before = told["rows"][0][:2]
        assert choice["value"].replace("$", "").replace(",", "") == f"{value} {before} before"


def test_an_answer_is_on_stdout_and_talk_is_not(office: Office) -> None:
    told = office.run("ask", "sales last month", "--as", "bea")

    assert told.code == 0
    assert "$428.16" in told.out.splitlines()[0]
    assert told.err == ""


def test_json_is_one_document_on_one_line_even_in_a_process_of_its_own(office: Office) -> None:
    told = office.alone("-m", "anabot", "ask", "sales last month", "--as", "bea", "--json")

    assert told.code == 0
    assert told.out.count("\n") == 1
    assert told.json["rows"] == [["428.16"]]
    assert told.err == ""


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("", "refused"),
        ("   \n ", "refused"),
        ("😀", "refused"),
        ("sales " * 3_400, "refused"),
        ("x" * 20_000, "refused"),
        ("sales last month 😀 <!channel>", "answered"),
        ("<@U0ANA> sales last month", "answered"),
        ("sales\x00 last month", "answered"),
        ("sales \ud83d last month", "answered"),
        ("sales last month\x1b[2J", "refused"),
        ("sales last month'; DROP TABLE orders; --", "refused"),
        ("{{ 7 * 7 }} <b>sales</b> & last month", "refused"),
    ],
)
def test_no_text_breaks_it(office: Office, text: str, status: str) -> None:
    told = office.run("ask", text, "--as", "bea", "--json")

    assert told.json["status"] == status, told.json["text"]
    assert told.json["text"]
    assert told.code == (0 if status == "answered" else 1)
    assert len(told.json["text"]) < 1_000


def test_an_empty_message_is_met_with_questions_that_work(office: Office) -> None:
    answer = office.ask("")

    offered = [line.removeprefix("• ") for line in answer["text"].splitlines() if line.startswith("• ")]
    assert offered
    assert all(office.ask(question)["status"] == "answered" for question in offered)


def test_bytes_that_are_no_text_do_not_end_the_process(office: Office) -> None:
    words = b"sales \xff\xfe last month".decode("utf-8", "surrogateescape")

    told = office.alone("-m", "anabot", "ask", words, "--as", "bea", "--json")

    assert told.json["status"] == "answered"


def test_a_terminal_that_cannot_show_a_mark_is_still_told_the_number(office: Office) -> None:
    told = office.alone("-m", "anabot", "ask", "sales last month", "--as", "bea", PYTHONIOENCODING="latin-1")

    assert told.code == 0
    assert "$428.16" in told.out


@pytest.mark.parametrize("words", [("ask", "sales"), ("ask", "--as", "bea"), ("ask",), ("ask", "sales", "--batch", "cast.yml")])
def test_a_misused_command_ends_with_2_and_says_nothing_on_stdout(office: Office, words: tuple[str, ...]) -> None:
    told = office.run(*words)

    assert told.code == 2
    assert told.out == ""
    assert "Usage" in told.err


def test_somebody_unknown_is_refused_by_name(office: Office) -> None:
    told = office.run("ask", "sales", "--as", "nobody", "--json")

    assert told.code == 1
    assert (told.json["status"], told.json["unknown"]) == ("refused", ["nobody"])
    assert "There is nobody called nobody." in told.err


def test_a_channel_unknown_is_named(office: Office) -> None:
    told = office.run("ask", "sales", "--as", "bea", "--channel", "#nowhere", "--json")

    assert told.code == 1
    assert "There is no channel called #nowhere." in told.json["text"]


def test_a_guest_is_told_nothing(office: Office) -> None:
    told = office.run("ask", "sales last month", "--as", "gus", "--json")

    assert told.code == 1
    assert told.json["status"] == "refused"
    assert told.json["nearest"] == []
    assert told.json["rows"] == []


def test_what_a_channel_may_not_read_goes_to_the_asker_alone(office: Office) -> None:
    alone = office.ask("cost last month", "bea")

    answer = office.ask("cost last month", "bea", "--channel", "#shops")

    assert (answer["status"], answer["reason"]) == ("answered", "audience")
    assert answer["rows"] == []
    assert alone["text"] not in answer["text"]
    assert alone["text"] == answer["private"]


def test_a_thread_goes_on_in_another_process(office: Office) -> None:
    office.ask("sales last month", "bea", "--thread", "t")

    told = office.alone("-m", "anabot", "ask", "by region", "--as", "U0BEA", "--thread", "t", "--json")

    assert told.json["query"]["group_by"] == ["region"]
    assert told.json["query"]["period"] == {"start": "2026-08-01", "end": "2026-09-01"}


def test_a_thread_is_the_same_however_its_channel_is_written(office: Office) -> None:
    office.ask("sales last month", "bea", "--thread", "t", "--channel", "#books")

    answers = [office.ask("by region", "bea", "--thread", "t", "--channel", channel) for channel in ("books", "C0BOOKS")]

    assert [answer["status"] for answer in answers] == ["answered", "answered"]


def test_a_thread_of_one_person_is_not_another_ones(office: Office) -> None:
    office.ask("sales last month", "bea", "--thread", "t")

    assert office.ask("by region", "sam", "--thread", "t")["status"] == "refused"


def test_a_batch_gives_a_line_for_a_line_in_order(office: Office) -> None:
    asked = [
        {"id": "a", "text": "sales last month", "as": "bea"},
        {"id": "b", "text": "sales last month", "as": "bea", "thread": "t", "channel": None},
        {"id": "c", "text": "by region", "as": "bea", "thread": "t", "expect": {"class": "answered"}},
        {"id": 4, "text": "headcount by job", "as": "sam"},
        {"id": "e", "text": "sales\u2028 last month", "as": "bea"},
    ]

    told = office.batch(*(json.dumps(one, ensure_ascii=False) for one in asked))

    assert [(line["id"], line["status"]) for line in told.lines] == [
        ("a", "answered"),
        ("b", "answered"),
        ("c", "answered"),
        (4, "refused"),
        ("e", "answered"),
    ]
    assert told.lines[2]["query"]["group_by"] == ["region"]
    assert told.code == 0
    assert told.err == ""


def test_a_bad_line_of_a_batch_costs_its_own_answer_alone(office: Office) -> None:
    told = office.batch(
        "not json",
        "[1]",
        '{"id": "no-as", "text": "sales"}',
        '{"id": "number", "text": 5, "as": "bea"}',
        '{"id": "nobody", "text": "sales", "as": "nobody"}',
        '{"id": "nowhere", "text": "sales", "as": "bea", "channel": "#nowhere"}',
        "[" * 5_000,
        '{"id": "half", "text": "sales \\ud83d last month", "as": "bea"}',
        "",
        '{"id": "good", "text": "sales last month", "as": "bea"}',
    )

    assert [line["id"] for line in told.lines] == [None, None, "no-as", "number", "nobody", "nowhere", None, "half", "good"]
    statuses = [line["status"] for line in told.lines]
    assert statuses == ["error", "error", "error", "error", "refused", "error", "error", "answered", "answered"]
    assert "Line 1 is not a question: it is not a JSON object." in told.lines[0]["text"]
    assert "it has no `as`" in told.lines[2]["text"]
    assert told.code == 1
    assert "6 lines of" in told.err


def test_a_batch_that_is_not_there_is_misused(office: Office) -> None:
    assert office.run("ask", "--batch", "nowhere.jsonl", "--json").code == 2


def test_a_batch_that_is_not_text_is_misused(office: Office) -> None:
    (office.folder / "b.jsonl").write_bytes(b"\xff\xfe{}")

    assert office.run("ask", "--batch", "b.jsonl", "--json").code == 2


def test_a_condition_that_nobody_meets_is_not_called_a_lack_of_data(office: Office) -> None:
    told = office.run("ask", "shops with sales over 1 million last month", "--as", "bea", "--json").json

    assert told["rows"] == []
    assert "No shop meets the condition on Sales" in told["text"]
