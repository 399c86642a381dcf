"""The workspace as a web application: Web API, uploads, response URLs, and the page. It decides nothing; its rooms do."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from anabot.workspace import page
from anabot.workspace.api.methods import answer
from anabot.workspace.core import LOCAL_TOKEN, Workspace
from anabot.workspace.gate import LoopbackOnly
from anabot.workspace.limits import FILE_BYTES, Limits, Refused
from anabot.workspace.respond import respond

SCOPES = (
    "app_mentions:read,channels:history,channels:read,chat:write,commands,files:read,files:write,groups:history,"
    "groups:read,im:history,im:read,im:write,reactions:read,reactions:write,usergroups:read,users:read,users:read.email"
)


def _real_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def create_workspace(
    cast: Mapping[str, Any],
    *,
    events_url: str,
    signing_secret: str,
    bot_token: str = LOCAL_TOKEN,
    base_url: str = "",
    now: Callable[[], dt.datetime] = _real_now,
    as_of: str = "",
    commands: tuple[str, ...] = ("/ana",),
    shortcuts: tuple[tuple[str, str], ...] = (("Playbooks", "/ana playbooks"), ("Help", "/ana help")),
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> Starlette:
    """A small Slack to be served on 127.0.0.1, alone or mounted at `/` behind the app's own routes.

    `cast` is the content of the cast file. Events, commands and interactions go to `events_url`, signed with `signing_secret`;
    `base_url` is where this is served, by default the origin of `events_url`. `now` stamps messages; `as_of` is the business
    date that the page shows; `shortcuts` are labels and the texts that the page's small
    buttons send. The Workspace is in `app.state.workspace`; call its `close()` before the server stops.
    Raises ConfigError: faults in the cast, an events URL beyond this machine, a token of the real Slack.
    """
    workspace = Workspace(
        cast,
        events_url=events_url,
        signing_secret=signing_secret,
        bot_token=bot_token,
        base_url=base_url,
        now=now,
        limits=limits,
        commands=commands,
        shortcuts=shortcuts,
        as_of=as_of,
    )

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        workspace.close()

    routes = [
        Route("/api/{method}", _api, methods=["GET", "POST"]),
        Route("/upload/v1/{file}", _upload, methods=["POST"]),
        Route("/files-pri/{file}/{rest:path}", _private_file),
        Route("/hooks/{token}", _hook, methods=["POST"]),
        *page.ROUTES,
    ]
    handlers: Mapping[Any, Any] = {Refused: _refused}
    app = Starlette(routes=routes, middleware=[Middleware(LoopbackOnly)], exception_handlers=handlers, lifespan=lifespan)
    app.state.workspace = workspace
    return app


def _of(request: Request) -> Workspace:
    workspace: Workspace = request.app.state.workspace
    return workspace


async def _refused(_: Request, error: Exception) -> Response:
    if not isinstance(error, Refused):
        raise error
    return JSONResponse(error.json(), status_code=403 if error.error.endswith("not_found") else 400)


async def _api(request: Request) -> Response:
    try:
        args = await _arguments(request)
        token = request.headers.get("authorization", "").removeprefix("Bearer ") or str(args.get("token") or "")
        return JSONResponse(answer(_of(request), request.path_params["method"], token, args), headers={"x-oauth-scopes": SCOPES})
    except Refused as refused:
        limited = {"Retry-After": str(refused.retry_after)} if refused.retry_after else {}
        return JSONResponse(refused.json(), status_code=429 if limited else 200, headers=limited)


async def _arguments(request: Request) -> dict[str, Any]:
    args: dict[str, Any] = dict(request.query_params)
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    body = await request.body()
    if kind == "application/json":
        try:
            found = json.loads(body or b"{}")
        except ValueError as error:
            raise Refused("invalid_json") from error
        if not isinstance(found, dict):
            raise Refused("json_not_object")
        # A token belongs in the header when the body is JSON.
        return args | {name: value for name, value in found.items() if name != "token"}
    if kind == "multipart/form-data":
        return args | {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    return args | dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


async def _upload(request: Request) -> Response:
    file = _of(request).state.files.get(request.path_params["file"])
    if file is None or file.uploaded:
        return PlainTextResponse("upload_not_found", status_code=404)
    content = b""
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        for part in (await request.form()).values():
            content = part.encode() if isinstance(part, str) else await part.read()
    else:
        content = await request.body()
    if len(content) != file.length or len(content) > FILE_BYTES:
        return PlainTextResponse("wrong_length", status_code=400)
    file.content, file.uploaded = content, True
    return PlainTextResponse(f"OK - {len(content)}")


async def _private_file(request: Request) -> Response:
    workspace = _of(request)
    if request.headers.get("authorization") != f"Bearer {workspace.bot_token}":
        return PlainTextResponse("not_authed", status_code=403)
    file = workspace.state.files.get(request.path_params["file"])
    if file is None or not file.done:
        return PlainTextResponse("not_found", status_code=404)
    return Response(file.content, media_type=file.mimetype)


async def _hook(request: Request) -> Response:
    try:
        body = json.loads(await request.body())
        respond(_of(request), request.path_params["token"], body if isinstance(body, dict) else {})
    except ValueError:
        return PlainTextResponse("invalid_payload", status_code=400)
    except Refused as refused:
        return JSONResponse(refused.json(), status_code=404 if refused.error.endswith("_url") else 400)
    return PlainTextResponse("ok")
