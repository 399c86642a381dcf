"""Settings: every fault at once, by its variable; no value of a secret is ever repeated."""

from __future__ import annotations

from pathlib import Path

import pytest
from office import ROOT, Office

from anabot.config import Settings

CANARY = "cAnArY-7f3a"
WRONG = {
    "ANABOT_WAREHOUSE_URL": f"oracle://u:{CANARY}@h/x",
    "ANABOT_STORE_URL": f"mysql://u:{CANARY}@h/x",
    "ANABOT_PORT": CANARY,
    "ANABOT_NOW": CANARY,
    "ANABOT_TIMEOUT_S": "-3",
    "ANABOT_MAX_ROWS": "0",
    "SLACK_API_URL": CANARY,
}


def test_all_faults_are_told_at_once_by_their_variables_and_without_their_values(office: Office) -> None:
    told = office.run("ask", "sales", "--as", "bea", SLACK_BOT_TOKEN=f"xoxb-{CANARY}", **WRONG)

    assert told.code == 1
    assert [name for name in WRONG if name not in told.err] == []
    assert CANARY not in told.out + told.err
    assert "pydantic" not in told.err


def test_a_folder_without_settings_is_told_what_to_set(office: Office) -> None:
    (office.folder / ".env").unlink()

    told = office.run("ask", "sales", "--as", "bea")

    assert told.code == 1
    assert "ANABOT_WAREHOUSE_URL is not set" in told.err
    assert "make demo" in told.err


def test_an_empty_variable_is_one_that_is_not_set(office: Office) -> None:
    told = office.run("ask", "sales last month", "--as", "bea", ANABOT_PORT="", ANABOT_NOW="", ANABOT_DIRECTORY="")

    assert told.code == 0  # the office's own `.env` then says


def test_an_env_that_is_not_text_is_said(office: Office) -> None:
    (office.folder / ".env").write_bytes(b"ANABOT_STORE_URL=\xff\xfe")

    told = office.run("check")

    assert told.code == 1
    assert "`.env` cannot be read" in told.err


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://u:{CANARY}@127.0.0.1:1/x",
        f"postgresql://u:{CANARY}@127.0.0.1:port/x",
        f"postgresql://u:{CANARY}/slash@127.0.0.1:1/x",
        f"postgresql://u:a@{CANARY}@127.0.0.1:1/x",
        f"postgresql://{CANARY}",  # a host is no secret
        "sqlite:////dev/null/x.db",
        "sqlite:///.env",
        "sqlite:///playbooks",
    ],
)
@pytest.mark.parametrize("words", [("ask", "sales", "--as", "bea", "--json"), ("migrate",), ("audit", "list", "--json")])
def test_a_memory_that_cannot_be_reached_is_said_without_its_password(office: Office, url: str, words: tuple[str, ...]) -> None:
    told = office.run(*words, ANABOT_STORE_URL=url)

    assert told.code == 1
    assert told.err.strip()
    assert CANARY not in (told.out + told.err).replace(f"host '{CANARY}'", "")
    assert "Traceback" not in told.err


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://u:{CANARY}@127.0.0.1:port/x",
        f"postgresql://u:{CANARY}/slash@127.0.0.1:1/x",
        f"postgresql://u:a@{CANARY}@127.0.0.1:1/x",
        f"snowflake://u:{CANARY}@[1:port/x",
        f"duckdb://{CANARY}/x",
    ],
)
def test_a_warehouse_url_that_cannot_be_read_is_not_repeated(office: Office, url: str) -> None:
    told = office.run("ask", "sales", "--as", "bea", ANABOT_WAREHOUSE_URL=url)

    assert told.code == 1
    assert CANARY not in told.out + told.err


def test_no_secret_shows_in_a_repr() -> None:
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        warehouse_url=f"postgresql://u:{CANARY}@h/x",
        store_url=f"postgresql://u:{CANARY}@h/y",
        SLACK_BOT_TOKEN=CANARY,
        SLACK_APP_TOKEN=CANARY,
        SLACK_SIGNING_SECRET=CANARY,
    )

    assert CANARY not in f"{settings!r} {settings} {settings.slack!r}"


def test_the_front_door_without_slack_says_what_to_set(office: Office) -> None:
    told = office.alone(str(ROOT / "app.py"))

    assert told.code == 1
    assert told.out == ""
    assert "SLACK_BOT_TOKEN is not set" in told.err
    assert "SLACK_APP_TOKEN or SLACK_SIGNING_SECRET is not set" in told.err
    assert "make demo" in told.err
    assert "Traceback" not in told.err


def test_the_front_door_tells_slacks_faults_beside_the_others(office: Office) -> None:
    told = office.alone(str(ROOT / "app.py"), ANABOT_STORE_URL="mysql://h", SLACK_APP_TOKEN=f"xapp-{CANARY}")

    assert "ANABOT_STORE_URL" in told.err
    assert "SLACK_BOT_TOKEN is not set" in told.err
    assert "SLACK_SIGNING_SECRET" not in told.err
    assert CANARY not in told.err


@pytest.mark.parametrize("words", [("worker",), ("playbook", "run", "books/week")])
def test_what_speaks_in_slack_wants_a_token(office: Office, words: tuple[str, ...]) -> None:
    told = office.run(*words)

    assert told.code == 1
    assert "SLACK_BOT_TOKEN is not set" in told.err


def test_secrets_may_lie_in_files_that_the_environment_names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"xoxb-{CANARY}\n")
    (tmp_path / "url").write_text("duckdb:///of-the-file.duckdb\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLACK_BOT_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.setenv("ANABOT_WAREHOUSE_URL_FILE", str(tmp_path / "url"))

    settings = Settings()

    assert settings.slack_bot_token.get_secret_value() == f"xoxb-{CANARY}"
    assert settings.warehouse_url == "duckdb:///of-the-file.duckdb"
    assert CANARY not in repr(settings)
    monkeypatch.setenv("ANABOT_WAREHOUSE_URL", "duckdb:///of-the-environment.duckdb")
    assert Settings().warehouse_url == "duckdb:///of-the-environment.duckdb"


def test_a_file_of_a_secret_that_is_not_there_is_named_by_its_variable(office: Office) -> None:
    told = office.run("ask", "sales", "--as", "bea", ANABOT_AUDIT_KEY_FILE=f"/nowhere/{CANARY}")

    assert told.code == 1
    assert "ANABOT_AUDIT_KEY_FILE names no file that can be read" in told.err
    assert CANARY not in told.out + told.err
    assert "Traceback" not in told.err
