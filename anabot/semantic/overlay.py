"""ana.yml: what dbt has no place for, beside metrics, models and dimensions that are defined elsewhere.

What it says of a thing lies over that thing's own `config.meta.ana`, key by key. It never defines anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from anabot.semantic.documents import Document, Path
from anabot.semantic.draft import Draft
from anabot.semantic.names import did_you_mean
from anabot.semantic.spec import Ours

FILE = "ana.yml"


class OverlaySpec(Ours):
    """The whole file: by name, what stands under `config.meta.ana` elsewhere. A dimension is named `model.dimension`."""

    metrics: dict[str, dict[str, Any] | None] = {}
    models: dict[str, dict[str, Any] | None] = {}
    dimensions: dict[str, dict[str, Any] | None] = {}


@dataclass(frozen=True, slots=True)
class _Kind:
    key: str
    name: str


_KINDS = (_Kind("metrics", "metric"), _Kind("models", "model"), _Kind("dimensions", "dimension"))


def read_overlay(draft: Draft, doc: Document) -> None:
    """Read ana.yml into the draft."""
    spec = draft.shape(OverlaySpec, doc.value, doc, ())
    if spec is None:
        return
    for kind in _KINDS:
        said: Mapping[str, dict[str, Any] | None] = getattr(spec, kind.key)
        for name, value in said.items():
            path: Path = (kind.key, name)
            told = {key: each for key, each in (value or {}).items() if each is not None}
            if (kind.name, name) in draft.overlay:
                draft.fault(doc, path, f"The {kind.name} `{name}` stands in a second ana.yml.", "", "Keep one.")
            draft.overlay[kind.name, name] = (told, doc, path)


def check_overlay(draft: Draft) -> None:
    """Note every name that nothing has."""
    known = {
        "metric": {*draft.metrics, *draft.broken},
        "model": {*draft.models, *draft.broken},
        "dimension": {f"{model.name}.{name}" for model in draft.models.values() for name in model.dimensions},
    }
    for (kind, name), (_, doc, path) in draft.overlay.items():
        if name not in known[kind]:
            todo = did_you_mean(name, known[kind]) or "Remove it, or define it."
            draft.fault(doc, path, f"There is no {kind} `{name}`.", "", todo)
