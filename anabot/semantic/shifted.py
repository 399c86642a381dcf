"""A time spine beside itself, moved by periods of the company's own calendar: a day meets the day of the same place before.

The third day of this retail month meets the third day of the last one; a day whose place the earlier period lacks meets none.
Periods follow each other by their first moments: their names may sort otherwise. It never reads a metric's rows.
"""

from __future__ import annotations

from sqlglot import exp

from anabot.semantic.registry import TimeSpine
from anabot.semantic.trees import aliased, column, number, table

BEFORE = "moment_before"  # the column of the earlier moment; the spine's own columns keep their names
_SHOWN, _EARLIER, _PERIODS = "shown", "earlier", "periods"
_PERIOD, _PLACE, _FIRST = "period_number", "place_in_period", "period_start"


def shifted(spine: TimeSpine, count: int, custom: str) -> exp.Select:
    """The spine's moments and custom columns, each with the moment `count` periods of `custom` before."""
    period, place = column(_PERIOD, _SHOWN), column(_PLACE, _SHOWN)
    on = exp.And(
        this=exp.EQ(this=period, expression=exp.Add(this=column(_PERIOD, _EARLIER), expression=number(count))),
        expression=exp.EQ(this=place, expression=column(_PLACE, _EARLIER)),
    )
    shown, earlier = (_named(_numbered(spine, custom), alias) for alias in (_SHOWN, _EARLIER))
    select = exp.Select(from_=exp.From(this=shown), joins=[exp.Join(this=earlier, kind="INNER", on=on)])
    own = [aliased(column(name, _SHOWN), name) for name in _columns(spine)]
    select.set("expressions", [*own, aliased(column(spine.column, _EARLIER), BEFORE)])
    return select


def firsts(spine: TimeSpine, custom: str) -> exp.Select:
    """The first moment of each period of `custom`."""
    select = exp.Select(from_=exp.From(this=table(spine.relation, spine.name)))
    select.set("expressions", [aliased(exp.Min(this=column(spine.column)), _FIRST)])
    select.set("group", exp.Group(expressions=[column(spine.custom[custom])]))
    return select


def _numbered(spine: TimeSpine, custom: str) -> exp.Select:
    """Each moment with the number of its period, and its place within."""
    period, moment = column(spine.custom[custom], spine.name), column(spine.column, spine.name)
    place = exp.Window(this=exp.RowNumber(), partition_by=[period], order=_by(moment), over="OVER")
    names = [aliased(column(name, spine.name), name) for name in _columns(spine)]
    same = exp.EQ(this=period.copy(), expression=column(custom, _PERIODS))
    select = exp.Select(from_=exp.From(this=table(spine.relation, spine.name)))
    select.append("joins", exp.Join(this=_named(_periods(spine, custom), _PERIODS), kind="INNER", on=same))
    select.set("expressions", [*names, aliased(column(_PERIOD, _PERIODS), _PERIOD), aliased(place, _PLACE)])
    return select


def _periods(spine: TimeSpine, custom: str) -> exp.Select:
    """Each period with its number."""
    period = column(spine.custom[custom])
    number_of = exp.Window(this=exp.RowNumber(), order=_by(exp.Min(this=column(spine.column))), over="OVER")
    select = exp.Select(from_=exp.From(this=table(spine.relation, spine.name)))
    select.set("expressions", [aliased(period, custom), aliased(number_of, _PERIOD)])
    select.set("group", exp.Group(expressions=[period.copy()]))
    return select


def _columns(spine: TimeSpine) -> list[str]:
    return list(dict.fromkeys((spine.column, *spine.custom.values())))


def _by(tree: exp.Expression) -> exp.Order:
    return exp.Order(expressions=[exp.Ordered(this=tree, nulls_first=False)])


def _named(select: exp.Select, alias: str) -> exp.Subquery:
    return exp.Subquery(this=select, alias=exp.TableAlias(this=exp.Identifier(this=alias)))
