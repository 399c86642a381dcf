"""Read the values of a clause: those to keep, in the places where a value belongs, and those to leave out.

A value in no place that fits is misplaced, never dropped, and so is a negation that nothing follows.
"""

from __future__ import annotations

from dataclasses import replace

from anabot.agent.offline import roles, whose
from anabot.agent.offline.counting import says_plural
from anabot.agent.offline.lexicon import DimensionId
from anabot.agent.offline.parser import BOUNDS, PLACES, Parser
from anabot.agent.offline.read_cuts import more_values, of_both, value_beside_dimension
from anabot.agent.offline.read_none import left_out, not_any
from anabot.agent.offline.read_numbers import bound
from anabot.agent.offline.slots import Cut, Pick
from anabot.agent.offline.text import is_plural, is_verb
from anabot.agent.offline.words import BEGINNINGS

_PLACES_VALUE = PLACES | {"on", "to", "with", "via", "through"}
ARTICLES = {"the", "our", "a", "an"}
_COPULA = ARTICLES | {"is", "are", "was", "were", "be", "been", "still", "already"}
AUXILIARIES = {"did", "does", "do", "has", "have", "had"}
_BEING = {"is", "are", "was", "were"}


def placed_value(p: Parser, i: int) -> int | None:
    """A word that is both a metric and a value is the value after "in", "for" or "only", when another phrase names the metric."""
    entry = p.entry(i)
    beside = _beside_a_value(p, i)
    if not entry.values or entry.only_values or not (p.before[i] & PLACES or beside or p.at(i - 1).says("only")):
        return None
    others = any(p.mention(k) for k in range(len(p.tags)) if k != i) or p.slots.phrases
    if others and beside:
        p.slots.picks.append(Pick(values=tuple(entry.values), text=p.at(i).text, contrasted=_against(p, i + 1)))
        return i + 1
    return value(p, i) if others else None


def _beside_a_value(p: Parser, i: int) -> bool:
    """ "emergency and elective admissions": in a list with a value of its own dimension it is a value, too."""
    homes = {value[:2] for value in p.entry(i).values}
    for joint, other in ((i + 1, i + 2), (i - 1, i - 2)):
        if (p.joined(joint) or p.at(joint).says("vs")) and homes & {value[:2] for value in p.entry(other).values}:
            return True
    return False


def is_noun_of_value(p: Parser, i: int) -> bool:
    """ "… for gold customers": after a value that was placed by a preposition, a metric's word only names whose value it is."""
    first = i - 1
    while first > 1 and p.joined(first - 1) and p.entry(first - 2).values:
        first -= 2  # "for Toyota, Honda and Ford cars"
    placed = bool(p.entry(i - 1).values) and bool(p.before[first] & _PLACES_VALUE) and not p.before[i]
    done = any(tag.kind == "unknown" and p.lexicon.deed(tag.text) for tag in p.tags[:first])
    return placed and (done or any(p.mention(k) for k in range(first)))


def value(p: Parser, i: int) -> int | None:
    """A value to keep, where one may stand; None where the phrase is no value."""
    if not p.entry(i).values:
        return None
    if _begins(p, i):
        p.slots.verbs.append(p.at(i).text)
        p.slots.notes.append(f"“{p.at(i).text}” is read as when that was done, and not as what has become of it since.")
        return i + 1
    if not _placed(p, i):
        return p.misplace(i)
    contrasted = p.at(i - 1).says("vs") or _against(p, i + 1)
    named = not p.before[i] and bool(p.mention(i - 1))
    done = p.at(i - 1).kind == "unknown" and is_verb(p.at(i - 1).text.casefold())  # "were sold at the desk"
    told = named or done or p.at(i - 1).says("verb") or bool(p.before[i] & (AUXILIARIES | _BEING))
    ahead = not told and not (p.before[i] - {"of"}) & PLACES and not p.before_of(i + 1) and bool(p.mention(i + 1))
    pick = Pick(
        values=tuple(p.entry(i).values),
        text=p.at(i).text,
        contrasted=contrasted,
        told=told,
        ahead=ahead,
        role=roles.said(p, i),
        owners=whose.owners(p, i),
    )
    counted = {"how", "many"} <= p.before_of(i) or p.at(i - 1).says("count") or _is_whose(p, i)
    listed = _in_list(p, i)
    pick = replace(pick, owners=p.slots.picks[-1].owners) if listed else pick
    if listed and p.slots.picks[-1].counted:
        counted, pick = True, _each_of(p, i, pick)
    both = listed and p.at(i - 1).text.casefold() == "and" and of_both(p, i)
    p.slots.picks.append(replace(pick, counted=counted or (i == 0 and says_plural(pick)), listed=listed, both=both))
    return i + 1


def _begins(p: Parser, i: int) -> bool:
    """ "orders placed in May", where a status is called so, too: whatever has become of them since, all were placed then."""
    mention, homes = p.mention(i - 1), {value[:2] for value in p.entry(i).values}
    models = {p.lexicon.registry.metrics[name].model for name in mention.metrics} if mention else set()
    return (
        (p.at(i).text.casefold() in BEGINNINGS or _becomes_another(p, i, homes))
        and p.before[i] <= {"were", "was", "we", "had", "that"}
        and p.at(i + 1).kind == "date"
        and bool(models & {model for model, _ in homes})
    )


def _becomes_another(p: Parser, i: int, homes: set[DimensionId]) -> bool:
    """ "quotes sent in May that were lost": a quote has one status, so the first is what was done then."""
    later = [k for k in range(i + 2, len(p.tags)) if p.entry(k).only_values and p.before_of(k) & _BEING]
    return is_verb(p.at(i).text.casefold()) and any(homes & {value[:2] for value in p.entry(k).values} for k in later)


def stays(p: Parser, i: int) -> int:
    """ "sitting in review", "stuck at customs": what a value says anyway; of anything else it would say more."""
    if not p.entry(i + 1).values:
        p.slots.unknown.append(p.at(i).text)
    return i + 1


def _is_whose(p: Parser, i: int) -> bool:
    """ "what is the capital of Velmora": the one of which that is true is asked for, by its name."""
    if i == 0 and {"what", "are", "the"} <= p.before[i] and says_plural(Pick(values=tuple(p.entry(i).values), text=p.at(i).text)):
        p.slots.lists = True  # "what are the capitals of the North"
        return True
    one = i == 0 and {"what", "the"} <= p.before[i] and not is_plural(p.at(i).text)
    whose = p.entry(i + 1).only_values and "of" in p.before_of(i + 1) and p.at(i + 2).kind == "stop"
    if not (one and whose) or any(value != "true" for _, _, value in p.entry(i).values):
        return False
    p.slots.lists = True
    return True


def _in_list(p: Parser, i: int) -> bool:
    """Whether the value at `i` goes on with a list: "for Harbour and Castle", "Harbour, Market or Castle"."""
    j = i - 1
    while p.joined(j):
        j -= 1
    beside = j < i - 1 and bool(p.slots.picks) and p.slots.picks[-1].text == p.at(j).text
    return beside and not p.before_of(i) & _PLACES_VALUE


def _against(p: Parser, i: int) -> bool:
    """Whether a value stands against another one: "Japan vs Peru", and not "Japan vs last year"."""
    other = p.at(i + 1)
    return p.at(i).says("vs") and not (other.when or other.says("elided", "same_year", "over", "change"))


def _each_of(p: Parser, i: int, pick: Pick) -> Pick:
    """ "how many payments and refunds" asks for each of them; "payments or refunds" for both together."""
    apart = p.at(i - 1).text.casefold() != "or" and not p.slots.share
    p.slots.picks[:] = [replace(each, contrasted=apart) if each.counted else each for each in p.slots.picks]
    return replace(pick, contrasted=apart)


def _placed(p: Parser, i: int) -> bool:
    """Whether a value stands where one belongs: after "in" or "for", right beside a name, or alone in a follow-up."""
    before, after = p.at(i - 1), p.at(i + 1)
    if {"how", "many"} <= p.before[i] or (after.says("gt") and p.entry(i + 2).values):
        return True
    if p.before[i] & (_PLACES_VALUE | AUXILIARIES) or after.says("vs", "share", "only"):
        return True
    if i and p.before[i] <= _COPULA and before.kind in ("name", "question", "date", "comma", "operator", "unknown"):
        return True
    if after.kind in ("name", "question") and p.before[i + 1] <= ARTICLES:
        return True
    return _heads_list(p, i) or not any(p.mention(k) for k in range(len(p.tags)))


def _heads_list(p: Parser, i: int) -> bool:
    """ "Harbour, Market and Castle orders": the last of a list is placed, and so are those before it."""
    j = i + 1
    while p.joined(j):
        j += 1
    return j > i + 1 and bool(p.entry(j).only_values and p.entry(j).values) and not p.before[j] and _placed(p, j)


def leave_out(p: Parser, i: int) -> int:
    """ "excluding X and Y", "not in X"."""
    if (end := _yes_and_no(p, i) or left_out(p, i)) is not None:
        return end
    if (end := not_any(p, i)) is not None:
        return end
    p.slots.nots += [p.at(i + 1).text] if p.at(i + 1).kind == "unknown" else []
    if p.at(i + 1).kind == "unknown" or p.at(i + 1).says("weekdays", "blank"):
        return i + 1
    when, said = p.at(i + 1).when, p.at(i + 1).text.casefold()
    if when and when.unit and when.unit != "day" and said.startswith(("this ", "current ", "the current ")):
        p.slots.without = when.unit  # "not including this month"
        return i + 2
    end = value_beside_dimension(p, i + 1, negated=True)
    if end is not None:
        return end
    if p.at(i + 1).says("verb") and p.at(i + 2).says("by") and p.entry(i + 3).values:
        return _left_out(p, i + 3)  # "orders not placed by gold customers"
    if p.at(i + 1).says("verb") and p.before_of(i + 2) & PLACES and p.entry(i + 2).values:
        return _left_out(p, i + 2)  # "orders not made in Castle"
    return _were_not(p, i) if p.entry(i + 1).values else p.misplace(i)


def _were_not(p: Parser, i: int) -> int:
    """ "orders that were not online": told of them, where a verb of being stands before."""
    first = len(p.slots.picks)
    end = more_values(p, i + 1, True, first=True)
    named = not p.before_of(i) and bool(p.mention(i - 1)) and p.at(i).text.casefold() == "not"
    if named or {*p.before_of(i), *p.at(i).text.casefold().split()} & (AUXILIARIES | _BEING):
        p.slots.picks[first:] = [replace(pick, told=True) for pick in p.slots.picks[first:]]
    return end


def _yes_and_no(p: Parser, i: int) -> int | None:
    """ "gift and non-gift orders", "gifts vs not gifts": what is so and what is not, side by side."""
    said, last = p.entry(i + 1).values, next(reversed(p.slots.picks), None)
    truths = last and all(value == "true" for _, _, value in last.values)
    if not truths or last is None or not (p.joined(i - 1) or p.at(i - 1).says("vs")) or set(said) != set(last.values):
        return None
    p.slots.picks.pop()
    p.slots.cuts.append(Cut(text=last.text, dimensions=tuple((model, name) for model, name, _ in last.values)))
    named = not p.mention(i + 2) or any(p.mention(k) for k in range(i))
    return i + 3 if p.at(i + 2).kind == "name" and named and not p.before_of(i + 2) else i + 2


def _left_out(p: Parser, i: int) -> int:
    """The values of a list that is left out, with what they are values of."""
    end = value_beside_dimension(p, i, negated=True)
    return more_values(p, i, True, first=True) if end is None else end


def drop(p: Parser, i: int) -> int:
    """ "drop anyone under 5 deals", "drop those in X"."""
    if p.at(i + 1).says(*BOUNDS):
        return bound(p, i + 1, dropped=True)
    return more_values(p, i + 1, True, first=True) if p.entry(i + 1).values else p.misplace(i)


def restore(p: Parser, i: int) -> int:
    """ "put Mexico back": what was left out before counts again."""
    if not p.entry(i + 1).values:
        return p.misplace(i)
    first = len(p.slots.picks)
    end = more_values(p, i + 1, False, first=True)
    p.slots.restored += p.slots.picks[first:]
    del p.slots.picks[first:]
    return end


def nickname(p: Parser, i: int) -> int:
    """Keep the values of the list, and say that it is what the name before it means."""
    tag, entry = p.at(i), p.entry(i)
    p.slots.picks.append(Pick(values=tuple(entry.values), text=tag.text))
    values = "; ".join(value for _, _, value in entry.values)
    p.slots.notes.append(f"“{tag.detail}” is read as the list after it: {values.removesuffix('.')}.")
    return i + 1
