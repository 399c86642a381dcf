"""A plan over several connections → one plan for each, and the same plan again over what they give.

Parts of one connection stay together, in one SELECT there, whole. A part whose rows are described by another connection's is
taken apart: see `crossed`. What is met, compared, ordered and cut at the end is met by the algebra that meets parts of one
connection. Pure.
"""

from __future__ import annotations

from dataclasses import replace

from anabot.semantic.crossed import Crossed
from anabot.semantic.pieces import Piece, Pieces, connection_of, fetched, lies_apart, too_far, whole
from anabot.semantic.plan import Aggregated, Combined, Filtered, Listed, Measure, OnSpine, Part, Rolled, Shown, SpineScanned
from anabot.semantic.trees import column, number


def split(plan: Shown) -> tuple[Pieces, Shown]:
    """The pieces to ask, in order, and the plan that merges their answers.

    Raises:
        BadQuery: what cannot be computed without carrying rows that the answer does not need.
    """
    rows, pieces = plan.rows, Pieces()
    if isinstance(rows, Listed):
        raise too_far("Its values lie on several connections.", "Ask for the names of one connection at a time.")
    parts = rows.parts if isinstance(rows, Combined) else (rows,)
    near: dict[str, list[Part]] = {}
    for part in parts:
        if not lies_apart(part):
            near.setdefault(connection_of(part), []).append(part)
    merged: list[Part] = [_near(connection, tuple(group), pieces) for connection, group in near.items()]
    merged += [replace(_far(part, pieces), present=part.present) for part in parts if lies_apart(part)]
    return pieces, replace(plan, rows=merged[0] if len(merged) == 1 else Combined(parts=tuple(merged)))


def _near(connection: str, parts: tuple[Part, ...], pieces: Pieces) -> Part:
    name = pieces.name(connection)
    pieces.found.append(Piece(name=name, connection=connection, plan=whole(parts)))
    keys, measures = [key for key, _ in parts[0].keys], [each for part in parts for each in part.measures]
    if len(parts) == 1:
        return replace(fetched(name, keys, measures), present=parts[0].present)
    return fetched(name, keys, [*measures, *(Measure(name=part.present, tree=number(1)) for part in parts if part.present)])


def _far(part: Part, pieces: Pieces) -> Part:
    match part:
        case Rolled():
            inner = _far(part.part, pieces)
            assert isinstance(inner, Aggregated | OnSpine), "what is counted by days stays so"
            return replace(part, part=inner)
        case OnSpine():
            return _on_spine(part, pieces)
    return Crossed(part, pieces).part()


def _on_spine(part: OnSpine, pieces: Pieces) -> Part:
    """The moments that are shown come from their own connection; the part is laid over them at the end."""
    inner, name = _far(part.part, pieces), pieces.name(part.spine.connection)
    assert isinstance(inner, Aggregated), "what cannot be laid over a spine was refused"
    rows = SpineScanned(spine=part.spine, alias=part.alias)
    kept = Filtered(rows=rows, conditions=part.conditions) if part.conditions else rows
    moments = Aggregated(rows=kept, keys=part.times, measures=())
    pieces.found.append(Piece(name=name, connection=part.spine.connection, plan=whole((moments,))))
    spine = replace(part.spine, relation=(name,))
    times = tuple((key, column(key, part.alias)) for key, _ in part.times)
    return replace(part, part=inner, spine=spine, times=times, conditions=())
