"""`anabot eval` on the bakery: what a team sees that writes its own questions."""

from __future__ import annotations

import json
from typing import Any

from office import Office

JULY = {"start": "2026-07-01", "end": "2026-08-01"}


def question(name: str, text: str, user: str = "bea", **expect: Any) -> dict[str, Any]:
    return {"id": name, "text": text, "as": user, "expect": {"class": "answered", **expect}}


def write(office: Office, *lines: dict[str, Any]) -> str:
    return str(office.write("questions.jsonl", "\n".join(json.dumps(line) for line in lines)))


def test_a_file_that_comes_out_right_ends_well_and_shows_its_figures(office: Office) -> None:
    query = {"metrics": ["sales"], "group_by": ["shop_name"], "period": JULY}
    file = write(
        office,
        {**question("q1", "sales by shop in July", query=query), "group": "july"},
        {**question("q2", "what were July's sales, by shop?", query=query), "group": "july"},
        question("q3", "what is the weather?", **{"class": "refused"}),
    )

    told = office.run("eval", file, "--k", "2")

    assert told.code == 0, told.out
    assert "offline: 3 questions, 2 times each" in told.out
    assert "silently wrong              0" in told.out
    assert "understanding, p50 and p95" in told.out


def test_a_wrong_expectation_is_named_with_what_came_instead(office: Office) -> None:
    file = write(office, question("q1", "sales in July", rows=[["1.00"]]), question("q2", "sales of nothing we know"))

    told = office.run("eval", file)

    assert told.code == 1
    assert "q1  silent wrong: “sales in July”" in told.out
    assert "q2  missed: “sales of nothing we know”" in told.out


def test_machines_read_the_same_as_json(office: Office) -> None:
    file = write(office, question("q1", "sales in July", rows=[["1.00"]]))

    found = office.run("eval", file, "--json").json

    assert found["clean"] is False
    assert found["brains"][0]["silent_wrong"] == 1
    assert found["questions"][0]["verdict"] == "silent_wrong"
    assert found["questions"][0]["got"]["receipt"].startswith("R-")


def test_a_conversation_is_fresh_in_every_run(office: Office) -> None:
    first = {**question("q1", "sales in July"), "thread": "t"}
    second = {**question("q2", "by shop", query={"metrics": ["sales"], "group_by": ["shop_name"], "period": JULY}), "thread": "t"}

    told = office.run("eval", write(office, first, second), "--k", "2")

    assert told.code == 0, told.out
