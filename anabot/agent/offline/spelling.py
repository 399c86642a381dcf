"""Repair a mistyped word against the registry's own words and the grammar's, and say so.

Cautious: a short word, a far one, or one with two equal neighbours stays as it is and is named back to the asker.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from rapidfuzz import process
from rapidfuzz.distance import OSA

from anabot.agent.offline.text import Token, is_irregular, is_verb, stem
from anabot.agent.offline.words import FILLERS, MONTHS, OPERATORS, UNITS, WEEKDAYS

_SHORTEST = 5
SHORTENED = {
    "rep": "representative",
    "rev": "revenue",
    "ppl": "people",
    "txn": "transaction",
    "txns": "transactions",
    "appt": "appointment",
    "appts": "appointments",
    "amt": "amount",
    "dept": "department",
    "acct": "account",
    "cust": "customer",
    "mgr": "manager",
    "prio": "priority",
    "prod": "product",
    "emp": "employee",
}  # fmt: skip
_SLIPS = {"wich": "which", "wat": "what", "wht": "what", "hwo": "how", "teh": "the", "thier": "their", "plese": "please"}
_GRAMMAR = {
    word
    for word in (
        *FILLERS,
        *MONTHS,
        *UNITS,
        *WEEKDAYS,
        *(w for key in OPERATORS for w in key),
        "fiscal",
        "calendar",
        "yesterday",
        "between",
    )
    if len(word) >= _SHORTEST
}


def unhyphened(tokens: Sequence[Token], vocabulary: Collection[str]) -> list[Token]:
    """ "check-in", "sign-up" as one word, where the registry writes it so and not in two."""
    found: list[Token] = []
    for token in tokens:
        before = found[-1] if found and token.dash and token.kind == "word" and found[-1].kind == "word" else None
        whole = before.norm + token.norm if before else ""
        if before and {whole, stem(whole)} & set(vocabulary) and not {before.norm, token.norm} <= set(vocabulary):
            found[-1] = replace(before, text=before.text + token.text, norm=whole)
        else:
            found.append(token)
    return found


def spellable(vocabulary: Collection[str]) -> list[str]:
    """The words a mistyped one may be meant for: long enough ones of the registry and of the grammar, in order."""
    return sorted(word for word in {*vocabulary, *_GRAMMAR} if len(word) >= _SHORTEST)


def repair(
    tokens: Sequence[Token], unknown: Collection[int], vocabulary: Collection[str], known: Sequence[str]
) -> tuple[list[Token], list[str]]:
    """The tokens with unknown words put right, and one sentence for each word that was changed. `known`: see `spellable`."""
    found: list[Token] = []
    notes: list[str] = []
    i = 0
    while i < len(tokens):
        token = tokens[i]
        if i not in unknown or token.kind != "word":
            found.append(token)
        elif joined := _joined(tokens, i, vocabulary):
            found.append(joined)
            i += 1
        elif parts := _parted(token, vocabulary):
            found += parts
        else:
            word = _SLIPS.get(token.norm) or _written_out(token.norm, vocabulary) or _closest(token.norm, known)
            word = word or _slipped(tokens[:i], token.norm, vocabulary)
            spoken = word if token.norm in _SLIPS else token.text
            found.append(replace(token, norm=word, text=spoken) if word else token)
            notes += [f"Read “{token.text}” as “{word}”."] if word else []
        i += 1
    return found, notes


def _slipped(before: Sequence[Token], word: str, vocabulary: Collection[str]) -> str:
    """ "lowest daily closest price": a second superlative is a slip for the word it is made of."""
    if not word.endswith("est") or len(word) < _SHORTEST + 2 or not any(_ranks(token.norm) for token in before):
        return ""
    made_of = [each for each in (word.removesuffix("est"), word.removesuffix("st")) if each in vocabulary]
    return made_of[0] if len(made_of) == 1 else ""


def _ranks(word: str) -> bool:
    return OPERATORS.get((word,), ("",))[0] == "top"


def _joined(tokens: Sequence[Token], i: int, vocabulary: Collection[str]) -> Token | None:
    """`head count` where the registry says `headcount`."""
    if i + 1 == len(tokens) or tokens[i].norm + tokens[i + 1].norm not in vocabulary:
        return None
    return replace(tokens[i], norm=tokens[i].norm + tokens[i + 1].norm, text=f"{tokens[i].text} {tokens[i + 1].text}")


def _parted(token: Token, vocabulary: Collection[str]) -> list[Token]:
    """`netrevenue` where the registry says `net revenue`."""
    cuts = [k for k in range(3, len(token.norm) - 2) if token.norm[:k] in vocabulary and token.norm[k:] in vocabulary]
    if len(cuts) != 1:
        return []
    return [replace(token, norm=token.norm[: cuts[0]]), replace(token, norm=token.norm[cuts[0] :])]


def _written_out(word: str, vocabulary: Collection[str]) -> str:
    """`rev`, where the registry says `revenue`."""
    found = SHORTENED.get(word, "")
    return found if found == "people" or found in vocabulary else ""


def _closest(word: str, known: Sequence[str]) -> str:
    if len(word) == 4 and (swapped := [w for w in FILLERS if sorted(w) == sorted(word) and OSA.distance(w, word) == 1]):
        return swapped[0] if len(swapped) == 1 else ""
    if len(word) < _SHORTEST or not word.isalpha() or is_irregular(word) or word.removesuffix("s") in WEEKDAYS:
        return ""
    reach = 2 if len(word) >= 8 else 1
    near = process.extract(word, known, scorer=OSA.distance, score_cutoff=reach, limit=3)
    near = [match for match in near if match[1] == near[0][1] and _safe(word, match[0])]
    return near[0][0] if len({match[0].rstrip("s") for match in near}) == 1 else ""


def _safe(word: str, target: str) -> bool:
    """A short word may miss, double or swap a letter; another letter in its place may be another word (`store`, `score`).

    What was done is no slip for whoever does it: `published` is no `publisher`.
    """
    if is_verb(word) and word[:-1] == target[:-1]:
        return False
    return word[0] == target[0] and (len(word) >= 6 or len(word) != len(target) or sorted(word) == sorted(target))
