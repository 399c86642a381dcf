"""Read what dbt wrote about its own build: models, their parents, their tests, who uses them. Never runs dbt."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from anabot.errors import ConfigError


class _DependsOn(BaseModel):
    model_config = ConfigDict(extra="ignore")
    nodes: tuple[str, ...] = ()


class _Config(BaseModel):
    model_config = ConfigDict(extra="ignore")
    materialized: str | None = None


class _Node(BaseModel):
    model_config = ConfigDict(extra="ignore")
    name: str
    resource_type: str
    config: _Config = Field(default_factory=_Config)
    source_name: str = ""
    label: str | None = None
    depends_on: _DependsOn = Field(default_factory=_DependsOn)


class _Manifest(BaseModel):
    model_config = ConfigDict(extra="ignore")
    nodes: dict[str, _Node] = {}
    sources: dict[str, _Node] = {}
    exposures: dict[str, _Node] = {}


class _Result(BaseModel):
    model_config = ConfigDict(extra="ignore")
    unique_id: str
    status: str


class _Metadata(BaseModel):
    model_config = ConfigDict(extra="ignore")
    generated_at: AwareDatetime | None = None


class _RunResults(BaseModel):
    model_config = ConfigDict(extra="ignore")
    metadata: _Metadata = Field(default_factory=_Metadata)
    results: tuple[_Result, ...] = ()


class _SourceResult(_Result):
    max_loaded_at: AwareDatetime | None = None


class _Sources(BaseModel):
    model_config = ConfigDict(extra="ignore")
    metadata: _Metadata = Field(default_factory=_Metadata)
    results: tuple[_SourceResult, ...] = ()


# `warn` is a test that its author has said may fail.
_RIGHT = frozenset({"pass", "success", "warn"})
_FRESH = frozenset({"pass", "warn"})


@dataclass(frozen=True, slots=True)
class DbtBuild:
    """One build of a dbt project. Empty where the company has given no `target/` folder.

    `tested_at` is when the last run of dbt wrote its results. `loaded` says of each table of a source, by `source.table`, when it
    was last loaded, as `dbt source freshness` found at `looked_at`: None where that failed, or where dbt called it too old.
    """

    nodes: Mapping[str, _Node] = field(default_factory=dict)
    exposures: Mapping[str, _Node] = field(default_factory=dict)
    statuses: Mapping[str, str] = field(default_factory=dict)
    raw: Mapping[str, Any] | None = None
    tested_at: dt.datetime | None = None
    loaded: Mapping[str, dt.datetime | None] = field(default_factory=dict)
    looked_at: dt.datetime | None = None

    @classmethod
    def read(cls, target: Path | None) -> DbtBuild:
        """Read `manifest.json`, and `run_results.json` and `sources.json` where they are.

        Raises:
            ConfigError: the folder has no readable manifest.
        """
        if target is None:
            return cls()
        try:
            raw = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
            manifest = _Manifest.model_validate(raw)
            results = _RunResults.model_validate_json(_text(target / "run_results.json") or "{}")
            sources = _Sources.model_validate_json(_text(target / "sources.json") or "{}")
        except (OSError, ValueError, ValidationError) as error:
            raise ConfigError(
                f"The dbt build in {target} cannot be read.",
                why=str(error).splitlines()[0],
                todo="Point ANABOT_DBT_TARGET at the `target` folder of a finished `dbt build`.",
            ) from None
        statuses = {result.unique_id: result.status for result in results.results}
        loaded = {_table(one.unique_id): one.max_loaded_at if one.status in _FRESH else None for one in sources.results}
        nodes = {**manifest.nodes, **manifest.sources}
        tested_at, looked_at = results.metadata.generated_at, sources.metadata.generated_at
        return cls(nodes, manifest.exposures, statuses, raw, tested_at, loaded, looked_at)

    def chain(self, models: Iterable[str]) -> tuple[str, ...]:
        """The models, then everything they are built from, nearest first; sources as `source:name.table`."""
        waiting = [self._id(name) for name in models]
        order: dict[str, None] = {}
        while waiting:
            here = waiting.pop(0)
            if here in order or here not in self.nodes:
                continue
            order[here] = None
            waiting.extend(self.nodes[here].depends_on.nodes)
        return tuple(_shown(self.nodes[unique_id]) for unique_id in order)

    def steps(self, models: Iterable[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Each model of the chain, nearest first, with what it is built from; a source stands on nothing and is no step."""
        chain = self.chain(models)
        by_name = {_shown(node): node for node in self.nodes.values() if node.resource_type != "test"}
        parents = ((name, by_name[name].depends_on.nodes) for name in chain)
        return tuple(
            (name, tuple(_shown(self.nodes[one]) for one in found if one in self.nodes)) for name, found in parents if found
        )

    def failing_tests(self, models: Iterable[str]) -> tuple[str, ...]:
        """Names of the tests on these models that the last build did not pass."""
        wanted = {self._id(name) for name in models}
        tests = (
            (unique_id, node)
            for unique_id, node in self.nodes.items()
            if node.resource_type == "test" and wanted.intersection(node.depends_on.nodes)
        )
        return tuple(sorted(node.name for unique_id, node in tests if self.statuses.get(unique_id) in ("fail", "error")))

    def unproved(self, models: Iterable[str]) -> tuple[str, ...]:
        """Why these models, and what they are built from, are not known to be right: sentences, none where all is well.

        A test that the last run did not reach proves nothing; a model that no test reaches, and that it did not build, neither.
        """
        wanted = tuple(dict.fromkeys(models))
        unknown = [f"dbt's build has no model {name}" for name in wanted if self._id(name) not in self.nodes]
        chain = self._ancestors(self._id(name) for name in wanted)
        tests = [(uid, node) for uid, node in self.nodes.items() if _is_test(node) and chain & set(node.depends_on.nodes)]
        found = [*unknown, *(self._verdict(uid, f"the dbt test {node.name}") for uid, node in sorted(tests, key=_by_name))]
        spoken = {parent for uid, node in tests for parent in node.depends_on.nodes}
        built = [uid for uid in sorted(chain) if self._is_built(uid) and (uid in self.statuses or uid not in spoken)]
        return tuple(filter(None, [*found, *(self._verdict(uid, f"the dbt model {self.nodes[uid].name}") for uid in built)]))

    def _verdict(self, unique_id: str, words: str) -> str:
        status = self.statuses.get(unique_id, "")
        if status in _RIGHT:
            return ""
        return f"{words} ended with {status}" if status else f"{words} was not run"

    def _is_built(self, unique_id: str) -> bool:
        node = self.nodes[unique_id]
        return node.resource_type in ("model", "seed", "snapshot") and node.config.materialized != "ephemeral"

    def _ancestors(self, waiting: Iterable[str]) -> frozenset[str]:
        """These nodes and everything they are built from."""
        found: set[str] = set()
        left = list(waiting)
        while left:
            here = left.pop()
            if here not in found and here in self.nodes:
                found.add(here)
                left.extend(self.nodes[here].depends_on.nodes)
        return frozenset(found)

    def used_by(self, models: Iterable[str]) -> tuple[str, ...]:
        """Labels of the exposures that stand on these models, such as the board deck."""
        wanted = {self._id(name) for name in models}
        users = (node for node in self.exposures.values() if wanted.intersection(node.depends_on.nodes))
        return tuple(sorted(node.label or node.name for node in users))

    def _id(self, model: str) -> str:
        matches = (uid for uid, node in self.nodes.items() if node.name == model and node.resource_type in ("model", "seed"))
        return next(matches, model)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _shown(node: _Node) -> str:
    return f"source:{node.source_name}.{node.name}" if node.resource_type == "source" else node.name


def _is_test(node: _Node) -> bool:
    return node.resource_type == "test"


def _by_name(found: tuple[str, _Node]) -> str:
    return found[1].name


def _table(unique_id: str) -> str:
    """`source.table` of dbt's `source.project.source.table`."""
    return ".".join(unique_id.split(".")[2:])
