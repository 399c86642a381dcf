"""`anabot ask` and `anabot query`: one question or one typed query, through everything but Slack."""

from __future__ import annotations

import uuid
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from anabot.bootstrap import House, open_house
from anabot.commands.saying import AsJson, AsUser, exit_code, say, say_answer, talk
from anabot.config import load_settings
from anabot.errors import BadQuery, UnknownName
from anabot.types import Answer, Channel, Person, Question, Table


class Dialect(StrEnum):
    """The SQL that a query can be shown in."""

    duckdb = "duckdb"
    postgres = "postgres"
    snowflake = "snowflake"


def ask(
    text: Annotated[str | None, typer.Argument(help="The question.")] = None,
    as_user: AsUser = "",
    channel: Annotated[str, typer.Option(help="Where it is asked; without one it is a direct message.")] = "",
    thread: Annotated[str, typer.Option(help="A name; the same name continues the conversation.")] = "",
    batch: Annotated[
        Path | None,
        typer.Option(help="A file of questions, one JSON object a line; one JSON answer a line.", exists=True, dir_okay=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Ask one question, or a file of them, through everything but Slack."""
    if batch is not None:
        if text is not None or as_user or channel or thread:
            raise typer.BadParameter("each line of a batch says its own text, as, channel and thread")
        from anabot.commands.batch import answer_batch

        raise typer.Exit(answer_batch(batch))
    if text is None or not as_user:
        raise typer.BadParameter("give a TEXT and --as USER, or --batch FILE")
    with open_house(load_settings()) as house:
        answer = house.learning.ask(question_of(house, text, as_user, channel, thread))
    say_answer(answer, as_json=as_json)
    raise typer.Exit(exit_code(answer))


def query(
    body: Annotated[str, typer.Argument(metavar="JSON", help="One MetricQuery.")],
    as_user: AsUser,
    as_json: AsJson = False,
    sql: Annotated[bool, typer.Option("--sql", help="Compile and do not run.")] = False,
    dialect: Annotated[Dialect | None, typer.Option(help="The SQL to show; without one it is the warehouse's own.")] = None,
) -> None:
    """Run one typed query, or show the SQL it compiles to."""
    if dialect and not sql:
        talk("--dialect is for --sql: a query runs in the warehouse's own.")
    with open_house(load_settings()) as house:
        person = person_of(house, as_user)
        answer = _compiled(house, body, person, dialect) if sql else house.query(body, person)
    if sql and not as_json:
        for _, shown in answer.sql:
            say(shown)
        return
    say_answer(answer, as_json=as_json)
    raise typer.Exit(exit_code(answer))


def question_of(house: House, text: str, as_user: str, channel: str, thread: str) -> Question:
    """A question as the command line asks it.

    Raises:
        UnknownName, BadQuery: the directory has no such person, or no such channel.
    """
    person = person_of(house, as_user)
    place = place_of(house, channel) if channel else None
    # One name for one conversation, however its place was written.
    named = f"cli:{place.channel if place else person.user}:{thread}" if thread else None
    return Question(question_id=str(uuid.uuid4()), text=text, person=person, channel=place, thread=named)


def person_of(house: House, handle: str) -> Person:
    """The person of the directory with this handle or id."""
    person = house.directory.person(handle)
    if person is None:
        raise UnknownName(f"There is nobody called {handle}.", name=handle, todo="Use a handle of the directory file.")
    return person


def place_of(house: House, name: str) -> Channel:
    """The channel of the directory with this name or id."""
    channel = house.directory.channel(name)
    if channel is None:
        raise BadQuery(f"There is no channel called {name}.", todo="Use a name of the directory file.")
    return channel


def _compiled(house: House, body: str, person: Person, dialect: Dialect | None) -> Answer:
    compiled, texts = house.preview(body, person, dialect.value if dialect else None)
    connections = (part.connection for part in compiled.prepared)
    return Answer(
        status="answered",
        text="Compiled and not run.",
        query=compiled.query.as_json(),
        query_hash=compiled.query.fingerprint(),
        table=Table(columns=compiled.columns, rows=()),
        sql=tuple(zip(connections, texts, strict=True)),
        metrics=compiled.query.metrics,
    )
