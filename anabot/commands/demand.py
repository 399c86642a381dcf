"""`anabot demand`: what people ask for that nobody has defined, the most wanted first. It defines nothing."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from anabot.bootstrap import open_house
from anabot.commands.asking import person_of, place_of
from anabot.commands.saying import AsJson, AsUser, say, say_grid, say_json
from anabot.config import load_settings
from anabot.demand import Demanding

app = typer.Typer(no_args_is_help=True, help="What people ask for that nobody has defined.")
Reader = Annotated[str, typer.Option("--as", help="As this person may read it; without one, as whoever keeps the house.")]


@app.command("list")
def list_command(as_user: Reader = "", as_json: AsJson = False) -> None:
    """List the words that people have requested, ranked by people × times."""
    with open_house(load_settings()) as house:
        found = Demanding(asker=house.asker).list(person_of(house, as_user) if as_user else None)
    if as_json:
        times = [{"first": one.first.isoformat(), "last": one.last.isoformat(), "weight": one.weight} for one in found]
        say_json([{**asdict(one), **more} for one, more in zip(found, times, strict=True)])
    elif found:
        rows = [
            (one.word, str(one.askers), str(one.asked), ", ".join(one.nearest[:2]), f"{one.last:%Y-%m-%d}", one.questions[0])
            for one in found
        ]
        say_grid(("word", "people", "times", "nearest", "last", "for example"), rows)


@app.command()
def request(
    receipt: Annotated[str, typer.Argument(help="Of a refusal.")],
    as_user: AsUser,
    channel: Annotated[str, typer.Option(help="Where it was asked; without one it is a direct message.")] = "",
) -> None:
    """File a wish for the words of a refused question."""
    with open_house(load_settings()) as house:
        place = place_of(house, channel) if channel else None
        filed = Demanding(asker=house.asker).file(receipt, person_of(house, as_user), place)
    say(f"{', '.join(filed.words)}: {'on file already' if filed.repeated else 'on file'}")


@app.command()
def close(word: Annotated[str, typer.Argument(help="A word of the list.")], as_user: Reader = "") -> None:
    """Set a word aside that nobody will define."""
    with open_house(load_settings()) as house:
        say(Demanding(asker=house.asker).close(word, person_of(house, as_user) if as_user else None))
