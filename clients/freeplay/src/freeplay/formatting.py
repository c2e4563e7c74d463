"""Fill in a template: a text, or the messages of a chat.

Every value is put in once and never looked at again: a `{other}` or `{{other}}` that stands in a
value stays as it is, and no value can end a message or begin another one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Any

from freeplay import mustache
from freeplay.completions import ChatMessage, Dialect, PromptTemplateWithMetadata
from freeplay.errors import TemplateFormatError


def filled_text(template: PromptTemplateWithMetadata, variables: Mapping[str, Any]) -> str:
    """Return a text template's text. Raises `TemplateFormatError`, for a chat's template too."""
    if _messages(template.content) is not None:
        raise TemplateFormatError(
            f"The template {template.name} is a chat's: it needs a chat flavor"
        )
    return fill(template.content, variables, template.dialect)


def filled_messages(
    template: PromptTemplateWithMetadata, variables: Mapping[str, Any]
) -> list[ChatMessage]:
    """Return a chat template's messages; where it has a place for history, there is none yet."""
    messages = _messages(template.content)
    if messages is None:
        raise TemplateFormatError(
            f"The template {template.name} is a text, or its messages are malformed: "
            f"a chat flavor needs a JSON list of objects with role and content"
        )
    return [
        {"content": fill(one["content"], variables, template.dialect), "role": one["role"]}
        for one in messages
        if one.get("kind") != "history"
    ]


def fill(text: str, variables: Mapping[str, Any], dialect: Dialect) -> str:
    """Fill in one text in either dialect. Raises `TemplateFormatError`."""
    if dialect == "mustache":
        return mustache.render(text, variables)
    return "".join(_format_pieces(text, variables))


def _format_pieces(text: str, variables: Mapping[str, Any]) -> Iterator[str]:
    problem = None
    try:
        for literal, name, spec, conversion in Formatter().parse(text):
            yield literal
            if name is not None:
                yield _format_value(name, spec or "", conversion, variables)
    except ValueError as error:
        problem = type(error).__name__
    if problem:
        # Raised outside of the handler: a cause may quote a value.
        raise TemplateFormatError("A brace of the template is not closed, or a format is wrong")


def _format_value(
    name: str, spec: str, conversion: str | None, variables: Mapping[str, Any]
) -> str:
    """One `{name}`. Attributes and items of values (`{a.b}`, `{a[0]}`) are not reached."""
    if name not in variables:
        raise TemplateFormatError(f"The template needs the variable {name}, which is not given")
    if "{" in spec:
        raise TemplateFormatError(f"The format of {name} has a variable of its own")
    value = Formatter().convert_field(variables[name], conversion)
    return format(value, spec)


def _messages(content: str) -> list[dict[str, Any]] | None:
    """The messages of a chat's template, None where it is anything else."""
    try:
        messages = json.loads(content)
    except ValueError:
        return None
    if not isinstance(messages, list) or not messages or not all(map(_is_message, messages)):
        return None
    return messages


def _is_message(one: object) -> bool:
    if not isinstance(one, dict):
        return False
    texts = isinstance(one.get("role"), str) and isinstance(one.get("content"), str)
    return texts or one.get("kind") == "history"
