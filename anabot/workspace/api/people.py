"""auth.*, users.* and usergroups.*: who is here. Read only."""

from __future__ import annotations

from anabot.workspace.api.call import Call
from anabot.workspace.limits import Refused
from anabot.workspace.shapes import Json, user_json
from anabot.workspace.state import State


def auth_test(call: Call) -> Json:
    """auth.test: whose token this is."""
    cast = call.state.cast
    return {
        "url": call.workspace.base,
        "team": cast.team.name,
        "user": cast.bot.name,
        "team_id": cast.team.id,
        "user_id": cast.bot.id,
        "bot_id": cast.bot.bot_id,
        "is_enterprise_install": False,
    }


def users_info(call: Call) -> Json:
    """users.info."""
    return {"user": user_json(call.state, call.state.user(call.need("user")))}


def users_list(call: Call) -> Json:
    """users.list, the bot last."""
    everybody = [*call.state.people(), call.state.users[call.state.bot_user]]
    page, cursor = call.page(everybody, default=200, most=1000)
    members = [user_json(call.state, user) for user in page]
    return {"members": members, "cache_ts": int(call.state.now().timestamp()), "response_metadata": {"next_cursor": cursor}}


def users_by_email(call: Call) -> Json:
    """users.lookupByEmail. People of another company are not found by their address."""
    email = call.need("email").lower()
    for user in call.state.people():
        if user.email.lower() == email and not user.external:
            return {"user": user_json(call.state, user)}
    raise Refused("users_not_found")


def usergroups_list(call: Call) -> Json:
    """usergroups.list."""
    groups: list[Json] = []
    for handle, spec in call.state.cast.groups.items():
        users = _members(call.state, handle)
        groups.append(
            {
                "id": spec.id,
                "team_id": call.state.cast.team.id,
                "is_usergroup": True,
                "is_subteam": True,
                "name": spec.name or handle,
                "handle": handle,
                "description": "",
                "is_external": False,
                "date_create": 0,
                "date_update": 0,
                "date_delete": 0,
                "auto_type": None,
                "prefs": {"channels": [], "groups": []},
                **({"users": users} if call.flag("include_users") else {}),
                **({"user_count": len(users)} if call.flag("include_count") else {}),
            }
        )
    return {"usergroups": groups}


def usergroups_users_list(call: Call) -> Json:
    """usergroups.users.list."""
    wanted = call.need("usergroup")
    for handle, spec in call.state.cast.groups.items():
        if spec.id == wanted:
            return {"users": _members(call.state, handle)}
    raise Refused("no_such_subteam")


def _members(state: State, handle: str) -> list[str]:
    return [user.id for user in state.people() if handle in user.groups]
