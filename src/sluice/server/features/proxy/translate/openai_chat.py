"""OpenAI's chat completions, from a request to what every provider takes (pure).

Source: OpenAI's API reference, "Create chat completion". Refused with its path, because it changes
the answer and nobody else can be told: several choices, log probabilities, sound as an answer, a
stored completion, moderation, web search, a bias of tokens, ids of files. Dropped:
`openai_asked.STEERING`, `prediction` (makes the same answer faster), `verbosity`, the detail of
images, `strict` of functions and schemas. A participant's name is told before its words, but for
the assistant's, which is dropped: the model would begin its own answers so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sluice.engine.types import CleansedText
from sluice.server.features.proxy.translate import openai_asked
from sluice.server.features.proxy.translate.base import Renderer, Translated
from sluice.server.features.proxy.translate.fields import Fields, settle
from sluice.server.features.proxy.translate.media import (
    ANY_IMAGE,
    audio,
    from_address,
    openai_file,
)
from sluice.server.features.proxy.translate.openai_chat_answer import ChatRenderer, chat_answer
from sluice.server.features.proxy.translate.openai_custom import custom_arguments, custom_tool
from sluice.server.features.proxy.translate.turns import content, text_part, turn, words
from sluice.server.features.proxy.wires.reading import Body
from sluice.server.providers.base import (
    Asked,
    Delta,
    JsonSchema,
    Message,
    Part,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResult,
)


class ChatTranslation:
    """The wire `openai.chat`."""

    def request(self, body: Body) -> Translated:
        """See `Translation.request`."""
        fields = Fields(body, "", [])
        messages = _Conversation().read(fields)
        asked = _asked(fields)
        fields.close()
        settle(fields.problems)
        return Translated(messages, asked)

    def renderer(self, body: Body, model: str) -> Renderer:
        """See `Translation.renderer`."""
        return ChatRenderer(body, model)

    def answer(self, body: Body, model: str, deltas: Sequence[Delta]) -> Body:
        """See `Translation.answer`."""
        return chat_answer(body, model, deltas)


def _asked(fields: Fields) -> Asked:
    _refuse_and_drop(fields)
    tools = openai_asked.Choice(_tools(fields))
    tools.read(fields, "tool_choice", wrapped=True)
    parallel = fields.flag("parallel_tool_calls")
    if fields.take("functions") is not None:
        # The legacy answer has a place for one call only.
        parallel = False
        _legacy_choice(tools, fields)
    json_mode, schema, name = _format(fields)
    longest, legacy_longest = fields.count("max_completion_tokens"), fields.count("max_tokens")
    return Asked(
        tools=tools.tools,
        tool_choice=tools.choice,
        parallel_tool_calls=parallel,
        max_tokens=longest or legacy_longest,
        temperature=fields.number("temperature"),
        top_p=fields.number("top_p"),
        top_k=fields.count("top_k"),
        seed=fields.whole("seed"),
        stop=fields.strings("stop", one=True),
        json_mode=json_mode,
        json_schema=schema,
        json_schema_name=name,
        reasoning_effort=fields.string("reasoning_effort"),
    )


def _refuse_and_drop(fields: Fields) -> None:
    fields.drop(*openai_asked.STEERING, "prediction", "verbosity")
    fields.only("n", 1)
    fields.only("logprobs", False)
    fields.only("top_logprobs", 0)
    fields.only("modalities", ["text"])
    fields.only("store", False)
    fields.only("logit_bias", {})


def _tools(fields: Fields) -> list[Tool]:
    found: list[Tool] = []
    for tool in fields.inners("tools"):
        kind = tool.needed("type")
        read = _TOOLS.get(kind)
        if read is None:
            tool.refuse("type")
            continue
        inner = tool.inner(kind)
        if inner is None:
            tool.refuse(kind, "is needed")
        else:
            found.append(read(inner))
        tool.drop("cache_control")
        tool.close()
    return found + [openai_asked.function(inner) for inner in fields.inners("functions")]


def _legacy_choice(tools: openai_asked.Choice, fields: Fields) -> None:
    value = fields.take("function_call")
    if isinstance(value, dict):
        tools.name(fields.inner("function_call"))
    else:
        tools.read(fields, "function_call", wrapped=False)


def _format(fields: Fields) -> tuple[bool, JsonSchema | None, str]:
    form = fields.inner("response_format")
    if form is None:
        return False, None, ""
    kind = form.needed("type")
    found: tuple[bool, JsonSchema | None, str] = kind == "json_object", None, ""
    if kind == "json_schema":
        inner = form.inner("json_schema")
        if inner is None:
            form.refuse("json_schema", "is needed")
        else:
            schema, name = openai_asked.schema(inner)
            inner.close()
            found = schema is None, schema, name
    elif kind not in ("json_object", "text"):
        form.refuse("type")
    form.close()
    return found


class _Conversation:
    """Reads the messages; remembers calls, since their results name them by id only."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._legacy: dict[str, str] = {}

    def read(self, fields: Fields) -> tuple[Message, ...]:
        if fields.take("messages") is None:
            fields.refuse("messages", "is needed")
        found = [self._message(message, n) for n, message in enumerate(fields.inners("messages"))]
        return tuple(found)

    def _message(self, fields: Fields, number: int) -> Message:
        role = fields.needed("role")
        match role:
            case "system" | "developer":
                message = turn("system", _named(fields, content(fields, "content", _WORDS)))
            case "user":
                message = turn("user", _named(fields, content(fields, "content", _PARTS)))
            case "assistant":
                fields.drop("name")
                message = turn("assistant", self._assistant(fields, number))
            case "tool":
                message = turn("tool", (self._result(fields),))
            case "function":
                message = turn("tool", (self._legacy_result(fields),))
            case _:
                fields.refuse("role", "use system, developer, user, assistant, tool or function")
                return Message("user", CleansedText(""))
        fields.close()
        return message

    def _assistant(self, fields: Fields, number: int) -> list[Part]:
        fields.drop("annotations", "parsed")
        thinking = fields.string("reasoning_content")
        parts: list[Part] = [Thinking(thinking)] if thinking else []
        parts += content(fields, "content", _WORDS)
        parts += words(fields.string("refusal"))
        for call in fields.inners("tool_calls"):
            parts += self._call(call)
        if (legacy := fields.inner("function_call")) is not None:
            parts.append(self._legacy_call(legacy, f"call_{number}"))
        return parts

    def _call(self, call: Fields) -> list[ToolCall]:
        call.drop("index")
        kind = call.string("type") or "function"
        if kind not in _TOOLS:
            call.refuse("type")
            return []
        call_id, inner = call.needed("id"), call.inner(kind)
        if inner is None:
            call.refuse(kind, "is needed")
            return []
        self._names[call_id] = inner.needed("name")
        if kind == "custom":
            arguments = custom_arguments(inner.string("input") or "")
        else:
            arguments = inner.arguments("arguments")
            inner.drop("parsed_arguments")
        found = ToolCall(call_id, self._names[call_id], arguments)
        inner.close()
        call.close()
        return [found]

    def _result(self, fields: Fields) -> ToolResult:
        call_id = fields.needed("tool_call_id")
        # Some clients name the tool, which others learn from the call.
        name = fields.string("name") or self._names.get(call_id, "")
        parts = content(fields, "content", _WORDS)
        return ToolResult(call_id, _shown(parts), name=name)

    def _legacy_call(self, fields: Fields, call_id: str) -> ToolCall:
        name = fields.needed("name")
        self._legacy[name] = call_id
        found = ToolCall(call_id, name, fields.arguments("arguments"))
        fields.close()
        return found

    def _legacy_result(self, fields: Fields) -> ToolResult:
        name = fields.needed("name")
        if name and name not in self._legacy:
            fields.refuse("name", "no function call before it has this name")
        parts = content(fields, "content", _WORDS)
        return ToolResult(self._legacy.get(name, ""), _shown(parts), name=name)


def _named(fields: Fields, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """What a participant says, with its name."""
    name = fields.string("name")
    if not name:
        return parts
    if parts and isinstance(parts[0], Text):
        return (Text(CleansedText(f"{name}: {parts[0].text}")), *parts[1:])
    return (Text(CleansedText(f"{name}:")), *parts)


def _shown(parts: Sequence[Part]) -> tuple[Text, ...]:
    return tuple(part for part in parts if isinstance(part, Text))


def _image(fields: Fields) -> Sequence[Part]:
    fields.drop("prompt_cache_breakpoint", "cache_control")
    inner = fields.inner("image_url")
    if inner is None:
        fields.refuse("image_url", "is needed")
        return ()
    inner.drop("detail")
    found = from_address(inner, "url", ANY_IMAGE)
    inner.close()
    return found


def _audio(fields: Fields) -> Sequence[Part]:
    inner = fields.inner("input_audio")
    if inner is None:
        fields.refuse("input_audio", "is needed")
        return ()
    return audio(inner)


def _file(fields: Fields) -> Sequence[Part]:
    fields.drop("prompt_cache_breakpoint", "cache_control")
    inner = fields.inner("file")
    if inner is None:
        fields.refuse("file", "is needed")
        return ()
    found = openai_file(inner)
    inner.close()
    return found


def _refusal(fields: Fields) -> Sequence[Part]:
    return words(fields.needed("refusal"))


_TOOLS: Final = {"function": openai_asked.function, "custom": custom_tool}
_WORDS: Final = {"text": text_part, "refusal": _refusal}
_PARTS: Final[dict[str, Any]] = {
    "text": text_part,
    "image_url": _image,
    "input_audio": _audio,
    "file": _file,
}
