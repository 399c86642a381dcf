"""What is said around a question and asks nothing: "Perfect, thank you!", "I'm preparing a slide.", "do you happen to know".

Courtesies and ways to begin are dropped. A sentence that only tells why somebody asks is dropped, and said to be, where all that
it names is named in the question again; a word of it that might narrow the numbers keeps the whole sentence in the question.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence

from anabot.agent.offline.dates import Dates
from anabot.agent.offline.lexicon import Lexicon
from anabot.agent.offline.tagging import Tag, tag
from anabot.agent.offline.text import Token, stem, words

_ASK = r"(?:how|what|whats|which|who|whose|when|where|whether|if|why)"
_SOMEBODY = (
    r"(?:boss|manager|lead|team lead|colleague|director|head|supervisor|ceo|cfo|coo|cto|vp|team|client|mentor|teammate|coworker)"
)
_PAPER = (
    r"(?:slides?|decks?|presentation|reports?|form|e ?mail|mail|memo|docs?|documents?|summary|update|newsletter|post|dashboard|"
    r"review|meeting|call|paper|talk|workshop|pitch|handover|brief|briefing|one pager|spreadsheet|overview|onboarding|qbr)"
)
_MAKING = (
    r"(?:prepar|writ|put|work|build|mak|creat|draft|finish|updat|fill|present|do|plan|review|send|giv|assembl|collect|go|get)"
    r"(?:e|ting|ing|ding|ring)?(?: together| on| in| out| up| ready for)?"
)
# Said before a comma or a stop, or with "but" after it; nothing but these words.
_KIND_WORDS = (
    r"(?:oh|ah|hm+|wow|ooh|nice|great|good|perfect|cool|awesome|amazing|excellent|brilliant|lovely|fantastic|wonderful|super|neat|"
    r"(?:(?:very |really |so )?(?:interesting|helpful|useful))|got it|(?:that )?makes sense|understood|noted|fair enough|alright|"
    r"all right|sounds good|good to know|that (?:very |really |so )?(?:great|good|helpful|interesting|nice|perfect|helps)|"
    r"much appreciated|appreciate it|nice one|good stuff|sorry|apologies|my apologies|excuse me|pardon me|no worries|no rush|"
    r"no hurry|just curious|out of curiosity|for context|fyi|btw|by the way|thanks(?: a lot| so much| again| a bunch| a ton)?|"
    r"thank you(?: so much| very much| again)?|many thanks|"
    r"sorry (?:to bother|to ask|for)(?: [a-z]+){1,6}|"
    r"(?:(?:sorry|apologies|excuse me) )?(?:if )?(?:this|it|that)(?: (?:is|may|might|could|be|probably|perhaps))+ (?:an? )?"
    r"(?:[a-z]+ ){0,2}question|(?:a )?(?:silly|stupid|dumb|basic|naive|random|small|short) question)"
)
_COURTESY = re.compile(rf"{_KIND_WORDS}(?: {_KIND_WORDS})*(?= (?:[,.!?;\n]|but )| ?$)")
_BEGINS = re.compile(
    rf"(?:do|would|did) (?:you|u|anyone|someone|we|anybody) (?:happen to |even |actually )*know (?={_ASK} )"
    r"|(?:do|would) (?:you|u|anyone|someone) happen to (?:know|have) "
    rf"|(?:can|could|would|will) (?:you|u|someone|anyone|somebody) (?:please |kindly |maybe |quickly |possibly )*"
    rf"(?:explain|say|check|find out|look up|work out|figure out|help me (?:to )?(?:understand|find out|figure out|see|find|with)"
    rf"|remind me|share|clarify)(?: to me| with me| to us| for me)?(?: please)? (?={_ASK} )"
    rf"|(?:my|our|the) {_SOMEBODY} (?:just |also )*(?:asked|asks|is asking|wants|wanted|needs|would like|wondered|is wondering)"
    rf"(?: me| us)?(?: to (?:know|find out|see|check|look up|report|tell (?:her|him|them)))? (?={_ASK} )"
    rf"|(?:i|we) (?:was|were|have been|got|been) (?:just )?asked (?:to (?:find out|check|look up|report) )?(?={_ASK} )"
    rf"|(?:i|we) (?:am |are |was |were |have been )?(?:just |also |really |now )*(?:need|want|like|trying|have|supposed|hoping|"
    rf"curious|interested|wondering|wonder|not sure|unsure)"
    rf"(?: (?:to (?:know|find out|figure out|understand|see|check|learn|work out)|about|in(?: knowing)?))* (?={_ASK} )"
    r"|(?:is|would) (?:there|it) (?:be )?(?:any way|a way|possible)(?: for (?:me|us|you))? to (?:see|find out|know|get|"
    rf"tell|check|have) (?={_ASK} |the |our |all |a )"
    rf"|(?:it|that) (?:would|will) be (?:really |very |so )*(?:great|nice|good|helpful|useful|interesting|lovely|handy) "
    rf"(?:to (?:know|see|learn)|if (?:you|i|we|someone) (?:could )?(?:tell me|show me|tell us|see|knew|know|get)) "
    rf"(?={_ASK} |the |our |all )"
)
_ENDS = re.compile(
    r"(?<= )(?:is|would be|will be|should be) (?:more than |already )?(?:enough|fine|ok|okay|good|great|plenty|sufficient)"
    r"(?: for me| for now| for us| for today)?(?= [.!?]|$| $)"
)
_BACKGROUND = re.compile(
    r"(?:(?:so|and|but|well|because|since|as|hi|hello|hey|ok|there|all|everyone|team|folks) )*"
    r"(?:(?:i|we) (?:am |are )?(?:pretty |quite |fairly |still |very |a bit |completely )*(?:new|not familiar|unfamiliar)\b.*"
    r"|(?:i|we) (?:have )?(?:just |only |recently |only just |newly )+(?:joined|started|moved|switched)\b.*"
    r"|(?:i|we) (?:am |are |was |were |have been |have |has )?(?:currently |just |now |also )*"
    r"(?:(?:need|have|want|like|going|about|trying|supposed|asked|told|planning) (?:to )?)?"
    rf"{_MAKING} (?:an? |the |my |our |some |this |next |tomorrow |up )*(?:[a-z]+ ){{0,3}}{_PAPER}\b.*"
    r"|(?:i|we) (?:am |are )?(?:writing|talking|presenting|reporting|speaking|replying) (?:back )?to\b.*"
    rf"|(?:i|we) (?:have|got|have got) (?:an? |the |my |our |this )*(?:[a-z]+ ){{0,3}}{_PAPER}\b.*"
    rf"|(?:my|our|the) {_SOMEBODY} (?:just |also )*(?:asked|asks|is asking|wants|wanted|needs|would like)(?: me| us)?(?: for)?"
    r"(?: this| it| that| a number| some numbers| numbers)?"
    rf"|(?:this|it|that) (?:is )?for (?:an? |the |my |our |this |next )*(?:[a-z]+ ){{0,3}}{_PAPER}\b.*"
    r"|(?:i )?hope (?:you|this|that|all|everyone)\b.*)"
)
_ENDED = re.compile(r"[.!?;\n]")
_TURNS = re.compile(
    r" (?:,|and|so|, and|, so) (?=(?:so |please |now )*(?:how|what|which|who|could|can|would|do|does|did|is|are|show|give|list|"
    r"tell|i (?:need|want|like)|we (?:need|want|like)) )"
)
_HARMLESS = ("verb", "now", "who", "and", "wise", "so_far", "records", "chart", "add", "summed", "worth", "count", "define")


def without_chatter(found: Sequence[Token], lexicon: Lexicon, day: tuple[dt.date, int]) -> tuple[list[Token], list[str]]:
    """The message without it, and a sentence for each sentence that was left aside."""
    kept = [token for sentence in _sentences(found) for token in _to_the_point(sentence, lexicon)]
    notes: list[str] = []
    for sentence in _sentences(kept):
        for head in _heads(sentence):
            at = next(i for i in range(len(kept)) if kept[i] is head[0])
            rest = [*kept[:at], *kept[at + len(head) :]]
            if _says_why(head, rest, lexicon, day):
                kept = rest
                notes.append(f"Left aside, as it asks nothing: “{_as_typed(head)}”.")
                break
    kept = [token for sentence in _sentences(kept) for token in _begun(sentence)]
    return (kept, notes) if any(token.kind != "mark" for token in kept) else (list(found), [])


def _sentences(found: Sequence[Token]) -> Iterator[list[Token]]:
    sentence: list[Token] = []
    for token in found:
        sentence.append(token)
        if token.kind == "mark" and _ENDED.fullmatch(token.norm):
            yield sentence
            sentence = []
    if sentence:
        yield sentence


def _spelled(found: Sequence[Token]) -> str:
    return "".join(f"{token.norm} " for token in found)


def _as_typed(found: Sequence[Token]) -> str:
    return " ".join(token.raw for token in found if token.raw and token.kind != "mark")


def _to_the_point(sentence: list[Token], lexicon: Lexicon) -> list[Token]:
    """A sentence without the courtesies before it, as many as there are."""
    while said := _COURTESY.match(_spelled(sentence)):
        size = len(said[0].split())
        after = sentence[size] if size < len(sentence) else None
        if " ".join(t.norm for t in sentence[:size]) != said[0] or lexicon.entries.get(words(said[0])):
            break
        if after is not None and after.kind != "mark" and after.norm != "but":
            break
        sentence = sentence[size + 1 :]
        sentence = sentence[1:] if sentence and sentence[0].norm in ("but", ",") else sentence
    return sentence


def _begun(sentence: list[Token]) -> list[Token]:
    """A sentence without the way it begins: "do you happen to know", "my boss asked me"; and without "is enough" at its end."""
    size, lead = _lead(sentence), sentence
    if (said := _BEGINS.match(_spelled(sentence[size:]))) is not None:
        lead = [*sentence[:size], *sentence[size + len(said[0].split()) :]]
    text = _spelled(lead)
    if (ends := _ENDS.search(text)) is not None:
        start = len(text[: ends.start()].split())
        lead = [*lead[:start], *lead[start + len(ends[0].split()) :]]
    return lead


def _lead(sentence: Sequence[Token]) -> int:
    """How many light words stand before a sentence begins."""
    return next((i for i, token in enumerate(sentence) if token.norm not in ("and", "so", "hi", "hello", "hey", ",", "well")), 0)


def _heads(sentence: list[Token]) -> Iterator[list[Token]]:
    """The whole sentence, where it is no question, and what stands before a question in it."""
    if sentence[-1].norm != "?":
        yield sentence
    text = _spelled(sentence)
    for turn in _TURNS.finditer(text):
        yield sentence[: len(text[: turn.end()].split())]


def _says_why(head: Sequence[Token], rest: Sequence[Token], lexicon: Lexicon, day: tuple[dt.date, int]) -> bool:
    """Whether a sentence only tells why somebody asks, and all that it names is named in the rest again."""
    said = [token for token in head if token.kind != "mark"]
    while said and said[-1].norm in ("and", "so"):
        said = said[:-1]
    if not _BACKGROUND.fullmatch(_spelled(said).strip()):
        return False
    again = {stem(token.norm) for token in rest}
    dated = any(each.kind == "date" for each in tag(rest, lexicon, Dates(rest, *day)))
    asked = any(token.kind != "mark" for token in rest)
    return asked and all(_is_harmless(each, again, dated, day[0]) for each in tag(said, lexicon, Dates(said, *day)))


def _is_harmless(each: Tag, again: set[str], dated: bool, today: dt.date) -> bool:
    if each.kind in ("light", "unknown") or each.says(*_HARMLESS) or each.text.casefold() == "just":
        return True
    if each.kind in ("date", "unit") or each.says("grain", "over"):
        ahead = each.when is not None and each.when.period is not None and each.when.period.start > today
        return dated or ahead
    return set(words(each.text)) <= again
