"""Anthropic's Messages, from a request to what every provider takes (pure).

Source: Anthropic's API reference, "Create a Message". Refused with its path, because it changes
the answer and nobody else can be told: tools that Anthropic runs or defines, blocks of such tools,
citations, files by id, containers, servers of tools, where the model must run, compaction, an
answer of no tokens. Dropped: caching, metadata, price and speed, diagnostics, `strict` and
`eager_input_streaming` of tools, editing of the context that leaves out thinking or old results,
`thinking` that is off or left to the model.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from sluice.engine.types import CleansedText
from sluice.server.features.proxy.translate.anthropic_answer import (
    MessagesRenderer,
    messages_answer,
)
from sluice.server.features.proxy.translate.anthropic_blocks import CONTENT, RESULT
from sluice.server.features.proxy.translate.base import Renderer, Translated
from sluice.server.features.proxy.translate.fields import Fields, settle
from sluice.server.features.proxy.translate.turns import content, text_part, turn
from sluice.server.features.proxy.wires.reading import Body
from sluice.server.providers.base import (
    Asked,
    Delta,
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

_STEERING: Final = (
    "model",
    "stream",
    "metadata",
    "service_tier",
    "speed",
    "cache_control",
    "diagnostics",
    "user_profile_id",
    "betas",
)
_CLEARING: Final = ("clear_thinking_", "clear_tool_uses_")
_OFF: Final = ("disabled", "adaptive", "between_tools")


class MessagesTranslation:
    """The wire `anthropic.messages`."""

    def request(self, body: Body) -> Translated:
        """See `Translation.request`."""
        fields = Fields(body, "", [])
        messages = (*_system(fields), *_Conversation().read(fields))
        asked = _asked(fields)
        fields.close()
        settle(fields.problems)
        return Translated(messages, asked)

    def renderer(self, body: Body, model: str) -> Renderer:
        """See `Translation.renderer`."""
        return MessagesRenderer(body, model)

    def answer(self, body: Body, model: str, deltas: Sequence[Delta]) -> Body:
        """See `Translation.answer`."""
        return messages_answer(body, model, deltas)


def _asked(fields: Fields) -> Asked:
    fields.drop(*_STEERING)
    fields.only("mcp_servers", [])
    _editing(fields)
    choice, parallel = _choice(fields)
    effort, schema = _output(fields)
    return Asked(
        tools=tuple(tool for inner in fields.inners("tools") for tool in _tool(inner)),
        tool_choice=choice,
        parallel_tool_calls=parallel,
        max_tokens=fields.count("max_tokens"),
        temperature=fields.number("temperature"),
        top_p=fields.number("top_p"),
        top_k=fields.count("top_k"),
        stop=fields.strings("stop_sequences"),
        json_schema=schema,
        reasoning_effort=effort,
        thinking_tokens=_thinking(fields),
    )


def _editing(fields: Fields) -> None:
    """Editing of the context: what is shown beyond what the caller wishes is his own history."""
    management = fields.inner("context_management")
    if management is None:
        return
    for edit in management.inners("edits"):
        if not edit.needed("type").startswith(_CLEARING):
            edit.refuse("type")
    management.close()


def _choice(fields: Fields) -> tuple[ToolChoice | None, bool | None]:
    wish = fields.inner("tool_choice")
    if wish is None:
        return None, None
    parallel = False if wish.flag("disable_parallel_tool_use") else None
    choice: ToolChoice | None = None
    match wish.needed("type"):
        case "auto":
            choice = ToolChoice("auto")
        case "any":
            choice = ToolChoice("any")
        case "none":
            choice = ToolChoice("none")
        case "tool":
            choice = ToolChoice("tool", wish.needed("name"))
        case _:
            wish.refuse("type", "use auto, any, tool or none")
    wish.close()
    return choice, parallel


def _thinking(fields: Fields) -> int | None:
    """How many tokens of thinking are asked for; otherwise it is left to the model."""
    wish = fields.inner("thinking")
    if wish is None:
        return None
    wish.drop("display")
    kind, tokens = wish.needed("type"), None
    if kind == "enabled":
        tokens = wish.count("budget_tokens")
    elif kind not in _OFF:
        wish.refuse("type", "use enabled, disabled, adaptive or between_tools")
    wish.close()
    return tokens


def _output(fields: Fields) -> tuple[str | None, JsonSchema | None]:
    """The effort and the schema; the schema may also stand in its older place."""
    older = _form(fields, "output_format")
    config = fields.inner("output_config")
    if config is None:
        return None, older
    effort = config.string("effort")
    newer = _form(config, "format")
    config.close()
    return effort, newer or older


def _form(fields: Fields, name: str) -> JsonSchema | None:
    form = fields.inner(name)
    if form is None:
        return None
    schema: JsonSchema | None = None
    if form.needed("type") == "json_schema":
        schema = form.json_object("schema")
    else:
        form.refuse("type")
    form.close()
    return schema


def _tool(fields: Fields) -> Sequence[Tool]:
    """A tool of the caller; examples of its input go into its schema."""
    if (fields.string("type") or "custom") != "custom":
        fields.refuse("type")
        return ()
    fields.drop("cache_control", "eager_input_streaming", "strict")
    fields.only("defer_loading", False)
    fields.only("allowed_callers", ["direct"], [])
    parameters: dict[str, Any] = fields.json_object("input_schema") or {}
    if examples := _examples(fields):
        parameters = parameters | {"examples": examples}
    description = fields.string("description") or CleansedText("")
    found = Tool(fields.needed("name"), description, parameters)
    fields.close()
    return (found,)


def _examples(fields: Fields) -> list[object]:
    value = fields.take("input_examples")
    if value is not None and not isinstance(value, list):
        fields.refuse("input_examples", "must be a list")
    return value if isinstance(value, list) else []


def _system(fields: Fields) -> Sequence[Message]:
    parts = content(fields, "system", {"text": text_part})
    return (turn("system", parts),) if parts else ()


class _Conversation:
    """Reads the messages; remembers calls, since their results name them by id only."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def read(self, fields: Fields) -> tuple[Message, ...]:
        if fields.take("messages") is None:
            fields.refuse("messages", "is needed")
        return tuple(m for inner in fields.inners("messages") for m in self._messages(inner))

    def _messages(self, fields: Fields) -> Sequence[Message]:
        """One turn; a user's turn with results of tools is one of them and one of the rest."""
        found: Sequence[Message] = ()
        match fields.needed("role"):
            case "user":
                found = self._user(fields)
            case "assistant":
                readers = CONTENT | _THINKING | {"tool_use": self._call}
                found = (turn("assistant", content(fields, "content", readers)),)
            case "system":
                found = (turn("system", content(fields, "content", {"text": text_part})),)
            case _:
                fields.refuse("role", "use user, assistant or system")
                return ()
        fields.close()
        return found

    def _user(self, fields: Fields) -> Sequence[Message]:
        parts = content(fields, "content", CONTENT | {"tool_result": self._result})
        results = [part for part in parts if isinstance(part, ToolResult)]
        others = [part for part in parts if not isinstance(part, ToolResult)]
        # Results follow their calls at once: OpenAI's wire refuses anything in between.
        told = (turn("tool", results),) if results else ()
        return (*told, turn("user", others)) if others or not results else told

    def _call(self, fields: Fields) -> Sequence[Part]:
        fields.drop("cache_control")
        fields.only("caller", {"type": "direct"})
        call_id, name = fields.needed("id"), fields.needed("name")
        self._names[call_id] = name
        value = fields.json_object("input") or {}
        return (ToolCall(call_id, name, CleansedText(json.dumps(value, ensure_ascii=False))),)

    def _result(self, fields: Fields) -> Sequence[Part]:
        fields.drop("cache_control")
        call_id = fields.needed("tool_use_id")
        parts = content(fields, "content", RESULT)
        shown = tuple(part for part in parts if isinstance(part, Text | Media))
        failed = fields.flag("is_error") or False
        return (ToolResult(call_id, shown, failed, self._names.get(call_id, "")),)


def _signed(fields: Fields) -> Sequence[Part]:
    text, signature = fields.string("thinking"), fields.string("signature")
    return (Thinking(text or CleansedText(""), signature or ""),)


def _redacted(fields: Fields) -> Sequence[Part]:
    return (Thinking(CleansedText(""), redacted=fields.needed("data")),)


_THINKING: Final = {"thinking": _signed, "redacted_thinking": _redacted}
