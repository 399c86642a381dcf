"""Who people are and who reads a channel, asked of Slack and remembered for a minute.

It fails closed: whoever cannot be looked up is nobody, and a member who cannot is treated as a stranger. It grants nothing.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar
from urllib.error import URLError

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from anabot.types import Channel, ChannelId, Person, UserId

log = structlog.get_logger()
Found = TypeVar("Found")
REMEMBERED_S = 60.0
_PAGE = 200
_USER_ID, _CHANNEL_ID = re.compile(r"[UW][A-Z0-9]{4,}"), re.compile(r"[CGD][A-Z0-9]{4,}")
# What Slack answers where the plan, or the Web API, has no user groups.
_NO_USER_GROUPS = frozenset({"unknown_method", "paid_teams_only", "plan_upgrade_required", "method_not_supported"})
_FAILED = (SlackApiError, URLError, OSError)


class SlackDirectory:
    """The Directory of a Slack workspace. Thread-safe. `clock` is a monotonic one, in seconds.

    `by_email` gives the groups of a confirmed e-mail address, for whoever is in none of Slack's: not every plan has user groups.
    """

    def __init__(
        self,
        reads: WebClient,
        *,
        clock: Callable[[], float] = time.monotonic,
        by_email: Callable[[str], frozenset[str]] = lambda _: frozenset(),
    ) -> None:
        self._reads, self._clock, self._by_email = reads, clock, by_email
        self._kept: dict[tuple[str, str], tuple[float, Any]] = {}
        self._dropped = 0
        self._lock = threading.Lock()

    def person(self, user: str) -> Person | None:
        """The person with this user id or handle; None for a bot, somebody gone, and whenever Slack does not say."""
        wanted = user.removeprefix("@")
        try:
            found = self._user(wanted) if _USER_ID.fullmatch(wanted) else self._users().get(wanted)
            return self._as_person(found) if found else None
        except _FAILED as error:
            _unknown("user", wanted, error)
            return None

    def channel(self, channel: str) -> Channel | None:
        """The channel with this id or name; None where it is archived, and whenever Slack does not say who reads it."""
        wanted = channel.removeprefix("#")
        try:
            found = wanted if _CHANNEL_ID.fullmatch(wanted) else self._names().get(wanted)
            return self._remember("channel", found, lambda: self._as_channel(found)) if found else None
        except _FAILED as error:
            _unknown("channel", wanted, error)
            return None

    def members(self, channel: Channel) -> Sequence[Person]:
        """Everybody who reads the channel, bots left out. Who cannot be looked up counts as a stranger."""
        return [person for user in sorted(channel.members) if (person := self._member(user)) is not None]

    def renew(self, channel: str) -> None:
        """Forget who reads the channel with this id or name. What is being asked meanwhile is not kept: it may be older."""
        wanted = channel.removeprefix("#")
        with self._lock:
            names = self._kept.get(("names", ""), (0.0, {}))[1]
            self._dropped += 1
            self._kept.pop(("channel", names.get(wanted, wanted)), None)

    def forget(self) -> None:
        """Ask Slack again for everything."""
        with self._lock:
            self._dropped += 1
            self._kept.clear()

    def _member(self, user: str) -> Person | None:
        try:
            found = self._users_by_id().get(user) or self._user(user)
        except _FAILED:
            found = {}
        if found.get("is_bot") or found.get("deleted"):
            return None
        return self.person(user) or Person(user=UserId(user), name=user, guest=True, external=True)

    def _user(self, user: str) -> Mapping[str, Any]:
        return self._remember("user", user, lambda: self._reads.users_info(user=user)["user"])

    def _users_by_id(self) -> Mapping[str, Mapping[str, Any]]:
        def ask() -> dict[str, Any]:
            return {str(user["id"]): user for page in self._pages(self._reads.users_list) for user in page["members"]}

        return self._remember("users", "", ask)

    def _users(self) -> Mapping[str, Mapping[str, Any]]:
        return {str(user["name"]): user for user in self._users_by_id().values()}

    def _names(self) -> Mapping[str, str]:
        def ask() -> dict[str, str]:
            pages = self._pages(self._reads.conversations_list, types="public_channel,private_channel", exclude_archived=True)
            return {str(channel["name"]): str(channel["id"]) for page in pages for channel in page["channels"]}

        return self._remember("names", "", ask)

    def _groups(self) -> Mapping[str, frozenset[str]]:
        """User → handles of the user groups they are in."""

        def ask() -> dict[str, frozenset[str]]:
            held: dict[str, set[str]] = {}
            for group in self._user_groups():
                for user in self._users_of(group):
                    held.setdefault(user, set()).add(str(group["handle"]))
            return {user: frozenset(handles) for user, handles in held.items()}

        return self._remember("groups", "", ask)

    def _user_groups(self) -> Sequence[Mapping[str, Any]]:
        try:
            groups: Sequence[Mapping[str, Any]] = self._reads.usergroups_list(include_users=True)["usergroups"]
        except SlackApiError as error:
            if error.response["error"] not in _NO_USER_GROUPS:
                raise
            return ()
        return groups

    def _users_of(self, group: Mapping[str, Any]) -> Sequence[str]:
        users: Sequence[str] = group.get("users") or []
        if len(users) >= int(group.get("user_count") or 0) and users:
            return users
        return self._reads.usergroups_users_list(usergroup=str(group["id"])).get("users") or []

    def _home(self) -> tuple[str, str]:
        """The workspace and, in an Enterprise Grid, the organisation that Ana is installed in."""

        def ask() -> tuple[str, str]:
            me = self._reads.auth_test()
            return str(me.get("team_id") or ""), str(me.get("enterprise_id") or "")

        return self._remember("home", "", ask)

    def _as_person(self, user: Mapping[str, Any]) -> Person | None:
        if user.get("deleted") or user.get("is_bot") or user.get("id") == "USLACKBOT":
            return None
        profile = user.get("profile") or {}
        return Person(
            user=UserId(str(user["id"])),
            name=str(user.get("real_name") or profile.get("real_name") or user.get("name") or user["id"]),
            handle=str(user.get("name") or ""),
            email=str(profile.get("email") or ""),
            confirmed=bool(profile.get("email")) and user.get("is_email_confirmed") is True,
            groups=self._groups().get(str(user["id"])) or self._confirmed(user, profile),
            zone=str(user.get("tz") or "UTC"),
            guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
            external=self._is_external(user),
            admin=bool(user.get("is_admin") or user.get("is_owner") or user.get("is_primary_owner")),
        )

    def _confirmed(self, user: Mapping[str, Any], profile: Mapping[str, Any]) -> frozenset[str]:
        email = str(profile.get("email") or "")
        return self._by_email(email) if email and user.get("is_email_confirmed") is True else frozenset()

    def _is_external(self, user: Mapping[str, Any]) -> bool:
        team, organisation = self._home()
        theirs = (user.get("enterprise_user") or {}).get("enterprise_id")
        same_company = user.get("team_id", team) == team or (bool(organisation) and theirs == organisation)
        return bool(user.get("is_stranger")) or not same_company

    def _as_channel(self, channel: str) -> Channel | None:
        info = self._reads.conversations_info(channel=channel)["channel"]
        if info.get("is_archived"):
            return None  # nobody can say anything there any more
        if info.get("is_im"):
            members = frozenset({UserId(str(info["user"]))})
            return Channel(channel=ChannelId(channel), name="direct message", kind="dm", private=True, members=members)
        pages = self._pages(self._reads.conversations_members, channel=channel)
        return Channel(
            channel=ChannelId(channel),
            name=str(info.get("name") or channel),
            private=bool(info.get("is_private") or info.get("is_mpim") or info.get("is_group")),
            external=bool(info.get("is_ext_shared") or info.get("is_pending_ext_shared")),
            members=frozenset(UserId(str(user)) for page in pages for user in page["members"]),
        )

    def _pages(self, method: Callable[..., Any], **args: Any) -> Iterator[Mapping[str, Any]]:
        cursor = ""
        while True:
            page = method(limit=_PAGE, **args, **({"cursor": cursor} if cursor else {}))
            yield page.data
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return

    def _remember(self, kind: str, key: str, ask: Callable[[], Found]) -> Found:
        with self._lock:
            at, kept = self._kept.get((kind, key), (float("-inf"), None))
            dropped, now = self._dropped, self._clock()
        if now - at < REMEMBERED_S:
            found: Found = kept
            return found
        found = ask()
        with self._lock:
            if dropped == self._dropped:
                self._kept[kind, key] = (now, found)  # as old as the question: the answer may be
        return found


def _unknown(kind: str, name: str, error: Exception) -> None:
    reason = error.response["error"] if isinstance(error, SlackApiError) else type(error).__name__
    log.warning("slack.lookup_failed", kind=kind, name=name, reason=reason)
