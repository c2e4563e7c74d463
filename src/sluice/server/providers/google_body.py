"""A request in Google's Gemini wire: what a conversation and its wishes look like there (pure).

Source: Gemini API reference, "Generating content" and "Caching" (`Content`, `Part`, `Tool`), and
its guides "Function calling", "Thinking", "Thought signatures" and "Structured output"; the same
wire on Vertex AI is in its "generateContent" reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any, Final

from sluice.server.providers.base import (
    Asked,
    Connection,
    Media,
    Message,
    Part,
    ProviderRejected,
    Thinking,
    Tool,
    ToolCall,
    ToolResult,
)
from sluice.server.providers.turns import (
    arguments_of,
    check_tool_choice,
    fitting_id,
    in_base64,
    instructions,
    joined,
    refuse,
)

OPTIONS: Final = {
    "temperature": "temperature",
    "top_p": "topP",
    "top_k": "topK",
    "seed": "seed",
    "max_tokens": "maxOutputTokens",
    "presence_penalty": "presencePenalty",
    "frequency_penalty": "frequencyPenalty",
}
"""Options of a connection, and their fields in `generationConfig`."""
MARK: Final = "google:"
"""Stands before a signature of this vendor: with another one it must not be sent."""
UNSIGNED: Final = "skip_thought_signature_validator"
"""The vendor's own word for a call that it did not make or whose signature is gone ("Thought
signatures", section "FAQs"); without any, models since Gemini 3 refuse the whole conversation."""

_UNTHINKING: Final = re.compile(
    r"gemini-(1|2\.0|exp).*|gemini-pro(-vision)?|gemma.*|learnlm.*", re.ASCII
)
"""Models from before thinking, which refuse the field for it. A closed list."""
_BUDGETED: Final = re.compile(r"gemini-2\.5.*", re.ASCII)
"""Models that are told in tokens how much to think; later ones are told in levels."""
_BUDGETS: Final = {"none": 0, "minimal": 1024, "low": 1024, "medium": 8192}
_MOST_BUDGET: Final = 24576
_LEAST_PRO_BUDGET: Final = 128
"""Gemini 2.5 Pro cannot be told not to think."""
_LEVELS: Final = {"none": "MINIMAL", "minimal": "MINIMAL", "low": "LOW", "medium": "MEDIUM"}
_KNOWS_MINIMAL: Final = re.compile(r"gemini-3(\.[1-7])?-flash.*", re.ASCII)
_KNOWS_NO_MEDIUM: Final = re.compile(r"gemini-3-pro.*", re.ASCII)
_CALL_ID: Final = re.compile(r"[!-~]{1,256}", re.ASCII)

Body = dict[str, Any]


def content_body(
    key: str, connection: Connection, messages: tuple[Message, ...], asked: Asked
) -> Body:
    """The body of a call. Raises `ProviderRejected` for what the wire cannot be told."""
    check_tool_choice(key, asked)
    model = bare_model(connection.model)
    body: Body = {"contents": _Contents(key, model, messages).all()}
    system = instructions(messages)
    if system:
        body["systemInstruction"] = {"parts": [{"text": system}]}
    config = _sampling(connection, asked) | _form(asked) | _thinking(model, asked)
    if config:
        body["generationConfig"] = config
    return body | _tools(asked)


def bare_model(name: str) -> str:
    """A model's name without what stands before it in an address."""
    return name.rpartition("/")[2]


def _sampling(connection: Connection, asked: Asked) -> Body:
    """The connection's options, and before them what is asked for."""
    options = connection.options
    wished = {name: getattr(asked, name, None) for name in OPTIONS}
    found = {name: options.get(name) if value is None else value for name, value in wished.items()}
    fields: Body = {OPTIONS[name]: value for name, value in found.items() if value is not None}
    return fields | {"stopSequences": list(asked.stop)} if asked.stop else fields


def _form(asked: Asked) -> Body:
    if asked.json_schema is not None:
        schema = dict(asked.json_schema)
        return {"responseMimeType": "application/json", "responseJsonSchema": schema}
    return {"responseMimeType": "application/json"} if asked.json_mode else {}


def _thinking(model: str, asked: Asked) -> Body:
    """How much to think, in the model's own measure, and that it shall be shown."""
    if asked.thinking_tokens is None and asked.reasoning_effort is None:
        return {}
    if _UNTHINKING.fullmatch(model):
        return {}
    how = _budget(model, asked) if _BUDGETED.fullmatch(model) else _level(model, asked)
    return {"thinkingConfig": how | {"includeThoughts": how.get("thinkingBudget") != 0}}


def _budget(model: str, asked: Asked) -> Body:
    tokens = asked.thinking_tokens
    if tokens is None:
        tokens = _BUDGETS.get(asked.reasoning_effort or "", _MOST_BUDGET)
    least = _LEAST_PRO_BUDGET if "pro" in model else 0
    return {"thinkingBudget": max(least, tokens)}


def _level(model: str, asked: Asked) -> Body:
    """The level that the model has for an effort, or for a budget of tokens."""
    effort = asked.reasoning_effort or _effort(asked.thinking_tokens or 0)
    level = _LEVELS.get(effort, "HIGH")
    if level == "MINIMAL" and not _KNOWS_MINIMAL.fullmatch(model):
        level = "LOW"
    if level == "MEDIUM" and _KNOWS_NO_MEDIUM.fullmatch(model):
        level = "HIGH"
    return {"thinkingLevel": level}


def _effort(tokens: int) -> str:
    """The smallest effort that may think so much."""
    return next((name for name, budget in _BUDGETS.items() if tokens <= budget), "high")


def _tools(asked: Asked) -> Body:
    """The tools and how they may be used.

    The wire has no word for "one at a time"; there the reader keeps to the first call.
    """
    if not asked.tools:
        return {}
    fields: Body = {"tools": [{"functionDeclarations": [_tool(tool) for tool in asked.tools]}]}
    choice = asked.tool_choice
    if choice is None:
        return fields
    config: Body = {"mode": "ANY" if choice.mode == "tool" else choice.mode.upper()}
    if choice.mode == "tool":
        config["allowedFunctionNames"] = [choice.name]
    return fields | {"toolConfig": {"functionCallingConfig": config}}


def _tool(tool: Tool) -> Body:
    """A tool; one without parameters has no schema here."""
    function: Body = {"name": tool.name}
    if tool.description:
        function["description"] = tool.description
    if tool.parameters:
        function["parametersJsonSchema"] = dict(tool.parameters)
    return function


class _Contents:
    """Writes messages as the wire's contents."""

    def __init__(self, key: str, model: str, messages: tuple[Message, ...]) -> None:
        self._key = key
        self._messages = messages
        self._levelled = not (_UNTHINKING.fullmatch(model) or _BUDGETED.fullmatch(model))
        self._names: dict[str, str] = {}
        """The tool of each call so far, by the call's id."""

    def all(self) -> list[Body]:
        """User's and model's contents, none empty, no two of one kind in a row.

        What tools answered is a content of its own, right after the calls, as the wire demands.
        Raises `ProviderRejected` where nothing is left to ask.
        """
        said = [pair for m in self._messages if m.role != "system" for pair in self._parts(m)]
        if not said:
            raise ProviderRejected(self._key, f"There is no text to send to {self._key}.")
        return [
            {"role": "user" if kind == "results" else kind, "parts": [part for _, part in same]}
            for kind, same in groupby(said, key=lambda pair: pair[0])
        ]

    def _parts(self, message: Message) -> Iterator[tuple[str, Body]]:
        """Each part with the kind of content that it belongs to; results come first."""
        if message.role == "tool" and not isinstance(message.content, tuple):
            refuse(self._key, "a tool's answer without its call")
        parts = sorted(message.parts, key=lambda part: not isinstance(part, ToolResult))
        if message.role == "assistant":
            yield from (("model", part) for part in self._model(tuple(parts)))
            return
        for part in parts:
            if isinstance(part, ToolResult):
                yield "results", self._result(part)
            else:
                yield from (("user", found) for found in self._spoken(part))

    def _model(self, parts: tuple[Part, ...]) -> Iterator[Body]:
        """A model's parts; a signature goes with the call behind it.

        Thinking in words stays here: what counts of it is in the signature.
        """
        signature, called = "", False
        for part in parts:
            if isinstance(part, Thinking):
                own = part.signature.startswith(MARK)
                signature = part.signature.removeprefix(MARK) if own else signature
            elif isinstance(part, ToolCall):
                # Of calls that were made at once, the first has the signature.
                missing = UNSIGNED if self._levelled and not called else ""
                yield self._call(part, signature or missing)
                signature, called = "", True
            else:
                yield from self._spoken(part)

    def _call(self, call: ToolCall, signature: str) -> Body:
        self._names[call.id] = call.name
        function = {
            "id": fitting_id(call.id, _CALL_ID),
            "name": call.name,
            "args": arguments_of(self._key, call),
        }
        part: Body = {"functionCall": function}
        return part | {"thoughtSignature": signature} if signature else part

    def _result(self, result: ToolResult) -> Body:
        name = result.name or self._names.get(result.call_id, "")
        if not name:
            refuse(self._key, "a tool's answer without its call")
        text = joined(result.content)
        function: Body = {
            "id": fitting_id(result.call_id, _CALL_ID),
            "name": name,
            "response": {"error": text} if result.is_error else {"output": text},
        }
        media = [_medium(part) for part in result.content if isinstance(part, Media)]
        return {"functionResponse": function | {"parts": media} if media else function}

    def _spoken(self, part: Part) -> Iterator[Body]:
        if isinstance(part, ToolCall | ToolResult | Thinking):
            refuse(self._key, "a tool's call or answer, or thinking, in a turn of somebody else's")
        if isinstance(part, Media):
            yield _medium(part)
        elif part.text:
            yield {"text": part.text}


def _medium(media: Media) -> Body:
    """Data in the request itself, or an address for the vendor to read."""
    if media.data is None:
        return {"fileData": {"mimeType": media.media_type, "fileUri": media.url or ""}}
    return {"inlineData": {"mimeType": media.media_type, "data": in_base64(media)}}
