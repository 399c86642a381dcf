"""What the page asks and does, over HTTP, always `as` somebody. It serves the page's own files, and no other."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from anabot.workspace import acts, interact, screen
from anabot.workspace.core import Workspace
from anabot.workspace.limits import Refused

STATIC = Path(__file__).parent / "static"
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")


def _of(request: Request) -> Workspace:
    workspace: Workspace = request.app.state.workspace
    return workspace


async def _html(_: Request) -> Response:
    return FileResponse(STATIC / "page.html", headers={"Cache-Control": "no-cache"})


async def _people(request: Request) -> Response:
    return JSONResponse(screen.people(_of(request)))


async def _overview(request: Request) -> Response:
    return JSONResponse(screen.overview(_of(request), request.query_params.get("as", "")))


async def _messages(request: Request) -> Response:
    asked = request.query_params
    return JSONResponse(screen.messages(_of(request), asked.get("as", ""), asked.get("channel", ""), asked.get("thread", "")))


async def _modal(request: Request) -> Response:
    return JSONResponse(screen.modal(_of(request), request.query_params.get("as", "")))


async def _live(request: Request) -> Response:
    user = _of(request).state.user(request.query_params.get("as", ""))
    stream = _of(request).hub.stream(user.id)
    return StreamingResponse(stream, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


async def _file(request: Request) -> Response:
    file = screen.file_for(_of(request), request.query_params.get("as", ""), request.path_params["file"])
    name = "".join(letter if letter.isascii() and letter.isprintable() and letter != '"' else "_" for letter in file.name)
    place = "inline" if file.mimetype in PICTURES else f'attachment; filename="{name}"'
    return Response(file.content, media_type=file.mimetype, headers={"Content-Disposition": place, "Cache-Control": "private"})


async def _do(request: Request) -> Response:
    act = ACTS.get(request.path_params["act"])
    if act is None or request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise Refused("unknown_act")
    try:
        wish = json.loads(await request.body())
    except ValueError as error:
        raise Refused("invalid_json") from error
    if not isinstance(wish, dict):
        raise Refused("json_not_object")
    # Acts wait for the app's answer, so they run beside the event loop and not in the pool that the app itself may need.
    done = await asyncio.to_thread(act, _of(request), str(wish.get("as", "")), wish)
    return JSONResponse({"ok": True, **done})


def _text(wish: Mapping[str, Any], name: str) -> str:
    return str(wish.get(name) or "")


def _say(workspace: Workspace, user: str, wish: Mapping[str, Any]) -> dict[str, Any]:
    return {"ts": acts.say(workspace, user, _text(wish, "channel"), _text(wish, "text"), _text(wish, "thread"))}


def _look(workspace: Workspace, user: str, wish: Mapping[str, Any]) -> dict[str, Any]:
    acts.look(workspace, user, _text(wish, "channel"), _text(wish, "tab") or "messages")
    return {}


def _read(workspace: Workspace, user: str, wish: Mapping[str, Any]) -> dict[str, Any]:
    acts.mark_read(workspace, user, _text(wish, "channel"))
    return {}


def _press(workspace: Workspace, user: str, wish: Mapping[str, Any]) -> dict[str, Any]:
    interact.press(workspace, user, wish)
    return {}


def _submit(workspace: Workspace, user: str, wish: Mapping[str, Any]) -> dict[str, Any]:
    return {"faults": interact.submit(workspace, user, _text(wish, "view"), dict(wish.get("state") or {}))}


def _close(workspace: Workspace, user: str, wish: Mapping[str, Any]) -> dict[str, Any]:
    interact.close(workspace, user, _text(wish, "view"))
    return {}


def _react(workspace: Workspace, user: str, wish: Mapping[str, Any]) -> dict[str, Any]:
    acts.toggle_reaction(workspace, user, _text(wish, "channel"), _text(wish, "ts"), _text(wish, "name"))
    return {}


def _dismiss(workspace: Workspace, user: str, wish: Mapping[str, Any]) -> dict[str, Any]:
    acts.dismiss(workspace, user, _text(wish, "channel"), _text(wish, "ts"))
    return {}


def _invite(workspace: Workspace, user: str, wish: Mapping[str, Any]) -> dict[str, Any]:
    acts.invite_bot(workspace, user, _text(wish, "channel"))
    return {}


def _share(workspace: Workspace, user: str, wish: Mapping[str, Any]) -> dict[str, Any]:
    return {"ts": acts.share(workspace, user, _text(wish, "channel"), _text(wish, "file"), _text(wish, "text"))}


ACTS: Mapping[str, Callable[[Workspace, str, Mapping[str, Any]], dict[str, Any]]] = {
    "say": _say,
    "look": _look,
    "read": _read,
    "press": _press,
    "submit": _submit,
    "close": _close,
    "react": _react,
    "dismiss": _dismiss,
    "invite": _invite,
    "share": _share,
}

ROUTES: tuple[BaseRoute, ...] = (
    Route("/", _html),
    Route("/archives/{rest:path}", _html),
    Route("/page/people", _people),
    Route("/page/overview", _overview),
    Route("/page/messages", _messages),
    Route("/page/modal", _modal),
    Route("/page/live", _live),
    Route("/page/file/{file}", _file),
    Route("/page/do/{act}", _do, methods=["POST"]),
    Mount("/static", StaticFiles(directory=STATIC)),
)
