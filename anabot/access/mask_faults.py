"""Masks in `access.yml` that cannot hold or that change nothing. Each with its line and a way out. It masks nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from sqlglot import exp

from anabot.access.spec import AccessSpec, RightsSpec
from anabot.errors import Fault
from anabot.semantic.documents import Document, Path
from anabot.semantic.masks import Column, columns_of
from anabot.semantic.names import did_you_mean
from anabot.semantic.registry import Dimension, Registry, SemanticModel
from anabot.types import Mask

_TEXT = ("", "text", "string", "varchar", "nvarchar", "char", "nchar", "bpchar", "character", "uuid", "enum")
_TODO = "Deny it instead, or give what is shown a column of its own."


def mask_faults(spec: AccessSpec, doc: Document, registry: Registry) -> Iterator[Fault]:
    """Every mask that names no dimension, or one that cannot be masked in that way."""
    layers = list(_layers(spec))
    joined = frozenset(_joined(registry)) if any(masks for _, masks in layers) else frozenset()
    for at, masks in layers:
        for name, form in masks.items():
            yield from _one(doc, registry, joined, (*at, "mask", name), name, form)


def _layers(spec: AccessSpec) -> Iterator[tuple[Path, Mapping[str, Mask]]]:
    yield ("defaults",), spec.defaults.mask
    yield from ((("templates", name), each.mask) for name, each in spec.templates.items())
    yield from ((("services", name), each.mask) for name, each in spec.services.items())
    yield from ((("teams", name), each.mask) for name, each in spec.teams.items())
    yield from ((("channels", name), each.mask) for name, each in spec.channels.items())
    yield ("default_channel",), spec.default_channel.mask


def _one(doc: Document, registry: Registry, joined: Collection[Column], at: Path, name: str, form: Mask) -> Iterator[Fault]:
    home, _, said = name.partition(".")
    model = registry.models.get(home)
    dimension = model.dimensions.get(said) if model else None
    if model is None or dimension is None:
        known = [f"{each.name}.{one}" for each in registry.models.values() for one in each.dimensions]
        yield doc.fault(at, f"There is no dimension `{name}`.", "", did_you_mean(name, known))
    elif not isinstance(dimension.tree, exp.Column):
        what, why = f"`{name}` is computed, and no column.", f"It is `{dimension.expr}`."
        yield doc.fault(at, what, why, "Mask the column that it is computed from.")
    elif set(columns_of(model, dimension.tree)) & set(joined):
        yield doc.fault(at, f"`{name}` is a column that tables are joined by.", "Masked, it would meet nothing.", _TODO)
    elif why := _misfit(dimension, form):
        yield doc.fault(at, f"`{name}` cannot be masked as `{form}`.", why, "Use `null`.")


def _misfit(dimension: Dimension, form: Mask) -> str:
    if form == "year" and dimension.kind != "time":
        return "It is no time."
    if form in ("null", "year"):
        return ""
    kind = dimension.data_type.partition("(")[0].partition(" ")[0]
    if dimension.kind == "time" or kind not in _TEXT:
        return f"It is {'a time' if dimension.kind == 'time' else kind}, and the mask would make it a text."
    return ""


def _joined(registry: Registry) -> Iterator[Column]:
    """The columns that rows of several tables meet on: keys, the edges of what was once so, partitions, calendars."""
    for model in registry.models.values():
        trees = [each.tree for each in model.entities.values()]
        trees += [each.tree for each in model.dimensions.values() if each.validity or each.partition]
        for tree in trees:
            yield from columns_of(model, tree)
    for spine in registry.spines:
        for column in (spine.column, *spine.custom.values()):
            yield spine.connection, spine.relation, column.lower()


def idle_masks(
    doc: Document, registry: Registry, at: Path, own: RightsSpec, whole: RightsSpec, cuts: Collection[str]
) -> Iterator[Fault]:
    """Masks of what is denied anyway, and of columns that nothing which is seen can be cut by; `cuts` are what it can."""
    for name in own.mask:
        home, _, said = name.partition(".")
        model = registry.models.get(home)
        if model is None or said not in model.dimensions:
            continue
        if name in whole.deny:
            yield doc.fault((*at, "mask", name), f"`{name}` is masked for nothing.", "It is denied anyway.", "Keep one.")
        elif not set(cuts) & set(_same_column(registry, model, model.dimensions[said])):
            what, why = f"`{name}` is masked for nothing.", "Nothing that is seen can be cut by it."
            yield doc.fault((*at, "mask", name), what, why, "Remove it.")


def _same_column(registry: Registry, model: SemanticModel, dimension: Dimension) -> Iterator[str]:
    """The dimensions that are made of the column, on every model of its table."""
    columns = set(columns_of(model, dimension.tree))
    for other in registry.models.values():
        if (other.connection, other.relation) == (model.connection, model.relation):
            for each in other.dimensions.values():
                if columns & set(columns_of(other, each.tree)):
                    yield f"{other.name}.{each.name}"
