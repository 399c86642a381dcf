"""What people ask for and nobody has defined: filed, ranked, read by those who may, told to them once it means something."""

from __future__ import annotations

import pytest
from home import LOSS, Home
from office import Office

from anabot.demand import Filed
from anabot.errors import BadQuery, NotAllowed


def test_a_refusal_names_the_words_the_nearest_metrics_and_their_owner_and_can_be_requested_once(home: Home) -> None:
    answer = home.ask("sales by favourite colour")

    first, again = home.file(answer), home.file(answer)

    assert answer.unknown == ("favourite", "colour")
    assert answer.nearest[0] == "Sales"
    assert answer.owner
    assert first == Filed(words=("favourite", "colour"), repeated=False)
    assert again.repeated


def test_demand_is_ranked_by_how_many_people_ask_times_how_often(home: Home) -> None:
    for text in ("waste last month", "waste last year", "waste by shop"):
        home.want(text)
    home.want()
    home.want(user="sam")
    home.want("shrinkage this year", user="nora")

    found = home.demand()

    assert [(one.word, one.askers, one.asked, one.weight) for one in found] == [("shrinkage", 3, 3, 9), ("waste", 1, 3, 3)]
    assert found[0].questions == ("shrinkage this year", LOSS)


def test_words_are_read_by_who_keeps_the_definitions_by_a_nearest_owner_and_by_who_said_them(home: Home) -> None:
    home.want("sales shrinkage last month", user="sam")
    home.want("zzyzx", user="nora")
    owner = home.house.standing().registry.metrics["sales"].owner

    assert home.words(owner) - {"zzyzx"} == {"shrinkage"}
    assert home.words("nora") == {"zzyzx"}
    assert home.words("pia") == set()
    home.edit("semantic_layer/access.yml", "people: {sees: [company, people]", "people: {keeps: true, sees: [company, people]")
    assert home.words("pia") == {"shrinkage", "zzyzx"}


def test_a_hidden_metric_and_a_word_without_meaning_are_requested_in_the_same_way(home: Home) -> None:
    hidden, nonsense = home.ask("margin last month", "pia"), home.ask("zzyzx last month", "pia")

    assert home.file(hidden, "pia") == Filed(words=("margin",), repeated=False)
    assert home.file(nonsense, "pia") == Filed(words=("zzyzx",), repeated=False)
    assert {(one.word, one.nearest) for one in home.demand("pia")} == {("margin", ()), ("zzyzx", ())}


SEEN = [("", "", False), ("", "#shops", False), ("#shops", "#shops", True), ("#shops", "#books", False), ("#shops", "", False)]


@pytest.mark.parametrize(("asked_in", "pressed_in", "allowed"), SEEN)
def test_somebody_else_can_request_what_they_have_read_and_nothing_more(
    home: Home, asked_in: str, pressed_in: str, allowed: bool
) -> None:
    answer = home.ask(LOSS, "sam", asked_in)

    if allowed:
        assert home.file(answer, "bea", pressed_in).words == ("shrinkage",)
        return
    with pytest.raises(NotAllowed, match="no refusal of yours"):
        home.file(answer, "bea", pressed_in)


@pytest.mark.parametrize("text", ["sales last month", "headcount by channel", "hello"])
def test_an_answer_or_another_refusal_is_nothing_to_request(home: Home, text: str) -> None:
    with pytest.raises(NotAllowed, match="no refusal of yours"):
        home.want(text)


def test_who_asked_hears_of_a_word_once_it_means_something_to_them_and_once_only(home: Home) -> None:
    home.want()
    home.want(user="sam")
    before = list(home.desk.explained())
    home.edit("semantic_layer/models/books.yml", "synonyms: [costs, spend]", "synonyms: [costs, spend, shrinkage]")

    told = list(home.desk.explained())

    assert before == []
    assert [(one.person.handle, one.word, one.said) for one in told] == [("bea", "shrinkage", LOSS)]  # sam may not see costs
    assert list(home.desk.explained()) == []
    assert [(one.word, one.askers) for one in home.demand()] == [("shrinkage", 1)]


def test_a_word_that_means_something_by_now_is_asked_again_instead(home: Home) -> None:
    answer = home.ask(LOSS)
    home.edit("semantic_layer/models/books.yml", "synonyms: [costs, spend]", "synonyms: [costs, spend, shrinkage]")

    with pytest.raises(BadQuery, match="know these words by now"):
        home.file(answer)


def test_a_word_is_set_aside_by_who_keeps_the_definitions_alone(home: Home) -> None:
    home.want("zzyzx", user="nora")

    with pytest.raises(NotAllowed, match="that you may close"):
        home.desk.close("zzyzx", home.who("nora"))
    assert home.desk.close("Zzyzx", None) == "“Zzyzx” is closed: 1 wish."
    assert home.words() == set()


def test_demand_on_the_command_line_is_filed_listed_closed_and_on_record(office: Office) -> None:
    receipt = office.ask(LOSS)["receipt"]

    filed = office.run("demand", "request", receipt, "--as", "bea")
    listed, read = office.run("demand", "list"), office.run("demand", "list", "--json", "--as", "bea")
    closed = office.run("demand", "close", "shrinkage")

    assert filed.out == "shrinkage: on file\n"
    assert listed.out.splitlines()[1].split()[:3] == ["shrinkage", "1", "1"]
    assert (read.json[0]["word"], read.json[0]["weight"], read.json[0]["questions"]) == ("shrinkage", 1, [LOSS])
    assert closed.out == "“shrinkage” is closed: 1 wish.\n"
    acts = [(one["actor"], one["status"]) for one in office.run("audit", "list", "--json").json if one["kind"] == "demand"]
    assert acts == [("cli", "done"), ("U0BEA", "done")]
    assert "shrinkage" not in str((office.folder / "memory/ana.db").read_bytes())
