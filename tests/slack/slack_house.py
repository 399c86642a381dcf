"""The Slack room in a house whose other rooms are actors: a workspace to talk in, an asker that says what it is told."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import SecretStr
from serving import SECRET, Local, address, free_socket, local_workspace, serving, wait_for

from anabot.config import SlackSettings
from anabot.demand import Explained, Filed, Wanted
from anabot.errors import BadQuery, NotAllowed, UnknownName
from anabot.lending import Wish
from anabot.periods import Calendar
from anabot.playbooks.playbook import Playbook
from anabot.playbooks.spec import read_playbook
from anabot.preview import ClassLine, Preview
from anabot.proposing import Shown
from anabot.semantic.registry import Metric, Registry
from anabot.slack.app import Line, create_app, open_line
from anabot.slack.desk import Desk as SlackDesk
from anabot.slack.parts import Parts
from anabot.slack.pool import Pool
from anabot.stewards.listing import Event, PlaybookLine
from anabot.stewards.plans import Filled, Offered, Outcome, Schedulable, Unfit
from anabot.store import Change
from anabot.store.lessons import Lesson
from anabot.types import Answer, Badge, Bridge, Channel, Choice, Column, Digest, Directory, Person, Question, Receipt, Table
from anabot.watch import Alarm, Spill
from anabot.web import create_web
from anabot.workspace import LOCAL_TOKEN

FAY, OLU, ROOT = "U0FAY", "U0OLU", "U0ROOT"
GENERAL, FIN = "C0GENERAL", "C0FIN"

TAKINGS = Metric(
    name="takings",
    kind="simple",
    label="Takings",
    description="What the till took after returns. Tips are not in it.",
    model="sales",
    agg="sum",
    expr="amount",
    owner="fay",
    unit="usd",
    synonyms=("till money",),
    not_the_same_as=("tips",),
    caveat="Sundays arrive on Monday.",
)
REGISTRY = Registry(
    models={},
    metrics={"takings": TAKINGS},
    calendar=Calendar(zone=ZoneInfo("America/Los_Angeles"), fiscal_start=2),
    company="Test & Co",
)
PLACES = Table(
    columns=(Column(name="place", type="text", label="Place"), Column(name="takings", type="money", unit="usd", label="Takings")),
    rows=(("North <!channel>", Decimal("1200.50")), ("*South*", Decimal("-3")), (None, None)),
)


def answered(**more: Any) -> Answer:
    """A full answer."""
    given: dict[str, Any] = {
        "status": "answered",
        "text": "Takings were $1,197.50 in FY26 Q2.",
        "query": {
            "metrics": ["takings"],
            "group_by": ["place"],
            "where": [{"field": "place", "op": "in", "values": ["North", "<!here>"]}],
            "period": {"start": "2026-05-01", "end": "2026-08-01"},
        },
        "query_hash": "abc123",
        "table": PLACES,
        "sql": (("default", "SELECT place, SUM(amount)\nFROM sales"),),
        "models": ("stg_sales", "fct_sales"),
        "metrics": ("takings",),
        "badge": Badge(level="certified", why="certified until 31 Jan 2027"),
        "as_of": dt.datetime(2026, 10, 5, 12, 42, tzinfo=dt.UTC),
        "period": "FY26 Q2 (1 May – 31 Jul 2026)",
        "assumptions": ("last quarter is the fiscal one",),
        "receipt": Receipt("R-ABCDEFGHJK"),
    }
    return Answer(**{**given, **more})


def bridged() -> Answer:
    """An answer with a bridge between two systems."""
    lines = (("Till", Decimal("100.00"), "takings"), ("Returns", Decimal("10.00"), "returns"), ("Bank", Decimal("90.00"), "bank"))
    return answered(
        text="The till took $100.00 and the bank received $90.00.",
        table=None,
        bridges=(
            Bridge(name="b", title="Till to bank", unit="usd", lines=lines, residual=Decimal("0.00"), tolerance=Decimal("0.00")),
        ),
    )


def clarifying() -> Answer:
    """A question asked back."""
    choices = (
        Choice(label="Takings", query={"metrics": ["takings"]}, value="$1.00"),
        Choice(label="Tips", query={"metrics": ["tips"]}),
    )
    text = "“money” has more than one meaning here. Which do you mean?"
    return Answer(status="clarify", text=text, reason="ambiguous", choices=choices, receipt=Receipt("R-CLARIFY234"))


@dataclass(frozen=True)
class Greeting:
    """A hello."""

    text: str = "Hello, I am Ana."
    questions: tuple[str, ...] = ("takings last month", "takings by place", "tips & <tricks>")


@dataclass
class Actor:
    """An asker that says what it is told, and remembers what it was asked."""

    says: Callable[[Question], Answer] = lambda question: answered()
    asked: list[Question] = field(default_factory=list)
    overheard: list[Question] = field(default_factory=list)
    chosen: list[tuple[str, int, str]] = field(default_factory=list)
    recalled: list[tuple[str, str, str]] = field(default_factory=list)
    votes: list[tuple[str, str, str]] = field(default_factory=list)
    notes: list[tuple[str, str, str]] = field(default_factory=list)
    away: list[tuple[str, str, str, str]] = field(default_factory=list)
    understands: Callable[[str], bool] = lambda text: "by month" in text
    gate: threading.Event | None = None
    doing: tuple[str, ...] = ()

    def ask(self, question: Question, progress: Callable[[str], None]) -> Answer:
        self.asked.append(question)
        for line in self.doing:
            progress(line)
        if self.gate is not None:
            self.gate.wait(10)
        return self.says(question)

    def overhear(self, question: Question) -> Answer | None:
        self.overheard.append(question)
        return self.says(question) if self.understands(question.text) else None

    def choose(self, receipt: str, index: int, person: Person, channel: Channel | None) -> Answer:
        self.chosen.append((receipt, index, person.user))
        return answered()

    def recall(self, receipt: str, person: Person, channel: Channel | None) -> Answer:
        self.recalled.append((receipt, person.user, channel.name if channel else ""))
        return self.says(Question(question_id="again", text="", person=person, channel=channel))

    def feedback(self, receipt: str, person: Person, vote: str) -> None:
        self.votes.append((receipt, person.user, vote))

    def note(self, receipt: str, person: Person, text: str) -> str:
        self.notes.append((receipt, person.user, text))
        return "Thank you. Your note is kept with the answer."

    def turned_away(self, user: str, place: str, *, reason: str, key: str, said: str) -> None:
        self.away.append((user, place, reason, said))


WEEK = PlaybookLine(
    name="finance/week",
    title="The week in *money*",
    channel="#fin-weekly",
    schedule="Mondays at 08:00",
    owner="olu",
    next="Mon 12 Oct, 08:00",
    last="posted Mon 5 Oct, 08:00",
)


@dataclass
class Keeper:
    """A desk for playbooks with one, which Olu and admins look after. It remembers what it did."""

    did: list[tuple[str, ...]] = field(default_factory=list)
    paused: bool = False

    def lines(self, person: Person) -> Sequence[PlaybookLine]:
        mine = self._mine(person)
        state = "Paused by @olu" if self.paused else ""
        return [replace(WEEK, tended=mine, runnable=mine, paused=self.paused, state=state, next="" if self.paused else WEEK.next)]

    def run(self, name: str, person: Person) -> str:
        return self._do(person, "run", name) or f"Posted {name} into #fin-weekly."

    def preview(self, name: str, person: Person) -> tuple[PlaybookLine, Digest]:
        self._do(person, "preview", name)
        return WEEK, Digest(title=WEEK.title, markdown="**Takings were $5.**\n\n---\n- R-1\n")

    def pause(self, name: str, person: Person) -> str:
        self.paused = True
        return self._do(person, "pause", name) or f"{name} is paused until `/ana resume {name}`."

    def resume(self, name: str, person: Person) -> str:
        self.paused = False
        return self._do(person, "resume", name) or f"{name} goes on."

    def history(self, name: str, person: Person) -> tuple[PlaybookLine, Sequence[Event]]:
        self._do(person, "history", name)
        at = dt.datetime(2026, 10, 5, 15, 0, tzinfo=dt.UTC)
        return WEEK, [Event(at=at, what="Posted", detail="due Mon 5 Oct, 08:00"), Event(at=at, what="Paused", who="@olu")]

    def owner(self, name: str, to: str, person: Person) -> str:
        return self._do(person, "owner", name, to) or f"{name} is owned by {to}."

    def versions(self, name: str, person: Person) -> tuple[PlaybookLine, Sequence[Change]]:
        self._do(person, "versions", name)
        at = dt.datetime(2026, 10, 5, 15, 0, tzinfo=dt.UTC)
        return WEEK, [Change(playbook=name, number=2, at=at, by=OLU, act="owner", detail="from @fay to @olu", text="x")]

    def revert(self, name: str, number: str, person: Person) -> str:
        return self._do(person, "revert", name, number) or f"Version {number} is in force again."

    def _mine(self, person: Person) -> bool:
        return person.admin or person.user == OLU

    def _do(self, person: Person, *act: str) -> str:
        if not self._mine(person):
            raise NotAllowed("That is for whoever looks after a playbook.")
        self.did.append((*act, str(person.user)))
        return ""


@dataclass
class Planner:
    """A desk for schedules that takes one answer, and lets Olu decide about #fin-weekly. It remembers what it did."""

    directory: Directory
    filled: list[Filled] = field(default_factory=list)
    did: list[tuple[str, ...]] = field(default_factory=list)
    alone: bool = False
    asks: tuple[Offered, ...] = ()

    def schedulable(self, receipt: str, part: int | None, person: Person, channel: Channel) -> Schedulable:
        self.did.append(("schedulable", receipt, str(part), person.user))
        if receipt != "R-ABCDEFGHJK":
            raise BadQuery("This answer cannot be scheduled.", todo="Ask for a number.")
        periods = {"last_week": "last week (28 Sep – 4 Oct 2026 now)", "trailing_7_days": "the last 7 whole days"}
        return Schedulable(title="Takings", query={"metrics": ["takings"]}, periods=periods, chart="bar", bridges=())

    def plan(self, filled: Filled, person: Person) -> tuple[Playbook, str]:
        self.filled.append(filled)
        if filled.title == "bad":
            raise Unfit("title", "That is no title.")
        text = f"---\ntitle: {filled.title}\nowner: olu\nchannel: general\nschedule: {{weekly: monday, at: '08:00'}}\n"
        text += "queries: {a: {metrics: [takings]}}\n---\nx\n"
        playbook, _, faults = read_playbook("playbooks/finance/takings.md", text, REGISTRY.calendar)
        assert playbook is not None, faults
        return playbook, text

    def preview(self, playbook: Playbook, text: str, person: Person) -> tuple[Offered, Digest]:
        self.made = playbook
        return self._shown(person), Digest(title=playbook.title, markdown="**Takings were $5.**\n\n---\n- R-1\n")

    def schedule(self, proposal: str, person: Person) -> Outcome:
        self.did.append(("schedule", proposal, person.user))
        shown = self._shown(self._person(FAY))
        words = "Takings is posted from now on." if self.alone else "@olu decides about Takings."
        return Outcome(became="in_force" if self.alone else "asked", shown=shown, words=words)

    def discard(self, proposal: str, person: Person) -> str:
        self.did.append(("discard", proposal, person.user))
        return "Discarded. Nothing was scheduled."

    def for_decider(self, proposal: str, person: Person) -> Digest | None:
        return Digest(title="Takings", markdown="**Takings were $5.**\n\n---\n- R-1\n")

    def decide(self, proposal: str, person: Person, *, yes: bool) -> Outcome:
        if person.user != OLU:
            raise NotAllowed("This is not yours to decide.")
        self.did.append(("approve" if yes else "decline", proposal, person.user))
        became, words = ("in_force", "Takings is posted from now on.") if yes else ("declined", "Takings will not be posted.")
        return Outcome(became=became, shown=self._shown(self._person(FAY)), words=words)  # type: ignore[arg-type]

    def waiting(self, person: Person) -> Sequence[Offered]:
        return self.asks

    def _person(self, user: str) -> Person:
        person = self.directory.person(user)
        assert person is not None
        return person

    def _shown(self, by: Person) -> Offered:
        decider = None if self.alone else self._person(OLU)
        return Offered(
            proposal="P1", playbook=self.made, by=by, decider=decider, next="Monday, 5 Oct 2026, 08:00", alone=self.alone
        )


@dataclass
class Desk:
    """An admin desk that remembers what it did."""

    reloads: int = 0
    acts: list[tuple[str, str, str]] = field(default_factory=list)

    def status(self) -> Mapping[str, str]:
        return {"Warehouse": "ready", "Registry": "1 metric <b>"}

    def metrics(self, search: str, person: Person, channel: Channel) -> Sequence[Metric]:
        return [TAKINGS] if search in "takings" else []

    def define(self, name: str, person: Person, channel: Channel) -> Metric:
        if name != "takings":
            raise UnknownName(f"There is no metric called “{name}” here.", name=name, todo="Try `/ana metrics`.")
        return TAKINGS

    def audit(self, count: int) -> Sequence[Mapping[str, Any]]:
        row = {
            "at": "2026-10-05T15:00:00Z",
            "actor": "fay",
            "place": "dm",
            "status": "ok",
            "metrics": ("takings",),
            "receipt": "R-1",
        }
        return [row] * min(count, 2)

    @contextlib.contextmanager
    def recorded(self, word: str, rest: str, person: Person, channel: str) -> Iterator[None]:
        self.acts.append((word, rest, str(person.user)))
        yield

    def replay(self, receipt: str, person: Person) -> Sequence[str]:
        return [f"{receipt}: It is the same as then."]

    def preview(self, person: Person, channel: Channel | None, by: Person) -> Preview:
        return Preview(
            person=person,
            mode="enforce",
            teams=(("books", "@finance"),),
            attributes=(),
            classes=(ClassLine(name="company", strict=False, sees=("takings",), lists=(), all=1),),
            rows=("shops.region: North",),
            denied=(),
            masked=("customers.phone: last4",),
            roles=("crm: clerk",),
            loans=(),
            why=f"Seen by {by.handle}.",
            place=f"#{channel.name}" if channel else "",
            declares="company (owner @olu)" if channel else "",
        )

    def reload(self) -> str:
        self.reloads += 1
        return "1 metric is in force."


class Once:
    """A memory of keys."""

    def __init__(self) -> None:
        self.keys: set[str] = set()
        self._lock = threading.Lock()

    def once(self, key: str) -> bool:
        with self._lock:
            new = key not in self.keys
            self.keys.add(key)
            return new


@dataclass
class Watcher:
    """A watch that finds what it is told, once, and remembers what it was asked."""

    alarms: list[Alarm] = field(default_factory=list)
    spill: Spill | None = None
    looked: list[str] = field(default_factory=list)
    reached: list[bool] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    shares: list[tuple[str, str, str]] = field(default_factory=list)

    def declared(self) -> Sequence[str]:
        return ["#fin-weekly"]

    def alarm(self, channel: Channel) -> Alarm | None:
        self.looked.append(channel.name)
        return self.alarms.pop() if self.alarms else None

    def told(self, alarm: Alarm, *, reached: bool) -> None:
        self.reached.append(reached)

    def keep(self, file: str, receipt: str) -> None:
        self.files[file] = receipt

    def shared(self, file: str, user: str, channel: Channel | None, place: str) -> Spill | None:
        self.shares.append((file, user, channel.name if channel else place))
        return self.spill


@dataclass
class Register:
    """A register of wishes that takes each once, and tells what it is told."""

    filed: list[tuple[str, str, str]] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    known: list[Explained] = field(default_factory=list)

    def file(self, receipt: str, person: Person, channel: Channel | None) -> Filed:
        if receipt != "R-UNKNOWN234":
            raise NotAllowed("There is no refusal of yours to ask for here.")
        wish = (receipt, person.user, channel.name if channel else "")
        repeated = wish in self.filed
        self.filed.append(wish)
        return Filed(words=("churn",), repeated=repeated)

    def list(self, person: Person | None) -> Sequence[Wanted]:
        if person is None or person.user != ROOT:
            return []
        at = dt.datetime(2026, 10, 5, 15, 0, tzinfo=dt.UTC)
        asked = ("churn <!channel> by place",)
        return [
            Wanted(
                word="churn", askers=3, asked=4, first=at, last=at, places=("dm",), nearest=("takings", "gone"), questions=asked
            )
        ]

    def close(self, word: str, person: Person | None) -> str:
        self.closed.append(word)
        return f"“{word}” is closed: 4 wishes."

    def explained(self) -> Iterable[Explained]:
        while self.known:
            yield self.known.pop()


def proposed(owner: Person | None) -> Shown:
    """A proposal that Olu decides on."""
    at = dt.datetime(2026, 10, 5, 15, 0, tzinfo=dt.UTC)
    golden = {"start": "2026-05-01", "end": "2026-08-01", "value": "1197.50"}
    one = Lesson(proposal="P-ABCDEFGH", kind="synonym", word="churn", metric="takings", actor=FAY, place="dm",
                   said="churn <!channel> → no, I meant takings", golden=golden, at=at)  # fmt: skip
    diff = "--- a/shops.yml\n+++ b/shops.yml\n-synonyms: [till money]\n+synonyms: [till money, churn]"
    return Shown(
        proposal=one, words="“churn” means Takings.", owner=owner, file="shops.yml", diff=diff, golden="Takings: $1,197.50"
    )


@dataclass
class Proposer:
    """A desk for proposals that has one, for Olu to decide on."""

    directory: Directory
    acts: list[tuple[str, str, str]] = field(default_factory=list)

    def list(self, person: Person | None) -> Sequence[Lesson]:
        return [proposed(None).proposal] if person is None or person.user in (OLU, ROOT) else []

    def show(self, name: str, person: Person | None) -> Shown:
        return proposed(self.directory.person(OLU))

    def propose(
        self, kind: str, word: str, metric: str, person: Person, *, team: str = "", place: str, said: str
    ) -> Lesson | None:
        self.acts.append(("propose", word, metric))
        return proposed(None).proposal if word == "churn" else None

    def untold(self) -> Sequence[Shown]:
        return [] if any(act == "told" for act, _, _ in self.acts) else [proposed(self.directory.person(OLU))]

    def told(self, name: str) -> None:
        self.acts.append(("told", name, ""))

    def accept(self, name: str, person: Person) -> str:
        return self._decided("accept", name, person, "It stands in shops.yml and is in force.")

    def decline(self, name: str, person: Person) -> str:
        return self._decided("decline", name, person, "“churn” stays as it is.")

    def _decided(self, act: str, name: str, person: Person, words: str) -> str:
        if person.user != OLU:
            raise NotAllowed("Only the owner of the metric decides that.")
        self.acts.append((act, name, person.user))
        return words


@dataclass
class House:
    """Everything a test can reach: what people do in `local`, what Ana's other rooms were asked in `asker` and `admin`."""

    local: Local
    asker: Actor
    admin: Desk
    keeper: Keeper
    planner: Planner
    seen: Once
    line: Line
    lender: Lender
    register: Register
    proposer: Proposer
    watch: Watcher
    desk: SlackDesk
    url: str

    def say(self, user: str, channel: str, text: str, thread: str = "") -> str:
        """Somebody says something in the page. Returns its `ts`."""
        found = self.local.do("say", as_=user, channel=channel, text=text, thread=thread)
        return str(found.get("ts", ""))

    def dm(self, user: str) -> str:
        """The DM channel of somebody with Ana."""
        return str(self.local.client.conversations_open(users=user)["channel"]["id"])

    def thread(self, channel: str, ts: str) -> list[dict[str, Any]]:
        """Ana's replies in a thread."""
        replies = self.local.client.conversations_replies(channel=channel, ts=ts)["messages"]
        return [message for message in replies if message["ts"] != ts and message.get("bot_id")]

    def answer(self, channel: str, ts: str, count: int = 1) -> dict[str, Any]:
        """The first of Ana's replies in a thread, as soon as there are `count`."""
        found: list[dict[str, Any]] = wait_for(lambda: (r := self.thread(channel, ts)) and len(r) >= count and r)
        return found[0]

    def whispers(self, user: str, channel: str) -> list[dict[str, Any]]:
        """What Ana said to one person alone in a channel."""
        state = self.local.workspace.state
        mine = [message for message in state.messages.get(channel, {}).values() if message.only_for == user]
        return [{"text": message.text, "blocks": message.blocks, "ts": message.ts} for message in mine]

    def press(self, user: str, channel: str, message: Mapping[str, Any], action: str) -> None:
        """Press a button of a message."""
        beside = [{**b, "elements": [b["accessory"]]} if "accessory" in b else b for b in message["blocks"]]
        block = next(b for b in beside if any(e.get("action_id") == action for e in b.get("elements", [])))
        self.local.do("press", as_=user, channel=channel, ts=message["ts"], block=block["block_id"], action=action)

    def settle(self) -> None:
        """Let what nobody waits for happen."""
        time.sleep(0.3)


@dataclass
class Lender:
    """A desk for wishes that takes every wish once, and lets Olu decide."""

    directory: Directory
    acts: list[tuple[str, ...]] = field(default_factory=list)

    def ask(self, person: Person, metric: str, place: str) -> Wish:
        if metric != "takings":
            raise NotAllowed("There is nothing here that you can ask for.")
        act = ("ask", person.handle, metric, place)
        repeated = act in self.acts
        self.acts.append(act)
        owner = self.directory.person(OLU)
        assert owner is not None
        return Wish(
            person=person, owner=owner, metric=metric, label="Takings", place=place, days=(1, 7, 30), repeated=repeated
        )  # fmt: skip

    def approve(self, owner: Person, user: str, metric: str, days: int) -> tuple[Person, str]:
        if owner.user != OLU:
            raise NotAllowed("This wish is no longer open, or not yours to decide.")
        return self._told("approve", user, metric, f"Takings is open for {days} days.")

    def decline(self, owner: Person, user: str, metric: str) -> tuple[Person, str]:
        return self._told("decline", user, metric, "Takings stays closed.")

    def end(self, by: Person, user: str, metric: str) -> str:
        return self._told("end", user, metric, "Takings is closed again.")[1]

    def _told(self, act: str, user: str, metric: str, words: str) -> tuple[Person, str]:
        self.acts.append((act, user, metric))
        person = self.directory.person(user)
        assert person is not None
        return person, words


@contextlib.contextmanager
def open_house(*, pool: Pool | None = None, patience_s: float = 1.0) -> Iterator[House]:
    """The house, for as long as a test needs it."""
    sock = free_socket()
    url = address(sock)
    with local_workspace(f"{url}/slack/events") as local:
        settings = SlackSettings(bot_token=SecretStr(LOCAL_TOKEN), signing_secret=SecretStr(SECRET), api_url=f"{local.url}/api/")
        line = open_line(settings)
        asker, admin, keeper, lender, seen = Actor(), Desk(), Keeper(), Lender(line.directory), Once()
        watch, register = Watcher(), Register()
        proposer, planner = Proposer(line.directory), Planner(line.directory)
        parts = Parts(
            asker=asker,
            hello=lambda person, channel: Greeting(),
            admin=admin,
            playbooks=keeper,
            plans=planner,
            lending=lender,
            demand=register,
            proposals=proposer,
            directory=line.directory,
            seen=seen,
            watch=watch,
            registry=lambda: REGISTRY,
            known=lambda person, channel: REGISTRY,
        )
        app = create_app(settings, line, parts, pool=pool, patience_s=patience_s)
        with serving(create_web(app, ready=lambda: {"store": True}), sock):
            desk = SlackDesk(parts=parts, voice=line.voice)
            yield House(
                local=local,
                asker=asker,
                admin=admin,
                keeper=keeper,
                planner=planner,
                seen=seen,
                line=line,
                lender=lender,
                register=register,
                proposer=proposer,
                watch=watch,
                desk=desk,
                url=url,
            )


def shown(message: Mapping[str, Any]) -> str:
    """Everything a message says, one text after the other."""
    return "\n".join(_texts(message.get("blocks", [])))


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("text"), str):
            yield part["text"]
        for inner in part.values():
            yield from _texts(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _texts(inner)
