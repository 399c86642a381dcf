"""Files that people write: what is wrong is named with its file and line, and what was in force stays in force."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

import pytest
from office import Office

from anabot.bootstrap import House, open_house
from anabot.config import Settings, load_settings
from anabot.errors import RegistryError

SALES_FILE = "semantic_layer/models/sales.yml"
WEEK_FILE = "playbooks/books/week.md"


def test_silence_is_success(office: Office) -> None:
    told = office.run("check")

    assert (told.code, told.out, told.err) == (0, "", "")
    assert office.run("check", "--json").json == []


def test_a_file_that_is_no_yaml_is_named_with_its_line(office: Office) -> None:
    office.edit(SALES_FILE, "- name: order_lines", "- name: [order_lines")

    told = office.run("check")

    assert told.code == 1
    assert f"{SALES_FILE}:57  This is not YAML." in told.out.splitlines()
    assert told.err.endswith("problems in 8 files\n")


def test_faults_of_many_files_are_listed_at_once(office: Office) -> None:
    office.edit("semantic_layer/models/books.yml", "type: ratio", "type: ration")
    office.edit("semantic_layer/models/people.yml", "agg: sum", "agg: total")

    faults = office.run("check", "--json").json

    assert {fault["file"] for fault in faults} >= {"semantic_layer/models/books.yml", "semantic_layer/models/people.yml"}
    assert all(fault["line"] > 1 and fault["what"] for fault in faults)


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "words"),
    [
        ("semantic_layer/access.yml", "lists: [people]", "lists: [peeple]", 9, "There is no class `peeple`."),
        ("semantic_layer/access.yml", "classes:", "classes: {", 2, "This is not YAML."),
        ("semantic_layer/company.yml", "Europe/Berlin", "Mars/Olympus", 3, "`Mars/Olympus` is not a time zone."),
        (WEEK_FILE, "[sales, orders_placed]", "[sales, orders_plaiced]", 9, "There is no metric `orders_plaiced`."),
        (WEEK_FILE, "total.sales | money", "totl.sales | money", 16, "totl"),
    ],
)
def test_a_fault_is_named_with_its_line(office: Office, file: str, old: str, new: str, line: int, words: str) -> None:
    office.edit(file, old, new)

    told = office.run("check")

    assert told.code == 1
    found = next(one for one in told.out.splitlines() if words in one)
    assert found.startswith(f"{file}:{line}  ")


def test_a_file_that_is_not_text_is_a_fault_like_any_other(office: Office) -> None:
    (office.folder / "semantic_layer" / "bad.yml").write_bytes(b"models:\n- \xff\xfe")

    told = office.run("check")

    assert told.code == 1
    assert told.out.startswith("semantic_layer/bad.yml:2  This is not UTF-8 text.")


def test_without_access_rules_nobody_is_let_in(office: Office) -> None:
    (office.folder / "semantic_layer" / "access.yml").unlink()

    assert "There is no access.yml." in office.run("check").out
    assert office.ask("sales last month")["status"] == "error"


def test_a_broken_registry_answers_nothing_and_names_the_line(office: Office) -> None:
    office.edit(SALES_FILE, "- name: order_lines", "- name: [order_lines")

    told = office.run("ask", "sales last month", "--as", "bea", "--json")

    assert told.code == 1
    assert (told.json["status"], told.json["reason"]) == ("error", "registry")
    assert f"{SALES_FILE}:57" in told.json["text"]


def test_a_playbook_with_a_fault_is_held_back_and_the_others_stand(office: Office) -> None:
    text = (office.folder / WEEK_FILE).read_text(encoding="utf-8")
    office.write("playbooks/books/broken.md", text.replace("orders_placed]", "orders_plaiced]"))

    listed = office.run("playbook", "list", "--json")
    every = office.run("playbook", "run", "--all", "--dry-run", "--at", "2026-09-28T08:00")
    alone = office.run("playbook", "run", "books/broken", "--dry-run")

    assert [line["name"] for line in listed.json] == ["books/week"]
    assert "anabot check" in listed.err
    assert "**Sales were" in every.out
    assert every.code == 1
    assert "playbooks/books/broken.md" in every.err
    assert alone.code == 1
    assert "There is no metric `orders_plaiced`." in alone.err


def test_a_question_is_answered_beside_a_broken_playbook(office: Office) -> None:
    office.edit(WEEK_FILE, "[sales, orders_placed]", "[sales, orders_plaiced]")

    assert office.ask("sales last month")["status"] == "answered"


def test_a_running_house_keeps_what_was_in_force_when_a_reload_finds_faults(office: Office) -> None:
    with _running(office) as house:
        before = house.standing.laws
        good = office.edit(SALES_FILE, "- name: order_lines", "- name: [order_lines").read_text(encoding="utf-8")

        with pytest.raises(RegistryError, match=r"sales\.yml:57"):
            house.standing.reload()

        assert house.standing.laws is before
        office.write(SALES_FILE, good.replace("- name: [order_lines", "- name: order_lines"))
        assert house.standing.reload().startswith("Read again: 19 metrics, 1 playbooks")


def test_a_reload_puts_a_new_definition_in_force(office: Office) -> None:
    with _running(office) as house:
        office.edit(SALES_FILE, "label: Sales", "label: Takings")

        house.standing.reload()

        assert house.standing().registry.metrics["sales"].label == "Takings"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("people: [1,", "Line 2"),
        ("people: {bea: {name: Bea}}", "people.bea.id"),
        ("people: {bea: {id: U1, zone: Mars/Olympus}}", "Mars/Olympus is not a time zone"),
        ("people: {bea: {id: U1}}\nchannels: {c: {id: C1, members: [bea, nix]}}", "#c has the member nix"),
        ("people: {bea: {id: U1}, sam: {id: U1}}", "the id U1 is given twice"),
        ("just words", "cannot be read"),
        ("", "cannot be read"),
    ],
)
def test_a_directory_that_cannot_be_trusted_is_refused_whole(office: Office, text: str, words: str) -> None:
    office.write("cast.yml", text)

    told = office.run("ask", "sales", "--as", "bea")

    assert told.code == 1
    assert words in told.err
    assert "pydantic" not in told.err


@pytest.mark.parametrize("name", ["ANABOT_SEMANTIC_LAYER", "ANABOT_PLAYBOOKS", "ANABOT_DIRECTORY", "ANABOT_DBT_TARGET"])
def test_a_path_to_nowhere_names_its_setting(office: Office, name: str) -> None:
    told = office.run("check", **{name: "nowhere"})

    assert told.code == 1
    assert "nowhere" in told.err
    assert name in told.err


def test_a_directory_that_is_a_folder_is_an_error_in_words(office: Office) -> None:
    assert "cannot be read" in office.run("check", ANABOT_DIRECTORY="playbooks").err


@contextlib.contextmanager
def _running(office: Office) -> Iterator[House]:
    here = os.getcwd()
    os.chdir(office.folder)
    try:
        with open_house(_settings()) as house:
            yield house
    finally:
        os.chdir(here)


def _settings() -> Settings:
    return load_settings()


def test_no_fault_hides_behind_that_of_another_file(office: Office) -> None:
    office.edit(SALES_FILE, "agg: count_distinct", "agg: count_distnct")
    office.edit("semantic_layer/access.yml", "strict: true", "strct: true")
    office.edit(WEEK_FILE, "owner: bea", "ownr: bea")

    faults = office.run("check", "--json").json

    assert {fault["file"] for fault in faults} == {SALES_FILE, "semantic_layer/access.yml", WEEK_FILE}


def test_the_same_number_under_two_names_is_named_where_it_is_strict(office: Office) -> None:
    twin = """  - name: orders_taken
    label: Orders taken
    description: The same, said again.
    type: simple
    agg: count
    expr: "(ORDER_ID)"
    config: {meta: {ana: {owner: sam, unit: count, golden: [{period: [2026-05-01, 2026-08-01], value: "13"}]}}}
"""
    office.edit(SALES_FILE, "  - name: customers_served\n", twin + "  - name: customers_served\n")

    told = office.run("check", "--strict")

    assert office.run("check").code == 0
    assert told.code == 1
    assert (
        f"{SALES_FILE}:32  `orders_taken` computes what `orders_placed` computes.\n  That one stands in {SALES_FILE}:24."
        in told.out
    )


def test_who_is_nobody_cannot_own_a_metric_where_it_is_strict(office: Office) -> None:
    office.edit(SALES_FILE, "owner: sam, scope: company, unit: minutes", "owner: samm, scope: company, unit: minutes")

    told = office.run("check", "--strict")

    assert "`waiting_time` names samm as `owner`, who is nobody in the directory." in told.out


def test_a_certification_has_ended_on_the_day_that_the_clock_says(office: Office) -> None:
    office.edit(SALES_FILE, "unit: minutes,", "unit: minutes, certified: {by: bea, at: 2026-01-01, expires: 2026-09-28},")

    told = office.run("check", "--strict")
    before = office.run("check", "--strict", ANABOT_NOW="2026-09-27T12:00:00+00:00")

    assert "The certification of `waiting_time` ended on 2026-09-28." in told.out
    assert "`waiting_time`" not in before.out
