"""`anabot search`: what there is to ask for, by the words people use. Names only what the asker may see; runs no metric."""

from __future__ import annotations

from typing import Annotated

import typer

from anabot.bootstrap import open_house
from anabot.commands.asking import person_of, place_of
from anabot.commands.saying import AsJson, AsUser, say_grid, say_json, talk
from anabot.config import load_settings


def search(
    text: Annotated[str, typer.Argument(help="Words for what is looked for.")],
    as_user: AsUser,
    channel: Annotated[str, typer.Option(help="Where it would be asked; without one it is a direct message.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=100, help="At most so many.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Find metrics, dimensions and values by words; exit 1 when there are none."""
    from anabot.semantic import find

    with open_house(load_settings()) as house:
        person = person_of(house, as_user)
        grant = house.asker.decision(person, place_of(house, channel) if channel else None).grant
        found = find(house.asker.current().registry, text, grant, house.engine.values(grant), limit)
    if as_json:
        say_json([{"kind": each.kind, "name": each.name, "label": each.label, "of": each.of} for each in found])
    elif found:
        labels = [f"a value of {each.label}" if each.kind == "value" else each.label for each in found]
        say_grid(("Kind", "Name", "Label"), [(each.kind, each.name, label) for each, label in zip(found, labels, strict=True)])
    else:
        talk(f"Nothing that you may see is about “{text}”.")
    raise typer.Exit(0 if found else 1)
