"""What the bodies of all vendors' requests have in common: ids, schemas, media, refusals (pure)."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any, Final, NoReturn

from sluice.engine.types import CleansedText
from sluice.server.providers.base import (
    Asked,
    JsonSchema,
    Media,
    Message,
    Part,
    ProviderRejected,
    Text,
    ToolCall,
)

_DEEPEST: Final = 64
_ID_LENGTH: Final = 40
_VALUES: Final = frozenset({"const", "enum", "default", "examples"})
"""Keywords of a schema that hold values and no schemas."""


def refuse(provider: str, what: str) -> NoReturn:
    """Raise `ProviderRejected` for something that the vendor has no place for.

    `what` names a kind of thing, never a value of the request.
    """
    raise ProviderRejected(provider, f"{provider} has no place for {what}.", status=400)


def fitting_id(call_id: str, allowed: re.Pattern[str], length: int = _ID_LENGTH) -> str:
    """A tool call's id as this vendor takes it: itself, or always the same one in its place.

    Ids of another vendor come up where a conversation goes on with a second one.
    """
    if allowed.fullmatch(call_id):
        return call_id
    return hashlib.sha256(call_id.encode("utf-8", "surrogatepass")).hexdigest()[:length]


def arguments_of(provider: str, call: ToolCall) -> dict[str, Any]:
    """A call's arguments as the object that they are; no text means none."""
    if not call.arguments.strip():
        return {}
    try:
        value = json.loads(call.arguments)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        # Outside of the handler: the decoder's error carries the whole text.
        refuse(provider, "a tool call whose arguments are no JSON object")
    return value


def object_schema(parameters: JsonSchema) -> dict[str, Any]:
    """A tool's parameters, which every vendor wants to be an object's schema."""
    return {"type": "object", "properties": {}} if not parameters else {**parameters}


def is_closed(schema: object, depth: int = 0) -> bool:
    """Whether a schema leaves nothing open, as OpenAI's strict mode demands of it.

    Every object names all of its properties as required and allows no others. Source: OpenAI's
    guide "Structured outputs", section "Supported schemas".
    """
    if depth > _DEEPEST:
        return False
    if isinstance(schema, list):
        return all(is_closed(item, depth + 1) for item in schema)
    if not isinstance(schema, dict):
        return True
    if _is_object(schema):
        properties = schema.get("properties")
        named = set(properties) if isinstance(properties, dict) else set()
        required = schema.get("required", [])
        needed = set(map(str, required)) if isinstance(required, list) else None
        if schema.get("additionalProperties") is not False or named != needed:
            return False
    return all(is_closed(item, depth + 1) for name, item in schema.items() if name not in _VALUES)


def close_objects(schema: JsonSchema) -> dict[str, Any]:
    """The schema with every object that leaves it open allowing no other properties.

    Whatever follows the closed schema follows the open one too. Source: Anthropic's guide
    "Structured outputs", which demands it.
    """
    return _members(schema, 0)


def _closed(value: object, depth: int = 0) -> object:
    if depth > _DEEPEST:
        return value
    if isinstance(value, list):
        return [_closed(item, depth + 1) for item in value]
    return _members(value, depth) if isinstance(value, dict) else value


def _members(schema: JsonSchema, depth: int) -> dict[str, Any]:
    """The schema closed, and what stands in it, but for values that the answer may have."""
    ended = {"additionalProperties": False, **schema} if _is_object(schema) else schema
    return {
        name: item if name in _VALUES else _closed(item, depth + 1) for name, item in ended.items()
    }


def _is_object(schema: JsonSchema) -> bool:
    kind = schema.get("type")
    return kind == "object" or (isinstance(kind, list) and "object" in kind)


def in_base64(media: Media) -> str:
    """The data of a medium in base64, "" where there is none."""
    return base64.b64encode(media.data or b"").decode("ascii")


def data_url(media: Media) -> str:
    """A medium's address, or its data as one."""
    return media.url or f"data:{media.media_type};base64,{in_base64(media)}"


def joined(parts: Iterable[Part], between: str = "\n\n") -> CleansedText:
    """The words of these parts in one."""
    words = (part.text for part in parts if isinstance(part, Text) and part.text)
    return CleansedText(between.join(words))


def instructions(messages: Iterable[Message]) -> str:
    """All system messages in one, for vendors that have one place for them."""
    texts = (joined(m.parts) for m in messages if m.role == "system")
    return "\n\n".join(text for text in texts if text.strip())


def check_tool_choice(provider: str, asked: Asked) -> None:
    """Refuse a choice that must be made among no tools."""
    choice = asked.tool_choice
    if choice is None or choice.mode in ("auto", "none"):
        return
    names = {tool.name for tool in asked.tools}
    if not names or (choice.mode == "tool" and choice.name not in names):
        refuse(provider, "a tool choice without the tool")
