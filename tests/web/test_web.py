"""The web server's own answers: alive, ready, counted, and closed to what Slack did not sign."""

from __future__ import annotations

from slack_bolt import App
from starlette.testclient import TestClient

from anabot.web import LARGEST_BODY, create_web


def client(*, ready: bool = True, slack: App | None = None, host: str = "127.0.0.1") -> TestClient:
    return TestClient(create_web(slack, ready=lambda: {"store": True, "warehouse": ready}), client=(host, 50000))


def test_alive_says_ok() -> None:
    assert client().get("/healthz").text == "ok\n"


def test_not_ready_names_the_part_and_fails_the_probe() -> None:
    answer = client(ready=False).get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "parts": {"store": True, "warehouse": False}}


def test_a_readiness_check_that_fails_is_not_ready() -> None:
    def broken() -> dict[str, bool]:
        raise RuntimeError("secret")

    answer = TestClient(create_web(None, ready=broken)).get("/readyz")

    assert answer.status_code == 503
    assert "secret" not in answer.text


def test_counters_are_for_this_machine_alone() -> None:
    assert "anabot_" in client().get("/metrics").text or client().get("/metrics").status_code == 200
    assert client(host="10.0.0.7").get("/metrics").status_code == 403
    assert client().get("/metrics", headers={"X-Forwarded-For": "10.0.0.7"}).status_code == 403


def test_without_slack_there_is_no_slack_endpoint() -> None:
    assert client().post("/slack/events", content=b"{}").status_code == 404


def app() -> App:
    return App(token="xoxb-test", signing_secret="s", token_verification_enabled=False)


def test_an_unsigned_event_is_refused() -> None:
    assert client(slack=app()).post("/slack/events", json={"type": "event_callback"}).status_code == 401


def test_a_body_larger_than_any_of_slacks_is_refused() -> None:
    assert client(slack=app()).post("/slack/events", content=b"x" * (LARGEST_BODY + 1)).status_code == 413
