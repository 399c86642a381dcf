"""The child process that holds a DuckDB file open, locked, and answers its parent's SELECTs until the pipe closes.

It is given no secret, so that it has none to give away. It never writes, never reads another file, and changes no setting once
the file is open.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import queue
import resource
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, BinaryIO

import duckdb
import pyarrow as pa

from anabot.warehouses.frames import Buffer, read_frame, write_frame
from anabot.warehouses.packed import packed

PART = 4 << 20  # bytes of a result that are sent while more is computed
FIRST_PART = PART >> 4  # so that its cells are made soon; each further part is twice as large
HANDS = 4  # as many as the parent sends statements at once
_OVERHEAD = 1 << 30  # Python, Arrow and DuckDB's own mappings, above the memory that a query may use
_LOCKED = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
    "temp_directory": "",
}
_TYPES: dict[str, Callable[[str], Any]] = {
    "decimal": Decimal,
    "date": dt.date.fromisoformat,
    "datetime": dt.datetime.fromisoformat,
}


Send = Callable[[Buffer], None]


class Refused(Exception):
    """A statement that is not run, and the kind of refusal the parent knows."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Server:
    """Answers requests, each on a cursor of its own, in threads that are there from the start.

    A thread could not be started just after a statement has used up the memory.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, replies: BinaryIO) -> None:
        self._connection, self._replies = connection, replies
        self._writing = threading.Lock()
        self._running: dict[int, duckdb.DuckDBPyConnection] = {}
        self._waiting: queue.SimpleQueue[tuple[duckdb.DuckDBPyConnection, dict[str, Any]]] = queue.SimpleQueue()
        for _ in range(HANDS):
            threading.Thread(target=self._serve, daemon=True).start()

    def take(self, request: dict[str, Any]) -> None:
        """Start a statement, or stop one."""
        if "cancel" in request:
            running = self._running.get(request["cancel"])
            if running is not None:
                running.interrupt()
            return
        cursor = self._running[request["id"]] = self._connection.cursor()
        self._waiting.put((cursor, request))

    def reply(self, header: dict[str, Any], payload: Buffer = b"") -> None:
        """Send one message whole."""
        with self._writing:
            write_frame(self._replies, header, payload)

    def _serve(self) -> None:
        while True:
            self._answer(*self._waiting.get())

    def _answer(self, cursor: duckdb.DuckDBPyConnection, request: dict[str, Any]) -> None:
        number = request["id"]
        try:
            payload, truncated = run(cursor, request, lambda part: self.reply({"id": number, "more": True}, part))
            header = {"id": number, "truncated": truncated}
        except (Refused, duckdb.Error, pa.ArrowException, OSError, MemoryError) as error:
            payload, header = memoryview(b""), {"id": number, "error": kind_of(error), "message": str(error)}
        del self._running[number]
        cursor.close()
        self.reply(header, payload)


def run(cursor: duckdb.DuckDBPyConnection, request: dict[str, Any], send: Send | None = None) -> tuple[Buffer, bool]:
    """The rows of one SELECT as an Arrow stream, and whether there were more; with `send`, those that were not sent before."""
    statements = cursor.extract_statements(request["text"])
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise Refused("refused", "Only one SELECT statement is run here.")
    params = [_TYPES[kind](value) if kind in _TYPES else value for kind, value in request["params"]]
    # Of DuckDB's ways to Arrow only a relation streams; the cursor's own reader first gathers every row.
    relation = cursor.sql(request["text"], params=params) if params else cursor.sql(request["text"])
    assert relation is not None
    return _gather(relation.to_arrow_reader(2048), request["max_rows"], request["max_bytes"], send)


def _gather(reader: pa.RecordBatchReader, max_rows: int, max_bytes: int, send: Send | None = None) -> tuple[Buffer, bool]:
    left, weight, sent, more, part = max_rows, 0, 0, False, FIRST_PART
    held: list[pa.RecordBatch] = []
    for batch in reader:
        kept = batch.slice(0, left)
        weight += kept.nbytes
        if weight > max_bytes:
            raise Refused("large", "")
        held.append(kept)
        more = batch.num_rows > left
        left -= kept.num_rows
        if more:
            break
        if send is not None and weight - sent >= part:
            send(_stream(reader.schema, held))
            held, sent, part = [], weight, min(2 * part, PART)
    return _stream(reader.schema, held), more


def _stream(schema: pa.Schema, batches: list[pa.RecordBatch]) -> Buffer:
    table, sink = packed(pa.Table.from_batches(batches, schema)), pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return memoryview(sink.getvalue())


def kind_of(error: BaseException) -> str:
    """The parent's word for what went wrong."""
    if isinstance(error, Refused):
        return error.kind
    if isinstance(error, MemoryError | duckdb.OutOfMemoryException) or "Out of Memory" in str(error):
        return "memory"
    if isinstance(error, duckdb.InterruptException) or "INTERRUPT" in str(error):
        return "interrupted"
    if isinstance(error, duckdb.CatalogException | duckdb.BinderException):
        return "names"  # says what the file lacks, and carries no row's value
    return "failed"


def open_locked(
    path: str, *, memory_mb: int, threads: int, tables: Mapping[str, pa.Table] | None = None
) -> duckdb.DuckDBPyConnection:
    """The file, read-only, with every door out of it shut and the locks locked; or `:memory:`, with these tables alone."""
    config: dict[str, Any] = {**_LOCKED, "memory_limit": f"{memory_mb}MB", "threads": str(threads)}
    connection = duckdb.connect(path, read_only=tables is None, config=config)
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    for name, table in (tables or {}).items():
        connection.register(name, table)
    connection.execute("SET lock_configuration = true")
    return connection


def _die(problem: threading.ExceptHookArgs) -> None:
    # A thread that fails must not leave its parent waiting: the parent starts another child.
    traceback.print_exception(problem.exc_type, problem.exc_value, problem.exc_traceback)
    os._exit(1)


def main() -> None:
    """Serve until the parent closes the pipe, or dies, which closes it too."""
    threading.excepthook = _die
    requests = os.fdopen(0, "rb")
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not get into the replies
    settings = json.loads(sys.argv[1])
    ceiling = (settings["memory_mb"] << 20) + _OVERHEAD
    resource.setrlimit(resource.RLIMIT_DATA, (ceiling, ceiling))
    try:
        connection = open_locked(**settings)
    except (duckdb.Error, OSError) as error:
        write_frame(replies, {"id": 0, "error": "open", "message": str(error)})
        return
    server = Server(connection, replies)
    server.reply({"id": 0})
    while (frame := read_frame(requests)) is not None:
        server.take(frame[0])
    os._exit(0)  # at once, whatever still runs


if __name__ == "__main__":
    main()
