"""Read of a dbt project, or of its `target/`, what an import needs: properties, settings, manifests, where models lie.

It never runs dbt, renders Jinja, or looks at a profile, which may hold a password.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from anabot.errors import ConfigError

_PATHS = {"model-paths": ["models"], "seed-paths": ["seeds"], "snapshot-paths": ["snapshots"]}
_CODE = (".sql", ".py", ".csv")
_CONFIG = re.compile(r"\{\{\s*config\s*\((.*?)\)\s*\}\}", re.S)
_PLACE = re.compile(r"""\b(schema|alias|database)\s*=\s*["']([^"']+)["']""")
_DOCS = re.compile(r"\{%-?\s*docs\s+(\w+)\s*-?%\}(.*?)\{%-?\s*enddocs\s*-?%\}", re.S)
_OWN_RULE = re.compile(r"\bmacro\s+generate_(schema|alias|database)_name\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """A model's file: the folders it lies in below its path, and the place that its own `config()` names."""

    kind: str  # "models", "seeds" or "snapshots", as dbt_project.yml calls them
    folders: tuple[str, ...]
    said: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DbtProject:
    """A dbt project as it lies on disk. `root` is None where only a build was given."""

    path: Path
    root: Path | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)  # property files: path → text
    files: Mapping[str, ModelFile] = field(default_factory=dict)
    docs: Mapping[str, str] = field(default_factory=dict)
    own_rule: str = ""  # the macro that names schemas in a way of the project's own
    manifest: Mapping[str, Any] | None = None
    semantic: Mapping[str, Any] | None = None


def read_project(path: Path) -> DbtProject:
    """Read the folder of a project, its `target/`, or one manifest.

    Raises:
        ConfigError: there is nothing of dbt's at `path`, or it cannot be read.
    """
    if path.is_file() and path.suffix == ".json":
        read = _json(path)
        built = "nodes" in read
        return DbtProject(path=path, manifest=read if built else None, semantic=None if built else read)
    if (path / "dbt_project.yml").is_file():
        return _project(path)
    build = _build(path)
    if not build:
        raise ConfigError(
            f"{path} is not a dbt project.",
            why="It has no dbt_project.yml, manifest.json or semantic_manifest.json.",
            todo="Give the folder of a project, or its `target` folder.",
        )
    return DbtProject(path=path, **build)


def _project(root: Path) -> DbtProject:
    settings = _yaml(root / "dbt_project.yml")
    target = root / str(settings.get("target-path") or "target")
    folders = [
        (kind.partition("-")[0] + "s", root / str(each)) for kind, usual in _PATHS.items() for each in settings.get(kind) or usual
    ]
    macros = [root / str(each) for each in settings.get("macro-paths") or ["macros"]]
    return DbtProject(
        path=root,
        root=root,
        settings=settings,
        texts={file.as_posix(): _text(file) for _, folder in folders for file in _below(folder, (".yml", ".yaml"))},
        files={file.stem: _model(kind, folder, file) for kind, folder in folders for file in _below(folder, _CODE)},
        docs={name: text.strip() for _, folder in folders for file in _below(folder, (".md",)) for name, text in _blocks(file)},
        own_rule=next((found[0] for folder in macros for file in _below(folder, (".sql",)) if (found := _rule(file))), ""),
        **_build(target),
    )


def _build(target: Path) -> dict[str, Any]:
    named = {"manifest": target / "manifest.json", "semantic": target / "semantic_manifest.json"}
    return {name: _json(file) for name, file in named.items() if file.is_file()}


def _model(kind: str, folder: Path, file: Path) -> ModelFile:
    said: dict[str, str] = {}
    if file.suffix == ".sql":
        said = {key: value for block in _CONFIG.findall(_text(file)) for key, value in _PLACE.findall(block)}
    return ModelFile(kind=kind, folders=file.relative_to(folder).parts[:-1], said=said)


def _rule(file: Path) -> tuple[str] | None:
    found = _OWN_RULE.search(_text(file))
    return (f"generate_{found[1]}_name",) if found else None


def _blocks(file: Path) -> Iterator[tuple[str, str]]:
    yield from _DOCS.findall(_text(file))


def _below(folder: Path, endings: tuple[str, ...]) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.suffix in endings and file.is_file())


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read.", why=type(error).__name__, todo="Save it as UTF-8 text.") from None


def _yaml(file: Path) -> Mapping[str, Any]:
    try:
        value = yaml.safe_load(_text(file))
    except yaml.YAMLError as error:
        raise ConfigError(f"{file} is not YAML.", why=" ".join(str(error).split()), todo="Correct it.") from None
    return value if isinstance(value, dict) else {}


def _json(file: Path) -> Mapping[str, Any]:
    try:
        value = json.loads(_text(file))
    except ValueError as error:
        raise ConfigError(f"{file} is not JSON.", why=str(error), todo="Build it again with `dbt parse`.") from None
    return value if isinstance(value, dict) else {}
