"""The demo's manners: it leaves an `.env` that is somebody's own alone, and never starts beside a real Slack token."""

from __future__ import annotations

from pathlib import Path

import pytest

from anabot import demo
from anabot.config import load_settings
from anabot.errors import ConfigError

TOKEN = "xoxb-1234-CANARY"


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that looks like a clone, whose data are already built."""
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo/cast.yml").write_text("people: {bea: {id: U0BEA}}\n", encoding="utf-8")
    (tmp_path / "var").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(demo.log, "configure", lambda **_: None)
    monkeypatch.setattr(demo.subprocess, "run", lambda *_, **__: type("Done", (), {"returncode": 0}))
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_it_leaves_settings_that_the_command_line_takes(clone: Path) -> None:
    demo._prepared(Path("var/demo.db"))

    settings = load_settings()
    assert settings.warehouse_url == "duckdb:///var/halden/halden.duckdb"
    assert settings.now is not None
    assert not settings.slack.configured


def test_it_renews_an_env_of_its_own(clone: Path) -> None:
    demo._prepared(Path("var/demo.db"))
    first = (clone / ".env").read_bytes()

    demo._prepared(Path("var/demo.db"))

    assert (clone / ".env").read_bytes() == first


@pytest.mark.parametrize("own", [b"ANABOT_WAREHOUSE_URL=duckdb:///mine.duckdb\n", b"", b"# mine \xff\xfe\n"])
def test_an_env_that_is_somebodys_own_is_never_overwritten(clone: Path, own: bytes) -> None:
    (clone / ".env").write_bytes(own)

    settings = demo._prepared(Path("var/demo.db"))

    assert (clone / ".env").read_bytes() == own
    assert settings.warehouse_url == "duckdb:///var/halden/halden.duckdb"


@pytest.mark.parametrize("name", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"])
@pytest.mark.parametrize("where", ["environment", ".env"])
def test_it_does_not_start_beside_a_real_token(clone: Path, monkeypatch: pytest.MonkeyPatch, name: str, where: str) -> None:
    token = TOKEN.replace("xoxb", "xapp") if "APP" in name else TOKEN
    if where == ".env":
        (clone / ".env").write_text(f"{name}={token}\n", encoding="utf-8")
    else:
        monkeypatch.setenv(name, token)

    with pytest.raises(ConfigError, match=name) as refused:
        demo._prepared(Path("var/demo.db"))

    assert "CANARY" not in str(refused.value)
    assert (clone / ".env").exists() == (where == ".env")


def test_it_says_where_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ConfigError, match="clone of the project"):
        demo._prepared(Path("var/demo.db"))
