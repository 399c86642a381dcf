"""A real Bolt app over HTTP: mention, reply, button, modal, command, reaction, all the way round."""

from __future__ import annotations

from echo import Echo
from serving import CAST, SECRET, Local, address, free_socket, serving, wait_for
from slack_sdk import WebClient
from starlette.applications import Starlette
from starlette.routing import Mount

from anabot.workspace import LOCAL_TOKEN, create_workspace

Pair = tuple[Local, Echo]


def reply_in(local: Local, ts: str, *, user: str = "U0FAY", channel: str = "C0FIN") -> dict:
    def last() -> dict | None:
        rows = local.see("messages", as_=user, channel=channel, thread=ts)["messages"]
        return rows[-1] if len(rows) > 1 and rows[-1]["text"] != "…" else None

    return wait_for(last)


def test_a_mention_is_answered_in_its_thread(talking: Pair) -> None:
    local, echo = talking

    ts = local.do("say", as_="U0FAY", channel="C0FIN", text="@ana what was revenue?")["ts"]

    reply = reply_in(local, ts)
    assert reply["text"] == "You said: what was revenue?"
    assert reply["thread_ts"] == ts
    mention = echo.last("app_mention")
    assert mention is not None
    assert mention["text"] == "<@U0ANA> what was revenue?"
    assert wait_for(lambda: echo.last("message"))["channel_type"] == "channel"
    parent = local.see("messages", as_="U0FAY", channel="C0FIN")["messages"][-1]
    assert parent["reply_count"] == 1


def test_a_button_opens_a_modal_and_its_submission_is_posted(talking: Pair) -> None:
    local, echo = talking
    ts = local.do("say", as_="U0FAY", channel="C0FIN", text="@ana hi")["ts"]
    reply = reply_in(local, ts)

    assert local.do("press", as_="U0FAY", channel="C0FIN", ts=reply["ts"], block="acts", action="more")["ok"]
    view = wait_for(lambda: local.see("modal", as_="U0FAY")["view"])
    empty = local.do("submit", as_="U0FAY", view=view["id"], state={})
    rude = local.do(
        "submit", as_="U0FAY", view=view["id"], state={"words": {"text": {"type": "plain_text_input", "value": "rude"}}}
    )
    done = local.do(
        "submit", as_="U0FAY", view=view["id"], state={"words": {"text": {"type": "plain_text_input", "value": "kind words"}}}
    )

    assert empty["faults"] == {"words": "Please complete this required field."}
    assert rude["faults"] == {"words": "Be kind."}
    assert done["faults"] == {}
    assert local.see("modal", as_="U0FAY")["view"] is None
    wait_for(lambda: "From the modal: kind words" in local.texts("U0FAY", "C0FIN"))
    clicked = echo.last("more")
    assert clicked is not None
    assert clicked["actions"][0]["value"] == "v1"
    assert clicked["message"]["ts"] == reply["ts"]


def test_closing_a_modal_tells_the_app_that_asked_to_know(talking: Pair) -> None:
    local, echo = talking
    reply = reply_in(local, local.do("say", as_="U0FAY", channel="C0FIN", text="@ana hi")["ts"])
    local.do("press", as_="U0FAY", channel="C0FIN", ts=reply["ts"], block="acts", action="more")
    view = wait_for(lambda: local.see("modal", as_="U0FAY")["view"])

    local.do("close", as_="U0FAY", view=view["id"])

    assert wait_for(lambda: echo.last("closed"))["view"]["id"] == view["id"]
    assert local.see("modal", as_="U0FAY")["view"] is None


def test_a_whisper_is_seen_by_the_one_who_clicked(talking: Pair) -> None:
    local, _ = talking
    ts = local.do("say", as_="U0FAY", channel="C0FIN", text="@ana hi")["ts"]
    reply = reply_in(local, ts)

    local.do("press", as_="U0FAY", channel="C0FIN", ts=reply["ts"], block="acts", action="whisper")

    wait_for(lambda: "only for you" in local.texts("U0FAY", "C0FIN", ts))
    assert "only for you" not in local.texts("U0ROOT", "C0FIN", ts)


def test_a_choice_replaces_the_message_through_its_response_url(talking: Pair) -> None:
    local, echo = talking
    ts = local.do("say", as_="U0FAY", channel="C0FIN", text="@ana hi")["ts"]
    reply = reply_in(local, ts)

    local.do("press", as_="U0FAY", channel="C0FIN", ts=reply["ts"], block="acts", action="shape", chosen="table")

    wait_for(lambda: "as a table" in local.texts("U0FAY", "C0FIN", ts))
    assert (
        local.do("press", as_="U0FAY", channel="C0FIN", ts=reply["ts"], block="acts", action="shape", chosen="table")["error"]
        == "block_not_found"
    )
    assert echo.kinds().count("shape") == 1


def test_a_choice_that_is_not_offered_cannot_be_made(talking: Pair) -> None:
    local, _ = talking
    reply = reply_in(local, local.do("say", as_="U0FAY", channel="C0FIN", text="@ana hi")["ts"])

    answer = local.do("press", as_="U0FAY", channel="C0FIN", ts=reply["ts"], block="acts", action="shape", chosen="pie")

    assert answer["error"] == "option_not_found"


def test_a_slash_command_carries_who_and_where_and_answers_the_asker(talking: Pair) -> None:
    local, echo = talking

    local.do("say", as_="U0FAY", channel="C0FIN", text="/ana status please")

    wait_for(lambda: "/ana status please" in local.texts("U0FAY", "C0FIN"))
    assert "/ana status please" not in local.texts("U0ROOT", "C0FIN")
    command = echo.last("command")
    assert command is not None
    assert (command["user_name"], command["channel_name"], command["text"]) == ("fay", "fin-weekly", "status please")


def test_a_command_may_answer_at_once_or_for_everybody(talking: Pair) -> None:
    local, _ = talking

    local.do("say", as_="U0FAY", channel="C0FIN", text="/ana now")
    local.do("say", as_="U0FAY", channel="C0FIN", text="/ana loud")

    assert "at once" in local.texts("U0FAY", "C0FIN")
    wait_for(lambda: "/ana loud" in local.texts("U0ROOT", "C0FIN"))


def test_a_command_in_a_thread_or_with_another_name_is_refused(talking: Pair) -> None:
    local, echo = talking
    ts = local.do("say", as_="U0FAY", channel="C0FIN", text="hello")["ts"]

    assert local.do("say", as_="U0FAY", channel="C0FIN", text="/ana help", thread=ts)["error"] == "not_in_threads"
    assert local.do("say", as_="U0FAY", channel="C0FIN", text="/other")["error"] == "not_valid_command"
    assert echo.last("command") is None


def test_a_file_is_uploaded_shared_and_read_by_those_in_the_channel(talking: Pair) -> None:
    local, _ = talking

    local.do("say", as_="U0FAY", channel="C0FIN", text="/ana csv")

    row = wait_for(
        lambda: next((m for m in local.see("messages", as_="U0FAY", channel="C0FIN")["messages"] if "files" in m), None)
    )
    file = row["files"][0]
    assert (file["name"], file["title"], file["size"]) == ("rows.csv", "Rows", 8)
    assert local.see(f"file/{file['id']}", as_="U0OLU")["error"] == "file_not_found"


def test_direct_messages_need_no_mention(talking: Pair) -> None:
    local, echo = talking

    local.do("look", as_="U0FAY", channel="D0FAY")
    local.do("say", as_="U0FAY", channel="D0FAY", text="hello ana")

    assert wait_for(lambda: echo.last("message"))["channel_type"] == "im"
    assert wait_for(lambda: echo.last("app_home_opened"))["tab"] == "messages"
    assert "app_mention" not in echo.kinds()


def test_the_bot_joins_once_when_somebody_first_looks(talking: Pair) -> None:
    local, echo = talking

    local.do("look", as_="U0FAY", channel="C0FIN")
    local.do("look", as_="U0ROOT", channel="C0FIN")
    local.do("invite", as_="U0FAY", channel="C0QUIET")

    wait_for(lambda: echo.kinds().count("member_joined_channel") == 2)
    joined = [body for kind, body in echo.heard if kind == "member_joined_channel"]
    assert {(j["user"], j["channel"]) for j in joined} == {("U0ANA", "C0FIN"), ("U0ANA", "C0QUIET")}
    assert local.do("invite", as_="U0FAY", channel="C0QUIET")["error"] == "already_in_channel"


def test_a_channel_without_the_bot_is_never_heard(talking: Pair) -> None:
    local, echo = talking

    local.do("say", as_="U0FAY", channel="C0QUIET", text="@ana are you here?")
    local.do("say", as_="U0FAY", channel="C0FIN", text="plain words")

    assert wait_for(lambda: echo.last("message"))["channel"] == "C0FIN"
    assert echo.kinds() == ["message"]


def test_reactions_reach_the_app_and_can_be_taken_back(talking: Pair) -> None:
    local, echo = talking
    ts = local.do("say", as_="U0FAY", channel="C0FIN", text="hello")["ts"]

    local.do("react", as_="U0ROOT", channel="C0FIN", ts=ts, name="+1")
    local.do("react", as_="U0ROOT", channel="C0FIN", ts=ts, name="+1")

    event = wait_for(lambda: echo.last("reaction_added"))
    assert (event["user"], event["reaction"], event["item"]["ts"], event["item_user"]) == ("U0ROOT", "+1", ts, "U0FAY")
    wait_for(lambda: echo.last("reaction_removed"))
    assert "reactions" not in local.see("messages", as_="U0FAY", channel="C0FIN")["messages"][-1]


def test_the_app_can_be_asked_whether_it_is_there(talking: Pair) -> None:
    local, _ = talking

    assert local.workspace.verify()


def test_the_app_and_the_workspace_share_one_server_without_waiting_for_each_other() -> None:
    sock = free_socket()
    url = address(sock)
    workspace = create_workspace(CAST, events_url=f"{url}/slack/events", signing_secret=SECRET)
    echo = Echo(f"{url}/api/", SECRET)

    with serving(Starlette(routes=[*echo.asgi.routes, Mount("/", workspace)]), sock):
        local = Local(url=url, workspace=workspace.state.workspace, client=WebClient(LOCAL_TOKEN, base_url=f"{url}/api/"))
        stamps = [local.do("say", as_="U0FAY", channel="C0FIN", text=f"@ana {n}")["ts"] for n in range(5)]

        assert [reply_in(local, ts)["text"] for ts in stamps] == [f"You said: {n}" for n in range(5)]
        workspace.state.workspace.close()
