"""Read the phrases of one clause into slots: what, by what, of which, when, against what, and in which form.

Each operator has one small reader that takes the phrases it needs. A phrase that no reader takes is reported as unknown
or misplaced; none is ever skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from anabot.agent.offline.dates import When
from anabot.agent.offline.lexicon import DimensionId, Entry, Lexicon
from anabot.agent.offline.slots import Bound, BoundOp, Cut, Mention, Pick, Rank, Slots
from anabot.agent.offline.tagging import Tag

_BOUNDS: tuple[BoundOp, ...] = ("gt", "ge", "lt", "le", "eq", "between")
_PLACES = {"in", "for", "from", "at", "within", "inside", "among", "amongst", "of"}
_EMPTY = Tag(kind="stop", start=0, end=0, text="")


def parse(tags: Sequence[Tag], lexicon: Lexicon) -> Slots:
    """The slots of one clause."""
    return _Parser(tags, lexicon).run()


class _Parser:
    def __init__(self, tags: Sequence[Tag], lexicon: Lexicon) -> None:
        self.lexicon, self.slots = lexicon, Slots()
        self.tags: list[Tag] = []
        self.before: list[set[str]] = []  # the light words right before each phrase
        self.asks_how = False
        light: list[str] = []
        for tag in tags:
            if tag.kind == "light":
                light.append(tag.text.casefold())
                continue
            self.tags.append(tag)
            self.before.append(set(light))
            self._note_question(light)
            light = []
        self._note_question(light)
        self.comparing = any(tag.says("vs") and tag.text.casefold().startswith("compare") for tag in self.tags)

    def run(self) -> Slots:
        self.slots.follows = self.at(0).says("and")
        i = 0
        while i < len(self.tags):
            i = self._step(i)
        self._settle()
        return self.slots

    def at(self, i: int) -> Tag:
        return self.tags[i] if 0 <= i < len(self.tags) else _EMPTY

    def entry(self, i: int) -> Entry:
        return self.at(i).entry or Entry()

    def _note_question(self, light: Sequence[str]) -> None:
        joined = " ".join(light)
        self.asks_how |= "what" in light or ("how" in light and "how many" not in joined and "how much" not in joined)

    def _step(self, i: int) -> int:
        tag = self.tags[i]
        if tag.kind == "operator":
            return _READERS[tag.op](self, i)
        reader = {"name": _name, "question": _question, "date": _date, "number": _number}.get(tag.kind)
        if reader:
            return reader(self, i)
        if tag.kind in ("unknown", "measure"):
            self.slots.unknown.append(tag.text)
        elif tag.kind == "unit":
            self._lone_unit(i)
        return i + 1

    def _lone_unit(self, i: int) -> None:
        """ "…, segment and month": a unit in a list of cuts."""
        listed = self.at(i - 1).says("and") or self.at(i - 1).kind == "comma"
        if listed and self.slots.cuts:
            self.slots.cuts.append(_unit_cut(self.at(i)))
        else:
            self.slots.misplaced.append(self.at(i).text)

    def misplace(self, i: int) -> int:
        """A known word in a place where it means nothing."""
        self.slots.misplaced.append(self.at(i).text)
        return i + 1

    def mention(self, i: int) -> Mention | None:
        """The metrics named at `i`, or None."""
        entry = self.entry(i)
        if entry.term:
            metrics = [m for m in self.lexicon.registry.terms[entry.term].metrics if m in self.lexicon.grant.metrics]
            return Mention(metrics=tuple(metrics), text=self.at(i).text, term=entry.term)
        return Mention(metrics=tuple(entry.metrics), text=self.at(i).text) if entry.metrics else None

    def cut(self, i: int) -> Cut | None:
        """The dimension or unit of time named at `i`, or None."""
        tag = self.at(i)
        if tag.kind == "unit":
            return _unit_cut(tag)
        if tag.says("grain"):
            return Cut(text=tag.text, unit=tag.detail)
        dimensions = self.entry(i).dimensions
        return Cut(text=tag.text, dimensions=tuple(dimensions)) if dimensions else None

    def joined(self, i: int) -> bool:
        """Whether `and` or a comma stands at `i`."""
        return self.at(i).says("and") or self.at(i).kind == "comma"

    def _settle(self) -> None:
        slots = self.slots
        if slots.wants_cut and not slots.cuts and not any(p.get("group_by") for _, p in slots.phrases):
            slots.misplaced += slots.wants_cut
        if slots.so_far and not slots.when:
            slots.misplaced += slots.so_far
        if "asked" in slots.define and not self.asks_how and slots.define == {"asked"}:
            slots.misplaced += [tag.text for tag in self.tags if tag.says("define")]
        if slots.who and not (slots.cuts or slots.rank):
            slots.unknown += slots.who


def _unit_cut(tag: Tag) -> Cut:
    return Cut(text=tag.text, unit=tag.detail)


def _skip(_: _Parser, i: int) -> int:
    return i + 1


# --- names -----------------------------------------------------------------------------------------------------------


def _name(p: _Parser, i: int) -> int:
    for reader in (_value_beside_dimension, _placed_value, _metric, _value, _bare_dimension):
        end = reader(p, i)
        if end is not None:
            return end
    return p.misplace(i)


def _question(p: _Parser, i: int) -> int:
    entry = p.entry(i)
    if entry.phrase:
        p.slots.phrases.append(entry.phrase)
    else:
        p.slots.saved.append(entry.saved)
    return i + 1


def _value_beside_dimension(p: _Parser, i: int, negated: bool = False) -> int | None:
    """ "region LATAM", "region is not LATAM", "LATAM region", "level 3"."""
    dimensions = p.entry(i).dimensions
    if dimensions:
        j = i + 1
        while p.at(j).says("is", "not"):
            negated ^= p.at(j).says("not")
            j += 1
        found = _values_at(p, j, dimensions)
        if not found:
            return None
        p.slots.picks.append(Pick(values=found, text=p.at(j).text, negated=negated, beside=tuple(dimensions)))
        return _more_values(p, j + 1, negated)
    beside = tuple(p.entry(i + 1).dimensions)
    own = tuple(v for v in p.entry(i).values if v[:2] in beside)
    if not own or p.before[i + 1]:
        return None
    p.slots.picks.append(Pick(values=own, text=p.at(i).text, negated=negated, beside=beside))
    return i + 2


def _values_at(p: _Parser, i: int, dimensions: Sequence[DimensionId]) -> tuple[tuple[str, str, str], ...]:
    tag = p.at(i)
    if tag.kind == "name":
        return tuple(v for v in p.entry(i).values if v[:2] in dimensions)
    if tag.kind not in ("number", "date"):
        return ()
    spelled = tag.text.casefold()
    known = p.lexicon.values.by_dimension
    return tuple((*where, value) for where in dimensions for value in known.get(where, ()) if value.casefold() == spelled)


def _placed_value(p: _Parser, i: int) -> int | None:
    """A word that is both a metric and a value is the value after "in" or "for", when another phrase names the metric."""
    entry = p.entry(i)
    if not entry.values or entry.only_values or not p.before[i] & _PLACES:
        return None
    others = any(p.mention(k) for k in range(len(p.tags)) if k != i) or p.slots.phrases
    return _value(p, i) if others else None


def _metric(p: _Parser, i: int) -> int | None:
    entry = p.entry(i)
    mention = p.mention(i)
    if mention and _is_noun_of_value(p, i):
        return i + 1
    if mention:
        p.slots.mentions.append(mention)
        return i + 1
    if entry.listed:
        p.slots.listed += entry.listed
        return i + 1
    return None


def _is_noun_of_value(p: _Parser, i: int) -> bool:
    """ "… for gold customers": after a value that was placed by a preposition, a metric's word only names whose value it is."""
    placed = bool(p.entry(i - 1).values) and bool(p.before[i - 1] & _PLACES) and not p.before[i]
    return placed and any(p.mention(k) for k in range(i - 1))


def _value(p: _Parser, i: int) -> int | None:
    if not p.entry(i).values:
        return None
    contrasted = p.at(i - 1).says("vs") or p.at(i + 1).says("vs")
    p.slots.picks.append(Pick(values=tuple(p.entry(i).values), text=p.at(i).text, contrasted=contrasted))
    return i + 1


def _bare_dimension(p: _Parser, i: int) -> int | None:
    """A dimension without "by": in a list with a metric, before "split", or the noun of a value just named."""
    cut = p.cut(i)
    if cut is None:
        return None
    if p.at(i + 1).says("wise"):
        p.slots.cuts.append(cut)
        return i + 2
    listed = (p.joined(i + 1) and p.at(i + 2).kind in ("name", "unit")) or (
        p.joined(i - 1) and p.at(i - 2).kind in ("name", "unit")
    )
    if listed and not p.before[i] & _PLACES - {"of"}:
        p.slots.cuts.append(cut)
        return i + 1
    if i == 0 and any(tag.says(*_BOUNDS, "top") for tag in p.tags):
        p.slots.cuts.append(cut)  # "shops with more than 5 orders"
        return i + 1
    models = {model for model, _ in cut.dimensions}
    if any(value[0] in models for value in p.entry(i - 1).values):
        return i + 1
    return None


# --- by, which, only, not --------------------------------------------------------------------------------------------


def _by(p: _Parser, i: int) -> int:
    j = i + 1
    while p.at(j).says("pick", "by"):
        j += 1
    when = p.at(j).when
    if when and when.count > 1:
        p.slots.cuts.append(Cut(text=p.at(j).text, unit=when.unit))
        return j
    cut = p.cut(j)
    if cut and not (p.slots.rank and p.mention(j)):
        return _cuts(p, j)
    if p.slots.rank and (mention := p.mention(j)):
        p.slots.rank.mention = mention
        return j + 1
    placed = p.entry(j).values and p.at(i).text.casefold().startswith(("across", "for", "in", "each", "every"))
    return j if placed or p.at(j).kind == "unknown" or when else p.misplace(i)


def _cuts(p: _Parser, i: int) -> int:
    """A list of cuts, from the one at `i`."""
    while (cut := p.cut(i)) is not None:
        if _value_beside_dimension(p, i) is not None:
            return i + 2
        p.slots.cuts.append(cut)
        i += 1
        if p.at(i).says("wise"):
            i += 1
        j = i
        while p.joined(j) or p.at(j).says("by", "pick"):
            j += 1
        if j == i or p.cut(j) is None:
            return i
        i = j
    return i


def _pick(p: _Parser, i: int) -> int:
    """ "which region", "the right skills", "all regions"."""
    if (
        p.cut(i + 1)
        and p.at(i + 1).kind == "name"
        and not p.at(i + 2).says("is")
        and not _values_at(p, i + 2, p.entry(i + 1).dimensions)
    ):
        single = p.at(i).text.casefold() == "which" and not p.at(i + 1).text.casefold().endswith("s")
        end = _cuts(p, i + 1)
        if single and p.at(end).says("top") and p.at(end + 1).kind != "number":
            return _rank_from(p, end, None, single=True)
        return end
    if p.at(i).text.casefold() in ("which", "all"):
        return i + 1
    return p.misplace(i)


def _wise(p: _Parser, i: int) -> int:
    p.slots.wants_cut.append(p.at(i).text)
    return i + 1


def _not(p: _Parser, i: int) -> int:
    if p.at(i + 1).kind == "unknown":
        return i + 1
    end = _value_beside_dimension(p, i + 1, negated=True)
    if end is not None:
        return end
    return _more_values(p, i + 1, True, first=True) if p.entry(i + 1).values else p.misplace(i)


def _more_values(p: _Parser, i: int, negated: bool, *, first: bool = False) -> int:
    """The values of one list share its negation: "excluding X, Y and Z"."""
    while True:
        j = i
        while not first and p.joined(j):
            j += 1
        entry = p.entry(j)
        if (j == i and not first) or not entry.values or (p.before[j] if not first else False) or p.mention(j):
            return i
        p.slots.picks.append(Pick(values=tuple(entry.values), text=p.at(j).text, negated=negated))
        i, first = j + 1, False


# --- time and comparison ---------------------------------------------------------------------------------------------


def _date(p: _Parser, i: int) -> int:
    when = p.at(i).when or When()
    slots = p.slots
    second = slots.when is not None and p.comparing
    aimed = p.comparing and slots.when is None and p.before[i] & {"to", "with"} and not any(t.when for t in p.tags[i + 1 :])
    if (second or aimed) and slots.against is None:
        slots.against = when
    elif slots.when is None:
        slots.when = when
    else:
        slots.more_dates += 1
    return i + 1


def _vs(p: _Parser, i: int) -> int:
    following = p.at(i + 1)
    comparing = p.at(i).text.casefold().startswith("compare")
    if following.when and not comparing:
        if p.slots.against:
            p.slots.more_dates += 1
        p.slots.against = following.when
        return i + 2
    if following.says("elided"):
        p.slots.over = "same"
        return i + 2
    if following.says("same_year", "over", "change") or following.kind in ("name", "question", "unknown"):
        return i + 1
    if comparing:
        p.slots.change = True
        return i + 1
    return p.misplace(i)


def _over(p: _Parser, i: int) -> int:
    p.slots.over = p.at(i).detail
    return i + 1


def _grain(p: _Parser, i: int) -> int:
    p.slots.cuts.append(Cut(text=p.at(i).text, unit=p.at(i).detail))
    return i + 1


def _partial(p: _Parser, i: int) -> int:
    """ "excluding the current month" is how whole units are read anyway; "including today" is not."""
    if p.at(i).detail == "today":
        p.slots.with_today = True
        return i + 1
    return i + 2 if p.at(i + 1).kind == "unit" else p.misplace(i)


def _flag(name: str) -> Callable[[_Parser, int], int]:
    def read(p: _Parser, i: int) -> int:
        setattr(p.slots, name, True)
        return i + 1

    return read


def _so_far(p: _Parser, i: int) -> int:
    p.slots.so_far.append(p.at(i).text)
    return i + 1


def _who(p: _Parser, i: int) -> int:
    p.slots.who.append(p.at(i).text)
    return i + 1


# --- numbers, ranks, order -------------------------------------------------------------------------------------------


def _number(p: _Parser, i: int) -> int:
    """ "the 5 largest customers", "5 or more deals"."""
    number, following = p.at(i).number, p.at(i + 1)
    if number is not None and following.says("top") and number == number.to_integral_value():
        return _rank_from(p, i + 1, int(number))
    if following.says("ge", "le") and following.text.casefold().startswith(("or", "and")):
        mention = p.mention(i + 2)
        bound = Bound(op="ge" if following.op == "ge" else "le", numbers=(number or 0,), text=p.at(i).text, mention=mention)  # type: ignore[arg-type] # a number tag has its number
        p.slots.bounds.append(replace(bound, percent=p.at(i).sign == "%"))
        return i + (3 if mention else 2)
    p.slots.unknown.append(p.at(i).text)
    return i + 1


def _bound(p: _Parser, i: int, dropped: bool = False) -> int:
    count = 2 if p.at(i).says("between") else 1
    end = i + 1
    tags: list[Tag] = []
    while len(tags) < count and (p.at(end).kind == "number" or _is_year(p.at(end))):
        tags.append(p.at(end))
        end += 2 if len(tags) < count and p.at(end + 1).says("and") else 1
    if len(tags) < count:
        return _not_a_bound(p, i)
    measure = p.at(end).detail if p.at(end).kind in ("measure", "unit") else ""
    end += 1 if measure else 0
    mention, before = p.mention(end), p.mention(i - 1)
    numbers = tuple(tag.number for tag in tags if tag.number is not None)
    op = next(o for o in _BOUNDS if o == p.at(i).op)
    text = " ".join(tag.text for tag in p.tags[i : end + bool(mention)])
    percent = any(tag.sign == "%" for tag in tags) or measure == "ratio"
    p.slots.bounds.append(
        Bound(op=op, numbers=numbers, text=text, mention=mention or before, measure=measure, percent=percent, dropped=dropped)
    )
    return end + 1 if mention else end


def _is_year(tag: Tag) -> bool:
    return tag.when is not None and tag.when.bare_year and tag.number is not None


def _not_a_bound(p: _Parser, i: int) -> int:
    """ "over the last quarter" is a preposition; "higher than last month" compares."""
    tag, following = p.at(i), p.at(i + 1)
    if following.when and tag.text.casefold() == "over":
        return i + 1
    if following.when and tag.text.casefold().endswith("than"):
        p.slots.against = following.when
        return i + 2
    return p.misplace(i)


def _drop(p: _Parser, i: int) -> int:
    if p.at(i + 1).says(*_BOUNDS):
        return _bound(p, i + 1, dropped=True)
    return _more_values(p, i + 1, True, first=True) if p.entry(i + 1).values else p.misplace(i)


def _rank(p: _Parser, i: int) -> int:
    number = p.at(i + 1).number if p.at(i + 1).kind == "number" else None
    if number is not None and number == number.to_integral_value() and number >= 1:
        return _rank_from(p, i, int(number), skip=1)
    return _rank_from(p, i, None)


def _rank_from(p: _Parser, i: int, count: int | None, *, skip: int = 0, single: bool = False) -> int:
    tag, j = p.at(i), i + 1 + skip
    rank = Rank(direction=tag.detail, text=tag.text, count=count, single=single)
    if p.slots.rank:
        return p.misplace(i)
    p.slots.rank = rank
    names_first = count is not None or tag.text.casefold() in ("top", "bottom")
    cut, mention = p.cut(j), p.mention(j)
    if cut and (names_first or not mention):
        rank.single |= count is None and p.at(j).kind == "name" and not p.at(j).text.casefold().endswith("s")
        return _cuts(p, j)
    if mention:
        rank.mention = mention
        return j + 1
    return j


def _sort(p: _Parser, i: int) -> int:
    mention, cut = p.mention(i + 1), p.cut(i + 1)
    if p.at(i).text.casefold().endswith("by") or p.at(i).text.casefold().endswith("of"):
        by = mention or cut
        if by is None:
            return i + 1 if p.at(i + 1).kind == "unknown" else p.misplace(i)
        p.slots.sort = (by, isinstance(by, Mention))
        return i + 2
    return i + 1 if p.at(i + 1).says("direction") else p.misplace(i)


def _direction(p: _Parser, i: int) -> int:
    p.slots.direction = p.at(i).detail
    return i + 1


# --- form ------------------------------------------------------------------------------------------------------------


def _chart(p: _Parser, i: int) -> int:
    p.slots.chart = p.at(i).detail
    return i + 1


def _define(p: _Parser, i: int) -> int:
    p.slots.define.add(p.at(i).detail)
    return i + 1


_READERS: dict[str, Callable[[_Parser, int], int]] = {
    "and": _skip,
    "by": _by,
    "pick": _pick,
    "wise": _wise,
    "only": _skip,
    "not": _not,
    "is": _Parser.misplace,
    "vs": _vs,
    "elided": _Parser.misplace,
    "over": _over,
    "change": _flag("change"),
    "same_year": _flag("same_year"),
    "grain": _grain,
    "trend": _flag("trend"),
    "top": _rank,
    **dict.fromkeys(_BOUNDS, _bound),
    "drop": _drop,
    "sort": _sort,
    "direction": _direction,
    "chart": _chart,
    "define": _define,
    "why": _flag("why"),
    "who": _who,
    "same_as": _flag("follows"),
    "what_about": _flag("follows"),
    "more": _flag("adds"),
    "instead": _flag("follows"),
    "help": _flag("help"),
    "partial": _partial,
    "closed": _skip,
    "so_far": _so_far,
}
