"""What the rows of a model are called: the dimension that holds the names of its things. Pure."""

from __future__ import annotations

from anabot.agent.offline.lexicon import DimensionId, Lexicon
from anabot.agent.offline.text import words


def called(lexicon: Lexicon, model: str) -> list[DimensionId]:
    """The dimension that holds what the rows of a model are called."""
    entity = next((each.name for each in lexicon.registry.models[model].entities.values() if each.kind == "primary"), "")
    names = ((*words(entity),), (*words(entity), "name"), ("name",))
    found, denied = lexicon.registry.models[model].dimensions, lexicon.grant.denied
    return [(model, name) for wanted in names for name in found if words(name) == wanted and f"{model}.{name}" not in denied][:1]
