"""A very small bakery chain that tests share: one registry and one warehouse."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from anabot.semantic import parse_registry
from anabot.semantic.registry import Registry

FOLDER = Path(__file__).parent / "semantic_layer"


def tiny_files() -> dict[str, str]:
    """The bakery's semantic layer: path from its folder → text. `access.yml` is among them."""
    return {str(path.relative_to(FOLDER)): path.read_text(encoding="utf-8") for path in sorted(FOLDER.rglob("*.yml"))}


@lru_cache(maxsize=1)
def tiny_registry() -> Registry:
    """The bakery's registry, read once."""
    return parse_registry(tiny_files())
