"""What somebody tries who wants to know a few people's numbers: on Halden's workforce, computing with what is shown.

Like the other acts it knows of no defence, and says all that could then be read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from anabot.bootstrap import House, read_query
from anabot.charts.plot import plot
from anabot.charts.spec import spec
from anabot.engine import Intent
from anabot.slack.csv_file import table_csv
from anabot.types import Cell, Question, Table

HEADS = "headcount_hris_active"


def told(house: House, handle: str, tried: Mapping[str, Any]) -> str:
    """`tried` is a query; `ask`, words; `whole` and `parts`, whose difference is taken; a query with `as`, `csv` or `chart`."""
    person = house.directory.person(handle)
    assert person is not None
    if "ask" in tried:
        answer = house.asker.ask(Question(question_id=f"people:{tried['ask']}", text=tried["ask"], person=person))
        return f"Answered: {answer.text} {_cells(answer.table)}"
    if "whole" in tried:
        return _left_over(*(asked(house, handle, tried[side]) for side in ("whole", "parts")))
    shown = tried.get("as")
    table = asked(house, handle, {name: value for name, value in tried.items() if name != "as"})
    if shown == "csv":
        return f"Answered: {table_csv(table).decode('utf-8-sig')}"
    if shown == "chart":
        return f"Answered: {json.dumps(spec(plot(table, 'bar'), title='t'), default=str)}"
    return f"Answered: {_cells(table)}"


def asked(house: House, handle: str, query: Mapping[str, Any]) -> Table:
    """The rows of one query under somebody's own grant."""
    person = house.directory.person(handle)
    assert person is not None
    grant = house.asker.decision(person, None).own
    intent = Intent(question_id="people", actor=person.user, place="dm", kind="question")
    return house.engine.run(read_query(json.dumps({"metrics": [HEADS], **query}, default=str)), grant, intent=intent).table


def _cells(table: Table | None) -> list[list[str]]:
    return [["" if cell is None else str(cell) for cell in row] for row in table.rows] if table else []


def _left_over(whole: Table, parts: Table) -> str:
    """For each group of the whole, what is left of it without its parts; or the one part that is not shown."""
    width = len(whole.columns) - 1
    found = []
    for row in whole.rows:
        inside = [part[-1] for part in parts.rows if part[:width] == row[:width]]
        if row[-1] is not None and len([one for one in inside if one is None]) <= 1:
            found.append(_number(row[-1]) - sum(map(_number, inside)))
    return f"Left over: {[str(one) for one in found if one]}" if any(found) else "Nothing is left over."


def _number(cell: Cell) -> Decimal:
    return Decimal(str(cell)) if cell is not None else Decimal(0)
