"""What an installation's keeper runs: check, migrate, worker, the demo. Never answers a question."""

from __future__ import annotations

from typing import Annotated

import typer

from anabot import log
from anabot.commands.saying import AsJson, say, say_json, talk
from anabot.config import load_settings
from anabot.store import open_store


def check(
    strict: Annotated[
        bool, typer.Option(help="Name duplicates, drafts, unclear words and missing or lost certifications, too.")
    ] = False,
    as_json: AsJson = False,
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


def migrate() -> None:
    """Bring Ana's own tables to their newest shape."""
    store = open_store(load_settings())
    try:
        store.migrate()
    finally:
        store.close()
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
