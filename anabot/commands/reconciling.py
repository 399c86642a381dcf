"""`anabot reconcile`: the bridge between two systems, by its name. Never adjusts a number to make it close."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

import typer

from anabot.analysis.reconcile import metrics_of, unexplained
from anabot.answering import by_group
from anabot.bootstrap import House, open_house
from anabot.commands.asking import person_of
from anabot.commands.saying import AsJson, AsUser, exit_code, say_answer, talk
from anabot.config import load_settings
from anabot.engine import Intent
from anabot.errors import UnknownName
from anabot.periods import written
from anabot.semantic.catalog import catalog_of
from anabot.semantic.meaning import Vocabulary
from anabot.semantic.names import did_you_mean, nearest
from anabot.semantic.query import MetricQuery, Span
from anabot.semantic.registry import Reconciliation, Registry
from anabot.types import Answer, Grant, Person, Table


def reconcile(
    name: Annotated[str, typer.Argument(help="The reconciliation: its name, its title, or what people call it.")],
    period: Annotated[str, typer.Argument(help="last_quarter, 2026-07, 2026-Q2, FY26 Q2, 2026-07-01..2026-07-15 …")],
    as_user: AsUser,
    by: Annotated[list[str] | None, typer.Option(help="A bridge for each value of this dimension, too; may be repeated.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the bridge between two systems. Exit 1 where it leaves more unexplained than is tolerated."""
    with open_house(load_settings()) as house:
        answer = _bridged(house, name, period, person_of(house, as_user), tuple(by or ()))
    say_answer(answer, as_json=as_json)
    left = unexplained(answer.bridges)
    for why in left:
        talk(f"{why}.")
    raise typer.Exit(1 if left else exit_code(answer))


def _bridged(house: House, name: str, period: str, person: Person, by: tuple[str, ...]) -> Answer:
    registry, grant = house.standing().registry, house.asker.decision(person, None).own
    found = _named(registry, grant, name)
    words = Vocabulary(registry, catalog_of(registry), grant)
    for metric in metrics_of(found):
        words.metric(metric)
    days = written(period, house.clock.now(), registry.calendar)
    span = Span(start=days.start, end=days.end)
    answer = house.asker.run(MetricQuery(metrics=tuple(dict.fromkeys((found.left[0], found.right[0]))), period=span), person)
    whole = tuple(each for each in answer.bridges if each.name == found.name)
    if answer.status != "answered" or not by:
        return replace(answer, bridges=whole)
    intent = Intent(question_id=str(uuid.uuid4()), actor=person.user, place="dm", kind="question")

    def run(query: MetricQuery) -> Table:
        return house.engine.run(query, grant, intent=intent).table

    return replace(answer, bridges=(*whole, *by_group(found, span, run, by, ())))


def _named(registry: Registry, grant: Grant, said: str) -> Reconciliation:
    """The reconciliation of that name, among those that the asker may know of."""
    known = {word: each for each in registry.reconciliations.values() if _listed(each, grant) for word in _words(each)}
    found = known.get(said.casefold())
    if found is None:
        close = nearest(said.casefold(), known)
        todo = did_you_mean(said.casefold(), known) or "Name one of `semantic_layer/reconciliations/`."
        raise UnknownName(f"There is no reconciliation `{said}`.", name=said, nearest=close, todo=todo)
    return found


def _listed(found: Reconciliation, grant: Grant) -> bool:
    return set(metrics_of(found)) <= grant.listed


def _words(found: Reconciliation) -> Iterator[str]:
    for word in (found.name, found.name.replace("_", " "), found.title, *found.synonyms):
        yield word.casefold()
