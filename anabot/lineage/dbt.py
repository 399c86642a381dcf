"""Read what dbt wrote about its own build: models, their parents, their tests, who uses them. Never runs dbt."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from anabot.errors import ConfigError


class _DependsOn(BaseModel):
    model_config = ConfigDict(extra="ignore")
    nodes: tuple[str, ...] = ()


class _Node(BaseModel):
    model_config = ConfigDict(extra="ignore")
    name: str
    resource_type: str
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


class _RunResults(BaseModel):
    model_config = ConfigDict(extra="ignore")
    results: tuple[_Result, ...] = ()


@dataclass(frozen=True, slots=True)
class DbtBuild:
    """One build of a dbt project. Empty where the company has given no `target/` folder."""

    nodes: Mapping[str, _Node] = field(default_factory=dict)
    exposures: Mapping[str, _Node] = field(default_factory=dict)
    statuses: Mapping[str, str] = field(default_factory=dict)
    raw: Mapping[str, Any] | None = None

    @classmethod
    def read(cls, target: Path | None) -> DbtBuild:
        """Read `manifest.json`, and `run_results.json` where there is one.

        Raises:
            ConfigError: the folder has no readable manifest.
        """
        if target is None:
            return cls()
        try:
            raw = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
            manifest = _Manifest.model_validate(raw)
            results = _RunResults.model_validate_json(_text(target / "run_results.json") or "{}")
        except (OSError, ValueError, ValidationError) as error:
            raise ConfigError(
                f"The dbt build in {target} cannot be read.",
                why=str(error).splitlines()[0],
                todo="Point ANABOT_DBT_TARGET at the `target` folder of a finished `dbt build`.",
            ) from None
        statuses = {result.unique_id: result.status for result in results.results}
        return cls({**manifest.nodes, **manifest.sources}, manifest.exposures, statuses, raw)

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
