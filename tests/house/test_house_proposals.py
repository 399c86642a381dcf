"""A correction is answered as it was meant, and becomes a proposal that changes nothing before the metric's owner accepts."""

from __future__ import annotations

import pytest
from home import LOSS, Home
from office import Office

from anabot.errors import BadQuery, NotAllowed
from anabot.types import Answer

BOOKS = "semantic_layer/models/books.yml"
CORRECTIONS = (
    "I meant cost",
    "no I meant cost",
    "sorry, I meant cost",
    "No, cost",
    "nope — I wanted cost",
    "That's not right. I was asking about cost",
)


def correct(home: Home, first: str = LOSS, then: str = "no, I meant cost", user: str = "bea") -> Answer:
    """Ask something, correct it in the thread; the answer to the correction."""
    home.ask(first, user, thread="t")
    return home.ask(then, user, thread="t")


def the_proposal(home: Home) -> str:
    (one,) = home.house.proposing.list(None)
    return one.proposal


def test_a_correction_is_answered_in_the_first_question_with_the_word_replaced(home: Home) -> None:
    answer, plain = correct(home), home.ask("how much cost last month by shop?")

    assert answer.status == "answered"
    assert answer.query_hash == plain.query_hash
    assert answer.assumptions[-1] == "@bea is asked whether “shrinkage” shall mean Cost; until then nothing changes."


@pytest.mark.parametrize(
    "then",
    [
        "I meant cost",
        "no I meant cost",
        "sorry, I meant cost",
        "No, cost",
        "nope — I wanted cost",
        "That's not right. I was asking about cost",
    ],
)
def test_people_correct_themselves_in_many_ways(home: Home, then: str) -> None:
    assert correct(home, then=then).metrics == ("cost",)


@pytest.mark.parametrize("then", ["no", "no, thanks", "not now", "nothing", "wanted: cost by shop"])
def test_what_corrects_nothing_proposes_nothing(home: Home, then: str) -> None:
    correct(home, then=then)

    assert home.house.proposing.list(None) == ()


def test_nothing_changes_before_the_owner_accepts_and_then_everybodys_answer_does(home: Home) -> None:
    correct(home)
    before = home.ask(LOSS)
    text = (home.office.folder / BOOKS).read_text(encoding="utf-8")

    said = home.house.proposing.accept(the_proposal(home), home.who("bea"))

    now = (home.office.folder / BOOKS).read_text(encoding="utf-8")
    assert before.reason == "unknown_words"
    assert said == f"“shrinkage” means Cost. It stands in {BOOKS} and is in force."
    assert now == text.replace("synonyms: [costs, spend]", "synonyms: [costs, spend, shrinkage]")
    assert home.ask(LOSS).metrics == ("cost",)
    assert home.house.proposing.list(None) == ()


def test_a_proposal_shows_its_change_as_a_diff_and_what_the_metric_gives_to_its_owner(home: Home) -> None:
    correct(home)

    shown = home.house.proposing.show(the_proposal(home), home.who("bea"))

    assert shown.golden == "Cost, 1 May – 31 Jul 2026: $224.60"
    assert "-    config: {meta: {ana: {owner: bea, scope: books, unit: usd, synonyms: [costs, spend]" in shown.diff
    assert "+    config: {meta: {ana: {owner: bea, scope: books, unit: usd, synonyms: [costs, spend, shrinkage]" in shown.diff
    assert shown.proposal.said == f"{LOSS} → no, I meant cost"


def test_a_metric_without_a_golden_value_of_the_quarter_gets_one_that_comes_out(home: Home) -> None:
    home.edit(BOOKS, ',\n      golden: [{period: [2026-05-01, 2026-08-01], value: "224.60"}]', ", draft: true")
    correct(home)

    home.house.proposing.accept(the_proposal(home), home.who("bea"))

    assert "golden: [{period: [2026-05-01, 2026-08-01], value: '224.60'}]" in (home.office.folder / BOOKS).read_text("utf-8")
    assert home.house.vitals()["Golden values"]() == "all come out"


def test_only_the_owner_decides(home: Home) -> None:
    correct(home, user="bea")
    name = the_proposal(home)

    for user in ("sam", "pia"):
        with pytest.raises(NotAllowed):
            home.house.proposing.accept(name, home.who(user))
    home.edit("semantic_layer/access.yml", "people: {sees", "people: {keeps: true, sees")
    with pytest.raises(NotAllowed, match="Only the owner"):
        home.house.proposing.accept(name, home.who("pia"))
    assert home.house.proposing.decline(name, home.who("bea")) == "“shrinkage” stays as it is."
    assert home.ask(LOSS).reason == "unknown_words"


def test_a_value_that_has_moved_since_is_shown_before_it_is_written(home: Home) -> None:
    correct(home)
    home.office.change_data("UPDATE crumb.costs SET amount = amount + 1")

    with pytest.raises(BadQuery, match="has moved since"):
        home.house.proposing.accept(the_proposal(home), home.who("bea"))

    assert "shrinkage" not in (home.office.folder / BOOKS).read_text(encoding="utf-8")


def test_a_team_that_corrects_a_term_proposes_its_default(home: Home) -> None:
    answer = correct(home, "revenue last month", "no, I meant online sales")
    (one,) = home.house.proposing.list(None)

    assert answer.metrics == ("online_sales",)
    assert (one.kind, one.word, one.metric, one.team) == ("default", "revenue", "online_sales", "books")
    home.house.proposing.accept(one.proposal, home.who(home.house.standing().registry.metrics["online_sales"].owner))
    assert home.ask("revenue last month").metrics == ("online_sales",)


def test_a_note_beside_a_vote_against_an_answer_is_read_the_same_way_and_lies_in_clear_nowhere(home: Home) -> None:
    answer = home.ask("revenue last month")

    said = home.house.learning.note(answer.receipt, home.who("bea"), "I meant online sales, obviously not that")
    again = home.house.learning.note(answer.receipt, home.who("bea"), "online sales")

    assert said == "Thank you. Your note is kept with the answer."
    assert "shall mean Online sales for the Books team" in again
    assert home.house.store.feedback.votes(answer.receipt) == {"U0BEA": "down"}
    assert "obviously" not in str((home.office.folder / "memory/ana.db").read_bytes())


@pytest.mark.parametrize(("word", "metric"), [("sales", "cost"), ("x" * 90, "cost"), ("shrinkage", "nothing")])
def test_what_the_registry_would_not_take_is_not_proposed(home: Home, word: str, metric: str) -> None:
    assert home.house.proposing.propose("synonym", word, metric, home.who("bea"), place="dm", said=word) is None


def test_proposals_on_the_command_line_are_listed_shown_decided_and_on_record(office: Office) -> None:
    made = office.run("propose", "add", "shrinkage", "cost", "--as", "bea").out
    other = office.run("propose", "add", "losses", "cost", "--as", "bea").out.partition(":")[0]
    name = made.partition(":")[0]

    listed, shown = office.run("propose", "list").out, office.run("propose", "show", name).out
    refused, accepted = (office.run("propose", "accept", name, "--as", user) for user in ("sam", "bea"))
    declined = office.run("propose", "decline", other, "--as", "bea")

    assert made == f"{name}: “shrinkage” means Cost.\n"
    assert name in listed
    assert "golden   Cost, 1 May – 31 Jul 2026: $224.60" in shown
    assert "synonyms: [costs, spend, shrinkage]" in shown
    assert (refused.code, accepted.code, declined.code) == (1, 0, 0)
    assert office.run("check").code == 0
    assert office.ask(LOSS)["metrics"] == ["cost"]
    acts = {one["question_id"] for one in office.run("audit", "list", "--json", "-n", "50").json if one["kind"] == "propose"}
    assert acts == {"propose:cost", f"accept:{name}", f"decline:{other}"}


def test_a_layer_that_cannot_be_written_says_so_and_changes_nothing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    correct(home)
    text = (home.office.folder / BOOKS).read_text(encoding="utf-8")
    folder = home.office.folder / "semantic_layer/models"
    monkeypatch.setattr("pathlib.Path.write_text", _refused)

    with pytest.raises(Exception, match="cannot be written"):
        home.house.proposing.accept(the_proposal(home), home.who("bea"))

    assert (home.office.folder / BOOKS).read_text(encoding="utf-8") == text
    assert not [one for one in folder.iterdir() if one.name.startswith(".")]
    assert len(home.house.proposing.list(None)) == 1


def _refused(*_: object, **__: object) -> int:
    raise OSError(30, "Read-only file system")


def test_a_word_before_the_name_of_the_metric_says_which_of_its_kind_was_meant(home: Home) -> None:
    assert correct(home, "online sales last month", "no, I meant offline").metrics == ("offline_sales",)
    assert home.house.proposing.list(None) == ()  # "online sales" was no way to say "sales"
