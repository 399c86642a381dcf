"""What a clause says, slot by slot, before it is known which dimension of which metric is meant. Nouns only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Literal

from anabot.agent.offline import roles
from anabot.agent.offline.dates import When
from anabot.agent.offline.lexicon import DimensionId, ValueId
from anabot.semantic.query import MadeOp

Letter = Literal["starts_with", "contains", "ends_with"]
Op = Literal["minus", "per", "share_of"]
BoundOp = Literal["gt", "ge", "lt", "le", "eq", "between"]
AgainstOp = Literal["gt", "ge", "lt", "le", "eq", "between"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One or several metrics that a phrase names. More than one is a question to the asker, unless `term` has a default."""

    metrics: tuple[str, ...]
    text: str
    term: str = ""
    instead: tuple[str, ...] = ()  # metrics that count the same things where the others do not fit the rest
    counted: bool = False  # "how many", "number of": money and shares cannot be counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """One `by`: a dimension, by all its candidates, or a unit of time."""

    text: str
    dimensions: tuple[DimensionId, ...] = ()
    unit: str = ""
    grain: str = ""  # "due month": the unit of a time among the dimensions
    after_verb: bool = False  # "sold in 2024 by due month": a verb says of what the dates are
    size: int = 1  # how many phrases it takes
    headed: bool = False  # "type", for an admission type
    qualified: bool = False  # "customer state": another name says whose
    counted: bool = False  # "how many states": their number is asked for, and not which they are


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """One value to keep, or to leave out. `beside` are the dimensions named right beside it."""

    values: tuple[ValueId, ...]
    text: str
    negated: bool = False
    beside: tuple[DimensionId, ...] = ()
    contrasted: bool = False  # "X vs Y": the two stand side by side
    counted: bool = False  # "how many X-rays": the value itself is counted
    told: bool = False  # "orders were online": said of what is counted, after it
    ahead: bool = False  # "online orders": … right before it
    role: roles.Role = ""  # "from X", "to X": where something begins or ends
    listed: bool = False  # "and" or a comma joins it to the one before it
    both: bool = False  # … and that is "and"
    side: Literal["", "left", "right"] = ""  # of two groups that are set against each other
    owners: tuple[str, ...] = ()  # "clients in Norway": the keys of the noun right before it


def together(picks: Sequence[Pick], pick: Pick) -> set[DimensionId]:
    """The dimensions that hold every value of the list which the pick is in; none where it stands alone."""
    at = next(k for k, each in enumerate(picks) if each is pick)
    first = next(k for k in range(at, -1, -1) if not (k and picks[k].listed))
    last = next((k for k in range(at + 1, len(picks)) if not picks[k].listed), len(picks))
    homes = [{value[:2] for value in each.values} for each in picks[first:last]]
    return set.intersection(*homes) if len(homes) > 1 else set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A number that a metric is compared with, or a number of the rows. `dropped`: what meets it is to be left out."""

    op: BoundOp
    numbers: tuple[Decimal, ...]
    text: str
    mention: Mention | None = None
    measure: str = ""
    currency: str = ""  # of a sign before the number
    percent: bool = False
    dropped: bool = False
    either: bool = False  # of a number of the rows: this, or the one before it
    dimensions: tuple[DimensionId, ...] = ()  # the number of the rows that is named
    size: str = ""  # "200 cm": the unit that the name of the number must end in
    rows: tuple[str, ...] = ()  # "deals over 100k": the models of the rows right before it, where none is named


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """A date with the verb right before it: "joined in 2022". Of which time it is shows when the metrics are known."""

    verb: str
    when: When
    noun: str = ""  # the word for who did: "users who joined"
    particle: str = ""  # "signed up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Days of another time than the metrics' own: a hire date, for sales."""

    dimensions: tuple[DimensionId, ...]
    when: When
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoTimes:
    """Two times of the rows against each other. `first` is empty for the time that they are counted by.

    `numbers` are compared with how many of `unit` the first is after the second; without them, the two themselves are.
    """

    text: str
    op: AgainstOp
    second: tuple[DimensionId, ...]
    first: tuple[DimensionId, ...] = ()
    unit: str = ""
    numbers: tuple[int, ...] = ()
    negated: bool = False
    told: bool = False  # "were delivered …": said of what is counted, after it
    fault: str = ""  # why it cannot be read, where it is one

    def of(self, first: tuple[DimensionId, ...]) -> TwoTimes:
        """The same, of a time that is named before it."""
        return replace(self, first=first)


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeDate:
    """The first or last date of what one of the metrics counts; with `since`, the days from one of these times to it."""

    text: str
    op: Literal["first", "last"]
    metrics: tuple[str, ...]
    also: Literal["", "first", "last"] = ""  # "first and last order date"
    since: tuple[DimensionId, ...] = ()
    how: Literal["", "average", "median"] = ""  # of the days of each
    declared: bool = False  # whether the metrics are such dates themselves
    named: bool = True  # whether it says what is counted; "last" of "last online order" leaves that to the words after it


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Letters that a name has at its start, at its end or anywhere. `either`: this or the one before it."""

    op: Letter
    letters: str
    cut: Cut
    negated: bool = False
    either: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Undefined:
    """A time between two dates of a model that no metric is computed from."""

    text: str
    start: DimensionId
    end: DimensionId


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A number made of two: "A minus B", "A per B", "A as a share of B"."""

    op: Op
    left: Mention
    right: Mention


@dataclass(frozen=True, slots=True, kw_only=True)
class Opposed:
    """One number of two groups: how they are set against each other, and their days of the week where it is not by values."""

    op: MadeOp
    days: tuple[tuple[int, ...], tuple[int, ...]]
    quantity: bool = False  # "more bread than cake": of how much there is, and not of money


@dataclass(slots=True, kw_only=True)
class Rank:
    """Top or bottom so many."""

    direction: str  # top, bottom, best, worst
    text: str
    count: int | None = None
    single: bool = False  # "which region has the highest …"
    within: str = ""  # what stands beside it, where it may be of each of that, or of all
    cut: Cut | None = None  # "largest customer", before it is known whether customers are counted or ranked
    alone: str = ""  # "top 3 in each region": nothing says of what
    listed: bool = False  # "products by orders": all of them, the other way round where that is said
    mention: Mention | None = None
    by: Cut | None = None  # "oldest": a day or a year of the rows themselves


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What rows are ranked or sorted by is how much they moved: up, down, better or worse, or "" where nobody says."""

    text: str
    way: str = ""
    percent: bool = False
    bound: Bound | None = None  # "grew by more than 10 %"


@dataclass(slots=True, kw_only=True)
class Slots:
    """All that one clause says. `unknown` are the words that nothing explains."""

    mentions: list[Mention] = field(default_factory=list)
    listed: list[str] = field(default_factory=list)
    saved: list[str] = field(default_factory=list)
    phrases: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    cuts: list[Cut] = field(default_factory=list)
    each: list[Cut] = field(default_factory=list)  # those of `cuts` of each of which something is ranked
    per: list[Cut] = field(default_factory=list)  # those that are, where the thread has a ranking
    picks: list[Pick] = field(default_factory=list)
    bounds: list[Bound] = field(default_factory=list)
    amounts: list[Bound] = field(default_factory=list)  # those that choose rows
    asks: bool = False  # "what is", "what's"
    undefined: Undefined | None = None
    pair: Pair | None = None
    opposed: Opposed | None = None
    versus: list[str] = field(default_factory=list)  # unknown words beside "vs": the name of a side, and no condition
    same_when: list[str] = field(default_factory=list)  # "over that period", of dates said before
    pair_said: list[str] = field(default_factory=list)  # "the difference", without its sides
    rank: Rank | None = None
    sort: tuple[Mention | Cut, bool] | None = None  # by what, and whether descending
    direction: str = ""
    ascending: bool = False  # "in ascending order": of rows over time that is their time's
    when: When | None = None
    more_dates: int = 0
    runs: bool = False  # "in 2023 and 2024": one stretch, where it is told in its parts
    including: When | None = None  # "inclusive of 30 days ago": the first day that counts
    against: When | None = None  # compare with this
    over: str = ""  # "week over week"
    same_year: bool = False  # "same week last year"
    change: bool = False
    moved: Moved | None = None  # "the highest growth", "by growth", "grew most"
    only_moved: Moved | None = None  # "which regions grew": only those
    trend: bool = False
    with_today: bool = False
    without: str = ""  # "excluding the current month": the unit of time whose running one does not count
    stands: str = ""  # "at the end of", "at the start of", "latest": of what does not add up over time
    stands_text: str = ""
    chart: str | None = None  # None: nothing said
    define: set[str] = field(default_factory=set)
    share: bool = False  # "share of", "percent of total"
    of_total: bool = False  # … "of total", "as shares": of nothing else
    running: bool = False  # "cumulative", "running total"
    every: bool = False  # also those for whom there is nothing
    none: bool = False  # only those for whom there is nothing
    by_its_unit: list[str] = field(default_factory=list)  # "closed per month": verbs right before a unit of time
    dated: list[Dated] = field(default_factory=list)
    windows: list[Window] = field(default_factory=list)
    two_times: list[TwoTimes] = field(default_factory=list)
    edge: EdgeDate | None = None
    weekdays: list[tuple[tuple[int, ...], bool]] = field(default_factory=list)  # "on weekends": Monday is 1; and whether left out
    matches: list[Match] = field(default_factory=list)
    of_count: bool = False  # "how many of these"
    of_which: str = ""  # "of these": the clause narrows the one before it
    within: Slots | None = None  # "in total and on weekends": the conditions of a second reading
    how: str = ""  # "how active …": the word right after it
    why: bool = False
    who: list[str] = field(default_factory=list)
    nouns: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)  # "for customers …": (word, the models of its rows)
    help: bool = False
    blank: list[tuple[Cut, bool]] = field(default_factory=list)  # "without a tier", and whether those are left out
    summed: list[str] = field(default_factory=list)  # "sum of": only what is added up has one
    more: bool = False  # "which had more …": what stands side by side
    many: bool = False  # "how many", or "how much bread": not of money
    did: bool = False  # "did we open": a verb in its bare form is one
    will: bool = False  # "what will sales be": a forecast, where the days are to come
    how_much: bool = False
    broken_down: bool = False  # "the status breakdown"
    openly: bool = False  # "how did Harbour do": of no number in particular
    compared: bool = False  # "compare …": without a number that is no question for a list
    unfilter: bool = False  # "remove the filter"
    restored: list[Pick] = field(default_factory=list)  # "put Mexico back": left out before, and no more
    follows: bool = False  # "and …", "what about …", "same for …"
    adds: bool = False  # "also", "add"
    wants_cut: list[str] = field(default_factory=list)  # "breakdown": needs a dimension
    worth: list[str] = field(default_factory=list)  # "amount": only money has one
    worth_of_counted: bool = False  # "the number of orders and their total amount"
    verbs: list[str] = field(default_factory=list)  # "book", "bring in": what one does with any metric, so one must be named
    measures: list[str] = field(default_factory=list)  # "how many dollars of …": the metric must be in them
    one: bool = False  # "which region …": a single one is asked for, where something is ranked
    lists: bool = False  # "list …": names, and no number of them
    sought: list[Cut] = field(default_factory=list)  # "which regions …": what is not known, so that no value of it is said
    which: bool = False  # "which regions", "all skills": their values may be all that is asked
    things: str = ""  # "which deliveries …", "list the orders": what is counted elsewhere is to be told one by one
    bare: list[Cut] = field(default_factory=list)  # dimensions in no place that fits: "what regions are there"
    several: int | None = None  # "which five regions …", before it is known by what they are ranked
    narrows: bool = False  # "only …" at the head
    these: list[str] = field(default_factory=list)  # "which of these shops": of what the thread shows
    uncut: list[str] = field(default_factory=list)  # "all of them, not only the top one"
    resize: int | None = None  # "make it 10"
    now: list[str] = field(default_factory=list)  # "currently": the period must reach today
    so_far: list[str] = field(default_factory=list)
    done_to: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)  # "customers did we bill": (verb, metrics of what)
    nots: list[str] = field(default_factory=list)  # words that nothing explained, right after "not"
    notes: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    misplaced: list[str] = field(default_factory=list)  # known words in a place where they mean nothing

    @property
    def every_mention(self) -> list[Mention]:
        """The metrics that are shown first, then those that only sort or limit."""
        extra = [bound.mention for bound in self.bounds]
        extra.append(self.rank.mention if self.rank else None)
        extra.append(self.sort[0] if self.sort and isinstance(self.sort[0], Mention) else None)
        found = [*self.mentions, *(m for m in extra if m and m not in self.mentions)]
        return list({m.metrics: m for m in found}.values())

    def swap(self, others: Mapping[tuple[str, ...], Mention], *, shown: bool = True) -> None:
        """Put other mentions in the place of those with these metrics; those that are `shown`, and those that sort or limit."""

        def other(mention: Mention | None) -> Mention | None:
            return others.get(mention.metrics, mention) if mention else None

        if shown:
            self.mentions = [others.get(mention.metrics, mention) for mention in self.mentions]
            if self.rank:
                self.rank.mention = other(self.rank.mention)
        if self.sort and isinstance(self.sort[0], Mention):
            self.sort = (others.get(self.sort[0].metrics, self.sort[0]), self.sort[1])
        self.bounds = [replace(bound, mention=other(bound.mention)) for bound in self.bounds]

    @property
    def is_edit(self) -> bool:
        """Whether anything but a metric was said."""
        said = (
            self.cuts,
            self.picks,
            self.matches,
            self.restored,
            self.blank,
            self.two_times,
            self.bounds,
            self.amounts,
            self.rank,
            self.sort,
            self.when,
            self.against,
            self.over,
            self.same_year,
            self.opposed,
        )
        beside = self.share or self.running
        return any((*said, beside, self.change, self.trend, self.chart is not None, self.define))
