"""What is in force: registry, policy and playbooks, read from their folders and replaced whole. A broken file changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog

from anabot.access.policy import Policy, parse_policy
from anabot.ask import Current
from anabot.config import Settings
from anabot.errors import ConfigError, Fault, RegistryError
from anabot.lineage.dbt import DbtBuild
from anabot.playbooks.check import check_playbooks
from anabot.playbooks.playbook import Playbook
from anabot.semantic import parse_registry
from anabot.semantic.registry import Registry
from anabot.types import Directory

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Laws:
    """One consistent reading of every folder."""

    current: Current
    playbooks: Mapping[str, Playbook]
    held: tuple[Fault, ...]  # why some playbooks are not in force
    build: DbtBuild


class Standing:
    """The laws in force. Threads read it; `reload` swaps it."""

    def __init__(self, settings: Settings, directory: Directory) -> None:
        self._settings, self._directory = settings, directory
        self._laws = read_laws(settings, directory)

    def __call__(self) -> Current:
        """The registry and the policy."""
        return self._laws.current

    @property
    def laws(self) -> Laws:
        """Everything in force."""
        return self._laws

    def reload(self) -> str:
        """Read everything again. One sentence that says what is now in force.

        Raises:
            RegistryError: with every fault; what was in force stays so.
        """
        self._laws = read_laws(self._settings, self._directory)
        registry = self._laws.current.registry
        held = f" {len(self._laws.held)} faults hold playbooks back: run `anabot check`." if self._laws.held else ""
        return (
            f"Read again: {len(registry.metrics)} metrics, {len(self._laws.playbooks)} playbooks, "
            f"registry {registry.version[:12]}.{held}"
        )


def read_laws(settings: Settings, directory: Directory) -> Laws:
    """Read every folder. A playbook with a fault is held back and the others stand; a fault elsewhere refuses the whole.

    Raises:
        ConfigError: a folder or the dbt build is not there.
        RegistryError: with every fault of every file.
    """
    build = DbtBuild.read(settings.dbt_target)
    files = read_tree(settings.semantic_layer)
    registry = parse_registry(files, build.raw)
    policy = _policy(files, registry, settings)
    playbooks, faults = check_playbooks(read_tree(settings.playbooks, (".md",)), registry, policy, directory)
    for fault in faults:
        log.info("playbook.held", file=fault.file, line=fault.line, what=fault.what)
    return Laws(current=Current(registry=registry, policy=policy), playbooks=playbooks, held=tuple(faults), build=build)


def check_files(settings: Settings, directory: Directory, *, strict: bool = False) -> tuple[tuple[Fault, ...], int]:
    """Every fault of every file, in order, and how many files were read. `strict` also wants every metric certified."""
    files = {**read_tree(settings.semantic_layer), **read_tree(settings.playbooks, (".md",))}
    return tuple(sorted(set(_faults(settings, directory, strict)))), len(files)


def _faults(settings: Settings, directory: Directory, strict: bool) -> Iterator[Fault]:
    files = read_tree(settings.semantic_layer)
    try:
        registry = parse_registry(files, DbtBuild.read(settings.dbt_target).raw)
    except RegistryError as error:
        yield from error.faults
        return
    try:
        policy = _policy(files, registry, settings)
    except RegistryError as error:
        yield from error.faults
        return
    yield from check_playbooks(read_tree(settings.playbooks, (".md",)), registry, policy, directory)[1]
    if strict:
        yield from _uncertified(registry)


def _uncertified(registry: Registry) -> Iterator[Fault]:
    for metric in registry.metrics.values():
        if metric.certified is None:
            todo = "Add `certified: {by, at, expires}` once its owner vouches for it."
            yield Fault(metric.file, metric.line, f"`{metric.name}` is not certified.", todo=todo)


def _policy(files: Mapping[str, str], registry: Registry, settings: Settings) -> Policy:
    found = next((name for name in files if name.endswith("access.yml")), None)
    if found is None:
        file = str(settings.semantic_layer / "access.yml")
        raise RegistryError([Fault(file, 1, "There is no access.yml.", "Without it nobody may see anything.", "Write one.")])
    return parse_policy(files[found], registry, file=found)


def read_tree(folder: Path, endings: tuple[str, ...] = (".yml", ".yaml")) -> dict[str, str]:
    """Every file of the folder with one of the endings: path → text, in the order of the paths.

    Raises:
        ConfigError: the folder is not there, or a file is not UTF-8.
    """
    if not folder.is_dir():
        raise ConfigError(f"There is no folder {folder}.", todo="Set ANABOT_SEMANTIC_LAYER and ANABOT_PLAYBOOKS to yours.")
    paths = sorted(path for path in folder.rglob("*") if path.suffix in endings and path.is_file())
    return {path.as_posix(): _text(path) for path in paths}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 text.", why=str(error), todo="Save it as UTF-8.") from None
