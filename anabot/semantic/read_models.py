"""dbt models with embedded semantics → semantic models. It never looks at metrics beyond handing them on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar

from sqlglot import exp

from anabot.periods import Grain
from anabot.semantic.documents import Document, Path
from anabot.semantic.draft import Draft
from anabot.semantic.expressions import BadExpression, parse_expression
from anabot.semantic.names import did_you_mean
from anabot.semantic.registry import Dimension, Entity, SemanticModel, TimeSpine
from anabot.semantic.spec import ColumnSpec, DimensionSpec, EntitySpec, ModelSpec, TimeSpineSpec
from anabot.semantic.spec_ana import ColumnAna, ModelAna

FINEST = "nanosecond"  # warehouses hand out times by the microsecond
GRAINS = {grain.value: grain for grain in Grain} | {FINEST: Grain.MICROSECOND}
Thing = TypeVar("Thing", Dimension, Entity)


def read_model(draft: Draft, doc: Document, path: Path, value: Any) -> tuple[SemanticModel, ModelSpec] | None:
    """Read one entry of `models:`. None where it has no semantics or cannot be read; faults are noted."""
    spec = draft.shape(ModelSpec, value, doc, path)
    if spec is None:
        draft.broken.update(_names_below(value))
        return None
    draft.configs[spec.name] = spec.config
    if spec.time_spine is not None and spec.config.enabled:
        _read_spine(draft, doc, path, spec, spec.time_spine)
    if spec.semantic_model is None or not spec.semantic_model.enabled or not spec.config.enabled:
        return None
    name = spec.semantic_model.name or spec.name
    if not draft.claim("model", name, doc, path):
        return None
    return semantic_model(draft, doc, path, spec, name), spec


def semantic_model(draft: Draft, doc: Document, path: Path, spec: ModelSpec, name: str) -> SemanticModel:
    """The model under its name, whatever is wrong with it noted."""
    reader = _Columns(draft, doc, path, name)
    entities, dimensions = reader.entities(spec), reader.dimensions(spec)
    ana = draft.ana(ModelAna, spec.config.meta.ana, doc, path, of=("model", name)) or ModelAna()
    primary = spec.primary_entity or next((e.name for e in entities.values() if e.kind == "primary"), "")
    if not primary:
        why = "dbt names its dimensions by it, as in `order__channel`."
        draft.fault(
            doc,
            path,
            f"The model `{name}` has no primary entity.",
            why,
            "Give a column `entity: {name: …, type: primary}`, or set `primary_entity:`.",
        )
    time = spec.agg_time_dimension or ""
    if time and (time not in dimensions or dimensions[time].kind != "time"):
        todo = did_you_mean(time, [d.name for d in dimensions.values() if d.kind == "time"])
        draft.fault(doc, (*path, "agg_time_dimension"), f"`{time}` is not a time dimension of `{name}`.", "", todo)
    return SemanticModel(
        name=name,
        relation=_relation(draft, doc, path, spec),
        connection=ana.connection,
        primary_entity=primary,
        time_dimension=time,
        entities=entities,
        dimensions=dimensions,
        dbt_model=spec.name,
        file=doc.file,
        line=doc.line(*path),
        source=ana.source,
    )


class _Columns:
    """Entities and dimensions of one model, with the faults of each."""

    def __init__(self, draft: Draft, doc: Document, path: Path, model: str) -> None:
        self.draft, self.doc, self.path, self.model = draft, doc, path, model

    def entities(self, spec: ModelSpec) -> dict[str, Entity]:
        found: dict[str, Entity] = {}
        for i, column in enumerate(spec.columns):
            if column.entity is not None:
                self._add(found, self._entity(column.entity, column.name, ("columns", i, "entity")), ("columns", i, "entity"))
        for i, entity in enumerate(spec.derived_semantics.entities):
            at: Path = ("derived_semantics", "entities", i)
            self._add(found, self._entity(entity, entity.name or "", at), at)
        return found

    def dimensions(self, spec: ModelSpec) -> dict[str, Dimension]:
        found: dict[str, Dimension] = {}
        for i, column in enumerate(spec.columns):
            if column.dimension is not None:
                self._add(found, self._dimension(column.dimension, column, ("columns", i)), ("columns", i))
        for i, dimension in enumerate(spec.derived_semantics.dimensions):
            at: Path = ("derived_semantics", "dimensions", i)
            self._add(found, self._dimension(dimension, None, at), at)
        return found

    def _add(self, found: dict[str, Thing], thing: Thing, at: Path) -> None:
        if thing.name in found:
            todo = "Rename one of them."
            self.draft.fault(self.doc, (*self.path, *at), f"`{thing.name}` stands twice in the model `{self.model}`.", "", todo)
        found.setdefault(thing.name, thing)

    def _entity(self, spec: EntitySpec, column: str, at: Path) -> Entity:
        name, sql = spec.name or column, spec.expr or column
        return Entity(name=name, model=self.model, kind=spec.type, expr=sql, tree=self._tree(sql, at))

    def _dimension(self, spec: DimensionSpec, column: ColumnSpec | None, at: Path) -> Dimension:
        base = column.name if column else ""
        name, sql = spec.name or base, spec.expr or base or spec.name or ""
        config = column.config if column else spec.config
        place, of = (*self.path, *at), ("dimension", f"{self.model}.{name}")
        ana = self.draft.ana(ColumnAna, config.meta.ana, self.doc, place, of=of) or ColumnAna()
        return Dimension(
            name=name,
            model=self.model,
            kind=spec.type,
            expr=sql,
            tree=self._tree(sql, at),
            grain=self._grain(spec, column, name, at),
            label=ana.label or spec.label or name.replace("_", " ").capitalize(),
            description=spec.description or (column.description if column else None) or "",
            synonyms=ana.synonyms,
            values=ana.values,
            indexed=ana.indexed and spec.type == "categorical",
            unit=ana.unit,
            data_type=(column.data_type or "").lower() if column else "",
            partition=spec.is_partition,
            validity=_validity(spec),
        )

    def _grain(self, spec: DimensionSpec, column: ColumnSpec | None, name: str, at: Path) -> Grain | None:
        if spec.type != "time":
            return None
        text = (spec.granularity or (column.granularity if column else None) or "").lower()
        if text not in GRAINS:
            what = (
                f"The time dimension `{name}` has the granularity `{text}`."
                if text
                else f"The time dimension `{name}` has no granularity."
            )
            self.draft.fault(
                self.doc, (*self.path, *at), what, "", did_you_mean(text, GRAINS) or "Add `granularity: day` to its column."
            )
        return GRAINS.get(text, Grain.DAY)

    def _tree(self, sql: str, at: Path) -> exp.Expression:
        return expression(
            self.draft,
            sql,
            lambda what: self.draft.fault(
                self.doc, (*self.path, *at), what, "", "Write one SQL expression over the model's columns."
            ),
        )


def _validity(spec: DimensionSpec) -> Literal["", "start", "end"]:
    if spec.validity_params is None:
        return ""
    return "start" if spec.validity_params.is_start else "end" if spec.validity_params.is_end else ""


def _read_spine(draft: Draft, doc: Document, path: Path, model: ModelSpec, spec: TimeSpineSpec) -> None:
    column = next((each for each in model.columns if each.name == spec.standard_granularity_column), None)
    text = (column.granularity or "").lower() if column else ""
    if text not in GRAINS:
        known = [each.name for each in model.columns]
        what = f"The time spine `{model.name}` has no column `{spec.standard_granularity_column}` with a granularity."
        draft.fault(doc, (*path, "time_spine"), what, "", did_you_mean(spec.standard_granularity_column, known))
        return
    if text == FINEST:
        return  # finer than anything that is asked for
    draft.spines[model.name] = TimeSpine(
        name=model.name,
        relation=_relation(draft, doc, path, model),
        column=spec.standard_granularity_column,
        grain=GRAINS[text],
        custom={each.name: each.column_name or each.name for each in spec.custom_granularities},
    )


def expression(draft: Draft, sql: str, fault: Callable[[str], None]) -> exp.Expression:
    """`sql` parsed; where it does not parse the fault is noted and NULL stands in, so that reading goes on."""
    try:
        return parse_expression(sql, draft.dialect)
    except BadExpression as error:
        fault(str(error))
        return exp.Null()


def _relation(draft: Draft, doc: Document, path: Path, spec: ModelSpec) -> tuple[str, ...]:
    alias = spec.config.alias or spec.name
    database = (spec.config.database,) if spec.config.database else ()
    if draft.manifest is None:
        schema = spec.config.schema_ or draft.schema
        return (*database, schema, alias) if schema else (alias,)
    nodes = {node.get("name"): node for node in draft.manifest.get("nodes", {}).values() if node.get("resource_type") in _MODELS}
    node = nodes.get(spec.name)
    if node is None:
        todo = did_you_mean(spec.name, [str(name) for name in nodes]) or "Build it with dbt, or correct its name."
        draft.fault(doc, path, f"dbt's manifest has no model `{spec.name}`.", "So it has no table to ask.", todo)
        return (alias,)
    return (*database, str(node["schema"]), str(node.get("alias") or node["name"]))


_MODELS: tuple[Literal["model", "seed", "snapshot"], ...] = ("model", "seed", "snapshot")


def _names_below(value: Any) -> set[str]:
    if not isinstance(value, dict):
        return set()
    listed = value.get("metrics")
    metrics = listed if isinstance(listed, list) else []
    return {str(metric["name"]) for metric in metrics if isinstance(metric, dict) and "name" in metric}
