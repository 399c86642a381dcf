"""The nouns every room shares, and the Protocols that `bootstrap` fills. Never any behaviour that does I/O."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal, NewType, Protocol

from anabot.findings import Bridge as Bridge
from anabot.findings import Driver as Driver
from anabot.findings import Drivers as Drivers
from anabot.findings import Overlap as Overlap
from anabot.findings import Split as Split
from anabot.findings import Unit as Unit

UserId = NewType("UserId", str)
ChannelId = NewType("ChannelId", str)
Receipt = NewType("Receipt", str)
Cell = str | int | float | bool | Decimal | dt.date | dt.datetime | None
_MARKS = {"certified": "✔ Certified", "team": "◐ Team", "draft": "⚠ Draft"}
Mask = Literal["null", "constant", "hash", "last4", "year"]  # the strictest first
Status = Literal["answered", "clarify", "refused", "forbidden", "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan:
    """One metric that its owner has opened to one person, until an aware instant."""

    metric: str
    until: dt.datetime
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who asks. `groups` are Slack user-group handles; policy alone turns them into teams and rights.

    `email` says something about them only where `confirmed`. `attributes` come from the company's own table of people, and
    `loans` from owners who were asked; both are there only where somebody has looked them up.
    """

    user: UserId
    name: str
    handle: str = ""
    email: str = ""
    confirmed: bool = False
    groups: frozenset[str] = frozenset()
    zone: str = "UTC"
    guest: bool = False
    external: bool = False
    admin: bool = False
    attributes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    loans: tuple[Loan, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A place where an answer is read. `name` has no `#`; a direct message has kind `dm`."""

    channel: ChannelId
    name: str
    kind: Literal["channel", "dm"] = "channel"
    private: bool = False
    external: bool = False
    members: frozenset[UserId] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing somebody said to Ana. `thread` names the conversation; `question_id` is the natural key of the message.

    `meant` is what is read instead of the text, where that corrects what was said before.
    """

    question_id: str
    text: str
    person: Person
    channel: Channel | None = None
    thread: str | None = None
    meant: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRule:
    """Rows of a semantic model that may be read: those where `dimension` is one of `values`. No values: no rows.

    With `lower` it is compared in lower case, as e-mails are.
    """

    model: str
    dimension: str
    values: tuple[str, ...]
    lower: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskRule:
    """A dimension of which only what `form` leaves may be seen, wherever its column is read.

    `key` is what `hash` is keyed with, so that nobody can work out whose name a hash stands for by hashing names.
    """

    model: str
    dimension: str
    form: Mask
    key: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """The dimension as `access.yml` names it."""
        return f"{self.model}.{self.dimension}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAs:
    """The warehouse's own role under which a connection answers somebody, and who it is told that they are."""

    connection: str
    role: str
    user: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleRule:
    """Metrics about people, and the only ways they may be broken down and filtered: by `by`, at most `together` at once.

    `person` is the entity that counts as one; of fewer than `k` of them nothing is said.
    """

    metrics: frozenset[str]
    person: str
    by: tuple[str, ...] = ()
    k: int = 5
    together: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What one person may see in one place, and why. It is the key of whatever is kept for its holder.

    `metrics` may be answered; `listed` (a superset) may be named. Everything else is unknown to this person.
    `rows` restrict every scan that reaches their model. `denied` are dimensions, as `model.dimension`, that may not be
    grouped by, filtered on or named; of those in `masks` only what the mask leaves is seen. `people` keep small groups
    unsaid. `runs_as` are the holder's roles where a connection runs as the asker; a `house` grant is for what Ana asks
    herself. Fail closed: an empty Grant sees nothing.
    """

    subject: str
    audience: str
    metrics: frozenset[str] = frozenset()
    listed: frozenset[str] = frozenset()
    rows: tuple[RowRule, ...] = ()
    denied: frozenset[str] = frozenset()
    masks: tuple[MaskRule, ...] = ()
    people: tuple[PeopleRule, ...] = ()
    runs_as: tuple[RunAs, ...] = ()
    house: bool = False
    team: str = ""
    reason: str = ""

    def fingerprint(self) -> str:
        """A hash of what the grant permits, not of who holds it: of every field but who, where and why."""
        return _fingerprint(self)

    def permits(self) -> tuple[Any, ...]:
        """What the grant permits, as it is written down: every field but who, where and why."""
        return tuple(getattr(self, name) for name in _PERMITS)


@lru_cache(maxsize=512)
def _fingerprint(grant: Grant) -> str:
    """Kept: over thousands of metrics it takes longer than reading a question."""
    permits = {name: _canonical(getattr(grant, name)) for name in _PERMITS}
    return hashlib.sha256(json.dumps(permits, sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a result. `type`: number, integer, money, ratio, text, date, time, boolean."""

    name: str
    type: str
    unit: Unit = ""
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows in SELECT order. Money and ratios are Decimal, times aware UTC. `truncated` says whether more existed.

    `suppressed` are cells, as (row, column), that stand empty because they tell of fewer than `fewer_than` people, or would
    give away a cell that does.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    truncated: bool = False
    suppressed: frozenset[tuple[int, int]] = frozenset()
    fewer_than: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One SELECT for one connection: `text` in its dialect with placeholders, `params` bound in order.

    `tag` is the receipt's code, which a warehouse that keeps a history of queries keeps beside it. `role` and `user` are for a
    connection that runs as the asker.
    """

    connection: str
    dialect: str
    text: str
    params: tuple[Cell, ...] = ()
    tag: str = ""
    role: str = ""
    user: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One governed reading of an ambiguous question, with the value it would give."""

    label: str
    query: Mapping[str, Any]
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """How far a number can be trusted: certified, team or draft, and the one line that says why."""

    level: Literal["certified", "team", "draft"]
    why: str = ""

    def words(self) -> str:
        """`✔ Certified by @somebody until 31 Jan 2027`, `◐ Team: why it is not certified`."""
        joint = " " if self.why.startswith("by ") else ": "
        return _MARKS[self.level] + (f"{joint}{self.why}" if self.why else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What Ana says to one question, before any room has dressed it. Its JSON is `answer_json`."""

    status: Status
    text: str
    query: Mapping[str, Any] | None = None
    query_hash: str = ""
    table: Table | None = None
    sql: tuple[tuple[str, str], ...] = ()
    models: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    badge: Badge | None = None
    as_of: dt.datetime | None = None
    period: str = ""
    assumptions: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    overlap: Overlap | None = None  # of the choices, where they count the same things
    reason: str = ""
    unknown: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()
    owner: str = ""
    request: str = ""  # the metric that the asker may ask its owner for
    private: str = ""
    aside: Answer | None = None  # what goes to the asker alone, by direct message; `private` is its text
    bridges: tuple[Bridge, ...] = ()
    drivers: Drivers | None = None  # what a change is made of, where that was asked
    parts: tuple[Answer, ...] = ()
    abreast: bool = False  # `table` has the rows of all parts side by side
    chart: str = ""  # "", "line" or "bar": the picture that was asked for
    ask: str = ""  # "definition" or "sql" where the question was what the number is, not how much
    lineage: tuple[tuple[str, tuple[str, ...]], ...] = ()  # each dbt model and what it is built from, nearest first
    access: str = ""  # who may see it here, and why
    receipt: Receipt = Receipt("")
    brain: str = "offline"
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    tokens: int = 0
    cost_usd: Decimal = Decimal(0)

    @property
    def assumed(self) -> tuple[str, ...]:
        """What was assumed for the whole, and for each of its parts."""
        return tuple(dict.fromkeys((*self.assumptions, *(said for part in self.parts for said in part.assumptions))))


class Directory(Protocol):
    """Who people are and who reads a channel."""

    def person(self, user: str) -> Person | None:
        """The person with this user id or handle, or None."""

    def channel(self, channel: str) -> Channel | None:
        """The channel with this id or name (with or without `#`), or None."""

    def members(self, channel: Channel) -> Sequence[Person]:
        """Everybody who reads the channel, guests included."""

    def renew(self, channel: str) -> None:
        """Forget who reads the channel with this id or name: whoever looks next sees who reads it then."""


class Clock(Protocol):
    """Business time: it may start at a fixed instant, and runs on from there."""

    def now(self) -> dt.datetime:
        """The business instant, aware."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One playbook run, ready to be posted: Markdown, and the pictures it names as `![title](chart:name)`.

    The Markdown is paragraphs, `#` headings, `-` lists, pipe tables and pictures. Data values in it are escaped by
    `playbooks.markdown.escape` and read back by its `plain`. What follows the last line `---` is the footer.
    `files` are the tables that its words show in part, whole, by the names that the words give them. `parts` follow in its
    thread, each by its title once.
    """

    title: str
    markdown: str
    charts: Mapping[str, bytes] = field(default_factory=dict)
    files: Mapping[str, Table] = field(default_factory=dict)
    receipts: tuple[Receipt, ...] = ()
    parts: tuple[Digest, ...] = ()
    posted: Mapping[str, Any] = field(default_factory=dict)  # its numbers as JSON, to be looked at again


class Once(Protocol):
    """A way to say one thing once, whatever breaks."""

    def __call__(
        self, key: str, channel: str, *, say: Callable[[Callable[[], None]], str], find: Callable[[dt.datetime], str]
    ) -> str:
        """The id of the message called `key`, whether it is said now or was before.

        `say` says it and returns its id, calling what it is given right before each time it sends; it raises Undelivered where it
        does not know whether the message has arrived. `find` looks for it among what came since an instant: its id, or "".
        """


class Poster(Protocol):
    """A way to put one digest into a channel."""

    def post(self, channel: str, digest: Digest, *, delivery_id: str, once: Once) -> str:
        """Post each message of it once and return the first one's own id. Raises Undelivered when it should be tried again."""


def cell_json(value: Cell) -> str | int | float | bool | None:
    """A cell as it goes into JSON: decimals and times as strings."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    return value


_HOLDER = frozenset({"subject", "audience", "team", "reason"})
_PERMITS = tuple(one.name for one in fields(Grant) if one.name not in _HOLDER)


def _canonical(value: Any) -> Any:
    """Equal for what permits the same, in whatever order it was written down; what it does not know it refuses to hash."""
    if is_dataclass(value) and not isinstance(value, type):
        return [type(value).__name__, *(_canonical(getattr(value, one.name)) for one in fields(value))]
    if isinstance(value, Mapping):
        return sorted(([str(name), _canonical(held)] for name, held in value.items()), key=json.dumps)
    if isinstance(value, frozenset | set | tuple | list):
        return sorted((_canonical(one) for one in value), key=json.dumps)
    if value is None or isinstance(value, str | int | bool):
        return value
    raise TypeError(f"A grant cannot hold {type(value).__name__}.")
