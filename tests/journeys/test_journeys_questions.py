"""What people of the cast ask in the local workspace, and what they see: through signed events and Web API calls, as in Slack."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from halden_data import Halden
from people import Seat, words

from anabot.demo import Running

Q2 = ("2026-05-01", "2026-08-01")
FOUR = [
    ("fin_analyst", "fin-weekly", "what's our spend efficiency across campaigns?",
     ["Spend efficiency", "Residual, not explained", "$0.00"]),
    ("growth_mgr", "growth-weekly", "delivery and pipeline week over week, and where do free trials stall?",
     ["Units delivered", "Pipeline created", "stall"]),
    ("ops_lead", "ops-capacity", "do we have enough contributors with the right skills in the right regions in three months?",
     ["LATAM", "lidar"]),
    ("hr_bp", "hr-core", "contributor retention by region", ["LATAM", "%", "not employees"]),
]  # fmt: skip


@pytest.mark.parametrize(("handle", "channel", "text", "seen"), FOUR, ids=[row[1] for row in FOUR])
def test_each_team_gets_the_answer_it_really_asks_for(
    demo: Running, handle: str, channel: str, text: str, seen: list[str]
) -> None:
    answer = Seat(demo.url, handle, channel).ask(text)

    assert [part for part in seen if part not in words(answer)] == []


def test_net_revenue_by_segment_is_the_truth_to_the_cent(demo: Running, halden: Halden) -> None:
    cases = halden.truth["metrics"]["net_revenue"]
    rows = next(c["rows"] for c in cases if c["group_by"] == ["segment"] and c["period"] == ["2026-05-01", "2026-08-01"])

    answer = Seat(demo.url, "fin_analyst", "fin-weekly").ask("what was net revenue last quarter by segment?")

    assert rows
    for segment, value in rows:
        assert segment.replace("_", " ") in words(answer)
        assert f"${Decimal(value):,.2f}" in words(answer)


def test_a_thread_refines_the_question_it_began_with(demo: Running) -> None:
    seat = Seat(demo.url, "fin_analyst", "fin-weekly")
    thread = seat.say("@ana what was net revenue last quarter?")
    seat.wait(lambda: len(seat.messages(thread)) > 1)

    by_segment = seat.ask("by segment", thread)
    last_year = seat.ask("same for last year", thread)

    assert "robotics" in words(by_segment)
    assert "FY25 Q2" in words(last_year)
    assert "robotics" in words(last_year)


def test_a_word_with_two_governed_meanings_is_asked_back_with_the_value_of_each(demo: Running) -> None:
    seat = Seat(demo.url, "fin_analyst", "fin-weekly")

    asked = seat.ask("what was revenue in Q2?")
    thread = asked["thread_ts"]
    seat.press(asked, "ana_choose_2")
    chosen = seat.wait(lambda: next((m for m in seat.messages(thread) if "ana_how" in words(m)), None))

    assert len(re.findall(r"\$[\d,]+\.\d\d", words(asked))) >= 3
    assert "Net revenue" in words(chosen)


def test_what_somebody_may_not_know_of_is_answered_like_a_word_that_means_nothing(demo: Running) -> None:
    seat = Seat(demo.url, "supply_ops_latam", "ops-capacity")

    hidden = seat.ask("what was net revenue last quarter?")
    nonsense = seat.ask("what was nut ravioli last quarter?")

    assert "$" not in words(hidden)
    assert words(hidden).replace("net", "nut").replace("revenue", "ravioli").count("nut") == words(nonsense).count("nut")


def test_a_channel_that_may_not_hear_it_gets_one_sentence_and_the_asker_a_direct_message(demo: Running) -> None:
    seat, alone = Seat(demo.url, "fin_analyst", "general"), Seat(demo.url, "fin_analyst")

    public = seat.ask("what was net revenue last quarter?")
    private = alone.wait(lambda: next((m for m in alone.messages() if "Net revenue" in m["text"]), None))

    assert "$" not in words(public)
    assert "$" in words(private)


def test_a_guest_is_told_nothing(demo: Running) -> None:
    answer = Seat(demo.url, "guest", "partner-orion").ask("units delivered last week")

    assert not re.search(r"\d{2,}", answer["text"])


@pytest.mark.parametrize("text", ["", "🦜🦜", "x" * 20_000, "<#C0FINWEEK> revenue", "<script>alert(1)</script> net revenue"])
def test_whatever_is_typed_gets_a_plain_reply_and_she_stays_alive(demo: Running, halden: Halden, text: str) -> None:
    seat = Seat(demo.url, "fin_analyst", "fin-weekly")

    reply = seat.ask(text)
    after = seat.ask("net revenue last quarter")

    assert reply["text"]
    assert halden.told("net_revenue", *Q2) in words(after)


def test_no_value_of_the_data_pings_anybody(demo: Running) -> None:
    seat = Seat(demo.url, "data_lead", "data-trust")
    dm = Seat(demo.url, "data_lead")

    for question in ("open pipeline by opportunity", "usage revenue last quarter by project"):
        dm.ask(question)

    assert seat.get(f"page/overview?as={seat.user}")["pings"] == 0


def test_a_bridge_asked_for_by_its_name_is_shown_with_its_residual(demo: Running) -> None:
    answer = Seat(demo.url, "fin_analyst", "fin-weekly").ask("show me the revenue bridge for last quarter")

    assert "Unbilled usage" in words(answer)
    assert "Residual, not explained" in words(answer)
