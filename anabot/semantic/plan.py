"""The algebra of a compiled question: a few frozen nodes over scalar SQL trees. Nothing here decides anything.

    Shown(Combined(Aggregated(Filtered(Joined(Scanned …)))))

rows    Scanned     the rows of one semantic model, under an alias
        Spread      … each repeated for the times of a spine at which it counts
        Joined      … with columns of another model, many-to-one, so that rows never multiply
        Filtered    … that meet all conditions
        Picked      … that stand at the first or last time of their group
parts   Listed      the keys of each row, as often as rows have them
        Aggregated  one row per distinct keys, with measures; without keys exactly one row
        Converted   one row per distinct keys of base rows, with an aggregate of the rows they were converted to
        Rolled      a part by days, of which one day, or the average, stands for each coarser time
        OnSpine     a part with a row for each time of a spine, whether the part has one or not
        Combined    several parts met on their keys, NULL-safe: a row where any part has one
whole   Shown       the columns people see: formulas over measures, conditions on them, order, limit
        Beside      … and columns told from all of its rows
        Again       … and its rows grouped once more, by fewer keys
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlglot import exp

from anabot.semantic.registry import SemanticModel, TimeSpine

Kind = Literal["number", "date", "time", "text", "unknown"]  # what a measure holds: decides the type of its absence
Named = tuple[tuple[str, exp.Expression], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """`only` are conditions over the model's own columns that no join can get around: a grant's row rules."""

    model: SemanticModel
    alias: str
    only: tuple[exp.Expression, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """The rows of `rows`, once for each row of `spine` that meets them under `on`.

    `shift` is (1, "retail_month"): beside each moment of the spine stands that of the same place one such period before.
    """

    spine: TimeSpine
    alias: str
    rows: Scanned
    on: exp.Expression
    shift: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """Another question's answer, to look things up in by its keys, or to count its rows."""

    plan: Shown
    alias: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpineScanned:
    """The moments of a spine."""

    spine: TimeSpine
    alias: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """`left`, with the one matching row of `right` or NULLs; `outer` keeps the rows of `right` that nothing matches."""

    left: Rows
    right: Scanned | Looked | SpineScanned
    on: exp.Expression
    outer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Filtered:
    """The rows of `rows` where all conditions are true."""

    rows: Rows
    conditions: tuple[exp.Expression, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """The rows of `rows` whose `time` is the first (min) or last (max) among those with equal `by`."""

    rows: Rows
    by: tuple[exp.Expression, ...]
    time: exp.Expression
    pick: Literal["min", "max"]


Rows = Scanned | Looked | SpineScanned | Spread | Joined | Filtered | Picked


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One aggregate, and the name formulas know it by. `absent` stands where there is nothing, before times are rolled up.

    `only` is the condition by which it chooses among the rows of its part, where they are not all its own.
    """

    name: str
    tree: exp.Expression
    kind: Kind = "number"
    absent: int | None = None
    only: exp.Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregated:
    """`rows` grouped by `keys`. Of each part: `present` is the name of a column that says 1 in each of its rows."""

    rows: Rows
    keys: Named
    measures: tuple[Measure, ...]
    present: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """`keys` of each of the `rows`, not told apart."""

    rows: Rows
    keys: Named


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """Each row of `conversions` counted with the keys of the last row of `base` that led to it.

    `conversions` are rows with the columns `value`, `time` and `match_<n>`; `matches` are what those meet in `base`, at `time`
    or up to `window` before.
    """

    base: Rows
    keys: Named
    time: exp.Expression
    matches: tuple[exp.Expression, ...]
    conversions: Rows
    columns: Named
    window: tuple[int, str] | None
    measures: tuple[Measure, ...]
    present: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rolled:
    """`part` without its key `time`: the measures of its first or last time, or their average, for the other keys."""

    part: Aggregated | OnSpine
    time: str
    how: Literal["first", "last", "average"]
    present: str = ""

    @property
    def keys(self) -> Named:
        """The keys that are left."""
        return tuple(key for key in self.part.keys if key[0] != self.time)

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Those of the part."""
        return self.part.measures


@dataclass(frozen=True, slots=True, kw_only=True)
class OnSpine:
    """`part` met from a spine: `times` are its time keys over the spine, `conditions` choose among its moments.

    `after` are conditions on the part's other keys that hold for the whole.
    """

    part: Aggregated | Converted
    spine: TimeSpine
    alias: str
    times: Named
    conditions: tuple[exp.Expression, ...] = ()
    after: tuple[exp.Expression, ...] = ()
    present: str = ""

    @property
    def keys(self) -> Named:
        """Those of the part."""
        return self.part.keys

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Those of the part."""
        return self.part.measures


Part = Aggregated | Converted | Rolled | OnSpine


@dataclass(frozen=True, slots=True, kw_only=True)
class Combined:
    """Parts with equal keys and different measures."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """All `columns` over the plain rows, some of them windows, and conditions on them that choose rows afterwards."""

    columns: Named
    kept: tuple[exp.Expression, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """The finished rows that are `kept`, grouped by `keys`; `columns` are aggregates of them."""

    keys: tuple[str, ...]
    kept: tuple[exp.Expression, ...]
    columns: Named


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """`columns` are formulas over measures; keys come first. `order` is (name, descending), those of `each` first.

    `limit` is of all rows, or where there is an `each`, of those that are alike in it.
    """

    rows: Part | Combined | Listed
    columns: Named
    having: tuple[exp.Expression, ...] = ()
    order: tuple[tuple[str, bool], ...] = ()
    limit: int | None = None
    each: tuple[str, ...] = ()
    beside: Beside | None = None
    again: Again | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of what it gives, in their order."""
        if self.again is not None:
            return (*self.again.keys, *(name for name, _ in self.again.columns))
        return tuple(name for name, _ in (self.beside or self).columns)
