"""A request in Anthropic's Messages wire: what a conversation and its wishes look like (pure).

Source: Anthropic's API reference, "Create a Message", and its guides "Structured outputs" and
"Thinking"; the wire's version 2026-10-21 takes no sampling any more.
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
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResult,
)
from sluice.server.providers.turns import (
    arguments_of,
    check_tool_choice,
    close_objects,
    fitting_id,
    in_base64,
    instructions,
    object_schema,
    refuse,
)

SAMPLING: Final = ("temperature", "top_p", "top_k")
MAX_TOKENS: Final = 8192
"""The wire demands a limit; this one is used where neither call nor connection sets one."""
JSON_TOOL: Final = "json"
"""The wire has no JSON mode without a schema: a call of this tool is the answer then."""

_SAMPLED: Final = re.compile(
    r"claude-(instant|[23])\b.*|claude-(opus|sonnet|haiku)-4(-[0-6])?(-\d{8}|-latest)?", re.ASCII
)
"""Models that take sampling and a fixed budget for thinking. A closed list: since Claude Opus 4.7
every model refuses both, and takes `effort` and adaptive thinking instead."""
_OLD: Final = re.compile(
    r"claude-(instant|[23])\b.*|claude-(opus|sonnet|haiku)-4(-[01])?(-\d{8})?"
    r"|claude-(sonnet|haiku)-4-5(-\d{8})?",
    re.ASCII,
)
"""Models from before `effort`."""
_EFFORTS: Final = {"none": "low", "minimal": "low"}
"""OpenAI's efforts that are not Anthropic's."""
_LEAST_THINKING: Final = 1024
_IMAGES: Final = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
_CALL_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)
_KEY: Final = "anthropic"

Body = dict[str, Any]


def message_body(connection: Connection, messages: tuple[Message, ...], asked: Asked) -> Body:
    """The body of a streamed call. Raises `ProviderRejected` for what the wire cannot be told."""
    check_tool_choice(_KEY, asked)
    body: Body = {
        "model": connection.model,
        "max_tokens": _max_tokens(connection, asked),
        "messages": turns(messages),
        "stream": True,
    }
    system = instructions(messages)
    if system:
        body["system"] = system
    if asked.stop:
        body["stop_sequences"] = list(asked.stop)
    return body | _tools(asked) | _sampling(connection, asked) | _output(connection, asked)


def takes_sampling(model: str) -> bool:
    """Whether a model takes sampling, and a fixed budget for thinking."""
    return _SAMPLED.fullmatch(model) is not None


def takes_effort(model: str) -> bool:
    """Whether a model can be told how much effort to make."""
    return not _OLD.fullmatch(model)


def answers_with_tool(asked: Asked) -> bool:
    """Whether the answer comes as a call of `JSON_TOOL`."""
    return asked.json_mode and asked.json_schema is None


def _max_tokens(connection: Connection, asked: Asked) -> object:
    if asked.max_tokens is not None:
        return asked.max_tokens
    limit = connection.options.get("max_tokens", MAX_TOKENS)
    # Thinking counts towards the limit, and must leave something of it.
    return max(limit, (asked.thinking_tokens or 0) + MAX_TOKENS) if _thinks(asked) else limit


def _thinks(asked: Asked) -> bool:
    return bool(asked.thinking_tokens)


def _tools(asked: Asked) -> Body:
    if answers_with_tool(asked):
        return _json_tool(asked)
    if not asked.tools:
        return {}
    fields: Body = {"tools": [_tool(tool) for tool in asked.tools]}
    choice = asked.tool_choice
    alone = asked.parallel_tool_calls is False
    if choice is not None or alone:
        chosen: Body = {"type": choice.mode if choice else "auto"}
        if choice and choice.mode == "tool":
            chosen["name"] = choice.name
        if alone and chosen["type"] != "none":
            chosen["disable_parallel_tool_use"] = True
        fields["tool_choice"] = chosen
    return fields


def _tool(tool: Tool) -> Body:
    found: Body = {"name": tool.name, "input_schema": object_schema(tool.parameters)}
    return found | {"description": tool.description} if tool.description else found


def _json_tool(asked: Asked) -> Body:
    if asked.tools:
        refuse(_KEY, "a JSON mode without a schema beside tools")
    tool = {
        "name": JSON_TOOL,
        "description": "Give the answer as a JSON object.",
        "input_schema": {"type": "object", "additionalProperties": True},
    }
    return {"tools": [tool], "tool_choice": {"type": "tool", "name": JSON_TOOL}}


def _sampling(connection: Connection, asked: Asked) -> Body:
    """What the connection says, and before it what is asked for, where the model knows of it.

    It only steers how an answer is drawn, so a call is not refused for it; nor for a temperature
    above 1, which is where this wire's scale ends.
    """
    fields: Body = {n: connection.options[n] for n in SAMPLING if n in connection.options}
    if not takes_sampling(connection.model) or _thinks(asked):
        return fields
    wished = {n: getattr(asked, n) for n in SAMPLING if getattr(asked, n) is not None}
    if "temperature" in wished:
        wished["temperature"] = min(1.0, wished["temperature"])
        wished.pop("top_p", None)  # the later ones of these models refuse both together
    return fields | wished


def _output(connection: Connection, asked: Asked) -> Body:
    """The form of the answer, and how much thought goes into it."""
    fields: Body = {}
    config: Body = {}
    if asked.json_schema is not None:
        config["format"] = {"type": "json_schema", "schema": close_objects(asked.json_schema)}
    effort = asked.reasoning_effort
    if effort and takes_effort(connection.model):
        config["effort"] = _EFFORTS.get(effort, effort)
    if config:
        fields["output_config"] = config
    if asked.thinking_tokens:
        fields["thinking"] = _thinking(connection, asked.thinking_tokens)
    return fields


def _thinking(connection: Connection, tokens: int) -> Body:
    if not takes_sampling(connection.model):
        return {"type": "adaptive"}
    return {"type": "enabled", "budget_tokens": max(_LEAST_THINKING, tokens)}


def turns(messages: tuple[Message, ...]) -> list[Body]:
    """User and assistant turns as the wire takes them: none empty, no two of one role in a row.

    A turn of nothing but text is a string. Tool results are a user's and come first in its turn.
    Raises `ProviderRejected` where nothing is left to ask.
    """
    spoken = [
        ("assistant" if message.role == "assistant" else "user", list(_blocks(message)))
        for message in messages
        if message.role != "system"
    ]
    said = [(role, blocks) for role, blocks in spoken if blocks]
    if not said:
        raise ProviderRejected(_KEY, "There is no text to send to anthropic.")
    return [
        {"role": role, "content": _content([block for _, blocks in same for block in blocks])}
        for role, same in groupby(said, key=lambda turn: turn[0])
    ]


def _content(blocks: list[Body]) -> str | list[Body]:
    if all(set(block) == {"type", "text"} for block in blocks):
        return "\n\n".join(block["text"] for block in blocks)
    return sorted(blocks, key=lambda block: block["type"] != "tool_result")


def _blocks(message: Message) -> Iterator[Body]:
    if message.role == "tool" and not isinstance(message.content, tuple):
        refuse(_KEY, "a tool's answer without its call")
    for part in message.parts:
        block = _block(part, assistant=message.role == "assistant")
        if block:
            yield block


def _block(part: Part, *, assistant: bool) -> Body | None:
    """A part as a block; None for text of nothing but spaces, which is refused, and for thinking
    that this vendor cannot have signed.
    """
    match part:
        case Text():
            return {"type": "text", "text": part.text} if part.text.strip() else None
        case Media():
            return refuse(_KEY, "media in an assistant's turn") if assistant else _medium(part)
        case ToolCall():
            call_id = fitting_id(part.id, _CALL_ID)
            given = arguments_of(_KEY, part)
            return {"type": "tool_use", "id": call_id, "name": part.name, "input": given}
        case ToolResult():
            return _result(part)
        case Thinking():
            return _thought(part)


def _thought(part: Thinking) -> Body | None:
    if part.redacted:
        return {"type": "redacted_thinking", "data": part.redacted}
    if not part.is_signed_by_claude:
        return None
    return {"type": "thinking", "thinking": part.text, "signature": part.signature}


def _result(result: ToolResult) -> Body:
    inner = [_block(part, assistant=False) for part in result.content]
    found: Body = {
        "type": "tool_result",
        "tool_use_id": fitting_id(result.call_id, _CALL_ID),
        "content": _content([block for block in inner if block]),
    }
    return found | {"is_error": True} if result.is_error else found


def _medium(media: Media) -> Body:
    if media.media_type.startswith("image/"):
        return {"type": "image", "source": _source(media, images=True)}
    if media.media_type.startswith("text/") and media.data is not None:
        return _plain(media)
    if media.media_type == "application/pdf":
        return _titled(media, {"type": "document", "source": _source(media, images=False)})
    return refuse(_KEY, "media other than images, PDF and plain text")


def _source(media: Media, *, images: bool) -> Body:
    if media.data is None:
        return {"type": "url", "url": media.url or ""}
    if images and media.media_type not in _IMAGES:
        refuse(_KEY, "images other than JPEG, PNG, GIF and WebP")
    return {"type": "base64", "media_type": media.media_type, "data": in_base64(media)}


def _plain(media: Media) -> Body:
    text = (media.data or b"").decode("utf-8", "replace")
    source = {"type": "text", "media_type": "text/plain", "data": text}
    return _titled(media, {"type": "document", "source": source})


def _titled(media: Media, block: Body) -> Body:
    return block | {"title": media.name} if media.name else block
