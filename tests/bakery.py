"""The bakery as playbook tests need it: registry, rules, people, all read from tests/tiny."""

from functools import cache
from pathlib import Path

from anabot.access.policy import Policy, parse_policy
from anabot.directory import FileDirectory
from anabot.semantic import parse_registry
from anabot.semantic.registry import Registry

TINY = Path(__file__).parent / "tiny"


@cache
def bakery_registry() -> Registry:
    folder = TINY / "semantic_layer"
    files = {
        str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*.yml")) if path.name != "access.yml"
    }
    return parse_registry(files, None)


@cache
def bakery_policy() -> Policy:
    return parse_policy((TINY / "semantic_layer" / "access.yml").read_text(), bakery_registry())


@cache
def bakery_people() -> FileDirectory:
    return FileDirectory.read(TINY / "cast.yml")
