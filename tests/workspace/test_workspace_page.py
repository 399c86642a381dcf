"""The page in a real browser: ask, read the thread, press, fill in a modal, switch persona; and nothing hostile comes alive."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from echo import Echo
from serving import Local

pytestmark = [pytest.mark.browser]
playwright = pytest.importorskip("playwright.sync_api", reason="needs Playwright")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script> <javascript:window.hacked=1|press>'

Pair = tuple[Local, Echo]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    if not CHROMIUM:
        pytest.skip("needs Chromium")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    context = chromium.new_context(viewport={"width": 1300, "height": 850})
    shown = context.new_page()
    faults: list[str] = []
    shown.on("pageerror", lambda error: faults.append(str(error)))
    shown.on(
        "console", lambda said: faults.append(said.text) if said.type == "error" and "Failed to load" not in said.text else None
    )
    shown.set_default_timeout(20_000)
    yield shown
    context.close()
    assert faults == []


def visit(page: Any, local: Local, where: str = "/?as=fay#/fin-weekly") -> None:
    page.goto(local.url + where)
    page.wait_for_selector("body[data-ready]")


def test_a_newcomer_asks_and_reads_the_answer_in_the_thread(page: Any, talking: Pair) -> None:
    local, _ = talking
    visit(page, local)
    assert "Ask the first question" in page.get_by_test_id("empty").inner_text()

    page.get_by_test_id("ask").click()
    page.keyboard.type("what was revenue?")
    page.keyboard.press("Enter")

    thread = page.get_by_test_id("thread-panel")
    thread.get_by_text("You said: what was revenue?").wait_for()
    assert page.get_by_test_id("open-thread").inner_text().startswith("1 reply")
    thread.get_by_test_id("thread-composer").fill("@ana by region")
    thread.get_by_test_id("thread-composer-send").click()
    thread.get_by_text("You said: by region").wait_for()


def test_names_are_offered_and_chosen_with_the_keyboard(page: Any, talking: Pair) -> None:
    local, _ = talking
    visit(page, local)
    box = page.get_by_test_id("composer")

    box.press_sequentially("hello @ol")
    page.get_by_test_id("suggestion").wait_for()
    box.press("Enter")

    assert box.input_value() == "hello @olu "
    box.press("Enter")
    assert page.locator(".message .mention").inner_text() == "@olu"


def test_a_button_opens_a_modal_that_is_filled_in_and_sent(page: Any, talking: Pair) -> None:
    local, echo = talking
    visit(page, local)
    page.get_by_test_id("composer").fill("@ana hi")
    page.get_by_test_id("send").click()
    page.get_by_role("button", name="More").click()
    modal = page.get_by_test_id("modal")
    modal.get_by_text("Tell me more").wait_for()

    modal.get_by_test_id("modal-submit").click()
    modal.get_by_text("Please complete this required field.").wait_for()
    modal.get_by_label("Your words").fill("rude")
    modal.get_by_test_id("modal-submit").click()
    modal.get_by_text("Be kind.").wait_for()
    modal.get_by_label("Your words").fill("kind words")
    modal.get_by_label("Mood").select_option("calm")
    modal.get_by_test_id("modal-submit").click()

    page.get_by_text("From the modal: kind words").wait_for()
    assert not modal.is_visible()
    submitted = echo.last("submitted")
    assert submitted is not None
    assert submitted["view"]["state"]["values"]["mood"]["pick"]["selected_option"]["value"] == "calm"


def test_a_menu_replaces_the_message_and_a_whisper_is_marked(page: Any, talking: Pair) -> None:
    local, _ = talking
    visit(page, local)
    page.get_by_test_id("composer").fill("@ana hi")
    page.get_by_test_id("send").click()
    thread = page.get_by_test_id("thread-panel")

    thread.get_by_test_id("action-whisper").click()
    thread.get_by_text("Only visible to you").wait_for()
    thread.get_by_role("button", name="Dismiss").click()
    thread.get_by_test_id("only-you").wait_for(state="detached")
    thread.get_by_test_id("action-shape").select_option("table")

    thread.get_by_text("as a table").wait_for()


def test_another_persona_sees_their_own_channels(page: Any, talking: Pair) -> None:
    local, _ = talking
    visit(page, local)

    page.get_by_test_id("persona-switch").select_option(label="Ops lead (@olu)")

    page.get_by_test_id("channel-partner").wait_for()
    assert page.get_by_test_id("channel-fin-weekly").count() == 0
    page.get_by_test_id("channel-partner").click()
    page.locator("header").get_by_text("Shared with another company").wait_for()
    page.reload()
    page.wait_for_selector("body[data-ready]")
    assert page.get_by_test_id("channel-title").inner_text() == "partner"


def test_news_comes_by_itself_and_marks_other_channels(page: Any, talking: Pair) -> None:
    local, _ = talking
    visit(page, local)

    local.client.chat_postMessage(channel="C0GENERAL", text="for <@U0FAY>")
    ts = local.client.chat_postMessage(channel="C0FIN", text="working …")["ts"]
    page.get_by_text("working …").wait_for()
    local.client.chat_update(channel="C0FIN", ts=ts, text="done")

    page.get_by_text("done").wait_for()
    assert page.get_by_text("working …").count() == 0
    assert page.get_by_test_id("channel-general").get_by_test_id("badge").inner_text() == "1"
    page.get_by_test_id("channel-general").click()
    page.get_by_test_id("badge").wait_for(state="detached")


def test_a_csv_is_downloaded(page: Any, talking: Pair) -> None:
    local, _ = talking
    visit(page, local)
    page.get_by_test_id("composer").fill("/ana csv")
    page.get_by_test_id("send").click()

    with page.expect_download() as download:
        page.get_by_test_id("file").click()

    assert download.value.suggested_filename == "rows.csv"
    assert download.value.path().read_bytes() == b"a,b\n1,2\n"


def test_a_wrong_command_is_explained_and_kept(page: Any, talking: Pair) -> None:
    local, _ = talking
    visit(page, local)

    page.get_by_test_id("composer").fill("/nonsense")
    page.get_by_test_id("send").click()

    page.get_by_text("There is no such command here.").wait_for()
    assert page.get_by_test_id("composer").input_value() == "/nonsense"


def test_reactions_are_pressed_and_pressed_back(page: Any, talking: Pair) -> None:
    local, echo = talking
    local.client.chat_postMessage(channel="C0FIN", text="an answer")
    visit(page, local)

    page.get_by_test_id("message").hover()
    page.get_by_test_id("react-up").click()
    page.get_by_test_id("reaction-+1").wait_for()
    page.get_by_test_id("reaction-+1").click()

    page.get_by_test_id("reaction-+1").wait_for(state="detached")
    assert echo.last("reaction_added") is not None


def test_a_permalink_opens_its_thread(page: Any, talking: Pair) -> None:
    local, _ = talking
    ts = local.client.chat_postMessage(channel="C0FIN", text="parent")["ts"]
    reply = local.client.chat_postMessage(channel="C0FIN", text="the reply", thread_ts=ts)["ts"]
    link = local.client.chat_getPermalink(channel="C0FIN", message_ts=reply)["permalink"]

    page.goto(f"{link}&as=fay")

    page.get_by_test_id("thread-panel").get_by_text("the reply").wait_for()


def test_mrkdwn_is_drawn_and_marks_stay_text_where_they_are_none(page: Any, talking: Pair) -> None:
    local, _ = talking
    text = (
        "*bold* _it_ ~no~ `code` 2*3*4 snake_case_name <https://x.example|a link> :+1: :nonsense:\n"
        "&gt; quoted &amp; kept\n```a &lt; b\n*raw*```"
    )
    local.client.chat_postMessage(channel="C0FIN", text=text)
    visit(page, local)

    body = page.get_by_test_id("message-body")
    found = {tag: body.locator(tag).first.inner_text() for tag in ("strong", "em", "s", "code", "blockquote", "pre")}

    assert found == {
        "strong": "bold",
        "em": "it",
        "s": "no",
        "code": "code",
        "blockquote": "quoted & kept",
        "pre": "a < b\n*raw*",
    }
    assert body.locator("a").get_attribute("href") == "https://x.example"
    assert "2*3*4 snake_case_name" in body.inner_text()
    assert ":nonsense:" in body.inner_text()


def test_tables_are_tables_with_numbers_on_the_right(page: Any, talking: Pair) -> None:
    local, _ = talking
    rows = [[{"type": "raw_text", "text": text} for text in row] for row in (("Segment", "Revenue"), ("Robotics", "10.50"))]
    local.client.chat_postMessage(
        channel="C0FIN", text="t", blocks=[{"type": "table", "rows": rows, "column_settings": [{}, {"align": "right"}]}]
    )
    visit(page, local)

    table = page.get_by_role("table")
    assert table.locator("th").all_inner_texts() == ["Segment", "Revenue"]
    assert table.get_by_role("cell", name="10.50").evaluate("cell => getComputedStyle(cell).textAlign") == "right"


def test_nothing_hostile_comes_alive(page: Any, talking: Pair) -> None:
    local, _ = talking
    md = {"type": "mrkdwn", "text": HOSTILE}
    plain = {"type": "plain_text", "text": HOSTILE[:70]}
    blocks = [
        {"type": "section", "text": md, "fields": [md]},
        {"type": "context", "elements": [md]},
        {"type": "header", "text": plain},
        {"type": "table", "rows": [[{"type": "raw_text", "text": HOSTILE}]]},
        {
            "type": "actions",
            "elements": [{"type": "button", "text": plain, "action_id": "x", "url": "javascript:window.hacked=1"}],
        },
        {"type": "image", "image_url": "https://evil.example/x.png", "alt_text": HOSTILE},
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [
                        {"type": "link", "url": "javascript:window.hacked=1", "text": HOSTILE},
                        {"type": "text", "text": HOSTILE},
                    ],
                }
            ],
        },
    ]
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    local.client.chat_postMessage(channel="C0FIN", text=HOSTILE, blocks=blocks)
    local.client.chat_postMessage(channel="C0FIN", text=HOSTILE)
    local.do("say", as_="U0FAY", channel="C0FIN", text=HOSTILE)
    view = {"type": "modal", "title": {"type": "plain_text", "text": "<b>x</b>"}, "blocks": [{"type": "section", "text": md}]}

    visit(page, local)
    local.client.views_open(trigger_id=local.workspace.tickets.trigger("U0FAY"), view=view)
    page.get_by_test_id("modal").get_by_text("<b>x</b>").wait_for()
    page.get_by_test_id("modal-close").click()
    page.get_by_test_id("action-x").click()
    page.wait_for_timeout(200)

    assert page.evaluate("window.hacked") is None
    assert page.locator("main script, main img[src=x], [href^=javascript]").count() == 0
    assert page.get_by_text("<script>window.hacked=1</script>").count() >= 6
    assert {url.split("/")[2] for url in requests} == {local.url.split("/")[2]}


def test_only_a_real_ping_is_drawn_as_one(page: Any, talking: Pair) -> None:
    local, _ = talking
    local.client.chat_postMessage(channel="C0FIN", text="a value: &lt;!channel&gt; and @channel")
    visit(page, local)
    assert page.get_by_test_id("ping").count() == 0
    assert page.locator("body").get_attribute("data-pings") == "0"

    local.client.chat_postMessage(channel="C0FIN", text="<!channel> lunch")

    page.get_by_test_id("ping").wait_for()
    page.wait_for_selector("body[data-pings='1']")


def test_everything_is_reached_by_keyboard_and_has_a_name(page: Any, talking: Pair) -> None:
    local, _ = talking
    local.client.chat_postMessage(channel="C0FIN", text="hello")
    visit(page, local)

    nameless = page.evaluate("""() => [...document.querySelectorAll('button, select, textarea, input, a[href]')]
        .filter((node) => !(node.getAttribute('aria-label') || node.labels?.length || node.textContent.trim()))
        .map((node) => node.outerHTML)""")
    page.get_by_test_id("channel-general").focus()
    page.keyboard.press("Enter")

    assert nameless == []
    page.get_by_test_id("channel-title").get_by_text("general").wait_for()


def test_the_page_fits_a_phone(chromium: Any, talking: Pair) -> None:
    local, _ = talking
    context = chromium.new_context(viewport={"width": 380, "height": 700})
    page = context.new_page()
    visit(page, local)

    assert page.evaluate("document.documentElement.scrollWidth") <= 380
    page.get_by_role("button", name="Show channels").click()
    page.get_by_test_id("channel-general").click()
    page.get_by_test_id("channel-title").get_by_text("general").wait_for()
    context.close()
