"""Nothing is named: what somebody may not know of is, wherever they look in Slack, exactly what does not exist.

Three ways to see it. All that they are ever shown holds none of the hidden names. A hidden name is answered with the very blocks
of a word that means nothing. And a bakery that has the hidden metrics is, for them, the same bakery as one that never had any.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from office import Office, furnish
from on_air import OnAir, dm, on_air

from anabot.engine import Engine
from anabot.errors import AnabotError, BadQuery, NotAllowed, UnknownName
from anabot.lending import Lending
from anabot.semantic.query import MetricQuery
from anabot.store.audit import Audit
from anabot.store.kept import Kept
from anabot.types import Question
from anabot.warehouses.duckdb import DuckDB

BEA, SAM, NORA, PIA, GUS, ROOT = "U0BEA", "U0SAM", "U0NORA", "U0PIA", "U0GUS", "U0ROOT"
BOOKS, SHOPS, YARD = "C0BOOKS", "C0SHOPS", "C0YARD"
NONE = "deadcount"  # as near to what they may know as the hidden word is
NAMES = re.compile(
    r"headcount|paid.hours|working hours|employees|\bstaff\b|\brating\b|\bbaker\b|\bdriver\b|\bpia\b", re.IGNORECASE
)
ASKED = (
    "{}",
    "{} last month",
    "what was {} last quarter?",
    "how is {} computed?",
    "define {}",
    "show me the SQL of {}",
    "where does {} come from?",
    "{} by shop as a chart",
    "top 3 shops by {}",
    "orders and {} last month",
    "sales per {}",
    "why did {} fall?",
    "compare {} with last year",
)
TYPED = ("define {}", "metrics {}", "run {}", "replay {}")
WONDERED = (
    "what can you do",
    "which metrics are there?",
    "define orders",
    "how is orders computed?",
    "orders by job",
    "orders by rating last month",
    "sales by job",
    "headcnt",
    "employes last month",
    "orders of bakers",
    "how many people work here?",
)


@pytest.fixture(scope="module")
def bakery(tmp_path_factory: pytest.TempPathFactory, bakery_file: Any) -> Iterator[OnAir]:
    """A bakery with people's metrics, which one of the others mentions."""
    office = furnish(tmp_path_factory.mktemp("whole"), bakery_file)
    asked_for = "scope: company, unit: count, synonyms: [orders, order count]"
    office.edit(_orders(office), asked_for, f"not_the_same_as: [headcount], {asked_for}")
    with on_air(office) as found:
        yield found


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory, bakery_file: Any) -> Iterator[OnAir]:
    """The same bakery, where nobody ever counted people."""
    office = furnish(tmp_path_factory.mktemp("without"), bakery_file)
    _file_with(office, "- name: staff\n").unlink()
    office.edit("semantic_layer/access.yml", ', deny: ["staff.rating"]', "")
    with on_air(office) as found:
        yield found


def _orders(office: Office) -> str:
    return str(_file_with(office, "name: orders_placed\n").relative_to(office.folder))


def _file_with(office: Office, words: str) -> Path:
    return next(path for path in (office.folder / "semantic_layer/models").glob("*.yml") if words in path.read_text())


def bare(shown: Any) -> str:
    """What is shown, without what differs between any two answers: receipts, times of messages, the ids of blocks and views."""
    text = json.dumps(shown, ensure_ascii=False, sort_keys=True)
    text = re.sub(r"R-[A-Z2-7]{10}", "R-", text)
    text = re.sub(r'"(block_id|ts|thread_ts|id|hash|client_msg_id|app_id|bot_id|team|root_view_id)": "[^"]*"', "", text)
    return re.sub(r"\b\d{10}\.\d{6}\b", "", text)


def words_of(message: dict[str, Any]) -> dict[str, Any]:
    return {"text": message["text"], "blocks": message.get("blocks")}


def test_nothing_that_anybody_is_shown_holds_a_name_that_they_may_not_know(bakery: OnAir) -> None:
    room = bakery
    assert "9" in str(room.say(PIA, dm(PIA), "headcount")["text"])  # it is there, for who may see it
    asked = room.say(BEA, BOOKS, "sales by shop last month")
    for user, places in ((SAM, (SHOPS, BOOKS)), (NORA, (SHOPS,)), (GUS, (YARD,))):
        for text in WONDERED:
            room.say(user, dm(user), text)
        for place in places:
            room.say(user, place, WONDERED[2])
            room.type(user, place, "/ana metrics")
            room.type(user, place, "/ana define orders")
            room.type(user, place, "/ana playbooks")
        room.home(user)
    room.press(SAM, BOOKS, asked, "ana_how")
    room.modal(SAM)
    told = room.say(SAM, dm(SAM), "orders last month")
    room.press(SAM, dm(SAM), told, "ana_how")
    view = room.modal(SAM)

    assert "Not the same as" not in str(view)
    for user in (SAM, NORA, GUS):
        shown = room.shown_to(user)
        for text in (*WONDERED, "by job", "by rating", "bakers", "people work"):  # their own words, which Ana repeats
            shown = shown.replace(text, "")
        said = re.sub("“[^”]*”", "", shown)
        assert not (found := NAMES.search(said)), said[max(0, found.start() - 200) : found.end() + 200]  # type: ignore[union-attr]


def test_a_hidden_name_gets_the_very_blocks_of_a_word_that_means_nothing(bakery: OnAir) -> None:
    for user, place, asked, typed in (
        (SAM, dm(SAM), ASKED, TYPED),
        (NORA, SHOPS, ASKED[1:4], TYPED[:2]),
        (GUS, dm(GUS), ASKED[:1], ()),
    ):
        for text in asked:
            hidden, nothing = (
                bare(words_of(bakery.say(user, place, text.format(word)))).replace(word, "…") for word in ("headcount", NONE)
            )
            assert hidden == nothing, text
        for text in typed:
            hidden, nothing = (
                bare([words_of(one) for one in bakery.type(user, place, f"/ana {text.format(word)}")]).replace(word, "…")
                for word in ("headcount", NONE)
            )
            assert hidden == nothing, text


def test_who_may_not_know_it_cannot_tell_the_bakery_from_one_that_never_had_it(bakery: OnAir, without: OnAir) -> None:
    words = ("headcount", "paid hours", "employees", "rating")
    asked = [text.format(words[number % len(words)]) for number, text in enumerate(ASKED)]
    for user, place, texts in ((SAM, dm(SAM), (*asked[::2], *WONDERED)), (NORA, SHOPS, asked[1:6:2]), (GUS, dm(GUS), asked[:1])):
        for text in texts:
            one, other = (bare(words_of(room.say(user, place, text))) for room in (bakery, without))
            assert one == other, text
        for text in ("metrics", "metrics people", "define headcount", "define orders", "playbooks", "define staf"):
            one, other = (bare([words_of(m) for m in room.type(user, place, f"/ana {text}")]) for room in (bakery, without))
            assert one == other, text
        assert bare(bakery.home(user)["blocks"]) == bare(without.home(user)["blocks"])


def test_an_answer_about_something_hidden_is_for_them_a_receipt_that_does_not_exist(bakery: OnAir) -> None:
    house = bakery.demo.service.house
    sam, pia = house.directory.person(SAM), house.directory.person(PIA)
    assert sam is not None
    assert pia is not None
    receipt = house.asker.ask(Question(question_id="hidden:1", text="headcount by job", person=pia)).receipt

    def told(act: Callable[[str], Any]) -> list[tuple[str, str]]:
        found = []
        for one in (receipt, "R-AAAAAAAAAA"):
            with pytest.raises(UnknownName) as caught:
                act(one)
            found.append((str(caught.value).replace(one, "…"), caught.value.name.replace(one, "…")))
        return found

    for act in (
        lambda one: house.asker.recall(one, sam, None),
        lambda one: house.asker.choose(one, 0, sam, None),
        lambda one: house.asker.feedback(one, sam, "up"),
    ):
        hidden, nothing = told(act)
        assert hidden == nothing
    notes = []
    for one in (receipt, "R-AAAAAAAAAA"):
        with pytest.raises(BadQuery) as refused:
            house.learning.note(one, sam, "I meant orders")
        notes.append(str(refused.value))
    assert notes[0] == notes[1]
    assert house.asker.recall(receipt, pia, None).status == "answered"


def test_a_wish_for_something_hidden_is_a_wish_for_nothing(bakery: OnAir) -> None:
    house = bakery.demo.service.house
    lending, sam = Lending(asker=house.asker), house.directory.person(SAM)
    assert sam is not None
    said = []
    for name in ("headcount", NONE):
        with pytest.raises(NotAllowed) as caught:
            lending.ask(sam, name, "dm")
        said.append(str(caught.value))

    assert said[0] == said[1]


STEPS = (
    (Engine, ("run", "values", "lookup", "freshness", "_recorded")),
    (DuckDB, ("run",)),
    (Kept, ("get",)),
    (Audit, ("open", "close", "refusal", "has")),
)


def test_a_hidden_name_takes_the_same_steps_as_a_word_that_means_nothing(bakery: OnAir, monkeypatch: pytest.MonkeyPatch) -> None:
    house, taken = bakery.demo.service.house, list[str]()
    sam = house.directory.person(SAM)
    assert sam is not None
    for kind, names in STEPS:
        for name in names:
            monkeypatch.setattr(kind, name, _noted(getattr(kind, name), f"{kind.__name__}.{name}", taken))

    def steps(word: str, act: Callable[[str], Any]) -> list[str]:
        taken.clear()
        try:
            act(word)
        except AnabotError as error:
            taken.append(type(error).__name__)
        return list(taken)

    house.asker.ask(Question(question_id="steps:warm", text="sales last month", person=sam))
    for number, text in enumerate(ASKED):
        hidden, nothing = (
            steps(
                word,
                lambda one, n=number, t=text: house.asker.ask(
                    Question(question_id=f"steps:{n}:{one}", text=t.format(one), person=sam)
                ),
            )
            for word in ("headcount", NONE)
        )
        assert hidden == nothing, text
        assert hidden
    hidden, nothing = (steps(word, lambda one: house.asker.run(MetricQuery(metrics=(one,)), sam)) for word in ("headcount", NONE))
    assert hidden == nothing


def _noted(method: Callable[..., Any], name: str, taken: list[str]) -> Callable[..., Any]:
    def noted(*given: Any, **more: Any) -> Any:
        taken.append(name)
        return method(*given, **more)

    return noted


def test_the_room_hears_no_name_that_it_may_not_know_when_the_asker_may(bakery: OnAir) -> None:
    for text in ("headcount", "headcount last month", "define headcount", "hedcount", "margin", "what can you do", "orders"):
        said = json.dumps(words_of(bakery.say(BEA, SHOPS, text)), ensure_ascii=False).replace(text, "")

        assert not NAMES.search(said), said
        assert "Margin" not in said, said


def test_an_answer_made_of_something_hidden_names_none_of_it(tmp_path: Path, bakery_file: Path) -> None:
    office = furnish(tmp_path, bakery_file)
    office.edit(
        "semantic_layer/access.yml", "    sees: [company]\n    lists: [books]\n", "    sees: [company]\n    metrics: [margin]\n"
    )

    seen = office.ask("margin last quarter", "sam")
    told = office.ask("define margin", "sam")

    assert seen["status"] == told["status"] == "answered"
    assert seen["rows"] == office.ask("margin last quarter", "bea")["rows"]
    assert "Cost" in office.ask("define margin", "bea")["text"]
    for answer in (seen, told):
        said = json.dumps({**answer, "query": None}).replace("Sales less cost.", "")  # the author's own words are shown
        assert not re.search(r"\bcosts?\b", said, re.IGNORECASE), said


def test_a_note_in_a_channel_names_no_meaning_that_the_channel_may_not_know(tmp_path: Path, bakery_file: Path) -> None:
    office = furnish(tmp_path, bakery_file)
    office.edit("semantic_layer/company.yml", "metrics: [sales, online_sales]", "metrics: [sales, margin]")

    alone = office.ask("revenue last month")
    aloud = office.ask("revenue last month", "bea", "--channel", "#shops")

    assert alone["rows"] == aloud["rows"]
    assert "it could also be Margin" in " ".join(alone["assumptions"])
    assert "Margin" not in json.dumps(aloud)
    assert "Margin" not in office.run("ask", "revenue last month", "--as", "bea", "--channel", "#shops").out


def test_a_proposal_shows_its_proposer_no_number_and_no_line_of_the_definitions(bakery: OnAir) -> None:
    for user, words in ((NORA, "sunshine means sales"), (SAM, "leftovers means margin")):
        told = str(bakery.type(user, SHOPS, f"/ana propose {words}")) + str(bakery.type(user, SHOPS, "/ana propose"))

        assert words.partition(" ")[0] in told
        assert "1159.50" not in told.replace(",", "")  # what all regions sold
        assert "934.90" not in told  # a margin that is listed for sam, and not seen
        assert "golden" not in told
    owner = str(bakery.type(BEA, BOOKS, "/ana propose"))
    assert "$1,159.50" in owner
    assert "+" in owner


def test_a_proposal_by_a_hidden_name_goes_as_one_by_a_word_that_means_nothing(bakery: OnAir) -> None:
    def told(word: str) -> str:
        said = bare([words_of(one) for one in bakery.type(SAM, SHOPS, f"/ana propose {word} means sales")])
        return re.sub(r"P-[A-Z2-7]{8}", "P-", said).replace(word, "…")

    assert told("headcount") == told(NONE)
    assert told("margin") != told("leftover")  # what sam may know of is said to be taken
