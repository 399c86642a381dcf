"""Ask back what is asked without a measure: "top customers", "how active were they", "how much money did we make".

Pure. The choices are the asker's own metrics over what the words name, at most three, and each must fit the rest of the
sentence; where fewer than two do, the refusal stays. It never answers, and never offers what the asker may not see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest

from anabot.agent.offline.counting import rows_of
from anabot.agent.offline.exits import Exit
from anabot.agent.offline.lexicon import DimensionId, Lexicon, phrases_of
from anabot.agent.offline.slots import Cut, Mention, Rank, Slots
from anabot.agent.offline.spelling import SHORTENED
from anabot.agent.offline.text import is_plural, is_verb, stem, words
from anabot.agent.offline.things import called
from anabot.agent.offline.words import MONEY, SPENT, VAGUE, VERBS
from anabot.agent.understanding import Ambiguous, NotUnderstood, Reading
from anabot.semantic.catalog import catalog_of
from anabot.semantic.query import MetricQuery
from anabot.semantic.units import CURRENCIES

_CHOICES = 3
_WORTH = (("amount",), ("value",))
_SPENDING = {"spend", "spent"}
_LEFT_OUT = ("min", "max", "percentile", "median")  # of single rows, which nobody means by "top"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the words leave open: how the clause reads with a metric in their place, and which ones may stand there."""

    word: str
    slots: Slots
    metrics: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vague:
    """One clause that could not be read. `built` is the reading of the clause about one metric; it may raise Exit."""

    lexicon: Lexicon
    slots: Slots
    built: Callable[[Slots, str], Reading]

    def instead_of(self, out: Exit) -> Exit:
        """A question back with two or three choices, or `out`."""
        found = out.understanding
        asked = self._asked(found) if isinstance(found, NotUnderstood) else None
        choices = self._choices(asked) if asked else []
        if asked is None or len(choices) < 2:
            return out
        return Exit(
            Ambiguous(
                word=asked.word,
                choices=tuple((label, reading.query) for label, reading in choices),
                period_label=choices[0][1].period_label,
            )
        )

    def openly(self) -> Exit | None:
        """ "how are our patients doing", where no number is called so: which of what there is about them is asked back."""
        slots = self.slots
        if not slots.openly or len(slots.mentions) != 1 or slots.is_edit or slots.picks or slots.mentions[0].counted:
            return None
        entry = self.lexicon.entries.get(words(slots.mentions[0].text))
        said, metrics = words(slots.mentions[0].text), self.lexicon.registry.metrics
        names = {words(phrase) for name in slots.mentions[0].metrics for phrase in (metrics[name].name, metrics[name].label)}
        if entry is None or said in names or entry.term or not entry.models:
            return None
        over = tuple(dict.fromkeys((*slots.mentions[0].metrics, *self._over(set(entry.models)))))
        choices = self._choices(_Asked(word=slots.mentions[0].text, slots=self._clean(), metrics=over))
        found = tuple((label, reading.query) for label, reading in choices)
        return Exit(Ambiguous(word=slots.mentions[0].text, choices=found)) if len(found) > 1 else None

    def _choices(self, asked: _Asked) -> list[tuple[str, Reading]]:
        found: list[tuple[str, Reading]] = []
        seen: set[MetricQuery] = set()
        for name in asked.metrics:
            try:
                reading = self.built(self._about(asked, name), name)
            except Exit:
                continue
            if len(found) < _CHOICES and reading.query not in seen:
                seen.add(reading.query)
                found.append((self.lexicon.registry.metrics[name].label, reading))
        return found

    def _about(self, asked: _Asked, name: str) -> Slots:
        mention = Mention(metrics=(name,), text=asked.word)
        rank = asked.slots.rank
        if rank and rank.direction in ("best", "worst") and not self.lexicon.registry.metrics[name].better:
            rank = replace(rank, direction="top" if rank.direction == "best" else "bottom")
        rank = replace(rank, mention=mention) if rank else None
        return replace(asked.slots, mentions=[mention], rank=rank, cuts=list(asked.slots.cuts), notes=list(asked.slots.notes))

    # --- what is left open

    def _asked(self, found: NotUnderstood) -> _Asked | None:
        slots = self.slots
        compared = slots.bounds or slots.amounts
        if slots.define or slots.why or compared or slots.share or slots.running or slots.phrases or slots.saved:
            return None
        loose = {*slots.unknown, *slots.misplaced}
        if slots.rank:
            return self._most_money(slots.rank, loose) or self._ranked(slots.rank, found, loose)
        if loose and loose - VERBS <= MONEY and loose & MONEY and not slots.mentions:
            word = next(word for word in slots.unknown if word in MONEY)
            return _Asked(word=f"how much {word}", slots=self._clean(), metrics=tuple(self._sums()))
        if found.reason == "no_metric" and slots.picks and not loose and (slots.openly or slots.compared or slots.how_much):
            return self._of_a_value()
        cuts = [cut for cut in slots.cuts if cut.dimensions]
        if slots.broken_down and len(cuts) == 1 and not (loose or slots.mentions or slots.picks):
            return self._parts_of(cuts[0])
        things = [*slots.bare, *(cut for cut in slots.cuts if cut.dimensions)] if slots.compared or slots.openly else []
        if things and not slots.mentions and loose <= {cut.text for cut in slots.bare}:
            return self._compared(things[0])
        if loose and loose - VERBS <= _SPENDING and loose & _SPENDING and not slots.mentions:
            word = next(word for word in slots.unknown if word in _SPENDING)
            return _Asked(word=word, slots=self._clean(), metrics=tuple(self._costs()))
        if loose and not slots.mentions and (asked := self._by_the_end(loose)):
            return asked
        if slots.openly and len(loose) == 1 and not slots.mentions and (deed := self._of_a_deed(next(iter(loose)))):
            return deed
        asked = self._of_nothing_named() if found.reason == "no_metric" and not loose else self._amounts(found, loose)
        return asked or self._how(loose)

    def _amounts(self, found: NotUnderstood, loose: set[str]) -> _Asked | None:
        """ "show me the amounts by product"."""
        said = [word for word in loose if words(word)[-1:] in _WORTH]
        if found.reason != "shape" or not said or loose != set(said) or self.slots.mentions:
            return None
        return _Asked(word=said[0], slots=self._clean(), metrics=tuple(self._money()))

    def _of_nothing_named(self) -> _Asked | None:
        """ "how did we do in August", "what's the salary", "the amount": nothing that the words are says what to count."""
        slots = self.slots
        if slots.openly and not slots.bare:
            return _Asked(word="how it went", slots=self._clean(), metrics=tuple(self._chief()))
        if len(slots.picks) == 1 and not slots.cuts and (named := self._by_the_end({slots.picks[0].text})):
            return replace(named, slots=replace(named.slots, picks=[]))
        if slots.worth:
            return _Asked(word=slots.worth[0], slots=replace(self._clean(), worth=[]), metrics=tuple(self._money()))
        return None

    def _by_the_end(self, loose: set[str]) -> _Asked | None:
        """ "average score", where the registry has two scores: words that stand in the names of several metrics."""
        stems = {stem(word.casefold()) for word in loose}
        named = self.lexicon.naming(stems) if all(len(word) > 2 for word in stems) else []
        metrics = self.lexicon.registry.metrics
        last = words((self.slots.unknown or sorted(loose))[-1])[-1:]
        named = [name for name in named if any(words(phrase)[-1:] == last for phrase in phrases_of(self.lexicon.registry, name))]
        named = list({(metrics[name].model, metrics[name].expr): name for name in reversed(named)}.values())[::-1]
        said = self.slots.unknown or sorted(loose)
        if not 2 <= len(named) <= _CHOICES or not loose <= set(said):
            return None
        return _Asked(word=" ".join(dict.fromkeys(said)), slots=self._clean(), metrics=tuple(named))

    def _of_a_value(self) -> _Asked:
        """ "how did Harbour do last month", "compare Harbour and Castle"."""
        pick = self.slots.picks[0]
        models = {model for model, _, _ in pick.values}
        counts = () if self.slots.openly or self.slots.compared else tuple(n for m in models for n in rows_of(self.lexicon, m))
        over = tuple(sorted(self._over(models), key=self._is_bad))
        return _Asked(word=pick.text, slots=self._clean(), metrics=tuple(dict.fromkeys((*counts, *over))))

    def _parts_of(self, cut: Cut) -> _Asked:
        """ "the status breakdown": how many there are of each, of all whose rows have it; then what else there is of them."""
        headed = self.lexicon.headed.get(words(cut.text)[-1:], ()) if len(words(cut.text)) == 1 else ()
        cut = replace(cut, dimensions=tuple(dict.fromkeys((*cut.dimensions, *headed))))
        models = list(dict.fromkeys(model for model, _ in cut.dimensions))
        counts = (name for model in models for name in rows_of(self.lexicon, model))
        metrics = tuple(dict.fromkeys((*counts, *self._over(set(models)))))
        rest = [each for each in self.slots.cuts if not each.dimensions]
        return _Asked(word=f"by {cut.text}", slots=replace(self._clean(), cuts=[cut, *rest]), metrics=metrics)

    def _compared(self, cut: Cut) -> _Asked:
        """ "compare shops", "how are our shops doing"."""
        over = self._over({model for model, _ in cut.dimensions})
        slots = replace(self._clean(), cuts=[cut])
        said = f"compare {cut.text}" if self.slots.compared else cut.text
        return _Asked(word=said, slots=slots, metrics=tuple(sorted(over, key=self._is_bad)))

    def _of_a_deed(self, word: str) -> _Asked | None:
        """ "how is hiring going": by the number of that, or by another of the same rows."""
        named = (self.lexicon.alone(word) or self.lexicon.deed(word)) if is_verb(word.casefold()) else []
        homes = set.union(set(), *map(self._homes, named))
        metrics = self.lexicon.registry.metrics
        beside = (each for each in self.lexicon.visible if self._homes(each) & homes and metrics[each].agg not in _LEFT_OUT)
        return _Asked(word=word, slots=self._clean(), metrics=tuple(dict.fromkeys((*named, *beside)))) if named else None

    def _most_money(self, rank: Rank, loose: set[str]) -> _Asked | None:
        """ "which category brings in the most money"."""
        if not (self.slots.cuts and loose & MONEY and loose - VERBS <= MONEY) or self.slots.every_mention:
            return None
        asked = replace(self._clean(), cuts=list(self.slots.cuts), rank=rank)
        return _Asked(word=f"{rank.text} money", slots=asked, metrics=tuple(self._sums()))

    def _ranked(self, rank: Rank, found: NotUnderstood, loose: set[str]) -> _Asked | None:
        """ "top customers", "our best rep"."""
        slots = self.slots
        cuts = [cut for cut in slots.cuts if cut.dimensions]
        if found.reason in ("no_group", "period") and rank.mention and not slots.mentions and not cuts:
            cuts = self._called(rank.mention.text)
        elif found.reason == "unknown_words" and loose <= VAGUE and rank.direction == "top" and rank.text.casefold() == "most":
            named = [each.text for each in slots.mentions if not each.counted]  # "most successful restaurants"
            cuts = cuts or (self._called(named[0]) if len(named) == 1 else [])
        elif found.reason == "unknown_words" and len(loose) == 1 and not (slots.every_mention or cuts):
            cuts = self._headed(next(iter(loose)))
        elif found.reason != "no_metric" or slots.every_mention or loose:
            return None
        if not cuts:
            return None
        single = rank.single or (bool(slots.who) and rank.count is None and not is_plural(cuts[0].text))
        ranked = replace(rank, mention=None, single=single)
        rest = [cut for cut in slots.cuts if cut not in cuts]
        return _Asked(
            word=f"{rank.text} {cuts[0].text}",
            slots=replace(self._clean(), cuts=[*cuts, *rest], rank=ranked),
            metrics=tuple(sorted(self._over({model for model, _ in cuts[0].dimensions}), key=self._top_last)),
        )

    def _how(self, loose: set[str]) -> _Asked | None:
        """ "how active were customers last month"."""
        word = self.slots.how.casefold()
        things = [*(each.text for each in self.slots.mentions), *(each.text for each in self.slots.bare)]
        if word in VAGUE and not things and self.slots.picks and loose <= {self.slots.how}:
            return replace(self._of_a_value(), word=f"how {self.slots.how}")  # "how popular is vegan food"
        if word not in VAGUE or len(things) != 1 or not loose <= {self.slots.how, things[0]}:
            return None
        entry = self.lexicon.entries.get(words(things[0]))
        models = {*entry.models, *(model for model, _ in entry.dimensions)} if entry else set()
        named = (name for name in self.lexicon.visible if self._has(name, word) and self._homes(name) & models)
        over = tuple(dict.fromkeys((*named, *self._over(models)))) if models else ()
        return _Asked(word=f"how {self.slots.how}", slots=self._clean(), metrics=over) if over else None

    def _clean(self) -> Slots:
        return replace(self.slots, mentions=[], unknown=[], misplaced=[], who=[], verbs=[], nouns=[], bare=[])

    # --- of what, and by what

    def _called(self, word: str) -> list[Cut]:
        entry = self.lexicon.entries.get(words(word))
        homes = [home for model in (entry.models if entry else ()) for home in called(self.lexicon, model)]
        homes = homes or (entry.dimensions if entry else [])
        return [Cut(text=word, dimensions=tuple(homes))] if len(homes) == 1 else []

    def _headed(self, word: str) -> list[Cut]:
        """ "rep", where the registry says "sales representative"."""
        head = stem(SHORTENED.get(stem(word.casefold()), word.casefold()))
        homes: set[DimensionId] = set()
        for key, entry in self.lexicon.entries.items():
            homes |= set(entry.dimensions) if len(key) > 1 and key[-1] == head else set()
        return [Cut(text=word, dimensions=tuple(homes))] if len(homes) == 1 else []

    def _over(self, models: set[str]) -> Iterator[str]:
        """The metrics of what these things do: the nearest first, by turns from each model that measures it.

        Those of the things' own rows only where nothing else leads there: products that stand on the order lines themselves.
        """
        found: dict[int, list[str]] = {}
        own: list[str] = []
        for name in self.lexicon.visible:
            paths = [len(ref.path) for ref in self.lexicon.reach(name) if ref.dimension.model in models]
            if not paths or self.lexicon.registry.metrics[name].agg in _LEFT_OUT:
                continue
            (own if self._homes(name) & models else found.setdefault(min(paths), [])).append(name)
        return (name for length in sorted(found) for name in self._by_turns(found[length])) if found else iter(own)

    def _is_bad(self, name: str) -> int:
        """Whether more of it is nothing to be "top" at."""
        return {"higher": 0, "lower": 2}.get(self.lexicon.registry.metrics[name].better, 1)

    def _top_last(self, name: str) -> tuple[int, bool, bool]:
        """The order in which metrics are meant by "biggest": what adds up before what does not, and money first."""
        metric = self.lexicon.registry.metrics[name]
        return self._is_bad(name), metric.unit == "ratio" or metric.kind == "ratio", metric.unit not in CURRENCIES

    def _sums(self) -> Iterator[str]:
        """The amounts of money that are added up, but for those that are spent."""
        return self._by_turns(name for name in self._money() if not any(self._has(name, word) for word in SPENT))

    def _chief(self) -> Iterator[str]:
        """What is added up and what is counted, by turns, each of all its rows."""
        metrics = self.lexicon.registry.metrics
        pairs = zip_longest((name for name in self._sums() if not metrics[name].where), self._counts())
        return (name for pair in pairs for name in pair if name)

    def _counts(self) -> Iterator[str]:
        """What is counted, all rows of each."""
        metrics = self.lexicon.registry.metrics
        return self._by_turns(name for name in self.lexicon.visible if metrics[name].agg == "count" and not metrics[name].where)

    def _costs(self) -> Iterator[str]:
        """The amounts of money that are added up and are better low."""
        return self._by_turns(name for name in self._money() if self.lexicon.registry.metrics[name].better == "lower")

    def _money(self) -> list[str]:
        metrics = self.lexicon.registry.metrics
        return [name for name in self.lexicon.visible if metrics[name].agg == "sum" and metrics[name].unit in CURRENCIES]

    def _by_turns(self, names: Iterable[str]) -> Iterator[str]:
        turns: dict[str, list[str]] = {}
        for name in names:
            turns.setdefault(min(self._homes(name), default=""), []).append(name)
        longest = max(map(len, turns.values()), default=0)
        return (each[k] for k in range(longest) for each in turns.values() if k < len(each))

    def _homes(self, name: str) -> set[str]:
        return {leaf.model for leaf in catalog_of(self.lexicon.registry).leaves(name)}

    def _has(self, name: str, word: str) -> bool:
        return any(stem(word) in words(phrase) for phrase in phrases_of(self.lexicon.registry, name))
