"""What `access.yml` says: shapes only. Every key that is not known is a fault; nothing has a default that grants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from anabot.semantic.masks import FORMS
from anabot.types import Mask, MaskRule


class _Ours(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _listed(value: Any) -> Any:
    return [] if value is None else [value] if isinstance(value, str) else value


def _team_alone(value: Any) -> Any:
    return {"team": value} if isinstance(value, str) else value


def _null(value: Any) -> Any:
    return "null" if value is None else value  # as YAML reads a bare null


def _every(value: Any) -> Any:
    return {"*": value} if isinstance(value, str) else value


def _a_role(name: str) -> str:
    if name.casefold() == "none" or not name.strip() or not name.isprintable():
        raise ValueError("is no name of a role")  # PostgreSQL takes `none` for the role that signed in
    return name


RoleName = Annotated[str, Field(max_length=255), AfterValidator(_a_role)]
MaskName = Annotated[Mask, BeforeValidator(_null)]
Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class ClassSpec(_Ours):
    """A class of metrics. A strict one is said in a channel only if every member may see it alone.

    `lends` is for how many days at most an owner may open one of its metrics to somebody who asks. Where nothing is said a
    strict class is not lent at all.
    """

    strict: bool = False
    lends: Annotated[int, Field(ge=0, le=366)] | None = None

    @property
    def days(self) -> int:
        """For how many days at most its metrics are lent."""
        return self.lends if self.lends is not None else 0 if self.strict else 90


class GroupSpec(_Ours):
    """A Slack user group, or an e-mail domain or address: the team it makes somebody part of, and what it says about them."""

    team: str
    attributes: dict[str, Names] = {}


class PeopleSpec(_Ours):
    """A semantic model with a row for each person: the dimension that holds their e-mail, and attribute → dimension."""

    model: str
    email: str
    attributes: dict[str, str]


class RowSpec(_Ours):
    """Rows of `model` that may be read: `dimension` is one of the person's `attribute`, or one of `values`.

    Members of `unless` read them all. Several rules hold together.
    """

    model: str
    dimension: str
    attribute: str = ""
    values: Names = ()
    unless: Names = ()

    @model_validator(mode="after")
    def _says_which(self) -> Self:
        if not (self.attribute or self.values):
            raise ValueError("a row rule needs an `attribute` of the person, or `values`")
        return self


class SmallGroupsSpec(_Ours):
    """Metrics about people: those of `classes`, on `models`, or by name. `person` is the entity that counts as one.

    They are broken down and filtered `by` these dimensions alone, at most `together` at once; of fewer than `k` people
    nothing is said.
    """

    person: str
    classes: Names = ()
    models: Names = ()
    metrics: Names = ()
    by: Names = ()
    k: int = Field(default=5, ge=2)
    together: int = Field(default=2, ge=1, le=4)


class RightsSpec(_Ours):
    """What is seen (may be answered) and listed (may be known of): classes; then single metrics, and what is taken away.

    `mask` is `model.dimension` → what of its values is left to see. `role` is connection → the warehouse's own role, where that
    connection runs as the asker; a single name is for all of them.
    """

    sees: Names = ()
    lists: Names = ()
    metrics: Names = ()
    never: Names = ()
    deny: Names = ()
    mask: dict[str, MaskName] = {}
    role: Annotated[dict[str, RoleName], BeforeValidator(_every)] = {}
    rows: tuple[RowSpec, ...] = ()


Scheduling = Literal["at_once", "proposal"]


class TeamSpec(RightsSpec):
    """A team: what stands under `defaults`, what its `template` adds, and what it says itself.

    One that `keeps` the definitions reads what people ask for that nobody has defined. It opens no number. `scheduling` says what
    becomes of a playbook that a channel's owner makes of an answer: in force at once, or a proposal that an admin accepts.
    """

    template: str = ""
    keeps: bool = False
    scheduling: Scheduling = "proposal"


class ServiceSpec(RightsSpec):
    """An identity that playbooks run as, instead of a person. It has no attributes: its row rules name their values."""

    owner: str


class ChannelSpec(_Ours):
    """What may be said in a channel, and who answers for that. `external` allows it although strangers read along."""

    owner: str
    says: Names = ()
    metrics: Names = ()
    deny: Names = ()
    mask: dict[str, MaskName] = {}
    external: bool = False
    scheduling: Scheduling | None = None  # goes before what the maker's team says


class DefaultChannelSpec(_Ours):
    """What may be said where nobody declared anything. Never to strangers."""

    says: Names = ()
    deny: Names = ()
    mask: dict[str, MaskName] = {}


class OffLimitsSpec(_Ours):
    """A subject that Ana does not speak of with anybody, whether or not there is data on it: words, and what she says instead."""

    words: Names
    says: str
    owner: str


class AccessSpec(_Ours):
    """The whole file. In the keys of `channels` a `*` stands for any letters; a channel's own name goes before.

    `mode: report` answers some of what the rules refuse, and writes down that it would have been refused: see `Policy.asked`.
    """

    mode: Literal["enforce", "report"] = "enforce"
    classes: dict[str, ClassSpec]
    groups: dict[str, Annotated[GroupSpec, BeforeValidator(_team_alone)]] = {}
    emails: dict[str, Annotated[GroupSpec, BeforeValidator(_team_alone)]] = {}
    people: PeopleSpec | None = None
    defaults: RightsSpec = RightsSpec()
    templates: dict[str, RightsSpec] = {}
    teams: dict[str, Annotated[TeamSpec, BeforeValidator(lambda value: {} if value is None else value)]] = {}
    services: dict[str, ServiceSpec] = {}
    channels: dict[str, ChannelSpec] = {}
    default_channel: DefaultChannelSpec = DefaultChannelSpec()
    off_limits: tuple[OffLimitsSpec, ...] = ()
    small_groups: tuple[SmallGroupsSpec, ...] = ()

    def team(self, name: str) -> TeamSpec:
        """A team with what its template and the defaults give it. What one of them takes away or restricts stays so."""
        own = self.teams[name]
        layers: list[RightsSpec] = [self.defaults, self.templates.get(own.template, RightsSpec()), own]
        merged: dict[str, Any] = {
            key: tuple(dict.fromkeys(value for layer in layers for value in getattr(layer, key)))
            for key in RightsSpec.model_fields
            if key not in ("mask", "role")
        }
        for layer in layers:  # the nearest says under which role
            merged["role"] = {**({} if "*" in layer.role else merged.get("role", {})), **layer.role}
        merged["mask"] = strictest(layer.mask for layer in layers)
        # A class that is seen is listed anyway; a template may list what one of its teams sees.
        merged["lists"] = tuple(scope for scope in merged["lists"] if scope not in merged["sees"])
        return TeamSpec.model_construct(template=own.template, keeps=own.keeps, scheduling=own.scheduling, **merged)


def strictest(masks: Iterable[Mapping[str, Mask]]) -> dict[str, Mask]:
    """Every mask of all of these; of two of one dimension, the one that leaves less."""
    found: dict[str, Mask] = {}
    for name, form in (pair for each in masks for pair in each.items()):
        found[name] = min(form, found.get(name, form), key=FORMS.index)
    return found


def mask_rules(key: str, *masks: Mapping[str, Mask]) -> tuple[MaskRule, ...]:
    """All of these masks as a grant holds them. A hash without a key could be undone by hashing names: it shows nothing."""
    kept = {name: form if key or form != "hash" else "null" for name, form in sorted(strictest(masks).items())}
    return tuple(_rule(name, form, key) for name, form in kept.items())


def _rule(name: str, form: Mask, key: str) -> MaskRule:
    model, _, dimension = name.partition(".")
    return MaskRule(model=model, dimension=dimension, form=form, key=key if form == "hash" else "")
