"""What somebody tries at the desk for playbooks, where one stands that bea owns and that is posted in #books."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anabot.bootstrap import open_house, stewards
from anabot.config import Settings

WEEK = """---
title: Sales of the week
owner: bea
channel: "#books"
schedule: {weekly: monday, at: "08:00"}
period: last_month
queries:
  total: {metrics: [sales]}
---
Sales were {{ total.sales | money }}.
"""


def told(settings: Settings, handle: str, tried: Mapping[str, Any]) -> str:
    """`run`: it is run by its name. `playbooks`: they are listed."""
    (settings.playbooks / "books").mkdir()
    (settings.playbooks / "books" / "week.md").write_text(WEEK, encoding="utf-8")
    with open_house(settings) as house:
        person = house.directory.person(handle)
        assert person is not None
        desk = stewards(house, lambda name, by: f"Ran {name} for {by.handle}")
        if "run" in tried:
            return desk.run(tried["run"], person)
        return f"Listed: {[(line.title, line.channel, line.owner) for line in desk.lines(person)]}"
