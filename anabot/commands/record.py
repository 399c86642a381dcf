"""`anabot audit`: read the record, verify it, forget a person, print the key. Answers no question and shows no number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated, Any

import typer

from anabot.commands.saying import AsJson, say, say_grid, say_json, talk
from anabot.config import Settings, load_settings
from anabot.errors import BadQuery
from anabot.store import Examined, Intended, Store, open_store

_COLUMNS = ("at", "actor", "place", "kind", "status", "receipt", "tokens", "cost_usd", "metrics")
_METRICS_SHOWN = 3
_WORDS_SHOWN = 80

audit = typer.Typer(no_args_is_help=True, help="Read the record of every look, verify it, forget a person.")
User = Annotated[str, typer.Option(help="Only of this person: a handle or an id.")]


@audit.command("list")
def audit_list(
    count: Annotated[int, typer.Option("-n", min=1, help="How many, newest first.")] = 20,
    user: User = "",
    metric: Annotated[str, typer.Option(help="Only looks at this metric.")] = "",
    status: Annotated[str, typer.Option(help="Only looks that ended so: answered, refused, forbidden …")] = "",
    since: Annotated[str, typer.Option(help="Only from this instant or day on, such as 2026-10-05.")] = "",
    words: Annotated[bool, typer.Option("--words", help="Also what people said, where they are not forgotten.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the newest entries of the record."""
    from anabot.admin import audit_rows

    settings = load_settings()
    actors = _ids(settings, user) if user else ()
    with _store(settings) as store:
        rows = audit_rows(store, count, actors=actors, metric=metric, status=status, since=_instant(since), words=words)
    if as_json:
        say_json([{name: _plain(value) for name, value in row.items()} for row in rows])
        return
    columns = (*_COLUMNS, "words") if words else _COLUMNS
    say_grid(columns, [[_short(row[column]) for column in columns] for row in rows])


@audit.command("verify")
def audit_verify(as_json: AsJson = False) -> None:
    """Examine every link, every checkpoint and the words beside them. Names what somebody did to the record, and exits with 1."""
    with _store(load_settings()) as store:
        chains = store.examine()
    found = [one for examined in chains for one in examined.found]
    if as_json:
        say_json({"ok": not found, "chains": [asdict(examined) for examined in chains]})
    else:
        for one in found:
            say(f"{one.workspace}  {one.kind}: {one.words}")
        for examined in chains:
            say(_told(examined))
        if not chains:
            say("Nothing is on record yet.")
    if found:
        talk(f"The record was tampered with: {len(found)} finding{'s' if len(found) > 1 else ''}.")
        raise typer.Exit(1)


@audit.command("seal")
def audit_seal() -> None:
    """Sign and write a checkpoint now, so that nothing of the record is left without one."""
    with _store(load_settings()) as store:
        talk(f"{store.seal()} checkpoints were written.")


@audit.command("key")
def audit_key() -> None:
    """Print the public key that checkpoints are signed with, in base64."""
    with _store(load_settings()) as store:
        say(store.vault.name())


@audit.command("forget")
def audit_forget(user: Annotated[str, typer.Argument(help="A handle or an id.")], as_json: AsJson = False) -> None:
    """Forget what a person said: their words, filter values and answers. That they asked stays on record."""
    settings = load_settings()
    ids = _ids(settings, user)
    with _store(settings) as store:
        intended = Intended(question_id=f"forget {ids[0]}", actor="cli", place="cli", kind="admin")
        with store.audit.act(intended):
            gone = store.forget(ids)
    if as_json:
        say_json({"user": user, "ids": list(ids), **asdict(gone)})
    elif gone:
        say(f"What {user} said is forgotten; {gone.answers} answers and {gone.threads} threads with it.")
    else:
        say(f"There is nothing of {user} to forget.")


def _told(examined: Examined) -> str:
    links = f"{examined.links} link{'' if examined.links == 1 else 's'}"
    state = "does not hold" if examined.found else "holds"
    sealed = f"the last checkpoint is of {examined.sealed_at}" if examined.sealed_at else "there is no checkpoint yet"
    window = f"{examined.open} came after it, and a cut among them would not show" if examined.open else "nothing came after it"
    return f"{examined.workspace}  {links}: the chain {state}; {sealed}; {window}."


def _ids(settings: Settings, user: str) -> tuple[str, ...]:
    """The ids under which a person is on record: the user's id, and the handle that a playbook names its owner by."""
    from anabot.directory import FileDirectory

    wanted = user.removeprefix("@")
    person = FileDirectory.read(settings.directory).person(wanted) if settings.directory else None
    named = (person.user, person.handle) if person else (wanted,)
    return tuple(dict.fromkeys(name for name in (*named, wanted) if name))


def _instant(text: str) -> dt.datetime | None:
    if not text:
        return None
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError:
        raise BadQuery(f"{text} is not an instant.", todo="Write 2026-10-05, or 2026-10-05T08:00:00-07:00.") from None
    return at if at.tzinfo else at.replace(tzinfo=dt.UTC)


@contextmanager
def _store(settings: Settings) -> Iterator[Store]:
    store = open_store(settings)
    try:
        store.migrate()
        yield store
    finally:
        store.close()


def _plain(value: object) -> Any:
    return value.isoformat() if isinstance(value, dt.datetime) else value


def _short(value: object) -> str:
    if value in (0, "0"):
        return ""  # nothing was spent, as in most looks
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, tuple | list):
        more = len(value) - _METRICS_SHOWN
        return ", ".join(value[:_METRICS_SHOWN]) + (f" and {more} more" if more > 0 else "")
    line = " ".join(str(value).split())
    return line if len(line) <= _WORDS_SHOWN else f"{line[:_WORDS_SHOWN]}…"
