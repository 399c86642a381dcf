"""`anabot access`: what somebody would see and why, what owners have lent, and a file to begin with. It decides nothing."""

from __future__ import annotations

from typing import Annotated

import typer

from anabot.bootstrap import House, open_house
from anabot.commands.asking import person_of, place_of
from anabot.commands.saying import AsJson, say, say_grid, say_json
from anabot.config import load_settings
from anabot.errors import BadQuery
from anabot.lending import Lending
from anabot.preview import Preview, few, preview, preview_json, who

app = typer.Typer(no_args_is_help=True, help="Who may see what, and why.")


@app.command("preview")
def preview_command(
    user: Annotated[str, typer.Argument(help="A handle or an id.")],
    channel: Annotated[str, typer.Argument(help="Also what may be said there.")] = "",
    as_json: AsJson = False,
) -> None:
    """What this person would see, alone and in a channel, and why. The look is on record."""
    with open_house(load_settings()) as house:
        place = place_of(house, channel) if channel else None
        found = preview(house.asker, person_of(house, user), place, by="cli")
    if as_json:
        say_json(preview_json(found))
    else:
        _say(found)


@app.command()
def loans(as_json: AsJson = False) -> None:
    """Who has asked an owner for what, and what is open to whom until when."""
    with open_house(load_settings()) as house:
        found = house.store.requests.list()
        names = {one.user: _handle(house, one.user) for one in found}
    rows = [(names[one.user], one.metric, one.state, one.until[:10], one.by) for one in found]
    heads = ("who", "metric", "state", "until", "by")
    if as_json:
        say_json([dict(zip(heads, row, strict=True)) for row in rows])
    elif rows:
        say_grid(heads, rows)


@app.command()
def end(user: Annotated[str, typer.Argument(help="Whose loan.")], metric: Annotated[str, typer.Argument(help="Of what.")],
        as_user: Annotated[str, typer.Option("--as", help="Its owner, or an admin.")]) -> None:  # fmt: skip
    """Take a loan back at once."""
    with open_house(load_settings()) as house:
        by, borrower = person_of(house, as_user), person_of(house, user)
        say(Lending(asker=house.asker).end(by, borrower.user, metric))


@app.command("init")
def begin(teams: Annotated[list[str], typer.Argument(help="The Slack user groups that become teams.")]) -> None:
    """Print an access.yml for these teams and the registry's classes, to be cut to size."""
    from anabot.access.beginning import beginning
    from anabot.semantic import parse_registry
    from anabot.standing import read_tree

    registry = parse_registry(read_tree(load_settings().semantic_layer))
    scopes = sorted({metric.scope for metric in registry.metrics.values() if not metric.hidden})
    if not scopes:
        raise BadQuery("The registry has no metric.", todo="Define metrics first; each says its `scope`.")
    say(beginning(scopes, [team.removeprefix("@") for team in teams]))


def _handle(house: House, user: str) -> str:
    person = house.directory.person(user)
    return f"@{person.handle}" if person and person.handle else user


def _say(found: Preview) -> None:
    say(who(found))
    if found.mode == "report":
        say("Refusals are reported and not made: see `mode: report` in access.yml.")
    for name, values in found.attributes:
        say(f"attribute  {name}: {', '.join(values)}")
    say("")
    rows = [
        (
            one.name + (" (strict)" if one.strict else ""),
            f"{len(one.sees)} of {one.all}",
            str(len(one.lists)),
            few(one.sees or one.lists),
        )
        for one in found.classes
    ]
    say_grid(("class", "sees", "only lists", "for example"), rows)
    say("")
    for word, lines in (
        ("rows only", found.rows),
        ("masked", found.masked),
        ("role", found.roles),
        ("never", found.denied),
        ("lent", found.loans),
    ):
        for line in lines:
            say(f"{word:<10} {line}")
    if found.place:
        say(f"{found.place} declares {found.declares}: {len(found.says)} of these metrics may be said there.")
        for held in found.held:
            say(f"held       {held.name}: {len(held.metrics)} ({held.why})")
    say(f"why        {found.why}")
