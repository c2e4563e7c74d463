"""Work on a text that may be long: in the event loop, or beside it in a thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

import anyio.to_thread

Result = TypeVar("Result")

INLINE_CHARS: Final = 8_000
"""Up to this length a text is analysed in the event loop: a thread would cost more."""


async def beside(length: int, work: Callable[[], Result], *, inline: int = INLINE_CHARS) -> Result:
    """The result of work on a text of `length` code points: of one over `inline` from a thread.

    In the event loop a text of megabytes would stop every other caller's answer for seconds.
    """
    if length <= inline:
        return work()
    return await anyio.to_thread.run_sync(work)
