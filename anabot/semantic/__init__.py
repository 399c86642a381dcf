"""The registry of metrics, and its compiler: a typed question and a grant in, SELECT trees out.

Pure: no file, no clock, no warehouse, no person.
"""

from anabot.semantic.catalog import dimensions_of
from anabot.semantic.loading import parse_registry
from anabot.semantic.names import nearest

__all__ = ["dimensions_of", "nearest", "parse_registry"]
