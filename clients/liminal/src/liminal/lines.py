"""Cut a stream of bytes into lines."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from typing import Final

from liminal.errors import StreamError

LINE_LIMIT: Final[int] = 16 * 1024 * 1024
"""How many bytes a line may hold before the stream is refused."""


async def split_lines(chunks: AsyncIterable[bytes]) -> AsyncIterator[str]:
    r"""Yield each line as soon as its `\n` has come, and at the end what is left over.

    Only `\n` ends a line (NDJSON): U+2028, U+0085 and their like may stand inside a JSON string,
    and a character may be cut in two between chunks. Raises `StreamError` for bytes that are not
    UTF-8, and for a line longer than `LINE_LIMIT` bytes.
    """
    pending = bytearray()
    async for chunk in chunks:
        *whole, rest = chunk.split(b"\n")
        for part in whole:
            yield _text(pending + part)
            pending.clear()
        pending += rest
        if len(pending) > LINE_LIMIT:
            raise StreamError(
                f"A line of the stream exceeds {LINE_LIMIT} bytes", code="stream_garbled"
            )
    if pending:
        yield _text(pending)


def _text(line: bytes | bytearray) -> str:
    try:
        return line.decode("utf-8").removesuffix("\r")
    except UnicodeDecodeError as err:
        position = err.start
    # Raised outside of the handler: the cause carries the bytes of the line.
    raise StreamError(
        f"The stream is not UTF-8 at byte {position} of a line", code="stream_garbled"
    )
