"""Serve over HTTP what is not Ana's own thinking: Slack's events, health, readiness, counters. It answers no question itself.

POST /slack/events   Slack's events, commands and interactivity; signed, checked against the real clock by Bolt
GET  /healthz        the process is alive
GET  /readyz         every part that a question needs is there; names those that are not, never why
GET  /metrics        Prometheus counters, to this machine only
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping, Sequence

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from slack_bolt import App, BoltRequest, BoltResponse
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

log = structlog.get_logger()
# Slack's own requests are far smaller; a message of 40,000 characters in blocks is about 200 kB.
LARGEST_BODY = 2_000_000

Ready = Callable[[], Mapping[str, bool]]


def create_web(slack: App | None, *, ready: Ready, routes: Sequence[BaseRoute] = ()) -> Starlette:
    """The ASGI application.

    Without `slack`, as in Socket Mode, there is no Slack endpoint. `ready` says of each part by name whether it is there;
    it runs in a thread. `routes` are further ones, such as those of a local workspace; ours go first.
    """
    own = [Route("/healthz", _healthz), Route("/readyz", _readiness(ready)), Route("/metrics", _metrics)]
    if slack is not None:
        own.append(Route("/slack/events", _slack(slack), methods=["POST"]))
    return Starlette(routes=[*own, *routes])


async def _healthz(_: Request) -> Response:
    return PlainTextResponse("ok\n")


def _readiness(ready: Ready) -> Callable[[Request], object]:
    async def readyz(_: Request) -> Response:
        parts = await run_in_threadpool(_asked, ready)
        return JSONResponse({"ready": all(parts.values()), "parts": dict(parts)}, status_code=200 if all(parts.values()) else 503)

    return readyz


def _asked(ready: Ready) -> Mapping[str, bool]:
    try:
        return ready()
    except Exception:  # the door: an unready part must not take the probe down
        log.exception("web.readiness_failed")
        return {"readiness": False}


async def _metrics(request: Request) -> Response:
    if not _from_this_machine(request):
        return PlainTextResponse("only from this machine\n", status_code=403)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _from_this_machine(request: Request) -> bool:
    """Whether the request came straight from loopback. One passed on by a proxy came from elsewhere."""
    if request.client is None or {"x-forwarded-for", "forwarded"} & set(request.headers):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _slack(app: App) -> Callable[[Request], object]:
    async def events(request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return PlainTextResponse("too large\n", status_code=413)
        asked = BoltRequest(body=body.decode("utf-8", "replace"), query=dict(request.query_params), headers=dict(request.headers))
        # Bolt's dispatch is synchronous and may call the Web API, which may be served by this very event loop.
        answered = await run_in_threadpool(app.dispatch, asked)
        return _response(answered)

    return events


async def _body(request: Request) -> bytes | None:
    parts = bytearray()
    async for chunk in request.stream():
        parts += chunk
        if len(parts) > LARGEST_BODY:
            return None
    return bytes(parts)


def _response(answered: BoltResponse) -> Response:
    return Response(status_code=answered.status, content=answered.body, headers=answered.first_headers_without_set_cookie())
