"""A newcomer with a browser: asks, refines, changes who they are, opens how it was computed, runs a playbook."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from halden_data import ROOT, Halden
from playwright.sync_api import Page, expect, sync_playwright

from anabot.demo import Running

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE = 30_000
PICTURE = ROOT / "docs" / "answer.png"
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(demo: Running) -> Iterator[Page]:
    if CHROMIUM is None:
        assert not os.environ.get("ANABOT_REQUIRE_ALL"), "Chromium is not installed, and nothing may be skipped"
        pytest.skip("Chromium is not installed: the browser journey waits for it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(viewport={"width": 1400, "height": 900}, device_scale_factor=1.5)
        page.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        page.goto(f"{demo.url}?as=fin_analyst")
        yield page
        browser.close()


def test_a_newcomer_asks_refines_and_sees_how_it_was_computed(page: Page, halden: Halden) -> None:
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))

    page.get_by_test_id("channel-fin-weekly").click()
    expect(page.get_by_test_id("message").filter(has_text="Hello, I am Ana.").first).to_be_visible()
    page.get_by_test_id("composer").fill("@ana what was net revenue last quarter by segment?")
    page.keyboard.press("Enter")
    thread = page.get_by_test_id("thread-panel")
    expect(thread).to_contain_text(halden.told("net_revenue", "2026-05-01", "2026-08-01"))
    expect(thread).to_contain_text("FY26 Q2")
    page.get_by_test_id("thread-composer").fill("only robotics, by month")
    page.keyboard.press("Enter")
    expect(thread).to_contain_text("Jul 2026")
    thread.get_by_role("button", name="How was this computed?").first.click()
    modal = page.get_by_test_id("modal")
    expect(modal).to_contain_text("SELECT")
    expect(modal).to_contain_text("fct_net_revenue")
    page.keyboard.press("Escape")

    assert not faults


def test_an_answer_becomes_a_picture_and_a_file(page: Page) -> None:
    thread = page.get_by_test_id("thread-panel")

    thread.get_by_role("button", name="Chart").first.click()
    expect(thread.get_by_test_id("image").first).to_be_visible()
    page.wait_for_timeout(300)
    _keep_picture(page)
    thread.get_by_role("button", name="CSV").first.click()

    expect(thread.get_by_test_id("file").first).to_be_visible()


def test_somebody_else_sees_their_own_world(page: Page) -> None:
    page.get_by_test_id("persona-switch").select_option(label="Supply operations, LATAM (@supply_ops_latam)")

    expect(page.get_by_test_id("channel-fin-weekly")).to_have_count(0)
    page.get_by_test_id("dm-ana").click()
    page.get_by_test_id("composer").fill("units delivered last week by region")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("message").last).to_contain_text("LATAM")
    expect(page.get_by_test_id("message").last).not_to_contain_text("Africa")


def test_whoever_owns_a_playbook_runs_it_and_it_arrives_in_its_channel(page: Page) -> None:
    page.get_by_test_id("persona-switch").select_option(label="Finance analyst (@fin_analyst)")
    page.get_by_test_id("channel-fin-weekly").click()
    page.get_by_test_id("chip-playbooks").click()
    page.get_by_role("button", name="Run Spend efficiency by campaign now").last.click()

    digest = page.get_by_test_id("message").filter(has_text="Three systems, one margin")
    expect(digest).to_contain_text("Spend efficiency by campaign")
    expect(page.get_by_test_id("message").last).to_contain_text("was posted in #fin-weekly")


def _keep_picture(page: Page) -> None:
    """The README's picture, taken anew where it is asked for."""
    if os.environ.get("ANABOT_GOLDEN") or not PICTURE.exists():
        PICTURE.parent.mkdir(exist_ok=True)
        page.mouse.move(0, 0)
        page.get_by_role("log", name="Thread").evaluate("log => { log.scrollTop = 0 }")
        page.wait_for_timeout(300)
        page.screenshot(path=PICTURE)
    else:
        page.screenshot(path=Path(os.environ.get("TMPDIR", "/tmp")) / "answer.png")
