"""Say which table or column a warehouse lacks, by the table's own name and not by what the statement calls it. Runs nothing."""

from __future__ import annotations

import re

import sqlglot
from sqlglot import exp

from anabot.errors import WarehouseLacks
from anabot.types import Statement

_COLUMN = (
    re.compile(r'Table "(?P<table>[^"]+)" does not have a column named "(?P<column>[^"]+)"'),
    re.compile(r'Referenced column "(?P<column>[^"]+)" not found'),
    re.compile(r"column (?P<table>\w+)\.(?P<column>\w+) does not exist"),
    re.compile(r'column "(?P<column>[^"]+)" does not exist'),
)
_TABLE = (
    re.compile(r'Table with name "?(?P<table>[^\s"]+)"? does not exist'),
    re.compile(r'relation "(?P<table>[^"]+)" does not exist'),
)


def lacking(message: str, statement: Statement) -> WarehouseLacks:
    """The error of a statement that names what is not there. `message` is the driver's, of which only names are repeated."""
    return WarehouseLacks(
        "The warehouse does not have what the registry names.",
        why=_why(message, statement),
        todo="Rebuild the warehouse if it is older, or correct the model in the semantic layer; then run `anabot check`.",
    )


def _why(message: str, statement: Statement) -> str:
    column = next((found for pattern in _COLUMN if (found := pattern.search(message))), None)
    if column is not None:
        table = column.groupdict().get("table")
        where = f"`{_real(table, statement)}`" if table else "What it reads"
        return f"{where} has no column `{column['column']}`."
    table_found = next((found for pattern in _TABLE if (found := pattern.search(message))), None)
    if table_found is not None:
        return f"There is no table `{_real(table_found['table'], statement)}`."
    first = message.splitlines()[0] if message else ""
    return first.partition("Error: ")[2] or first


def _real(called: str, statement: Statement) -> str:
    """The whole name of the table that the statement calls so."""
    for table in sqlglot.parse_one(statement.text, dialect=statement.dialect).find_all(exp.Table):
        around = table.find_ancestor(exp.Subquery)
        if called in (table.name, table.alias, around.alias if around else ""):
            return ".".join(part.name for part in table.parts)
    return called
