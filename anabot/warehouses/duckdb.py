"""A DuckDB file, read in a child process that can be killed.

There is never more than one child for a file. When the file is replaced, the next question reads the new one. It never writes
and never opens the file in this process.
"""

from __future__ import annotations

import atexit
import datetime as dt
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

from anabot.errors import WarehouseError
from anabot.types import Cell, Statement
from anabot.warehouses import base
from anabot.warehouses.base import Result
from anabot.warehouses.columns import Gathered
from anabot.warehouses.lacking import lacking
from anabot.warehouses.process import Child, ChildGone, TookTooLong

MEMORY_MB = 512
THREADS = 2
AT_ONCE = 4  # statements that share the child; more wait their turn
_ATTEMPTS = 3  # a child may be killed under a statement for another one's sake


class DuckDB:
    """One DuckDB file."""

    dialect = "duckdb"

    def __init__(self, path: Path, *, memory_mb: int = MEMORY_MB, threads: int = THREADS) -> None:
        self._path = path.absolute()
        self._settings = json.dumps({"path": str(self._path), "memory_mb": memory_mb, "threads": threads})
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(AT_ONCE)
        self._child: Child | None = None
        self._opened = ""
        atexit.register(self.close)

    def run(self, statement: Statement, *, max_rows: int, max_bytes: int, timeout_s: float) -> Result:
        """Run one SELECT in the child; see `Warehouse.run`."""
        params = [_tagged(value) for value in statement.params]
        request = {"text": statement.text, "params": params, "max_rows": max_rows, "max_bytes": max_bytes}
        header, found = self._ask(request, timeout_s)
        if "error" in header:
            if header["error"] == "names":
                raise lacking(header["message"], statement)
            raise self._failed(header["error"], header["message"], max_bytes, timeout_s)
        return Result(names=found.names, rows=found.rows, truncated=header["truncated"])

    def wake(self) -> None:
        """Start the child beside the caller, so that the first question finds it there."""
        threading.Thread(target=self._woken, name="warehouse-wake", daemon=True).start()

    def watermark(self) -> str:
        """Changes when the file is replaced or written to."""
        try:
            found = self._path.stat()
        except FileNotFoundError as error:
            raise WarehouseError(
                f"The warehouse file {self._path} does not exist.",
                todo="Build it, or set ANABOT_WAREHOUSE_URL to the file that does.",
            ) from error
        except OSError as error:
            raise self._unreadable(str(error)) from error
        return f"{found.st_ino:x}-{found.st_mtime_ns:x}-{found.st_size:x}"

    def close(self) -> None:
        """End the child. A later question starts another one."""
        with self._lock:
            if self._child is not None:
                self._child.kill()
            self._child = None

    @property
    def pid(self) -> int | None:
        """The child's process id while it runs."""
        child = self._child
        return child.pid if child is not None and child.alive else None

    def _ask(self, request: dict[str, Any], timeout_s: float) -> tuple[dict[str, Any], Gathered]:
        deadline = time.monotonic() + timeout_s
        with self._place(timeout_s):
            for _ in range(_ATTEMPTS):
                child, found = self._running(), Gathered()
                try:
                    header, last = child.ask(request, max(deadline - time.monotonic(), 0.01), found.add)
                except ChildGone:
                    continue
                except TookTooLong:
                    raise base.timeout(timeout_s) from None
                if "error" not in header:
                    found.add(last)
                return header, found
        raise WarehouseError("The warehouse engine stopped while it computed this.", todo="Ask again, or ask for less.")

    @contextmanager
    def _place(self, timeout_s: float) -> Iterator[None]:
        if not self._places.acquire(timeout=timeout_s):
            raise base.timeout(timeout_s)
        try:
            yield
        finally:
            self._places.release()

    def _woken(self) -> None:
        with suppress(WarehouseError):
            self._running()

    def _running(self) -> Child:
        with self._lock:
            found = self.watermark()
            if self._child is not None and self._child.alive and found == self._opened:
                return self._child
            if self._child is not None:
                self._child.kill()
            child = Child(self._settings)
            problem = child.started()
            if problem:
                child.kill()
                self._child = None
                raise self._unreadable(problem)
            self._child, self._opened = child, found
            return child

    def _unreadable(self, why: str) -> WarehouseError:
        first = why.splitlines()[0] if why else ""
        return WarehouseError(
            f"The warehouse file {self._path} cannot be opened.",
            why=first,
            todo="Put a whole DuckDB file in its place (write it beside, then rename), readable by this user.",
        )

    def _failed(self, kind: str, message: str, max_bytes: int, timeout_s: float) -> WarehouseError:
        match kind:
            case "memory":
                return base.too_hungry()
            case "large":
                return base.too_large(max_bytes)
            case "interrupted":
                return base.timeout(timeout_s)
            case "refused":
                return WarehouseError("The warehouse refused the statement.", why=message)
        # The engine's own words may quote a row, which the asker may not be allowed to see.
        return WarehouseError("The warehouse could not compute this.", todo="Tell the owner of the metric, with the receipt.")


def _tagged(value: Cell) -> tuple[str, Any]:
    if isinstance(value, Decimal):
        return "decimal", str(value)
    if isinstance(value, dt.datetime):
        return "datetime", value.isoformat()
    if isinstance(value, dt.date):
        return "date", value.isoformat()
    return "plain", value
