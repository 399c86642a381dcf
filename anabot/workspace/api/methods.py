"""The Web API methods this workspace serves: a frozen list. Any other name is answered `unknown_method`.

auth.test
chat.postMessage  chat.update  chat.postEphemeral  chat.delete  chat.getPermalink
conversations.info  conversations.list  conversations.members  conversations.history  conversations.replies  conversations.open
users.info  users.list  users.lookupByEmail
usergroups.list  usergroups.users.list
files.getUploadURLExternal  files.completeUploadExternal  files.info
views.open  views.update  views.push  views.publish
reactions.add

`apps.connections.open` is not served: this workspace speaks HTTP, not Socket Mode. Ana calls nothing beyond this list, so that
whatever serves these methods can stand in for Slack.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from anabot.workspace.api import chat, conversations, files, people, reactions, views
from anabot.workspace.api.call import Call
from anabot.workspace.core import Workspace
from anabot.workspace.limits import Refused
from anabot.workspace.shapes import Json

METHODS: Mapping[str, Callable[[Call], Json]] = MappingProxyType(
    {
        "auth.test": people.auth_test,
        "chat.postMessage": chat.post_message,
        "chat.update": chat.update,
        "chat.postEphemeral": chat.post_ephemeral,
        "chat.delete": chat.delete,
        "chat.getPermalink": chat.get_permalink,
        "conversations.info": conversations.info,
        "conversations.list": conversations.list_all,
        "conversations.members": conversations.members,
        "conversations.history": conversations.history,
        "conversations.replies": conversations.replies,
        "conversations.open": conversations.open_im,
        "users.info": people.users_info,
        "users.list": people.users_list,
        "users.lookupByEmail": people.users_by_email,
        "usergroups.list": people.usergroups_list,
        "usergroups.users.list": people.usergroups_users_list,
        "files.getUploadURLExternal": files.get_upload_url,
        "files.completeUploadExternal": files.complete_upload,
        "files.info": files.info,
        "views.open": views.open_view,
        "views.update": views.update,
        "views.push": views.push,
        "views.publish": views.publish,
        "reactions.add": reactions.add,
    }
)


def answer(workspace: Workspace, method: str, token: str, args: Mapping[str, Any]) -> Json:
    """What Slack would answer to one call. Raises Refused: unknown_method, not_authed, invalid_auth, and what the method says."""
    handler = METHODS.get(method)
    if handler is None:
        raise Refused("unknown_method", req_method=method)
    if not token:
        raise Refused("not_authed")
    if token != workspace.bot_token:
        raise Refused("invalid_auth")
    return {"ok": True, **handler(Call(workspace=workspace, args=args))}
