"""A request to Amazon Bedrock's Converse: what a conversation and its wishes look like (pure).

Source: Amazon Bedrock's API reference, "ConverseStream", and its user guide, "Carry out a
conversation with the Converse API operations".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from sluice.engine.types import CleansedText
from sluice.server.providers.anthropic_body import (
    JSON_TOOL,
    MAX_TOKENS,
    answers_with_tool,
    takes_effort,
    takes_sampling,
)
from sluice.server.providers.base import (
    Asked,
    Connection,
    JsonSchema,
    Media,
    Message,
    Part,
    ProviderRejected,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolChoice,
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

_KEY: Final = "aws_bedrock"
_MODEL: Final = re.compile(
    r"(?:.*[./])?(?P<maker>anthropic|amazon|openai)\.(?P<name>[a-z0-9.-]+?)(?:-v\d+)?(?::.*)?",
    re.ASCII,
)
"""A model's id, after a region's prefix or in an ARN, without its version."""
_IMAGES: Final = {f"image/{name}": name for name in ("png", "jpeg", "gif", "webp")}
_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_DOCUMENTS: Final = {
    "application/pdf": "pdf",
    "text/csv": "csv",
    "application/msword": "doc",
    f"{_OFFICE}.wordprocessingml.document": "docx",
    "application/vnd.ms-excel": "xls",
    f"{_OFFICE}.spreadsheetml.sheet": "xlsx",
    "text/html": "html",
    "text/plain": "txt",
    "text/markdown": "md",
}
_SOUNDS: Final = {
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/wave": "wav",
    "audio/flac": "flac",
    "audio/ogg": "ogg",
    "audio/aac": "aac",
    "audio/mp4": "mp4",
    "audio/webm": "webm",
}
_CALL_ID: Final = re.compile(r"[a-zA-Z0-9_-]{1,64}", re.ASCII)
_SCHEMA_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_EFFORTS: Final = {"none": "low", "minimal": "low"}
"""OpenAI's efforts that are not known here."""
_LEAST_THINKING: Final = 1024
_NOTHING_SAID: Final = "(empty)"
"""Stands for a tool's empty answer: the wire takes no empty text, and a call must be answered."""

Body = dict[str, Any]
_Turn = tuple[str, list[Body]]
"""A role and its blocks."""


@dataclass(frozen=True, slots=True)
class _Model:
    """Whose model it is, where its id tells, and its name there."""

    maker: str
    name: str

    @property
    def is_claude(self) -> bool:
        return self.maker == "anthropic"

    @property
    def marks_failures(self) -> bool:
        """Whether a tool's answer can be marked as failed."""
        return self.is_claude or (self.maker == "amazon" and self.name.startswith("nova"))

    @property
    def has_fixed_sampling(self) -> bool:
        return self.is_claude and not takes_sampling(self.name)


def converse_body(connection: Connection, messages: tuple[Message, ...], asked: Asked) -> Body:
    """The body of a call. Raises `ProviderRejected` for what the wire cannot be told.

    The wire knows no seed, and cannot ask for one call at a time: both steer only, and are left
    out.
    """
    check_tool_choice(_KEY, asked)
    model = _model(connection)
    fields: Body = {
        "messages": _Turns(model).turns(messages),
        "system": [{"text": text}] if (text := instructions(messages)) else None,
        "inferenceConfig": _inference(connection, asked, model),
        "toolConfig": _tools(asked, messages),
        "outputConfig": _output(asked, model),
        "additionalModelRequestFields": _additional(connection, asked, model),
        "guardrailConfig": _guardrail(connection),
    }
    return {name: value for name, value in fields.items() if value}


def _model(connection: Connection) -> _Model:
    """From the model's id, or from the option `base_model` where an ARN does not tell it."""
    found = _MODEL.fullmatch(str(connection.options.get("base_model", connection.model)))
    return _Model(found["maker"], found["name"]) if found else _Model("", "")


def _inference(connection: Connection, asked: Asked, model: _Model) -> Body:
    options = connection.options
    limit = asked.max_tokens
    if limit is None and "max_tokens" in options:
        # Thinking counts towards the limit, and must leave something of it.
        least = asked.thinking_tokens + MAX_TOKENS if asked.thinking_tokens else 0
        limit = max(int(options["max_tokens"]), least)
    fields: Body = {"maxTokens": limit, "stopSequences": list(asked.stop) or None}
    fields |= {"temperature": options.get("temperature"), "topP": options.get("top_p")}
    wished = {"temperature": asked.temperature, "topP": asked.top_p}
    if _samples(asked, model):
        fields |= {name: value for name, value in wished.items() if value is not None}
    if model.is_claude and asked.temperature is not None and _samples(asked, model):
        fields["temperature"] = min(1.0, asked.temperature)
        fields["topP"] = None  # the later ones of these models refuse both together
    return {name: value for name, value in fields.items() if value is not None}


def _samples(asked: Asked, model: _Model) -> bool:
    """Whether the call may steer sampling; it is not refused for that, see `anthropic_body`."""
    return not model.has_fixed_sampling and not (model.is_claude and asked.thinking_tokens)


def _tools(asked: Asked, messages: tuple[Message, ...]) -> Body | None:
    if answers_with_tool(asked):
        return _json_tool(asked)
    past = _past_tools(messages)
    if asked.tool_choice and asked.tool_choice.mode == "none":
        if past:
            refuse(_KEY, "the choice of no tool in a conversation that called some")
        return None
    # Demanded wherever the conversation called tools, even if there are none any more.
    tools = asked.tools or past
    if not tools:
        return None
    fields: Body = {"tools": [_tool(tool) for tool in tools]}
    choice = asked.tool_choice
    # `auto` is the default, and refused by models that know no choice.
    if asked.tools and choice is not None and choice.mode != "auto":
        fields["toolChoice"] = _choice(choice)
    return fields


def _past_tools(messages: tuple[Message, ...]) -> tuple[Tool, ...]:
    calls = (p.name for m in messages for p in m.parts if isinstance(p, ToolCall))
    return tuple(Tool(name, parameters={"type": "object"}) for name in dict.fromkeys(calls))


def _choice(choice: ToolChoice) -> Body:
    return {choice.mode: {"name": choice.name} if choice.mode == "tool" else {}}


def _tool(tool: Tool) -> Body:
    found: Body = {"name": tool.name, "inputSchema": {"json": object_schema(tool.parameters)}}
    return {"toolSpec": found | ({"description": tool.description} if tool.description else {})}


def _json_tool(asked: Asked) -> Body:
    """The wire has no JSON mode without a schema: a call of this tool is the answer then."""
    if asked.tools:
        refuse(_KEY, "a JSON mode without a schema beside tools")
    told = CleansedText("Give the answer as a JSON object.")
    tool = Tool(JSON_TOOL, told, {"type": "object", "additionalProperties": True})
    return {"tools": [_tool(tool)], "toolChoice": {"tool": {"name": JSON_TOOL}}}


def _output(asked: Asked, model: _Model) -> Body:
    """The form of the answer, and how much effort goes into it."""
    fields: Body = {}
    if asked.json_schema is not None:
        schema = _schema(asked.json_schema, asked.json_schema_name)
        fields["textFormat"] = {"type": "json_schema", "structure": {"jsonSchema": schema}}
    effort = asked.reasoning_effort
    if effort and model.is_claude and takes_effort(model.name):
        fields["effort"] = _EFFORTS.get(effort, effort)
    return fields


def _schema(schema: JsonSchema, name: str) -> Body:
    """A schema as text, as the wire wants it."""
    found = {"schema": json.dumps(close_objects(schema), ensure_ascii=False)}
    return found | ({"name": name} if _SCHEMA_NAME.fullmatch(name) else {})


def _additional(connection: Connection, asked: Asked, model: _Model) -> Body:
    """What only models of one maker know."""
    effort = asked.reasoning_effort
    if model.maker == "openai" and effort:
        return {"reasoning_effort": "high" if effort == "xhigh" else _EFFORTS.get(effort, effort)}
    if not model.is_claude:
        return {}
    fields: Body = {name: v for name, v in connection.options.items() if name == "top_k"}
    if asked.top_k is not None and _samples(asked, model):
        fields["top_k"] = asked.top_k
    if asked.thinking_tokens:
        fields["thinking"] = _thinking(asked.thinking_tokens, model)
    return fields


def _thinking(tokens: int, model: _Model) -> Body:
    if model.has_fixed_sampling:
        return {"type": "adaptive"}
    return {"type": "enabled", "budget_tokens": max(_LEAST_THINKING, tokens)}


def _guardrail(connection: Connection) -> Body | None:
    """The account's own filter over questions and answers, where the connection names one."""
    guardrail = connection.options.get("guardrail_id")
    if guardrail is None:
        return None
    version = str(connection.options.get("guardrail_version", "DRAFT"))
    return {"guardrailIdentifier": str(guardrail), "guardrailVersion": version}


class _Turns:
    """Writes the turns of one conversation; documents are numbered through it."""

    def __init__(self, model: _Model) -> None:
        self._model = model
        self._documents = 0

    def turns(self, messages: Iterable[Message]) -> list[Body]:
        """User and assistant turns: none empty, no two of one role in a row.

        Tool results are a user's and come first in its turn. Raises `ProviderRejected` where
        nothing is left to ask.
        """
        spoken = [
            ("assistant" if message.role == "assistant" else "user", list(self._blocks(message)))
            for message in messages
            if message.role != "system"
        ]
        # A turn of thoughts alone is taken for the beginning of the answer, and refused.
        said = _joined([turn for turn in _joined(spoken) if not _only_thinks(turn[1])])
        if not said:
            raise ProviderRejected(_KEY, f"There is no text to send to {_KEY}.")
        return [{"role": role, "content": _sorted(blocks)} for role, blocks in said]

    def _blocks(self, message: Message) -> Iterator[Body]:
        if message.role == "tool" and not isinstance(message.content, tuple):
            refuse(_KEY, "a tool's answer without its call")
        for part in message.parts:
            block = self._block(part, assistant=message.role == "assistant")
            if block:
                yield block

    def _block(self, part: Part, *, assistant: bool) -> Body | None:
        """A part as a block; None for text of nothing but spaces, which is refused, and for
        thinking that nobody signed, which models do not take back.
        """
        match part:
            case Text():
                return {"text": part.text} if part.text.strip() else None
            case Media():
                if assistant:
                    refuse(_KEY, "media in an assistant's turn")
                return self._medium(part)
            case ToolCall():
                given = arguments_of(_KEY, part)
                call_id = fitting_id(part.id, _CALL_ID)
                return {"toolUse": {"toolUseId": call_id, "name": part.name, "input": given}}
            case ToolResult():
                return {"toolResult": self._result(part)}
            case Thinking():
                return _thought(part)

    def _result(self, result: ToolResult) -> Body:
        inner = [self._block(part, assistant=False) for part in result.content]
        content = [block for block in inner if block] or [{"text": _NOTHING_SAID}]
        found: Body = {"toolUseId": fitting_id(result.call_id, _CALL_ID), "content": content}
        if not result.is_error:
            return found
        if self._model.marks_failures:
            return found | {"status": "error"}
        return found | {"content": [{"text": "Error:"}, *content]}

    def _medium(self, media: Media) -> Body:
        if media.data is None:
            refuse(_KEY, "media that are an address")
        source = {"bytes": in_base64(media)}
        if media.media_type in _IMAGES:
            return {"image": {"format": _IMAGES[media.media_type], "source": source}}
        if media.media_type in _SOUNDS:
            return {"audio": {"format": _SOUNDS[media.media_type], "source": source}}
        if media.media_type not in _DOCUMENTS:
            refuse(_KEY, "media of this type")
        # Names must differ, and may not have most characters that a placeholder has.
        self._documents += 1
        name = f"Document {self._documents}"
        return {
            "document": {"format": _DOCUMENTS[media.media_type], "name": name, "source": source}
        }


def _joined(turns: list[_Turn]) -> list[_Turn]:
    """The turns with neighbours of one role in one, and without empty ones."""
    said = [turn for turn in turns if turn[1]]
    return [
        (role, [block for _, blocks in same for block in blocks])
        for role, same in groupby(said, key=lambda turn: turn[0])
    ]


def _only_thinks(blocks: list[Body]) -> bool:
    return all("reasoningContent" in block for block in blocks)


def _sorted(blocks: list[Body]) -> list[Body]:
    return sorted(blocks, key=lambda block: "toolResult" not in block)


def _thought(part: Thinking) -> Body | None:
    if part.redacted:
        return {"reasoningContent": {"redactedContent": part.redacted}}
    if not part.is_signed_by_claude:
        return None
    signed = {"text": part.text, "signature": part.signature}
    return {"reasoningContent": {"reasoningText": signed}}
