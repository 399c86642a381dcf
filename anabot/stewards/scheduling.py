"""Make a playbook of an answer: the days that move, the text, the check, the preview, and who has to want it.

Only what its maker may see alone and the channel may hear is scheduled, and it is posted under that for ever. A channel's owner
is asked about everybody else's; where scheduling is by proposal, nobody puts their own in force. It never posts into a channel.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Literal

import structlog

from anabot.charts import suits
from anabot.errors import AnabotError, BadQuery, NotAllowed, PlaybookError
from anabot.periods import Period, between_days
from anabot.playbooks.composing import Draft, compose, file_stem, grouped
from anabot.playbooks.playbook import Playbook
from anabot.playbooks.rolling import rolling_names, said
from anabot.playbooks.schedule import next_slot
from anabot.playbooks.spec import read_playbook
from anabot.semantic.query import MetricQuery, Span
from anabot.stewards.acts import Checked
from anabot.stewards.files import ProposalFiles
from anabot.stewards.known import Shelf
from anabot.stewards.plans import Filled, Offered, Outcome, Schedulable, Unfit
from anabot.store import Intended, Proposal, Store
from anabot.types import Answer, Channel, Digest, Person, UserId

log = structlog.get_logger()
_COMPARES = ("previous_period", "previous_year", "same_point", "same_point_previous_year")
Open = Literal["preview", "asked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduling:
    """The desk where answers become playbooks. `file` says where a playbook's file lies, `write` writes it and reads it in.

    `proposals` are the files of what waits.
    """

    shelf: Shelf
    digest: Callable[[Playbook, dt.datetime], Digest]
    check: Callable[[Mapping[str, str]], Checked]
    file: Callable[[str], str]
    write: Callable[[str, str], None]
    proposals: ProposalFiles

    def schedulable(self, receipt: str, part: int | None, person: Person, channel: Channel) -> Schedulable:
        """What the answer with this receipt can become for this person, who sees it in this channel.

        Raises:
            BadQuery: it is no table of numbers, or its days are fixed and would be the same for ever.
        """
        whole = self.shelf.asker.recall(receipt, person, channel)
        answer = whole.parts[min(part, len(whole.parts) - 1)] if part is not None and whole.parts else whole
        return self._schedulable(answer.aside or answer, self._asked(receipt))

    def discard(self, proposal: str, person: Person) -> str:
        """Its maker does not want it after all."""
        found = self._open(proposal, "preview")
        if found.by != person.user:
            raise NotAllowed("That is for whoever made it.", todo="Schedule the answer yourself.")
        self._move(found, "preview", "declined")
        return "Discarded. Nothing was scheduled."

    def for_decider(self, proposal: str, person: Person) -> Digest | None:
        """The digest as it would be posted now, for a decider who reads the channel it would be posted in."""
        found = self._open(proposal, "asked")
        if not self.shelf.reads(person, found.channel):
            return None
        return self._digest(self._still_good(found))

    def _digest(self, playbook: Playbook) -> Digest:
        """As it would be posted now, whether or not its own condition holds now."""
        return self.digest(replace(playbook, post_when=""), self.shelf.asker.clock.now())

    def _asked(self, receipt: str) -> dt.datetime:
        """When it was asked, in business time."""
        saved, now = self._store.answers.get(receipt), self.shelf.asker.clock.now()
        return now - (dt.datetime.now(dt.UTC) - saved.at) if saved is not None else now

    def _schedulable(self, answer: Answer, asked: dt.datetime) -> Schedulable:
        query = MetricQuery.model_validate(answer.query) if answer.query else None
        if query is None or not query.metrics or answer.drivers is not None or answer.ask:
            raise BadQuery("This answer cannot be scheduled.", todo="Ask for a number, and schedule that.")
        registry = self.shelf.asker.current().registry
        bridges = tuple(one.name for one in answer.bridges if one.name in registry.reconciliations and not query.where)
        return Schedulable(
            title=_title(query, [registry.metrics[name].label for name in query.metrics]),
            query=query.as_json(),
            periods=self._periods(query, asked),
            chart=answer.chart or (suits(answer.table, of_each=bool(query.limit_by)) if answer.table is not None else ""),
            bridges=tuple(dict.fromkeys(bridges)),
        )

    def plan(self, filled: Filled, person: Person) -> tuple[Playbook, str]:
        """The playbook that was asked for, checked, and its text.

        Raises:
            Unfit: it would not pass the check, or there is no such channel. Says in which part.
        """
        channel = self._channel(filled, person)
        query = MetricQuery.model_validate(filled.query)
        draft = Draft(
            title=filled.title,
            owner=person.handle or str(person.user),
            channel=channel.name,
            schedule=filled.schedule,
            query=query.model_copy(update={"period": None, "compare": None}),
            period=filled.period,
            compare=_compared(query),
            chart=filled.chart,
            bridges=filled.bridges,
            only=filled.only,
        )
        name = self._name(person, filled.title)
        # A period that is over is compared with the one before, unless the metrics have nothing to compare.
        over = draft.period.startswith(("last_", "trailing_", "yesterday"))
        moves = draft.only is not None and draft.only.kind == "moves"
        compared = [replace(draft, compare=draft.compare or "previous_period")] if over or moves else []
        fault: AnabotError | None = None
        for one in compared if moves else [*compared, draft]:
            text = compose(one, self.shelf.asker.current().registry)
            good, faults = self.check({self.file(name): text})
            if name in good:
                return good[name], text
            fault = PlaybookError(faults[0].what, why=faults[0].why, todo=faults[0].todo)
        assert fault is not None
        raise Unfit("channel" if "#" in fault.what else "title", fault)

    def preview(self, playbook: Playbook, text: str, person: Person) -> tuple[Offered, Digest]:
        """The digest as it would be posted now, and the proposal that is kept until its maker wants it."""
        digest = self._digest(playbook)
        owner = self._decider(playbook, person)
        proposal = self._store.proposals.add(
            playbook=playbook.name,
            channel=playbook.channel,
            by=person.user,
            decider=owner.user if owner else "",
            text=text,
            state="preview",
        )
        shown = self._shown(proposal, playbook, person, owner)
        return replace(shown, alone=self._may_alone(playbook, person)), digest

    def schedule(self, proposal: str, person: Person) -> Outcome:
        """Its maker wants it: in force at once, or somebody is asked. On record, as a refusal is.

        Raises:
            NotAllowed: it is not theirs, or they have decided already.
        """
        with self._acting(proposal, person, "schedule"):
            found = self._open(proposal, "preview")
            if found.by != person.user:
                raise NotAllowed("That is for whoever made it.", todo="Schedule the answer yourself.")
            playbook = self._still_good(found)
            if self._may_alone(playbook, person):
                return self._in_force(found, "preview", playbook, person, person)
            self._move(found, "preview", "asked")
            self.proposals.put(found.playbook, found.text)
        decider = self._decider(playbook, person)
        shown = self._shown(proposal, playbook, person, decider)
        who = f"@{decider.handle}" if decider else "An admin"
        words = f"{who} decides about {playbook.title} in #{playbook.channel}. You will hear from me."
        return Outcome(became="asked", shown=shown, words=words)

    def decide(self, proposal: str, person: Person, *, yes: bool) -> Outcome:
        """Whoever decides says yes or no. On record, as a refusal is.

        Raises:
            NotAllowed: it is not theirs to decide, or it is decided.
            PlaybookError: it would not pass the check any more; it can still be declined.
        """
        with self._acting(proposal, person, "approve" if yes else "decline"):
            found = self._open(proposal, "asked")
            if not self.decides(found, person):
                raise NotAllowed("This is not yours to decide.", todo="The owner of the channel or an admin decides.")
            if yes:
                return self._in_force(found, "asked", self._still_good(found), self._maker(found), person)
            self._move(found, "asked", "declined")
            self.proposals.drop(found.playbook)
        playbook = self._read(found)
        words = f"{playbook.title} will not be posted in #{playbook.channel}."
        return Outcome(became="declined", shown=self._shown(proposal, playbook, self._maker(found), person), words=words)

    def waiting(self, person: Person) -> tuple[Offered, ...]:
        """What this person may decide, and what of their own waits, oldest first."""
        mine = [one for one in self._store.proposals.list("asked") if one.by == person.user or self.decides(one, person)]
        return tuple(self._shown(one.proposal, self._read(one), self._maker(one), self._asked_of(one)) for one in mine)

    def decides(self, proposal: Proposal, person: Person) -> bool:
        """Whether it is this person's to decide: the channel's present owner about others', an admin about all."""
        owner = self.shelf.channel_owner(proposal.channel)
        return person.admin or (bool(owner) and owner == person.handle and proposal.by != person.user)

    @property
    def _store(self) -> Store:
        return self.shelf.asker.store

    def _periods(self, query: MetricQuery, asked: dt.datetime) -> dict[str, str]:
        if query.period is None:
            return {}
        calendar = self.shelf.asker.current().registry.calendar
        names = rolling_names(query.period, asked, calendar)
        days = between_days(Period(query.period.start, query.period.end))
        if not names:
            raise BadQuery(
                f"This answer is about {days}, and would say the same every time.",
                todo="Ask for days that move, such as last week or the last 4 weeks, and schedule that.",
            )
        if isinstance(query.compare, Span):
            raise BadQuery("This answer compares with fixed days.", todo="Ask for the period before or the year before instead.")
        return {name: f"{said(name)} ({days} now)"[:75] for name in names[:10]}

    def _channel(self, filled: Filled, person: Person) -> Channel:
        found = self.shelf.asker.directory.channel(filled.channel)
        if found is None or found.kind == "dm":
            raise Unfit("channel", "I am not in that channel. Invite me there first.")
        if person.user not in found.members:
            raise Unfit("channel", "You are not in that channel.")
        return found

    def _name(self, person: Person, title: str) -> str:
        team = self.shelf.asker.current().policy.team_of(person) or "team"
        taken = {one.name for one in self.shelf.all()} | {one.playbook for one in self._store.proposals.list("asked")}
        stem = f"{team}/{file_stem(title)}"
        return next(name for number in range(1, 10_000) if (name := stem if number == 1 else f"{stem}-{number}") not in taken)

    def _decider(self, playbook: Playbook, person: Person) -> Person | None:
        owner = self.shelf.asker.directory.person(self.shelf.channel_owner(playbook.channel))
        return owner if owner is not None and owner.user != person.user else None

    def _may_alone(self, playbook: Playbook, person: Person) -> bool:
        if person.admin:
            return True
        channel = self.shelf.asker.directory.channel(playbook.channel)
        mine = self.shelf.channel_owner(playbook.channel) == person.handle
        policy = self.shelf.asker.current().policy
        return mine and channel is not None and policy.scheduling(person, channel) == "at_once"

    def _open(self, proposal: str, state: Open) -> Proposal:
        found = self._store.proposals.get(proposal)
        if found is None or found.state != state:
            raise NotAllowed("This is no longer open: it was decided.", todo="`/ana playbooks` says how it stands.")
        return found

    def _maker(self, found: Proposal) -> Person:
        """Whoever made it; somebody who has left is known by their id alone, and sees nothing."""
        return self.shelf.asker.directory.person(found.by) or Person(user=UserId(found.by), name=found.by, guest=True)

    def _asked_of(self, found: Proposal) -> Person | None:
        owner = self.shelf.asker.directory.person(self.shelf.channel_owner(found.channel))
        return owner if owner is not None and owner.user != found.by else None

    def _read(self, found: Proposal) -> Playbook:
        """What it says, whether or not it would pass the check now."""
        playbook = read_playbook(self.file(found.playbook), found.text, self.shelf.asker.current().registry.calendar)[0]
        if playbook is None:
            raise PlaybookError(f"The text of {found.playbook} can no longer be read.", todo="Schedule the answer again.")
        return playbook

    def _still_good(self, found: Proposal) -> Playbook:
        good, faults = self.check({self.file(found.playbook): found.text})
        if found.playbook not in good:
            first = faults[0]
            raise PlaybookError("It would not pass the check any more.", why=first.what, todo="Schedule the answer again.")
        return good[found.playbook]

    def _in_force(self, found: Proposal, before: Open, playbook: Playbook, maker: Person, by: Person) -> Outcome:
        if self.shelf.find(found.playbook) is not None:
            raise PlaybookError(f"There is another {found.playbook} by now.", todo="Schedule the answer again.")
        self._move(found, before, "accepted")
        try:
            self.write(playbook.file, found.text)
        except PlaybookError:
            self._store.proposals.move(found.proposal, "accepted", before)
            raise
        detail = "" if by.user == maker.user else f"approved by {self.shelf.called(str(by.user))}"
        self._store.changes.add(found.playbook, maker.user, "scheduled", detail=detail, text=found.text)
        self.proposals.drop(found.playbook)
        log.info("playbook.scheduled", playbook=found.playbook, by=by.handle or by.user)
        shown = self._shown(found.proposal, playbook, maker, by)
        words = f"{playbook.title} is posted in #{playbook.channel} from now on. First: {shown.next}."
        return Outcome(became="in_force", shown=shown, words=words)

    def _move(self, found: Proposal, before: Open, after: Literal["asked", "accepted", "declined"]) -> None:
        if not self._store.proposals.move(found.proposal, before, after):
            raise NotAllowed("Somebody has decided this just now.", todo="`/ana playbooks` says how.")

    def _acting(self, proposal: str, person: Person, word: str) -> AbstractContextManager[None]:
        found = self._store.proposals.get(proposal)
        name, place = (found.playbook, f"#{found.channel}") if found else ("unknown", "dm")
        asked = Intended(question_id=f"{word}:{name}", actor=person.user, place=place, kind="admin")
        return self._store.audit.act(asked)

    def _shown(self, proposal: str, playbook: Playbook, by: Person, decider: Person | None) -> Offered:
        slot = next_slot(playbook.name, playbook.schedule, self.shelf.asker.clock.now())
        at = f"{slot.local:%A}, {slot.local.day} {slot.local:%b %Y, %H:%M}"
        return Offered(proposal=proposal, playbook=playbook, by=by, decider=decider, next=at)


def _compared(query: MetricQuery) -> str:
    return query.compare if isinstance(query.compare, str) and query.compare in _COMPARES else ""


def _title(query: MetricQuery, labels: list[str]) -> str:
    what = labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} and {labels[-1]}"
    groups = grouped(query)
    return (what + (f" by {' and '.join(groups)}" if groups else ""))[:140]
