"""Owners hear once of each member who may not see alone what their channel declares, and of files that are shared on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from halden_data import NOW, Halden, halden_settings

from anabot.bootstrap import House
from anabot.errors import AnabotError
from anabot.store import Store, open_store
from anabot.types import Channel, Person, Question, UserId
from anabot.watch import Watch


class Room:
    """The directory of a house, in which a test lets people join, or Slack forget them."""

    def __init__(self, house: House) -> None:
        self.beneath, self.joined, self.unknown = house.directory, list[str](), set[str]()

    def person(self, user: str) -> Person | None:
        return self.beneath.person(user)

    def channel(self, channel: str) -> Channel | None:
        return self.beneath.channel(channel)

    def members(self, channel: Channel) -> Sequence[Person]:
        strange = {"guest": True, "external": True}
        found = [*self.beneath.members(channel), *(one for user in self.joined if (one := self.person(user)))]
        lost = [Person(user=one.user, name=str(one.user), **strange) for one in found if one.handle in self.unknown]
        return [*(one for one in found if one.handle not in self.unknown), *lost]

    def renew(self, channel: str) -> None:
        return


class Days:
    def __init__(self) -> None:
        self.now_is = NOW

    def now(self) -> datetime:
        return self.now_is


class Desk:
    """A watch over Halden's channels, at a time that the test sets."""

    def __init__(self, house: House, store: Store) -> None:
        self.house, self.store, self.room, self.days = house, store, Room(house), Days()
        self.asker = replace(house.asker, directory=self.room, clock=self.days, store=store)
        self.watch = Watch(asker=self.asker)

    def channel(self, name: str) -> Channel:
        found = self.room.channel(name)
        assert found is not None
        return found

    def alarmed(self, name: str, *, reached: bool = True) -> list[str]:
        alarm = self.watch.alarm(self.channel(name))
        if alarm is None:
            return []
        self.watch.told(alarm, reached=reached)
        return [one.handle for one, _ in alarm.members]

    def ask(self, handle: str, text: str, channel: str = "", thread: str | None = None) -> Any:
        person = self.room.person(handle)
        assert person is not None
        place = self.channel(channel) if channel else None
        return self.asker.ask(
            Question(question_id=f"{handle}:{channel}:{text}", text=text, person=person, channel=place, thread=thread)
        )


@pytest.fixture
def desk(halden: Halden, tmp_path: Path) -> Iterator[Desk]:
    store = open_store(halden_settings(tmp_path / "ana.db"), lambda: "T-WATCH")
    store.migrate()
    yield Desk(halden.house, store)
    store.close()


def test_somebody_who_joins_is_told_of_once_and_strict_classes_are_held_back_at_once(desk: Desk) -> None:
    assert desk.ask("hr_bp", "headcount", "hr-hiring").aside is None
    assert desk.alarmed("hr-hiring") == []

    desk.room.joined.append("ops_lead")

    assert desk.ask("hr_bp", "headcount by region", "hr-hiring").aside is not None
    assert desk.alarmed("hr-hiring") == ["ops_lead"]
    desk.room.joined.append("quality_lead")
    assert desk.alarmed("hr-hiring") == ["quality_lead"]
    assert Watch(asker=desk.asker).alarm(desk.channel("hr-hiring")) is None  # nor by another process


def test_an_alarm_says_whose_channel_it_is_and_whether_strict_classes_are_held_back(desk: Desk) -> None:
    strict, open_ = (desk.watch.alarm(desk.channel(name)) for name in ("workforce", "quality-cost"))

    assert strict is not None
    assert open_ is not None
    assert (strict.owner.handle, strict.strict) == ("hr_bp", True)
    assert (open_.owner.handle, open_.strict) == ("fin_analyst", False)
    assert {(one.handle, classes) for one, classes in open_.members} >= {("ops_lead", ("finance",)), ("fin_analyst", ("ops",))}


def test_an_owner_who_cannot_be_reached_is_told_another_day(desk: Desk) -> None:
    assert desk.alarmed("pay-fairness", reached=False) == ["ops_lead"]
    assert desk.alarmed("pay-fairness") == []

    desk.days.now_is = NOW.replace(day=6)

    assert Watch(asker=desk.asker).alarm(desk.channel("pay-fairness")) is not None
    statuses = [entry.status for entry in desk.store.audit.list(20) if entry.kind == "alarm"]
    assert statuses == ["not_told"]


def test_whoever_slack_cannot_say_more_of_raises_no_alarm_and_still_keeps_strict_classes_back(desk: Desk) -> None:
    desk.room.unknown.add("hr_lead")

    assert desk.ask("hr_bp", "headcount", "hr-hiring").aside is not None
    assert desk.alarmed("hr-hiring") == []


def test_nobody_is_alarmed_by_what_holds_everywhere_or_in_a_direct_message(desk: Desk) -> None:
    general = desk.channel("general")

    assert desk.alarmed("general") == []
    assert desk.watch.alarm(replace(general, kind="dm", members=frozenset({UserId("U1")}))) is None


def test_a_file_is_judged_by_the_channel_it_is_shared_into(desk: Desk) -> None:
    answer = desk.ask("fin_analyst", "gross margin last quarter", "fin-weekly")
    desk.watch.keep("F1", answer.receipt)
    user = str(desk.room.person("fin_analyst").user)  # type: ignore[union-attr]

    spill = desk.watch.shared("F1", user, desk.channel("general"), "C1")
    nowhere = desk.watch.shared("F1", user, None, "C0UNKNOWN")

    assert spill is not None
    assert (spill.place, spill.labels) == ("#general", ("Gross margin",))
    assert spill.owner is not None
    assert spill.owner.handle == "data_lead"
    assert nowhere is not None
    assert nowhere.place == "C0UNKNOWN"
    assert desk.watch.shared("F1", user, desk.channel("fin-recon"), "C2") is None
    assert desk.watch.shared("F-OF-SOMEBODY-ELSE", user, desk.channel("general"), "C1") is None
    assert [entry.status for entry in desk.store.audit.list(3) if entry.kind == "alarm"] == ["shared_on", "shared_on"]


def test_a_second_person_in_the_thread_is_answered_under_their_own_grant(desk: Desk) -> None:
    assert desk.ask("fin_analyst", "gross margin last quarter", "quality-cost", "t1").status == "answered"
    beyond = desk.ask("ops_lead", "by region", "quality-cost", "t1")
    never = desk.ask("ops_lead", "by region", "quality-cost", "t-that-never-was")

    assert beyond.text == never.text
    assert "margin" not in repr(beyond).casefold()

    whole = desk.ask("ops_lead", "units delivered last month", "ops-supply", "t2")
    cut = desk.ask("supply_ops_latam", "by region", "ops-supply", "t2")

    assert whole.query["metrics"] == cut.query["metrics"] == ["units_delivered"]
    assert [row[0] for row in cut.table.rows] == ["LATAM"]
    assert cut.table.rows[0][1] < whole.table.rows[0][0]


def test_a_choice_that_somebody_else_presses_is_answered_under_theirs(desk: Desk) -> None:
    answer = desk.ask("fin_analyst", "gross margin last quarter by segment", "fin-weekly")
    ops, general = desk.room.person("ops_lead"), desk.channel("general")
    assert ops is not None

    with pytest.raises(AnabotError) as caught:
        desk.asker.recall(answer.receipt, ops, general)

    assert "margin" not in str(caught.value).casefold().replace("gross_margin", "")
