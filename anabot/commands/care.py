"""What an installation's keeper runs: check, migrate, worker, the record, the demo. Never answers a question."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from anabot import log
from anabot.commands.saying import AsJson, say, say_grid, say_json, talk
from anabot.config import load_settings
from anabot.store import Store, open_store

_AUDIT_COLUMNS = ("at", "actor", "place", "kind", "status", "receipt", "metrics")
_METRICS_SHOWN = 3

audit = typer.Typer(no_args_is_help=True, help="Read the record of every look.")


def check(
    strict: Annotated[bool, typer.Option(help="Every metric must be certified, too.")] = False, as_json: AsJson = False
) -> None:
    """Check registry, access and playbooks: file, line, what, why, what to do. Silence is success."""
    from anabot.bootstrap import file_directory
    from anabot.standing import check_files

    settings = load_settings()
    faults, files = check_files(settings, file_directory(settings), strict=strict)
    if as_json:
        say_json([{"file": f.file, "line": f.line, "what": f.what, "why": f.why, "todo": f.todo} for f in faults])
    else:
        for fault in faults:
            say(str(fault))
    if faults:
        talk(f"{len(faults)} problem{'s' if len(faults) > 1 else ''} in {files} files")
        raise typer.Exit(1)


@audit.command("list")
def audit_list(
    count: Annotated[int, typer.Option("-n", min=1, help="How many, newest first.")] = 20, as_json: AsJson = False
) -> None:
    """List the newest entries of the record."""
    from anabot.admin import audit_rows

    with _store() as store:
        rows = audit_rows(store, count)
    if as_json:
        say_json([{name: _plain(value) for name, value in row.items()} for row in rows])
        return
    say_grid(_AUDIT_COLUMNS, [[_short(row[column]) for column in _AUDIT_COLUMNS] for row in rows])


def migrate() -> None:
    """Bring Ana's own tables to their newest shape."""
    with _store():
        talk("Ana's tables have their newest shape.")


def worker() -> None:
    """Run the clock and the hands: due playbooks, until SIGTERM."""
    from anabot.serving import run_worker

    log.configure()
    run_worker(load_settings(slack=True))


def demo(
    check: Annotated[bool, typer.Option("--check", help="Ask one question, print the answer and the timings, stop.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="The port on 127.0.0.1; 0 takes a free one.")] = 3000,
) -> None:
    """Build Halden's data, and start Ana with a small Slack in the browser."""
    from anabot.demo import check_demo, run_demo

    if check:
        raise typer.Exit(check_demo())
    run_demo(port)


@contextmanager
def _store() -> Iterator[Store]:
    store = open_store(load_settings())
    try:
        store.migrate()
        yield store
    finally:
        store.close()


def _plain(value: object) -> Any:
    return value.isoformat() if isinstance(value, dt.datetime) else value


def _short(value: object) -> str:
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, tuple | list):
        more = len(value) - _METRICS_SHOWN
        return ", ".join(value[:_METRICS_SHOWN]) + (f" and {more} more" if more > 0 else "")
    return str(value)
