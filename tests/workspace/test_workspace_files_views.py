"""Files, modals, reactions and response URLs, as the real slack_sdk meets them."""

from __future__ import annotations

import urllib.error
import urllib.request

import pytest
from serving import Local, local_workspace, refusal

from anabot.workspace import LOCAL_TOKEN, Limits
from anabot.workspace.tickets import Hook

SECTION = [{"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}]
MODAL = {"type": "modal", "title": {"type": "plain_text", "text": "A modal"}, "blocks": SECTION}


def upload(local: Local, name: str, content: bytes) -> str:
    asked = local.client.files_getUploadURLExternal(filename=name, length=len(content))
    urllib.request.urlopen(urllib.request.Request(asked["upload_url"], content)).read()
    local.client.files_completeUploadExternal(files=[{"id": asked["file_id"], "title": "A title"}])
    return str(asked["file_id"])


def test_a_picture_is_uploaded_without_a_channel_and_shown_in_a_block(fresh: Local) -> None:
    file = upload(fresh, "chart.png", b"\x89PNG\r\n")
    picture = [{"type": "image", "slack_file": {"id": file}, "alt_text": "a chart"}]

    assert fresh.see(f"file/{file}", as_="U0FAY")["error"] == "file_not_found"
    fresh.client.chat_postMessage(channel="C0FIN", text="chart", blocks=picture)

    with urllib.request.urlopen(f"{fresh.url}/page/file/{file}?as=U0FAY") as answer:
        assert (answer.headers["content-type"], answer.read()) == ("image/png", b"\x89PNG\r\n")
    assert fresh.see(f"file/{file}", as_="U0OLU")["error"] == "file_not_found"
    info = fresh.client.files_info(file=file)["file"]
    assert (info["title"], info["mimetype"], info["size"]) == ("A title", "image/png", 6)


def test_private_urls_of_files_want_the_token(fresh: Local) -> None:
    file = upload(fresh, "rows.csv", b"a,b\n")
    url = fresh.client.files_info(file=file)["file"]["url_private"]

    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(url)
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Authorization": f"Bearer {LOCAL_TOKEN}"})) as answer:
        assert answer.read() == b"a,b\n"


def test_what_can_go_wrong_with_files(fresh: Local) -> None:
    asked = fresh.client.files_getUploadURLExternal(filename="a.png", length=10)
    csv = upload(fresh, "rows.csv", b"a,b\n")
    block = {"type": "image", "alt_text": "x"}

    with pytest.raises(urllib.error.HTTPError, match="400"):
        urllib.request.urlopen(urllib.request.Request(asked["upload_url"], b"short"))
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(urllib.request.Request(f"{fresh.url}/upload/v1/F0NONE", b"x"))
    get = fresh.client.files_getUploadURLExternal
    assert refusal(get, filename="", length=1)["error"] == "invalid_arguments"
    assert refusal(get, filename="a", length=0)["error"] == "invalid_arguments"
    assert refusal(get, filename="a", length=10**9)["error"] == "file_upload_size_restricted"
    complete = fresh.client.files_completeUploadExternal
    assert refusal(complete, files=[{"id": asked["file_id"]}])["error"] == "file_not_found"
    assert refusal(complete, files=[])["error"] == "invalid_arguments"
    assert refusal(complete, files=[{"id": csv}], channel_id="C0QUIET")["error"] == "not_in_channel"
    assert refusal(fresh.client.files_info, file=asked["file_id"])["error"] == "file_not_found"
    for file in (csv, asked["file_id"], "F0NONE"):
        answer = refusal(fresh.client.chat_postMessage, channel="C0FIN", text="x", blocks=[{**block, "slack_file": {"id": file}}])
        assert answer["response_metadata"]["messages"] == ["[ERROR] invalid slack file [json-pointer:/blocks/0/slack_file]"]


def test_modals_open_update_and_stack(fresh: Local) -> None:
    click = fresh.workspace.tickets.trigger

    first = fresh.client.views_open(trigger_id=click("U0FAY"), view=MODAL)["view"]
    changed = fresh.client.views_update(view_id=first["id"], hash=first["hash"], view=MODAL)["view"]
    second = fresh.client.views_push(trigger_id=click("U0FAY"), view=MODAL)["view"]
    fresh.client.views_push(trigger_id=click("U0FAY"), view=MODAL)

    assert changed["hash"] != first["hash"]
    assert (second["root_view_id"], second["previous_view_id"]) == (first["id"], first["id"])
    assert refusal(fresh.client.views_push, trigger_id=click("U0FAY"), view=MODAL)["error"] == "push_limit_reached"
    assert refusal(fresh.client.views_update, view_id=first["id"], hash=first["hash"], view=MODAL)["error"] == "hash_conflict"
    assert refusal(fresh.client.views_update, view_id="V0NONE", view=MODAL)["error"] == "not_found"
    assert fresh.see("modal", as_="U0ROOT")["view"] is None


def test_a_click_opens_one_modal_and_not_for_ever(fresh: Local) -> None:
    trigger = fresh.workspace.tickets.trigger("U0FAY")
    fresh.client.views_open(trigger_id=trigger, view=MODAL)

    assert refusal(fresh.client.views_open, trigger_id=trigger, view=MODAL)["error"] == "exchanged_trigger_id"
    assert refusal(fresh.client.views_open, trigger_id="1.2.x", view=MODAL)["error"] == "invalid_arguments"
    with local_workspace(limits=Limits(trigger_seconds=-1, retry_after_seconds=())) as local:
        late = local.workspace.tickets.trigger("U0FAY")
        assert refusal(local.client.views_open, trigger_id=late, view=MODAL)["error"] == "expired_trigger_id"


def test_a_home_tab_is_published_for_one_person(fresh: Local) -> None:
    home = {"type": "home", "blocks": SECTION}

    fresh.client.views_publish(user_id="U0FAY", view=home)

    assert fresh.see("overview", as_="U0FAY")["home"]["blocks"][0]["text"]["text"] == "hello"
    assert fresh.see("overview", as_="U0OLU")["home"] is None
    assert refusal(fresh.client.views_publish, user_id="U0FAY", view=MODAL)["error"] == "invalid_arguments"


def test_reactions_are_added_once(fresh: Local) -> None:
    ts = fresh.client.chat_postMessage(channel="C0FIN", text="x")["ts"]

    fresh.client.reactions_add(channel="C0FIN", timestamp=ts, name="eyes")

    shown = fresh.client.conversations_history(channel="C0FIN")["messages"][0]["reactions"]
    assert shown == [{"name": "eyes", "users": ["U0ANA"], "count": 1}]
    add = fresh.client.reactions_add
    assert refusal(add, channel="C0FIN", timestamp=ts, name="eyes")["error"] == "already_reacted"
    assert refusal(add, channel="C0FIN", timestamp=ts, name="<b>")["error"] == "invalid_name"
    assert refusal(add, channel="C0FIN", timestamp="1.0", name="eyes")["error"] == "message_not_found"


def test_a_response_url_is_used_up_after_five_answers(fresh: Local) -> None:
    token = fresh.workspace.tickets.hook(Hook(channel="C0FIN", user="U0FAY"))

    def answer() -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(urllib.request.Request(f"{fresh.url}/hooks/{token}", b'{"text": "x"}')) as found:
                return found.status, found.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    assert [answer()[0] for _ in range(6)] == [200, 200, 200, 200, 200, 404]
    assert b"used_url" in answer()[1]
    assert fresh.texts("U0FAY", "C0FIN") == ["x"] * 5
