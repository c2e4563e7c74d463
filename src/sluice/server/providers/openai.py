"""OpenAI's chat completions wire, streamed, for every row of `vendors.VENDORS`.

Source: OpenAI's API reference, "Chat completions" and "Chat completion chunk".
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import Any, Final

from sluice.engine.errors import Problem
from sluice.server.providers.addresses import connection_problems, require
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
    Usage,
)
from sluice.server.providers.faults import read_fault, stream_error
from sluice.server.providers.sse import Event
from sluice.server.providers.transport import Call, Transport
from sluice.server.providers.vendors import Vendor

BODY_OPTIONS: Final = (
    "temperature",
    "top_p",
    "seed",
    "presence_penalty",
    "frequency_penalty",
    "reasoning_effort",
)
"""Options that are sent as they are."""
OPTIONS: Final = (*BODY_OPTIONS, "max_tokens", "system_role", "include_usage", "api_version")

_FINISH: Final[dict[str, FinishReason]] = {
    "stop": "stop",
    "eos": "stop",
    "eos_token": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_calls": "stop",
    "function_call": "stop",
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "content_filter": "content_filter",
    "safety": "content_filter",
}
"""Vendors' words for how an answer ended; any other (`insufficient_system_resource`, …) is an
error, since an answer that ended for an unknown reason must not pass for a whole one."""


class OpenAIProvider:
    """One vendor that speaks OpenAI's chat wire."""

    def __init__(self, transport: Transport, vendor: Vendor) -> None:
        self.key = vendor.key
        self._transport = transport
        self._vendor = vendor

    def problems(self, connection: Connection) -> tuple[Problem, ...]:
        """Everything wrong with a connection to this vendor."""
        needed = ("api_key",) if self._vendor.needs_key else ()
        found = connection_problems(connection, credentials=needed, options=OPTIONS)
        if connection.base_url is None and self._vendor.base_url is None:
            found += (Problem("base_url", "this vendor has no common address; give yours"),)
        role = connection.options.get("system_role", "system")
        if role not in ("system", "developer", "user"):
            found += (Problem("options.system_role", "use system, developer or user"),)
        return found

    async def stream(
        self,
        connection: Connection,
        messages: tuple[Message, ...],
        asked: Asked = NOTHING_MORE,
    ) -> AsyncGenerator[Delta, None]:
        """Ask the model; see `base.Provider.stream`."""
        require(connection, self.problems(connection))
        call = self._call(connection, messages)
        deltas = answer(self._transport, call, lambda: ChatReader(self.key, call.body))
        async with aclosing(deltas):
            async for delta in deltas:
                yield delta

    def _call(self, connection: Connection, messages: tuple[Message, ...]) -> Call:
        base = connection.base_url or self._vendor.base_url or ""
        headers = {"content-type": "application/json", "accept": "text/event-stream"}
        return Call(
            self.key,
            self._vendor.address(connection, base),
            headers | self._authentication(connection),
            encode_body(self.key, self._body(connection, messages)),
        )

    def _authentication(self, connection: Connection) -> dict[str, str]:
        key = connection.credentials.get("api_key")
        if key is None:
            return {}
        header = self._vendor.key_header
        return {header: f"Bearer {key}" if header == "authorization" else key}

    def _body(self, connection: Connection, messages: tuple[Message, ...]) -> dict[str, Any]:
        options = connection.options
        body: dict[str, Any] = {
            "model": connection.model,
            "messages": [_turn(message, options.get("system_role")) for message in messages],
            "stream": True,
        }
        if options.get("include_usage", self._vendor.asks_usage):
            body["stream_options"] = {"include_usage": True}
        if "max_tokens" in options:
            body[self._vendor.max_tokens] = options["max_tokens"]
        return body | {name: options[name] for name in BODY_OPTIONS if name in options}


def _turn(message: Message, system_role: object) -> dict[str, str]:
    role = str(system_role) if message.role == "system" and system_role else message.role
    return {"role": role, "content": message.text}


class ChatReader:
    """Reads chat completion chunks; only the first choice's content is ever passed on.

    Reasoning (`reasoning_content`, `reasoning`, thinking parts) and chunks without choices
    (usage, Azure's filter results) give no text. The end marker is `[DONE]`; an answer that said
    why it finished is complete without it.
    """

    def __init__(self, provider: str, sent: bytes = b"") -> None:
        self.done = False
        self._provider = provider
        self._sent = sent
        self._joiner = SurrogateJoiner()
        self._finish: FinishReason | None = None
        self._usage: Usage | None = None
        self._model: str | None = None

    def read(self, event: Event) -> Iterator[Delta]:
        """The deltas of one event."""
        if event.data.strip() == "[DONE]":
            self.done = True
            return
        chunk = json_object(self._provider, event)
        if chunk.get("error") or event.event == "error":
            raise stream_error(self._provider, read_fault(chunk, sent=self._sent))
        self._note(chunk)
        text = self._joiner.feed(self._choice(chunk))
        if text:
            yield Delta(text, model=self._model)

    def finish(self) -> Delta:
        """The last delta: why it ended and what it cost."""
        if self._finish is None and not self.done:
            raise cut_off(self._provider)
        return Delta(self._joiner.finish(), self._finish or "stop", self._usage, self._model)

    def _note(self, chunk: dict[str, Any]) -> None:
        model, usage = chunk.get("model"), chunk.get("usage")
        if isinstance(model, str) and model:
            self._model = model
        # Groq's own place for usage, which it also fills without being asked.
        groq = chunk.get("x_groq")
        usage = usage or (groq.get("usage") if isinstance(groq, dict) else None)
        self._usage = _usage(usage) or self._usage

    def _choice(self, chunk: dict[str, Any]) -> str:
        """The text of the first choice; its finish reason is noted."""
        for choice in _dicts(chunk.get("choices")):
            if choice.get("index", 0) != 0:
                continue
            reason = choice.get("finish_reason")
            if isinstance(reason, str) and reason:
                self._finish = _FINISH.get(reason.lower(), "error")
            return _text(choice.get("delta"))
        return ""


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(delta: object) -> str:
    """Content as a string, or as Mistral's list of parts, of which only text counts."""
    if not isinstance(delta, dict):
        return ""
    content = delta.get("content") or delta.get("refusal")
    if isinstance(content, str):
        return content
    parts = (part for part in _dicts(content) if part.get("type") == "text")
    return "".join(part["text"] for part in parts if isinstance(part.get("text"), str))


def _usage(value: object) -> Usage | None:
    if not isinstance(value, dict):
        return None
    counts = value.get("prompt_tokens"), value.get("completion_tokens")
    if not all(isinstance(count, int) and count >= 0 for count in counts):
        return None
    return Usage(int(value["prompt_tokens"]), int(value["completion_tokens"]))
