"""`/ana`: help, status, metrics, define, demand, propose, playbooks and what is done with them, replay, access, audit, reload.

Its typist alone reads it. Everybody may ask for help, the metrics listed for them, their definitions and the playbooks of their
channels. Only a workspace admin may reload, or read status, audit and who may see what. It shows no number of the warehouse,
but for a preview, which is a playbook's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import process
from slack_bolt import Respond

from anabot.errors import BadQuery, NotAllowed
from anabot.slack import mrkdwn, playbooks
from anabot.slack.blocks import Block, Message, context, messages, sections, shortened
from anabot.slack.clicks import Click
from anabot.slack.desk import Desk
from anabot.slack.explain import describe
from anabot.slack.playbooks import PlaybookWords
from anabot.slack.poster import SlackPoster
from anabot.slack.preview import preview_blocks
from anabot.slack.proposals import proposal_blocks
from anabot.slack.reply import in_words
from anabot.slack.tables import table_block, words_only
from anabot.slack.wanted import wanted_blocks
from anabot.types import Channel, Person

MOST_METRICS, MOST_AUDIT, DEFAULT_AUDIT, MOST_PROPOSALS = 40, 50, 10, 5
_GIST = 90
# A response URL takes five messages.
_MOST_MESSAGES = 5
_ADMIN = frozenset({"access", "status", "audit", "reload"})
_HELP = {
    "help": "this list",
    "metrics [search]": "the metrics you may ask about here",
    "define METRIC": "what a metric means, its formula and its owner",
    "demand [close WORD]": "what is asked for and not defined: all of it for those who keep the definitions, your own for you",
    "propose [WORD means METRIC]": "changes to the definitions that wait for their owner; yours to accept, or a new one",
    **playbooks.HELP,
    "status": "warehouse, registry, loads and store (admins)",
    "replay RECEIPT": "run an answer again: the same, or what moved; your own, or any as an admin",
    "access @USER [#CHANNEL]": "what somebody would see, there too, and why (admins)",
    "audit [n]": "the newest n questions on record (admins)",
    "reload": "read definitions, access and playbooks again (admins)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """The desk behind `/ana`. Runs in the pool."""

    desk: Desk
    poster: SlackPoster

    def run(self, command: Mapping[str, Any], respond: Respond) -> None:
        """Do one `/ana …` and answer its typist alone."""
        self.say(respond, in_words(lambda: self._said(command)))

    def press(self, click: Click) -> None:
        """A button under a playbook: as if its word had been typed."""
        word = click.action.removeprefix("ana_").rpartition("_")[0]
        place = self.desk.answered_in(click.place, click.user)

        def run() -> Sequence[Message]:
            return _messages(self._do(word, click.value, click.user, place.channel))

        for number, message in enumerate(in_words(run)):
            if place.direct:
                self.desk.voice.post(place, message, key=f"run:{click.key}/{number}")
            else:
                self.desk.voice.whisper(click.place, click.user, message)

    def say(self, respond: Respond, said: Sequence[Message]) -> None:
        """Answer through the command's response URL."""
        for message in said[:_MOST_MESSAGES]:
            respond(text=message.text, blocks=list(message.blocks), response_type="ephemeral", replace_original=False)

    def _said(self, command: Mapping[str, Any]) -> Sequence[Message]:
        word, _, rest = str(command.get("text") or "help").strip().partition(" ")
        return _messages(self._do(word.casefold() or "help", rest.strip(), str(command["user_id"]), str(command["channel_id"])))

    def _do(self, word: str, rest: str, user: str, channel: str) -> list[Block]:
        person = self.desk.who(user, channel=channel, key=f"/ana {word}", said=f"{word} {rest}")
        known = any(usage.split()[0] == word for usage in _HELP)
        with self.desk.parts.admin.recorded(word if known else "unknown", rest if known else f"{word} {rest}", person, channel):
            return self._done(word, rest, person, channel)

    def _done(self, word: str, rest: str, person: Person, channel: str) -> list[Block]:
        user = str(person.user)
        if word in _ADMIN and not person.admin:
            raise NotAllowed(f"`/ana {word}` is for workspace admins.", todo="Ask one of them.")
        todo: dict[str, Callable[[], Iterator[Block]]] = {
            "help": lambda: _help(person),
            "metrics": lambda: self._metrics(rest, *self._reader(user, channel)),
            "define": lambda: self._define(rest, *self._reader(user, channel)),
            "demand": lambda: self._demand(rest, person),
            "propose": lambda: self._propose(rest, *self._reader(user, channel)),
            "status": self._status,
            "access": lambda: self._access(rest, person),
            "audit": lambda: self._audit(rest),
            "replay": lambda: self._replay(rest, person),
            "reload": lambda: sections(mrkdwn.escape(self.desk.parts.admin.reload())),
            **PlaybookWords(desk=self.desk, poster=self.poster, person=person, channel=channel).todo(rest),
        }
        if word not in todo:
            return list(_unknown(word, list(todo), person))
        return list(todo[word]())

    def _reader(self, user: str, channel: str) -> tuple[Person, Channel]:
        return self.desk.reader(user, channel, direct=channel.startswith("D"))

    def _metrics(self, search: str, person: Person, channel: Channel) -> Iterator[Block]:
        found = self.desk.parts.admin.metrics(search, person, channel)
        if not found:
            yield from sections(
                mrkdwn.escape(f"No metric matches “{search}” here." if search else "No metric is open to you here.")
            )
            return
        rows = [(one.label, _gist(one.description), f"@{one.owner}" if one.owner else " ") for one in found[:MOST_METRICS]]
        yield table_block(words_only(("Metric", "What it is", "Owner"), rows))
        more = (
            f"{MOST_METRICS} of {len(found)} shown; narrow them with `/ana metrics SEARCH`." if len(found) > MOST_METRICS else ""
        )
        yield from context(more, "`/ana define METRIC` says all about one.")

    def _define(self, name: str, person: Person, channel: Channel) -> Iterator[Block]:
        if not name:
            raise BadQuery("Which metric?", todo="For example `/ana define` and a name from `/ana metrics`.")
        found, known = self.desk.parts.admin.define(name, person, channel), self.desk.parts.known(person, channel)
        yield from describe(known.metrics[found.name], known)

    def _demand(self, words: str, person: Person) -> Iterator[Block]:
        act, _, word = words.partition(" ")
        if act == "close" and word.strip():
            yield from sections(mrkdwn.escape(self.desk.parts.demand.close(word, person)))
        elif words:
            raise BadQuery("I list what is asked for, or close a word.", todo="Write `/ana demand` or `/ana demand close WORD`.")
        else:
            yield from wanted_blocks(self.desk.parts.demand.list(person), self.desk.parts.registry())

    def _propose(self, words: str, person: Person, channel: Channel) -> Iterator[Block]:
        proposals = self.desk.parts.proposals
        word, means, name = words.partition(" means ")
        if words and not means:
            raise BadQuery("Which word shall mean what?", todo="Write `/ana propose WORD means METRIC`, or `/ana propose` alone.")
        if means:
            metric = self.desk.parts.admin.define(name, person, channel)
            made = proposals.propose("synonym", word, metric.name, person, place="dm", said=word)
            if made is None:
                raise BadQuery(f"“{word}” cannot mean {metric.label}.", todo="Name a word that means nothing yet.")
            yield from proposal_blocks(proposals.show(made.proposal, person), decides=person.handle == metric.owner)
            return
        found = proposals.list(person)
        if not found:
            yield from sections("Nothing is proposed, as far as you may read it.")
        registry = self.desk.parts.registry()
        for one in found[:MOST_PROPOSALS]:
            owns = one.metric in registry.metrics and registry.metrics[one.metric].owner == person.handle
            yield from proposal_blocks(proposals.show(one.proposal, person), decides=owns)
        if len(found) > MOST_PROPOSALS:
            yield from context(f"{MOST_PROPOSALS} of {len(found)} shown; `anabot propose list` lists all.")

    def _replay(self, receipt: str, person: Person) -> Iterator[Block]:
        if not receipt:
            raise BadQuery("Which answer?", todo="Its receipt, R-…, is in the details of the answer.")
        lines = self.desk.parts.admin.replay(receipt, person)
        yield from sections("\n".join(mrkdwn.escape(line) for line in lines))

    def _status(self) -> Iterator[Block]:
        lines = [f"*{mrkdwn.value(label)}* {mrkdwn.escape(words)}" for label, words in self.desk.parts.admin.status().items()]
        yield from sections("\n".join(lines))

    def _audit(self, count: str) -> Iterator[Block]:
        if count and not count.isdigit():
            raise BadQuery(f"`{count}` is not a number of rows.", todo="For example `/ana audit 20`.")
        entries = self.desk.parts.admin.audit(min(int(count or DEFAULT_AUDIT), MOST_AUDIT))
        rows = [self._entry(entry) for entry in entries]
        if not rows:
            yield from sections("Nothing has been asked yet.")
            return
        yield table_block(words_only(("When", "Who", "Where", "Outcome", "Metrics", "Receipt"), rows))
        yield from context("The newest first, by the real clock.")

    def _access(self, words: str, by: Person) -> Iterator[Block]:
        names = [mrkdwn.mentioned(word) for word in words.split()]
        if len(names) not in (1, 2):
            raise BadQuery("Whose access?", todo="Write `/ana access @user` or `/ana access @user #channel`.")
        person = self.desk.parts.directory.person(names[0])
        channel = self.desk.parts.directory.channel(names[1]) if len(names) > 1 else None
        if person is None or (len(names) > 1 and channel is None):
            raise BadQuery(
                f"I do not know {names[0] if person is None else names[1]} in Slack.", todo="Mention them by `@` or `#`."
            )
        yield from preview_blocks(self.desk.parts.admin.preview(person, channel, by))

    def _entry(self, entry: Mapping[str, Any]) -> tuple[str, ...]:
        """One look as a line: labels instead of names, a handle instead of a user id, the company's time."""
        registry = self.desk.parts.registry()
        at, person = entry.get("at"), self.desk.parts.directory.person(str(entry.get("actor") or ""))
        when = at.astimezone(registry.calendar.zone) if isinstance(at, dt.datetime) else None
        labels = [registry.metrics[one].label if one in registry.metrics else one for one in entry.get("metrics") or ()]
        return (
            f"{when.day} {when:%b %H:%M:%S}" if when else _cell(at),
            f"@{person.handle}" if person and person.handle else _cell(entry.get("actor")),
            *(_cell(entry.get(name)) for name in ("place", "status")),
            _cell(", ".join(labels)),
            _cell(entry.get("receipt")),
        )


def _help(person: Person) -> Iterator[Block]:
    shown = {usage: words for usage, words in _HELP.items() if person.admin or usage.split()[0] not in _ADMIN}
    yield table_block(words_only(("Command", "What it does"), [(f"/ana {usage}", words) for usage, words in shown.items()]))
    yield from context("To ask about numbers, mention me in a channel or write to me directly.")


def _unknown(word: str, known: Sequence[str], person: Person) -> Iterator[Block]:
    nearest = process.extractOne(word, known, score_cutoff=60)
    hint = f" Did you mean `/ana {nearest[0]}`?" if nearest else ""
    yield from sections(f"I do not know `/ana {mrkdwn.value(word)}`.{hint}")
    yield from _help(person)


def _messages(blocks: list[Block]) -> Sequence[Message]:
    first = next((block["text"]["text"] for block in blocks if block["type"] == "section"), "Ana")
    return messages(first, blocks)


def _gist(description: str) -> str:
    return shortened(mrkdwn.one_line(description).partition(". ")[0].rstrip("."), _GIST) or " "


def _cell(value: Any) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(map(str, value)) or " "
    return mrkdwn.one_line(str(value))[:120] if value not in (None, "") else " "
