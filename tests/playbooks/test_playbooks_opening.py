"""Other words in the place of a digest's first paragraph, and of nothing else."""

from __future__ import annotations

import pytest
from bakery import bakery_registry

from anabot.playbooks.opening import opened
from anabot.playbooks.spec import read_playbook


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ("**Sales** were 1\nand rose.\n\n### Shops\n", "New.\n\n### Shops\n"),
        ("# Week\n\nSales were 1.\n\nMore.\n", "# Week\n\nNew.\n\nMore.\n"),
        ("Only this.\n", "New.\n"),
        ("# Week\n", "# Week\n\nNew.\n"),
        ("### Shops\n| a |\n| --- |\n", "New.\n\n### Shops\n| a |\n| --- |\n"),
        ("| a |\n| --- |\n\nThen.\n", "New.\n\n| a |\n| --- |\n\nThen.\n"),
        ("What moved:\n- one\n", "New.\n\nWhat moved:\n- one\n"),
        ("![x](chart:x)\n", "New.\n\n![x](chart:x)\n"),
    ],
)
def test_the_first_paragraph_gives_way_and_what_is_none_stays(own: str, told: str) -> None:
    assert opened(own, "New.") == told
    assert opened(own, "") == own


def test_what_a_model_wrote_is_shown_and_never_acts() -> None:
    assert opened("Own.\n", "**Sales** [x](y) | 1 *\n\n# 2") == "\\*\\*Sales\\*\\* \\[x\\](y) \\| 1 \\* \\# 2\n"


def test_a_batch_is_not_opened_by_a_model() -> None:
    text = (
        '---\ntitle: Shops\nowner: bea\nchannel: "#books"\nschedule: {weekly: monday, at: "08:00"}\nnarrate: true\n'
        "batch: {over: region, top: 2}\nqueries:\n  total: {metrics: [sales], period: last_month}\n---\n{{ total.sales }}\n"
    )

    _, _, (fault,) = read_playbook("playbooks/books/shops.md", text, bakery_registry().calendar)

    assert (fault.line, "opens in its own words" in fault.what) == (6, True)
