"""People and channels from a YAML file, for the command line and wherever Slack is not asked. Never grants anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, model_validator

from anabot.errors import ConfigError
from anabot.types import Channel, ChannelId, Person, UserId

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        raise ValueError(f"{name} is not a time zone such as Europe/Berlin") from None
    return name


class _PersonSpec(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)
    id: str
    name: str = ""
    email: str = ""
    groups: tuple[str, ...] = ()
    zone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    admin: bool = False
    guest: bool = False
    external: bool = False


class _ChannelSpec(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)
    id: str
    private: bool = False
    external: bool = False
    members: tuple[str, ...] = ()


class _Cast(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)
    people: Mapping[str, _PersonSpec]
    channels: Mapping[str, _ChannelSpec] = {}
    groups: Mapping[str, Any] = {}

    @model_validator(mode="after")
    def _everybody_is_known(self) -> _Cast:
        # Some classes of metrics are said only where every member may know them: nobody may be left out of the count.
        for name, channel in self.channels.items():
            strangers = [handle for handle in channel.members if handle not in self.people]
            if strangers:
                raise ValueError(f"#{name} has the member {strangers[0]}, who is not among the people")
        ids = [*(one.id for one in self.people.values()), *(one.id for one in self.channels.values())]
        twice = next((one for one in ids if ids.count(one) > 1), None)
        if twice is not None:
            raise ValueError(f"the id {twice} is given twice")
        return self


class FileDirectory:
    """A directory that was read once. People answer to their handle or id, channels to their name or id."""

    def __init__(self, cast: _Cast) -> None:
        self._people = {handle: _person(handle, spec) for handle, spec in cast.people.items()}
        self._groups = frozenset(cast.groups) | {group for person in self._people.values() for group in person.groups}
        by_id = {str(person.user): person for person in self._people.values()}
        self._any_person: Mapping[str, Person] = {**self._people, **by_id}
        channels = {name: self._channel(name, spec) for name, spec in cast.channels.items()}
        self._any_channel: Mapping[str, Channel] = {**channels, **{channel.channel: channel for channel in channels.values()}}

    @classmethod
    def read(cls, path: Path) -> FileDirectory:
        """Read a directory file.

        Raises:
            ConfigError: the file is absent, is not YAML, or misses a field.
        """
        try:
            found = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader, in C where there is one
            return cls(_Cast.model_validate(found))
        except FileNotFoundError:
            raise ConfigError(f"There is no directory file at {path}.", todo="Set ANABOT_DIRECTORY to one.") from None
        except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
            todo = "Write `people: {handle: {id: …}}` and `channels: {name: {id: …, members: […]}}`."
            raise ConfigError(f"The directory file {path} cannot be read.", why=_why(error), todo=todo) from None

    def person(self, user: str) -> Person | None:
        """The person with this handle or id, or None."""
        return self._any_person.get(user.removeprefix("@"))

    def channel(self, channel: str) -> Channel | None:
        """The channel with this id or name, or None."""
        return self._any_channel.get(channel.removeprefix("#"))

    def members(self, channel: Channel) -> Sequence[Person]:
        """Everybody in the channel that the file names, in the order of their ids."""
        return [self._any_person[user] for user in sorted(channel.members) if user in self._any_person]

    def renew(self, channel: str) -> None:
        """Nothing to forget: the file was read once."""

    def groups_of(self, email: str) -> frozenset[str]:
        """The groups of whoever has this e-mail address; none where nobody has."""
        wanted = email.casefold()
        return next((one.groups for one in self._people.values() if one.email.casefold() == wanted), frozenset())

    def names(self) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        """The people's handles, the user groups' handles, and the channels' names with their `#`."""
        channels = {f"#{channel.name}" for channel in self._any_channel.values()}
        return (
            frozenset(self._people),
            self._groups,
            frozenset(channels | {str(one.channel) for one in self._any_channel.values()}),
        )

    def everybody(self) -> Sequence[Person]:
        """All people of the file."""
        return list(self._people.values())

    def _channel(self, name: str, spec: _ChannelSpec) -> Channel:
        members = frozenset(UserId(self._people[handle].user) for handle in spec.members)
        return Channel(channel=ChannelId(spec.id), name=name, private=spec.private, external=spec.external, members=members)


def _why(error: Exception) -> str:
    """What is wrong, where, on one line."""
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        return f"{place}: {first['msg'].removeprefix('Value error, ')}.".removeprefix(": ")
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return f"Line {mark.line + 1}: {getattr(error, 'problem', 'it is not YAML')}."
    return f"{getattr(error, 'strerror', None) or 'It is not UTF-8 text'}."


def _person(handle: str, spec: _PersonSpec) -> Person:
    return Person(
        user=UserId(spec.id),
        name=spec.name or handle,
        handle=handle,
        email=spec.email,
        confirmed=bool(spec.email),  # whoever keeps the file vouches for it
        groups=frozenset(spec.groups),
        zone=spec.zone,
        guest=spec.guest,
        external=spec.external,
        admin=spec.admin,
    )
