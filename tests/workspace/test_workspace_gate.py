"""Who gets in: this machine's own page and programs, and nobody where a real Slack token is set."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

import pytest
from serving import Local, local_workspace

from anabot.errors import ConfigError
from anabot.workspace import LOCAL_TOKEN, check_safe


def ask(local: Local, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(urlsplit(local.url).netloc, timeout=5)
    connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()


def test_another_host_name_is_dns_rebinding(local: Local) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example:80", "10.0.0.7"):
        assert ask(local, "/", Host=host)[0] == 403
    assert ask(local, "/", Host=f"localhost:{urlsplit(local.url).port}")[0] == 200


def test_another_site_gets_nothing(local: Local) -> None:
    assert ask(local, "/page/people", Origin="https://evil.example")[0] == 403
    assert ask(local, "/page/people", Origin="null")[0] == 403
    assert ask(local, "/page/people", Origin=local.url)[0] == 200
    assert ask(local, "/page/file/F1?as=U0FAY", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="no-cors")[0] == 403


def test_the_page_may_load_from_here_only(local: Local) -> None:
    for path in ("/", "/static/page.js", "/page/people", "/nowhere"):
        _, headers, _ = ask(local, path)
        assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"


def test_the_page_names_no_other_host(local: Local) -> None:
    from anabot.workspace.page import STATIC

    text = "".join(path.read_text() for path in STATIC.iterdir()).replace("http://www.w3.org/2000/svg", "")
    for outside in ("//cdn", "https://", "http://", "innerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert outside not in text


def test_acts_want_json(local: Local) -> None:
    connection = http.client.HTTPConnection(urlsplit(local.url).netloc, timeout=5)
    connection.request("POST", "/page/do/say", "as=U0FAY", {"Content-Type": "text/plain"})

    assert connection.getresponse().status == 400


@pytest.mark.parametrize(
    "env",
    [
        {"SLACK_BOT_TOKEN": "xoxb-1234-5678-abc"},
        {"SLACK_APP_TOKEN": "xapp-1-A1-2-abc"},
        {"MY_SLACK_USER_TOKEN": "xoxp-1-2-3"},
    ],
)
def test_a_real_slack_token_stops_the_local_workspace_without_being_repeated(env: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="real Slack token") as caught:
        check_safe(env)

    assert next(iter(env)) in str(caught.value)
    assert next(iter(env.values())) not in str(caught.value)


def test_our_own_token_and_no_token_are_safe() -> None:
    check_safe({})
    check_safe({"SLACK_BOT_TOKEN": LOCAL_TOKEN, "SLACK_SIGNING_SECRET": "x", "PATH": "xoxb-not-slack"})


def test_a_workspace_is_not_made_with_a_real_token() -> None:
    with pytest.raises(ConfigError, match="real Slack token"), local_workspace(bot_token="xoxb-1234-5678-abc"):
        pass
