"""Send what happens to the app: signed, over HTTP, from a pool of threads, again when it fails. Never to another host."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from anabot.errors import ConfigError
from anabot.workspace.limits import Limits

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """What came back. `failure` is empty, or Slack's word for it: http_timeout, http_error, connection_failed."""

    failure: str = ""
    status: int = 0
    body: bytes = b""
    no_retry: bool = False

    def json(self) -> dict[str, Any]:
        """The body as an object; empty where it is none. A bare text is `{"text": …}`."""
        try:
            found = json.loads(self.body or b"{}")
        except ValueError:
            return {"text": self.body.decode("utf-8", "replace")}
        return found if isinstance(found, dict) else {}


def sign(secret: str, body: bytes, timestamp: int) -> dict[str, str]:
    """Slack's v0 signature headers for a body sent at `timestamp`, in seconds of the real clock."""
    digest = hmac.new(secret.encode(), b"v0:%d:%s" % (timestamp, body), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(timestamp), "X-Slack-Signature": f"v0={digest}"}


class Sender:
    """Delivers to one URL on loopback. Raises ConfigError for any other."""

    def __init__(self, url: str, secret: str, limits: Limits) -> None:
        parts = urlsplit(url)
        if parts.scheme != "http" or parts.hostname not in LOOPBACK:
            raise ConfigError(
                f"The local workspace cannot send events to `{url}`.",
                why="It speaks to this machine only.",
                todo="Give it an address such as http://127.0.0.1:3000/slack/events.",
            )
        self._host, self._port, self._path = str(parts.hostname), parts.port or 80, parts.path or "/"
        self._secret, self._limits = secret, limits
        self._pool = ThreadPoolExecutor(max_workers=16, thread_name_prefix="workspace-events")
        self._timers: set[threading.Timer] = set()
        self._closed = False

    def event(self, envelope: Mapping[str, Any]) -> Future[None]:
        """Send an Events API envelope, and again up to three times. The first attempt runs at once, in the pool."""
        return self._pool.submit(self._deliver, json.dumps(envelope).encode(), 0, "")

    def interaction(self, payload: Mapping[str, Any]) -> Future[Ack]:
        """Send a click or a submission, once. The future holds the app's answer."""
        return self._pool.submit(self.post, urlencode({"payload": json.dumps(payload)}).encode(), FORM)

    def command(self, fields: Mapping[str, str]) -> Future[Ack]:
        """Send a slash command, once."""
        return self._pool.submit(self.post, urlencode(fields).encode(), FORM)

    def verify(self, token: str, challenge: str) -> bool:
        """Whether the app answers Slack's url_verification with the challenge."""
        body = json.dumps({"type": "url_verification", "token": token, "challenge": challenge}).encode()
        ack = self.post(body, JSON)
        return not ack.failure and challenge.encode() in ack.body

    def close(self) -> None:
        """Stop: pending retries are dropped, attempts under way end within their timeout."""
        self._closed = True
        for timer in list(self._timers):
            timer.cancel()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def post(self, body: bytes, kind: str, extra: Mapping[str, str] | None = None) -> Ack:
        """One signed POST, with Slack's three seconds to answer."""
        headers = {"Content-Type": kind, "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)"}
        headers |= sign(self._secret, body, int(time.time())) | dict(extra or {})
        connection = http.client.HTTPConnection(self._host, self._port, timeout=self._limits.ack_seconds)
        try:
            connection.request("POST", self._path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
        except TimeoutError:
            return Ack(failure="http_timeout")
        except (OSError, http.client.HTTPException):
            return Ack(failure="connection_failed")
        finally:
            connection.close()
        failure = "" if 200 <= answer.status < 300 else "http_error"
        return Ack(failure=failure, status=answer.status, body=content, no_retry=answer.getheader("X-Slack-No-Retry") == "1")

    def _deliver(self, body: bytes, attempt: int, reason: str) -> None:
        retry = {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason} if attempt else {}
        ack = self.post(body, JSON, retry)
        if not ack.failure or ack.no_retry or self._closed or attempt >= len(self._limits.retry_after_seconds):
            return
        self._later(self._limits.retry_after_seconds[attempt], body, attempt + 1, ack.failure)

    def _later(self, seconds: float, body: bytes, attempt: int, reason: str) -> None:
        def again() -> None:
            self._timers.discard(timer)
            if not self._closed:
                self._pool.submit(self._deliver, body, attempt, reason)

        timer = threading.Timer(seconds, again)
        timer.daemon = True
        self._timers.add(timer)
        timer.start()
