"""The registry of metrics, and its compiler: a typed question and a grant in, SELECT trees out.

Pure: no file, no clock, no warehouse, no person.
"""

from anabot.semantic.catalog import dimensions_of
from anabot.semantic.compiled import Compiled
from anabot.semantic.compiler import compile_distinct, compile_query, compile_values
from anabot.semantic.loading import parse_registry
from anabot.semantic.names import nearest
from anabot.semantic.render import Prepared, display_sql, render
from anabot.semantic.resolve import resolve
from anabot.semantic.search import find, search

__all__ = [
    "Compiled",
    "Prepared",
    "compile_distinct",
    "compile_query",
    "compile_values",
    "dimensions_of",
    "display_sql",
    "find",
    "nearest",
    "parse_registry",
    "render",
    "resolve",
    "search",
]
