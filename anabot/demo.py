"""The demo: Halden's data, Ana, and a small Slack on loopback, in one process. It refuses to start beside a real Slack token.

Ana is wired exactly as for real Slack; only the Web API she speaks to is on this machine.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
import uvicorn
import yaml
from dotenv import dotenv_values
from pydantic import SecretStr
from rich.console import Console
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount

from anabot import log
from anabot.config import Settings
from anabot.errors import AnabotError, ConfigError
from anabot.resting import lasting
from anabot.serving import Service, open_service
from anabot.workspace import LOCAL_TOKEN, LoopbackOnly, check_safe, create_workspace

HOST, PORT = "127.0.0.1", 3000
_DATA, _CAST = Path("var/halden"), Path("demo/cast.yml")
_ENV = Path(".env")
_NOW = "2026-10-05T14:58:00+00:00"
_MARK = "# Written by `anabot demo`. Remove this line to keep the file as your own."
_ASKER, _CHANNEL, _QUESTION = "fin_analyst", "fin-weekly", "what was net revenue last quarter by segment?"
_talk = Console(stderr=True, highlight=False)


@dataclass(frozen=True, slots=True)
class Running:
    """A demo that is up: where it is, and what it stands on."""

    url: str
    service: Service
    server: uvicorn.Server


def run_demo(port: int = PORT) -> None:
    """Build what is missing, start, print the URL, and serve until interrupted.

    Raises:
        ConfigError: this folder has no demo, or a real Slack token is set.
    """
    settings = _prepared(Path("var/demo.db"))
    with running(settings, port) as demo:
        lasting()
        _talk.print(f"\nAna is ready: [bold]{demo.url}[/bold]\n")
        _talk.print("It is Monday, 5 October 2026, 07:58 in Los Angeles: the first playbooks arrive in two minutes.")
        _talk.print("Ask her something in #fin-weekly, or press one of the questions she offers. Ctrl-C ends it.")
        try:
            while not demo.server.should_exit:
                time.sleep(0.2)
        except KeyboardInterrupt:
            _talk.print("Bye.")


def check_demo() -> int:
    """Build, start, ask one question through the local Slack, print the answer and the timings, stop. 0 when it was answered."""
    started = time.perf_counter()
    settings = _prepared(Path("var/demo-check.db"))
    built = time.perf_counter()
    with running(settings, 0) as demo:
        lasting()
        up = time.perf_counter()
        text = _ask(demo.url)
        answered = time.perf_counter()
    typer.echo(text)
    typer.echo(f"build {built - started:.1f} s · start {up - built:.1f} s · answer {(answered - up) * 1000:.0f} ms")
    return 0 if "$" in text else 1


def _prepared(store: Path) -> Settings:
    if not _CAST.exists():
        raise ConfigError("There is no demo here.", todo="Run it from a clone of the project.")
    check_safe({**_written(), **os.environ})
    log.configure(level=30)
    done = subprocess.run([sys.executable, "-m", "demo.build", "--out", str(_DATA)], check=False)
    if done.returncode:
        raise ConfigError("Halden's data could not be built.", why="See the lines above.")
    _write_env()
    for leftover in store.parent.glob(store.name + "*"):
        leftover.unlink()
    for sealed in (store.parent / "checkpoints").glob(f"{store.stem}.*.jsonl"):
        sealed.unlink()  # what it tells of is gone, and on purpose
    return Settings(
        _env_file=None,  # type: ignore[call-arg]  # pydantic-settings takes it, its plugin does not know
        warehouse_url=f"duckdb:///{_DATA / 'halden.duckdb'}",
        store_url=f"sqlite:///{store}",
        directory=_CAST,
        dbt_target=_DATA / "target",
        now=dt.datetime.fromisoformat(_NOW),
        slack_bot_token=SecretStr(LOCAL_TOKEN),
        slack_signing_secret=SecretStr(secrets.token_hex(16)),
    )


def _written() -> dict[str, str]:
    """The variables of `.env`, whoever wrote it."""
    text = _ENV.read_bytes().decode("utf-8", "replace") if _ENV.is_file() else ""
    return {name: value or "" for name, value in dotenv_values(stream=io.StringIO(text)).items()}


def _write_env() -> None:
    """Leave the demo's settings for the command line, unless the file is somebody's own."""
    if _ENV.exists() and not _ENV.read_bytes().startswith(_MARK.encode()):
        _talk.print("There is an .env of yours; it was left alone, so the `anabot` commands here use it and not the demo.")
        return
    lines = {
        "ANABOT_WAREHOUSE_URL": f"duckdb:///{_DATA / 'halden.duckdb'}",
        "ANABOT_STORE_URL": "sqlite:///var/demo.db",
        "ANABOT_DIRECTORY": str(_CAST),
        "ANABOT_DBT_TARGET": str(_DATA / "target"),
        "ANABOT_NOW": _NOW,
    }
    _ENV.write_text("\n".join([_MARK, *(f"{name}={value}" for name, value in lines.items())]) + "\n", encoding="utf-8")


@contextmanager
def running(settings: Settings, port: int = 0) -> Iterator[Running]:
    """Ana and the local workspace on `port` of 127.0.0.1, or on a free one where it is taken; both end with the block."""
    port = _free(port)
    url = f"http://{HOST}:{port}/"
    settings = settings.model_copy(update={"slack_api_url": f"{url}api/", "port": port})
    with open_service(settings) as service:
        small_slack = create_workspace(
            yaml.safe_load(_CAST.read_text(encoding="utf-8")),
            events_url=f"{url}slack/events",
            signing_secret=settings.slack_signing_secret.get_secret_value(),
            now=service.house.clock.now,
            as_of=f"{settings.now:%A, %d %B %Y}".replace(" 0", " "),
        )
        both = Starlette(routes=[*service.web.routes, Mount("/", small_slack)], middleware=[Middleware(LoopbackOnly)])
        config = uvicorn.Config(both, host=HOST, port=port, log_level="error", lifespan="off", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, name="web", daemon=True)
        thread.start()
        try:
            _wait(lambda: server.started, "The web server did not start.")
            threading.Thread(target=service.warm, name="warm-up", daemon=True).start()
            service.worker.start()
            yield Running(url, service, server)
        finally:
            service.worker.stop()
            small_slack.state.workspace.close()
            server.should_exit = True
            thread.join(10)


def _free(port: int) -> int:
    """`port` where nobody listens on it, otherwise a free one."""
    for wanted in (port, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, wanted))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ConfigError("No port of 127.0.0.1 is free.")


def _ask(url: str) -> str:
    people = yaml.safe_load(_CAST.read_text(encoding="utf-8"))
    user, channel = people["people"][_ASKER]["id"], people["channels"][_CHANNEL]["id"]
    said = _call(f"{url}page/do/say", {"as": user, "channel": channel, "text": f"@ana {_QUESTION}"})
    found: list[str] = []

    def answered() -> bool:
        thread = _call(f"{url}page/messages?as={user}&channel={channel}&thread={said['ts']}")
        found[:] = [message["text"] for message in thread["messages"] if _final(message)]
        return bool(found)

    _wait(answered, "There was no answer.")
    return f"{_ASKER} in #{_CHANNEL}: {_QUESTION}\n{found[0]}"


def _final(message: Mapping[str, Any]) -> bool:
    """Whether this is an answer, with its buttons, and no longer the line that says she is looking."""
    return any(block["type"] == "actions" for block in message.get("blocks") or ())


def _call(url: str, body: dict[str, Any] | None = None) -> Any:
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"})  # noqa: S310 - our own loopback
    with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
        return json.load(response)


def _wait(done: Any, what: str, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise AnabotError(what, todo="Run it again with the log on: see the lines above.")
        time.sleep(0.01)
