"""Items of OpenAI's responses wire, as `input` and `output` hold them, and the response object.

Source: OpenAI's API reference, "Create a model response" (`input`) and "The response object"
(`output`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sluice.server.features.proxy.wires.openai.parts import (
    CHAT_SCHEMA,
    PART,
    media,
    schema,
    spoken,
)
from sluice.server.features.proxy.wires.openai.shapes import (
    Place,
    Shape,
    arguments,
    each,
    echo,
    either,
    emptied,
    encrypted,
    fields,
    kinds,
    result,
    said_by,
    text,
    values,
    word,
    words,
)
from sluice.server.features.proxy.wires.openai.tools import TOOL
from sluice.server.features.proxy.wires.reading import Speaker

_SPEAKERS: Final[dict[str, Speaker]] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
}
_ITEM: Final[dict[str, Shape]] = dict.fromkeys(
    (
        "type", "id", "call_id", "status", "name", "namespace", "server_label", "caller", "role",
        "phase", "execution", "container_id", "approval_request_id", "created_by", "fingerprint",
    ),
    words,
)  # fmt: skip
"""Ids and words that any item may have."""

_TEXT: Final = fields({**PART, "text": spoken, "annotations": values, "logprobs": emptied})
_IMAGE: Final = media("image", "image_url", address=True, text_type="input_text")
PARTS: Final[dict[str, Shape]] = {
    "input_text": _TEXT,
    "output_text": _TEXT,
    "text": _TEXT,
    "summary_text": _TEXT,
    "reasoning_text": _TEXT,
    "refusal": fields({**PART, "refusal": text}),
    "input_image": _IMAGE,
    "computer_screenshot": _IMAGE,
    "input_audio": media("audio", "data", inside="input_audio", text_type="input_text"),
    "input_file": media(
        "document", "file_data", text_type="input_text", members={"file_url": text}
    ),
}
PART_OF_ITEM: Final = kinds(PARTS)
"""One part of an item's content; a kind that is not here is refused."""


def _content(place: Place) -> None:
    """A text, or parts of it."""
    either(spoken, each(PART_OF_ITEM))(place)


def _output(place: Place) -> None:
    """What a tool answered: a text, JSON or not, or parts."""
    either(result, each(PART_OF_ITEM))(place)


def _message(place: Place) -> None:
    role = place.value.get("role")
    speaker = _SPEAKERS.get(role) if isinstance(role, str) else None
    if speaker is None:
        message = f"is not understood; known: {', '.join(_SPEAKERS)}"
        place.visitor.odd(place, f"{place.path}.role", message)
    else:
        said_by(speaker, fields({**_ITEM, "content": _content}))(place)


def _item(speaker: Speaker, members: Mapping[str, Shape]) -> Shape:
    return said_by(speaker, fields({**_ITEM, **members}))


_CHECKS: Final = each(fields({"id": word, "code": word, "message": text}))
_SHELL: Final = fields(
    {
        "type": word,
        "command": each(text),
        "commands": each(text),
        "env": values,
        "working_directory": text,
        "user": text,
    }
)
_LISTED: Final = fields(
    {"name": word, "description": text, "input_schema": schema, "annotations": values}
)
_OUTPUT: Final[dict[str, Shape]] = {"output": _output}

ITEMS: Final[dict[str, Shape]] = {
    "message": _message,
    "function_call": _item("assistant", {"arguments": arguments}),
    "function_call_output": _item("tool", _OUTPUT),
    "custom_tool_call": _item("assistant", {"input": text}),
    "custom_tool_call_output": _item("tool", _OUTPUT),
    "reasoning": _item(
        "assistant",
        {"summary": each(PART_OF_ITEM), "content": _content, "encrypted_content": encrypted},
    ),
    "file_search_call": _item(
        "assistant",
        {
            "queries": each(text),
            "results": each(fields({"file_id": word, "filename": text, "text": text})),
        },
    ),
    "web_search_call": _item("assistant", {"action": values}),
    "computer_call": _item(
        "assistant", {"action": values, "actions": values, "pending_safety_checks": _CHECKS}
    ),
    "computer_call_output": _item(
        "tool", {"output": PART_OF_ITEM, "acknowledged_safety_checks": _CHECKS}
    ),
    "image_generation_call": media(
        "image",
        "result",
        text_type="message",
        members={
            **_ITEM,
            "revised_prompt": text,
            **dict.fromkeys(
                ("action", "background", "output_format", "quality", "size", "svg_usage"), words
            ),
        },
    ),
    "code_interpreter_call": _item(
        "assistant",
        {
            "code": text,
            "outputs": each(
                kinds(
                    {
                        "logs": fields({"type": word, "logs": text}),
                        "image": media("image", "url", address=True, text_type="logs"),
                    }
                )
            ),
        },
    ),
    "local_shell_call": _item("assistant", {"action": _SHELL}),
    "local_shell_call_output": _item("tool", _OUTPUT),
    "shell_call": _item("assistant", {"action": _SHELL, "environment": words}),
    "shell_call_output": _item(
        "tool",
        {"output": each(fields({"stdout": result, "stderr": text, "outcome": words}))},
    ),
    "apply_patch_call": _item(
        "assistant", {"operation": fields({"type": word, "path": text, "diff": text})}
    ),
    "apply_patch_call_output": _item("tool", _OUTPUT),
    "mcp_list_tools": _item("tool", {"tools": each(_LISTED), "error": text}),
    "mcp_approval_request": _item("assistant", {"arguments": arguments}),
    "mcp_approval_response": _item("user", {"reason": text}),
    "mcp_call": _item("assistant", {"arguments": arguments, "output": result, "error": values}),
    "tool_search_call": _item("assistant", {"arguments": either(arguments, values)}),
    "tool_search_output": _item("tool", {"tools": each(TOOL)}),
    "additional_tools": _item("system", {"tools": each(TOOL)}),
    "configuration_update": _item(
        "system", {"reasoning": words, "text": fields({"format": CHAT_SCHEMA})}
    ),
    "compaction": _item("assistant", {"encrypted_content": encrypted}),
    "compaction_trigger": _item("client", {}),
    "program": _item("assistant", {"code": text, "fingerprint": encrypted}),
    "program_output": _item("tool", {"result": result}),
    "item_reference": _item("client", {}),
}
_KNOWN: Final = kinds(ITEMS)


def item(place: Place) -> None:
    """One item; without a type it is a message, or with nothing but an id a reference."""
    value = place.value
    if isinstance(value, dict) and value.get("type") is None:
        if "role" in value:
            _message(place)
            return
        if set(value) <= {"type", "id"}:
            words(place)
            return
    _KNOWN(place)


ECHOED: Final = (
    "instructions", "tools", "text", "reasoning", "metadata", "prompt", "user",
    "safety_identifier", "prompt_cache_key",
)  # fmt: skip
"""What a response repeats of its request, in words that may be the caller's or the instance's."""

RESPONSE: Final = fields(
    {
        **dict.fromkeys(
            (
                "id", "object", "model", "status", "service_tier", "truncation", "usage",
                "incomplete_details", "previous_response_id", "prompt_cache_retention",
                "moderation", "tool_usage", "access_programs", "prompt_cache_diagnostics",
                "input_transformations", "image", "tool_choice", "conversation",
                "prompt_cache_options",
            ),
            words,
        ),
        **dict.fromkeys(ECHOED, echo),
        "output": each(item),
        "output_text": text,
    }
)  # fmt: skip
"""The response object; of `error` every string is a text."""
