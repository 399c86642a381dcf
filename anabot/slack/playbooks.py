"""What `/ana` says and does about playbooks: the list with its buttons, a preview, the past, versions. It decides nothing.

What was done is whispered; a preview goes into direct messages, so that it may be as long as the digest is.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from anabot.errors import BadQuery
from anabot.slack import buttons, mrkdwn
from anabot.slack.awaiting import waiting_blocks
from anabot.slack.blocks import Block, actions, button, context, sections
from anabot.slack.desk import Desk
from anabot.slack.poster import SlackPoster
from anabot.slack.tables import table_block, words_only
from anabot.stewards.listing import PlaybookLine, told
from anabot.types import Digest, Person

HELP: Mapping[str, str] = {
    "playbooks": "what is posted where and when, and what is next; buttons for those that you look after",
    "run PLAYBOOK": "post one into its channel now",
    "test PLAYBOOK": "see one as it would be posted now, for yourself alone",
    "pause PLAYBOOK": "let the clock leave one alone",
    "resume PLAYBOOK": "let the clock run it again",
    "history PLAYBOOK": "what it posted, and who changed what",
    "owner PLAYBOOK @USER": "give it to another owner, whose view it then has",
    "versions PLAYBOOK": "the texts that are kept of it",
    "revert PLAYBOOK VERSION": "bring one of them back",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybookWords:
    """The words of `/ana` about playbooks, for one person in one place."""

    desk: Desk
    poster: SlackPoster
    person: Person
    channel: str

    def todo(self, rest: str) -> Mapping[str, Callable[[], Iterator[Block]]]:
        """Word → what it does with the rest of the line."""
        keeps = self.desk.parts.playbooks
        return {
            "playbooks": self._list,
            "run": lambda: self._done(rest, keeps.run),
            "test": lambda: self._preview(_named(rest)),
            "pause": lambda: self._done(rest, keeps.pause),
            "resume": lambda: self._done(rest, keeps.resume),
            "history": lambda: self._history(_named(rest)),
            "owner": lambda: self._with_last(rest, keeps.owner, "`/ana owner` needs a playbook and a person: `@` and a name."),
            "versions": lambda: self._versions(_named(rest)),
            "revert": lambda: self._with_last(rest, keeps.revert, "`/ana revert` needs a playbook and the number of a version."),
        }

    def _list(self) -> Iterator[Block]:
        lines = self.desk.parts.playbooks.lines(self.person)
        yield from waiting_blocks(self.desk.parts.plans.waiting(self.person), self.person)
        if not lines:
            yield from sections("There is no playbook in your channels.")
        for number, line in enumerate(lines):
            yield from playbook_blocks(line, number)
        if lines and not any(line.tended for line in lines):
            yield from context("Whoever owns a playbook, the owner of its channel or an admin can run or pause it.")

    def _done(self, name: str, does: Callable[[str, Person], str]) -> Iterator[Block]:
        yield from sections(mrkdwn.told(does(_named(name), self.person)))

    def _with_last(self, rest: str, does: Callable[[str, str, Person], str], usage: str) -> Iterator[Block]:
        """`NAME LAST`, where the last word is a person or a number and the name may have several."""
        name, _, last = rest.rpartition(" ")
        if not name.strip():
            raise BadQuery("Something is missing.", todo=usage)
        yield from sections(mrkdwn.told(does(name.strip(), mrkdwn.mentioned(last), self.person)))

    def _preview(self, name: str) -> Iterator[Block]:
        line, digest = self.desk.parts.playbooks.preview(name, self.person)
        place = self.desk.voice.direct(self.person.user)
        self.poster.show(place, as_preview(line.channel, digest), key=f"preview:{uuid.uuid4().hex}")
        if place.channel == self.channel:
            yield from context("That is the preview. Nothing was posted.")
        else:
            yield from sections(
                f"The preview of {mrkdwn.bold(line.title)} is in your direct messages with me. Nothing was posted."
            )

    def _history(self, name: str) -> Iterator[Block]:
        line, events = self.desk.parts.playbooks.history(name, self.person)
        yield from _head(line)
        zone = self.desk.parts.registry().calendar.zone
        if events:
            rows = [tuple(cell or " " for cell in told(event, zone)) for event in events]
            yield table_block(words_only(("When", "What", "Who", "More"), rows))
            yield from context("The newest first, by the real clock.")
        else:
            yield from context("It has not run yet, and nobody has changed it here.")

    def _versions(self, name: str) -> Iterator[Block]:
        line, kept = self.desk.parts.playbooks.versions(name, self.person)
        yield from _head(line)
        if not kept:
            yield from context("Nobody has changed it through me, so that there is only the file as it is.")
            return
        directory, zone = self.desk.parts.directory, self.desk.parts.registry().calendar.zone
        rows = []
        for one in kept:
            person, at = directory.person(one.by) if one.by else None, one.at.astimezone(zone)
            who = f"@{person.handle}" if person and person.handle else one.by or " "
            rows.append((str(one.number), f"{at.day} {at:%b %H:%M}", who, one.detail or _KEPT[one.act]))
        yield table_block(words_only(("Version", "Since", "Who", "What"), rows))
        yield from context(f"`/ana revert {mrkdwn.value(line.name)} VERSION` brings one back.")


def playbook_blocks(line: PlaybookLine, number: int) -> Iterator[Block]:
    """One playbook of a list, with its buttons for whoever looks after it."""
    by = f"by @{line.owner}" if line.owner else ""
    yield from sections("\n".join(filter(None, (mrkdwn.bold(line.title), _parts(line.channel, line.schedule, by)))))
    yield from context(standing(line))
    if line.tended:
        yield from actions(*_buttons(line, number))


def standing(line: PlaybookLine) -> str:
    """How it stands, escaped: `Next: Mon 12 Oct, 08:00 · Last: posted Mon 5 Oct, 08:00`, or why the clock leaves it alone."""
    following = f"Next: {mrkdwn.value(line.next)}" if line.next else ""
    last = f"Last: {mrkdwn.value(line.last)}" if line.last else ""
    return " · ".join(filter(None, (mrkdwn.bold(line.state), following, last)))


def as_preview(channel: str, digest: Digest) -> Digest:
    """The digest, with a first line that says that it is not posted."""
    return replace(digest, markdown=f"_A preview for you alone, as it would be posted in {channel} now._\n\n{digest.markdown}")


def _buttons(line: PlaybookLine, number: int) -> Sequence[Block]:
    made = [("History", buttons.HISTORY, "History of {}")]
    if line.runnable:
        change = ("Resume", buttons.RESUME, "Resume {}") if line.paused else ("Pause", buttons.PAUSE, "Pause {}")
        made = [("Run now", buttons.RUN, "Run {} now"), ("Preview", buttons.TEST, "Preview {}"), change, *made]
    return [button(label, f"{action}_{number}", line.name, says=says.format(line.title)[:75]) for label, action, says in made]


def _head(line: PlaybookLine) -> Iterator[Block]:
    by = f"by @{line.owner}" if line.owner else ""
    yield from sections(f"{mrkdwn.bold(line.title)}\n{_parts(line.channel, line.schedule, by)}")
    yield from context(mrkdwn.value(line.state))


def _parts(*parts: str) -> str:
    return " · ".join(mrkdwn.value(part) for part in parts if part)


def _named(name: str) -> str:
    if not name.strip():
        raise BadQuery("Which playbook?", todo="`/ana playbooks` lists them.")
    return name.strip()


_KEPT = {"found": "as it was found in its file", "scheduled": "scheduled", "owner": "another owner", "reverted": "brought back"}
