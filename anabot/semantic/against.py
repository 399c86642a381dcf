"""Two times of the same rows, one against the other: in the month they signed up, after the due date, within 30 days of it.

Both are cut to one size, days or longer where they are counted. What lies between is counted in edges of that size, as a calendar
counts: from the last of a month to the next day is one month. A row that lacks one of the two is not chosen. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from sqlglot import exp

from anabot.errors import BadQuery
from anabot.periods import Grain
from anabot.semantic.bindings import Values
from anabot.semantic.catalog import METRIC_TIME, Slot, coarsest
from anabot.semantic.meaning import Meaning
from anabot.semantic.query import Against, Filter, fields_of, sets_times
from anabot.semantic.registry import Registry
from anabot.semantic.trees import DATED, copied, cut, grouped, moved, number

_Comparison = exp.EQ | exp.NEQ | exp.LT | exp.LTE | exp.GT | exp.GTE
_KINDS: dict[str, type[_Comparison]] = {
    "eq": exp.EQ, "ne": exp.NEQ, "lt": exp.LT, "le": exp.LTE, "gt": exp.GT, "ge": exp.GTE,
}  # fmt: skip
_IN_A_YEAR = {Grain.MONTH: 12, Grain.QUARTER: 4, Grain.FISCAL_QUARTER: 4}
_WHOLE = re.compile(r"-?[0-9]{1,6}")


def paired(part: Against, mean: Callable[[str], Meaning], registry: Registry) -> tuple[Meaning, Meaning]:
    """What the two names mean in the one size at which they are compared: the larger of theirs.

    Raises:
        BadQuery: one is no time, both are the same time, or they lie on several connections.
    """
    first, second = mean(part.field), mean(part.against)
    for each in (first, second):
        slot = each.any_slot
        if not slot.is_time or slot.grain is None:
            why = "Days, weeks, months, quarters and years of two times can be."
            raise BadQuery(f"`{each.name}` cannot be set against another time.", why=why, todo="Name two times in such a size.")
    grain = coarsest([slot.grain for each in (first, second) for slot in each.slots.values() if slot.grain is not None])
    first, second = (mean(f"{_base(each)}__{grain.value}") for each in (first, second))
    for leaf, slot in first.slots.items():
        other = second.slots[leaf]
        if slot.hops == other.hops and slot.element.name == other.element.name:
            raise BadQuery(f"`{part.field}` and `{part.against}` are one time.", todo="Set it against another one.")
        if _connection(registry, slot) != _connection(registry, other):
            why = "They lie on two connections, so that no row has both."
            raise BadQuery(f"`{part.field}` cannot be set against `{part.against}`.", why=why, todo="Ask for both side by side.")
    _check_values(part, grain)
    return first, second


def days_since(time: str) -> Against:
    """Rows' own time against another one, by days."""
    return Against(field=f"{METRIC_TIME}__day", against=f"{time.removesuffix('__day')}__day")


def compared(
    part: Against, first: exp.Expression, second: exp.Expression, grain: Grain, values: Values, fiscal_start: int
) -> exp.Expression:
    """The condition over two bare columns."""
    if not part.values:
        return _KINDS[part.op](this=cut(first, grain, fiscal_start), expression=cut(second, grain, fiscal_start))
    size = 7 if grain is Grain.WEEK else 1
    bound = [values.named(part, place, lambda text: _count(text, grain) * size) for place in range(len(part.values))]
    lying = grouped(between(first, second, grain, fiscal_start))
    if part.op == "between":
        return exp.Between(this=lying, low=bound[0], high=bound[1])
    return _KINDS[part.op](this=lying, expression=bound[0])


def between(first: exp.Expression, second: exp.Expression, grain: Grain, fiscal_start: int) -> exp.Expression:
    """How many edges of a size lie from the second time to the first; of weeks, seven times as many."""
    if grain in (Grain.DAY, Grain.WEEK):
        return exp.Sub(this=cut(first, grain, fiscal_start), expression=cut(second, grain, fiscal_start))
    if grain in (Grain.FISCAL_QUARTER, Grain.FISCAL_YEAR):
        first, second = (moved(each, 1 - fiscal_start, "month") for each in (first, second))
    years = exp.Sub(this=_part("YEAR", first), expression=_part("YEAR", second))
    many = _IN_A_YEAR.get(grain)
    if many is None:
        return years
    unit = "MONTH" if grain is Grain.MONTH else "QUARTER"
    beside = exp.Sub(this=_part(unit, copied(first)), expression=_part(unit, copied(second)))
    return exp.Add(this=exp.Mul(this=exp.Paren(this=years), expression=number(many)), expression=exp.Paren(this=beside))


def times_of(where: Iterable[Filter], fields: Mapping[str, Meaning]) -> dict[str, Meaning]:
    """The times that stand against each other in conditions."""
    return {name: fields[name] for name in fields_of(part for part in where if sets_times(part))}


def _part(unit: str, tree: exp.Expression) -> exp.Expression:
    return exp.Extract(this=exp.Var(this=unit), expression=tree)


def _base(meaning: Meaning) -> str:
    grain = meaning.any_slot.grain
    return meaning.name.removesuffix(f"__{grain.value}") if grain else meaning.name


def _connection(registry: Registry, slot: Slot) -> str:
    return registry.models[slot.element.model].connection


def _check_values(part: Against, grain: Grain) -> None:
    wanted = 2 if part.op == "between" else len(part.values) and 1
    if len(part.values) != wanted:
        raise BadQuery(f"`{part.op}` of two times takes {wanted} numbers.", todo="Write how many lie between them, as in `30`.")
    if part.values and grain not in DATED:
        raise BadQuery(f"How many {grain.value}s lie between two times is not counted.", todo="Count days, or longer.")
    for text in part.values:
        _count(text, grain)


def _count(text: str, grain: Grain) -> int:
    if not _WHOLE.fullmatch(text):
        raise BadQuery(f"`{text}` is no number of {grain.value}s that two dates may lie apart.", todo="Write it as in `30`.")
    return int(text)
