"""The bakery's own installation: settings, registry, playbooks, people and a warehouse in a folder, and its command line."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from bakery_playbooks import WEEK
from structlog.testing import capture_logs

from anabot import cli, log
from anabot.config import Settings

ROOT = Path(__file__).parents[2]
TINY = ROOT / "tests" / "tiny"
NOW = "2026-09-28T07:00:00+00:00"


@dataclass(frozen=True)
class Told:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[dict[str, Any]]:
        """A JSON document a line."""
        return [json.loads(line) for line in self.out.split("\n") if line]


@dataclass(frozen=True)
class Office:
    """A folder that commands are run in."""

    folder: Path

    @property
    def warehouse(self) -> Path:
        return self.folder / "bakery.duckdb"

    def run(self, *words: str, **env: str) -> Told:
        """Run `anabot …` here, in this process."""
        out, err = io.StringIO(), io.StringIO()
        with self._standing_here(env), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            argv, sys.argv = sys.argv, ["anabot", *words]
            try:
                cli.main()
                code: Any = 0
            except SystemExit as ended:
                code = ended.code or 0
            finally:
                sys.argv = argv
        return Told(int(code), out.getvalue(), err.getvalue())

    def start(self, *words: str, **env: str) -> subprocess.Popen[str]:
        """Start Python with these words, in a process of its own."""
        return subprocess.Popen(
            [sys.executable, *words],
            cwd=self.folder,
            env={**outside(), "PYTHONPATH": str(ROOT), **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def alone(self, *words: str, **env: str) -> Told:
        """Run Python with these words, in a process of its own, to its end."""
        process = self.start(*words, **env)
        out, err = process.communicate(timeout=60)
        return Told(process.returncode, out, err)

    def ask(self, text: str, user: str = "bea", *more: str, **env: str) -> dict[str, Any]:
        """The answer to one question, as JSON."""
        found: dict[str, Any] = self.run("ask", text, "--as", user, "--json", *more, **env).json
        return found

    def batch(self, *lines: str) -> Told:
        """Ask a file of these lines."""
        file = self.folder / "questions.jsonl"
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return self.run("ask", "--batch", str(file), "--json")

    def write(self, file: str, text: str) -> Path:
        """Write a file of the installation."""
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def edit(self, file: str, old: str, new: str) -> Path:
        """Replace words in a file that has them."""
        text = (self.folder / file).read_text(encoding="utf-8")
        assert old in text
        return self.write(file, text.replace(old, new))

    def change_data(self, *statements: str) -> None:
        """Write a changed warehouse beside the old one, and put it in its place, as a build does."""
        beside = self.folder / "beside.duckdb"
        shutil.copy(self.warehouse, beside)
        with duckdb.connect(str(beside)) as connection:
            for statement in statements:
                connection.execute(statement)
        beside.replace(self.warehouse)

    @contextlib.contextmanager
    def _standing_here(self, env: Mapping[str, str]) -> Iterator[None]:
        kept_env, kept_log, kept_folder = dict(os.environ), log.configure, Path.cwd()
        os.environ.clear()
        os.environ.update({**outside(), **env})
        log.configure = lambda **_: None  # type: ignore[assignment]
        os.chdir(self.folder)
        try:
            with capture_logs():
                yield
        finally:
            os.chdir(kept_folder)
            log.configure = kept_log
            os.environ.clear()
            os.environ.update(kept_env)


def furnish(folder: Path, warehouse: Path) -> Office:
    """Put an installation into an empty folder."""
    office = Office(folder)
    shutil.copytree(TINY / "semantic_layer", folder / "semantic_layer")
    shutil.copy(TINY / "cast.yml", folder / "cast.yml")
    shutil.copy(warehouse, office.warehouse)
    office.write("playbooks/books/week.md", WEEK)
    settings = {
        "ANABOT_WAREHOUSE_URL": "duckdb:///bakery.duckdb",
        "ANABOT_STORE_URL": "sqlite:///memory/ana.db",
        "ANABOT_DIRECTORY": "cast.yml",
        "ANABOT_NOW": NOW,
    }
    office.write(".env", "".join(f"{name}={value}\n" for name, value in settings.items()))
    return office


def installed(folder: Path, **more: Any) -> Settings:
    """The settings of the installation in a folder, wherever one stands; `more` are further ones, or others."""
    given: dict[str, Any] = {
        "warehouse_url": f"duckdb:///{folder / 'bakery.duckdb'}",
        "store_url": f"sqlite:///{folder / 'memory' / 'ana.db'}",
        "semantic_layer": folder / "semantic_layer",
        "playbooks": folder / "playbooks",
        "directory": folder / "cast.yml",
        "now": NOW,
    }
    return Settings(_env_file=None, **{**given, **more})


def outside() -> dict[str, str]:
    """This machine's environment without any setting of Ana's."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("ANABOT_", "SLACK_", "ANTHROPIC_"))}
