"""Read the cast file: who is in the local workspace, in which user groups and channels. Never any I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from anabot.errors import ConfigError


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class TeamSpec(_Part):
    """The workspace itself."""

    id: str = "T0LOCAL"
    name: str = "Local workspace"
    domain: str = "local"


class BotSpec(_Part):
    """The app that is being tried: its user, bot and app ids, and its name."""

    id: str = "U0ANABOT01"
    bot_id: str = "B0ANABOT01"
    app_id: str = "A0ANABOT01"
    name: str = "ana"
    real_name: str = "Ana"


class PersonSpec(_Part):
    """One member. The key in the file is the handle. The page opens `starts_in` first, where that is a channel of theirs."""

    id: str
    name: str
    email: str = ""
    title: str = ""
    zone: str = "UTC"
    groups: tuple[str, ...] = ()
    starts_in: str = ""
    admin: bool = False
    guest: bool = False
    external: bool = False


class ChannelSpec(_Part):
    """One channel. The key in the file is its name without `#`; members are handles."""

    id: str
    purpose: str = ""
    private: bool = False
    external: bool = False
    archived: bool = False
    ana: bool = True
    members: tuple[str, ...] = ()


class GroupSpec(_Part):
    """One user group. The key in the file is its handle."""

    id: str
    name: str = ""


class Cast(_Part):
    """Everything in the file."""

    team: TeamSpec = TeamSpec()
    bot: BotSpec = BotSpec()
    groups: dict[str, GroupSpec] = Field(default_factory=dict)
    people: dict[str, PersonSpec]
    channels: dict[str, ChannelSpec]


def parse_cast(raw: Mapping[str, Any]) -> Cast:
    """Check the file's content and fill in what it leaves out.

    Groups that people are in but that are not listed get an id of their own.
    Raises ConfigError naming every fault at once.
    """
    try:
        cast = Cast.model_validate(raw)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise ConfigError("The cast of the local workspace has faults.", why=faults, todo="Correct the cast file.") from error
    strangers = sorted({m for c in cast.channels.values() for m in c.members} - set(cast.people))
    if strangers:
        raise ConfigError(
            "The cast of the local workspace has faults.",
            why=f"Channels list people who do not exist: {', '.join(strangers)}.",
            todo="Add them under `people`, or take them out of the channels.",
        )
    unlisted = sorted({group for person in cast.people.values() for group in person.groups} - set(cast.groups))
    groups = dict(cast.groups) | {handle: GroupSpec(id=_group_id(handle), name=handle) for handle in unlisted}
    return cast.model_copy(update={"groups": groups})


def _group_id(handle: str) -> str:
    return "S0" + re.sub(r"[^A-Z0-9]", "", handle.upper())
