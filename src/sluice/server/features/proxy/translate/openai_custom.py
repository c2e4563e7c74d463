"""OpenAI's custom tools, whose input is a text, as functions with one string parameter (pure).

Source: OpenAI's API reference, "Create chat completion" and "Create a response", custom tools.
Other vendors know tools with JSON arguments only; the grammar of an input is told in words.
"""

from __future__ import annotations

import json
from typing import Any, Final

from sluice.engine.types import CleansedText
from sluice.server.features.proxy.translate.fields import Fields, parsed
from sluice.server.features.proxy.wires.reading import Body
from sluice.server.providers.base import Tool

_INPUT: Final = "input"


def custom_tool(fields: Fields) -> Tool:
    """A custom tool's name, description and the form of its input."""
    fields.only("defer_loading", False)
    fields.only("async", False)
    fields.only("allowed_callers", ["direct"], [])
    name = fields.needed("name")
    described = (fields.string("description") or "", _grammar(fields))
    fields.close()
    return Tool(name, CleansedText("\n\n".join(filter(None, described))), _parameters())


def _parameters() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {_INPUT: {"type": "string", "description": "The whole input, as it is."}},
        "required": [_INPUT],
        "additionalProperties": False,
    }


def _grammar(fields: Fields) -> str:
    form = fields.inner("format")
    if form is None:
        return ""
    kind, told = form.needed("type"), ""
    if kind == "grammar":
        # The chat wire has it in an object of its own.
        inner = form.inner("grammar")
        holder = inner or form
        syntax, definition = holder.needed("syntax"), holder.needed("definition")
        told = f"The input must match this {syntax} grammar:\n{definition}"
        if inner is not None:
            inner.close()
    elif kind != "text":
        form.refuse("type")
    form.close()
    return told


def custom_arguments(text: str) -> CleansedText:
    """The arguments of the function for this input."""
    return CleansedText(json.dumps({_INPUT: text}, ensure_ascii=False))


def custom_input(arguments: str) -> str:
    """The input out of the function's arguments; "" for arguments that were cut off.

    What a model puts elsewhere than it was told is not lost: it is the input as JSON.
    """
    value = parsed(arguments)
    if not isinstance(value, dict) or not value:
        return ""
    found = value.get(_INPUT)
    return found if isinstance(found, str) and len(value) == 1 else arguments


def custom_names(body: Body) -> frozenset[str]:
    """The names of a request's custom tools, of the chat wire or of Responses."""
    tools = body.get("tools")
    custom = (
        tool.get("custom", tool)
        for tool in (tools if isinstance(tools, list) else ())
        if isinstance(tool, dict) and tool.get("type") == "custom"
    )
    names = (inner.get("name") for inner in custom if isinstance(inner, dict))
    return frozenset(name for name in names if isinstance(name, str))
