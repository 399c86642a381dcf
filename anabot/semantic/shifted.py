"""A time spine beside itself, moved by periods of the company's own calendar: a day meets the day of the same place before.

The third day of this retail month meets the third day of the last one; a day whose place the earlier period lacks meets none.
It never reads a metric's rows.
"""

from __future__ import annotations

from sqlglot import exp

from anabot.semantic.registry import TimeSpine
from anabot.semantic.trees import aliased, column, number, table

BEFORE = "moment_before"  # the column of the earlier moment; the spine's own columns keep their names
_SHOWN, _EARLIER, _PERIOD, _PLACE = "shown", "earlier", "period_number", "place_in_period"


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


def _numbered(spine: TimeSpine, custom: str) -> exp.Select:
    """Each moment with the number of its period, and its place within."""
    period = column(spine.custom[custom])
    number_of = exp.Window(this=exp.DenseRank(), order=_by(period), over="OVER")
    place = exp.Window(this=exp.RowNumber(), partition_by=[period.copy()], order=_by(column(spine.column)), over="OVER")
    columns = [aliased(column(name), name) for name in _columns(spine)]
    return exp.Select(
        expressions=[*columns, aliased(number_of, _PERIOD), aliased(place, _PLACE)],
        from_=exp.From(this=table(spine.relation, spine.name)),
    )


def _columns(spine: TimeSpine) -> list[str]:
    return list(dict.fromkeys((spine.column, *spine.custom.values())))


def _by(tree: exp.Expression) -> exp.Order:
    return exp.Order(expressions=[exp.Ordered(this=tree, nulls_first=False)])


def _named(select: exp.Select, alias: str) -> exp.Subquery:
    return exp.Subquery(this=select, alias=exp.TableAlias(this=exp.Identifier(this=alias)))
