"""How commands speak: answers on stdout, talk on stderr, one JSON document for machines. Never decides anything."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from anabot.errors import AnabotError, UnknownName
from anabot.types import Answer
from anabot.wire import answer_json

AsUser = Annotated[str, typer.Option("--as", help="Who asks: a handle or an id of the directory.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


def say(text: str) -> None:
    """An answer, for stdout."""
    typer.echo(text)


def say_json(value: Any) -> None:
    """One JSON document on one line, for stdout."""
    typer.echo(json.dumps(value, ensure_ascii=False))


def talk(text: str) -> None:
    """Talk, for stderr."""
    typer.echo(text, err=True)


def say_answer(answer: Answer, *, as_json: bool) -> None:
    """An answer in the contract's shape, or as plain text."""
    if as_json:
        say_json(answer_json(answer))
        return
    from anabot.plain import plain

    say(plain(answer))


def say_grid(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as their widest cell: a name is never cut, so that it can be copied."""
    lines = [heads, *rows]
    widths = [max(len(line[index]) for line in lines) for index in range(len(heads))]
    for line in lines:
        say("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def exit_code(answer: Answer) -> int:
    """0 for an answer or a question back, 1 for everything else."""
    return 0 if answer.status in ("answered", "clarify") else 1


def failed(error: AnabotError) -> Answer:
    """An error that came before there was a question, in the shape of an answer."""
    if isinstance(error, UnknownName):
        return Answer(status="refused", text=str(error), reason=error.code, unknown=(error.name,), nearest=error.nearest)
    return Answer(status="error", text=str(error), reason=error.code)
