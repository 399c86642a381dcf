"""Walk over the phrases of one clause and hand each to its reader. What no reader takes is unknown or misplaced.

The readers stand in `read_names`, `read_by`, `read_numbers` and `read_times`; `grammar` says which reads what.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from anabot.agent.offline import contrasts, pairing
from anabot.agent.offline.lexicon import Entry, Lexicon
from anabot.agent.offline.slots import BoundOp, Cut, Mention, Slots
from anabot.agent.offline.tagging import Tag
from anabot.agent.offline.text import deeds, is_plural, is_verb, root, words
from anabot.agent.offline.words import OPERATORS

Reader = Callable[["Parser", int], int]
CutReader = Callable[["Parser", int], Cut | None]
BOUNDS: tuple[BoundOp, ...] = ("gt", "ge", "lt", "le", "eq", "between")
COLUMNS = {"return", "show", "include", "list", "display", "give"}  # "… Return the region and the total": the same question's
PLACES = {"about", "in", "for", "from", "at", "within", "inside", "among", "amongst", "of"}
_FARING = {"doing", "perform", "performing", "performed"}  # "which shops are doing well": by no number in particular
_MEANS = {"with", "by", "via", "through", "in", "from", "for", "as"}
_EMPTY = Tag(kind="stop", start=0, end=0, text="")


class Parser:
    """One clause. A reader gets the parser and the index of its phrase, and returns the index after what it took."""

    def __init__(self, tags: Sequence[Tag], lexicon: Lexicon, readers: Mapping[str, Reader], other_time: CutReader) -> None:
        self.lexicon, self.readers, self.other_time, self.slots = lexicon, readers, other_time, Slots()
        self.tags: list[Tag] = []
        self.before: list[set[str]] = []  # the light words right before each phrase
        self.asks_how = False
        self.amount_end = -1  # after the last condition on a number of the rows
        self.pair_end = -1  # the phrase that ends a pair, which a bound right after it is about
        light: list[str] = []
        for tag in tags:
            if tag.kind == "light":
                light.append(tag.text.casefold())
                continue
            self.tags.append(tag)
            self.before.append(set(light))
            self.slots.how = tag.text if light == ["how"] and not self.slots.how else self.slots.how
            self.slots.many |= light[-2:] == ["how", "much"] and bool(tag.entry and tag.entry.values)
            self._note_question(light)
            light = []
        self._note_question(light)
        self.ends_in_too = light[-1:] == ["too"] or light[-2:] == ["as", "well"]
        self.comparing = any(tag.says("vs") and tag.text.casefold().startswith("compare") for tag in self.tags)

    def run(self) -> Slots:
        """Read every phrase once, from left to right."""
        self.slots.follows = self.at(0).says("and")
        for_others = self.at(0).says("and", "what_about") and "for" in self.before_of(1)
        self.slots.narrows = self.at(0).says("only", "not") or for_others
        self._which = any(tag.says("pick") for tag in self.tags)
        if "list" in self.before_of(0) and self.at(0).kind == "name" and self.mention(0):
            self.slots.things = self.at(0).text
        i = 0
        while i < len(self.tags):
            i = self._step(i)
        self._settle()
        return self.slots

    def at(self, i: int) -> Tag:
        """The phrase at `i`; an empty one outside the clause."""
        return self.tags[i] if 0 <= i < len(self.tags) else _EMPTY

    def before_of(self, i: int) -> set[str]:
        """The light words right before the phrase at `i`."""
        return self.before[i] if 0 <= i < len(self.before) else set()

    def entry(self, i: int) -> Entry:
        """What the name at `i` may mean; nothing for other phrases."""
        return self.at(i).entry or Entry()

    def _note_question(self, light: Sequence[str]) -> None:
        joined = " ".join(light)
        self.slots.lists |= "list" in light
        self.slots.did |= bool({"did", "do", "does"} & set(light)) and "have" not in light
        self.slots.will |= "will" in light
        self.slots.many |= "how many" in joined
        self.slots.openly |= "how" in light and "how many" not in joined and "how much" not in joined
        self.slots.how_much |= "how much" in joined
        self.slots.openly |= bool(_FARING & set(light)) or any(f"{did} well" in joined for did in ("do", "does", "did"))
        self.asks_how |= "what" in light or ("how" in light and "how many" not in joined and "how much" not in joined)

    def _step(self, i: int) -> int:
        tag = self.tags[i]
        if (end := self.readers["aggregates"](self, i)) > i:
            return end
        reader = self.readers.get(tag.op if tag.kind == "operator" else tag.kind)
        if reader:
            return reader(self, i)
        if tag.kind == "measure" and {"how", "many"} <= self.before_of(i):
            self.slots.measures.append(tag.detail)
        elif tag.kind == "unknown" and (self._noun_of_value(i) or self._verb_of_value(i)):
            return i + 1
        elif tag.kind in ("unknown", "measure"):
            self.slots.unknown.append(tag.text)
            self.slots.by_its_unit += [tag.text] if self.at(i + 1).says("by") and self.at(i + 2).kind == "unit" else []
            done = self.mention(i - 1) if self.before_of(i) & {"did", "do", "does"} else None
            self.slots.done_to += [(tag.text, done.metrics)] if done else []
        elif tag.kind == "unit":
            self.lone_unit(i)
        return i + 1

    def _noun_of_value(self, i: int) -> bool:
        """ "Italian food", where the dimension is called "food type": the word only says of what the value is one."""
        models, said = self.lexicon.registry.models, words(self.at(i).text)
        before, after = self.entry(i - 1), self.entry(i + 1)
        homes = {home[:2] for home in before.values} if before.only_values and not self.before[i] else set()
        if after.only_values and not self.before_of(i + 1) and self.before[i]:
            homes = homes or {home[:2] for home in after.values}  # "with unit ml", where the column is the drug unit
        dimensions = [models[model].dimensions[name] for model, name in homes]
        called = [{w for phrase in (d.name, d.label, *d.synonyms) for w in words(phrase)} for d in dimensions]
        return bool(called) and all(set(said) <= each for each in called)

    def _verb_of_value(self, i: int) -> bool:
        """ "paid with PayPal", where that is a payment method: the verb only says of what the value is one."""
        said, at = self.at(i).text.casefold(), i + 2 if self.at(i + 1).says("by") else i + 1
        homes = {home[:2] for home in self.entry(at).values}
        if (
            not homes
            or (at > i + 1 and not self.entry(at).only_values)
            or not is_verb(said)
            or not (at > i + 1 or self.before_of(at) & _MEANS)
            or self.at(i - 1).says("not")
        ):
            return False
        models = self.lexicon.registry.models
        dimensions = [models[model].dimensions[name] for model, name in homes]
        called = [{root(w) for phrase in (d.name, d.label, *d.synonyms) for w in words(phrase)} for d in dimensions]
        return all((deeds(said) | {root(said)}) & each for each in called)

    def lone_unit(self, i: int) -> None:
        """ "…, segment and month": a unit in a list of cuts."""
        if any(cut.unit == self.at(i).detail for cut in self.slots.cuts):
            return  # "which month …? Return the month and …"
        if "in" in self.before_of(i) and is_plural(self.at(i).text) and self.at(i).detail == "day":
            self.slots.measures.append("days")  # "length of stay in days"
            return
        if self.returns(i) and any(cut.unit == self.at(i).detail for cut in self.slots.cuts):
            return  # "…? Return the week and …": a column that the rows have anyway
        listed = self.at(i - 1).says("and") or self.at(i - 1).kind == "comma"
        ranked = not self.slots.cuts and any(tag.says("top") for tag in self.tags[i + 1 :])
        if i == 0 and ranked and not self.slots.rank:  # "the day with the most orders"
            self.slots.cuts.append(unit_cut(self.at(i)))
            self.slots.one |= not is_plural(self.at(i).text)
            return
        if listed and self.slots.cuts:
            self.slots.cuts.append(self._part_of_date(i) or unit_cut(self.at(i)))
        else:
            self.slots.misplaced.append(self.at(i).text)

    def _part_of_date(self, i: int) -> Cut | None:
        """ "make, model, year": beside names of one thing, a year is its own where it has one: a model year."""
        homes = {model for cut in self.slots.cuts for model, _ in cut.dimensions}
        unit = words(self.at(i).text)
        own = [(m, d) for m in sorted(homes) for d in self.lexicon.registry.models[m].dimensions if words(d)[1:] == unit]
        return Cut(text=self.at(i).text, dimensions=(own[0],)) if len(own) == 1 else None

    def misplace(self, i: int) -> int:
        """A known word in a place where it means nothing."""
        self.slots.misplaced.append(self.at(i).text)
        return i + 1

    def mention(self, i: int) -> Mention | None:
        """The metrics named at `i`, or None."""
        entry, text = self.entry(i), self.at(i).text
        if again := self._returned(i):
            return again
        counted = self.at(i - 1).says("count") or (0 <= i < len(self.before) and {"how", "many"} <= self.before[i])
        if not entry.term and not entry.metrics:
            return self._of_noun(i, counted)
        if entry.dimensions and self._called(i + 1):
            return None  # "customer name" is not how many customers there are
        if entry.term:
            metrics = [m for m in self.lexicon.registry.terms[entry.term].metrics if m in self.lexicon.grant.metrics]
            return Mention(metrics=tuple(metrics), text=text, term=entry.term, counted=counted)
        return Mention(metrics=tuple(entry.metrics), text=text, counted=counted, instead=self._instead(i))

    def tells(self, i: int) -> bool:
        """Whether a number is named at `i`, or a date of what is counted."""
        return bool(self.at(i).edge) or self.mention(i) is not None

    def returns(self, i: int) -> bool:
        """Whether the phrase at `i` stands in a sentence that only lists the columns: "…? Return the week, the total and …"."""
        stop = max((k for k in range(i) if self.at(k).kind == "stop"), default=-1)
        return stop >= 0 and bool(self.before_of(stop + 1) & COLUMNS)

    def _returned(self, i: int) -> Mention | None:
        """A column that may be called after what is asked for already is that."""
        said = {*self.entry(i).metrics, *self.entry(i).both} if self.slots.mentions and self.returns(i) else set()
        return next((each for each in self.slots.mentions if len(each.metrics) == 1 and set(each.metrics) & said), None)

    def _instead(self, i: int) -> tuple[str, ...]:
        """ "number of customers" by something that only their purchases have: the metric that counts those who bought."""
        noun = self.entry(i)
        if not noun.distinct and noun.metrics:
            asked = words(self.at(i).text)
            found = (e for key, e in self.lexicon.entries.items() if e.distinct and key and asked[-len(key) :] == key)
            noun = next(found, noun) if len(asked) > 1 and asked[0] in ("number", "count", "distinct", "unique") else noun
        return tuple(noun.distinct)

    def _of_noun(self, i: int, counted: bool) -> Mention | None:
        """ "sales" where the registry says "number of sales" and "total sales": as it is counted or added up here."""
        entry = self.entry(i)
        asked = {"how", "many"} <= self.before_of(i - 1) or self.at(i - 2).says("count")
        apart = asked and self.at(i - 1).text.casefold() in ("distinct", "unique", "different")
        if (counted or apart) and entry.distinct and not entry.counted:
            return Mention(metrics=tuple(entry.distinct), text=self.at(i).text, counted=True)
        if apart and entry.counted:
            return Mention(metrics=tuple(entry.counted), text=self.at(i).text, counted=True, instead=tuple(entry.distinct))
        counted |= self.at(i + 1).says("records") or bool({"a", "an"} & (self.before_of(i) | self._beside(i)))
        before = i - 1 if self.at(i - 1).says("grain") else i
        total = {"total", "overall"} & (self.before_of(i) | self.before_of(before))
        found = entry.counted if counted else entry.totalled if total else [] if entry.dimensions or entry.values else entry.both
        found = found if counted or total or len(found) != 1 else [*found, *self._also_so_called(i, found[0])]
        return Mention(metrics=tuple(found), text=self.at(i).text, counted=counted) if found else None

    def _also_so_called(self, i: int, name: str) -> list[str]:
        """ "price", where the registry has a high and a low price of something else: which is meant is asked back."""
        said, metrics = words(self.at(i).text), self.lexicon.registry.metrics
        keys = (key for key in self.lexicon.entries if len(key) == len(said) + 1 and key[1:] == said)
        named = list(dict.fromkeys(each for key in keys for each in self.lexicon.entries[key].metrics))
        others = [each for each in named if metrics[each].model != metrics[name].model]
        return others[:2] if len(others) > 1 else []

    def _beside(self, i: int) -> set[str]:
        """The light words before a value right beside the name: "a cash payment"."""
        return self.before_of(i - 1) if self.entry(i - 1).values and not self.before_of(i) else set()

    def cut(self, i: int) -> Cut | None:
        """The dimension or unit of time named at `i`, or None."""
        tag = self.at(i)
        if other := self.other_time(self, i):
            return other
        if tag.kind == "unit":
            return unit_cut(tag)
        if tag.says("grain"):
            return Cut(text=tag.text, unit=tag.detail)
        if qualified := self._qualified(i):
            return qualified
        dimensions = self.entry(i).dimensions
        return Cut(text=tag.text, dimensions=tuple(dimensions), size=1 + self._called(i + 1)) if dimensions else None

    def _qualified(self, i: int) -> Cut | None:
        """ "customer state": a word that only says whose dimension is meant, because both stand on one model."""
        first, second = self.entry(i), self.entry(i + 1)
        if not second.dimensions or self.before_of(i + 1) or first.values:
            return None
        metrics = self.lexicon.registry.metrics
        told = {model for model, _ in first.dimensions if not is_plural(self.at(i + 1).text) or first.models}
        models = told | {metrics[name].model for name in first.metrics} | set(first.models)
        meant = tuple(where for where in second.dimensions if where[0] in models)
        text = f"{self.at(i).text} {self.at(i + 1).text}"
        return Cut(text=text, dimensions=meant, size=2 + self._called(i + 2), qualified=True) if meant else None

    def _called(self, i: int) -> int:
        """1 where "name" follows a dimension: "country name" is the country."""
        return int(self.at(i).kind == "unknown" and self.at(i).text.casefold() in ("name", "names") and not self.before_of(i))

    def joined(self, i: int) -> bool:
        """Whether `and` or a comma stands at `i`."""
        return self.at(i).says("and") or self.at(i).kind == "comma"

    def rank_word(self, i: int) -> str:
        """The direction of a word like "best", also where the registry knows it as a term; or ""."""
        kind, detail = OPERATORS.get((self.at(i).text.casefold(),), ("", ""))
        return detail if kind == "top" else ""

    def ranks(self, i: int) -> bool:
        """Whether the phrase at `i` says "highest", alone or in the name of a greatest value."""
        kind, _ = OPERATORS.get((next(iter(self.at(i).text.casefold().split()), ""),), ("", ""))
        return self.at(i).says("top") or (self.at(i).kind == "name" and kind == "top")

    def _settle(self) -> None:
        slots = self.slots
        pairing.settle_words(slots)
        slots.adds |= self.ends_in_too and not slots.mentions  # "by segment too", in a thread
        in_time = slots.against or slots.over or slots.change or slots.same_year
        if slots.more or (slots.compared and not in_time):
            contrasts.sided(slots)
        if slots.cuts and not self._which:
            slots.things = ""  # "list the orders by region"
        if slots.none:
            loose = [cut for cut in slots.bare if cut.text in slots.misplaced]
            slots.misplaced = [text for text in slots.misplaced if text not in {cut.text for cut in loose}]
            slots.cuts += loose
        if slots.wants_cut and not slots.cuts and not any(p.get("group_by") for _, p in slots.phrases):
            slots.misplaced += slots.wants_cut
        if slots.so_far and not (slots.when or slots.dated):
            slots.misplaced += slots.so_far
        if "asked" in slots.define and not self.asks_how and slots.define == {"asked"}:
            slots.misplaced += [tag.text for tag in self.tags if tag.says("define")]
        self._settle_who()
        if slots.several and not slots.rank:
            slots.unknown.append(str(slots.several))

    def _settle_who(self) -> None:
        slots = self.slots
        slots.more_dates += slots.runs and not any(cut.unit for cut in slots.cuts)
        narrowed = slots.nouns or slots.dated or slots.none or slots.matches or slots.amounts or slots.two_times or slots.edge
        if self._of_the_same():
            slots.who[:] = [word for word in slots.who if word.casefold() != "their"]
        if self._names_dates():  # "when was the last load", where that is a metric
            slots.who[:] = [word for word in slots.who if word.casefold() != "when"]
        if slots.who and not (slots.cuts or slots.rank or narrowed):
            edits = slots.define or slots.unknown or (slots.is_edit and not slots.mentions)
            pointing = bool(edits) and {word.casefold() for word in slots.who} <= {"that"}
            slots.unknown += [] if pointing else slots.who  # "what does that include", "is that good"
        if slots.rank and slots.rank.listed and slots.direction:
            slots.rank.direction = {"asc": "bottom", "desc": "top"}.get(slots.direction, slots.direction)

    def _names_dates(self) -> bool:
        metrics = [self.lexicon.registry.metrics[name] for mention in self.slots.mentions for name in mention.metrics]
        return bool(metrics) and all(metric.unit in ("date", "time") for metric in metrics)

    def _of_the_same(self) -> bool:
        """ "the number of orders and their total value": both of the same rows."""
        metrics = [self.lexicon.registry.metrics[name] for mention in self.slots.mentions for name in mention.metrics]
        return len(self.slots.mentions) > 1 and len({m.model if m.kind == "simple" else m.name for m in metrics}) == 1


def unit_cut(tag: Tag) -> Cut:
    """A unit of time as something to group by."""
    return Cut(text=tag.text, unit=tag.detail)


def skip(_: Parser, i: int) -> int:
    """A phrase that says nothing by itself."""
    return i + 1


def note(name: str) -> Reader:
    """A reader that keeps the words, for a later look at whether they fit."""

    def read(p: Parser, i: int) -> int:
        getattr(p.slots, name).append(p.at(i).text)
        return i + 1

    return read


def flag(name: str) -> Reader:
    """A reader that only notes that the phrase was said."""

    def read(p: Parser, i: int) -> int:
        setattr(p.slots, name, True)
        return i + 1

    return read
