"""A request in Cohere's chat wire, version 2: what a conversation and its wishes look like (pure).

Source: Cohere's API reference, "Chat (v2)", and its guides "Tool use", "Structured outputs" and
"Reasoning".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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
    data_url,
    fitting_id,
    joined,
    object_schema,
    refuse,
)

BODY_OPTIONS: Final = ("temperature", "frequency_penalty", "presence_penalty", "safety_mode")
"""Options that are sent as they are."""
SAFETY_MODES: Final = ("CONTEXTUAL", "STRICT", "OFF")

_KEY: Final = "cohere"
_UNTHINKING: Final = re.compile(
    r"command|command-(light|nightly|light-nightly)|command-r.*|c4ai-aya.*|tiny-aya.*"
    r"|command-a-(03-2025|vision.*|translate.*)",
    re.ASCII,
)
"""Models without reasoning, which refuse the field for it. A closed list of older ones."""
_P: Final = (0.01, 0.99)
_K: Final = (0, 500)
_CALL_ID: Final = re.compile(r"[!-~]{1,256}", re.ASCII)

Body = dict[str, Any]


def chat_body(connection: Connection, messages: tuple[Message, ...], asked: Asked) -> Body:
    """The body of a streamed call. Raises `ProviderRejected` for what the wire cannot be told."""
    check_tool_choice(_KEY, asked)
    body: Body = {"model": connection.model, "messages": turns(messages), "stream": True}
    return (
        body
        | _sampling(connection, asked)
        | _tools(asked)
        | _form(asked)
        | _thinking(connection, asked)
    )


def thinks(model: str) -> bool:
    """Whether a model can be told how much to think."""
    return not _UNTHINKING.fullmatch(model)


def _sampling(connection: Connection, asked: Asked) -> Body:
    """How the answer is drawn: the connection's options, and before them what is asked for.

    `p` and `k` only steer the draw, so they are kept inside of their scales instead of refused.
    """
    options = connection.options
    fields: Body = {name: options[name] for name in BODY_OPTIONS if name in options}
    wished: dict[str, object] = {
        "max_tokens": _first(asked.max_tokens, options.get("max_tokens")),
        "temperature": asked.temperature,
        "p": _within(_P, _first(asked.top_p, options.get("top_p"))),
        "k": _within(_K, _first(asked.top_k, options.get("top_k"))),
        "seed": _first(asked.seed, options.get("seed")),
        "stop_sequences": list(asked.stop) or None,
    }
    return fields | {name: value for name, value in wished.items() if value is not None}


def _first(asked: object, otherwise: object) -> object:
    return otherwise if asked is None else asked


def _within(scale: tuple[float, float], value: object) -> object:
    return min(scale[1], max(scale[0], value)) if isinstance(value, int | float) else value


def _tools(asked: Asked) -> Body:
    """The tools and whether one must be used.

    The wire has no word for "this one": then it is the only one that is offered. It has none for
    "one at a time" either; there the reader keeps to the first call.
    """
    choice = asked.tool_choice
    if not asked.tools:
        return {}
    named = choice.name if choice and choice.mode == "tool" else None
    offered = [tool for tool in asked.tools if named in (None, tool.name)]
    fields: Body = {"tools": [_tool(tool) for tool in offered]}
    if choice and choice.mode != "auto":
        fields["tool_choice"] = "NONE" if choice.mode == "none" else "REQUIRED"
    return fields


def _tool(tool: Tool) -> Body:
    function: Body = {"name": tool.name, "parameters": object_schema(tool.parameters)}
    if tool.description:
        function["description"] = tool.description
    return {"type": "function", "function": function}


def _form(asked: Asked) -> Body:
    """The form of the answer, which the wire knows beside no tools only."""
    if asked.json_schema is None and not asked.json_mode:
        return {}
    if asked.tools:
        refuse(_KEY, "a JSON answer beside tools")
    form: Body = {"type": "json_object"}
    if asked.json_schema is not None:
        form["json_schema"] = dict(asked.json_schema)
    return {"response_format": form}


def _thinking(connection: Connection, asked: Asked) -> Body:
    """A budget, or none at all; efforts between are the model's own matter, which thinks anyway."""
    if not thinks(connection.model):
        return {}
    if asked.thinking_tokens:
        return {"thinking": {"type": "enabled", "token_budget": asked.thinking_tokens}}
    if asked.thinking_tokens == 0 or asked.reasoning_effort == "none":
        return {"thinking": {"type": "disabled"}}
    return {}


def turns(messages: tuple[Message, ...]) -> list[Body]:
    """The messages as the wire takes them; a tool's answers are messages of their own.

    Raises `ProviderRejected` where nothing is left to ask.
    """
    said = [turn for message in messages for turn in _turns(message)]
    if all(turn["role"] == "system" for turn in said):
        raise ProviderRejected(_KEY, "There is no text to send to cohere.")
    return said


def _turns(message: Message) -> Iterator[Body]:
    if message.role == "tool" and not isinstance(message.content, tuple):
        refuse(_KEY, "a tool's answer without its call")
    yield from (_result(part) for part in message.parts if isinstance(part, ToolResult))
    others = tuple(part for part in message.parts if not isinstance(part, ToolResult))
    if message.role == "assistant":
        turn = _assistant(others)
        if len(turn) > 1:
            yield turn
        return
    content = _content(others, message.role)
    if content:
        yield {"role": "system" if message.role == "system" else "user", "content": content}


def _result(result: ToolResult) -> Body:
    """A tool's answer, which is text alone; the wire has no mark for a failed call."""
    if any(isinstance(part, Media) for part in result.content):
        refuse(_KEY, "media in a tool's answer")
    text = joined(result.content)
    content = f"Error: {text}" if result.is_error else text
    return {"role": "tool", "tool_call_id": _id(result.call_id), "content": content}


def _assistant(parts: tuple[Part, ...]) -> Body:
    """Words, calls and thinking: beside calls it is the plan, else a block before the words.

    The wire signs no thinking: what has a signature is another vendor's, and stays here.
    """
    if any(isinstance(part, Media) for part in parts):
        refuse(_KEY, "media in an assistant's turn")
    calls = [_call(part) for part in parts if isinstance(part, ToolCall)]
    own = (part for part in parts if isinstance(part, Thinking) and not part.signature)
    thought, text = "".join(part.text for part in own), joined(parts, "")
    turn: Body = {"role": "assistant"}
    if calls:
        turn["tool_calls"] = calls
    if thought and calls:
        turn["tool_plan"] = thought
    blocks = [{"type": "thinking", "thinking": thought}] if thought and not calls else []
    if blocks:
        turn["content"] = blocks + ([{"type": "text", "text": text}] if text else [])
    elif text:
        turn["content"] = text
    return turn


def _call(call: ToolCall) -> Body:
    arguments_of(_KEY, call)
    function = {"name": call.name, "arguments": call.arguments.strip() or "{}"}
    return {"id": _id(call.id), "type": "function", "function": function}


def _id(call_id: str) -> str:
    return fitting_id(call_id, _CALL_ID)


def _content(parts: tuple[Part, ...], role: str) -> str | list[Body]:
    """Text alone as a string; with images, a list of parts."""
    if any(isinstance(part, ToolCall | Thinking) for part in parts):
        refuse(_KEY, f"a tool call or thinking in a {role} turn")
    if not any(isinstance(part, Media) for part in parts):
        return joined(parts)
    if role == "system":
        refuse(_KEY, "media in a system turn")
    return [_part(part) for part in parts if isinstance(part, Text | Media)]


def _part(part: Text | Media) -> Body:
    if isinstance(part, Text):
        return {"type": "text", "text": part.text}
    if not part.media_type.startswith("image/"):
        refuse(_KEY, "media other than images")
    return {"type": "image_url", "image_url": {"url": data_url(part)}}
