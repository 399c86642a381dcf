"""Other forms of a name that people say: "type of transaction", "join date", "highest price". Pure; words only."""

from __future__ import annotations

import re

from anabot.semantic.registry import Dimension

_ASPECTS = ("type", "kind", "status", "category", "method", "class", "level", "name", "date", "size", "stage", "tier")
_OF_ANYTHING = {"total", "average", "avg", "mean", "sum", "max", "min", "maximum", "minimum", "median", "number", "count"}
UNITS_OF_COLUMNS = {
    "m",
    "km2",
    "m2",
    "sqkm",
    "sqm",
    "ha",
    "musd",
    "meur",
    "g",
    "kg",
    "lb",
    "lbs",
    "cm",
    "mm",
    "km",
    "ml",
    "usd",
    "eur",
    "gbp",
    "mb",
    "gb",
    "ms",
    "secs",
    "mins",
    "hrs",
}
_WHOLES = {"email": "address", "mail": "address", "phone": "number", "telephone": "number"}
_EXTREMES = {
    "max": ("maximum", "max", "highest", "largest", "greatest", "biggest"),
    "min": ("minimum", "min", "lowest", "smallest", "least"),
}


def turned(phrase: str) -> list[str]:
    """ "type of transaction" for "transaction type", "email address" for "email"."""
    said = phrase.casefold().replace("_", " ").split()
    whole = [f"{' '.join(said)} {_WHOLES[said[-1]]}"] if said and said[-1] in _WHOLES else []
    return [f"{said[-1]} of {' '.join(said[:-1])}"] if len(said) > 1 and said[-1] in _ASPECTS else whole


def dated(phrase: str) -> list[str]:
    """ "join date", "date joined" for `joined_on`, "due date" for `due_on`."""
    verb, _, rest = phrase.casefold().replace("_", " ").partition(" ")
    if rest not in ("on", "at", "date", "dt", "time", "day"):
        return []
    if not verb.endswith("ed"):
        return [f"{verb} date", *(f"{verb.removesuffix('e')}{ending} date" for ending in ("ing", "ed"))]
    return [f"date {verb}", *(f"{form} date" for form in (verb, verb[:-1], verb[:-2], f"{verb[:-2]}ing"))]


def unmeasured(phrase: str) -> str:
    """ "weight" for `weight_kg`: without the unit that ends it; "" where none does."""
    *said, last = phrase.casefold().replace("_", " ").split()
    return " ".join(said) if set(said) - _OF_ANYTHING and last in UNITS_OF_COLUMNS else ""


def numbered(phrase: str) -> list[str]:
    """ "pages" for `page_count`, "bedrooms" for `num_bedrooms`, "area" for `area_km2`: what a number of rows is said to be."""
    said = phrase.casefold().replace("_", " ")
    counted = re.fullmatch(r"(?:number of|num|no of|nr of) (.+)|(.+) (?:count|cnt)", said)
    return [found for found in (unmeasured(phrase), (counted[1] or counted[2]) if counted else "") if found]


def so_called(dimension: Dimension) -> list[str]:
    """What is said of those for whom it is true: "pool" of `has_pool`, "damaged" of `is_damaged`."""
    said = {phrase.casefold().replace("_", " ") for phrase in (dimension.name, dimension.label)}
    return sorted({re.sub(r"^(is|has|was|are|had|with) (an? )?", "", phrase) for phrase in said if phrase})


def averaged(phrase: str) -> list[str]:
    """ "average number of seats", "mean seats" for "average seats"."""
    first, _, rest = phrase.casefold().replace("_", " ").partition(" ")
    if first not in ("average", "avg", "mean") or not rest:
        return []
    return [f"{word} {of}{rest}" for word in ("average", "mean") for of in ("", "number of ")]


def extremes(phrase: str, agg: str) -> list[str]:
    """ "highest sale price", "maximum sale price" for a metric that is the greatest of rows and called "sale price max"."""
    said = phrase.casefold().replace("_", " ").split()
    alike = _EXTREMES.get(agg, ())
    if len(said) < 2 or not {said[0], said[-1]} & set(alike):
        return []
    rest = " ".join(said[1:] if said[0] in alike else said[:-1])
    return [f"{word} {rest}" for word in alike]
