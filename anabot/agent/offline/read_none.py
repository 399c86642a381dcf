"""Read who has none: "customers who have not ordered anything", "shops with no sales", "customers without an order".

They are asked for as all of their kind, of which those are kept for whom nothing was counted.
"""

from __future__ import annotations

from decimal import Decimal

from anabot.agent.offline.parser import Parser
from anabot.agent.offline.slots import Bound, Cut, Mention, Pick
from anabot.agent.offline.text import deeds, is_plural, is_verb

_RELATIVE = {"have", "has", "had", "do", "does", "did", "was", "were", "is", "are"}
_PUT_DOWN = ("recorded", "set", "given", "known", "assigned", "specified", "listed", "entered", "at all", "number", "address")
_ANYBODY = ("anyone", "anybody", "anything", "a thing", "any", "someone", "something", "yet", "before", "ever")
_NOBODY = ("nobody", "no one", "noone")
_USE = ("use", "used", "using")
_LEAVING = ("ignore", "ignoring", "exclude", "excludes", "excluding", "leave", "leaving", "except", "not", "omit", "omitting")
_TOO = ("including", "include")
_OUT = ("not", "without", "w/o")


def none(p: Parser, i: int) -> int:
    """ "with no orders", "that have zero sales", "who never placed an order"."""
    found = _counted(p, i + 1)
    nobody = p.at(i).text.casefold() in _NOBODY
    if found and _as_well(p, i):
        p.slots.every = True
        return found[1]
    related = nobody or p.at(i - 1).says("who") or p.before[i] & (_RELATIVE | {"with"})
    if not found and related and (end := _without_a_value(p, i)):
        return end
    if found is None or not related:
        p.slots.unknown.append(p.at(i).text)
        return i + 1
    return _without_any(p, i, *found)


def _as_well(p: Parser, i: int) -> bool:
    """ "…, including shops with no orders": not only those; what is named there again is no more than that."""
    too = p.at(i - 2).text
    if too.casefold() not in _TOO or too not in p.slots.unknown or p.cut(i - 1) is None:
        return False
    p.slots.unknown.remove(too)
    text = p.at(i - 1).text
    p.slots.misplaced[:] = [each for each in p.slots.misplaced if each != text]
    p.slots.bare[:] = [each for each in p.slots.bare if each.text != text]
    return True


def not_any(p: Parser, i: int) -> int | None:
    """ "who have not made any orders", "without orders": the index after it, or None where "not" means something else."""
    text = p.at(i).text.casefold()
    if text in _OUT and (end := _without_one(p, i)):
        return end
    text = text.removeprefix("is ").removeprefix("are ") if p.at(i - 1).says("who") else text  # "who are not enrolled"
    valued = p.entry(i + 1).values and not is_plural(p.at(i + 1).text) and "any" not in p.before_of(i + 1)
    found = _counted(p, i + 1) if text in _OUT and not valued else None  # "without credit", where that is a value, too
    asked = p.before[i] & _RELATIVE and "any" in p.before_of(i + 1) and bool(p.slots.cuts)  # "which shops have not had any sales"
    lacking = bool(p.before[i] & {"do", "does", "did"}) and "have" in p.before_of(i + 1)  # "do not have a phone number"
    related = text != "not" or p.at(i - 1).says("who") or asked or lacking
    if not found and text in _OUT and related and {"a", "an", "any"} & p.before_of(i + 1) and (end := _without_a_value(p, i)):
        return end
    return _without_any(p, i, *found) if found and related else None


def left_out(p: Parser, i: int) -> int | None:
    """ "ignoring clients without a town", "excluding those with no grade": only rows in which something stands there."""
    if p.at(i).text.casefold().split()[0] not in _LEAVING:
        return None
    j = i + 2 if p.at(i + 1).kind == "name" else i + 1
    without = p.at(j).says("not") and p.at(j).text.casefold() in ("without", "w/o")
    without |= p.at(j).says("none") and p.at(j).text.casefold() == "no" and "with" in p.before_of(j)
    cut = p.cut(j + 1) if without else None
    if cut is None or not set(cut.dimensions) & _had_by(p, i + 1, j) or _yes(p, j + 1):
        return None
    p.slots.blank.append((cut, True))
    return j + 1 + cut.size


def _had_by(p: Parser, i: int, end: int) -> set[tuple[str, str]]:
    """The dimensions of the things named at `i`, or of those counted where none are named."""
    noun, models, metrics = p.entry(i), p.lexicon.registry.models, p.lexicon.registry.metrics
    named = i < end
    counted = noun.metrics if named else [name for mention in p.slots.mentions for name in mention.metrics]
    reached = {(ref.dimension.model, ref.dimension.name) for name in counted for ref in p.lexicon.reach(name)}
    owners = {*noun.models, *(model for model, _ in noun.dimensions)} if named else set()
    owners |= {metrics[name].model for name in counted} - {""}
    return reached | {(model, name) for model in owners for name in models[model].dimensions}


def with_one(p: Parser, i: int) -> int | None:
    """ "orders with a channel", "orders that used a coupon": rows in which something stands there, and no number beside them."""
    used = p.at(i - 1).says("verb") and p.at(i - 1).text.casefold() in _USE
    if not ("with" in p.before[i] or used) or not {"a", "an", "any"} & p.before[i]:
        return None
    return _of_the_counted(p, i, left_out=True)


def _without_one(p: Parser, i: int) -> int | None:
    """ "orders without a coupon", "that did not use a coupon": also where that is counted elsewhere."""
    used = p.at(i + 1).says("verb") and p.at(i + 1).text.casefold() in _USE
    at = i + 2 if used else i + 1
    if is_plural(p.at(at).text) or (p.at(i).text.casefold() == "not" and not used):
        return None
    if not used and p.entry(at).values and not {"a", "an", "any"} & p.before_of(at):
        return None  # "orders without phone", where that is one of the channels
    return _of_the_counted(p, at, left_out=False)


def _of_the_counted(p: Parser, i: int, *, left_out: bool) -> int | None:
    cut = p.cut(i)
    if not p.slots.mentions or cut is None or not cut.dimensions or _yes(p, i):
        return None
    end = i + cut.size
    if left_out and p.at(end).when and _is_time(p, cut):
        return None  # "with an end date in May": of those days, and not of any
    reached = p.lexicon.reach(*(name for mention in p.slots.mentions for name in mention.metrics))
    leads = {(ref.dimension.model, ref.dimension.name) for ref in reached} & set(cut.dimensions)
    if not leads or p.entry(end).values or p.at(end).kind in ("unknown", "number") or p.at(end).says("match", "who", "is"):
        return None
    p.slots.blank.append((cut, left_out))
    return end


def _is_time(p: Parser, cut: Cut) -> bool:
    return all(p.lexicon.registry.models[model].dimensions[name].kind == "time" for model, name in cut.dimensions)


def _without_a_value(p: Parser, i: int) -> int | None:
    """ "with no tier recorded", "without a channel": rows in which nothing stands there."""
    cut = p.cut(i + 1)
    if cut is None or not cut.dimensions or _yes(p, i + 1):
        return None
    p.slots.blank.append((cut, False))
    end = i + 1 + cut.size
    return end + 1 if p.at(end).text.casefold() in _PUT_DOWN and not p.before_of(end) else end


def _yes(p: Parser, i: int) -> bool:
    """Whether the name at `i` also says that something is so: "a pool"."""
    return any(value == "true" for _, _, value in p.entry(i).values)


def blank(p: Parser, i: int) -> int:
    """ "where the tier is unknown", "missing channel", "the channel is not missing"; a value that is spelled so is that value."""
    at, negated = i - 1, False
    while p.at(at).says("is", "not"):
        negated ^= p.at(at).says("not")
        at -= 1
    before, after = p.cut(at), p.cut(i + 1)
    cut = before if before and before.dimensions else after if after and after.dimensions and not p.before_of(i + 1) else None
    if cut is None:
        p.slots.unknown.append(p.at(i).text)
        return i + 1
    _take_back(p, cut)
    held = {home: p.lexicon.values.by_dimension.get(home, ()) for home in cut.dimensions}
    spelled = tuple(
        (*home, value) for home, values in held.items() for value in values if value.casefold() == p.at(i).text.casefold()
    )
    if spelled:
        p.slots.picks.append(Pick(values=spelled, text=p.at(i).text, negated=negated))
    else:
        p.slots.blank.append((cut, negated))
    return i + 1 if cut is before else i + 1 + cut.size


def _take_back(p: Parser, cut: Cut) -> None:
    """The dimension before it stood in no place that fits, until now."""
    p.slots.bare[:] = [each for each in p.slots.bare if each.text != cut.text]
    p.slots.misplaced[:] = [text for text in p.slots.misplaced if text != cut.text]


def _counted(p: Parser, i: int) -> tuple[Mention, int] | None:
    """What is counted, after a verb or not, and the index after it."""
    status = p.entry(i).only_values and is_verb(p.at(i).text.casefold())  # "nobody applied", where that is a stage, too
    said = p.at(i).text if p.at(i).kind == "unknown" or status else ""
    did = p.lexicon.deed(said) or (p.lexicon.alone(said) if is_verb(said.casefold()) else [])
    doers = {name for mention in p.slots.mentions for name in mention.metrics}  # sellers are not what they have sold
    nouns = sorted(deeds(said.casefold())) if said else []
    did = [name for name in did if name not in doers] or [
        name for noun in nouns for name in p.lexicon.alone(noun) if name not in doers
    ]
    some = p.at(i + 1).kind == "name" and "any" in p.before_of(i + 1)  # "not enrolled in any course"
    if len(did) == 1 and (some or p.at(i + 1).kind != "name"):  # "have not treated anyone"
        end = i + 2 if some or p.at(i + 1).text.casefold() in _ANYBODY else i + 1
        return Mention(metrics=(did[0],), text=p.at(i).text), end
    at = i + 1 if p.at(i).says("verb") or (p.at(i).kind == "unknown" and p.at(i + 1).kind == "name") else i
    mention = p.mention(at) if p.at(at).kind == "name" and (not p.entry(at).values or p.entry(at).metrics) else None
    return (mention, at + 1) if mention else None


def _without_any(p: Parser, i: int, mention: Mention, end: int) -> int:
    zero = (Decimal(0),)
    text = " ".join(tag.text for tag in p.tags[i:end])
    p.slots.bounds.append(Bound(op="eq", numbers=zero, text=text, mention=mention))
    p.slots.every = p.slots.none = True
    return end


def records(p: Parser, i: int) -> int:
    """ "sales records": the rows of what was just named."""
    if p.at(i - 1).kind != "name" or p.before[i]:
        p.slots.unknown.append(p.at(i).text)
    return i + 1
