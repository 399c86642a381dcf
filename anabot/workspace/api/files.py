"""files.*: ask for an upload URL, send the bytes there, complete. A file is private until it is shared in a channel."""

from __future__ import annotations

import mimetypes

from anabot.workspace import limits
from anabot.workspace.api.call import Call
from anabot.workspace.limits import Refused
from anabot.workspace.shapes import Json, file_json
from anabot.workspace.state import File, Message


def get_upload_url(call: Call) -> Json:
    """files.getUploadURLExternal."""
    name, length = call.need("filename"), call.number("length", 0, least=1, most=10**12)
    if length > limits.FILE_BYTES:
        raise Refused("file_upload_size_restricted")
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    file = File(
        id=call.state.next_id("F0ANA"),
        name=name.rsplit("/", 1)[-1],
        title="",
        length=length,
        mimetype=kind,
        created=int(call.state.now().timestamp()),
    )
    call.state.files[file.id] = file
    return {"upload_url": f"{call.workspace.base}upload/v1/{file.id}", "file_id": file.id}


def complete_upload(call: Call) -> Json:
    """files.completeUploadExternal; with `channel_id` it also posts the files there."""
    wanted = call.parsed("files")
    if not isinstance(wanted, list) or not wanted:
        raise Refused("invalid_arguments", ["missing required field: files"])
    files = [_uploaded(call, entry) for entry in wanted]
    place = call.text("channel_id") or call.text("channels")
    channel = Call(workspace=call.workspace, args={"channel": place}).channel(member=True) if place else None
    for entry, file in zip(wanted, files, strict=True):
        file.title, file.done = str(entry.get("title") or file.name), True
    if channel:
        call.state.say(
            Message(
                ts=call.state.stamp(),
                channel=channel.id,
                user=call.state.bot_user,
                files=[f.id for f in files],
                text=call.text("initial_comment"),
                thread_ts=call.text("thread_ts"),
            )
        )
    return {"files": [file_json(call.state, file, call.workspace.base) for file in files]}


def info(call: Call) -> Json:
    """files.info."""
    file = call.state.files.get(call.need("file"))
    if file is None or not file.done:
        raise Refused("file_not_found")
    return {"file": file_json(call.state, file, call.workspace.base), "comments": [], "response_metadata": {"next_cursor": ""}}


def _uploaded(call: Call, entry: object) -> File:
    file = call.state.files.get(str(entry.get("id"))) if isinstance(entry, dict) else None
    if file is None or not file.uploaded:
        raise Refused("file_not_found")
    return file
