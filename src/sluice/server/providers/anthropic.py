"""Anthropic's Messages wire, streamed.

Source: Anthropic's API reference, "Create a Message" and "Streaming messages".
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from itertools import groupby
from typing import Any, Final

from sluice.engine.errors import Problem
from sluice.server.providers.addresses import connection_problems, join, require
from sluice.server.providers.answer import (
    SurrogateJoiner,
    answer,
    cut_off,
    encode_body,
    json_object,
)
from sluice.server.providers.base import (
    NOTHING_MORE,
    Asked,
    Connection,
    Delta,
    FinishReason,
    Message,
    ProviderRejected,
    Usage,
)
from sluice.server.providers.faults import read_fault, stream_error
from sluice.server.providers.sse import Event
from sluice.server.providers.transport import Call, Transport

BASE_URL: Final = "https://api.anthropic.com"
VERSION: Final = "2026-10-21"
"""The wire's version, sent in `anthropic-version`; in it sampling cannot be set any more."""
SAMPLING_VERSION: Final = "2023-06-01"
"""The version before, in which older models take `temperature`, `top_p` and `top_k`; what is used
of the wire here is otherwise the same in both."""
MAX_TOKENS: Final = 8192
"""The wire demands a limit; this one is used where the connection sets none."""
EXAMPLE_MODEL: Final = "claude-sonnet-5-5"
SAMPLING: Final = ("temperature", "top_p", "top_k")
OPTIONS: Final = (*SAMPLING, "max_tokens", "api_version")

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_FINISH: Final[dict[str, FinishReason]] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_use": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "content_filter",
}
"""How a message ended; a word that is not here is an error, as in `openai`."""


class AnthropicProvider:
    """Anthropic, and whatever else speaks its Messages wire at another address."""

    key = "anthropic"

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def problems(self, connection: Connection) -> tuple[Problem, ...]:
        """Everything wrong with a connection to Anthropic."""
        found = connection_problems(connection, credentials=("api_key",), options=OPTIONS)
        if not _DATE.fullmatch(_version(connection)):
            found += (Problem("options.api_version", f"use a version such as {VERSION}"),)
        return found

    async def stream(
        self,
        connection: Connection,
        messages: tuple[Message, ...],
        asked: Asked = NOTHING_MORE,
    ) -> AsyncGenerator[Delta, None]:
        """Ask the model; see `base.Provider.stream`."""
        require(connection, self.problems(connection))
        call = _call(connection, messages)
        deltas = answer(self._transport, call, lambda: MessageReader(self.key, call.body))
        async with aclosing(deltas):
            async for delta in deltas:
                yield delta


def _call(connection: Connection, messages: tuple[Message, ...]) -> Call:
    root = (connection.base_url or BASE_URL).rstrip("/").removesuffix("/v1")
    headers = {
        "content-type": "application/json",
        "accept": "text/event-stream",
        "anthropic-version": _version(connection),
        "x-api-key": connection.credentials["api_key"],
    }
    body = encode_body(connection.provider_key, _body(connection, messages))
    return Call(connection.provider_key, join(root, "v1/messages"), headers, body)


def _version(connection: Connection) -> str:
    sampled = any(name in connection.options for name in SAMPLING)
    return str(connection.options.get("api_version", SAMPLING_VERSION if sampled else VERSION))


def _body(connection: Connection, messages: tuple[Message, ...]) -> dict[str, Any]:
    options = connection.options
    body: dict[str, Any] = {
        "model": connection.model,
        "max_tokens": options.get("max_tokens", MAX_TOKENS),
        "messages": turns(messages),
        "stream": True,
    }
    system = "\n\n".join(m.text for m in messages if m.role == "system" and m.text.strip())
    if system:
        body["system"] = system
    return body | {name: options[name] for name in SAMPLING if name in options}


def turns(messages: tuple[Message, ...]) -> list[dict[str, str]]:
    """User and assistant turns as the wire takes them: none empty, no two of one role in a row.

    Raises `ProviderRejected` where nothing is left to ask.
    """
    spoken = [m for m in messages if m.role != "system" and m.text.strip()]
    if not spoken:
        raise ProviderRejected("anthropic", "There is no text to send to anthropic.")
    return [
        {"role": role, "content": "\n\n".join(m.text for m in same)}
        for role, same in groupby(spoken, key=lambda m: m.role)
    ]


class MessageReader:
    """Reads the events of one message; only text deltas are passed on.

    Thinking, signatures, tool input and citations give no text. The end marker is `message_stop`;
    a message that said why it stopped is complete without it.
    """

    def __init__(self, provider: str = "anthropic", sent: bytes = b"") -> None:
        self.done = False
        self._provider = provider
        self._sent = sent
        self._joiner = SurrogateJoiner()
        self._finish: FinishReason | None = None
        self._model: str | None = None
        self._input = self._output = 0
        self._counted = False

    def read(self, event: Event) -> Iterator[Delta]:
        """The deltas of one event; events of an unknown type are passed over."""
        data = json_object(self._provider, event)
        match data.get("type"):
            case "message_start":
                self._start(data.get("message"))
            case "content_block_start":
                yield from self._text(data.get("content_block"), "text")
            case "content_block_delta":
                yield from self._text(data.get("delta"), "text_delta")
            case "message_delta":
                self._stop(data)
            case "message_stop":
                self.done = True
            case "error":
                raise stream_error(self._provider, read_fault(data, sent=self._sent))

    def finish(self) -> Delta:
        """The last delta: why it ended and what it cost."""
        if self._finish is None and not self.done:
            raise cut_off(self._provider)
        usage = Usage(self._input, self._output) if self._counted else None
        return Delta(self._joiner.finish(), self._finish or "stop", usage, self._model)

    def _start(self, message: object) -> None:
        if isinstance(message, dict):
            model = message.get("model")
            self._model = model if isinstance(model, str) else None
            self._count(message.get("usage"))

    def _text(self, block: object, kind: str) -> Iterator[Delta]:
        if isinstance(block, dict) and block.get("type") == kind:
            raw = block.get("text")
            text = self._joiner.feed(raw if isinstance(raw, str) else "")
            if text:
                yield Delta(text, model=self._model)

    def _stop(self, data: dict[str, Any]) -> None:
        delta = data.get("delta")
        reason = delta.get("stop_reason") if isinstance(delta, dict) else None
        if isinstance(reason, str) and reason:
            self._finish = _FINISH.get(reason, "error")
        self._count(data.get("usage"))

    def _count(self, usage: object) -> None:
        """Take over counts, which are cumulative; cached input is input too."""
        if not isinstance(usage, dict):
            return
        names = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
        taken = [usage[name] for name in names if isinstance(usage.get(name), int)]
        self._input = max(self._input, sum(taken))
        output = usage.get("output_tokens")
        self._output = max(self._output, output if isinstance(output, int) else 0)
        self._counted = True
