"""`/ana`: help, status, metrics, define, playbooks, run, audit, reload. Answers are seen by whoever typed it alone.

Everybody may ask for help, the metrics listed for them, their definitions and the playbooks of their channels. Only a
workspace admin may run, reload, or read status and audit. It shows no number of the warehouse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import process
from slack_bolt import Respond

from anabot.errors import BadQuery, NotAllowed
from anabot.slack import buttons, mrkdwn
from anabot.slack.blocks import Block, Message, actions, button, context, header, messages, sections
from anabot.slack.clicks import Click
from anabot.slack.desk import Desk
from anabot.slack.details import describe
from anabot.slack.reply import in_words
from anabot.slack.tables import Grid, table_block
from anabot.types import Channel, Person

MOST_METRICS, MOST_AUDIT, DEFAULT_AUDIT = 40, 50, 10
# A response URL takes five messages.
_MOST_MESSAGES = 5
_ADMIN = frozenset({"status", "run", "audit", "reload"})
_HELP = {
    "help": "this list",
    "metrics [search]": "the metrics you may ask about here",
    "define METRIC": "what a metric means, its formula and its owner",
    "playbooks": "what is posted where, and when",
    "status": "warehouse, registry, loads and store (admins)",
    "run PLAYBOOK": "post a playbook into its channel now (admins)",
    "audit [n]": "the newest n questions on record (admins)",
    "reload": "read definitions, access and playbooks again (admins)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """The desk behind `/ana`. Runs in the pool."""

    desk: Desk

    def run(self, command: Mapping[str, Any], respond: Respond) -> None:
        """Do one `/ana …` and answer its typist alone."""
        self.say(respond, in_words(lambda: self._said(command)))

    def press(self, click: Click) -> None:
        """*Run now* beside a playbook."""

        def run() -> Sequence[Message]:
            return _messages(self._do("run", click.value, click.user, click.place.channel))

        for number, message in enumerate(in_words(run)):
            if click.direct:
                self.desk.voice.post(click.place, message, key=f"run:{click.key}/{number}")
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
        person = self.desk.who(user)
        if word in _ADMIN and not person.admin:
            raise NotAllowed(f"`/ana {word}` is for workspace admins.", todo="Ask one of them.")
        todo: dict[str, Callable[[], Iterator[Block]]] = {
            "help": lambda: _help(person),
            "metrics": lambda: self._metrics(rest, *self._reader(user, channel)),
            "define": lambda: self._define(rest, *self._reader(user, channel)),
            "playbooks": lambda: self._playbooks(person),
            "status": self._status,
            "run": lambda: self._run(rest, person),
            "audit": lambda: self._audit(rest),
            "reload": lambda: sections(mrkdwn.escape(self.desk.parts.admin.reload())),
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
        rows = [(one.label, one.name, one.unit or " ", f"@{one.owner}" if one.owner else " ") for one in found[:MOST_METRICS]]
        yield table_block(Grid(rows=(("Metric", "Name", "Unit", "Owner"), *rows), right=(False,) * 4))
        more = (
            f"{MOST_METRICS} of {len(found)} shown; narrow them with `/ana metrics SEARCH`." if len(found) > MOST_METRICS else ""
        )
        yield from context(more, "`/ana define NAME` says what one means.")

    def _define(self, name: str, person: Person, channel: Channel) -> Iterator[Block]:
        if not name:
            raise BadQuery("Which metric?", todo="For example `/ana define` and a name from `/ana metrics`.")
        yield from describe(self.desk.parts.admin.define(name, person, channel))

    def _playbooks(self, person: Person) -> Iterator[Block]:
        lines = self.desk.parts.admin.playbooks(person)
        if not lines:
            yield from sections("There is no playbook in your channels.")
        for number, line in enumerate(lines):
            where = " · ".join(mrkdwn.value(part) for part in (line.name, line.channel, line.schedule) if part)
            yield from sections(f"{mrkdwn.bold(line.title)}\n{where}")
            if person.admin:
                yield from actions(button("Run now", f"{buttons.RUN}_{number}", line.name))

    def _run(self, name: str, person: Person) -> Iterator[Block]:
        if not name:
            raise BadQuery("Which playbook?", todo="`/ana playbooks` lists them.")
        yield from sections(mrkdwn.escape(self.desk.parts.admin.run(name, person)))

    def _status(self) -> Iterator[Block]:
        yield header("Ana")
        lines = [f"*{mrkdwn.value(label)}* {mrkdwn.escape(words)}" for label, words in self.desk.parts.admin.status().items()]
        yield from sections("\n".join(lines))

    def _audit(self, count: str) -> Iterator[Block]:
        if count and not count.isdigit():
            raise BadQuery(f"`{count}` is not a number of rows.", todo="For example `/ana audit 20`.")
        entries = self.desk.parts.admin.audit(min(int(count or DEFAULT_AUDIT), MOST_AUDIT))
        names = ("at", "actor", "place", "status", "metrics", "receipt")
        rows = [tuple(_cell(entry.get(name)) for name in names) for entry in entries]
        if not rows:
            yield from sections("Nothing has been asked yet.")
            return
        yield table_block(Grid(rows=(tuple(name.capitalize() for name in names), *rows), right=(False,) * len(names)))


def _help(person: Person) -> Iterator[Block]:
    shown = {usage: words for usage, words in _HELP.items() if person.admin or usage.split()[0] not in _ADMIN}
    yield from sections("\n".join(f"`/ana {usage}` {words}" for usage, words in shown.items()))
    yield from context("To ask about numbers, mention me in a channel or write to me directly.")


def _unknown(word: str, known: Sequence[str], person: Person) -> Iterator[Block]:
    nearest = process.extractOne(word, known, score_cutoff=60)
    hint = f" Did you mean `/ana {nearest[0]}`?" if nearest else ""
    yield from sections(f"I do not know `/ana {mrkdwn.value(word)}`.{hint}")
    yield from _help(person)


def _messages(blocks: list[Block]) -> Sequence[Message]:
    first = next((block["text"]["text"] for block in blocks if block["type"] == "section"), "Ana")
    return messages(first, blocks)


def _cell(value: Any) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(map(str, value)) or " "
    return mrkdwn.one_line(str(value))[:120] if value not in (None, "") else " "
