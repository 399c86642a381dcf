"""Walk along the phrases of a clause and match a pattern of two groups: "difference metric between side and again side".

Pure. A side is a value, perhaps with the word for what it is one of and the metric's name around it ("the North region", "online
orders"), or days of the week. It decides nothing about what is set against what.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from anabot.agent.offline.lexicon import Lexicon, ValueId
from anabot.agent.offline.tagging import Tag
from anabot.agent.offline.text import words

_END = Tag(kind="stop", start=0, end=0, text="")
_NO_PLACE = {"to", "how", "many", "much", "what", "not"}  # light words that a side or a metric does not begin with
_PERCENT = ("percent", "percentage", "%")
_AS_A_PART = ("as a percentage", "as a percent", "as a share", "as percentage", "as a proportion", "as a fraction")
_MORE = {"more", "higher", "larger", "bigger", "greater", "better", "stronger", "ahead", "above", "over"}
_LESS = {"less", "fewer", "lower", "smaller", "worse", "weaker", "behind", "below", "under"}
_ALREADY = {"ahead", "behind", "above", "below", "over", "under"}  # needs no "than"
_WHETHER = {"are", "is", "was", "were", "did", "do", "does", "has", "have"}
_COUNTED = ("count", "summed", "worth")
_WEEKDAYS = (1, 2, 3, 4, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One group: its values or days, where it ends, and where the metric's name stands at its end."""

    text: str
    end: int
    values: tuple[ValueId, ...] = ()
    days: tuple[int, ...] = ()
    named: tuple[int, ...] = ()
    rest: Tag | None = None  # of "online sales", where that is a metric, the sales

    def against(self, other: Side) -> bool:
        """Whether the two are groups of one kind, and share nothing."""
        if self.days or other.days:
            return bool(self.days and other.days) and set(self.days).isdisjoint(other.days)
        homes = {value[:2] for value in self.values} & {value[:2] for value in other.values}
        return bool(homes) and set(self.values).isdisjoint(other.values)


@dataclass(slots=True, kw_only=True)
class Walk:
    """A walk from the phrase at `at` on. `taken` are the phrases that the pattern explains, `metrics` where one was named."""

    tags: Sequence[Tag]
    lexicon: Lexicon
    at: int
    taken: list[int] = field(default_factory=list)
    metrics: list[tuple[int, ...]] = field(default_factory=list)
    nouns: list[tuple[int, ...]] = field(default_factory=list)  # right behind a side: the metric again, or of what it is one
    sides: list[Side] = field(default_factory=list)
    less: bool = False
    asked_whether: bool = False
    quantity: bool = False  # "more bread than cake"
    percent: bool = False
    times: bool = False

    def follow(self, pattern: str) -> bool:
        """Whether the phrases go on like the pattern."""
        return all(getattr(self, f"_{word}")() for word in pattern.split())

    def ends(self) -> None:
        """Look for "in percent" anywhere behind: the difference as a part of the second."""
        for k in range(self.at, len(self.tags) - 1):
            if self.tags[k].text.casefold() == "in" and self.tags[k + 1].text.casefold() in _PERCENT:
                self.percent = True
                self.taken.append(k + 1)

    @property
    def tag(self) -> Tag:
        """The phrase at which the walk is."""
        return self.tags[self.at] if self.at < len(self.tags) else _END

    @property
    def said(self) -> str:
        """Its words."""
        return self.tag.text.casefold()

    # --- words

    def _difference(self) -> bool:
        """Also "percent difference": as a part of the second."""
        if self.said in _PERCENT and self.tag.kind == "measure":
            self.percent = self._word(fits=True)
        self.at += self.tag.kind == "comma"
        return self._word(fits=self.tag.says("pair") and self.tag.detail == "minus")

    def _ratio(self) -> bool:
        return self._word(fits=self.tag.says("pair") and self.tag.detail == "per")

    def _between(self) -> bool:
        return self._word(fits=self.tag.says("between"))

    def _and(self) -> bool:
        self._pass_light()
        against = self.tag.says("vs") and self.said != "than"
        return self._word(fits=against or (self.tag.says("and") and self.said in ("and", "&")))

    def _to(self) -> bool:
        return self._word(fits=self.said == "to") or self._and()

    def _minus(self) -> bool:
        return self._word(fits=self.said in ("minus", "less"))

    def _divided(self) -> bool:
        return self._word(fits=self.said in ("divided by", "per"))

    def _part(self) -> bool:
        return self._word(fits=self.said.startswith(_AS_A_PART))

    def _against(self) -> bool:
        return self._word(fits=self.tag.says("vs") and not self.said.startswith("compare ") and self.said != "compare")

    def _compare(self) -> bool:
        return self._word(fits=self.said in ("compare", "comparing"))

    def _by(self) -> bool:
        return self._word(fits=self.tag.says("by"))

    def _busier(self) -> bool:
        return self._word(fits=self.tag.says("gt") and self.said.endswith(" than"))

    def _word(self, *, fits: bool) -> bool:
        if fits:
            self.taken.append(self.at)
            self.at += 1
        return fits

    def _pass_light(self) -> None:
        while self.tag.kind == "light" and self.said not in _NO_PLACE:
            self.at += 1

    # --- by how much

    def _lead(self) -> bool:
        """ "by how many percent", "how much", "how many times": what asks, which stays where it asks for a plain number."""
        start, asked = self.at, set[str]()
        while self.tag.kind == "light" or (self.tag.says("by") and self.said == "by") or self.said in (*_PERCENT, "far"):
            asked.add(self.said)
            self.percent |= self.said in _PERCENT
            self.at += 1
        self.times = self.tag.says("count") and "times" in self.said
        self.at += self.times
        much = "how" in asked and bool(asked & {"much", "many", "far"})
        plain = (much and not self.percent) or self.times
        lead = range(start, self.at)
        self.taken += [k for k in lead if not plain or self.times or self.tags[k].kind != "light"]
        return self.times or much or (self.percent and "what" in asked)

    def _whether(self) -> bool:
        """ "did North sell more than South": asked whether it is so, it is told how much."""
        asked = self.at == 0 and self.tag.kind == "light" and self.said in _WHETHER
        self.at += asked
        self.asked_whether = asked
        return asked

    def _compared(self) -> bool:
        """ "more orders did Harbour have than Market", "is North ahead of South": a word for more or less, and two sides."""
        self._pass_light()
        told, after = self._more(), self.at
        while not self._side():
            more = "" if told else self._more()
            if not more and (self.at >= len(self.tags) or not self._between_sides()):
                return False
            told = told or more
        self.quantity = bool(told) and self.tags[after].entry is not None and bool(self.sides[0].values) and not self.metrics
        told = told or self._more()
        while not told.endswith("than") and told not in _ALREADY and not (self.tag.says("vs") and self.said == "than"):
            if self.at >= len(self.tags) or not self._between_sides():
                return False
            told = told or self._more()
        bare = told.endswith("than") and not (self.metrics or self.nouns or self.sides[0].days)
        if not told or (bare and self.asked_whether):
            return False  # "is Castle bigger than Ferry by orders": the two side by side
        if not told.endswith("than") and told not in _ALREADY:
            self._word(fits=True)
        return self._again() and self._side()

    def _more(self) -> str:
        """The word for more or less at which the walk is, "higher than" with what it compares with; "" where there is none."""
        first, _, rest = self.said.partition(" ")
        if self.tag.kind not in ("operator", "unknown", "light") or first not in _MORE | _LESS or rest not in ("", "than"):
            return ""
        self.less = first in _LESS
        self._word(fits=True)
        return f"{first} {rest}".strip()

    def _between_sides(self) -> bool:
        """Whether the walk may pass the phrase: a light word, the metric's name, a date, or what somebody did."""
        if found := self._named():
            self.metrics.append(found)
            return True
        known = self.tag.kind in ("light", "date") or self.tag.says("verb")
        fits = known or (self.tag.kind == "unknown" and self.said not in _MORE | _LESS)
        self.at += fits
        return fits

    # --- metrics and sides

    def _metric(self) -> bool:
        found = self._named()
        self.metrics += [found] if found else []
        return bool(found)

    def _again(self) -> bool:
        """The metric's name once more, "that of", or nothing."""
        start = self.at
        self._pass_light()
        if self.said in ("that", "those"):
            return self._word(fits=True)
        self.at = start
        return self._metric() or True

    def _named(self) -> tuple[int, ...]:
        start = self.at
        self._pass_light()
        first = self.at
        while self.tag.says(*_COUNTED):
            self.at += 1
        if is_metric(self.tag) and not self._split():
            self.at += 1
            return tuple(range(first, self.at))
        self.at = start
        return ()

    def _side(self) -> bool:
        start = self.at
        self._pass_light()
        self.at += self.tag.says("by") and self.said == "by"
        if not self._values() and self.tag.entry and self.tag.entry.dimensions:
            self.at += 1  # "region North"
        found = self._group()
        if found is None:
            self.at = start
            return False
        self.taken += [k for k in range(start, found.end) if k not in found.named and self.tags[k].kind != "light"]
        self.nouns += [found.named] if found.named else []
        self.sides.append(found)
        self.at = found.end
        return True

    def _group(self) -> Side | None:
        tag, end = self.tag, self.at + 1
        if split := self._split():
            value, rest = split
            return Side(text=value[2], end=end, values=(value,), rest=rest)
        days = self._days()
        if not days and not self._values():
            return None
        after = self.tags[end].entry if end < len(self.tags) else None
        end += bool(after and after.dimensions and not after.values and not days)  # "the North region"
        named = (end,) if end < len(self.tags) and is_metric(self.tags[end]) else ()
        return Side(text=tag.text, end=end + len(named), values=self._values(), days=days, named=named)

    def _days(self) -> tuple[int, ...]:
        if self.tag.kind == "unit" and self.said in ("weekday", "weekdays"):
            return _WEEKDAYS
        return tuple(map(int, self.tag.detail.split())) if self.tag.says("weekdays") else ()

    def _values(self) -> tuple[ValueId, ...]:
        return tuple(self.tag.entry.values) if self.tag.entry and self.tag.kind == "name" else ()

    def _split(self) -> tuple[ValueId, Tag] | None:
        """ "online sales", where that is a metric: the value that its name begins with, if its rest is another's."""
        said = words(self.tag.text) if is_metric(self.tag) else ()
        for k in range(1, len(said)):
            first, rest = (self.lexicon.entries.get(tuple(part)) for part in (said[:k], said[k:]))
            if first and rest and len(first.values) == 1 and (rest.metrics or rest.term):
                return first.values[0], replace(self.tag, text=" ".join(said[k:]), entry=rest)
        return None


def is_metric(tag: Tag) -> bool:
    """Whether a phrase names what is counted or added up."""
    entry = tag.entry if tag.kind == "name" else None
    return bool(entry and (entry.metrics or entry.term or entry.both or entry.counted or entry.totalled))
