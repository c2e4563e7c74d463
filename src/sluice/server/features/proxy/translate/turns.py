"""Turns of a conversation out of contents that are a text or a list of parts (pure)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from sluice.engine.types import CleansedText
from sluice.server.features.proxy.translate.fields import Fields
from sluice.server.providers.base import Message, Part, Role, Text

_BESIDE_TEXT: Final = (
    "cache_control",
    "citations",
    "annotations",
    "logprobs",
    "prompt_cache_breakpoint",
    "parsed",
    "parsed_output",
)
"""The last two are put there by the official SDKs, which send their own answers back."""

PartReader = Callable[[Fields], Sequence[Part]]
"""Takes the fields of one part; the caller closes it."""


def content(holder: Fields, name: str, readers: Mapping[str, PartReader]) -> tuple[Part, ...]:
    """A content: null, a text, or parts whose `type` names their reader. Empty texts are left out,
    since several vendors refuse them.
    """
    value = holder.take(name)
    if isinstance(value, str):
        return words(CleansedText(value))
    parts: list[Part] = []
    for fields in holder.inners(name):
        reader = readers.get(fields.needed("type"))
        if reader is None:
            fields.refuse("type")
        else:
            parts += reader(fields)
            fields.close()
    return tuple(parts)


def words(text: CleansedText | None) -> tuple[Text, ...]:
    """A text as a part, or nothing."""
    return (Text(text),) if text else ()


def text_part(fields: Fields) -> Sequence[Part]:
    """A part of which only the text counts; what annotates the text or its caching is dropped."""
    fields.drop(*_BESIDE_TEXT)
    return words(fields.needed("text"))


def turn(role: Role, parts: Sequence[Part]) -> Message:
    """A message; a single text needs no parts."""
    if not parts:
        return Message(role, CleansedText(""))
    if len(parts) == 1 and isinstance(parts[0], Text):
        return Message(role, parts[0].text)
    return Message(role, tuple(parts))
