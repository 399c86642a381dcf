"""Somebody with a browser makes a playbook of an answer, sees its preview, runs it, pauses it, finds all in its history."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from halden_data import ROOT, Halden, halden_settings
from playwright.sync_api import Page, expect, sync_playwright
from pydantic import SecretStr
from test_journeys_browser import CHROMIUM, PATIENCE, QUIET

from anabot.demo import Running, running
from anabot.workspace import LOCAL_TOKEN

TITLE, NAME = "Revenue by segment, monthly", "revenue-by-segment-monthly"
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def own_demo(halden_built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Path]]:
    """The demo with a folder of playbooks that may be written to."""
    folder = tmp_path_factory.mktemp("playbooks")
    shutil.copytree(ROOT / "playbooks", folder / "playbooks")
    local = {"slack_bot_token": SecretStr(LOCAL_TOKEN), "slack_signing_secret": SecretStr("only-for-these-tests")}
    settings = halden_settings(folder / "ana.db").model_copy(update={**local, "playbooks": folder / "playbooks"})
    with running(settings) as started:
        yield started, folder / "playbooks"


@pytest.fixture(scope="module")
def page(own_demo: tuple[Running, Path]) -> Iterator[Page]:
    if CHROMIUM is None:
        assert not os.environ.get("ANABOT_REQUIRE_ALL"), "Chromium is not installed, and nothing may be skipped"
        pytest.skip("Chromium is not installed: the browser journey waits for it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        page.goto(f"{own_demo[0].url}?as=fin_analyst")
        yield page
        browser.close()


def test_an_answer_is_scheduled_from_its_thread_after_a_preview(
    page: Page, own_demo: tuple[Running, Path], halden: Halden
) -> None:
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))

    page.get_by_test_id("channel-fin-weekly").click()
    page.get_by_test_id("composer").fill("@ana what was net revenue last quarter by segment?")
    page.keyboard.press("Enter")
    page.get_by_test_id("thread-panel").get_by_role("button", name="Schedule this").click()
    modal = page.get_by_test_id("modal")
    modal.get_by_label("Title").fill(TITLE)
    modal.get_by_label("On", exact=True).select_option(label="The first Monday of the month")
    modal.get_by_label("At", exact=True).fill("09:30")
    expect(modal).to_contain_text("last fiscal quarter (1 May – 31 Jul 2026 now)")
    modal.get_by_test_id("modal-submit").click()
    expect(modal).to_be_hidden()
    page.get_by_test_id("dm-ana").click()

    preview = page.get_by_test_id("message").filter(has_text="A preview for you alone")
    expect(preview).to_contain_text(halden.told("net_revenue", "2026-05-01", "2026-08-01"))
    page.get_by_role("button", name="Schedule it").click()
    expect(page.get_by_test_id("message").filter(has_text="is posted in #fin-weekly from now on")).to_be_visible()
    assert (own_demo[1] / "finance" / f"{NAME}.md").read_text(encoding="utf-8").startswith(f'---\ntitle: "{TITLE}"\n')
    assert not faults


def test_it_is_run_paused_and_found_in_its_history(page: Page, halden: Halden) -> None:
    message = page.get_by_test_id("message")

    page.get_by_role("button", name=f"Run {TITLE} now").last.click()
    expect(message.last).to_contain_text("was posted in #fin-weekly")
    page.get_by_role("button", name=f"Pause {TITLE}").last.click()
    expect(message.last).to_contain_text("is paused: nothing is posted in #fin-weekly")
    page.get_by_role("button", name=f"History of {TITLE}").last.click()

    for part in ("Posted", "Scheduled", "Paused", "@fin_analyst", "version 1"):
        expect(message.last).to_contain_text(part)
    page.get_by_test_id("channel-fin-weekly").click()
    digest = message.filter(has_text=TITLE).filter(has_text="What moved")
    expect(digest).to_contain_text(halden.told("net_revenue", "2026-05-01", "2026-08-01"))
    page.get_by_test_id("composer").fill("/ana playbooks")
    page.keyboard.press("Enter")
    expect(message.last).to_contain_text("Paused by @fin_analyst")
