"""Words that tell how to compute or how to show, and not what: "note that revenue is the sum of sale price", "by joining …".

What only tells the form is dropped. What defines a number is held against the registry: where it says the same it is dropped,
else it stays in the question as words that nobody knows, so that a definition of the asker's own is never passed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from anabot.agent.offline.lexicon import Lexicon
from anabot.agent.offline.text import Token, stem, words
from anabot.agent.offline.words import FILLERS, PREPOSITIONS
from anabot.semantic.catalog import catalog_of
from anabot.semantic.registry import Metric

_SOME = r"(?:\d+|one|two|three|four|zero)"
_FORM = re.compile(
    r"(?:represent|show|display|express|format|return|report|write) (?:each |every |the )?(?:day|week|month|quarter|year)s? "
    r"(?:as|by|with|using) (?:the |its |their )?(?:first|start|starting|beginning) (?:date|day)"
    r"(?: (?:in|of) (?:the |that |each )?(?:day|week|month|quarter|year))?"
    r"|(?<=week )as a date|(?<=month )as a date|(?<=quarter )as a date"
    rf"|(?:rounded|round)(?: it| them)?(?: off)?(?: up| down)? to {_SOME} (?:decimal places?|decimals?|digits?|places)"
    rf"|to {_SOME} (?:decimal places?|decimals?)"
    r"|(?:(?<=order )|(?<=sort )|(?<=rank )|(?<=ordered )|(?<=sorted ))(?:the |your |all )?"
    r"(?:results?|rows?|output|list|answers?|table|them|it) (?=by |in |from )"
    r"|(?:(?:please )?(?:match|matching|matched|compare|compared|search|when matching|using) (?:it |them |names |values )?)?"
    r"(?:in a )?case insensitive(?:ly)?(?: (?:match|matching|manner|way|comparison|search))?"
    r"|(?:ignoring|ignore|regardless of|irrespective of|disregarding|whatever) (?:the )?case"
    r"|(?:the |all |all the )?details (?:and |of |for )?(?=[^.?!]*[.?!] (?:please )?(?:return|show|list|include) )"
)
_JOINED = re.compile(
    r"(?:based on|by|from|using|after|through|via) (?:doing |performing |making |taking )?(?:an? |the )?"
    r"(?:(?:left|right|inner|outer|full) )*(?:join|joins|joining|use of) (?P<of>[^.?!;\n]*?)\b(?:tables?|datasets?)"
)
_TABLE = re.compile(r"(?:in|from|of|using) the (?P<of>[^.?!;,\n]{1,60}?) (?:table|dataset)s?\b")
_DEFINED = re.compile(
    r"(?:^|(?<=[.?!;,\n] ))(?:please )?(?:(?:note|recall|remember|assume|assuming|keep in mind) )?(?:that |where )?(?:the )?"
    r"(?P<what>[^.?!;,\n]{1,60}?) "
    r"(?:refers to|is defined as|means|denotes|stands for|is calculated as|is computed as|is taken as|is) (?:the )?"
    r"(?P<agg>sum|total|average|mean|count|number|maximum|minimum) of "
    r"(?:the |all )?(?:distinct |unique )?(?P<of>[^.?!;,\n]{1,60})"
)
_COUNTED_IF = re.compile(
    r"(?:^|(?<=[.?!;,\n] ))(?:please )?(?:(?:note|recall|remember|assume|assuming) )?(?:that )?(?:the |an? )?"
    r"(?P<what>[^.?!;,\n]{1,60}?) (?:is|are|was|were|should be|must be) (?:considered|counted|regarded|treated|deemed|taken) "
    r"(?:to be |as (?:being )?)?(?P<of>[^.?!;,\n]{1,60}?) (?:only )?(?:if|when|where|whenever|as long as) (?:the |its |their )?"
    r"(?P<held>[^.?!;,\n]{1,80})"
)
_BASED = re.compile(r"(?:based on|according to|measured by|as measured by) (?:the )?(?P<of>[^.?!;,\n]{1,80})")
_WITHOUT = re.compile(
    r"(?:^|(?<=[.?!;,\n] ))(?:please )?(?:ignore|exclude|skip|omit|leave out|ignoring|excluding|disregard) "
    r"(?:any |all |the |those )?[^.?!;,\n]{1,40}? (?:without|with no|who have no|that have no|"
    r"(?:who|that) have not (?:made|had|got|received|placed|posted|written))"
    r" (?:any )?(?P<of>[^.?!;,\n]{1,40}?)(?= [.?!;,\n]|$| $)"
)
_RATHER = re.compile(
    r"(?:^|(?<=[.?!;,\n] ))(?:and )?not (?:just|only|merely|simply) (?:the |their |its )?"
    r"(?P<of>[^.?!;,\n]{1,40}?)(?= [.?!;,\n]|$| $)"
)
_AGGS = {
    "sum": ("sum",), "total": ("sum",), "average": ("average",), "mean": ("average",), "count": ("count", "count_distinct"),
    "number": ("count", "count_distinct"), "maximum": ("max",), "minimum": ("min",),
}  # fmt: skip
_HELD = {stem(word) for word in ("is", "are", "equals", "equal", "to", "true", "case", "when", "then", "end", "1", "null", "the")}
_LIGHT = {stem(word) for word in FILLERS | PREPOSITIONS} | {"and", "or", "with"}


def without_asides(found: Sequence[Token], lexicon: Lexicon) -> list[Token]:
    """The message without the words that only tell how."""
    kept = list(found)
    for pattern, hints, reach in _ASIDES:
        if not hints.isdisjoint(token.norm for token in kept):
            kept = _without(kept, pattern, reach, lexicon)
    return kept


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """One such passage: what it says, and the words before it."""

    said: re.Match[str]
    lexicon: Lexicon

    def whole(self) -> int | None:
        """How far the passage goes."""
        return self.said.end()

    def of_tables(self) -> int | None:
        """… where it speaks of nothing but tables that there are; None where it does not."""
        known = {each for name in self._tables() for each in words(name)} | _LIGHT
        return self.said.end() if set(words(self.said["of"])) <= known else None

    def as_here(self) -> int | None:
        """… where the registry defines a metric of that name in just that way."""
        same = (metric for metric in self._called(self.said["what"]) if metric.agg in _AGGS[self.said["agg"]])
        reach = max((self._reach(metric) for metric in same), default=0)
        return self.said.start("of") + reach if reach else None

    def as_based(self) -> int | None:
        """… where one of the metrics named before it is computed from what is named."""
        before = words(self.said.string[: self.said.start()])
        found = (
            m for key, entry in self.lexicon.entries.items() if entry.metrics and _within(key, before) for m in entry.metrics
        )
        leaves = (leaf for name in found for leaf in catalog_of(self.lexicon.registry).leaves(name))
        reach = max((self._reach(metric) for metric in leaves), default=0)
        return self.said.start("of") + reach if reach else None

    def as_true(self) -> int | None:
        """… where the metric of that name counts just those of whom that is true."""
        held = set(words(self.said["held"])) - _HELD
        called = f"{self.said['what']} {self.said['of']}", f"{self.said['of']} {self.said['what']}"
        return self.said.end() if any(self._conditions(m) == held for each in called for m in self._called(each)) else None

    @staticmethod
    def _conditions(metric: Metric) -> set[str]:
        """The words of the conditions under which a row counts."""
        counted = metric.expr if metric.agg in ("count", "sum_boolean") else ""
        texts = [counted, *(part.text for part in metric.where)]
        named = [ref.name for part in metric.where for ref in part.refs]
        return {word for text in (*texts, *named) for word in words(re.sub(r"__ref_\d+|[^\w ]", " ", text))} - _HELD

    def as_counted(self) -> int | None:
        """… where those of whom nothing is counted are not listed anyway."""
        before, said = words(self.said.string[: self.said.start()]), words(self.said["of"])
        entry = self.lexicon.entries.get(said)
        counted = entry is not None and (entry.metrics or entry.both or entry.term)
        return self.said.end() if counted and _within(said, before) else None

    def as_said(self) -> int | None:
        """… where what is not wanted is a kind, which nobody knows, of what is asked for before it."""
        before, said = set(words(self.said.string[: self.said.start()])), words(self.said["of"])
        return self.said.end() if len(said) > 1 and set(said[1:]) <= before and said[:1] not in self.lexicon.entries else None

    def _reach(self, metric: Metric) -> int:
        """How many letters name the column, or the rows, that the metric is computed from."""
        models = self.lexicon.registry.models
        of = [metric.expr] if metric.agg != "count" else [e.name for e in models[metric.model].entities.values()]
        for end in range(len(self.said["of"]), 0, -1):
            part = self.said["of"][:end]
            if (end == len(self.said["of"]) or self.said["of"][end] == " ") and any(words(each) == words(part) for each in of):
                return end
        return 0

    def _called(self, what: str) -> Iterator[Metric]:
        entry = self.lexicon.entries.get(words(what))
        for name in (*entry.metrics, *entry.both) if entry else ():
            if self.lexicon.registry.metrics[name].kind == "simple":
                yield self.lexicon.registry.metrics[name]

    def _tables(self) -> Iterator[str]:
        for model in self.lexicon.registry.models.values():
            yield from (model.name, model.relation[-1], model.relation[-1].removesuffix("_mart"))
            yield from model.entities


def _without(found: list[Token], pattern: re.Pattern[str], reach: Reach, lexicon: Lexicon) -> list[Token]:
    text, starts = _spelled(found)
    for said in pattern.finditer(text):
        end = reach(_Told(said=said, lexicon=lexicon))
        if end is not None:
            kept = [token for token, at in zip(found, starts, strict=True) if not said.start() <= at < end]
            return _without(kept, pattern, reach, lexicon)
    return found


def _spelled(found: Sequence[Token]) -> tuple[str, list[int]]:
    """The message as folded words, and where in it each token starts."""
    starts, text = [], ""
    for token in found:
        starts.append(len(text))
        text += token.norm.replace(" ", "_") + " "
    return text.replace("\n", "."), starts


def _within(key: Sequence[str], said: Sequence[str]) -> bool:
    return any(tuple(said[i : i + len(key)]) == tuple(key) for i in range(len(said) - len(key) + 1))


Reach = Callable[[_Told], int | None]
_FORMS = frozenset(
    ["as", "round", "rounded", "decimal", "decimals", "details", "case", "order", "sort", "rank", "ordered", "sorted"]
)
_TABLES = frozenset({"table", "tables", "dataset", "datasets"})
_ASIDES: tuple[tuple[re.Pattern[str], frozenset[str], Reach], ...] = (
    (_FORM, _FORMS, _Told.whole),
    (_WITHOUT, frozenset({"without", "no", "not"}), _Told.as_counted),
    (_JOINED, _TABLES, _Told.of_tables),
    (_DEFINED, frozenset({"sum", "total", "average", "mean", "count", "number", "maximum", "minimum"}), _Told.as_here),
    (_COUNTED_IF, frozenset({"if", "when", "where", "whenever", "long"}), _Told.as_true),
    (_TABLE, _TABLES, _Told.of_tables),
    (_RATHER, frozenset({"not"}), _Told.as_said),
    (_BASED, frozenset({"based", "according", "measured"}), _Told.as_based),
)
