"""Words that claim something of all rows, of a part of them or of how they moved: most of, every region, on average, flat.

Each is held against the rows of the metric that the sentence speaks of; what they cannot show is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from statistics import median

from anabot.agent.grounding import orders
from anabot.agent.grounding.bearing import Bearing
from anabot.agent.grounding.grounds import Claim
from anabot.agent.grounding.orders import Named, claim, named

_RECORD = re.compile(
    r"\b(?:a record|record[- ](?:high|low|breaking)|new record|all[- ]time|unprecedented|historic|than ever"
    r"|new (?:high|low|peak)|never (?:been|before)|(?:highest|lowest|most|best|worst) ever)\b",
    re.I,
)
_VAGUE = re.compile(
    r"\b(?:(?:hundreds|thousands|millions|billions|dozens|scores) of"
    r"|(?:a|half a|(?:a )?quarter(?: of a)?|a few|several|many|some) (?:hundred|thousand|million|billion)s?)\b",
    re.I,
)
_UNREAD = re.compile(r"(?P<before>[^\W\d_]+) (?:dollars|euros|pounds|percent|per cent)\b", re.I)
_IN_UNITS = frozenset(["in", "us", "of", "the", "and", "by", "as", "into", "a", "few", "per", "canadian", "australian"])
_NO_OTHER = re.compile(r"\b(?:nothing but|nobody but|solely|exclusively)\b", re.I)
_MOST = re.compile(
    r"\b(?:most (?:of|came)|(?:the )?majority|the bulk|the lion's share|(?:more than|over) half|mostly|mainly)\b", re.I
)
_NEARLY = re.compile(r"\b(?:nearly|almost|virtually|practically) all\b", re.I)
_FEW = re.compile(r"\b(?:a minority|(?:less than|under) half|hardly any)\b", re.I)
_ALIKE = re.compile(r"\b(?:similar|evenly|equal(?:ly)?|on par|neck and neck|identical|tied)\b", re.I)
_AVERAGE = re.compile(r"\b(?:averag(?:e|es|ed|ing)|mean|typical(?:ly)?|(?P<median>median))\b", re.I)
_PER = re.compile(
    r"[\s\x00]*\b(?:(?:(?:in|on|for) )?(?:a|per|each|every) (?:day|week|month|quarter|year|hour|minute)"
    r"|per [a-z]+|daily|weekly|monthly)\b",
    re.I,
)
_EVERY = re.compile(r"\b(?:every|each|all|both|(?P<none>no|none|neither))(?: of)?(?: the| these)? (?P<of>\w+(?: \w+)?)\b", re.I)
_PLUS = re.compile(r"\b(?:positive|profit(?:s|able)?|in the black|made money|above zero)\b", re.I)
_MINUS = re.compile(r"\b(?:negative|loss(?:es)?|lost money|in the red|unprofitable|below zero)\b", re.I)
_FLAT = re.compile(
    r"\b(?:flat|unchanged|stable|stagnant|steady|plateaued|no change|(?:stay|remain)(?:ed|s)? (?:the same|level)"
    r"|did not (?:change|move)|levell?ed off|(?:barely|hardly|scarcely) (?:moved|changed)|little changed)\b",
    re.I,
)
_TREND = re.compile(
    r"\b(?:steadily|consistently|continuously|constantly|uninterrupted|(?:every|each) (?:day|week|month|quarter|year)"
    r"|(?:day|week|month|quarter) after|in a row|straight|consecutive|month by month|week by week|(?P<since>since))\b",
    re.I,
)
_JUDGED = re.compile(
    r"\b(?:(?P<good>improv(?:ed|es|ing|ement)|strengthened|got better)"
    r"|(?P<bad>worsen(?:ed|s|ing)|deteriorat\w+|weakened|got worse))\b",
    re.I,
)
_RISE = re.compile(r"\b(?:r[io]se[sn]?|rising|increas\w+|gr[eo]w\w*|growth|climb\w+|improv\w+|up)\b", re.I)
_FALL = re.compile(r"\b(?:f[ae]ll\w*|drop\w*|decreas\w+|declin\w+|shr[aiu]nk\w*|down)\b", re.I)
_STEP = re.compile(
    r"\b(?:(?P<down>dip|drop|fall|decline|slump|decrease|slide)|(?P<up>rise|jump|spike|surge|increase|climb|uptick)) in \x01",
    re.I,
)
_NEAR, _SAME = Decimal("0.1"), Decimal("0.01")


def unborne(bearing: Bearing, k: int) -> Iterator[Claim]:
    """Every such claim of one clause that the rows do not show."""
    yield from _worded(bearing, k, _RECORD, "A record is claimed, and a result holds no more than its own period.")
    yield from _worded(bearing, k, _VAGUE, "Say the number itself.")
    yield from _worded(bearing, k, _NO_OTHER, "No result says that there is nothing else.")
    yield from _unread(bearing, k)
    yield from orders.unborne(bearing, k)
    yield from _parts(bearing, k)
    yield from _alike(bearing, k)
    yield from _every(bearing, k)
    yield from _averages(bearing, k)
    yield from _flat(bearing, k)
    yield from _judged(bearing, k)
    yield from _trend(bearing, k)
    yield from _step(bearing, k)


def _worded(bearing: Bearing, k: int, pattern: re.Pattern[str], why: str) -> Iterator[Claim]:
    for word in pattern.finditer(bearing.clauses[k].plain):
        yield claim(bearing, k, word, why)


def _unread(bearing: Bearing, k: int) -> Iterator[Claim]:
    """A unit of money behind a word that is no number: a number in another language."""
    clause = bearing.clauses[k]
    for word in _UNREAD.finditer(clause.plain):
        at = clause.start + word.start()
        inside = any(number.start <= at < number.end for number in clause.numbers)
        if not inside and word["before"].casefold() not in _IN_UNITS:
            yield claim(bearing, k, word, "This is no number that can be read.")


# --- parts of a whole, all of it, averages


def _parts(bearing: Bearing, k: int) -> Iterator[Claim]:
    """ "Most of", "the majority", "almost all"."""
    for pattern, low, high in ((_MOST, "0.5", "1"), (_NEARLY, "0.9", "1"), (_FEW, "0", "0.5")):
        for word in pattern.finditer(bearing.clauses[k].plain):
            share = _share(named(bearing, k) or named(bearing, k, whole=True))
            if share is None or not Decimal(low) < share <= Decimal(high):
                yield claim(bearing, k, word, "The rows named here are not that part of the whole.")


def _share(cells: Named) -> Decimal | None:
    known = [cell for _, cell in cells if cell.metric in cell.result.totals]
    first = known[0] if known else None
    if first is None:
        return None
    whole = sum((row.cells.get(first.metric, Decimal(0)) for row in first.result.rows), Decimal(0))
    said = sum((cell.value for cell in known if cell.result is first.result and cell.metric == first.metric), Decimal(0))
    return said / whole if whole else None


def shares(bearing: Bearing, k: int) -> bool:
    """Whether the clause says what part of a whole the rows named are: "most of net sales came from the North"."""
    plain = bearing.clauses[k].plain
    return bool(_MOST.search(plain)) and not _RISE.search(plain)


def _alike(bearing: Bearing, k: int) -> Iterator[Claim]:
    """ "North and South are on par"."""
    for word in _ALIKE.finditer(bearing.clauses[k].plain):
        values = [abs(cell.value) for _, cell in named(bearing, k, whole=True)]
        if len(values) < 2 or max(values) - min(values) > _NEAR * max(values):
            yield claim(bearing, k, word, "The rows named here are not alike.")


def _every(bearing: Bearing, k: int) -> Iterator[Claim]:
    """ "Every region is profitable", "no region fell": true of each row, or not said."""
    clause, metrics = bearing.clauses[k], bearing.metrics(k)
    for word in _EVERY.finditer(clause.plain):
        nouns = {each.removesuffix("s") for each in word["of"].casefold().split()}
        rows = [one for one in bearing.usable if nouns & one.nouns and metrics & set(one.columns)]
        sign = 1 if _PLUS.search(clause.plain) else -1 if _MINUS.search(clause.plain) else 0
        move = 1 if _RISE.search(clause.plain) else -1 if _FALL.search(clause.plain) else 0
        if not rows or not (sign or move):
            continue
        part = "" if sign else "__change"
        values = [row.cells[name + part] for one in rows for row in one.rows for name in metrics if name + part in row.cells]
        held = [value * (sign or move) > 0 for value in values]
        if not values or (any(held) if word["none"] else not all(held)):
            yield claim(bearing, k, word, "That is not so for each row, or no result shows it.")


def _averages(bearing: Bearing, k: int) -> Iterator[Claim]:
    """ "On average each region had $411.50", "$41 a day": of what is no average itself, only the mean of the rows is one."""
    clause, metrics = bearing.clauses[k], bearing.metrics(k)
    numbers = [number for number in clause.numbers if number.unit or number.value > 31]
    if not numbers or any(metrics & result.means for result in bearing.results):
        return
    for number in numbers:
        if per := _PER.match(clause.after(number.end)):
            said = number.text + per[0].replace("\x00", "")
            yield Claim(text=said, at=number.start, why="No result is a rate of this kind.")
    if word := _AVERAGE.search(clause.plain):
        middle = median if word["median"] else _mean
        rows = [[row.cells[name] for row in one.rows if name in row.cells] for one in bearing.usable for name in metrics]
        if not any(number.says(Decimal(middle(each))) for number in numbers for each in rows if len(each) > 1):
            yield claim(bearing, k, word, "This is not the average of the rows.")


def _mean(values: Sequence[Decimal]) -> Decimal:
    return sum(values, Decimal(0)) / len(values)


# --- movements


def _moves(bearing: Bearing, k: int) -> list[Decimal]:
    """How much what the clause speaks of has moved, as a part of what it was."""
    metrics = bearing.metrics(k)
    found = [
        cell.value
        for cell in bearing.cells()
        if cell.part == "__percent_change" and cell.metric in metrics and bearing.fits(cell.result, cell.row, k)
    ]
    values = [cell.value for _, cell in named(bearing, k, whole=True)]
    return found or [(b - a) / abs(a) for a, b in zip(values, values[1:], strict=False) if a]


def _flat(bearing: Bearing, k: int) -> Iterator[Claim]:
    found = any(value == 0 and not name for one in bearing.usable for value, _, name in one.stated)  # drivers of no change
    for word in [] if found else _FLAT.finditer(bearing.clauses[k].plain):
        moves = _moves(bearing, k)
        if not moves or any(abs(move) > _SAME for move in moves):
            yield claim(bearing, k, word, "It moved, or nothing here is compared.")


def _judged(bearing: Bearing, k: int) -> Iterator[Claim]:
    """ "Improved": it went the way that is better for it; up, where nobody has said."""
    for word in _JUDGED.finditer(bearing.clauses[k].plain):
        better = {way for one in bearing.results for name, way in one.better.items() if name in bearing.metrics(k)}
        up = (better != {"lower"}) == bool(word["good"])
        if not any((move > 0) if up else (move < 0) for move in _moves(bearing, k)):
            yield claim(bearing, k, word, "It did not go that way, or nothing here is compared.")


def _trend(bearing: Bearing, k: int) -> Iterator[Claim]:
    """ "Grew every month", "falling since July": each step of the series goes that way."""
    plain = bearing.clauses[k].plain
    word, up, down = _TREND.search(plain), _RISE.search(plain), _FALL.search(plain)
    if word is None or not (up or down):
        return
    start = min((cell.row.bucket.start for _, cell in named(bearing, k, whole=True) if cell.row.bucket), default=None)
    for result in bearing.usable:
        for name in bearing.metrics(k) & set(result.columns):
            rows = sorted((row.bucket.start, row.cells[name]) for row in result.rows if row.bucket and name in row.cells)
            rows = [row for row in rows if not word["since"] or start is None or row[0] >= start]
            steps = [b - a for (_, a), (_, b) in zip(rows, rows[1:], strict=False)]
            if steps and not any(row.groups for row in result.rows) and all((s > 0) if up else (s < 0) for s in steps):
                return
    yield claim(bearing, k, word, "Not every step of a result went that way.")


def _step(bearing: Bearing, k: int) -> Iterator[Claim]:
    """ "After a dip in July": the step into that time."""
    clause = bearing.clauses[k]
    for word in _STEP.finditer(clause.plain):
        at = clause.start + word.end() - 1
        for cell in [cell for place, cell in named(bearing, k) if place == at and not cell.row.groups]:
            rows = {row.bucket.start: row.cells.get(cell.metric) for row in cell.result.rows if row.bucket}
            own = cell.row.bucket.start if cell.row.bucket else None
            before = [rows[day] for day in sorted(rows) if own and day < own and rows[day] is not None]
            step = cell.value - before[-1] if before and before[-1] is not None else Decimal(0)
            if not (step > 0 if word["up"] else step < 0):
                yield claim(bearing, k, word, "It did not go that way then.")
