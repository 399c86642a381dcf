"""What is in force: registry, policy and playbooks, read from their folders and replaced whole. A broken file changes nothing."""

from __future__ import annotations

import datetime as dt
import shutil
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog

from anabot.access.faults import Known
from anabot.access.policy import Policy, parse_policy, shape_faults
from anabot.ask import Current
from anabot.config import Settings
from anabot.directory import FileDirectory
from anabot.errors import ConfigError, Fault, RegistryError
from anabot.lineage.dbt import DbtBuild
from anabot.periods import Calendar
from anabot.semantic import parse_registry
from anabot.semantic.names import did_you_mean
from anabot.semantic.registry import Registry
from anabot.shelf import kept
from anabot.stewards.files import write_playbook
from anabot.types import Directory
from anabot.warehouses.declared import asking, names

if TYPE_CHECKING:
    from anabot.playbooks.playbook import Playbook

log = structlog.get_logger()
YAML, MARKDOWN = (".yml", ".yaml"), (".md",)


@dataclass(frozen=True, kw_only=True)
class Laws:
    """One consistent reading of every folder. Playbooks are checked when somebody first wants one: a question wants none."""

    current: Current
    build: DbtBuild
    texts: Mapping[str, str]  # the playbooks' files
    directory: Directory

    @property
    def playbooks(self) -> Mapping[str, Playbook]:
        """The playbooks in force, by name."""
        return self._checked[0]

    @property
    def held(self) -> tuple[Fault, ...]:
        """Why some playbooks are not in force."""
        return self._checked[1]

    @cached_property
    def _checked(self) -> tuple[Mapping[str, Playbook], tuple[Fault, ...]]:
        playbooks, faults = _check(self.texts, self.current, self.directory)
        for fault in faults:
            log.info("playbook.held", file=fault.file, line=fault.line, what=fault.what)
        return playbooks, faults


class Standing:
    """The laws in force. Threads read it; `reload` swaps it."""

    def __init__(self, settings: Settings, directory: Directory) -> None:
        self._settings, self._directory = settings, directory
        self._laws = read_laws(settings, directory)
        self._revision = -1

    def __call__(self) -> Current:
        """The registry and the policy."""
        return self._laws.current

    @property
    def laws(self) -> Laws:
        """Everything in force."""
        return self._laws

    def check(self, texts: Mapping[str, str]) -> tuple[Mapping[str, Playbook], tuple[Fault, ...]]:
        """What of these playbooks' files would be in force, by name, and what is wrong with the others."""
        return _check(texts, self._laws.current, self._directory)

    def file(self, name: str) -> str:
        """Where the file of the playbook with this name lies."""
        return (self._settings.playbooks / f"{name}.md").as_posix()

    def write(self, file: str, text: str) -> None:
        """Put a text into a playbook's file, whole, and read the folder again.

        Raises:
            PlaybookError: the file lies elsewhere, or cannot be written.
        """
        write_playbook(self._settings.playbooks, file, text)
        self._reread()

    def follow(self, revision: int) -> None:
        """Read the playbooks again where somebody has changed one since the last call: each change raises the revision."""
        if revision == self._revision:
            return
        try:
            self._reread()
        except RegistryError as error:
            log.warning("playbooks.not_read", reason=str(error))
        self._revision = revision

    def _reread(self) -> None:
        self._laws = replace(self._laws, texts=read_tree(self._settings.playbooks, MARKDOWN))

    def reload(self) -> str:
        """Read everything again. One sentence that says what is now in force.

        Raises:
            RegistryError: with every fault; what was in force stays so.
        """
        laws = read_laws(self._settings, self._directory)
        held = f" {len(laws.held)} faults hold playbooks back: run `anabot check`." if laws.held else ""
        self._laws = laws
        registry = laws.current.registry
        force = f"{len(registry.metrics)} metrics, {len(laws.playbooks)} playbooks"
        return f"Read again: {force}, registry {registry.version[:12]}.{held}"

    def texts(self) -> Mapping[str, str]:
        """The semantic layer's files as they are on disk, to the letter."""
        found = {path.as_posix(): _raw(path) for path in _paths(self._settings.semantic_layer, YAML)}
        return {path: text for path, text in found.items() if text is not None}

    def trial(self, file: str, text: str) -> None:
        """Read everything as it would be with this text in this file of the semantic layer.

        Raises:
            RegistryError: with every fault that it would have.
        """
        files = {**read_tree(self._settings.semantic_layer), file: text}
        registry = parse_registry(files, self._laws.build.raw)
        _policy(files, registry, self._settings)

    def amend(self, file: str, before: str, after: str) -> None:
        """Write the text into this file of the semantic layer, if what is there is `before` still, and put it in force.

        Raises:
            RegistryError: it would have a fault; nothing has changed.
            ConfigError: the file has changed meanwhile, or cannot be written.
        """
        self.trial(file, after)
        path = Path(file)
        if (_raw(path) or "") != before:
            raise ConfigError(f"{file} has changed meanwhile.", todo="Look at the change again, then decide.")
        draft = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
        try:
            draft.write_text(after, encoding="utf-8", newline="")
            if path.exists():
                shutil.copymode(path, draft)
            draft.replace(path)
        except OSError as error:
            draft.unlink(missing_ok=True)
            todo = "Let this user write there, or make the change by hand: `anabot propose show` prints it."
            raise ConfigError(f"{file} cannot be written.", why=f"{error.strerror or error}.", todo=todo) from error
        self.reload()


def read_laws(settings: Settings, directory: Directory) -> Laws:
    """Read every folder. A playbook with a fault is held back and the others stand; a fault elsewhere refuses the whole.

    Raises:
        ConfigError: a folder or the dbt build is not there.
        RegistryError: with every fault of every file.
    """
    build = DbtBuild.read(settings.dbt_target)
    files = read_tree(settings.semantic_layer)
    with kept(settings.cache, settings.semantic_layer.absolute().as_posix(), files) as parsed:
        registry = parse_registry(files, build.raw, parsed=parsed)
    undeclared = tuple(_undeclared(registry, settings))
    if undeclared:
        raise RegistryError(undeclared)
    policy = _policy(files, registry, settings)
    texts = read_tree(settings.playbooks, MARKDOWN)
    return Laws(current=Current(registry=registry, policy=policy), build=build, texts=texts, directory=directory)


def check_files(settings: Settings, directory: Directory, *, strict: bool = False) -> tuple[tuple[Fault, ...], int]:
    """Every fault of every file, in order, and how many files there are. `strict` also names what may be and should not.

    Raises:
        ConfigError: a folder or the dbt build is not there.
    """
    count = len(_paths(settings.semantic_layer, YAML)) + len(_paths(settings.playbooks, MARKDOWN))
    faults: set[Fault] = set()
    try:
        for fault in _faults(settings, directory, strict):
            faults.add(fault)
    except RegistryError as error:
        faults.update((*error.faults, *_alone(settings)))
    return tuple(sorted(faults)), count


def _faults(settings: Settings, directory: Directory, strict: bool) -> Iterator[Fault]:
    laws = read_laws(settings, directory)
    yield from _idle(settings, directory, laws.current.registry)
    yield from laws.held
    if strict:
        from anabot.semantic.lint import lint, unowned

        registry = laws.current.registry
        yield from lint(registry, registry.calendar.today(settings.now or dt.datetime.now(dt.UTC)))
        yield from unowned(registry, lambda name: directory.person(name) is not None)


def _alone(settings: Settings) -> Iterator[Fault]:
    """What is wrong with access and playbooks whatever the registry says, so that no fault hides behind another file's."""
    from anabot.playbooks.spec import read_playbook

    for path in (*_paths(settings.semantic_layer, YAML), *_paths(settings.playbooks, MARKDOWN)):
        text = _text(path)
        if isinstance(text, Fault):
            yield text
        elif path.name == "access.yml":
            yield from shape_faults(text, path.as_posix())
        elif path.suffix in MARKDOWN:
            yield from read_playbook(path.as_posix(), text, Calendar(ZoneInfo("UTC")))[2]


def _check(texts: Mapping[str, str], current: Current, directory: Directory) -> tuple[Mapping[str, Playbook], tuple[Fault, ...]]:
    from anabot.playbooks.check import check_playbooks  # it brings the templates along, which a question does not need

    return check_playbooks(texts, current.registry, current.policy, directory)


def _undeclared(registry: Registry, settings: Settings) -> Iterator[Fault]:
    """Models on a connection that nothing declares."""
    known = {"default"} if settings.warehouse_url else set[str]()
    known |= names(settings.connections) if settings.connections is not None else set()
    for model in registry.models.values():
        if model.connection not in known:
            what = f"The model `{model.name}` lies on the connection `{model.connection}`, which is not declared."
            why = f"Declared: {', '.join(sorted(known))}."
            todo = did_you_mean(model.connection, known) or "Add it to the file of ANABOT_CONNECTIONS."
            yield Fault(model.file, model.line, what, why, todo)


def _idle(settings: Settings, directory: Directory, registry: Registry) -> Iterator[Fault]:
    """What is wrong in `access.yml` beside the names in Slack, where a file knows them, and what has no effect there."""
    known = Known(**dict(zip(_KINDS, directory.names(), strict=True))) if isinstance(directory, FileDirectory) else Known()
    try:
        _policy(read_tree(settings.semantic_layer), registry, settings, known)
    except RegistryError as error:
        yield from error.faults


_KINDS = ("people", "user_groups", "channels")


def _policy(files: Mapping[str, str], registry: Registry, settings: Settings, known: Known | None = None) -> Policy:
    found = next((name for name in files if name.endswith("access.yml")), None)
    if found is None:
        file = str(settings.semantic_layer / "access.yml")
        raise RegistryError([Fault(file, 1, "There is no access.yml.", "Without it nobody may see anything.", "Write one.")])
    key = settings.mask_key.get_secret_value()
    told = {name: bool(each.user_setting) for name, each in asking(settings.connections).items()}
    return parse_policy(files[found], registry, file=found, known=known, mask_key=key, run_as=told)


def read_tree(folder: Path, endings: tuple[str, ...] = YAML) -> dict[str, str]:
    """Every file of the folder with one of the endings: path → text, in the order of the paths.

    Raises:
        ConfigError: the folder is not there.
        RegistryError: files that are not text.
    """
    found = {path.as_posix(): _text(path) for path in _paths(folder, endings)}
    faults = [text for text in found.values() if isinstance(text, Fault)]
    if faults:
        raise RegistryError(faults)
    return {path: text for path, text in found.items() if isinstance(text, str)}


def _paths(folder: Path, endings: tuple[str, ...]) -> list[Path]:
    if not folder.is_dir():
        raise ConfigError(f"There is no folder {folder}.", todo="Set ANABOT_SEMANTIC_LAYER and ANABOT_PLAYBOOKS to yours.")
    return sorted(path for path in folder.rglob("*") if path.suffix in endings and path.is_file())


def _raw(path: Path) -> str | None:
    """The text with its own line ends; None where it cannot be read."""
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _text(path: Path) -> str | Fault:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return Fault(path.as_posix(), line, "This is not UTF-8 text.", todo="Save the file as UTF-8.")
    except OSError as error:
        return Fault(path.as_posix(), 1, "This file cannot be read.", f"{error.strerror}.", "Let this user read it.")
