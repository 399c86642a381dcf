"""What bears a number out: a cell, a sum, or two cells that the sentence names, under the words that stand around it.

It answers about one number at a time, and never about a whole text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from anabot.agent.grounding.grounds import Names, Row, Shown
from anabot.agent.grounding.numerals import Numeral
from anabot.agent.grounding.words import Clause, Said, clauses, masked
from anabot.periods import Period

_UP = r"up|rose|risen|rises|increased?|increases|grew|grown|grows|gained|climbed|jumped|surged|more|higher|above|added|plus"
_UP += r"|recovered|rebounded|rallied|soared|spiked|expanded|advanced|picked up|ticked up|edged up"
_DOWN = r"down|fell|fallen|falls|dropped|drops|decreased?|decreases|declined?|declines|shrank|shrunk"
_DOWN += r"|lost|slid|plunged|less|lower|fewer|below|minus"
_DIRECTION = re.compile(rf"\b(?:(?P<up>{_UP})|(?P<down>{_DOWN}))\b", re.I)
_RUNNING = re.compile(r"\b(?:running|cumulative(?:ly)?|accumulated|to date|in total|so far|up to|by then)\b", re.I)
_DOWN += r"|slipped|dipped|eased|softened|tumbled|sank|crashed|contracted|retreated|edged down"
_CHANGE = re.compile(
    rf"\b(?:{_UP}|{_DOWN}|change[ds]?|difference|gap|lead|moved|by|swing|growth|rise|drop|fall|decline|increase)\b", re.I
)
_EARLIER = re.compile(
    r"\b(?:from|before|previous|previously|prior|earlier|compared|versus|vs|than|against|last|same|after)\b", re.I
)
_FROM = re.compile(r"\b(?:from|than|versus|vs|against|compared (?:with|to))\s*$", re.I)
_HIGH = re.compile(r"\b(?:highest|largest|biggest|greatest|(?:has|have|had) (?:the )?most)\b", re.I)
_LOW = re.compile(r"\b(?:lowest|smallest|fewest|(?:has|have|had) (?:the )?least)\b", re.I)
_TOGETHER = re.compile(r"\b(?:together|combined|in total|sum|add(?:s|ed)? up|jointly|between them)\b", re.I)
_TIMES = re.compile(r"\b(?:times|twice|double|triple|as much|as many|ratio)\b|×|\d+(?:\.\d+)?x", re.I)
_SHARE = re.compile(r"\b(?:share|of|accounts?|makes? up|made up|represents?|contribut\w+)\b", re.I)
_COUNTED = re.compile(
    r"\b(?:top|first|last|bottom|all|these|those|the other|remaining|of) (?:of |the |these |those |all )?$", re.I
)
_NTH = re.compile(r"\b(?:second|third|fourth|fifth|2nd|3rd|4th|5th)[ -]\w+", re.I)  # "the second largest"
_COUNTS = re.compile(
    r"^\s*(?:full |whole |of (?:them|these|those)|are shown|is shown|more\b|rows?\b|groups?\b"
    r"|(?:day|week|month|quarter|year|hour)s?\b)",
    re.I,
)
_OTHERS = re.compile(r"\s*others?\b", re.I)
_ELSEWHERE = "A result has this number, but not for the metric, group, filter, period, unit or direction said here."
_LIMITS = re.compile(r"\b(?:over|under|above|below|than|least|most|between|and|exactly|from|to|[<>=]+)\s*$", re.I)


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of a result, and where it stands."""

    result: Shown
    row: Row
    metric: str
    part: str
    unit: str
    value: Decimal


class Bearing:
    """One text over its results: what each clause speaks of, and whether a number in it is borne out."""

    def __init__(self, text: str, results: tuple[Shown, ...], names: Names) -> None:
        self.text, self.results = text, results
        self.clauses: list[Clause] = clauses(text, results, names)
        self.masked = masked(text, self.clauses)
        self.positive = {s.text.casefold() for c in self.clauses for s in c.said if not s.metrics and not s.negated}
        self.negative = {s.text.casefold() for c in self.clauses for s in c.said if not s.metrics and s.negated}
        self.usable = [result for result in results if self._says_filters(result)]

    def _about(self, cell: Cell, k: int) -> bool:
        """Whether the periods said around are those of the cell."""
        here = self._nearest_periods(k)
        if cell.row.bucket:
            return any(self._is_bucket(each, cell.row.bucket) for each in here)
        own = cell.result.compare if cell.part == "__previous" else cell.result.period
        clause, against = self.clauses[k], not cell.part and cell.result.compare is not None
        spoken = [one for one in clause.periods if not (against and _FROM.search(clause.before(one.start)))]
        said = {each for one in spoken for each in one.periods}
        if said and own and own in said:
            return True
        if cell.part == "__previous" and _EARLIER.search(self.clauses[k].plain):
            return not said or bool(said & {cell.result.period, cell.result.compare})
        if cell.part == "__previous":
            return False
        earlier = {each for clause in self.clauses[:k] for one in clause.periods for each in one.periods}
        known = said or earlier - {cell.result.compare}
        return own is None or not known or own in known or all(each.days == 1 for each in known)

    def _nearest_periods(self, k: int) -> set[Period]:
        for clause in reversed(self.clauses[: k + 1]):
            if clause.periods:
                return {each for one in clause.periods for each in one.periods}
        return set()

    @staticmethod
    def _is_bucket(said: Period, bucket: Period) -> bool:
        return said == bucket or (said.days == 1 and said.start == bucket.start and bucket.days == 7)

    # --- metrics, groups and filters

    def _says_filters(self, result: Shown) -> bool:
        """Whether the text says what the result is narrowed to, where that can be said in a few words."""
        kept = all(len(each) > 3 or not _wordy(each) or each & self.positive for each in result.kept)
        return kept and (not _wordy(result.dropped) or len(result.dropped) > 3 or bool(result.dropped & self.negative))

    def metrics(self, k: int) -> frozenset[str]:
        """The metrics that a number in this clause may be of: those said here, or last before."""
        for clause in reversed(self.clauses[: k + 1]):
            if clause.metrics:
                return clause.metrics
        every = frozenset(name for one in self.results for name in one.metrics)
        return every if len(every) == 1 else frozenset()

    def fits(self, result: Shown, row: Row | None, k: int) -> bool:
        """Whether no value said in this clause contradicts the result and the row; None stands for all rows together."""
        return all(said.metrics or self._agrees(said, result, row) for said in self.clauses[k].said)

    def _agrees(self, said: Said, result: Shown, row: Row | None) -> bool:
        value = said.text.casefold()
        if row and value in (text.casefold() for text in row.groups.values()):
            return not said.negated
        if any(value in each for each in result.kept):
            return not said.negated
        if value in result.dropped:
            return said.negated
        if any(value == text.casefold() for each in result.rows for text in each.groups.values()):
            return row is not None
        return not (said.bound or any(self._holds(other, value) for other in self.results))

    @staticmethod
    def _holds(result: Shown, value: str) -> bool:
        return value in result.dropped or any(value in each for each in result.kept)

    def named(self, result: Shown, row: Row, k: int) -> bool:
        """Whether the words say which row: each of its groups, here or last before."""
        return len(result.rows) == 1 or all(self._group_said(result, column, text, k) for column, text in row.groups.items())

    def _group_said(self, result: Shown, column: str, text: str, k: int) -> bool:
        every = {row.groups[column].casefold() for row in result.rows}
        for clause in reversed(self.clauses[: k + 1]):
            if not _wordy({text}) and re.search(rf"(?<![\w.,]){re.escape(text)}(?![\w])", self.text[clause.start : clause.end]):
                return True
            if here := clause.values & every:
                return text.casefold() in here
        return False

    def dated(self, said: frozenset[Period], k: int) -> bool:
        """Whether a day that is a metric's value, or that of the newest load, is one of the row that the words name."""
        days = {each.start for each in said}
        rows = [(one, row, metric) for one in self.usable for row in one.rows for metric, day in row.dates.items() if day in days]
        if not rows:
            return not any(row.dates for one in self.results for row in one.rows)
        return any(self._is_of(one, row, metric, k) for one, row, metric in rows)

    def timed(self, hour: str, k: int) -> bool:
        """Whether a time of day is that of a value in the row that the words name, or names a row itself."""
        found = ((one, row, name) for one in self.usable for row in one.rows for name, at in row.hours.items() if at == hour)
        groups = (text for one in self.usable for row in one.rows for text in row.groups.values())
        return any(self._is_of(one, row, metric, k) for one, row, metric in found) or hour in groups

    def _is_of(self, result: Shown, row: Row, metric: str, k: int) -> bool:
        return metric in self.metrics(k) and self.fits(result, row, k) and self.named(result, row, k)

    # --- numbers

    def borne_out(self, number: Numeral, k: int) -> str:
        """How the number is borne out; "" where it is not."""
        if found := next((cell for cell in self.cells() if self._is(number, cell, k)), None):
            return "change" if found.part in ("__change", "__percent_change") else "cell"
        if self._summed(number, k) or self._added(number, k) or self._between(number, k) or self._stated(number, k):
            return "derived"
        return "count" if self._counted(number, k) else ""

    def cells(self) -> Iterator[Cell]:
        """Every number of the results that the text may speak of."""
        for result in self.usable:
            for row in result.rows:
                for name, value in row.cells.items():
                    if name in result.columns:
                        metric, part, unit = result.columns[name]
                        yield Cell(result, row, metric, part, unit, value)

    def _is(self, number: Numeral, cell: Cell, k: int) -> bool:
        moved = cell.part in ("__change", "__percent_change")
        sign = self._sign(number, k) if moved else 0
        if not _same(number, cell.value, cell.unit, sign, points=cell.part == "__change"):
            return False
        clause = self.clauses[k]
        if moved and not (number.signed or _CHANGE.search(clause.plain)):
            return False
        if cell.part == "__running" and not _RUNNING.search(clause.plain):
            return False
        if not cell.part and cell.result.compare and _FROM.search(clause.before(number.start)):
            return False
        if cell.metric not in self.metrics(k) or not self._about(cell, k):
            return False
        fits = self.fits(cell.result, cell.row, k) and self.named(cell.result, cell.row, k)
        return fits and (bool(cell.part) or self._ranked(number, cell, k))

    def _sign(self, number: Numeral, k: int) -> int:
        """1 or -1 as the nearest word says: `up $5`, `5% lower`; 0 where none does."""
        clause = self.clauses[k]
        after = _DIRECTION.match(clause.after(number.end).lstrip())
        before = list(_DIRECTION.finditer(clause.before(number.start)))
        word = after or (before[-1] if before else None)
        return 0 if word is None else (1 if word["up"] else -1)

    def _ranked(self, number: Numeral, cell: Cell, k: int) -> bool:
        """Whether "highest" and "lowest" before the number are true of its row."""
        lead = self.clauses[k].before(number.end)
        high, low = bool(_HIGH.search(lead)), bool(_LOW.search(lead))
        if high == low or len(cell.result.rows) < 2 or _NTH.search(lead):
            return True
        beside = [
            row.cells[cell.metric] for row in cell.result.rows if row.bucket == cell.row.bucket and cell.metric in row.cells
        ]
        if len(beside) < 2:
            return True
        return cell.value == (max(beside) if high else min(beside))

    def _summed(self, number: Numeral, k: int) -> bool:
        for result in self.usable:
            for name in result.totals:
                metric, part, unit = result.columns[name]
                total = sum((row.cells[name] for row in result.rows if name in row.cells), Decimal(0))
                whole = Cell(result, Row(groups={}, bucket=None, cells={}), metric, part, unit, total)
                it_is = part in ("", "__previous") and _same(number, total, unit) and metric in self.metrics(k)
                if it_is and self._about(whole, k) and self.fits(result, None, k):
                    return True
        return False

    def _added(self, number: Numeral, k: int) -> bool:
        """ "North and South together": the sum of the rows that the clause names, where rows add up."""
        clause = self.clauses[k]
        if not _TOGETHER.search(clause.plain):
            return False
        inside = [cell for at, cell in self.spoken_of(k) if clause.start <= at < clause.end and cell.row.groups]
        inside = [cell for cell in inside if not cell.part and cell.metric in cell.result.totals]
        for metric in {cell.metric for cell in inside}:
            for result in self.usable:
                cells = [cell for cell in inside if cell.metric == metric and cell.result is result]
                whole = sum((cell.value for cell in cells), Decimal(0))
                if len(cells) > 1 and _same(number, whole, cells[0].unit) and self._about(cells[0], k):
                    return True
        return False

    def _between(self, number: Numeral, k: int) -> bool:
        """A difference, ratio or share of two numbers that the sentence names."""
        here = self.spoken_of(k)
        plain = " ".join(clause.plain for clause in self.clauses if clause.sentence == self.clauses[k].sentence)
        sign = self._sign(number, k)
        for (at_a, a), (at_b, b) in combinations(here, 2):
            first, second = (a, b) if at_a <= at_b else (b, a)
            if first.unit == second.unit and self._pair(number, first.value, second.value, first.unit, plain, sign):
                return True
        return bool(_SHARE.search(plain)) and any(self._is_share(number, cell) for _, cell in here)

    @staticmethod
    def _pair(number: Numeral, first: Decimal, second: Decimal, unit: str, plain: str, sign: int) -> bool:
        either = (first - second,) if sign else (first - second, second - first)
        if _CHANGE.search(plain):
            if any(_same(number, each, unit, sign, points=True) for each in either):
                return True
            if number.unit == "ratio" and second and _same(number, (first - second) / abs(second), "ratio", sign):
                return True
        if number.unit == "times" or (not number.unit and _TIMES.search(plain)):
            return any(low and number.says(high / low) for high, low in ((first, second), (second, first)))
        return number.unit == "ratio" and bool(_SHARE.search(plain)) and bool(second) and _same(number, first / second, "ratio")

    def _is_share(self, number: Numeral, cell: Cell) -> bool:
        if number.unit != "ratio" or cell.metric not in cell.result.totals:
            return False
        total = sum((row.cells.get(cell.metric, Decimal(0)) for row in cell.result.rows), Decimal(0))
        return bool(total) and _same(number, cell.value / total, "ratio")

    def spoken_of(self, k: int) -> list[tuple[int, Cell]]:
        """The cells that the sentence of this clause names, with the place where it does."""
        inside = [i for i, clause in enumerate(self.clauses) if clause.sentence == self.clauses[k].sentence]
        metrics = frozenset().union(*(self.clauses[i].metrics for i in inside)) or self.metrics(inside[0])
        found: list[tuple[int, Cell]] = []
        for cell in self.cells():
            if cell.metric not in metrics or cell.part not in ("", "__previous"):
                continue
            places = [self._place(inside, text) for text in cell.row.groups.values()]
            places += [self._dated(inside, cell)] if len(self.results) > 1 or cell.row.bucket else []
            if all(place is not None for place in places):
                found.append((max((place for place in places if place is not None), default=0), cell))
        return found

    def _place(self, inside: list[int], text: str) -> int | None:
        said = [s.start for i in inside for s in self.clauses[i].said if not s.metrics and s.text.casefold() == text.casefold()]
        return said[0] if said else None

    def _dated(self, inside: list[int], cell: Cell) -> int | None:
        own = cell.row.bucket or (cell.result.compare if cell.part else cell.result.period)
        periods = [one for i in inside for one in self.clauses[i].periods]
        if not periods or own is None:
            return 0
        return next((one.start for one in periods if own in one.periods), None)

    def _stated(self, number: Numeral, k: int) -> bool:
        """A number that the finding of drivers gives, beside the name it belongs to."""
        sign = self._sign(number, k)
        inside = [c for c in self.clauses if c.sentence == self.clauses[k].sentence]
        said = frozenset().union(*(clause.values for clause in inside))
        return any(
            _same(number, value, unit, sign if value_signed else 0, points=moved) and (not name or name.casefold() in said)
            for result in self.usable
            for value, unit, name in result.stated
            for value_signed in (True, False)
            for moved in (True, False)
        )

    def _counted(self, number: Numeral, k: int) -> bool:
        """How many rows, groups or units of time there are, or a number of the question's own conditions."""
        lead, rest = self.clauses[k].before(number.start), self.clauses[k].after(number.end)
        for result in self.results:
            if number.value in result.numbers and _LIMITS.search(lead):
                return True
            if number.unit not in ("", "days"):
                continue
            if _OTHERS.match(rest) and self._tied(number, k):
                return True
            groups = [{row.groups[name] for row in result.rows} for name in (result.rows[0].groups if result.rows else ())]
            counts = {len(result.rows), len(result.buckets), result.limit or 0, *(len(each) for each in groups)}
            counts |= {len(result.metrics)}
            if number.value in counts and (_COUNTED.search(lead) or _COUNTS.match(rest) or self._of_groups(k, number, result)):
                return True
            if number.unit == "" and self._is_group(number, result, lead):
                return True
        return False

    def _tied(self, number: Numeral, k: int) -> bool:
        """ "North and 2 others": as many rows as have just what the one named has."""
        clause = self.clauses[k]
        for result in self.usable:
            for row in result.rows:
                named = row.groups and all(self._group_said(result, column, text, k) for column, text in row.groups.items())
                for name in clause.metrics or self.metrics(k):
                    own = row.dates.get(name, row.cells.get(name))
                    same = sum(own == other.dates.get(name, other.cells.get(name)) for other in result.rows)
                    if named and own is not None and same - 1 == number.value:
                        return True
        return False

    def _of_groups(self, k: int, number: Numeral, result: Shown) -> bool:
        """Whether the next word says what the groups are: `3 regions`."""
        word = re.match(r"\s*(\w+)", self.text[number.end : self.clauses[k].end])
        return bool(word) and _singular(word[1] if word else "") in result.nouns

    @staticmethod
    def _is_group(number: Numeral, result: Shown, lead: str) -> bool:
        own = {text for row in result.rows for text in row.groups.values()} | frozenset().union(*result.kept)
        return number.text in own and bool(re.search(r"\b(?:for|is|in|of|level|tier|group)\s*$", lead, re.I))

    def why(self, number: Numeral) -> str:
        """Why the number is not borne out."""
        for result in self.results:
            for row in result.rows:
                for name, value in row.cells.items():
                    unit = result.columns.get(name, ("", "", ""))[2]
                    if _same(number, value, unit) or _same(number, -value, unit) or number.says(value):
                        return _ELSEWHERE
        return "No result has this number, and no two that are named give it."


def _same(number: Numeral, value: Decimal, unit: str, sign: int = 0, *, points: bool = False) -> bool:
    """Whether the number is this value in its unit. A share is said in percent, a move of one in points: 2 points are not 2 %."""
    if unit == "ratio":
        return number.unit == ("points" if points else "ratio") and number.says(value * 100, sign=sign)
    return number.unit == ("" if unit == "number" else unit) and number.says(value, sign=sign)


def _singular(word: str) -> str:
    folded = word.casefold()
    return folded[:-3] + "y" if folded.endswith("ies") else folded.removesuffix("s")


def _wordy(values: frozenset[str] | set[str]) -> bool:
    """Whether the values are words, that a text can be expected to say."""
    return bool(values) and all(any(char.isalpha() for char in each) and each not in ("true", "false") for each in values)
