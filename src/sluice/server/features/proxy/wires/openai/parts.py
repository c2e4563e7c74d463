"""Pieces that OpenAI's wires share: content parts with media, tools, JSON schemas.

Source: OpenAI's API reference, "Create chat completion" and "Create a model response".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sluice.server.features.proxy.wires.openai.shapes import (
    Media,
    MediaKind,
    Place,
    Shape,
    arguments,
    each,
    either,
    fields,
    kinds,
    named,
    nothing,
    result,
    text,
    values,
    word,
    words,
)
from sluice.server.features.proxy.wires.reading import Body

PART: Final[dict[str, Shape]] = {
    "type": word,
    "detail": word,
    "prompt_cache_breakpoint": words,
    "cache_control": words,
}
"""Members of any content part."""


def spoken(place: Place) -> None:
    """Words of a turn; a tool's may be JSON."""
    (result if place.speaker == "tool" else text)(place)


def media(
    kind: MediaKind,
    key: str,
    *,
    inside: str = "",
    address: bool = False,
    text_type: str = "text",
    members: Mapping[str, Shape] | None = None,
) -> Shape:
    """A part with an image, sound or document at `key`, of the part or of its member `inside`.

    With `address`, what is no data URL is an address. `text_type` is the kind of part that takes
    its place; `members` are shapes of other members.
    """
    known = {**PART, "file_id": word, "filename": text, "format": word, **(members or {})}
    rest = fields({**known, key: nothing})

    def visit(place: Place) -> None:
        holder, at = place.value, place
        if inside and isinstance(holder, dict) and not isinstance(holder.get(inside), str):
            at = place.named(inside) if inside in holder else place
            holder = holder.get(inside)
        if not isinstance(holder, dict):
            place.visitor.odd(place, f"{place.path}.{inside}", "must be an object")
            return
        name = inside if inside and holder is place.value else key

        def replacement(words_of_it: str) -> Body:
            if text_type == "message":
                return {"type": text_type, "role": "assistant", "content": words_of_it}
            return {"type": text_type, "text": words_of_it}

        said = _media_type(kind, holder)
        found = Media(kind, holder, name, address, said, replacement)
        place.visitor.media(place, found)
        if at is not place:
            rest(at)
            fields({**PART, inside: nothing})(place)
        else:
            fields({**known, name: nothing})(place)

    return visit


def _media_type(kind: MediaKind, holder: Body) -> str:
    said = holder.get("format")
    return f"{kind}/{said}" if isinstance(said, str) else ""


def _subschema(place: Place) -> None:
    """A schema, a list of them, or true or false."""
    value = place.value
    if isinstance(value, dict):
        schema(place)
    elif isinstance(value, list):
        each(_subschema)(place)
    else:
        values(place)


def schema(place: Place) -> None:
    """A JSON schema: what it says in words is text, names of properties and types are not."""
    fields(_SCHEMA)(place)


_NAMED: Final = named(_subschema)
_SCHEMA: Final[dict[str, Shape]] = {
    **dict.fromkeys(
        ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas"), _NAMED
    ),
    **dict.fromkeys(
        (
            "items", "prefixItems", "additionalItems", "additionalProperties", "contains",
            "propertyNames", "unevaluatedItems", "unevaluatedProperties", "allOf", "anyOf",
            "oneOf", "not", "if", "then", "else",
        ),
        _subschema,
    ),
    **dict.fromkeys(("type", "format", "$ref", "$id", "$schema", "$anchor", "required"), words),
    "dependentRequired": named(words),
}  # fmt: skip
"""Members that hold no words of their own; all others (descriptions, enumerations, defaults,
examples, patterns) are any JSON value."""

FUNCTION: Final = fields(
    {
        "type": word,
        "name": word,
        "description": text,
        "parameters": schema,
        "output_schema": schema,
        "allowed_callers": words,
    }
)
"""A function's definition."""

CUSTOM: Final = fields({"type": word, "name": word, "description": text, "allowed_callers": words})
"""A custom tool's definition; the grammar of its input is any JSON value."""

CHAT_TOOL: Final = kinds(
    {
        "function": fields({"type": word, "function": FUNCTION}),
        "custom": fields({"type": word, "custom": CUSTOM}),
    }
)

CALLED: Final = fields({"name": word, "arguments": arguments})
"""A call of a function."""

CHAT_CALL: Final = fields(
    {
        "id": word,
        "type": word,
        "function": CALLED,
        "custom": fields({"name": word, "input": text}),
    }
)
"""A tool call of an assistant's turn."""

CHAT_SCHEMA: Final = fields(
    {
        "type": word,
        "json_schema": fields({"name": word, "description": text, "schema": schema}),
    }
)
"""`response_format`."""


def stop(place: Place) -> None:
    """A stop sequence or several."""
    either(text, each(text))(place)


def prompt(place: Place) -> None:
    """A text or a list of texts; token ids are refused, since nobody can see what they spell."""
    value = place.value
    if isinstance(value, list):
        for index in range(len(value)):
            _prompt_item(place.item(index))
    else:
        _prompt_item(place)


def _prompt_item(place: Place) -> None:
    if isinstance(place.value, str | None):
        text(place)
    else:
        message = "token ids cannot be scanned; send the text itself"
        place.visitor.odd(place, place.path, message)


def logit_bias(place: Place) -> None:
    """Numbers by token id hold no text."""
    value = place.value
    numbers: Any = value.values() if isinstance(value, dict) else ()
    plain = isinstance(value, dict) and all(key.isdigit() for key in value)
    if not plain or not all(isinstance(number, int | float) for number in numbers):
        values(place)


def modalities(place: Place) -> None:
    """`modalities`: sound in the answer is for the policy of attachments to decide."""
    words(place)
    value = place.value
    if isinstance(value, list) and "audio" in value:

        def text_only() -> None:
            place.holder[place.key] = ["text"]
            place.holder.pop("audio", None)

        place.visitor.generated(place, "audio", text_only)
