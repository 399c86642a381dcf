"""Bad input where people meet it: in the local Slack, said by hand, answered by the whole house over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from office import furnish
from on_air import OnAir, on_air

BEA, ROOT_USER, BOOKS = "U0BEA", "U0ROOT", "C0BOOKS"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, bakery_file: Path) -> Iterator[OnAir]:
    with on_air(furnish(tmp_path_factory.mktemp("on-the-air"), bakery_file)) as air:
        yield air


def said(room: OnAir, text: str) -> str:
    """What Ana answers to a mention."""
    answer = room.say(BEA, BOOKS, text)
    return json.dumps(answer.get("blocks") or answer["text"], ensure_ascii=False)


def typed(room: OnAir, command: str) -> str:
    """What `/ana …` shows its typist."""
    return json.dumps(room.type(ROOT_USER, BOOKS, command)[-1], ensure_ascii=False)


def pings(room: OnAir) -> int:
    """How many people were pinged so far."""
    return int(room.workspace.state.pings_fired())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Hello, I am Ana"),
        ("😀", "Hello, I am Ana"),
        ("x" * 19_000, "more than I can read at once"),
        ("sales last month 😀 <!channel>", "$428.16"),
        ("sales last month <#C0SHOPS|shops>", "what “shops” does in this sentence"),
        ("sales last month <b>&amp;</b>", "I do not know"),
    ],
)
def test_whatever_is_said_gets_words_back_and_pings_nobody(room: OnAir, text: str, words: str) -> None:
    before = pings(room)

    assert words in said(room, text)
    assert pings(room) - before <= text.count("<!channel>")  # the asker's own, never Ana's


def test_a_broadcast_in_a_data_value_pings_nobody_and_loses_nothing(room: OnAir) -> None:
    room.office.change_data("UPDATE crumb.shops SET shop = '<!channel> <b>x</b> & <@U0SAM> *y*' WHERE shop_id = 1")
    before = pings(room)

    shown = said(room, "sales last year by shop")

    assert "$1,161.32" in shown
    assert "<b>x</b>" in shown or "&lt;b&gt;x&lt;/b&gt;" in shown
    assert pings(room) == before


def test_a_warehouse_that_goes_away_is_said_and_asked_again_once_it_is_back(room: OnAir) -> None:
    away = room.office.warehouse.rename(room.office.folder / "away")
    gone = said(room, "sales last month by region")
    away.rename(room.office.warehouse)

    assert "does not exist" in gone
    assert "$168.29" in said(room, "sales last month by region")


def test_a_reload_of_broken_yaml_names_the_line_and_the_old_registry_goes_on(room: OnAir) -> None:
    file = "semantic_layer/models/sales.yml"
    good = (room.office.folder / file).read_text(encoding="utf-8")
    room.office.edit(file, "- name: order_lines", "- name: [order_lines")

    told = typed(room, "/ana reload")

    assert "sales.yml:57" in told
    assert "This is not YAML" in told
    assert "$428.16" in said(room, "sales last month")
    room.office.write(file, good)
    assert "Read again: 19 metrics" in typed(room, "/ana reload")
