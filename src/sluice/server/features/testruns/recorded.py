"""A recording as a test case: its inputs, what came before, and the answer (pure)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from sluice.server.features.templates.content import TemplateContent
from sluice.server.features.testruns.cases import CaseContent, Media

_MEDIA: TypeAdapter[Any] = TypeAdapter(Media)


def recorded_content(recorded: Mapping[str, Any], template: TemplateContent | None) -> CaseContent:
    """The content of a recording, as a test case of the template that it was made with.

    Messages that are not the template's own are its history; without a template all of them are.
    """
    inputs = recorded.get("inputs")
    answer = recorded.get("answer")
    message = answer if isinstance(answer, dict) else None
    return CaseContent(
        inputs=inputs if isinstance(inputs, dict) else {},
        output=text_of(answer),
        output_message=None if message is None or _is_plain(message) else message,
        history=_history(_messages(recorded), template) or None,
        media_inputs=_media(recorded.get("media_inputs")) or None,
    )


def text_of(answer: object) -> str | None:
    """The text of an answer, in any vendor's shape of a message; None where it has none."""
    if isinstance(answer, str):
        return answer or None
    return "".join(_texts(answer)) or None


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
    elif isinstance(value, dict):
        # A message of OpenAI, Anthropic and Bedrock, of Gemini, and a part of one.
        for name in ("content", "parts", "text"):
            if name in value and value.get("type", "text") == "text":
                yield from _texts(value[name])
                return


def _is_plain(message: Mapping[str, Any]) -> bool:
    """Whether the text says everything of it."""
    said = {name for name, value in message.items() if value not in (None, [], {})}
    return said <= {"role", "content"} and isinstance(message.get("content"), str)


def _messages(recorded: Mapping[str, Any]) -> list[dict[str, Any]]:
    messages = recorded.get("messages")
    if isinstance(messages, list):
        return [message for message in messages if isinstance(message, dict)]
    prompt = recorded.get("prompt")
    return [{"role": "user", "content": prompt}] if isinstance(prompt, str) else []


def _history(
    messages: Sequence[dict[str, Any]], template: TemplateContent | None
) -> list[dict[str, Any]]:
    if template is None:
        return list(messages)
    if template.messages is None:
        return list(messages[1:])
    places = [index for index, one in enumerate(template.messages) if one.kind == "history"]
    before = places[0] if places else len(template.messages)
    after = len(template.messages) - before - 1 if places else 0
    return list(messages[before : len(messages) - after])


def _media(given: object) -> dict[str, Any]:
    """Files of which the recording holds an address; others were left out when it was made."""
    found: dict[str, Any] = {}
    for slot, media in given.items() if isinstance(given, dict) else ():
        try:
            found[slot] = _MEDIA.validate_python(media)
        except ValidationError:
            continue
    return found
