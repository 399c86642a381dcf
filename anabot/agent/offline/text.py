"""Cut a Slack message into tokens, and bring words to the form the lexicon keeps.

Mark-up, emoji and mentions carry no question and are dropped, except a mention in the middle of a sentence: it stands
for somebody, so it stays as a word that nobody knows. It never pings: a token holds no `<`, `>` or leading `@`.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Literal

Kind = Literal["word", "number", "date", "mark"]

_LINK = re.compile(r"<(https?:[^|>]*|mailto:[^|>]*)(?:\|([^>]*))?>")
_DATE_MARK = re.compile(r"<!date\^[^|>]*(?:\|([^>]*))?>")
_SPECIAL = re.compile(r"<!(?:here|channel|everyone)(?:\|[^>]*)?>")
_MENTION = re.compile(r"<(?:@|#|!subteam\^)([A-Z0-9]+)(?:\|([^>]*))?>")
_EDGE_MENTIONS = re.compile(
    r"^\s*(?:(?:hey|hi|hello|ok|yo)\s+)?(?:<@[A-Z0-9]+(?:\|[^>]*)?>[\s,:]*)+|(?:\s*<@[A-Z0-9]+(?:\|[^>]*)?>)+\s*$", re.I
)
_EMOJI_CODE = re.compile(r"(?<![\w:]):[a-z][a-z0-9_+\-]*:(?::skin-tone-\d:)?(?![\w:])|:[+\-]1:")
_MARKED = re.compile(r"[<&:]")
_TOKEN = re.compile(
    r"""
      (?P<date>\d{4}([-/])\d{1,2}\2\d{1,2}|\d{1,2}/\d{1,2}/\d{2,4}|\d{1,2}\.\d{1,2}\.\d{4}\b|\d{1,2}/\d{4}\b|\d{4}-?[qw]\d{1,2}\b|\d{4}-\d{2}\b)
    | (?P<number>[$€£]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:%|(?:k|m|mm|mn|bn|b)\b)?(?![^\W_]))
    | (?P<word>(?:[^\W_]|[̀-ͯ])+(?:['](?:[^\W_])+)?[']?)
    | (?P<percent>%)
    | (?P<mark>>=|<=|!=|[<>=,;?!.\n])
    """,
    re.X | re.I,
)
_RAW = re.compile(r"""(?<!\w)"([^"\n]{1,60})"(?!\w)|(?<!\w)'([^'\n]{1,60})'(?!\w)|“([^”\n]{1,60})”|`([^`\n]{1,60})`|\S+""")
_SCALE = {"k": 3, "m": 6, "mm": 6, "mn": 6, "bn": 9, "b": 9}
_NUMBER = re.compile(r"(?P<sign>[$€£]?)(?P<digits>[\d,.]+)(?P<tail>%|[a-z]*)", re.I)
_KEEPS_S = ("ss", "us", "is", "as", "os")


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number, date or mark. `text` is as typed, `norm` folded; `dash` when a hyphen or dash joins it to the last."""

    text: str
    norm: str
    kind: Kind
    dash: bool = False
    value: Decimal | None = None
    unit: str = ""  # "%" or a currency sign
    raw: str = ""  # in messages: what is in quotes, or else between two blanks, as typed, and at which `place` it begins
    place: int = -1
    quoted: bool = False
    inside: int = 0  # which parenthesis it stands in, 0 for none


def clean(message: str) -> str:
    """The message without mark-up, mentions of Ana and emoji; one form for each character."""
    if message.isascii() and not _MARKED.search(message):
        return message
    text = _EDGE_MENTIONS.sub(" ", _SPECIAL.sub(" ", _EMOJI_CODE.sub(" ", message)))
    text = _DATE_MARK.sub(lambda m: m[1] or " ", text)
    text = _LINK.sub(lambda m: m[2] or m[1], text)
    text = _MENTION.sub(lambda m: m[2] or m[1], text)
    text = html.unescape(text)
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKC", text).translate({0x2019: "'", 0x2018: "'", 0x02BC: "'"})
    return "".join(
        " " if unicodedata.category(c) in ("So", "Sk", "Cs", "Cf", "Co") or 0xFE00 <= ord(c) <= 0xFE0F else c for c in text
    )


def spelled_out(message: str) -> tuple[Token, ...]:
    """The tokens of a message, each with the raw text around it: what a name "starts with" is meant letter by letter."""
    return tokens(message, raw=True)


def tokens(message: str, *, raw: bool = False) -> tuple[Token, ...]:
    """The tokens of a message, contractions spelled out and possessives removed."""
    text = clean(message).replace("&", " and ").replace("\r", "\n").replace(" + ", " and ").replace(" w/ ", " with ")
    held = [(m.start(), m.end(), _inside(m), bool(m.lastindex)) for m in _RAW.finditer(text)] if raw else []
    found: list[Token] = []
    end, inside, closed = 0, 0, text.count("(") == text.count(")")
    for match in _TOKEN.finditer(text):
        gap = text[end : match.start()]
        inside = 0 if ")" in gap else inside
        inside = match.start() if closed and "(" in gap and found else inside
        if match[0] == "." and not gap and found and found[-1].norm in _ABBREVIATED:
            end = match.end()
            continue
        dash = bool(found) and any(c in gap for c in "-–—‐‑")
        spaced = dash and " " in gap.strip("\n")
        if spaced or "/" in gap:
            found.append(Token(",", ",", "mark"))
        found += [replace(each, inside=inside) if inside else each for each in _expand(match, dash, gap.endswith("'"))]
        end = match.end()
        while held and held[0][1] <= match.start():
            held.pop(0)
        if held and held[0][0] <= match.start():
            found[-1] = replace(found[-1], raw=held[0][2], place=held[0][0], quoted=held[0][3])
    return tuple(found)


def _inside(match: re.Match[str]) -> str:
    """What is between the quotes; of a run of letters, all but the marks that end it. Nothing where a sign was spelled out."""
    inside = next((part for part in match.groups() if part is not None), "")
    return inside or match[0].rstrip(".,;:?!)'\"")


def _expand(match: re.Match[str], dash: bool, quoted: bool) -> list[Token]:
    text = match[0]
    norm = text.casefold()
    if match.lastgroup == "percent":
        return [Token(text, "percent", "word", dash)]
    kind: Kind = match.lastgroup  # type: ignore[assignment]  # the pattern's other four groups are the four kinds
    if kind == "number":
        return [_number("'" + text if quoted and len(text) == 2 else text, dash)]
    if kind != "word":
        return [Token(text, norm, kind, dash)]
    if norm.endswith("n't"):
        did = _AUXILIARY.get(norm, norm[:-3])
        return [Token(did, did, "word", dash), Token("not", "not", "word")]
    base, _, tail = norm.partition("'")
    if tail in ("re", "ve", "ll", "d", "m", "s", ""):
        return [Token(text.partition("'")[0], base, "word", dash)]
    if tail.isdigit():
        return [Token(base, base, "word", dash), _number("'" + tail, True)]
    return [Token(text, norm.replace("'", ""), "word", dash)]


_AUXILIARY = {"can't": "can", "won't": "will", "shan't": "shall", "ain't": "is"}


def _number(text: str, dash: bool) -> Token:
    parts = _NUMBER.fullmatch(text.removeprefix("'"))
    if parts is None:
        return Token(text, text.casefold(), "word", dash)
    tail = parts["tail"].casefold()
    value = Decimal(parts["digits"].replace(",", "")).scaleb(_SCALE.get(tail, 0))
    unit = parts["sign"] or ("%" if tail == "%" else "")
    return Token(text, text.casefold(), "number", dash, value, unit)


def stem(word: str) -> str:
    """A word without its plural ending, so that `regions` finds `region`. The same rule is applied on both sides."""
    if word in _PLURALS:
        return _PLURALS[word]
    if word in _SHORT:
        return _SHORT[word]
    if len(word) > 3 and word.endswith("s") and not word.endswith(_KEEPS_S):
        if word.endswith(("xes", "shes", "sses")) and len(word) > 4:
            return word[:-2]
        word = word[:-1]
    if len(word) > 4:
        # `statuses` and `houses`, `batches` and `caches`, `cities` and `movies` lose the same letters.
        word = word[:-1] if word.endswith(("use", "che")) else word
        word = word[:-2] + "y" if word.endswith("ie") else word
    return _SHORT.get(word, word)


_ABBREVIATED = {"approx", "avg", "excl", "incl", "vs"}  # their full stop ends no sentence
_PLURALS = {
    "diagnoses": "diagnosis", "analyses": "analysis", "crises": "crisis", "theses": "thesis", "children": "child",
    "women": "woman", "men": "man", "criteria": "criterion", "indices": "index",
    "volcanoes": "volcano", "heroes": "hero", "potatoes": "potato", "tomatoes": "tomato", "cargoes": "cargo",
}  # fmt: skip
_RECURRING = ("days", "months", "hours")  # of the week, of the year, of the day
_SHORT = {  # one word on both sides: in names, of columns too, and in questions
    "avg": "average", "qty": "quantity", "pct": "percent", "ids": "id", "dt": "date", "amt": "amount", "nm": "name",
    "cnt": "count", "nbr": "number", "addr": "address", "descr": "description", "lvl": "level", "txn": "transaction",
    "bldg": "building", "pmt": "payment", "pymt": "payment", "appt": "appointment",
}  # fmt: skip
_IRREGULAR = {
    **dict.fromkeys(("won",), "win"),
    **dict.fromkeys(("born",), "born"),
    **dict.fromkeys(("died",), "die"),
    **dict.fromkeys(("lost",), "lose"),
    **dict.fromkeys(("sold",), "sell"),
    **dict.fromkeys(("bought",), "buy"),
    **dict.fromkeys(("left",), "leave"),
    **dict.fromkeys(("paid",), "pay"),
    **dict.fromkeys(("sent",), "send"),
    **dict.fromkeys(("held",), "hold"),
    **dict.fromkeys(("begun", "began"), "begin"),
    **dict.fromkeys(("written", "wrote"), "write"),
    **dict.fromkeys(("withdrew", "withdrawn"), "withdraw"),
    **dict.fromkeys(("met",), "meet"),
    **dict.fromkeys(("kept",), "keep"),
    **dict.fromkeys(("lent",), "lend"),
    **dict.fromkeys(("built",), "build"),
    **dict.fromkeys(("taught",), "teach"),
    **dict.fromkeys(("flew", "flown"), "fly"),
    **dict.fromkeys(("drove", "driven"), "drive"),
    **dict.fromkeys(("gave", "given"), "give"),
    **dict.fromkeys(("broke", "broken"), "break"),
    **dict.fromkeys(("chose", "chosen"), "choose"),
    **dict.fromkeys(("stole", "stolen"), "steal"),
    **dict.fromkeys(("quit",), "quit"),
    **dict.fromkeys(("born",), "born"),
}


def root(word: str) -> str:
    """A word without its verb ending either (`stalling`, `stalled` → `stall`): for whole phrases only, where it is safe."""
    base = _IRREGULAR.get(word) or stem(word)
    if base.endswith("ied") and len(base) > 5:
        return base[:-3] + "y"  # applied, carried
    for ending in ("ing", "ed"):
        if base.endswith(ending) and len(base) - len(ending) >= 3:
            return _single(base[: -len(ending)]).rstrip("e")
    return base.rstrip("e") if len(base) > 3 else base


_DEEDS = {  # of verbs that no ending makes a noun of
    "sell": "sale", "deliver": "delivery", "discover": "discovery", "recover": "recovery", "lose": "loss", "fly": "flight",
    "grow": "growth", "choose": "choice", "lend": "loan", "inquir": "inquiry", "enter": "entry", "complain": "complaint",
}  # fmt: skip


def deeds(verb: str, particle: str = "") -> set[str]:
    """The roots of what a verb does: `treated` is a treatment, `registered` a registration, `signed up` a signup."""
    base = root(verb)
    if particle:
        return {base + particle}
    nouns = {_DEEDS.get(base, base)}
    nouns |= {base + ending for ending in ("ment", "ation", "ition", "ion", "al", "ance", "ence", "ure", "er", "or")}
    for last, instead in (
        ("r", "ration"),
        ("er", "ration"),
        ("y", "ication"),
        ("ish", "ication"),
        ("ib", "iption"),
        ("it", "ission"),
        ("d", "sion"),
    ):
        nouns |= {base.removesuffix(last) + instead} if base.endswith(last) else set()
    return {root(noun) for noun in nouns}


def abbreviates(short: str, word: str) -> bool:
    """Whether a column's `reg` or `crtd` can stand for the word."""
    if not 3 <= len(short) <= 4 or len(short) >= len(word) or short[0] != word[0]:
        return False
    letters = iter(word)
    return word.startswith(short) or (not set(short) & set("aeiou") and all(letter in letters for letter in short))


_DOUBLED = {"cancell", "travell", "labell", "modell", "levell", "signall", "fuell", "channell"}  # as the British write


def _single(base: str) -> str:
    """`admitt`, `shipp` as the verb itself: a consonant that only the ending doubled. In `bill` it is the verb's own."""
    if base in _DOUBLED:
        return base[:-1]
    doubled = len(base) > 3 and base[-1] == base[-2] and base[-1] not in "lsfzaeiou"
    return base[:-1] if doubled else base


def is_plural(phrase: str) -> bool:
    """Whether the last word has a plural ending: `shops`, and not `class`; of `days of the week` it is the first."""
    said = phrase.casefold().split()
    last = said[:1] if said[1:2] == ["of"] and said[0] in _RECURRING else said[-1:] or [""]
    return stem(last[0]) != last[0] and last[0] not in _SHORT


def is_irregular(word: str) -> bool:
    """Whether a word is a form of a verb that no rule makes: `bought`, `won`."""
    return word in _IRREGULAR


def is_verb(word: str) -> bool:
    """Whether a word has the form of a verb: `created`, `starting`, `won`."""
    return word in _IRREGULAR or (len(word) > 4 and word.endswith(("ed", "ing")))


@lru_cache(maxsize=65_536)
def words(phrase: str) -> tuple[str, ...]:
    """A name, label, synonym or value as the stems it is found by: `net_revenue` → (`net`, `revenue`)."""
    return tuple(stem(token.norm) for token in tokens(phrase) if token.kind != "mark")
