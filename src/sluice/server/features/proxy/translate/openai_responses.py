"""OpenAI's Responses, from a request to what every provider takes (pure).

Source: OpenAI's API reference, "Create a response". Refused with its path, because it changes the
answer and nobody else can be told: earlier responses and conversations that OpenAI keeps, stored
and background responses, prompts that OpenAI keeps, tools that OpenAI runs and their items,
compaction, moderation, log probabilities. Dropped: `openai_asked.STEERING`, `truncation` (a
vendor that is asked too much says so), `max_tool_calls` (counts OpenAI's own tools), `verbosity`,
summaries of reasoning (they are told where there are any).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sluice.engine.types import CleansedText
from sluice.server.features.proxy.translate import openai_asked
from sluice.server.features.proxy.translate.base import Renderer, Translated
from sluice.server.features.proxy.translate.fields import Fields, settle
from sluice.server.features.proxy.translate.openai_custom import custom_tool
from sluice.server.features.proxy.translate.openai_items import Items
from sluice.server.features.proxy.translate.openai_responses_answer import (
    ResponsesRenderer,
    responses_answer,
)
from sluice.server.features.proxy.wires.reading import Body
from sluice.server.providers.base import Asked, Delta, JsonSchema, Message, Tool

_DROPPED: Final = (
    *openai_asked.STEERING,
    "truncation",
    "max_tool_calls",
    "image",
)
_LOGPROBS: Final = "message.output_text.logprobs"


class ResponsesTranslation:
    """The wire `openai.responses`."""

    def request(self, body: Body) -> Translated:
        """See `Translation.request`."""
        fields = Fields(body, "", [])
        messages = _messages(fields)
        asked = _asked(fields)
        fields.close()
        settle(fields.problems)
        return Translated(messages, asked)

    def renderer(self, body: Body, model: str) -> Renderer:
        """See `Translation.renderer`."""
        return ResponsesRenderer(body, model)

    def answer(self, body: Body, model: str, deltas: Sequence[Delta]) -> Body:
        """See `Translation.answer`."""
        return responses_answer(body, model, deltas)


def _messages(fields: Fields) -> tuple[Message, ...]:
    instructions = fields.string("instructions")
    first = (Message("system", instructions),) if instructions else ()
    value = fields.take("input")
    if isinstance(value, str):
        return (*first, Message("user", CleansedText(value)))
    if value is None:
        fields.refuse("input", "is needed")
    items = Items()
    for item in fields.inners("input"):
        items.read(item)
    return (*first, *items.messages())


def _asked(fields: Fields) -> Asked:
    _refuse_and_drop(fields)
    tools = openai_asked.Choice(_tools(fields))
    tools.read(fields, "tool_choice", wrapped=False)
    json_mode, schema, name = _format(fields)
    return Asked(
        tools=tools.tools,
        tool_choice=tools.choice,
        parallel_tool_calls=fields.flag("parallel_tool_calls"),
        max_tokens=fields.count("max_output_tokens"),
        temperature=fields.number("temperature"),
        top_p=fields.number("top_p"),
        json_mode=json_mode,
        json_schema=schema,
        json_schema_name=name,
        reasoning_effort=_effort(fields),
    )


def _refuse_and_drop(fields: Fields) -> None:
    fields.only("top_logprobs", 0)
    fields.drop(*_DROPPED)
    fields.only("store", False)
    fields.only("background", False)
    fields.only("context_management", [])
    if _LOGPROBS in fields.strings("include"):
        fields.refuse("include")


def _tools(fields: Fields) -> list[Tool]:
    found: list[Tool] = []
    for tool in fields.inners("tools"):
        match tool.needed("type"):
            case "function":
                tool.drop("output_schema")
                found.append(openai_asked.function(tool))
            case "custom":
                found.append(custom_tool(tool))
            case _:
                tool.refuse("type")
    return found


def _effort(fields: Fields) -> str | None:
    reasoning = fields.inner("reasoning")
    if reasoning is None:
        return None
    reasoning.drop("summary", "generate_summary", "context")
    reasoning.only("mode", "standard")
    effort = reasoning.string("effort")
    reasoning.close()
    return effort


def _format(fields: Fields) -> tuple[bool, JsonSchema | None, str]:
    text = fields.inner("text")
    if text is None:
        return False, None, ""
    text.drop("verbosity")
    form = text.inner("format")
    found = (False, None, "") if form is None else _form(form)
    text.close()
    return found


def _form(form: Fields) -> tuple[bool, JsonSchema | None, str]:
    kind = form.needed("type")
    schema, name = None, ""
    if kind == "json_schema":
        schema, name = openai_asked.schema(form)
    elif kind not in ("json_object", "text"):
        form.refuse("type")
    form.close()
    return kind == "json_object", schema, name
