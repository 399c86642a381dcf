"""When a playbook is due: named weekdays at a local time, as slots between two instants.

Pure: `after` and `until` are arguments. Each local time is due once: where clocks skip it, it is due as much later as
they jump; where they repeat it, at its first occurrence. It never reads a clock and never counts weekdays by number.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from cronsim import CronSim
from pydantic import BaseModel, ConfigDict, field_validator, model_validator

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ORDINALS = {"first": "#1", "second": "#2", "third": "#3", "fourth": "#4", "last": "L"}
# Days 29 to 31 do not exist in every month, so a playbook on them would be silently missed.
_LAST_SAFE_DAY = 28
# Local times near a clock change may lie this far from where plain subtraction puts them.
_MARGIN = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A cron line in a zone, and how people say it: `Mondays at 08:00 (America/Los_Angeles)`."""

    cron: str
    zone: ZoneInfo
    words: str


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """One due time of one playbook. `local` is naive, as the team's clock shows it; `at` is the instant in UTC."""

    at: dt.datetime
    playbook: str
    local: dt.datetime

    @property
    def key(self) -> str:
        """The local date and time: what makes a slot the same slot, whichever worker finds it."""
        return f"{self.local:%Y-%m-%dT%H:%M}"


def slots_between(playbook: str, schedule: Schedule, after: dt.datetime, until: dt.datetime) -> Iterator[Slot]:
    """The slots due after `after` and not later than `until`, both aware, oldest first."""
    last = _local(until, schedule.zone) + _MARGIN
    for local in CronSim(schedule.cron, _local(after, schedule.zone) - _MARGIN):
        if local > last:
            return
        at = local.replace(tzinfo=schedule.zone, fold=0).astimezone(dt.UTC)
        if after < at <= until:
            yield Slot(at, playbook, local)


def next_slot(playbook: str, schedule: Schedule, after: dt.datetime) -> Slot:
    """The first slot after the aware instant `after`."""
    # A monthly schedule is due at least once in 35 days.
    return next(slots_between(playbook, schedule, after, after + dt.timedelta(days=35) + _MARGIN))


def slot_at(playbook: str, schedule: Schedule, at: dt.datetime) -> Slot:
    """The slot that stands for a run at the aware instant `at`, to the minute, whether the schedule has it or not."""
    minute = at.astimezone(dt.UTC).replace(second=0, microsecond=0)
    return Slot(minute, playbook, _local(minute, schedule.zone))


def at_key(key: str) -> dt.datetime:
    """The naive local time of a slot's key, as `Slot.key` writes it. Raises ValueError."""
    return dt.datetime.strptime(key, "%Y-%m-%dT%H:%M")  # noqa: DTZ007 - a slot's local time is naive by meaning


def _local(instant: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    return instant.astimezone(zone).replace(tzinfo=None)


class ScheduleSpec(BaseModel):
    """`schedule:` as a team writes it: exactly one of `daily`, `weekly` and `monthly`, and `at`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    daily: bool | str | None = None
    weekly: tuple[str, ...] = ()
    monthly: int | str | None = None
    at: str
    zone: str = ""

    @field_validator("weekly", mode="before")
    @classmethod
    def _named(cls, given: object) -> object:
        days = given if isinstance(given, list) else [given]
        for day in days:
            if not isinstance(day, str) or day.lower() not in WEEKDAYS:
                raise ValueError(f"{day!r} is not a weekday. Weekdays are written by name, {WEEKDAYS[0]} to {WEEKDAYS[6]}")
        return tuple(dict.fromkeys(day.lower() for day in days))

    @field_validator("daily")
    @classmethod
    def _every_day(cls, given: bool | str | None) -> bool | str | None:
        if given not in (True, None, "weekdays"):
            raise ValueError(f"{given!r} is neither `true` nor `weekdays`")
        return given

    @field_validator("monthly")
    @classmethod
    def _day_of_month(cls, given: int | str | None) -> int | str | None:
        _month_day(given)
        return given

    @field_validator("at", mode="before")
    @classmethod
    def _quoted(cls, given: object) -> object:
        if not isinstance(given, str):
            raise ValueError('A time is written in quotes, "HH:MM"')
        if len(given) != 5 or not _is_time(given):
            raise ValueError(f'{given!r} is not a time of day, "HH:MM"')
        return given

    @field_validator("zone")
    @classmethod
    def _known(cls, given: str) -> str:
        if given and _zone(given) is None:
            raise ValueError(f"There is no time zone {given!r}. Zones are named as in `America/Los_Angeles`")
        return given

    @model_validator(mode="after")
    def _one_rhythm(self) -> ScheduleSpec:
        if sum((bool(self.daily), bool(self.weekly), self.monthly is not None)) != 1:
            raise ValueError("A schedule has exactly one of `daily`, `weekly` and `monthly`")
        return self

    def schedule(self, company_zone: ZoneInfo) -> Schedule:
        """The schedule, in the company's zone where the playbook names none."""
        zone = _zone(self.zone) or company_zone
        hour, minute = self.at.split(":")
        day, weekday, words = self._days()
        cron = f"{int(minute)} {int(hour)} {day} * {weekday}"
        return Schedule(cron=cron, zone=zone, words=f"{words} at {self.at} ({_city(zone)})")

    def _days(self) -> tuple[str, str, str]:
        if self.weekly:
            names = " and ".join(f"{day.capitalize()}s" for day in self.weekly)
            return "*", ",".join(day[:3] for day in self.weekly), names
        if self.monthly is not None:
            return _month_day(self.monthly)
        return ("*", "mon-fri", "Weekdays") if self.daily == "weekdays" else ("*", "*", "Every day")


def _month_day(given: int | str | None) -> tuple[str, str, str]:
    if isinstance(given, int) and not 1 <= given <= _LAST_SAFE_DAY:
        raise ValueError(f"Day {given} does not exist in every month. Use 1 to {_LAST_SAFE_DAY}, or `last day`")
    if given is None or isinstance(given, int):
        return str(given), "*", f"Day {given} of the month"
    which, _, day = given.lower().partition(" ")
    if (which, day) == ("last", "day"):
        return "L", "*", "Last day of the month"
    if which not in _ORDINALS or day not in WEEKDAYS:
        raise ValueError(f"{given!r} is not a day of the month. Use 1 to {_LAST_SAFE_DAY}, `last day` or `first monday`")
    # `5L` is cron's last Friday; it has no such form with names.
    cron = f"{(WEEKDAYS.index(day) + 1) % 7}L" if which == "last" else f"{day[:3]}{_ORDINALS[which]}"
    return "*", cron, f"{which.capitalize()} {day.capitalize()} of the month"


def _is_time(text: str) -> bool:
    try:
        dt.time.fromisoformat(text)
    except ValueError:
        return False
    return text[2] == ":"


def _city(zone: ZoneInfo) -> str:
    """`Los Angeles time` for America/Los_Angeles."""
    return f"{zone.key.rpartition('/')[2].replace('_', ' ')} time" if "/" in zone.key else zone.key


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (LookupError, ValueError, OSError):
        return None
