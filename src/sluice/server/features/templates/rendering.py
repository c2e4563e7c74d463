"""Filling a version in, as SDK 0.6.1 does (pure)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sluice.server.features.templates.content import TemplateContent
from sluice.server.features.templates.mustache import parse, render

Message = dict[str, Any]
"""`{"role", "content"}`; what stands in a history may have further keys."""


def rendered(
    content: TemplateContent, variables: Mapping[str, object], history: Sequence[Message] = ()
) -> list[Message]:
    """The messages for a model; a text template becomes one message of the user.

    `history` goes where its place is, else to the end; its system messages are left out where the
    template has one of its own. Values may be any JSON. Raises `RenderedTooLong`.
    """
    messages: list[Message] = []
    before = _without_system(content, history)
    if content.messages is None:
        messages.append({"role": "user", "content": _filled(content.text or "", variables)})
    for message in content.messages or ():
        if message.kind is not None:
            messages += before
        else:
            filled = _filled(message.content or "", variables)
            messages.append({"role": message.role, "content": filled})
    return messages if has_history(content) else [*messages, *before]


def has_history(content: TemplateContent) -> bool:
    """Whether the template has a place for history."""
    return any(message.kind is not None for message in content.messages or ())


def _without_system(content: TemplateContent, history: Sequence[Message]) -> list[Message]:
    own = any(message.role == "system" for message in content.messages or ())
    return [one for one in history if not (own and one.get("role") == "system")]


def _filled(text: str, variables: Mapping[str, object]) -> str:
    return render(parse(text).nodes, variables)
