"""A loopback server that answers as Snowflake's wire does, for the real connector. It keeps every request it was sent."""

from __future__ import annotations

import base64
import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pyarrow as pa

QUERY_ID = "01b2c3d4-0000-1111-0000-000000000001"


@dataclass
class Wire:
    """What was asked of the server, and how it is to answer: the status of the query, the numbers of login errors."""

    url: str = ""
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    status: str = "SUCCESS"
    error: tuple[str, str] = ("", "")
    refuse_login: tuple[str, str] = ("", "")
    expire: int = 0
    rows: int = 3
    aborted: threading.Event = field(default_factory=threading.Event)

    def bodies(self, path: str) -> list[dict[str, Any]]:
        """The bodies of the requests to this path."""
        return [body for at, body in self.asked if at.startswith(path)]

    def answer(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """The answer to one request."""
        if path.startswith("/session/v1/login-request"):
            code, message = self.refuse_login
            return _refused(code, message) if code else _logged_in()
        if path.startswith("/queries/v1/query-request"):
            if "SECONDARY ROLES" in body["sqlText"]:
                return {"success": True, "code": None, "message": None, "data": _result(0)}
            if self.expire:
                self.expire -= 1
                return _refused("390318", "token SECRET-WORD expired")
            data = {"queryId": QUERY_ID, "getResultUrl": f"/queries/{QUERY_ID}/result", "queryAbortsAfterSecs": 300}
            return {"success": True, "code": "333334", "message": "in progress", "data": data}
        if path.startswith("/monitoring/queries/"):
            code, message = self.error
            said = {"id": QUERY_ID, "status": self.status, "errorCode": code, "errorMessage": message, "state": self.status}
            return {"success": True, "code": None, "message": None, "data": {"queries": [said]}}
        if "abort" in path:
            self.aborted.set()
            return {"success": True, "code": None, "message": None, "data": None}
        if path.endswith("/result") or "/result?" in path:
            return {"success": True, "code": None, "message": None, "data": _result(self.rows)}
        return {"success": True, "code": None, "message": None, "data": {}}


@contextmanager
def serving() -> Iterator[Wire]:
    """A server on a free port of loopback, ended at the end."""
    wire = Wire()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self._reply(self.rfile.read(int(self.headers.get("Content-Length", 0))))

        def do_GET(self) -> None:
            self._reply(b"")

        def _reply(self, sent: bytes) -> None:
            if self.headers.get("Content-Encoding") == "gzip":
                sent = gzip.decompress(sent)
            body = json.loads(sent) if sent.startswith(b"{") else {}
            wire.asked.append((self.path, body))
            said = json.dumps(wire.answer(self.path, body)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    wire.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield wire
    finally:
        server.shutdown()
        server.server_close()


def _refused(code: str, message: str) -> dict[str, Any]:
    return {"success": False, "code": code, "message": message, "data": {}}


def _logged_in() -> dict[str, Any]:
    data = {
        "token": "session-token",
        "masterToken": "master-token",
        "validityInSeconds": 3600,
        "masterValidityInSeconds": 14400,
        "sessionId": 7,
        "parameters": [{"name": "TIMEZONE", "value": "UTC"}],
        "sessionInfo": {"databaseName": "DB", "schemaName": "PUBLIC", "warehouseName": "WH", "roleName": "READER"},
        "serverVersion": "9.0.0",
        "displayUserName": "ANA",
    }
    return {"success": True, "code": None, "message": None, "data": data}


def _result(count: int) -> dict[str, Any]:
    fixed = {"logicalType": "FIXED", "precision": "12", "scale": "2", "charLength": "0", "byteLength": "0", "finalType": "T"}
    text = {"logicalType": "TEXT", "charLength": "20", "byteLength": "80", "scale": "0", "precision": "0", "finalType": "T"}
    schema = pa.schema([pa.field("REGION", pa.string(), metadata=text), pa.field("SALES", pa.int64(), metadata=fixed)])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as stream:
        stream.write_batch(pa.record_batch([[f"r{n}" for n in range(count)], [1010 + n for n in range(count)]], schema=schema))
    column = {"nullable": True, "database": "", "schema": "", "table": "", "collation": None}
    return {
        "parameters": [{"name": "TIMEZONE", "value": "UTC"}],
        "rowtype": [
            {**column, "name": "REGION", "type": "text", "length": 20, "byteLength": 80, "precision": None, "scale": None},
            {**column, "name": "SALES", "type": "fixed", "length": None, "byteLength": None, "precision": 12, "scale": 2},
        ],
        "rowsetBase64": base64.b64encode(sink.getvalue()).decode(),
        "queryResultFormat": "arrow",
        "total": count,
        "returned": count,
        "queryId": QUERY_ID,
        "statementTypeId": 4096,
        "version": 1,
        "sqlState": "00000",
    }


EXPECTED = tuple((f"r{n}", Decimal(1010 + n) / 100) for n in range(3))
