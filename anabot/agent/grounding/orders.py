"""Words that set rows in an order without a number: second, leads, highest, peaked, outsold, followed by.

Each is held against the rows of the metric that the sentence speaks of. It never reads a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from anabot.agent.grounding.bearing import Bearing, Cell
from anabot.agent.grounding.grounds import Claim

Named = Sequence[tuple[int, Cell]]
_NTH = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5, "5th": 5}
_N = "|".join(_NTH)
_STANDS = r"(?:ranks?|ranked|comes?|came|is|was|are|were|placed|finish(?:es|ed)|sits?|stands?)(?: in| at| the)*"
_HIGHS = r"highest|largest|biggest|greatest|best|strongest|peak(?:ed|s)?|top performer"
_LOWS = r"lowest|smallest|fewest|worst|weakest|trough|bottomed(?: out)?|(?:its|their|the|a) low(?: point)?"
_PLACE = re.compile(
    rf"\b(?:{_STANDS} (?P<n>{_N}|last)\b(?! (?:of|day|week|month|quarter|half|year|time|complete|\d)|[-\d])"
    rf"|(?P<nth>{_N})[ -](?=(?:{_HIGHS}|{_LOWS})\b)|in (?P<at>{_N}|last) place|(?P<second>runner-up|number two)"
    r"|(?P<lead>leads?|led|(?:the )?(?:clear )?leader|front-?runner|number one|in the lead))\b"
    rf"|(?<=\x00 )(?P<listed>{_N}|last)\b(?=[,;.]|\s(?:and|then)\b)",
    re.I,
)
_HIGH, _LOW = re.compile(rf"\b(?:{_HIGHS})\b", re.I), re.compile(rf"\b(?:{_LOWS})\b", re.I)
_JUDGES = re.compile(r"best|worst|strongest|weakest", re.I)
_ABOVE = r"outs(?:old|ells)|outperform(?:s|ed)|exceed(?:s|ed)?|surpass(?:es|ed)?|beats?|overtook|ahead of|tops"
_ABOVE += r"|(?:higher|larger|bigger|greater|more|better) than|above"
_BELOW = r"trails?|trailed|behind|lags?|lagged|(?:lower|smaller|less|fewer|worse) than|below"
_VERSUS = re.compile(rf"\b(?:(?P<up>{_ABOVE})|(?P<down>{_BELOW})|(?P<next>followed by|ahead only of|then comes?))\b", re.I)
_APART = re.compile(
    r"\b(?:(?P<up>higher|larger|bigger|greater|more)|(?P<down>lower|smaller|less|fewer))\b(?! than\b)"
    r"(?P<next>)(?=[^.;]*?(?P<than>\bthan\b))",
    re.I,
)
_NOT = re.compile(r"\b(?:not|n't|never|no longer)\b[^,;]*$", re.I)
_GREW = re.compile(
    r"\b(?:r[io]se[sn]?|rising|increas\w+|gr[eo]w\w*|growth|climb\w+|improv\w+|f[ae]ll\w*|drop\w*|declin\w+)\b", re.I
)


def unborne(bearing: Bearing, k: int) -> Iterator[Claim]:
    """Every such claim of one clause that the rows do not show."""
    yield from _places(bearing, k)
    yield from _extremes(bearing, k)
    yield from _versus(bearing, k)


def claim(bearing: Bearing, k: int, word: re.Match[str], why: str) -> Claim:
    """That the word does not hold."""
    return Claim(text=word[0].strip(), at=bearing.clauses[k].start + word.start(), why=why)


def named(bearing: Bearing, k: int, *, whole: bool = False) -> list[tuple[int, Cell]]:
    """The cells of rows or times that the clause names, or its whole sentence, with the place, in the order of the text."""
    clause = bearing.clauses[k]
    found = [(at, cell) for at, cell in bearing.spoken_of(k) if (cell.row.groups or cell.row.bucket) and not cell.part]
    inside = found if whole else [(at, cell) for at, cell in found if clause.start <= at < clause.end]
    return sorted(inside, key=lambda each: each[0])


def _peers(cell: Cell) -> list[Decimal]:
    """What stands beside the cell, itself included: the other groups at its time, or the other times of its group."""
    rows = cell.result.rows
    if cell.row.groups and cell.row.bucket:
        rows = tuple(row for row in rows if row.bucket == cell.row.bucket)
    return [row.cells[cell.metric] for row in rows if cell.metric in row.cells]


def _nearest(cells: Named, at: int) -> list[Cell]:
    """The cells named last before a place, or first after it."""
    before = [place for place, _ in cells if place < at]
    place = max(before) if before else min((place for place, _ in cells), default=-1)
    return [cell for where, cell in cells if where == place]


def _places(bearing: Bearing, k: int) -> Iterator[Claim]:
    """ "Came second", "the runner-up", "leads"."""
    clause = bearing.clauses[k]
    for word in _PLACE.finditer(clause.plain):
        cells = _nearest(named(bearing, k) or named(bearing, k, whole=True), clause.start + word.start())
        said = (word["n"] or word["nth"] or word["at"] or word["listed"] or "").casefold()
        place = 2 if word["second"] else 1 if word["lead"] else _NTH.get(said, -1)
        low = bool(_LOW.match(clause.plain[word.end() :].lstrip(" -"))) or said == "last"
        if cells and not any(_stands(cell, place, low) for cell in cells):
            yield claim(bearing, k, word, "The rows are not in this order.")


def _stands(cell: Cell, place: int, low: bool) -> bool:
    peers = sorted(_peers(cell), reverse=not low)
    either = _better_low(cell) and not low
    return _stands_at(cell, place, peers) or (either and _stands_at(cell, place, peers[::-1]))


def _stands_at(cell: Cell, place: int, peers: Sequence[Decimal]) -> bool:
    return peers[0] == cell.value if place < 0 else place <= len(peers) and peers[place - 1] == cell.value


def _extremes(bearing: Bearing, k: int) -> Iterator[Claim]:
    """ "Highest for the South", "peaked in September"."""
    plain = bearing.clauses[k].plain
    high, low = _HIGH.search(plain), _LOW.search(plain)
    word = high or low
    if word is None or (high and low) or _PLACE.search(plain):
        return
    cells = [cell for _, cell in named(bearing, k) if len(_peers(cell)) > 1]
    judged = bool(_JUDGES.match(word[0]))
    if cells and not any(_furthest(cell, bool(high) != (judged and _better_low(cell))) for cell in cells):
        yield claim(bearing, k, word, "Another row is further.")


def _better_low(cell: Cell) -> bool:
    return cell.result.better.get(cell.metric) == "lower"


def _furthest(cell: Cell, high: bool) -> bool:
    if cell.value == (max if high else min)(_peers(cell)):
        return True
    for part in ("__change", "__percent_change", "__share"):
        moved = [row.cells[cell.metric + part] for row in cell.result.rows if cell.metric + part in row.cells]
        own = cell.row.cells.get(cell.metric + part)
        if own is not None and own in (max(moved), min(moved)):
            return True
    return False


def _versus(bearing: Bearing, k: int) -> Iterator[Claim]:
    """ "South outsold North", "higher in August than in July": two named rows set against each other, with no number between."""
    clause = bearing.clauses[k]
    for word in (*_VERSUS.finditer(clause.plain), *_APART.finditer(clause.plain)):
        start, end = clause.start + word.start(), clause.start + word.end()
        if than := word.groupdict().get("than"):
            start = end = clause.start + word.start("than")
            end += len(than)
        pairs = _set_against(bearing, k, start, end)
        away = bool(_NOT.search(clause.plain[: word.start()]))
        if pairs and not any(_so(one, other, word, away, clause.plain) for one, other in pairs):
            yield claim(bearing, k, word, "The rows named here stand the other way.")


def _set_against(bearing: Bearing, k: int, start: int, end: int) -> list[tuple[Cell, Cell]]:
    """What is named last before the words, and first after them."""
    cells = named(bearing, k, whole=True)
    after = min((at for at, _ in cells if at >= end), default=-1)
    before = max((at for at, _ in cells if at < start), default=-1)
    sentence = [each for each in bearing.clauses if each.sentence == bearing.clauses[k].sentence]
    between = any(end <= number.start < after for each in sentence for number in each.numbers)
    if before < 0 or after < 0 or between or "\x01" in bearing.masked[end:after]:
        return []
    firsts = [cell for at, cell in cells if at == before]
    seconds = [cell for at, cell in cells if at == after]
    return [(one, other) for one in firsts for other in seconds if one.result is other.result and one.metric == other.metric]


def _so(one: Cell, other: Cell, word: re.Match[str], away: bool, plain: str) -> bool:
    if word["next"]:
        peers = sorted(set(_peers(one)))
        return not {one.value, other.value} <= set(peers) or abs(peers.index(one.value) - peers.index(other.value)) <= 1
    values = [(one.value, other.value)]
    for part in ("__change", "__percent_change") if _GREW.search(plain) else ():
        name = one.metric + part
        values += [(one.row.cells[name], other.row.cells[name])] if name in one.row.cells and name in other.row.cells else []
    up = bool(word["up"]) != away
    return any(first > second if up else first < second for first, second in values)
