"""A compiled tree → text for a driver, or for people. Values stay apart from the text, except where people read it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Literal

from sqlglot import exp

from anabot.semantic.masks import Secret
from anabot.semantic.trees import MARK
from anabot.types import Cell, Statement

_MARK = re.compile(rf"(?:\$|:|%\()?{MARK[0]}(\d+){MARK[1]}(?:\)s)?")  # a placeholder as any of the dialects writes it


class Written:
    """The text of one tree, made once. `pieces` lie around its placeholders, whose numbers are `numbers`."""

    def __init__(self, tree: exp.Expression, dialect: str) -> None:
        self.tree, self.dialect = tree, dialect

    @cached_property
    def text(self) -> tuple[str, tuple[int, ...]]:
        """The text with the dialect's own placeholders, and the number of each in the order of the text."""
        pieces = _MARK.split(self.tree.sql(dialect=self.dialect))
        numbers, texts = tuple(int(number) for number in pieces[1::2]), pieces[::2]
        if self.dialect == "postgres" and numbers:
            texts = [text.replace("%", "%%") for text in texts]
        marked = "".join(_mark(self.dialect, place) + piece for place, piece in enumerate(texts[1:], 1))
        return texts[0] + marked, numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """One SELECT for one connection. Its placeholders are numbered; `values[n]` is what number n stands for.

    The tree may be that of other questions, too: it is read, and never changed.

    Where a question takes several, those before the answer have a name, under which later ones read their rows: parts of the
    answer, rows that only describe others, keys that choose among others, or the keys that a row rule allows.
    """

    connection: str
    dialect: str
    tree: exp.Expression
    values: tuple[Cell, ...] = field(default=())
    role: Literal["answer", "part", "describes", "chooses", "allows"] = "answer"
    name: str = ""
    written: Written | None = field(default=None, compare=False, repr=False)  # kept with a plan, for all that it serves


def render(prepared: Prepared) -> Statement:
    """Text with the dialect's own placeholders, and the values in the order of the text.

    DuckDB gets `$1`, PostgreSQL `%s` (with `%%` for a percent sign, as psycopg reads it), Snowflake `?`.
    """
    written, tree, dialect = prepared.written, prepared.tree, prepared.dialect
    if written is None or written.tree is not tree or written.dialect != dialect:  # what is bound anew has another tree
        written = Written(tree, dialect)
    text, numbers = written.text
    params = tuple(_plain(prepared.values[number]) for number in numbers)
    return Statement(connection=prepared.connection, dialect=dialect, text=text, params=params)


def display_sql(prepared: Prepared) -> str:
    """The statement as people read it: laid out, values in place but for secrets. Never to be run."""
    tree = prepared.tree.copy()
    for node in list(tree.find_all(exp.Placeholder)):
        value = prepared.values[int(node.name.strip(MARK))]
        node.replace(literal("…" if isinstance(value, Secret) else value))
    return tree.sql(dialect=prepared.dialect, pretty=True)


def literal(value: Cell) -> exp.Expression:
    """A value as SQL shows it."""
    if value is None:
        return exp.Null()
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, int | float | Decimal):
        return exp.Literal.number(format(value, "f") if isinstance(value, Decimal) else str(value))
    if isinstance(value, dt.datetime):
        return exp.cast(exp.Literal.string(value.isoformat(sep=" ")), "TIMESTAMP")
    if isinstance(value, dt.date):
        return exp.cast(exp.Literal.string(value.isoformat()), "DATE")
    return exp.Literal.string(value)


def _plain(value: Cell) -> Cell:
    return str(value) if isinstance(value, Secret) else value


def _mark(dialect: str, place: int) -> str:
    return {"duckdb": f"${place}", "postgres": "%s"}.get(dialect, "?")
