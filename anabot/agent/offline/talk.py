"""What people say in a conversation that names no number: thanks, good morning, "and in total?", "what about the whole company?".

Pure. Only a message that says nothing else is one of these; a word that the registry knows is never taken for courtesy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from anabot.agent.offline.lexicon import Lexicon, is_light
from anabot.agent.offline.tagging import Tag
from anabot.agent.offline.text import Token, spelled_out, stem
from anabot.agent.understanding import NotUnderstood, Reading, Understanding, Understood
from anabot.errors import BadQuery, NotAllowed, UnknownName
from anabot.semantic.query import MetricQuery
from anabot.semantic.resolve import resolve

Whole = Literal["", "total", "company", "nothing"]
_PRAISE = """
thanks thank thx thanx ty tysm cheers cool great nice perfect awesome excellent lovely wonderful brilliant super neat sweet
amazing fantastic noted understood bye goodbye appreciated appreciate gotcha alright helpful bingo yay wow merci gracias danke
"""
_WITH_PRAISE = "got it makes make sense good work job that this very so much all stuff one lot bunch love"
_HAIL = "morning afternoon evening hiya howdy yo greetings gm hallo hola heya sup"
_HAILED = "ana anabot team all everyone everybody folks there guys"
_THANKS, _BESIDE = frozenset(_PRAISE.split()), frozenset(_WITH_PRAISE.split())
_GREETINGS, _TO_WHOM = frozenset(_HAIL.split()), frozenset(_HAILED.split())
_WRONG = frozenset(["wrong", "incorrect", "nonsense", "rubbish", "inaccurate", "mistaken", "hmm", "hm", "no", "nope"])
_HESITATES = frozenset({"hmm", "hm", "no", "nope"})
_PERCENT = frozenset({"percent", "percentage", "percentages", "pct"})
_TOTALS = frozenset({"total", "totals", "overall", "altogether", "together"})
_COMPANY = frozenset({"company", "business", "whole", "entire"})
_BRINGING = frozenset({"put", "bring", "add", "include", "take", "show", "let", "leave"})
_AGAIN = frozenset({("back",), ("back", "in"), ("again",), ("in", "again"), ("back", "again")})
_BEING = frozenset({"is", "are", "was", "were", "be", "been", "will", "hi", "hey", "hello", "out", "how", "s"})
_POLITE = frozenset({"please", "pls", "plz", "thanks", "thx", "now", "then"})
_LEADS = ("and", "what_about", "instead", "only", "by", "pick", "summed")
_SAME = "I understood the words, but not what to change. Say by what, of which or when."
SORRY = NotUnderstood(
    reason="courtesy",
    message="I am sorry. Tell me what you meant, for example “I meant …”; a thumbs-down below the answer tells its owner.",
)
WHERE = NotUnderstood(reason="no_group", message="Say which one you mean by “there”, by its name.")
WELCOME = NotUnderstood(reason="courtesy", message="You are welcome. Ask on whenever you like.")


def complains(found: Sequence[Token], lexicon: Lexicon) -> bool:
    """Whether nothing is said but that something is wrong: what was meant is to be said, and no word to be learned."""
    said = [token.norm for token in found if token.kind != "mark"]
    at_fault = [word for word in said if word in _WRONG - _HESITATES]
    known = any((stem(word),) in lexicon.entries for word in at_fault)
    return bool(at_fault) and not known and all(word in _WRONG or word in _BESIDE or is_light(word) for word in said)


def points_there(found: Sequence[Token], shown: MetricQuery | None) -> bool:
    """Whether "there" is one of the rows, or what the thread is narrowed to: which one, nobody has said."""
    if shown is None or not (shown.limit or shown.where):
        return False
    said = [token.norm for token in found]
    places = [k for k, word in enumerate(said) if word == "there"]
    return any(not {*said[max(k - 1, 0) : k], *said[k + 1 : k + 2]} & _BEING for k in places)


def of_which_one(found: Sequence[Token], shown: MetricQuery | None) -> Sequence[Token]:
    """ "Which one grew most?", below rows by region: which region."""
    at = next((k for k in range(len(found) - 1) if found[k].norm == "which" and found[k + 1].norm in ("one", "ones")), None)
    if at is None or shown is None or len(shown.group_by) != 1:
        return found
    name = shown.group_by[0].rpartition("__")[2].removeprefix("fiscal_").replace("_", " ")
    plural = "s" if found[at + 1].norm == "ones" and not name.endswith("s") else ""
    return [*found[: at + 1], *spelled_out(f"{name}{plural}"), *found[at + 2 :]]


def in_percent(found: Sequence[Token]) -> bool:
    """Whether nothing is said but "in percent", "as a percentage"."""
    said = [token.norm for token in found if token.kind != "mark"]
    return bool(set(said) & _PERCENT) and all(word in _PERCENT or is_light(word) for word in said)


def thanks(found: Sequence[Token], lexicon: Lexicon) -> bool:
    """Whether nothing is said but thanks or praise: "cool, thx", "perfect, that makes sense"."""
    said = [token.norm for token in found if token.kind != "mark"]
    thanked = [word for word in said if word in _THANKS]
    known = any((stem(word),) in lexicon.entries for word in thanked)
    return bool(thanked) and not known and all(word in _THANKS or word in _BESIDE | _HESITATES or is_light(word) for word in said)


def without_greeting(found: Sequence[Token], lexicon: Lexicon) -> Sequence[Token]:
    """The message after "Morning!", "evening all,": a greeting is one only where a mark ends it."""
    if not found or found[0].norm not in _GREETINGS or (stem(found[0].norm),) in lexicon.entries:
        return found
    end = 1
    while end < len(found) and found[end].norm in _TO_WHOM:
        end += 1
    marked = end == len(found) or found[end].kind == "mark"
    return found[end + 1 :] if marked else found


def brought_back(found: Sequence[Token], lexicon: Lexicon) -> Sequence[Token]:
    """ "put Mexico back in" as "put back Mexico": the two halves of the verb stand around nothing but values."""
    last = next((k for k in range(len(found), 0, -1) if found[k - 1].kind != "mark" and found[k - 1].norm not in _POLITE), 0)
    ends = [k for k in (last - 2, last - 1) if k > 0 and tuple(token.norm for token in found[k:last]) in _AGAIN]
    if ends and found[ends[0]].norm == "back" and _only_values(found[: ends[0]], lexicon):
        verb = [replace(found[0], text=word, norm=word, kind="word") for word in ("put", "back")]  # "Mexico back in"
        return [*verb, *found[: ends[0]]]
    start = next((k for k, token in enumerate(found) if token.norm in _BRINGING), None)
    lead = start is not None and all(is_light(token.norm) or token.norm == "and" for token in found[:start])
    if not ends or start is None or not lead or not _only_values(found[start + 1 : ends[0]], lexicon):
        return found
    verb = [replace(found[start], text=word, norm=word) for word in ("put", "back")]
    return [*found[:start], *verb, *found[start + 1 : ends[0]]]


def _only_values(said: Sequence[Token], lexicon: Lexicon) -> bool:
    i, some = 0, False
    while i < len(said):
        keys = (tuple(stem(token.norm) for token in said[i:end]) for end in range(len(said), i, -1))
        size = next((len(key) for key in keys if (entry := lexicon.entries.get(key)) and entry.values), 0)
        if not size and not (is_light(said[i].norm) or said[i].norm in (",", "and", "or")):
            return False
        some |= size > 0
        i += size or 1
    return some


def wholly(tags: Sequence[Tag]) -> Whole:
    """What a message without any content asks of the thread: its total, all of the company, or nothing that changes it."""
    said = [each for each in tags if each.kind not in ("comma", "stop")]
    if not said or not all(each.kind == "light" or each.says(*_LEADS) for each in said):
        return ""
    light = {word for each in said for word in each.text.casefold().split()}
    if light & _COMPANY:
        return "company"
    if light & _TOTALS:
        return "total"
    return "nothing" if any(each.kind == "operator" for each in said) else ""


def of_the_whole(kind: Whole, shown: MetricQuery, lexicon: Lexicon) -> Understanding:
    """The thread's query in one number, as whoever asks may see it; of the company without the conditions it had."""
    dropped = kind == "company" and bool(shown.where)
    if kind == "nothing":
        return NotUnderstood(reason="shape", message=_SAME)
    if not (dropped or shown.group_by):
        what = "for everything that you may see" if kind == "company" else "the total"
        return NotUnderstood(reason="shape", message=f"What is shown is {what} already.")
    rows = bool(shown.limit or shown.having)
    bare = {"group_by": (), "having": (), "order_by": (), "limit": None, "limit_by": (), "share": False, "running": False}
    query = shown.model_copy(update={**bare, "every": False, "where": () if kind == "company" else shown.where})
    notes = ["This is of everything, and not only of the rows that were shown."] if rows else []
    notes += ["Without the conditions that it had: everything that you may see counts."] if dropped else []
    try:
        query = resolve(lexicon.registry, query, lexicon.grant)
    except (UnknownName, BadQuery, NotAllowed) as error:
        return NotUnderstood(reason="bad_query", message=str(error))
    return Understood(readings=(Reading(query=query, assumptions=tuple(notes)),))
