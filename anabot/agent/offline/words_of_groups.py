"""The shapes of sentences about a number of groups, and their words. Patterns over folded words with blanks between; no logic."""

from __future__ import annotations

import re
from typing import Literal

Op = Literal["ge", "gt", "lt", "le", "eq"]

OPS: tuple[tuple[str, Op], ...] = (
    ("at least|no fewer than|no less than|a minimum of|at minimum", "ge"),
    ("more than|over|above|greater than|exceeding|upwards of", "gt"),
    ("at most|no more than|not more than|up to|a maximum of", "le"),
    ("fewer than|less than|under|below", "lt"),
    ("exactly|precisely", "eq"),
)
EVERY = {"daily": "day", "weekly": "week", "monthly": "month", "quarterly": "quarter", "yearly": "year", "annual": "year"}
NUMERALS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "twelve": 12,
    "twenty": 20,
    "fifty": 50,
    "hundred": 100,
    "once": 1,
    "twice": 2,
}
LOW = ("lowest", "smallest", "minimum", "min", "fewest", "least")
# Of these each row has one: their sum over a day is not what an average of them by day is of.
OF_ONE_ROW = frozenset((
    "age", "amount", "balance", "basket", "bill", "cost", "distance", "duration", "fee", "hours", "length", "margin", "pay",
    "price", "quantity", "rate", "rating", "salary", "score", "size", "temperature", "time", "value", "wage", "weight", "weights",
    "amounts", "costs", "fees", "prices", "rates", "ratings", "salaries", "scores", "sizes", "times", "values", "wages",
))  # fmt: skip

LEAD = (
    r"(?:(?:what|how|show|give|tell|me|us|i|want|need|to|know|find|get|calculate|compute|please|can|could|you|is|was|are|were"
    r"|and|see|like|would) )*(?:(?:the|our|a|an|my) )?"
)
_AVERAGE = r"(?P<how>average|avg|mean|median|typical)"
_ADVERB = rf"(?P<adverb>{'|'.join(EVERY)})"
_NUMBER_OF = r"(?P<number>(?:total )?(?:number|count) of )?"
_UNIT = r"(?:day|week|month|quarter|year)"
_PER = r"(?:per|for each|for every|each|every)"
_NOT_A_THING = (
    r"(?!(?:per|an?|and|or|each|every|by|in|on|for|from|last|this|since|during|at|between|to|with|of|where|that|who"
    r"|over|so|was|were|is|are|have|has|had|placed|made|did|do|does|without)\b)"
)
_THING = rf"{_NOT_A_THING}[^\W\d_]+(?: {_NOT_A_THING}[^\W\d_]+)?"
_OP = rf"(?P<op>{'|'.join(words for words, _ in OPS)})"
_N = rf"(?:[$€£]?\d[\d,.]*(?:k|m|bn|b|%)?|{'|'.join(word for word in NUMERALS if word not in ('once', 'twice'))})"
_BOUND = rf"(?:{_OP} (?P<n>{_N})|(?P<n2>{_N}) or (?P<side>more|fewer|less)|(?P<multiple>multiple|several))"
_COUNT = (
    r"(?:(?:what|which|the|show|give|tell|me|find|get|calculate|is|was|and|please|can|could|you) )*"
    r"(?:(?:(?:on|in|for|during) )?(?:how many|the number of|number of|count of|the count of|what number of)"
    r"|(?P<share>(?:the |what )?(?:share|percentage|percent|proportion|fraction) of))"
    r"(?: (?:our|the|all|all the|all of our|different))?"
)
_HAVE = r"(?:who |that |which )?(?:have |has |had )?(?:with|have|has|had|having|placed|made|saw|got|see|get)"
_WE = (
    r"(?:(?:did|do|have|had) (?:we|you|they|i) (?:have|had|get|got|see|make|made|do)"
    r"|(?:were|are|was|is) there|with|had|have|saw)"
)
_LATER = (
    r"(?P<rest>(?: (?:in|on|last|this|since|from|during|for|by|with|ever|so|before|after|until|between|within|today|yesterday"
    r"|q[1-4])\b.*)?)"
)

OF_TIME = re.compile(rf"{LEAD}{_AVERAGE} {_NUMBER_OF}{_ADVERB} (?P<number2>(?:number|count) of )?(?P<rest>.+)")
TIMELY = re.compile(rf"{LEAD}{_ADVERB} {_AVERAGE} (?P<number>(?:number |count )?(?:of |in |for )(?:the )?)?(?P<rest>.+)")
OF_EACH = re.compile(
    rf"{LEAD}{_AVERAGE} {_NUMBER_OF}(?P<what>.+?) (?:{_PER} (?P<each>{_THING})|an? (?P<unit>{_UNIT}))"
    rf"(?: (?:{_PER}|and|an?) (?P<also>{_UNIT})| {_PER} (?P<thing>{_NOT_A_THING}[^\W\d_]+))?(?P<rest>(?: .+)?)"
)
ON_AVERAGE = re.compile(
    rf"(?P<many>how many|how much) (?P<what>.+?) (?:do|did|does|have) (?:we|you|they|i) (?P<verb>have|get|make|do|see|receive) "
    rf"(?:{_PER}|an?|in an?) (?P<each>{_UNIT}){_LATER}"
)
DOES_ONE = re.compile(
    r"how many (?P<what>.+?) (?:does|did) (?P<one>an?|each|every|the average|an average|the typical|a typical) "
    rf"(?P<each>{_THING}?) (?:place|have|make|get|do){_LATER}"
)
MOST = re.compile(
    rf"{LEAD}(?P<most>highest|largest|greatest|maximum|max|most|biggest|{'|'.join(LOW)}) {_NUMBER_OF}(?P<what>.+?) "
    rf"(?:(?:placed|made|had) )?(?:by|per|for|in|on|from) (?:one|a single|any one|any single|a given) (?P<each>{_THING}?){_LATER}"
)
WITH = re.compile(rf"{_COUNT} (?P<each>{_THING}?) {_HAVE} {_BOUND} (?P<what>.+)")
DAYS_WITH = re.compile(rf"{_COUNT} (?P<each>{_UNIT}s) {_WE} {_BOUND} (?P<what>.+)")
DAYS_WITHOUT = re.compile(
    rf"{_COUNT} (?P<each>{_UNIT}s) (?:{_WE} (?:no|zero|not any)|without(?: any)?"
    r"|(?:did|do) (?:we|you|they|i) not (?:have|get|see|make)(?: any)?) (?P<what>.+)"
)
WITHOUT = re.compile(
    rf"{_COUNT} (?P<each>{_THING}?) (?:{_HAVE} (?:no|zero)"
    r"|(?:who |that )?(?:do|did|have|has|had) not (?:have |had |placed |made )?any"
    r"|without(?: any)?) (?P<what>.+)"
)
PER = re.compile(rf"(?P<what>.+?) per (?P<thing>{_NOT_A_THING}[^\W\d_]+)(?P<rest>(?: .+)?)")
ABOVE = re.compile(
    rf"{_COUNT} (?P<each>{_THING}?) (?:{_WE}|did|was|were) (?P<what>[^\d]+?) (?:of |be |is |was |were )?"
    rf"(?:{_OP} (?P<n>{_N})|(?:exceed|exceeded|surpass|surpassed|top|topped) (?P<n2>{_N})){_LATER}"
)
DEED = re.compile(
    rf"{_COUNT} (?P<each>{_THING}?) (?:who |that |which )?(?:have |has |had )?(?P<deed>\w+) "
    rf"(?:{_OP} (?P<n>once|twice|{_N} times)|(?P<n2>twice|{_N} times) or (?P<side>more|fewer|less)){_LATER}"
)
MEAN = re.compile(rf"{LEAD.removesuffix('?')}mean \w")
JUDGED = re.compile(r"\b(?:was|were|is|are)\b")
AGAIN = re.compile(r"\b(?:per|each|every)\b")
RATED = re.compile(
    rf"\b(?:an? {_UNIT}|{'|'.join(EVERY)}|(?:per|each|every) (?!of\b)\w+|average|avg|median|typical|respectively)\b"
)  # what is left is a rate itself: "at least 3 orders a month"
AFTER = re.compile(
    r" (?:in|on|for|from|last|this|since|during|at|between|to|with|by|of|where|that|who|over|so far|ytd|was|were) .*"
)
FOLLOWS = re.compile(r"(?:and|what about|how about|same for|the same for|also)\b")
GREETING = re.compile(r"(?:^(?:so|ok|okay|hi|hey|hello|also|now) ,? ?)+")
