"""Where dbt builds a model: as its manifest says, or by dbt's own rules without one. It never looks into a warehouse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from anabot.lineage.project import DbtProject

_BUILT = ("model", "seed", "snapshot")
_KEYS = ("schema", "alias", "database")


@dataclass(frozen=True, slots=True)
class Places:
    """The places of one project's models. `schema` is the target's own, where there is no manifest."""

    project: DbtProject
    schema: str = ""

    @property
    def source(self) -> str:
        """What the places are taken from, in words."""
        return "manifest.json" if self.project.manifest is not None else "dbt's default names"

    def config(self, model: str, said: Mapping[str, Any]) -> dict[str, str] | None:
        """`schema`, `alias` and `database` of a model whose properties say `said`; None where dbt does not know the model."""
        if self.project.manifest is not None:
            return self._built(model, said)
        return self._named(model, said)

    def known(self) -> set[str]:
        """The names of all models."""
        nodes = (self.project.manifest or {}).get("nodes", {}).values()
        return {str(node["name"]) for node in nodes if node.get("resource_type") in _BUILT} or set(self.project.files)

    def _built(self, model: str, said: Mapping[str, Any]) -> dict[str, str] | None:
        nodes = (self.project.manifest or {}).get("nodes", {}).values()
        node = next((each for each in nodes if each.get("name") == model and each.get("resource_type") in _BUILT), None)
        if node is None:
            return None
        place = {"schema": str(node["schema"]), "alias": str(node.get("alias") or model)}
        # The database of a build is often a file or a sandbox; one that the project names is meant.
        named = said.get("database") or (node.get("config") or {}).get("database")
        return {**place, "database": str(named)} if named else place

    def _named(self, model: str, said: Mapping[str, Any]) -> dict[str, str] | None:
        file = self.project.files.get(model)
        if file is None:
            return None
        found = {**self._settled(file.kind, file.folders, model), **_plain(said), **file.said}
        custom = found.get("schema", "")
        schema = "_".join(part for part in (self.schema, custom) if part)
        place = {"schema": schema, "alias": found.get("alias") or model, "database": found.get("database", "")}
        return {key: value for key, value in place.items() if value}

    def _settled(self, kind: str, folders: tuple[str, ...], model: str) -> dict[str, str]:
        """What dbt_project.yml says for the folder that the model lies in; the nearest wins."""
        level: Any = self.project.settings.get(kind)
        found: dict[str, str] = {}
        for step in ("", str(self.project.settings.get("name") or ""), *folders, model):
            if step:
                level = level.get(step) if isinstance(level, dict) else None
            if not isinstance(level, dict):
                break
            found.update(_plain({key: level.get(f"+{key}", level.get(key)) for key in _KEYS}))
        return found


def _plain(said: Mapping[str, Any]) -> dict[str, str]:
    return {key: str(said[key]) for key in _KEYS if isinstance(said.get(key), str) and said[key]}
