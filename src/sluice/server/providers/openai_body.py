"""A request in OpenAI's chat wire: what a conversation and its wishes look like there (pure).

Source: OpenAI's API reference, "Create chat completion"; `vendors` has where others differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from sluice.server.providers.base import (
    Asked,
    Connection,
    JsonSchema,
    Media,
    Message,
    Part,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
)
from sluice.server.providers.turns import (
    check_tool_choice,
    data_url,
    fitting_id,
    in_base64,
    is_closed,
    joined,
    object_schema,
    refuse,
)
from sluice.server.providers.vendors import MediaKind, Vendor

BODY_OPTIONS: Final = (
    "temperature",
    "top_p",
    "presence_penalty",
    "frequency_penalty",
    "reasoning_effort",
)
"""Options that are sent as they are."""

_CHOICES: Final = {"auto": "auto", "any": "required", "none": "none"}
_AUDIO: Final = {
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/wave": "wav",
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
}
_ANY_ID: Final = re.compile(r"[!-~]{1,256}", re.ASCII)
_SCHEMA_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_UNNAMED: Final = "answer"

Body = dict[str, Any]


def chat_body(
    vendor: Vendor, connection: Connection, messages: tuple[Message, ...], asked: Asked
) -> Body:
    """The body of a streamed call. Raises `ProviderRejected` for what the vendor cannot be told."""
    check_tool_choice(vendor.key, asked)
    writer = _Turns(vendor, str(connection.options.get("system_role", "system")))
    body: Body = {
        "model": connection.model,
        "messages": [turn for message in messages for turn in writer.turns(message)],
        "stream": True,
    }
    if connection.options.get("include_usage", vendor.asks_usage):
        body["stream_options"] = {"include_usage": True}
    return (
        body | _sampling(vendor, connection, asked) | _tools(vendor, asked) | _form(vendor, asked)
    )


def _sampling(vendor: Vendor, connection: Connection, asked: Asked) -> Body:
    """How the answer is drawn: the connection's options, and before them what is asked for."""
    options = connection.options
    fields: Body = {name: options[name] for name in BODY_OPTIONS if name in options}
    wished: dict[str, object] = {
        vendor.max_tokens: _first(asked.max_tokens, options.get("max_tokens")),
        "temperature": asked.temperature,
        "top_p": asked.top_p,
        "reasoning_effort": asked.reasoning_effort,
        "stop": list(asked.stop) or None,
    }
    if vendor.seed:
        wished[vendor.seed] = _first(asked.seed, options.get("seed"))
    if vendor.top_k:
        wished["top_k"] = asked.top_k
    return fields | {name: value for name, value in wished.items() if value is not None}


def _first(asked: object, otherwise: object) -> object:
    return otherwise if asked is None else asked


def _tools(vendor: Vendor, asked: Asked) -> Body:
    """The tools and how they may be used; both are refused by vendors where there are no tools."""
    if not asked.tools:
        return {}
    fields: Body = {"tools": [_tool(tool) for tool in asked.tools]}
    if asked.tool_choice is not None:
        fields["tool_choice"] = _choice(vendor, asked.tool_choice, asked.tools)
    if asked.parallel_tool_calls is not None:
        fields["parallel_tool_calls"] = asked.parallel_tool_calls
    return fields


def _tool(tool: Tool) -> Body:
    function: Body = {"name": tool.name, "parameters": object_schema(tool.parameters)}
    if tool.description:
        function["description"] = tool.description
    return {"type": "function", "function": function}


def _choice(vendor: Vendor, choice: ToolChoice, tools: tuple[Tool, ...]) -> str | Body:
    if choice.mode != "tool":
        return _CHOICES[choice.mode]
    if vendor.names_tool:
        return {"type": "function", "function": {"name": choice.name}}
    if len(tools) > 1:
        refuse(vendor.key, "the choice of one tool among several")
    return "required"


def _form(vendor: Vendor, asked: Asked) -> Body:
    """The form of the answer: JSON, or JSON by a schema."""
    if asked.json_schema is not None:
        if not vendor.json_schema:
            refuse(vendor.key, "a JSON schema for the answer")
        return {"response_format": _schema(asked.json_schema, asked.json_schema_name)}
    if not asked.json_mode:
        return {}
    if vendor.json_object:
        return {"response_format": {"type": "json_object"}}
    return {"response_format": _schema({"type": "object"}, "")}


def _schema(schema: JsonSchema, name: str) -> Body:
    """A schema is followed to the letter where it is one that OpenAI can promise that for."""
    inner: Body = {
        "name": name if _SCHEMA_NAME.fullmatch(name) else _UNNAMED,
        "schema": dict(schema),
    }
    if is_closed(dict(schema)):
        inner["strict"] = True
    return {"type": "json_schema", "json_schema": inner}


class _Turns:
    """Writes messages as one vendor takes them."""

    def __init__(self, vendor: Vendor, system_role: str) -> None:
        self._vendor = vendor
        self._system_role = system_role
        length = vendor.call_id_length
        self._id = re.compile(rf"[A-Za-z0-9]{{{length}}}", re.ASCII) if length else _ANY_ID
        self._id_length = length or 40

    def turns(self, message: Message) -> Iterator[Body]:
        """One message, or one for each tool result and the rest after them."""
        if not isinstance(message.content, tuple):
            if message.role == "tool":
                refuse(self._vendor.key, "a tool's answer without its call")
            yield {"role": self._role(message), "content": message.content}
            return
        results = [part for part in message.content if isinstance(part, ToolResult)]
        others = tuple(part for part in message.content if not isinstance(part, ToolResult))
        yield from (self._result(result) for result in results)
        if message.role == "assistant":
            yield self._assistant(others)
        elif others or not results:
            role = "user" if message.role == "tool" else self._role(message)
            yield {"role": role, "content": self._content(others, role)}

    def _role(self, message: Message) -> str:
        return self._system_role if message.role == "system" else message.role

    def _result(self, result: ToolResult) -> Body:
        """A tool's answer, which is text alone; the wire has no mark for a failed call."""
        if any(isinstance(part, Media) for part in result.content):
            refuse(self._vendor.key, "media in a tool's answer")
        text = joined(result.content)
        content = f"Error: {text}" if result.is_error else text
        return {"role": "tool", "tool_call_id": self._call_id(result.call_id), "content": content}

    def _assistant(self, parts: tuple[Part, ...]) -> Body:
        """Words, calls and, where the vendor wants it back, thinking."""
        if any(isinstance(part, Media) for part in parts):
            refuse(self._vendor.key, "media in an assistant's turn")
        calls = [self._call(part) for part in parts if isinstance(part, ToolCall)]
        turn: Body = {"role": "assistant", "content": joined(parts, "") or (None if calls else "")}
        if calls:
            turn["tool_calls"] = calls
        thinking = "".join(part.text for part in parts if isinstance(part, Thinking))
        if thinking and self._vendor.gives_back_thinking:
            turn["reasoning_content"] = thinking
        return turn

    def _call(self, call: ToolCall) -> Body:
        function = {"name": call.name, "arguments": call.arguments or "{}"}
        return {"id": self._call_id(call.id), "type": "function", "function": function}

    def _call_id(self, call_id: str) -> str:
        return fitting_id(call_id, self._id, self._id_length)

    def _content(self, parts: tuple[Part, ...], role: str) -> str | list[Body]:
        """Text alone as a string, which every vendor takes; with media, a list of parts."""
        if any(isinstance(part, ToolCall | Thinking) for part in parts):
            refuse(self._vendor.key, f"a tool call or thinking in a {role} turn")
        if not any(isinstance(part, Media) for part in parts):
            return joined(parts)
        if role != "user":
            refuse(self._vendor.key, f"media in a {role} turn")
        return [self._part(part) for part in parts if isinstance(part, Text | Media)]

    def _part(self, part: Text | Media) -> Body:
        if isinstance(part, Text):
            return {"type": "text", "text": part.text}
        kind = _kind(part)
        if kind not in self._vendor.media:
            refuse(self._vendor.key, f"{kind} parts")
        if kind == "image":
            return {"type": "image_url", "image_url": {"url": data_url(part)}}
        if part.data is None:
            refuse(self._vendor.key, f"{kind} parts that are an address")
        if kind == "document":
            name = part.name or "document"
            return {"type": "file", "file": {"filename": name, "file_data": data_url(part)}}
        if part.media_type not in _AUDIO:
            refuse(self._vendor.key, "audio other than WAV and MP3")
        sound = {"data": in_base64(part), "format": _AUDIO[part.media_type]}
        return {"type": "input_audio", "input_audio": sound}


def _kind(media: Media) -> MediaKind:
    family = media.media_type.partition("/")[0]
    return "image" if family == "image" else "audio" if family == "audio" else "document"
