"""What the dimensions that a metric reaches are called, and where each is kept. Pure; it never decides which one is meant."""

from __future__ import annotations

from collections.abc import Sequence

from anabot.agent.offline.lexicon import DimensionId
from anabot.agent.offline.parts_of_time import called
from anabot.semantic.registry import DimensionRef


def home(ref: DimensionRef) -> DimensionId:
    """The model and the name under which it is declared."""
    return ref.dimension.model, ref.dimension.name


def bare(ref: DimensionRef) -> str:
    """Its name there, without the path to it."""
    return ref.dimension.name


def label(ref: DimensionRef) -> str:
    """What people call it."""
    return ref.dimension.label or called(ref.dimension.name)


def same_label(refs: Sequence[DimensionRef]) -> bool:
    """Whether two of them are called alike."""
    return len({label(ref) for ref in refs}) < len(refs)
