"""Halden under other names: every metric, dimension and value renamed, in the registry, the data and the questions.

The words of the language stay, and so do tables, columns, entities and people. It never changes a number or a date.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import yaml

from anabot.agent.offline import words as language
from anabot.agent.offline.causes import MOVES
from anabot.semantic.registry import Registry

# Letters that endings are told by stay: `stall`, `stalled` and `stalling` are still one word, as are `delivery` and its plural.
_FROM, _TO = "aiou" + "bcdfghjklmnpqrtvwz", "iuao" + "pqrtvwzbcdfghjklmn"
_LETTERS = str.maketrans(_FROM + _FROM.upper(), _TO + _TO.upper())
_DATE_WORDS = """
fiscal financial calendar iso fy q w h half ytd mtd qtd wtd ttm today yesterday tomorrow past next coming upcoming following
trailing rolling preceding ago back ahead out since until till through before after earlier later ever starting beginning
"""
_TABLES = (
    language.UNITS,
    language.MONTHS,
    language.WEEKDAYS,
    language.NUMBERS,
    language.ORDINALS,
    language.SCALES,
    language.MEASURES,
)
_PHRASES = sorted((" ".join(key) for key in language.OPERATORS if len(key) > 1), key=len, reverse=True)
LANGUAGE = {
    *language.FILLERS,
    *language.PREPOSITIONS,
    *(key[0] for key in language.OPERATORS if len(key) == 1),
    *(word for table in _TABLES for word in table),
    *_DATE_WORDS.split(),
    *MOVES,
}
_TOKEN = re.compile(rf"\bmetric_time|\b(?:{'|'.join(map(re.escape, _PHRASES))})\b|(?<!['’])[^\W\d_]+", re.I)
_WORD = re.compile(r"(.+?)(ings?|ies|ed|s|)")


def renamed(text: str) -> str:
    """The text with each word made up that is not the language's. No two words become one."""
    return _TOKEN.sub(lambda found: _made_up(found[0]), text)


def renamed_name(name: str) -> str:
    """A name as a query writes it; the entity before it stays: `customer__segment`."""
    entity, joint, last = name.rpartition("__")
    return entity + joint + renamed(last)


def _made_up(said: str) -> str:
    if said.lower() in LANGUAGE or " " in said or said == "metric_time":
        return said
    parts = _WORD.fullmatch(said) if len(said) > 3 else None
    made_up = parts[1].translate(_LETTERS) + parts[2] if parts else said.translate(_LETTERS)
    assert made_up.lower() not in LANGUAGE, said
    return made_up


# Where the semantic layer holds words and names; a `name` anywhere else stays.
_SAID = {"label", "synonyms", "word", "words", "title", "questions", "source"}
_NAMES = {
    *("metric", "metrics", "numerator", "denominator", "input_metrics", "not_the_same_as", "bridges", "filter"),
    *("dimension", "agg_time_dimension", "group_by", "default_group_by", "order_by"),
}
_NAMED = {"metrics", "dimension", "non_additive_dimension", "saved_queries"}
_SPOKEN_KEYS = {"values", "phrases", "where"}


def renamed_file(text: str) -> str:
    """A file of the semantic layer as the other company has it."""
    return yaml.safe_dump(_renamed(yaml.safe_load(text), ("", "")), allow_unicode=True, sort_keys=False)


def _renamed(node: Any, path: tuple[str, str]) -> Any:
    """`path` is the last two keys above the node."""
    if isinstance(node, list):
        return [_renamed(each, path) for each in node]
    if isinstance(node, str):
        return _leaf(node, *path)
    if not isinstance(node, dict):
        return node
    if node.get("type") == "derived":
        node["expr"] = renamed(node["expr"])
    if path[1] == "columns" and "dimension" in node:
        node["dimension"].setdefault("expr", node["name"])
    keys = {key: renamed(key) if path[1] in _SPOKEN_KEYS else key for key in node}
    return {keys[key]: _renamed(value, (path[1], key)) for key, value in node.items()}


def _leaf(text: str, above: str, key: str) -> str:
    if key in _SAID or above in {"values", "where", "defaults", "attributes"}:
        return renamed(text)
    if (
        key in _NAMES
        or (key == "name" and above in {*_NAMED, ""})
        or (above, key) in {("freshness", "by"), ("small_groups", "by")}
    ):
        return re.sub(r"'([^']*)'", lambda found: f"'{renamed_name(found[1])}'", text) if "'" in text else renamed_name(text)
    if key == "deny":
        model, _, dimension = text.partition(".")
        return f"{model}.{renamed(dimension)}"
    return text


def rename_values(warehouse: Path, registry: Registry) -> None:
    """Rename in place every text that a categorical dimension of the registry holds."""
    with duckdb.connect(str(warehouse)) as connection:
        for relation, column in sorted(_text_columns(registry, connection)):
            table = ".".join(relation)
            found = connection.execute(f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL").fetchall()
            held = [value for (value,) in found]
            new = [renamed(value) for value in held]
            assert len(set(new)) == len(held), column
            rows = "SELECT unnest(?) AS held, unnest(?) AS new"
            connection.execute(f"UPDATE {table} SET {column} = new FROM ({rows}) WHERE {column} = held", [held, new])


def _text_columns(registry: Registry, connection: duckdb.DuckDBPyConnection) -> set[tuple[tuple[str, ...], str]]:
    found = connection.execute("SELECT schema_name, table_name, column_name FROM duckdb_columns() WHERE data_type = 'VARCHAR'")
    texts = {((schema, table), column) for schema, table, column in found.fetchall()}
    dimensions = {
        (model.relation[-2:], dimension.expr)
        for model in registry.models.values()
        for dimension in model.dimensions.values()
        if dimension.kind == "categorical"
    }
    keys = {(model.relation[-2:], entity.expr) for model in registry.models.values() for entity in model.entities.values()}
    return (dimensions & texts) - keys
