"""The command line: answers on stdout, talk on stderr, `--json` for machines. Never decides what an answer is.

Exit 0: answered, clarified or done. 1: refused, forbidden or wrong. 2: misused.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys
import uuid
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table as Grid

from anabot import log
from anabot.admin import audit_rows
from anabot.bootstrap import House, file_directory, open_house
from anabot.config import load_settings
from anabot.errors import AnabotError, BadQuery, PlaybookError, UnknownName
from anabot.playbooks.playbook import Playbook
from anabot.serving import open_service, playbook_lines, run_worker
from anabot.standing import check_files
from anabot.types import Answer, Channel, Person, Question
from anabot.wire import answer_json

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__.splitlines()[0])
playbook_app = typer.Typer(no_args_is_help=True, help="List playbooks, and run one or all of them.")
audit_app = typer.Typer(no_args_is_help=True, help="Read the record of every look.")
app.add_typer(playbook_app, name="playbook")
app.add_typer(audit_app, name="audit")

_talk = Console(stderr=True)
_out = Console()
AsUser = Annotated[str, typer.Option("--as", help="Who asks: a handle or an id of the directory.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


def main() -> None:
    """Run the command line; an error that a person can act on is words on stderr and exit 1."""
    log.configure(level=logging.WARNING)
    try:
        app()
    except AnabotError as error:
        _talk.print(str(error), markup=False, highlight=False)
        sys.exit(1)


@app.command()
def ask(
    text: Annotated[str, typer.Argument(help="The question.")] = "",
    as_user: AsUser = "",
    channel: Annotated[str, typer.Option(help="Where it is asked; without one it is a direct message.")] = "",
    thread: Annotated[str, typer.Option(help="A name; the same name continues the conversation.")] = "",
    batch: Annotated[Path | None, typer.Option(help="A file of questions, one JSON object a line.")] = None,
    as_json: AsJson = False,
) -> None:
    """Ask one question, or a file of them, through everything but Slack."""
    if batch is None and not (text and as_user):
        raise typer.BadParameter("give a TEXT and --as USER, or --batch FILE")
    with open_house(load_settings()) as house:
        if batch is not None:
            for line in batch.read_text(encoding="utf-8").splitlines():
                if line.strip():
                    typer.echo(json.dumps(_answer_line(house, json.loads(line)), ensure_ascii=False))
            return
        answer = house.asker.ask(_question(house, text, as_user, channel, thread))
    _print(answer, as_json=as_json)
    raise typer.Exit(_exit_code(answer))


@app.command()
def query(
    body: Annotated[str, typer.Argument(metavar="JSON", help="One MetricQuery.")],
    as_user: AsUser,
    as_json: AsJson = False,
    sql: Annotated[bool, typer.Option("--sql", help="Compile and do not run.")] = False,
    dialect: Annotated[str, typer.Option(help="duckdb, postgres or snowflake.")] = "",
) -> None:
    """Run one typed query, or show the SQL it compiles to."""
    with open_house(load_settings()) as house:
        person = _person(house, as_user)
        if sql:
            for text in house.compile(body, person, dialect or None):
                typer.echo(text)
            return
        answer = house.query(body, person)
    _print(answer, as_json=as_json)
    raise typer.Exit(_exit_code(answer))


@app.command()
def check(
    strict: Annotated[bool, typer.Option(help="Every metric must be certified, too.")] = False, as_json: AsJson = False
) -> None:
    """Check registry, access and playbooks: file, line, what, why, what to do. Silence is success."""
    settings = load_settings()
    faults, files = check_files(settings, file_directory(settings), strict=strict)
    if as_json:
        rows = [{"file": f.file, "line": f.line, "what": f.what, "why": f.why, "todo": f.todo} for f in faults]
        typer.echo(json.dumps(rows, ensure_ascii=False))
    else:
        for fault in faults:
            typer.echo(fault)
    if faults:
        _talk.print(f"{len(faults)} problem{'s' if len(faults) > 1 else ''} in {files} files")
        raise typer.Exit(1)


@playbook_app.command("list")
def playbook_list(as_json: AsJson = False) -> None:
    """List the playbooks, where they go and when."""
    with open_house(load_settings()) as house:
        lines = [asdict(line) for line in playbook_lines(house)]
    if as_json:
        typer.echo(json.dumps(lines, ensure_ascii=False))
        return
    _grid(("name", "title", "channel", "schedule"), [tuple(line.values()) for line in lines])


@playbook_app.command("run")
def playbook_run(
    name: Annotated[str, typer.Argument(help="team/file-name")] = "",
    at: Annotated[str, typer.Option(help="The instant of the slot, such as 2026-10-05T08:00-07:00.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be posted; post nothing.")] = False,
    run_all: Annotated[bool, typer.Option("--all", help="Every playbook.")] = False,
) -> None:
    """Run one playbook, or all of them, as of an instant."""
    if bool(name) == run_all:
        raise typer.BadParameter("give one NAME, or --all")
    settings = load_settings()
    if not dry_run:
        with open_service(settings) as service:
            for one in _chosen(service.house, name):
                typer.echo(service.worker.run_now(one.name, "cli", _instant(service.house, at)))
        return
    with open_house(settings) as house:
        failed = [one.name for one in _chosen(house, name) if not _shown(house, one, _instant(house, at))]
    if failed:
        _talk.print(f"{len(failed)} failed: {', '.join(failed)}")
        raise typer.Exit(1)


@audit_app.command("list")
def audit_list(count: Annotated[int, typer.Option("-n", help="How many, newest first.")] = 20, as_json: AsJson = False) -> None:
    """List the newest entries of the record."""
    with open_house(load_settings()) as house:
        rows = audit_rows(house.store, count)
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, default=str))
        return
    columns = ("at", "actor", "place", "kind", "status", "metrics", "receipt")
    _grid(columns, [tuple(_short(row[column]) for column in columns) for row in rows])


@app.command()
def migrate() -> None:
    """Bring Ana's own tables to their newest shape."""
    from anabot.store import Store

    store = Store(load_settings().store_url)
    store.migrate()
    store.close()


@app.command()
def worker() -> None:
    """Run the clock and the hands: due playbooks, until SIGTERM."""
    log.configure()
    run_worker(load_settings())


@app.command()
def doctor() -> None:
    """Examine this installation: settings, registry, warehouse, store, golden values, Slack."""
    from anabot.checks.doctor import examine

    with open_house(load_settings()) as house:
        findings = examine(house.vitals())
    for finding in findings:
        _out.print(f"{'ok  ' if finding.ok else 'FAIL'}  {finding.what}", markup=False, highlight=False)
        if not finding.ok:
            _out.print(f"      {finding.todo}", markup=False, highlight=False)
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


@app.command()
def demo(
    check: Annotated[bool, typer.Option("--check", help="Ask one question, print the answer and the timings, stop.")] = False,
    port: Annotated[int, typer.Option(help="The port on 127.0.0.1; 0 takes a free one.")] = 3000,
) -> None:
    """Build Halden's data, and start Ana with a small Slack in the browser."""
    from anabot.demo import check_demo, run_demo

    if check:
        raise typer.Exit(check_demo())
    run_demo(port)


def _answer_line(house: House, line: dict[str, Any]) -> dict[str, Any]:
    try:
        question = _question(house, line["text"], line["as"], line.get("channel", ""), line.get("thread", ""))
        answer = house.asker.ask(question)
    except AnabotError as error:
        answer = Answer(status="error", text=str(error), reason=error.code)
    except KeyError as missing:
        answer = Answer(status="error", text=f"The line has no {missing}.", reason="misused")
    return {"id": line.get("id"), **answer_json(answer)}


def _question(house: House, text: str, as_user: str, channel: str, thread: str) -> Question:
    person = _person(house, as_user)
    place = _channel(house, channel) if channel else None
    named = f"cli:{channel or person.user}:{thread}" if thread else None
    return Question(question_id=str(uuid.uuid4()), text=text, person=person, channel=place, thread=named)


def _person(house: House, handle: str) -> Person:
    person = house.directory.person(handle)
    if person is None:
        raise UnknownName(f"There is nobody called {handle}.", name=handle, todo="Use a handle of the directory file.")
    return person


def _channel(house: House, name: str) -> Channel:
    channel = house.directory.channel(name)
    if channel is None:
        raise BadQuery(f"There is no channel called {name}.", todo="Use a name of the directory file.")
    return channel


def _chosen(house: House, name: str) -> list[Playbook]:
    playbooks = house.standing.laws.playbooks
    if not name:
        return [playbooks[one] for one in sorted(playbooks)]
    if name not in playbooks:
        held = next((fault for fault in house.standing.laws.held if fault.file.endswith(f"{name}.md")), None)
        why = str(held) if held else ""
        raise PlaybookError(f"There is no playbook {name}.", why=why, todo="`anabot playbook list` names those there are.")
    return [playbooks[name]]


def _instant(house: House, text: str) -> dt.datetime:
    if not text:
        return house.clock.now()
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is not an instant; write 2026-10-05T08:00:00-07:00") from None
    return at if at.tzinfo else at.replace(tzinfo=house.standing().registry.calendar.zone)


def _shown(house: House, playbook: Playbook, at: dt.datetime) -> bool:
    try:
        digest = house.runner.run(playbook, at, dry_run=True)
    except AnabotError as error:
        _talk.print(str(error), markup=False, highlight=False)
        return False
    typer.echo(digest.markdown)
    return True


def _short(value: object) -> str:
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return ", ".join(value) if isinstance(value, tuple | list) else str(value)


def _print(answer: Answer, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(answer_json(answer), ensure_ascii=False))
        return
    from anabot.plain import plain

    typer.echo(plain(answer))


def _exit_code(answer: Answer) -> int:
    return 0 if answer.status in ("answered", "clarify") else 1


def _grid(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    grid = Grid(*columns, box=None, pad_edge=False)
    for row in rows:
        grid.add_row(*row)
    _out.print(grid, markup=False)
