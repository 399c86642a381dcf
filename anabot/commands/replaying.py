"""`anabot replay`: run an answer again by its receipt, and say whether it is the same or what moved. Shows no number."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from anabot.bootstrap import open_house
from anabot.commands.saying import AsJson, say, say_json
from anabot.config import load_settings


def replay(receipt: Annotated[str, typer.Argument(help="The receipt of an answer, R-…")], as_json: AsJson = False) -> None:
    """Run an answer again, and say whether it comes out the same, or what moved since."""
    with open_house(load_settings()) as house:
        found = house.replayer.replay(receipt.strip(), by="cli")
    same = all(one.sound for one in found)
    if as_json:
        say_json({"receipt": receipt, "same": same, "answers": [asdict(one) for one in found]})
    else:
        for one in found:
            say("\n".join(one.lines()))
    if not same:
        raise typer.Exit(1)
