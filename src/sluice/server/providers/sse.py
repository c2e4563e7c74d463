"""An incremental parser of Server-Sent Events over bytes; pure, no I/O.

Source of the rules: WHATWG HTML, section "Server-sent events", with two differences that make it
stricter, because what is read here is a model's answer: bytes that are not UTF-8 are refused
instead of replaced, and a line or event beyond a limit is refused instead of collected.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

EVENT_LIMIT: Final = 1024 * 1024
"""The largest line, and the largest event, in bytes."""

_BOM: Final = b"\xef\xbb\xbf"


class MalformedStream(Exception):
    """The bytes are no event stream that may be read; the message quotes none of them."""


@dataclass(frozen=True, slots=True)
class Event:
    """One dispatched event: its type (`message` where none was given) and its data."""

    event: str
    data: str = field(repr=False)


class EventParser:
    """Feed it bytes as they come; it returns the events that they complete.

    However the bytes are cut, the events are the same. An event that the end of the stream cuts
    is never returned, as the specification demands; `pending` tells that there was one.
    """

    def __init__(self, limit: int = EVENT_LIMIT) -> None:
        self._limit = limit
        self._buffer = bytearray()
        self._scanned = 0
        self._after_cr = False
        self._at_start = True
        self._event = ""
        self._data: list[str] = []
        self._size = 0

    @property
    def pending(self) -> bool:
        """Whether bytes were fed that no event has used yet."""
        return bool(self._buffer or self._data)

    def feed(self, data: bytes) -> list[Event]:
        """The events that end in these bytes.

        Raises `MalformedStream` for a line or event over the limit and for bytes not in UTF-8.
        """
        self._buffer += data
        events = [event for line in self._lines() if (event := self._take(line)) is not None]
        if len(self._buffer) > self._limit:
            raise MalformedStream(f"a line is longer than {self._limit} bytes")
        return events

    def _lines(self) -> Iterator[bytes]:
        """The lines that are whole by now, without their endings."""
        if not self._after_cr and self._buffer.find(b"\r", self._scanned) < 0:
            # All at once: to take them one by one moves what is behind them each time.
            end = self._buffer.rfind(b"\n", self._scanned)
            whole, self._scanned = bytes(self._buffer[: max(0, end)]), len(self._buffer) - end - 1
            del self._buffer[: end + 1]
            if end >= 0:
                yield from whole.split(b"\n")
        while (line := self._next_line()) is not None:
            yield line

    def _next_line(self) -> bytes | None:
        """The next whole line without its ending (LF, CR or CRLF), or None while it is not here."""
        if self._after_cr and self._buffer:
            self._after_cr = False
            if self._buffer[0] == 0x0A:
                del self._buffer[0]
        end = self._line_end()
        if end < 0:
            self._scanned = len(self._buffer)
            return None
        line = bytes(self._buffer[:end])
        self._after_cr = self._buffer[end] == 0x0D
        del self._buffer[: end + 1]
        self._scanned = 0
        return line

    def _line_end(self) -> int:
        """Where the first CR or LF is; bytes that were searched before are not searched again."""
        lf = self._buffer.find(b"\n", self._scanned)
        cr = self._buffer.find(b"\r", self._scanned, None if lf < 0 else lf)
        return lf if cr < 0 else cr

    def _take(self, line: bytes) -> Event | None:
        """Account for one line; an empty one dispatches what was collected."""
        if self._at_start:
            self._at_start = False
            line = line.removeprefix(_BOM)
        if not line:
            return self._dispatch()
        if not line.startswith(b":"):
            self._field(line)
        return None

    def _field(self, line: bytes) -> None:
        self._size += len(line)
        if self._size > self._limit:
            raise MalformedStream(f"an event is larger than {self._limit} bytes")
        name, _, value = _decode(line).partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._event = value

    def _dispatch(self) -> Event | None:
        """An event without data is none, and forgets its type."""
        data, event = self._data, self._event or "message"
        self._data, self._event, self._size = [], "", 0
        return Event(event, "\n".join(data)) if data else None


def _decode(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        problem = "a line is not UTF-8"
    # Raised here and not in the handler: the decoder's error carries the whole line.
    raise MalformedStream(problem)
