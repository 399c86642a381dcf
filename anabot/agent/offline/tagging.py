"""Cut a message into the fewest known phrases: names, operators, dates, numbers and fillers; the rest stays unknown.

Longest match by least cost, not greedily, so that one phrase never steals a word another one needs. It decides no meaning.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from anabot.agent.offline import first_dates, letters, nicknames, parts_of_time, ranges, spelled_numbers, two_times
from anabot.agent.offline.dates import Dates, When
from anabot.agent.offline.lexicon import Entry, Lexicon, is_light
from anabot.agent.offline.slots import EdgeDate, TwoTimes
from anabot.agent.offline.text import Token, root, stem
from anabot.agent.offline.words import MEASURES, NUMBERS, OPERATORS, PREPOSITIONS, SCALES, UNITS

Kind = Literal["name", "question", "operator", "date", "number", "unit", "measure", "light", "comma", "stop", "unknown"]
_COST: dict[Kind, float] = {
    "question": 0.5,
    "name": 0.9,
    "date": 0.95,
    "operator": 1.0,
    "number": 1.0,
    "unit": 1.0,
    "measure": 1.0,
    "light": 1.0,
    "comma": 0.1,
    "stop": 0.1,
    "unknown": 100.0,
}
_VALUE_COST = 1.1  # a value yields to an operator or a date that is spelled alike
_JOINS = (",", "and", "or")
_OPERATOR_HEADS = {key[0] for key in OPERATORS}
_OPERATOR_LENGTH = max(map(len, OPERATORS))
_QUESTION_LENGTH = 12
_OF = ("by", "for", "from", "of", "to", "among")
_COPULAS = {"is", "are", "was", "were", "be", "been", "being", "got"}
_BE = ("is", "are", "was", "were")
_ALL = ("all", "any", "whole", "entire", "total", "totals", "overall", "the", "an", "a", "our")  # of a noun, said of any
_GIVES_US = {"cost", "costs", "bring", "brought", "earn", "earned", "make", "made", "save", "saved"}  # "us", not the country


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """One phrase of the message. `op` and `detail` are set for operators, one of the others for its kind."""

    kind: Kind
    start: int
    end: int
    text: str
    op: str = ""
    detail: str = ""
    entry: Entry | None = None
    when: When | None = None
    number: Decimal | None = None
    sign: str = ""
    letters: str = ""  # of a match: what the name has in it
    two_times: TwoTimes | None = None
    edge: EdgeDate | None = None

    def says(self, *ops: str) -> bool:
        """Whether this is one of these operators."""
        return self.kind == "operator" and self.op in ops


def tag(tokens: Sequence[Token], lexicon: Lexicon, dates: Dates) -> list[Tag]:
    """The message as phrases that cover every token, in order."""
    size = len(tokens)
    best: list[tuple[float, Tag | None]] = [(0.0, None)] * (size + 1)
    for i in range(size - 1, -1, -1):
        best[i] = min(
            ((_cost(each) + best[each.end][0], each) for each in _spans(tokens, i, lexicon, dates)),
            key=lambda found: (found[0], -found[1].end),
        )
    found, i = [], 0
    while i < size:
        each = best[i][1]
        assert each is not None
        found.append(each)
        i = each.end
    return found


def _cost(tag: Tag) -> float:
    if tag.kind == "name" and tag.entry and tag.entry.only_values and tag.sign != "listed":
        return _VALUE_COST
    if tag.edge:
        return _COST["name"]  # "last" alone says less, and "last order date" is one where rows have it
    return _COST[tag.kind] * (tag.end - tag.start if tag.kind == "unknown" else 1)


def _spans(tokens: Sequence[Token], i: int, lexicon: Lexicon, dates: Dates) -> Iterator[Tag]:
    token = tokens[i]
    if token.kind == "mark" and token.norm in ",;?!.\n":
        yield Tag(kind="comma" if token.norm == "," else "stop", start=i, end=i + 1, text=token.text)
        if token.raw.startswith("."):
            yield from _matches(tokens, i, lexicon)
        return
    yield Tag(kind="unknown", start=i, end=i + 1, text=token.text)
    named = _names_a_value(tokens, i, lexicon)
    if part := parts_of_time.read(tokens, i):
        yield Tag(kind="unit", start=i, end=part[0], text=_text(tokens, i, part[0]), detail=part[1])
    if not named:
        yield from _light_words(tokens, i)
    if not named:
        yield from _operators(tokens, i, lexicon)
    yield from _matches(tokens, i, lexicon)
    yield from _numbers(tokens, i)
    yield from _names(tokens, i, lexicon)
    yield from _questions(tokens, i, lexicon)
    if found := nicknames.read(tokens, i, lexicon):
        name = _text(tokens, i, next(k for k in range(i, found.end) if tokens[k].inside))
        entry, text = Entry(values=list(found.values)), _text(tokens, i, found.end)
        yield Tag(kind="operator", start=i, end=found.end, text=text, op="nickname", detail=name, entry=entry)
    for end, times in two_times.read(tokens, i, lexicon):
        yield Tag(kind="operator", start=i, end=end, text=times.text, op="two_times", two_times=times)
    if edge := first_dates.read(tokens, i, lexicon):
        yield Tag(kind="operator", start=i, end=edge[0], text=edge[1].text, op="edge", edge=edge[1])
    if match := ranges.read(dates, i):
        yield Tag(kind="date", start=i, end=match[0], text=_text(tokens, i, match[0]), when=match[1], number=token.value)


def _text(tokens: Sequence[Token], start: int, end: int) -> str:
    return " ".join(token.text for token in tokens[start:end])


def _light_words(tokens: Sequence[Token], i: int) -> Iterator[Tag]:
    """A filler in capitals, in a message that is not, is a name: `US`, `IN`, `IT`."""
    norm = tokens[i].norm
    if norm == "us" and i and tokens[i - 1].norm in _GIVES_US:
        yield Tag(kind="light", start=i, end=i + 1, text=tokens[i].text)
    if is_light(norm) and not (len(norm) > 1 and norm != "ok" and _shouted(tokens, i, i + 1)):
        yield Tag(kind="light", start=i, end=i + 1, text=tokens[i].text, detail="in" if norm in PREPOSITIONS else "")
    elif norm in ("fiscal", "financial") and i + 1 < len(tokens) and UNITS.get(tokens[i + 1].norm) in ("quarter", "year"):
        yield Tag(kind="unit", start=i, end=i + 2, text=_text(tokens, i, i + 2), detail=UNITS[tokens[i + 1].norm])
    elif norm in UNITS:
        yield Tag(kind="unit", start=i, end=i + 1, text=tokens[i].text, detail=UNITS[norm])
    elif norm in MEASURES:
        yield Tag(kind="measure", start=i, end=i + 1, text=tokens[i].text, detail=MEASURES[norm])


def _operators(tokens: Sequence[Token], i: int, lexicon: Lexicon) -> Iterator[Tag]:
    if tokens[i].norm not in _OPERATOR_HEADS:
        return
    for end in range(i + 1, min(i + _OPERATOR_LENGTH, len(tokens)) + 1):
        found = OPERATORS.get(tuple(token.norm for token in tokens[i:end]))
        if found and found[0] == "partial" and end == i + 1 and not _of_a_unit(tokens, end):
            continue  # "enrollments that are completed"
        if tokens[i].norm == "peak" and not _peaks(tokens, end):
            continue
        if found and found[0] == "verb" and tokens[end - 1].norm == "in" and _is_state(tokens[i], lexicon):
            continue  # "orders pulled in May", where that is one of their states, and not what they pulled in
        if found == ("verb", "trade") and root(tokens[i].norm) in lexicon.value_roots:
            continue  # where some rows are bought and others sold, it says which
        if found and found[0] != "match" and not (found[0] == "verb" and _noun_in_list(tokens, i, lexicon)):
            yield Tag(kind="operator", start=i, end=end, text=_text(tokens, i, end), op=found[0], detail=found[1])


def _peaks(tokens: Sequence[Token], i: int) -> bool:
    """ "peak hour", "peak month": of a unit of time; "peak orders" may be those of the best day, or of all."""
    return i < len(tokens) and (tokens[i].norm in UNITS or tokens[i].norm in ("hour", "hours"))


def _is_state(token: Token, lexicon: Lexicon) -> bool:
    entry = lexicon.entries.get((stem(token.norm),))
    return bool(entry and entry.only_values)


def _noun_in_list(tokens: Sequence[Token], i: int, lexicon: Lexicon) -> bool:
    """ "by country and account for gold customers": in a list of cuts, what is also a verb is the name."""
    entry = lexicon.entries.get((stem(tokens[i].norm),))
    before = tokens[i - 1].norm if i else ""
    return bool(entry and entry.dimensions) and before in ("by", "per", "and", ",", "each", "every")


def _of_a_unit(tokens: Sequence[Token], i: int) -> bool:
    """ "complete weeks", "full 3 months"."""
    said = [token for token in tokens[i : i + 2] if token.kind == "number" or token.norm in UNITS or token.norm in NUMBERS]
    return any(token.norm in UNITS for token in said)


def _matches(tokens: Sequence[Token], i: int, lexicon: Lexicon) -> Iterator[Tag]:
    """ "starts with J", "with 'M5' in its": the letters are one phrase with the words around them, whatever they spell."""
    for found in letters.read(tokens, i, lexicon):
        text = _text(tokens, i, found.end)
        yield Tag(
            kind="operator",
            start=i,
            end=found.end,
            text=text,
            op="match",
            detail=found.op,
            letters=found.letters,
            sign=found.place or ("quoted" if found.quoted else ""),
        )


def _numbers(tokens: Sequence[Token], i: int) -> Iterator[Tag]:
    if spelled := spelled_numbers.read(tokens, i):
        yield Tag(kind="number", start=i, end=spelled[1], text=_text(tokens, i, spelled[1]), number=spelled[0])
    value = tokens[i].value
    if value is None and tokens[i].norm in NUMBERS:
        value = Decimal(NUMBERS[tokens[i].norm])
    if value is None:
        return
    yield Tag(kind="number", start=i, end=i + 1, text=tokens[i].text, number=value, sign=tokens[i].unit)
    if i + 1 < len(tokens) and tokens[i + 1].norm in SCALES:
        scaled = value * SCALES[tokens[i + 1].norm]
        yield Tag(kind="number", start=i, end=i + 2, text=_text(tokens, i, i + 2), number=scaled, sign=tokens[i].unit)


def _names(tokens: Sequence[Token], i: int, lexicon: Lexicon) -> Iterator[Tag]:
    key: tuple[str, ...] = ()
    longest = lexicon.longest.get(stem(tokens[i].norm), 0)
    for end in range(i + 1, min(i + longest + (1 if lexicon.parted else 0), len(tokens)) + 1):
        if tokens[end - 1].norm == "," and key in lexicon.parted:
            continue
        key = (*key, stem(tokens[end - 1].norm))
        entry = lexicon.entries.get(key)
        if entry is None or (len(key) == 1 and _is_filler(tokens[i].norm, entry, lexicon)):
            continue
        if key[0] == "total" and end < len(tokens) and (*key[1:], stem(tokens[end].norm)) in lexicon.entries:
            continue  # "total order amount" is the order amount, where "total orders" is known, too
        if len(key) > 1 and _is_two(tokens, key, end, entry, lexicon):
            continue
        listed = key in lexicon.shouted and entry.only_values and _listed(tokens, i, end, entry, lexicon)
        if (
            key in lexicon.shouted
            and entry.only_values
            and not listed
            and not _shouted(tokens, i, end)
            and not _names_a_value(tokens, i, lexicon)
        ):
            continue
        yield Tag(kind="name", start=i, end=end, text=_text(tokens, i, end), entry=entry, sign="listed" if listed else "")
    yield from _turned(tokens, i, lexicon)
    yield from _told(tokens, i, lexicon)


def _told(tokens: Sequence[Token], i: int, lexicon: Lexicon) -> Iterator[Tag]:
    """ "which seats were in use", "how many seats are in use", where the registry counts "seats in use"."""
    verb = next((k for k in (i + 1, i + 2) if k < len(tokens) and tokens[k].norm in _BE), None)
    asked = i > 0 and tokens[i - 1].norm in ("which", "many")
    if verb is None or not asked or any(token.kind != "word" for token in tokens[i:verb]):
        return
    head = tuple(stem(token.norm) for token in tokens[i:verb])
    for end in range(verb + 2, min(verb + 4, len(tokens)) + 1):
        entry = lexicon.entries.get((*head, *(stem(token.norm) for token in tokens[verb + 1 : end])))
        by = end < len(tokens) and tokens[end].norm == "by"  # "orders were placed by customers"
        if (
            entry is not None
            and entry.metrics
            and not by
            and all(lexicon.registry.metrics[name].counts for name in entry.metrics)
        ):
            yield Tag(kind="name", start=i, end=end, text=_text(tokens, i, end), entry=entry)


def _is_two(tokens: Sequence[Token], key: tuple[str, ...], end: int, entry: Entry, lexicon: Lexicon) -> bool:
    """ "tickets sold at the desk" names no `sold_at`; "paintings on display" are paintings of which `on_display` is true."""
    only = entry.dimensions and not (entry.metrics or entry.values or entry.both or entry.term or entry.numbers)
    if not only:
        return False
    models = lexicon.registry.models
    timed = all(models[model].dimensions[name].kind == "time" for model, name in entry.dimensions)
    if timed and len(key) == 2 and key[1] in ("at", "on") and end < len(tokens):
        following = lexicon.entries.get((stem(tokens[end].norm),))
        return tokens[end].norm in ("the", "a", "an", "our") or bool(following and following.values)
    first, rest = lexicon.entries.get(key[:1]), lexicon.entries.get(key[1:])
    truths = {value[:2] for value in rest.values if value[2] == "true"} if rest else set()
    return bool(first and first.metrics and truths & set(entry.dimensions))


def _is_filler(word: str, entry: Entry, lexicon: Lexicon) -> bool:
    """ "I would like", where only "likes" are counted."""
    return is_light(word) and not entry.values and word not in lexicon.vocabulary


def _turned(tokens: Sequence[Token], i: int, lexicon: Lexicon) -> Iterator[Tag]:
    """ "weight of the cargo", where the registry says "cargo weight"."""
    of = next((k for k in (i + 1, i + 2) if k < len(tokens) and tokens[k].norm == "of"), None)
    if of is None or any(token.kind != "word" for token in tokens[i:of]):
        return
    start = of + 1
    while start < len(tokens) and tokens[start].norm in ("the", "our", "a"):
        start += 1
    head = tuple(stem(token.norm) for token in tokens[i:of])
    alone = lexicon.entries.get(head)
    for end in range(start + 1, min(start + 2, len(tokens)) + 1):
        entry = lexicon.entries.get((*(stem(token.norm) for token in tokens[start:end]), *head))
        if entry is not None and (entry.metrics or (entry.dimensions and not (alone and alone.metrics))):
            yield Tag(kind="name", start=i, end=end, text=_text(tokens, i, end), entry=entry)


def _names_a_value(tokens: Sequence[Token], i: int, lexicon: Lexicon) -> bool:
    """ "Basic or Plus signups", "business customers": a word of the language where a name belongs is the value spelled so."""
    here = tokens[i]
    if (stem(here.norm),) not in lexicon.shouted or (i == 0 and is_light(here.norm)):
        return False
    if here.text in ("a", "an", "the"):
        return False  # "without a grade", where one of the grades is "A"
    beside = lexicon.entries.get((stem(tokens[i + 1].norm),)) if i + 1 < len(tokens) else None
    if beside and {value[:2] for value in lexicon.entries[(stem(here.norm),)].values} & set(beside.dimensions):
        return True  # "the delta region"
    if not is_light(here.norm):
        moved = OPERATORS.get((here.norm,), ("",))[0] == "change"
        if i and (tokens[i - 1].norm in _COPULAS or (moved and beside and _describes(here, beside, lexicon))):
            return True  # "how many were dropped", "dropped courses"
        titled = i > 0 and here.text.istitle() and tokens[i - 1].norm in ("and", "or", "the", "on", "for", "in", ",")
        return titled or _beside_its_noun(tokens, i, lexicon) or _whole_of_what(tokens, i)
    following = lexicon.entries.get((stem(tokens[i + 1].norm),)) if i + 1 < len(tokens) else None
    noun = bool(following and (following.models or following.dimensions)) and here.norm not in _ALL
    last = i + 1 == len(tokens) or tokens[i + 1].kind == "mark" or tokens[i + 1].norm == "and"
    noun |= last and tokens[i - 1].norm in ("by", "via", "as") and here.norm not in _ALL  # "paid by check"
    others = [token.text for token in tokens[1:i] if token.kind == "word"]
    return noun or (here.text.istitle() and not all(map(str.istitle, others)))


def _beside_its_noun(tokens: Sequence[Token], i: int, lexicon: Lexicon) -> bool:
    """ "a monthly plan", where that is one of the plans: no months."""
    following = lexicon.entries.get((stem(tokens[i + 1].norm),)) if i + 1 < len(tokens) else None
    held = lexicon.entries[(stem(tokens[i].norm),)]
    if following is None or {value[:2] for value in held.values} & set(following.dimensions):
        return following is not None
    of = i > 0 and tokens[i - 1].norm in _OF  # "by annual members", and not the members of each year
    return of and bool({value[0] for value in held.values} & set(following.models))


def _whole_of_what(tokens: Sequence[Token], i: int) -> bool:
    """ "completed orders", and not "3 completed weeks"."""
    following = tokens[i + 1] if i + 1 < len(tokens) else None
    timed = following is not None and (following.norm in UNITS or following.kind == "number")
    return OPERATORS.get((tokens[i].norm,), ("",))[0] == "partial" and not timed


def _describes(here: Token, noun: Entry, lexicon: Lexicon) -> bool:
    """Whether a value stands right before what its own rows are called."""
    return bool({model for model, _, _ in lexicon.entries[(stem(here.norm),)].values} & set(noun.models))


def _listed(tokens: Sequence[Token], start: int, end: int, entry: Entry, lexicon: Lexicon) -> bool:
    """ "cash, check and financing": a word of the language beside another value of the same name is a value, too."""
    homes = {value[:2] for value in entry.values}

    def beside(first: int, last: int) -> bool:
        found = lexicon.entries.get(tuple(stem(token.norm) for token in tokens[max(first, 0) : last]))
        return found is not None and found.only_values and bool(homes & {value[:2] for value in found.values})

    before = start > 1 and tokens[start - 1].norm in _JOINS and any(beside(start - 1 - n, start - 1) for n in (1, 2, 3))
    after = end + 1 < len(tokens) and tokens[end].norm in _JOINS and any(beside(end + 1, end + 1 + n) for n in (1, 2, 3))
    return before or after


def _shouted(tokens: Sequence[Token], start: int, end: int) -> bool:
    if not all(token.text.isupper() for token in tokens[start:end]):
        return False
    others = [token.text for token in (*tokens[:start], *tokens[end:]) if token.kind == "word" and len(token.text) > 1]
    return not others or not all(map(str.isupper, others))


def _questions(tokens: Sequence[Token], i: int, lexicon: Lexicon) -> Iterator[Tag]:
    """Whole questions that the data team foresaw: the light words between their own may differ."""
    if is_light(tokens[i].norm):
        return
    key: tuple[str, ...] = ()
    for end in range(i + 1, len(tokens) + 1):
        token = tokens[end - 1]
        if token.kind == "mark" or len(key) > _QUESTION_LENGTH:
            return
        if not is_light(token.norm):
            key = (*key, root(token.norm))
            if entry := lexicon.loose.get(key):
                yield Tag(kind="question", start=i, end=end, text=_text(tokens, i, end), entry=entry)
