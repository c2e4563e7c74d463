"""What OpenAI's wires ask for in the same words: sampling, tools, formats (pure).

Source: OpenAI's API reference, "Create chat completion", "Create completion", "Create a response".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sluice.engine.types import CleansedText
from sluice.server.features.proxy.translate.fields import Fields
from sluice.server.providers.base import JsonSchema, Tool, ToolChoice

STEERING: Final = (
    "model",
    "stream",
    "stream_options",
    "user",
    "metadata",
    "safety_identifier",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "service_tier",
    "frequency_penalty",
    "presence_penalty",
)
"""Dropped in all of OpenAI's wires: who asks, caching, price, and two ways of sampling that other
vendors do not have. `model` and `stream` are the gateway's own affair, `stream_options` the
renderer's."""

_MODES: Final = {"auto": "auto", "required": "any", "none": "none"}
_NAMES: Final = "use auto, required, none or a function of the request"


def function(fields: Fields) -> Tool:
    """A function's name, description and parameters.

    `strict` is dropped: it asks for a guarantee about the schema, and the schema itself is told.
    """
    fields.drop("strict")
    fields.only("defer_loading", False)
    fields.only("async", False)
    fields.only("allowed_callers", ["direct"], [])
    found = Tool(
        fields.needed("name"),
        fields.string("description") or CleansedText(""),
        fields.json_object("parameters") or {},
    )
    fields.close()
    return found


class Choice:
    """Which tools there are, and whether one must be used."""

    def __init__(self, tools: Iterable[Tool]) -> None:
        self.tools = tuple(tools)
        self.choice: ToolChoice | None = None

    def read(self, fields: Fields, name: str, *, wrapped: bool) -> None:
        """`tool_choice`: a mode, a function, or the tools allowed now.

        `wrapped` says that the chat wire puts what other wires have in the object itself under a
        key that is called like its type. Tools that are not allowed now are left out, which is the
        same for the model.
        """
        value = fields.take(name)
        if isinstance(value, str):
            self._mode(fields, name, value)
        elif value is not None and (inner := fields.inner(name)) is not None:
            self._wish(inner, wrapped)

    def _wish(self, wish: Fields, wrapped: bool) -> None:
        kind = wish.needed("type")
        if kind in ("function", "custom"):
            self.name(wish.inner(kind) if wrapped else wish)
        elif kind == "allowed_tools":
            self._allowed(wish.inner(kind) if wrapped else wish, wrapped)
        elif kind:
            wish.refuse("type")
        wish.close()

    def _mode(self, fields: Fields, name: str, value: str) -> None:
        match _MODES.get(value):
            case "auto":
                self.choice = ToolChoice("auto")
            case "any":
                self.choice = ToolChoice("any")
            case "none":
                self.choice = ToolChoice("none")
            case _:
                fields.refuse(name, _NAMES)

    def name(self, named: Fields | None) -> None:
        """The function that must be used."""
        if named is not None:
            self.choice = ToolChoice("tool", named.needed("name"))
            named.close()

    def _allowed(self, allowed: Fields | None, wrapped: bool) -> None:
        if allowed is None:
            return
        names = {self._allowed_name(tool, wrapped) for tool in allowed.inners("tools")}
        self.tools = tuple(tool for tool in self.tools if tool.name in names)
        self._mode(allowed, "mode", allowed.needed("mode"))
        allowed.close()

    def _allowed_name(self, tool: Fields, wrapped: bool) -> str:
        kind = tool.needed("type")
        if kind not in ("function", "custom"):
            tool.refuse("type")
            return ""
        holder = tool.inner(kind) if wrapped else tool
        name = holder.needed("name") if holder else ""
        tool.close()
        return name


def schema(fields: Fields) -> tuple[JsonSchema | None, str]:
    """A JSON schema for the answer and its name; its description goes into the schema itself."""
    fields.drop("strict")
    found: dict[str, Any] | None = fields.json_object("schema")
    description = fields.string("description")
    if found is not None and description:
        found = {"description": description} | found
    return found, fields.string("name") or ""


def include_usage(body: dict[str, Any]) -> bool:
    """Whether a stream shall end with a chunk that tells the usage."""
    options = body.get("stream_options")
    return isinstance(options, dict) and options.get("include_usage") is True
