"""What the rows of a model are called: the dimension that holds the names of its things. Pure."""

from __future__ import annotations

from anabot.agent.offline.lexicon import DimensionId, Lexicon
from anabot.agent.offline.text import words


def called(lexicon: Lexicon, model: str) -> list[DimensionId]:
    """The dimension that holds what the rows of a model are called."""
    entity = next((each.name for each in lexicon.registry.models[model].entities.values() if each.kind == "primary"), "")
    names = ((*words(entity),), (*words(entity), "name"), ("name",))
    denied = lexicon.grant.denied
    found = {name: each for name, each in lexicon.registry.models[model].dimensions.items() if f"{model}.{name}" not in denied}
    named = [(model, name) for wanted in names for name in found if words(name) == wanted]
    so_called = [(model, name) for wanted in names for name, each in found.items() if wanted in map(words, each.synonyms)]
    return (named or so_called)[:1]


def told_by(lexicon: Lexicon, model: str) -> list[DimensionId]:
    """What rows of a model are told apart by: what they are called, else their key."""
    return told_apart_by(lexicon, model)[:1]


def told_apart_by(lexicon: Lexicon, model: str) -> list[DimensionId]:
    """All that tells rows of a model apart: what they are called, and their key."""
    found, denied = lexicon.registry.models[model], lexicon.grant.denied
    keys = {each.expr for each in found.entities.values() if each.kind == "primary"}
    key = [(model, name) for name, each in found.dimensions.items() if each.expr in keys and f"{model}.{name}" not in denied]
    return [*called(lexicon, model), *key]
