"""The event stream's framing, as Amazon's services write it.

Source: Amazon Transcribe's developer guide, "Event stream encoding".
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from zlib import crc32

from tests.peers.wire import dump

STREAM = {"content-type": "application/vnd.amazon.eventstream"}
_STRING = 7


def frame(headers: Mapping[str, str], payload: bytes) -> bytes:
    """One message: prelude and its checksum, headers, payload, the checksum of all."""
    named = b"".join(_header(name, value) for name, value in headers.items())
    prelude = struct.pack("!II", 12 + len(named) + len(payload) + 4, len(named))
    message = prelude + struct.pack("!I", crc32(prelude)) + named + payload
    return message + struct.pack("!I", crc32(message))


def _header(name: str, value: str) -> bytes:
    return (
        bytes([len(name)])
        + name.encode()
        + struct.pack("!BH", _STRING, len(value.encode()))
        + (value.encode())
    )


def event(kind: str, **fields: object) -> bytes:
    """An event in JSON, padded as Bedrock pads them so that lengths tell nothing."""
    return frame(_headers("event", kind, "application/json"), dump(fields | {"p": "abcdefgh"}))


def payload_part(data: bytes) -> bytes:
    """A piece of what SageMaker's container answered."""
    return frame(_headers("event", "PayloadPart", "application/octet-stream"), data)


def exception(kind: str, message: str, **more: object) -> bytes:
    """An exception that the service's model knows."""
    headers = _headers("exception", kind, "application/json")
    return frame(headers, dump({"message": message, **more}))


def unmodeled_error(code: str, message: str) -> bytes:
    """An error that the service's model does not know."""
    headers = {":message-type": "error", ":error-code": code, ":error-message": message}
    return frame(headers, b"")


def _headers(kind: str, name: str, content_type: str) -> dict[str, str]:
    return {f":{kind}-type": name, ":content-type": content_type, ":message-type": kind}


def in_parts(data: bytes, size: int) -> Iterable[bytes]:
    """Bytes cut without regard to what they mean."""
    return (data[start : start + size] for start in range(0, len(data), size))
