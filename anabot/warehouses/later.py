"""A warehouse whose driver is imported, and which is opened, when it is first asked. It never opens it twice."""

from __future__ import annotations

import threading
from collections.abc import Callable

from anabot.types import Statement
from anabot.warehouses.base import Result, Warehouse


class Later:
    """The warehouse that `opener` opens, whose `dialect` is known before."""

    def __init__(self, dialect: str, opener: Callable[[], Warehouse]) -> None:
        self._dialect, self._opener = dialect, opener
        self._lock = threading.Lock()
        self._opened: Warehouse | None = None

    @property
    def dialect(self) -> str:
        """sqlglot's name of the SQL it speaks."""
        return self._dialect

    def run(self, statement: Statement, *, max_rows: int, max_bytes: int, timeout_s: float) -> Result:
        """Run one SELECT; see `Warehouse.run`."""
        return self._warehouse().run(statement, max_rows=max_rows, max_bytes=max_bytes, timeout_s=timeout_s)

    def wake(self) -> None:
        """Nothing: it is opened when it is asked."""

    def watermark(self) -> str:
        """As the warehouse says it."""
        return self._warehouse().watermark()

    def close(self) -> None:
        """Close it, if it was opened."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()

    def _warehouse(self) -> Warehouse:
        with self._lock:
            if self._opened is None:
                self._opened = self._opener()
            return self._opened
