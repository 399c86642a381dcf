"""What the Slack room needs from the rest of the house, as Protocols that `bootstrap` fills. Never any behaviour.

Every method may raise AnabotError, whose words are shown to the person. Anything else is logged and shown as a reference id.
All of them are called from several threads at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from anabot.demand import Explained, Filed, Wanted
from anabot.lending import Wish
from anabot.playbooks.playbook import Playbook
from anabot.preview import Preview
from anabot.proposing import Shown
from anabot.semantic.registry import Metric, Registry
from anabot.stewards.listing import Event, PlaybookLine
from anabot.stewards.plans import Filled, Offered, Outcome, Schedulable
from anabot.store import Change
from anabot.store.lessons import Kind, Lesson
from anabot.types import Answer, Channel, Digest, Directory, Person, Question
from anabot.watch import Alarm, Spill

Vote = Literal["up", "down"]


class Hello(Protocol):
    """How Ana introduces herself in one place: plain text, and questions that work there for that person."""

    @property
    def text(self) -> str:
        """What she says, without markup."""

    @property
    def questions(self) -> tuple[str, ...]:
        """Questions that a press of a button asks."""


class Asker(Protocol):
    """One question, start to end."""

    def ask(self, question: Question, progress: Callable[[str], None], /) -> Answer:
        """The answer to somebody who asked Ana. A `clarify` answer carries a receipt, so that `choose` can find it.

        `progress` is told what is being done, where it takes more than a moment.
        """

    def overhear(self, question: Question, /) -> Answer | None:
        """The answer to a sentence in a thread that nobody addressed to Ana.

        None, and no state changed, unless she holds state for `question.thread` and understands the sentence completely.
        """

    def choose(self, receipt: str, index: int, person: Person, channel: Channel | None, /) -> Answer:
        """The answer for the `index`-th choice of the `clarify` answer with this receipt, under this person's own grant."""

    def recall(self, receipt: str, person: Person, channel: Channel | None, /) -> Answer:
        """The answer with this receipt, asked again under the grant of this person in this channel."""

    def feedback(self, receipt: str, person: Person, vote: Vote, /) -> None:
        """Keep one person's vote on one answer, on record; the last one counts."""

    def note(self, receipt: str, person: Person, text: str, /) -> str:
        """Keep what somebody wrote beside a vote against an answer; what becomes of it, in words."""

    def turned_away(self, user: str, place: str, /, *, reason: str, key: str, said: str) -> None:
        """Put on record that somebody was refused before it was known who they are, or who reads where they asked."""


class Admin(Protocol):
    """What `/ana` can do beyond answering and playbooks."""

    def status(self) -> Mapping[str, str]:
        """Label → words, in the order they are shown: warehouse, registry, loads, store, worker."""

    def metrics(self, search: str, person: Person, channel: Channel, /) -> Sequence[Metric]:
        """The metrics listed for this person here, best match first; all of them for an empty search."""

    def define(self, name: str, person: Person, channel: Channel, /) -> Metric:
        """One listed metric by name, label or synonym.

        Raises:
            UnknownName: no such metric, or one that is hidden from this person: the same words for both.
        """

    def audit(self, count: int, /) -> Sequence[Mapping[str, Any]]:
        """The newest `count` audit rows, newest first, with `at`, `actor`, `place`, `status`, `metrics` and `receipt`."""

    def replay(self, receipt: str, person: Person, /) -> Sequence[str]:
        """Run an answer again; whether it is the same or what moved, line by line.

        Raises:
            NotAllowed: it is somebody else's, and this person is no admin.
        """

    def recorded(self, word: str, rest: str, person: Person, channel: str, /) -> AbstractContextManager[None]:
        """What is done inside is on record as this person's `/ana`, with how it ended."""

    def preview(self, person: Person, channel: Channel | None, by: Person, /) -> Preview:
        """What the person would see, alone and in a channel, and why; `by` looks, which is on record."""

    def reload(self) -> str:
        """Read registry, access and playbooks again; one sentence that says what is now in force."""


class Keeps(Protocol):
    """Whoever looks after playbooks. Names are `team/file-name` or titles.

    All but `lines` raise NotAllowed for whoever does not look after the playbook: the same words as for one that does not exist.
    """

    def lines(self, person: Person, /) -> Sequence[PlaybookLine]:
        """The playbooks that this person looks after or reads."""

    def run(self, name: str, person: Person, /) -> str:
        """Run one now and post it into its channel; one sentence that says what was posted where."""

    def preview(self, name: str, person: Person, /) -> tuple[PlaybookLine, Digest]:
        """The digest as it would be posted now. Nothing is posted."""

    def pause(self, name: str, person: Person, /) -> str:
        """Let the clock leave it alone."""

    def resume(self, name: str, person: Person, /) -> str:
        """Let the clock run it again."""

    def history(self, name: str, person: Person, /) -> tuple[PlaybookLine, Sequence[Event]]:
        """Its newest runs and changes, newest first."""

    def owner(self, name: str, to: str, person: Person, /) -> str:
        """Give it to another owner, by handle or user id."""

    def versions(self, name: str, person: Person, /) -> tuple[PlaybookLine, Sequence[Change]]:
        """The texts that are kept of it, newest first."""

    def revert(self, name: str, number: str, person: Person, /) -> str:
        """Bring one version back."""


class Plans(Protocol):
    """Whoever makes playbooks of answers. `proposal` is what `preview` gave."""

    def schedulable(self, receipt: str, part: int | None, person: Person, channel: Channel, /) -> Schedulable:
        """What an answer can become for this person; asked again under their grant."""

    def plan(self, filled: Filled, person: Person, /) -> tuple[Playbook, str]:
        """The playbook that was filled in, and its text. Raises Unfit, by the part of the form that it is about."""

    def preview(self, playbook: Playbook, text: str, person: Person, /) -> tuple[Offered, Digest]:
        """The digest as it would be posted now, and the proposal."""

    def schedule(self, proposal: str, person: Person, /) -> Outcome:
        """Its maker wants it."""

    def discard(self, proposal: str, person: Person, /) -> str:
        """Its maker does not."""

    def for_decider(self, proposal: str, person: Person, /) -> Digest | None:
        """The digest, for somebody who decides and reads the channel."""

    def decide(self, proposal: str, person: Person, /, *, yes: bool) -> Outcome:
        """The channel's owner or an admin says yes or no."""

    def waiting(self, person: Person, /) -> Sequence[Offered]:
        """What this person may decide, and what of their own waits."""


class Lends(Protocol):
    """Where people ask an owner for access, and owners decide."""

    def ask(self, person: Person, metric: str, place: str, /) -> Wish:
        """Ask the metric's owner for it. `place` is `dm` or a channel with its `#`.

        Raises:
            NotAllowed: there is nothing to ask for: the same words for a hidden metric and for none.
        """

    def approve(self, owner: Person, user: str, metric: str, days: int, /) -> tuple[Person, str]:
        """Open it for so many days; who asked, and what was decided in words."""

    def decline(self, owner: Person, user: str, metric: str, /) -> tuple[Person, str]:
        """Say no; who asked, and what was decided in words."""

    def end(self, by: Person, user: str, metric: str, /) -> str:
        """Take it back at once; what was done, in words."""


class Demands(Protocol):
    """Where people ask for what nobody has defined."""

    def file(self, receipt: str, person: Person, channel: Channel | None, /) -> Filed:
        """File a wish for the words of the refusal with this receipt.

        Raises:
            NotAllowed: it is no refusal that this person has seen here.
        """

    def list(self, person: Person | None, /) -> Sequence[Wanted]:
        """What is wanted, as this person may read it, the most wanted first."""

    def close(self, word: str, person: Person | None, /) -> str:
        """Set a word aside; what was done, in words.

        Raises:
            NotAllowed: it is not theirs to close.
        """

    def explained(self) -> Iterable[Explained]:
        """The wishes whose word means something now, each once."""


class Proposals(Protocol):
    """What was learned, until an owner decides."""

    def list(self, person: Person | None, /) -> Sequence[Lesson]:
        """The open ones that this person may read."""

    def show(self, name: str, person: Person | None, /) -> Shown:
        """One of them, with its diff.

        Raises:
            NotAllowed: there is none of this name that this person may read.
        """

    def propose(
        self, kind: Kind, word: str, metric: str, person: Person, /, *, team: str = "", place: str, said: str
    ) -> Lesson | None:
        """Propose that a word shall mean a metric. None where there is no place for it."""

    def untold(self) -> Sequence[Shown]:
        """Those whose owner has not been told."""

    def told(self, name: str, /) -> None:
        """Its owner knows."""

    def accept(self, name: str, person: Person, /) -> str:
        """Write the change; what was done, in words.

        Raises:
            NotAllowed: it is not theirs to decide.
        """

    def decline(self, name: str, person: Person, /) -> str:
        """Say no; what was done, in words."""


class Watches(Protocol):
    """Whoever looks at who reads what."""

    def declared(self) -> Sequence[str]:
        """The channels that are declared by their own name or id."""

    def alarm(self, channel: Channel, /) -> Alarm | None:
        """The members about whom the channel's owner has not been told. Whoever is given it tells, and says so by `told`."""

    def told(self, alarm: Alarm, /, *, reached: bool) -> None:
        """Put on record whether the owner could be told."""

    def keep(self, file: str, receipt: str, /) -> None:
        """Remember of which answer an uploaded file is."""

    def shared(self, file: str, user: str, channel: Channel | None, place: str, /) -> Spill | None:
        """What is wrong with a file of Ana's being shared by the user in a channel; None where nothing is."""


class Seen(Protocol):
    """A memory of keys, shared by every process."""

    def once(self, key: str, /) -> bool:
        """True the first time a key is seen, False ever after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """All that `create_app` is given.

    `hello` says what Ana says when she joins a channel (to whoever invited her) or is opened in a DM. `registry` returns the
    one in force now, as it can be reloaded; `known` the same in the words that this person may read there.
    """

    asker: Asker
    hello: Callable[[Person, Channel], Hello]
    admin: Admin
    playbooks: Keeps
    plans: Plans
    lending: Lends
    demand: Demands
    proposals: Proposals
    directory: Directory
    seen: Seen
    watch: Watches
    registry: Callable[[], Registry]
    known: Callable[[Person, Channel], Registry]
