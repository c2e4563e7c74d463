"""A provider without a network: it answers with what a model would have seen.

For trying a policy, for tests and for measuring the gateway alone. What it shows is the last
user message after cleansing, or a tool's answer if that came last; the gateway puts the originals
back into it as into any answer.

Two commands make it do what a model does besides talking, always in the same way:

    /tool NAME {"JSON": "object"}   calls a tool that the request offers; one call a line, from the
                                    first line on, and without an object the arguments are {}
    /json {"JSON": "object"}        answers just this, for a request that asks for JSON

Without `/json`, a request for JSON is answered with `{"saw": "…"}`; one for a schema is refused.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Iterable, Iterator
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
    ToolCallDelta,
    ToolResult,
    Usage,
)
from sluice.server.providers.turns import joined, refuse

PIECE: Final = 4
"""Code points in a delta: fewer than in any placeholder of a built-in entity type, so that each
of them is cut at least once and restoring it always goes through the streaming path."""
PREFIX: Final = "The model saw: "
OPTIONS: Final = ("prefix", "delay_ms", "piece")

_TOOL: Final = re.compile(r"/tool[ \t]+([A-Za-z0-9_.-]{1,128})[ \t]*(\{.*\})?[ \t]*")
_JSON: Final = re.compile(r"/json\s+(\{.*\})\s*", re.DOTALL)
_NOTHING: Final = CleansedText("")


class EchoProvider:
    """Answers `The model saw: …` in pieces of four code points.

    Options: `prefix` (text before the echo), `piece` (code points in a delta), `delay_ms`
    (milliseconds before each delta). Usage counts words, since there is no tokenizer; for the same
    reason a limit of tokens is not kept. Stop sequences are.
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
        seen = _last_words(messages)
        calls = _calls(seen, asked)
        text = "" if calls else _said(seen, connection, asked)
        length = int(_number(connection, "piece", PIECE))
        pause = _number(connection, "delay_ms", 0) / 1000
        for piece in (*_call_pieces(calls, len(messages), length), *_text_pieces(text, length)):
            # Also without a delay: others get their turn, and closing takes effect.
            await asyncio.sleep(pause)
            yield Delta(piece[0], model=connection.model, tool_call=piece[1])
        usage = Usage(sum(_words(m.text) for m in messages), _words(text) + len(calls))
        yield Delta(_NOTHING, "tool_calls" if calls else "stop", usage, connection.model)


def _last_words(messages: tuple[Message, ...]) -> str:
    """The last user message, or the tools' answers where they are the last thing said."""
    for message in reversed(messages):
        results = [part for part in message.parts if isinstance(part, ToolResult)]
        if results:
            return "\n".join(joined(result.content) for result in results)
        if message.role == "user":
            return joined(message.parts)
    raise ProviderRejected("echo", "There is no user message to echo.")


def _calls(text: str, asked: Asked) -> list[tuple[str, str]]:
    """Name and arguments of every tool call that the text commands."""
    choice = asked.tool_choice
    offered = {tool.name for tool in asked.tools}
    if not offered or (choice and choice.mode == "none"):
        return []
    found = list(_commanded(text.splitlines(), offered))
    return found[:1] if asked.parallel_tool_calls is False else found


def _commanded(lines: Iterable[str], offered: set[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        match = _TOOL.fullmatch(line)
        if not match or match[1] not in offered:
            return
        yield match[1], match[2] or "{}"


def _said(seen: str, connection: Connection, asked: Asked) -> str:
    if not (asked.json_mode or asked.json_schema is not None):
        return _stopped(str(connection.options.get("prefix", PREFIX)) + seen, asked.stop)
    command = _JSON.fullmatch(seen)
    if command:
        return command[1]
    if asked.json_schema is not None:
        refuse("echo", "a JSON schema, unless the message is /json and the answer")
    return json.dumps({"saw": seen}, ensure_ascii=False)


def _stopped(text: str, stop: Iterable[str]) -> str:
    """The text up to the first stop sequence."""
    return text[: min((text.find(s) for s in stop if s and s in text), default=len(text))]


def _number(connection: Connection, name: str, otherwise: float) -> float:
    value = connection.options.get(name, otherwise)
    return value if isinstance(value, int | float) else -1


_Piece = tuple[CleansedText, ToolCallDelta | None]


def _call_pieces(calls: list[tuple[str, str]], turn: int, length: int) -> Iterator[_Piece]:
    for index, (name, arguments) in enumerate(calls):
        yield _NOTHING, ToolCallDelta(index, f"call_{turn}_{index}", name)
        for piece in _pieces(arguments, length):
            yield _NOTHING, ToolCallDelta(index, arguments=piece)


def _text_pieces(text: str, length: int) -> Iterator[_Piece]:
    return ((piece, None) for piece in _pieces(text, length))


def _pieces(text: str, length: int) -> Iterator[CleansedText]:
    return (CleansedText(text[start : start + length]) for start in range(0, len(text), length))


def _words(text: str) -> int:
    return len(text.split())
