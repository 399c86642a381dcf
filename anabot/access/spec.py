"""What `access.yml` says: shapes only. Every key that is not known is a fault; nothing has a default that grants."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict


class _Ours(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _listed(value: Any) -> Any:
    return [] if value is None else [value] if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class ClassSpec(_Ours):
    """A class of metrics. A strict one is said in a channel only if every member may see it alone."""

    strict: bool = False


class GroupSpec(_Ours):
    """A Slack user group: the team it makes somebody part of, and what it says about them."""

    team: str
    attributes: dict[str, Names] = {}


class RowSpec(_Ours):
    """Rows of `model` that may be read: `dimension` is one of the person's `attribute`. Members of `unless` read them all."""

    model: str
    dimension: str
    attribute: str
    unless: Names = ()


class TeamSpec(_Ours):
    """What a team sees (may be answered) and lists (may know of): classes; then single metrics, and what is taken away."""

    sees: Names = ()
    lists: Names = ()
    metrics: Names = ()
    never: Names = ()
    deny: Names = ()
    rows: tuple[RowSpec, ...] = ()


class ChannelSpec(_Ours):
    """What may be said in a channel, and who answers for that. `external` allows it although strangers read along."""

    owner: str
    says: Names = ()
    metrics: Names = ()
    deny: Names = ()
    external: bool = False


class DefaultChannelSpec(_Ours):
    """What may be said where nobody declared anything. Never to strangers."""

    says: Names = ()
    deny: Names = ()


class OffLimitsSpec(_Ours):
    """A subject that Ana does not speak of with anybody, whether or not there is data on it: words, and what she says instead."""

    words: Names
    says: str
    owner: str


class AccessSpec(_Ours):
    """The whole file."""

    classes: dict[str, ClassSpec]
    groups: dict[str, GroupSpec] = {}
    teams: dict[str, TeamSpec] = {}
    channels: dict[str, ChannelSpec] = {}
    default_channel: DefaultChannelSpec = DefaultChannelSpec()
    off_limits: tuple[OffLimitsSpec, ...] = ()
