"""The command line: answers on stdout, talk on stderr, `--json` for machines. Never decides what an answer is.

Exit 0: answered, clarified or done. 1: refused, forbidden or wrong. 2: misused.
"""

from __future__ import annotations

import functools
import gc
import io
import logging
import sys

import typer

from anabot import log
from anabot.errors import AnabotError
from anabot.resting import lasting

_at_rest = functools.cache(lasting)  # once a process


def main() -> None:
    """Run the command line; an error that a person can act on is words on stderr, exit 1, and JSON where that was asked for."""
    log.configure(level=logging.WARNING)
    _print_anything()
    app = _app()
    try:
        app()
    except AnabotError as error:
        _give_up(error)


def _app() -> typer.Typer:
    # Thousands of classes are made here and none is garbage: looking for some would take a quarter of the start.
    gc.disable()
    from anabot.commands import (
        access,
        asking,
        care,
        demand,
        doctor,
        evaluating,
        importing,
        playbook,
        propose,
        reconciling,
        record,
        replaying,
        scope,
        searching,
    )

    _at_rest()
    gc.enable()
    app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=_purpose())
    for command in (asking.ask, asking.query, searching.search, care.check, care.migrate, care.worker, doctor.doctor, care.demo):
        app.command()(command)
    app.command("eval")(evaluating.evaluate)
    app.command("reconcile")(reconciling.reconcile)
    app.add_typer(playbook.app, name="playbook")
    app.add_typer(record.audit, name="audit")
    app.command()(replaying.replay)
    app.add_typer(importing.app, name="import")
    app.add_typer(scope.scope, name="scope")
    app.add_typer(access.app, name="access")
    app.add_typer(demand.app, name="demand")
    app.add_typer(propose.app, name="propose")
    return app


def _give_up(error: AnabotError) -> None:
    from anabot.commands.saying import failed, say_json, talk
    from anabot.wire import answer_json

    if "--json" in sys.argv:
        say_json(answer_json(failed(error)))
    talk(str(error))
    sys.exit(1)


def _purpose() -> str:
    return "Ask Ana, and keep her: answers on stdout, talk on stderr, `--json` for machines."


def _print_anything() -> None:
    """Let no character that a terminal cannot show, such as half of an emoji, end a command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
