"""The tables that one digest shows in part, each whole under a name of its own, for whoever posts it. Pure; it writes no file."""

from __future__ import annotations

import re
from itertools import count

from anabot.playbooks.view import Result
from anabot.types import Table

_MOST_NAME = 50


class Files:
    """Collects while words are rendered. One table is one file, however often it is shown."""

    def __init__(self) -> None:
        self.tables: dict[str, Table] = {}

    def attach(self, result: Result) -> str:
        """What the result's file is called: `top-shops` for the query `top_shops`, and `top-shops-2` for other rows of it."""
        stem = re.sub("_+", "-", result.name)[:_MOST_NAME].strip("-")
        names = (stem if number == 1 else f"{stem}-{number}" for number in count(1))
        return next(name for name in names if self.tables.setdefault(name, result.table) == result.table)
