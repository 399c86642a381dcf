"""Messages between the warehouse's child process and its parent: a header in JSON and a payload of bytes.

It never reads past one message, and takes a pipe that ends in the middle as one that has ended.
"""

from __future__ import annotations

import json
import struct
from typing import Any, BinaryIO

Buffer = bytes | memoryview


def write_frame(pipe: BinaryIO, header: dict[str, Any], payload: Buffer = b"") -> None:
    """One message: the length of the header and of the payload, then both."""
    said = json.dumps(header).encode()
    pipe.write(struct.pack(">IQ", len(said), len(payload)) + said)
    pipe.write(payload)
    pipe.flush()


def read_frame(pipe: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """The next message, or None where the pipe has ended."""
    lengths = pipe.read(12)
    if len(lengths) < 12:
        return None
    size, more = struct.unpack(">IQ", lengths)
    said, payload = pipe.read(size), pipe.read(more)
    return (json.loads(said), payload) if len(payload) == more else None
