"""Run the statements of one question, each on its own connection, and merge what they give in a DuckDB of its own.

Those that wait for nothing run side by side. What another waits for is bound into it as a list of keys, where they are few.
Nothing is run that the door has not checked just before, no answer is merged that was cut off, and no row outlives the question.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sqlglot import exp

from anabot.access.proof import Allowed
from anabot.access.statements import Checked
from anabot.errors import BadQuery, WarehouseLimit
from anabot.semantic.bound import Lists, Wanted, bound, wanted
from anabot.semantic.pieces import MERGE, Crossing
from anabot.semantic.render import Prepared
from anabot.types import Cell, Statement
from anabot.warehouses.base import Result
from anabot.warehouses.columns import arrow

KEYS = 1_000  # as many keys are bound as a list; more are met in the merge, or refused where nothing but the list chooses
_LISTS = ("allows", "chooses")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Of one question. `part_rows` are those that one connection may give to be merged."""

    max_rows: int
    max_bytes: int
    timeout_s: float
    part_rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What one statement gave: `names` are its columns, as later ones call them."""

    prepared: Prepared
    names: tuple[str, ...]
    result: Result

    def column(self, name: str) -> tuple[Cell, ...]:
        """Its distinct values, without NULL."""
        place = self.names.index(name)
        return tuple(dict.fromkeys(row[place] for row in self.result.rows if row[place] is not None))


Check = Callable[[Prepared, Sequence[Allowed]], Checked]
Ask = Callable[[Statement, Limits], Result]


class Federation:
    """One question over several statements. `check` gives a statement that may run, `ask` runs it where it belongs."""

    def __init__(self, check: Check, ask: Ask, limits: Limits) -> None:
        self._check, self._ask, self._limits = check, ask, limits
        self._deadline = time.monotonic() + limits.timeout_s
        self._given: dict[str, Given] = {}
        self._allowed: list[Allowed] = []

    def run(self, prepared: Sequence[Prepared], crossings: Sequence[Crossing]) -> tuple[Result, tuple[str, ...]]:
        """The rows of the last statement, and what must be said of ids that were looked up in vain.

        Raises:
            WarehouseLimit: a part has more rows, or a row rule more keys, than may travel.
            BadQuery: what should describe a row once does it several times.
            WarehouseError: a connection failed.
        """
        *waiting, last = prepared
        names = {each.name for each in waiting}
        while waiting:
            ready = [each for each in waiting if all(name in self._given for name, _ in wanted(each, names))]
            self._fetch(ready)
            waiting = [each for each in waiting if each.name not in self._given]
        notes = tuple(note for each in crossings for note in self._crossed(each))
        statement, _ = self._ready(last)
        if last.connection != MERGE:
            return self._ask(statement, self._left(self._limits.max_rows)), notes
        return self._merged(statement), notes

    def _fetch(self, ready: Sequence[Prepared]) -> None:
        checked = [self._ready(each) for each in ready]
        with ThreadPoolExecutor(len(ready)) as pool:
            limits = [self._left(KEYS if each.role in _LISTS else self._limits.part_rows) for each in ready]
            results = list(pool.map(lambda one: self._ask(one[0][0], one[1]), zip(checked, limits, strict=True)))
        for each, (statement, tree), result in zip(ready, checked, results, strict=True):
            if result.truncated:
                raise _TOO_MANY.get(each.role, _too_many_rows)(each, self._limits.part_rows)
            given = Given(prepared=each, names=tuple(_named(each.tree)), result=result)
            self._given[each.name] = given
            if each.role == "allows":
                self._allowed.append(Allowed(tree=tree, params=statement.params, keys=given.column(given.names[0])))

    def _ready(self, prepared: Prepared) -> Checked:
        lists: Lists = {each: self._list(each) for each in wanted(prepared, self._given)}
        return self._check(bound(prepared, lists), self._allowed)

    def _list(self, one: Wanted) -> tuple[Cell, ...] | None:
        keys = self._given[one[0]].column(one[1])
        return keys if len(keys) <= KEYS else None

    def _left(self, max_rows: int) -> Limits:
        left = max(self._deadline - time.monotonic(), 0.01)
        return Limits(max_rows=max_rows, max_bytes=self._limits.max_bytes, timeout_s=left, part_rows=self._limits.part_rows)

    def _crossed(self, crossing: Crossing) -> list[str]:
        found = self._given[crossing.found]
        keys = [row[: crossing.keys] for row in found.result.rows]
        if len(set(keys)) < len(keys):
            raise _fans_out(crossing, found.prepared.connection)
        if crossing.asked is None:
            return []
        known = {str(key[0]) for key in keys}
        asked = self._given[crossing.asked[0]].column(crossing.asked[1])
        lacked = [each for each in asked if str(each) not in known]
        return [_lacking(crossing, len(lacked), len(asked))] if lacked else []

    def _merged(self, statement: Statement) -> Result:
        from anabot.warehouses.merge import merge  # brings the engine along, which a question of one connection does not need

        tables = {name: arrow(given.names, given.result.rows) for name, given in self._given.items()}
        left = self._left(self._limits.max_rows)
        return merge(statement, tables, max_rows=left.max_rows, max_bytes=left.max_bytes, timeout_s=left.timeout_s)


def _too_many_rows(prepared: Prepared, most: int) -> WarehouseLimit:
    return WarehouseLimit(
        f"More than {most:,} rows would have to travel from `{prepared.connection}`.",
        why="What the question asks for lies on several connections, and that many keys would have to be met outside of them.",
        todo="Ask for fewer breakdowns, a shorter period or a filter; ANABOT_PART_ROWS sets the limit.",
    )


def _too_many_allowed(prepared: Prepared, _: int) -> WarehouseLimit:
    return WarehouseLimit(
        "This cannot be answered for you.",
        why=f"Which rows you may see is decided on `{prepared.connection}`, by more than {KEYS:,} keys.",
        todo="Ask the data team to bring the rule's table to the connection of the rows.",
    )


def _too_many_chosen(prepared: Prepared, _: int) -> WarehouseLimit:
    return WarehouseLimit(
        f"A condition of this question chooses more than {KEYS:,} keys on `{prepared.connection}`.",
        why="A percentile, a balance or a conversion needs exactly the rows of those keys, and they lie on another connection.",
        todo="Ask with a narrower condition, or ask the data team to bring both to one connection.",
    )


_TOO_MANY = {"allows": _too_many_allowed, "chooses": _too_many_chosen}


def _fans_out(crossing: Crossing, connection: str) -> BadQuery:
    return BadQuery(
        f"`{crossing.model}` on `{connection}` has several rows for one `{crossing.entity}`.",
        why="Numbers would be counted more than once.",
        todo=f"Make `{crossing.entity}` unique there, or do not call it so.",
    )


def _lacking(crossing: Crossing, lacked: int, asked: int) -> str:
    are = "is" if lacked == 1 else "are"
    return f"{lacked:,} of {asked:,} ids of {crossing.entity} {are} not in the crosswalk {crossing.model}."


def _named(tree: exp.Expression) -> tuple[str, ...]:
    return tuple(each.alias_or_name for each in tree.selects) if isinstance(tree, exp.Query) else ()
