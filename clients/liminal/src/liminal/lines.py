"""Cut a streamed body into lines."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

import httpx

from liminal.errors import StreamError
from liminal.failures import unbroken

LINE_LIMIT: Final[int] = 16 * 1024 * 1024
"""How many bytes a line may hold before the stream is refused."""


class LineSplitter:
    r"""Bytes in, whole lines out.

    Only `\n` ends a line (NDJSON): U+2028, U+0085 and their like may stand inside a JSON string,
    and a character may be cut in two between chunks. Raises `StreamError` for bytes that are not
    UTF-8, and for a line longer than `LINE_LIMIT` bytes.
    """

    def __init__(self) -> None:
        self._pending = bytearray()

    def feed(self, chunk: bytes) -> list[str]:
        """Take some bytes; return the lines that they complete."""
        *whole, rest = chunk.split(b"\n")
        found = []
        for part in whole:
            found.append(_text(self._pending + part))
            self._pending.clear()
        self._pending += rest
        if len(self._pending) > LINE_LIMIT:
            message = f"A line of the stream exceeds {LINE_LIMIT} bytes"
            raise StreamError(message, code="stream_garbled")
        return found

    def finish(self) -> list[str]:
        """Return what is left over, if anything is."""
        return [_text(self._pending)] if self._pending else []


class LineStream(AsyncIterator[str]):
    """The lines of a response that is asked for when the first of them is.

    Not an async generator on purpose: those are closed all at once, in any order, when an event
    loop shuts down, and one that is being closed by another then complains.
    """

    def __init__(self, ask: Callable[[], Awaitable[httpx.Response]], endpoint: str) -> None:
        self._ask = ask
        self._endpoint = endpoint
        self._splitter = LineSplitter()
        self._ready: deque[str] = deque()
        self._response: httpx.Response | None = None
        self._chunks: AsyncIterator[bytes] | None = None
        self._ended = False

    async def __anext__(self) -> str:
        try:
            while not self._ready and not self._ended:
                await self._read()
        except BaseException:
            await self.aclose()
            raise
        if not self._ready:
            raise StopAsyncIteration
        return self._ready.popleft()

    async def aclose(self) -> None:
        """Give the connection back; what was not read is lost."""
        self._ended = True
        if self._response is not None:
            await self._response.aclose()

    async def _read(self) -> None:
        if self._chunks is None:
            self._response = await self._ask()
            self._chunks = self._response.aiter_bytes()
        with unbroken(self._endpoint):
            try:
                self._ready.extend(self._splitter.feed(await anext(self._chunks)))
            except StopAsyncIteration:
                self._ended = True
                self._ready.extend(self._splitter.finish())


def _text(line: bytes | bytearray) -> str:
    try:
        return line.decode("utf-8").removesuffix("\r")
    except UnicodeDecodeError as err:
        position = err.start
    # Raised outside of the handler: the cause carries the bytes of the line.
    raise StreamError(
        f"The stream is not UTF-8 at byte {position} of a line", code="stream_garbled"
    )
