import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from anabot.playbooks.schedule import Schedule, ScheduleSpec, next_slot, slot_at, slots_between

UTC = dt.UTC
# Zone, a date on which its clocks go forward in 2026, and one on which they go back, with a local time each inside the change.
CHANGES = [
    ("America/Los_Angeles", "2026-03-08T02:30", "2026-11-01T01:30"),
    ("Europe/Berlin", "2026-03-29T02:30", "2026-10-25T02:30"),
    ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-04-05T01:45"),
    ("America/Santiago", "2026-09-06T00:30", "2026-04-04T23:30"),
]


def scheduled(zone: str = "America/Los_Angeles", **spec: object) -> Schedule:
    return ScheduleSpec.model_validate({"zone": zone, **spec}).schedule(ZoneInfo("UTC"))


def around(local: str, zone: str) -> tuple[dt.datetime, dt.datetime]:
    day = dt.datetime.fromisoformat(local).replace(hour=12, tzinfo=ZoneInfo(zone))
    return day - dt.timedelta(days=4), day + dt.timedelta(days=4)


def test_a_monday_playbook_is_due_on_monday_at_its_own_time() -> None:
    schedule = scheduled(weekly="monday", at="08:00")

    slot = next_slot("finance/spend", schedule, dt.datetime(2026, 10, 5, 14, 58, tzinfo=UTC))

    assert slot.at == dt.datetime(2026, 10, 5, 15, 0, tzinfo=UTC)
    assert slot.key == "2026-10-05T08:00"
    assert schedule.words == "Mondays at 08:00 (Los Angeles time)"


def test_a_slot_belongs_to_the_tick_it_ends_on_and_not_to_the_next() -> None:
    schedule = scheduled(weekly="monday", at="08:00")
    due = dt.datetime(2026, 10, 5, 15, 0, tzinfo=UTC)
    second = dt.timedelta(seconds=1)

    before, after = (list(slots_between("x", schedule, *span)) for span in ((due - second, due), (due, due + second)))

    assert [slot.at for slot in before] == [due]
    assert after == []


@pytest.mark.parametrize(("zone", "skipped", "repeated"), CHANGES)
def test_a_local_time_that_the_clocks_skip_is_due_once_and_later(zone: str, skipped: str, repeated: str) -> None:
    schedule = scheduled(zone, daily=True, at=skipped[11:])

    slots = list(slots_between("x", schedule, *around(skipped, zone)))

    on_the_day = [slot for slot in slots if slot.key == skipped]
    assert len(slots) == len({slot.key for slot in slots}) == 8
    assert len(on_the_day) == 1
    shown = on_the_day[0].at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert dt.timedelta(0) < shown - on_the_day[0].local <= dt.timedelta(hours=1)


@pytest.mark.parametrize(("zone", "skipped", "repeated"), CHANGES)
def test_a_local_time_that_the_clocks_repeat_is_due_once_and_the_first_time(zone: str, skipped: str, repeated: str) -> None:
    schedule = scheduled(zone, daily=True, at=repeated[11:])

    slots = list(slots_between("x", schedule, *around(repeated, zone)))

    on_the_day = [slot for slot in slots if slot.key == repeated]
    assert len(slots) == len({slot.key for slot in slots}) == 8
    assert len(on_the_day) == 1
    local = on_the_day[0].at.astimezone(ZoneInfo(zone))
    assert local.replace(tzinfo=None) == on_the_day[0].local
    assert local.fold == 0


@given(st.lists(st.integers(min_value=1, max_value=200_000), max_size=30), st.sampled_from([zone for zone, _, _ in CHANGES]))
def test_however_time_is_cut_into_ticks_every_slot_is_found_once(cuts: list[int], zone: str) -> None:
    schedule = scheduled(zone, daily=True, at="02:30")
    start, end = dt.datetime(2026, 3, 1, tzinfo=UTC), dt.datetime(2026, 3, 20, tzinfo=UTC)
    marks = sorted({start, end, *(start + dt.timedelta(seconds=7 * cut) for cut in cuts if 7 * cut < 19 * 86400)})

    found = [slot for a, b in zip(marks, marks[1:], strict=False) for slot in slots_between("x", schedule, a, b)]

    assert found == list(slots_between("x", schedule, start, end))
    assert len({slot.key for slot in found}) == len(found)


@pytest.mark.parametrize(
    ("spec", "first"),
    [
        ({"monthly": 1, "at": "09:00"}, "2026-11-01T09:00"),
        ({"monthly": "first monday", "at": "09:00"}, "2026-11-02T09:00"),
        ({"monthly": "last friday", "at": "09:00"}, "2026-10-30T09:00"),
        ({"monthly": "last day", "at": "09:00"}, "2026-10-31T09:00"),
        ({"daily": "weekdays", "at": "09:00"}, "2026-10-12T09:00"),
        ({"weekly": ["tuesday", "thursday"], "at": "09:00"}, "2026-10-13T09:00"),
    ],
)
def test_every_rhythm_finds_its_next_day(spec: dict[str, object], first: str) -> None:
    assert next_slot("x", scheduled(**spec), dt.datetime(2026, 10, 10, 6, tzinfo=UTC)).key == first


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ({"weekly": 1, "at": "08:00"}, "by name"),
        ({"weekly": "1", "at": "08:00"}, "by name"),
        ({"weekly": "moonday", "at": "08:00"}, "not a weekday"),
        ({"weekly": "monday", "at": 600}, "in quotes"),
        ({"weekly": "monday", "at": "8:00"}, "not a time"),
        ({"weekly": "monday", "at": "24:00"}, "not a time"),
        ({"weekly": "monday", "at": "08:00", "zone": "Pacific"}, "no time zone"),
        ({"weekly": "monday", "at": "08:00", "zone": "../etc"}, "no time zone"),
        ({"weekly": "monday", "monthly": 1, "at": "08:00"}, "exactly one"),
        ({"at": "08:00"}, "exactly one"),
        ({"monthly": 31, "at": "08:00"}, "does not exist in every month"),
        ({"monthly": "fifth monday", "at": "08:00"}, "not a day of the month"),
        ({"weekly": "monday"}, "at"),
    ],
)
def test_a_schedule_that_could_be_misread_is_refused(spec: dict[str, object], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        ScheduleSpec.model_validate(spec)


def test_a_run_at_any_instant_stands_for_its_local_minute() -> None:
    slot = slot_at("x", scheduled(weekly="monday", at="08:00"), dt.datetime(2026, 10, 5, 15, 2, 31, tzinfo=UTC))

    assert slot.key == "2026-10-05T08:02"
