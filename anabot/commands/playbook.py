"""`anabot playbook`: list the playbooks, run one or all of them, look after one. Posts nothing on a dry run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from anabot.bootstrap import House, file_directory, open_house, stewards
from anabot.commands.saying import AsJson, say, say_grid, say_json, talk
from anabot.config import load_settings
from anabot.errors import AnabotError, PlaybookError, PlaybookHeld, PlaybookSkipped
from anabot.plain import printable
from anabot.playbooks.due import held_until
from anabot.playbooks.gates import card
from anabot.playbooks.playbook import Playbook
from anabot.playbooks.schedule import slot_at
from anabot.semantic.names import did_you_mean
from anabot.standing import Standing
from anabot.stewards.acts import Stewards
from anabot.stewards.listing import playbook_lines, told
from anabot.store import Intended
from anabot.types import Digest, Person, UserId

_COLUMNS = ("name", "title", "channel", "schedule", "owner")
# Whoever may run commands where Ana runs may do what an admin may.
_SHELL = Person(user=UserId("cli"), name="The command line", admin=True)
Name = Annotated[str, typer.Argument(help="team/file-name, or the title")]

app = typer.Typer(no_args_is_help=True, help="List playbooks, run them, and look after them.")


@app.command("list")
def playbook_list(as_json: AsJson = False) -> None:
    """List the playbooks, where they go and when."""
    settings = load_settings()
    laws = Standing(settings, file_directory(settings)).laws
    lines = [{column: str(getattr(line, column)) for column in _COLUMNS} for line in playbook_lines(laws.playbooks)]
    if laws.held:
        talk("Some playbooks have faults and are not in force: run `anabot check`.")
    if as_json:
        say_json(lines)
        return
    say_grid(_COLUMNS, [tuple(line.values()) for line in lines])


@app.command("run")
def playbook_run(
    name: Annotated[str, typer.Argument(help="team/file-name")] = "",
    at: Annotated[str, typer.Option(help="The instant of the slot, such as 2026-10-05T08:00-07:00.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be posted; post nothing.")] = False,
    run_all: Annotated[bool, typer.Option("--all", help="Every playbook.")] = False,
) -> None:
    """Run one playbook, or all of them, as of an instant."""
    if bool(name) == run_all:
        raise typer.BadParameter("give one NAME, or --all")
    slot = _parsed(at)
    if dry_run:
        with open_house(load_settings()) as house:
            when = _instant(house, slot)
            _each(house, name, lambda playbook: _rehearsed(house, playbook, when))
        return
    # Slack's room and the clock take a while to import, and nothing else here needs them.
    from anabot.serving import open_service

    with open_service(load_settings(slack=True)) as service:
        when = _instant(service.house, slot)
        _each(service.house, name, lambda playbook: service.worker.run_now(playbook.name, "cli", when))


@app.command("test")
def playbook_test(name: Name) -> None:
    """Show a playbook as it would be posted now; post nothing."""
    with open_house(load_settings()) as house:
        known = _desk(house).shelf.runs(_SHELL, name)
        _each(house, known.name, lambda playbook: _shown(house.runner.run(playbook, house.clock.now(), dry_run=True)))


@app.command("pause")
def playbook_pause(name: Name) -> None:
    """Let the clock leave a playbook alone until it is resumed."""
    _act("pause", name, lambda desk: desk.pause(name, _SHELL))


@app.command("resume")
def playbook_resume(name: Name) -> None:
    """Let the clock run a playbook again."""
    _act("resume", name, lambda desk: desk.resume(name, _SHELL))


@app.command("owner")
def playbook_owner(name: Name, to: Annotated[str, typer.Argument(help="The new owner's handle.")]) -> None:
    """Give a playbook to another owner, whose view it then has."""
    _act("owner", f"{name} {to}", lambda desk: desk.owner(name, to, _SHELL))


@app.command("revert")
def playbook_revert(name: Name, version: Annotated[str, typer.Argument(help="As `versions` lists it.")]) -> None:
    """Bring back a version of a playbook."""
    _act("revert", f"{name} {version}", lambda desk: desk.revert(name, version, _SHELL))


@app.command("history")
def playbook_history(name: Name, as_json: AsJson = False) -> None:
    """Show what a playbook posted, and who changed what."""
    with open_house(load_settings()) as house:
        _, events = _desk(house).history(name, _SHELL)
        zone = house.standing().registry.calendar.zone
        rows = [told(event, zone) for event in events]
    _tell(("when", "what", "who", "more"), rows, as_json)


@app.command("versions")
def playbook_versions(name: Name, as_json: AsJson = False) -> None:
    """List the texts that are kept of a playbook."""
    with open_house(load_settings()) as house:
        desk = _desk(house)
        kept = desk.versions(name, _SHELL)[1]
        rows = [(str(one.number), f"{one.at:%Y-%m-%d %H:%M}", desk.shelf.called(one.by), one.detail or one.act) for one in kept]
    _tell(("version", "since", "who", "what"), rows, as_json)


def _tell(heads: tuple[str, ...], rows: Sequence[Sequence[str]], as_json: bool) -> None:
    if as_json:
        say_json([dict(zip(heads, row, strict=True)) for row in rows])
    elif rows:
        say_grid(heads, rows)
    else:
        talk("Nothing is on record of it yet.")


def _act(word: str, words: str, does: Callable[[Stewards], str]) -> None:
    """Do something to a playbook, on record with its end, and say what was done."""
    with open_house(load_settings()) as house:
        asked = Intended(question_id=f"playbook {word}", actor=str(_SHELL.user), place="cli", kind="admin", words=words)
        with house.store.audit.act(asked):
            say(does(_desk(house)).replace("`/ana ", "`anabot playbook "))


def _desk(house: House) -> Stewards:
    return stewards(house, _not_here)


def _not_here(name: str, _: Person) -> str:
    raise PlaybookError(f"{name} is not posted from here.", todo="`anabot playbook run` posts it.")


def _shown(digest: Digest) -> str:
    """All that would be posted, in words: the digest, and the files and the parts in its thread."""
    files = [f"_In the thread: {name}.csv, {len(table.rows):,} rows._" for name, table in digest.files.items()]
    parts = [f"# {part.title}\n\n{_shown(part)}" for part in digest.parts]
    return "\n".join([digest.markdown, *files, *parts])


def _rehearsed(house: House, playbook: Playbook, at: dt.datetime) -> str:
    """What would be posted: the digest, or the card that stands in its place while a gate is closed."""
    try:
        return _shown(house.runner.run(playbook, at, dry_run=True))
    except PlaybookSkipped as skipped:
        return f"_Not posted: {skipped}_"
    except PlaybookHeld as held:
        talk(str(held))
        slot = slot_at(playbook.name, playbook.schedule, at)
        return card(playbook, slot, held.closed, held_until(slot, playbook.schedule)).markdown


def _each(house: House, name: str, run: Callable[[Playbook], str]) -> None:
    """Print what each run gives. One that fails is told and costs the exit code, not the others."""
    broken = [] if name else sorted({fault.file for fault in house.standing.laws.held})
    for playbook in _chosen(house, name):
        try:
            say(printable(run(playbook)))
        except AnabotError as error:
            broken.append(playbook.name)
            talk(str(error))
    if broken:
        talk(f"{len(broken)} failed: {', '.join(broken)}. `anabot check` names the faults of files.")
        raise typer.Exit(1)


def _chosen(house: House, name: str) -> list[Playbook]:
    laws = house.standing.laws
    if not name:
        return [laws.playbooks[one] for one in sorted(laws.playbooks)]
    if name in laws.playbooks:
        return [laws.playbooks[name]]
    held = next((fault for fault in laws.held if fault.file.endswith(f"{name}.md")), None)
    if held:
        raise PlaybookError(f"The playbook {name} has faults.", why=str(held), todo="`anabot check` names them all.")
    meant = did_you_mean(name, laws.playbooks) or "`anabot playbook list` names those there are."
    raise PlaybookError(f"There is no playbook {name}.", todo=meant)


def _parsed(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text) if text else None
    except ValueError:
        raise typer.BadParameter(f"{text} is not an instant; write 2026-10-05T08:00:00-07:00") from None


def _instant(house: House, at: dt.datetime | None) -> dt.datetime:
    if at is None:
        return house.clock.now()
    return at if at.tzinfo else at.replace(tzinfo=house.standing().registry.calendar.zone)
