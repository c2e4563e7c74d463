"""A provider without a network: it answers with what a model would have seen.

For trying a policy, for tests and for measuring the gateway alone. What it shows is the last
user message after cleansing; the gateway puts the originals back into it as into any answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from typing import Final

from sluice.engine.errors import Problem
from sluice.engine.types import CleansedText
from sluice.server.providers.addresses import connection_problems, require
from sluice.server.providers.base import (
    NOTHING_MORE,
    Asked,
    Connection,
    Delta,
    Message,
    ProviderRejected,
    Usage,
)

PIECE: Final = 4
"""Code points in a delta: fewer than in any placeholder of a built-in entity type, so that each
of them is cut at least once and restoring it always goes through the streaming path."""
PREFIX: Final = "The model saw: "
OPTIONS: Final = ("prefix", "delay_ms", "piece")


class EchoProvider:
    """Answers `The model saw: …` in pieces of four code points.

    Options: `prefix` (text before the echo), `piece` (code points in a delta), `delay_ms`
    (milliseconds before each delta). Usage counts words, since there is no tokenizer.
    """

    key = "echo"

    def problems(self, connection: Connection) -> tuple[Problem, ...]:
        """Everything wrong with a connection to the echo."""
        found = connection_problems(connection, credentials=(), options=OPTIONS)
        if not 0 <= _number(connection, "delay_ms", 0) <= 60_000:
            found += (Problem("options.delay_ms", "use 0 to 60000"),)
        if _number(connection, "piece", PIECE) < 1:
            found += (Problem("options.piece", "use a whole number from 1"),)
        return found

    async def stream(
        self,
        connection: Connection,
        messages: tuple[Message, ...],
        asked: Asked = NOTHING_MORE,
    ) -> AsyncGenerator[Delta, None]:
        """Echo the last user message; see `base.Provider.stream`."""
        require(connection, self.problems(connection))
        text = str(connection.options.get("prefix", PREFIX)) + _last_user_text(messages)
        pause = _number(connection, "delay_ms", 0) / 1000
        for piece in _pieces(text, int(_number(connection, "piece", PIECE))):
            # Also without a delay: others get their turn, and closing takes effect.
            await asyncio.sleep(pause)
            yield Delta(CleansedText(piece), model=connection.model)
        usage = Usage(sum(_words(m.text) for m in messages), _words(text))
        yield Delta(CleansedText(""), "stop", usage, connection.model)


def _last_user_text(messages: tuple[Message, ...]) -> CleansedText:
    for message in reversed(messages):
        if message.role == "user":
            return message.text
    raise ProviderRejected("echo", "There is no user message to echo.")


def _number(connection: Connection, name: str, otherwise: float) -> float:
    value = connection.options.get(name, otherwise)
    return value if isinstance(value, int | float) else -1


def _pieces(text: str, length: int) -> Iterator[str]:
    return (text[start : start + length] for start in range(0, len(text), length))


def _words(text: str) -> int:
    return len(text.split())
