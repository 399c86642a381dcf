"""The registry while it is being read: what was found so far, and every fault. Never seen outside the readers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from anabot.errors import Fault
from anabot.semantic.documents import Document, Path
from anabot.semantic.names import did_you_mean
from anabot.semantic.registry import Metric, Reconciliation, SavedQuery, SemanticModel, Team, Term, TimeSpine
from anabot.semantic.spec import Config

Shape = TypeVar("Shape", bound=BaseModel)
ANA: Path = ("config", "meta", "ana")


@dataclass(slots=True, kw_only=True)
class Draft:
    """Everything read so far. `broken` are names that exist in the files but could not be read."""

    dialect: str
    manifest: Mapping[str, Any] | None
    governed: bool
    schema: str = ""
    models: dict[str, SemanticModel] = field(default_factory=dict)
    configs: dict[str, Config] = field(default_factory=dict)  # of dbt models, which the standalone spec names
    measures: dict[str, Metric] = field(default_factory=dict)  # of the standalone spec: simple metrics before their names
    metrics: dict[str, Metric] = field(default_factory=dict)
    saved_queries: dict[str, SavedQuery] = field(default_factory=dict)
    reconciliations: dict[str, Reconciliation] = field(default_factory=dict)
    terms: dict[str, Term] = field(default_factory=dict)
    spines: dict[str, TimeSpine] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    company: dict[str, Any] = field(default_factory=dict)
    company_file: str = ""
    where: dict[tuple[str, str], tuple[Document, Path]] = field(default_factory=dict)
    overlay: dict[tuple[str, str], tuple[dict[str, Any], Document, Path]] = field(default_factory=dict)  # of ana.yml
    broken: set[str] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)  # metrics whose `config.meta.ana` could not be read
    faults: list[Fault] = field(default_factory=list)

    def fault(self, doc: Document, path: Path, what: str, why: str = "", todo: str = "") -> None:
        """Note one fault."""
        self.faults.append(doc.fault(path, what, why, todo))

    def fault_of(self, kind: str, name: str, what: str, why: str = "", todo: str = "", *, at: Path = ()) -> None:
        """Note a fault of a metric, model or other thing that has been read, where it (or its key `at`) stands."""
        doc, path = self.where[kind, name]
        laid = self.overlay.get((kind, name))
        if laid is not None and at[:3] == ANA and (at[3:] and at[3] in laid[0]):
            (_, doc, path), at = laid, at[3:]
        self.fault(doc, (*path, *at), what, why, todo)

    def ana(self, shape: type[Shape], said: Mapping[str, Any], doc: Document, path: Path, *, of: tuple[str, str]) -> Shape | None:
        """What `config.meta.ana` says of a thing, with what ana.yml says laid over it. None where either cannot be read."""
        own = self.shape(shape, said, doc, (*path, *ANA))
        if own is None or of not in self.overlay:
            return own
        value, file, place = self.overlay[of]
        laid = self.shape(shape, value, file, place)
        return laid and own.model_copy(update={key: getattr(laid, key) for key in laid.model_fields_set})

    def claim(self, kind: str, name: str, doc: Document, path: Path) -> bool:
        """Take a name. A second claim is a fault and gets False."""
        if (kind, name) not in self.where:
            self.where[kind, name] = (doc, path)
            return True
        first, at = self.where[kind, name]
        self.fault(
            doc,
            path,
            f"The {kind} `{name}` is defined a second time.",
            f"The first stands in {first.file}:{first.line(*at)}.",
            "Rename or remove one: a name has one meaning.",
        )
        return False

    def shape(self, kind: type[Shape], value: Any, doc: Document, path: Path) -> Shape | None:
        """Validate `value`; what is wrong becomes one fault per place.

        Where it is but words that are none of the few allowed, it is read on with allowed ones: its other faults come too.
        Not so the kind of a metric: what else it must have follows from that.
        """
        try:
            return kind.model_validate(value)
        except ValidationError as error:
            wrong = error.errors(include_url=False)
            self.faults += [_shape_fault(kind, item, doc, path) for item in wrong]
            if isinstance(value, dict) and isinstance(value.get("name"), str):
                self.broken.add(value["name"])
        return kind.model_validate(_mended(value, wrong)) if all(map(_can_be_mended, wrong)) else None


def _shape_fault(kind: type[BaseModel], item: Any, doc: Document, path: Path) -> Fault:
    place = tuple(part for part in item["loc"] if not (isinstance(part, str) and "[" in part))
    key = ".".join(map(str, place)) or "this"
    full = (*path, *place)
    match item["type"]:
        case "extra_forbidden":
            known = [field.alias or name for name, field in _shape_at(kind, place[:-1]).model_fields.items()]
            last = str(place[-1])
            return doc.fault(
                full,
                f"`{last}` is not a key that means something here.",
                did_you_mean(last, known),
                f"Known keys: {', '.join(known)}.",
            )
        case "missing":
            return doc.fault(full, f"`{key}` is missing.", "", f"Add `{place[-1] if place else key}:`.")
        case "literal_error":
            return doc.fault(
                full,
                f"`{key}` is `{item['input']}`.",
                f"It must be {item['ctx']['expected']}.",
                did_you_mean(str(item["input"]), _quoted(item)),
            )
    return doc.fault(full, f"`{key}` cannot be read.", f"{item['msg']}.", f"It is `{str(item['input'])[:80]}`.")


def _can_be_mended(item: Any) -> bool:
    place = item["loc"]
    plain = not any(isinstance(part, str) and "[" in part for part in place)
    of_a_metric = place[-1:] == ("type",) and not isinstance((0, *place)[-2], str)
    return plain and not of_a_metric and item["type"] == "literal_error" and bool(_quoted(item))


def _mended(value: Any, wrong: Sequence[Any]) -> Any:
    """The value with an allowed word for each that is not."""
    whole = deepcopy(value)
    for item in wrong:
        at, known = whole, _quoted(item)
        for part in item["loc"][:-1]:
            at = at[part]
        at[item["loc"][-1]] = next((word for word in known if f"`{word}`" in did_you_mean(str(item["input"]), known)), known[0])
    return whole


def _shape_at(kind: type[BaseModel], place: Path) -> type[BaseModel]:
    """The shape that `place` below `kind` has, as far as it can be followed."""
    for part in place:
        field = kind.model_fields.get(str(part))
        inner = list(_within(field.annotation)) if field else []
        kind = inner[0] if inner else kind
    return kind


def _within(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for each in get_args(annotation):
        yield from _within(each)


def _quoted(item: Any) -> list[str]:
    return [word for word in str(item["ctx"]["expected"]).split("'") if word.isidentifier()]
