"""What a keeper runs: playbooks, the record, migrate, doctor, the worker. And that a question starts fast."""

from __future__ import annotations

import datetime as dt
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from office import Office
from serving import Local, local_workspace

from anabot.store import Store
from anabot.workspace import LOCAL_TOKEN

HEAVY = (
    *("slack_bolt", "slack_sdk", "starlette", "uvicorn", "apscheduler"),
    *("altair", "vl_convert", "alembic", "duckdb", "dbt", "jinja2"),
)


def test_a_question_imports_nothing_that_it_does_not_need(office: Office) -> None:
    office.run("migrate")
    program = (
        "import sys; from anabot.cli import main; sys.argv[1:] = ['ask', 'sales last month', '--as', 'bea']\n"
        "try: main()\n"
        f"finally: print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )

    told = office.alone("-c", program)

    assert "$428.16" in told.out
    assert told.err.strip() == "[]"


def test_help_is_given_without_settings(office: Office) -> None:
    (office.folder / ".env").unlink()

    told = office.run("--help")

    assert told.code == 0
    assert [
        name
        for name in ("ask", "query", "check", "playbook", "audit", "worker", "migrate", "doctor", "demo")
        if name not in told.out
    ] == []


def test_a_command_that_is_not_there_is_misused(office: Office) -> None:
    told = office.run("aks", "sales")

    assert (told.code, told.out) == (2, "")


def test_playbooks_are_listed_with_their_whole_names(office: Office) -> None:
    long = "books/" + "a-playbook-with-a-long-name-" * 3
    shutil.copy(office.folder / "playbooks/books/week.md", office.folder / f"playbooks/{long}.md")

    told = office.run("playbook", "list")

    assert long in told.out
    assert "#books" in told.out
    listed = office.run("playbook", "list", "--json").json
    assert {tuple(line) for line in listed} == {("name", "title", "channel", "schedule", "owner")}


def test_a_dry_run_prints_the_post_and_posts_nothing(office: Office) -> None:
    told = office.run("playbook", "run", "books/week", "--at", "2026-09-28T08:00:00+02:00", "--dry-run")

    assert told.code == 0
    assert "**Sales were $428.16 in" in told.out
    assert told.err == ""


def test_two_dry_runs_of_one_slot_are_the_same_text(office: Office) -> None:
    words = ("playbook", "run", "books/week", "--at", "2026-09-28T08:00", "--dry-run")

    assert office.run(*words).out == office.run(*words).out


def test_an_unknown_playbook_gives_the_nearest(office: Office) -> None:
    told = office.run("playbook", "run", "books/weak", "--dry-run")

    assert (told.code, told.out) == (1, "")
    assert "There is no playbook books/weak. Did you mean `books/week`?" in told.err


@pytest.mark.parametrize(
    "words",
    [("run",), ("run", "books/week", "--all"), ("run", "books/week", "--dry-run", "--at", "tuesday")],
)
def test_a_misused_playbook_command_ends_with_2(office: Office, words: tuple[str, ...]) -> None:
    told = office.run("playbook", *words)

    assert (told.code, told.out) == (2, "")


def test_the_record_is_listed_newest_first_with_times_in_iso(office: Office) -> None:
    office.ask("sales last month")
    office.ask("sales by favourite colour")

    rows = office.run("audit", "list", "--json").json

    asked = [row for row in rows if row["kind"] == "question"]
    assert [row["status"] for row in asked][:2] == ["refused", "answered"]
    times = [dt.datetime.fromisoformat(row["at"]) for row in rows]
    assert times == sorted(times, reverse=True)
    assert all(time.tzinfo for time in times)
    assert "favourite" not in str(rows)


def test_the_record_is_read_while_registry_and_warehouse_are_broken(office: Office) -> None:
    office.ask("sales last month")
    office.edit("semantic_layer/models/sales.yml", "- name: order_lines", "- name: [order_lines")
    office.warehouse.unlink()

    told = office.run("audit", "list", "-n", "3")

    assert told.code == 0
    assert "answered" in told.out


def test_migrate_makes_the_tables_and_can_be_repeated(office: Office) -> None:
    assert [office.run("migrate").code for _ in range(2)] == [0, 0]

    store = Store(f"sqlite:///{office.folder / 'memory/ana.db'}")
    assert store.current()
    store.close()


def test_doctor_finds_a_sound_house_sound(office: Office) -> None:
    told = office.run("doctor")

    assert told.code == 0, told.out
    assert {line.partition(":")[0] for line in told.out.splitlines()} >= {
        "ok    Registry",
        "ok    Warehouse",
        "ok    Loads",
        "ok    Golden values",
        "ok    Memory",
        "ok    Slack",
    }


def test_doctor_looks_at_every_part_though_one_is_broken(office: Office) -> None:
    office.edit("semantic_layer/models/sales.yml", "- name: order_lines", "- name: [order_lines")

    told = office.run("doctor")

    assert told.code == 1
    assert "FAIL  Registry: " in told.out
    assert "semantic_layer/models/sales.yml:57" in told.out
    assert "ok    Warehouse" in told.out
    assert "ok    Memory" in told.out


def test_doctor_names_the_column_that_an_older_warehouse_lacks(office: Office) -> None:
    office.change_data("ALTER TABLE crumb.order_lines DROP COLUMN amount")

    told = office.run("doctor")

    assert told.code == 1
    assert "`crumb.order_lines` has no column `amount`." in told.out


def test_doctor_says_that_slack_does_not_answer_and_keeps_the_token(office: Office) -> None:
    told = office.run("doctor", SLACK_BOT_TOKEN="xoxb-CANARY", SLACK_API_URL="http://127.0.0.1:1/api/")

    assert told.code == 1
    assert "FAIL  Slack: Slack cannot be reached." in told.out
    assert "CANARY" not in told.out + told.err


@pytest.fixture
def slack() -> Iterator[Local]:
    with local_workspace() as served:
        yield served


def test_doctor_says_who_ana_is_in_slack_or_that_slack_does_not_know_her(office: Office, slack: Local) -> None:
    api = f"{slack.url}/api/"

    known = office.run("doctor", SLACK_BOT_TOKEN=LOCAL_TOKEN, SLACK_API_URL=api)
    unknown = office.run("doctor", SLACK_BOT_TOKEN="xoxb-wrong", SLACK_API_URL=api)

    assert "ok    Slack: ana in Test & Co" in known.out
    assert "Slack does not take the token. It says `invalid_auth`." in unknown.out


def test_a_worker_stops_within_seconds_of_being_asked(office: Office, slack: Local) -> None:
    env = {"SLACK_BOT_TOKEN": LOCAL_TOKEN, "SLACK_API_URL": f"{slack.url}/api/"}
    worker = office.start("-m", "anabot", "worker", **env)
    store = office.folder / "memory/ana.db"
    _wait(lambda: store.exists() and _ticked(store))

    asked = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    _, said = worker.communicate(timeout=10)

    assert worker.returncode == 0, said
    assert time.monotonic() - asked < 5
    assert "Traceback" not in said


def _ticked(store: Path) -> bool:
    found = Store(f"sqlite:///{store}")
    try:
        return found.current() and found.notes.get("worker/last_tick") is not None
    finally:
        found.close()


def _wait(done: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_command_line_looks_after_a_playbook_and_each_act_is_on_record(office: Office) -> None:
    assert "is paused: nothing is posted in #books" in office.run("playbook", "pause", "books/week").out
    assert "`anabot playbook resume books/week`" in office.run("playbook", "pause", "Sales of the week").out
    assert "goes on" in office.run("playbook", "resume", "books/week").out
    assert "Sales were" in office.run("playbook", "test", "Sales of the week").out
    refused = office.run("playbook", "owner", "books/week", "sam")
    past = office.run("playbook", "history", "books/week", "--json")
    kept = office.run("playbook", "versions", "books/week", "--json")
    unknown = office.run("playbook", "pause", "books/weak")

    assert (refused.code, unknown.code) == (1, 1)
    assert "may not see" in refused.err
    assert [(one["what"], one["who"]) for one in past.json] == [("Resumed", "cli"), ("Paused", "cli")]
    assert kept.json == []
    recorded = office.run("audit", "list", "--json").json
    assert [one["status"] for one in recorded if one["actor"] == "cli"] == ["playbook", "playbook", "done", "done", "done"]
