"""`anabot propose`: what was learned, as changes to the registry that an owner decides on. It decides nothing."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from anabot.bootstrap import open_house
from anabot.commands.asking import person_of
from anabot.commands.saying import AsJson, AsUser, say, say_grid, say_json
from anabot.config import load_settings
from anabot.errors import BadQuery
from anabot.proposing import Shown

app = typer.Typer(no_args_is_help=True, help="Changes to the registry that corrections and wishes propose; an owner decides.")
Reader = Annotated[str, typer.Option("--as", help="As this person may read it; without one, as whoever keeps the house.")]
Name = Annotated[str, typer.Argument(help="P-… of the list.")]


@app.command("list")
def list_command(as_user: Reader = "", as_json: AsJson = False) -> None:
    """List what is open."""
    with open_house(load_settings()) as house:
        person = person_of(house, as_user) if as_user else None
        found = [house.proposing.show(one.proposal, person) for one in house.proposing.list(person)]
    if as_json:
        say_json([_json(one) for one in found])
    elif found:
        rows = [(one.proposal.proposal, one.words, _owner(one), f"{one.proposal.at:%Y-%m-%d}") for one in found]
        say_grid(("proposal", "says", "owner", "since"), rows)


@app.command()
def show(name: Name, as_user: Reader = "", as_json: AsJson = False) -> None:
    """Print one proposal: what it says, how it came about, the change to the file, and what the metric gives."""
    with open_house(load_settings()) as house:
        found = house.proposing.show(name, person_of(house, as_user) if as_user else None)
    if as_json:
        say_json(_json(found))
        return
    say(f"{found.proposal.proposal}: {found.words}")
    say(f"owner    {_owner(found)}")
    say(f"said     {found.proposal.said}")
    say(f"golden   {found.golden or 'none'}")
    say("")
    say(found.diff)


@app.command()
def accept(name: Name, as_user: AsUser) -> None:
    """Accept one, as the metric's owner: the change is written into the semantic layer."""
    with open_house(load_settings()) as house:
        say(house.proposing.accept(name, person_of(house, as_user)))


@app.command()
def decline(name: Name, as_user: AsUser) -> None:
    """Decline one, as the metric's owner."""
    with open_house(load_settings()) as house:
        say(house.proposing.decline(name, person_of(house, as_user)))


@app.command()
def add(
    word: Annotated[str, typer.Argument(help="The word that people say.")],
    metric: Annotated[str, typer.Argument(help="The metric that it shall mean.")],
    as_user: AsUser,
) -> None:
    """Propose that a word, such as one of `anabot demand list`, shall mean a metric."""
    with open_house(load_settings()) as house:
        person = person_of(house, as_user)
        listed = house.asker.enforced(person).listed
        found = house.proposing.propose("synonym", word, metric, person, place="cli", said=word) if metric in listed else None
        if found is None:
            raise BadQuery(
                f"“{word}” cannot mean `{metric}`.", todo="Name a metric that is there, and a word that means nothing yet."
            )
        say(f"{found.proposal}: {house.proposing.show(found.proposal, person).words}")


def _owner(found: Shown) -> str:
    return f"@{found.owner.handle}" if found.owner else "nobody"


def _json(found: Shown) -> dict[str, Any]:
    told = asdict(found.proposal)
    return {**told, "at": found.proposal.at.isoformat(), "words": found.words, "owner": _owner(found), "file": found.file,
            "diff": found.diff}  # fmt: skip
