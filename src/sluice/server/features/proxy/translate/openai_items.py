"""The items of a Responses request as messages (pure).

Source: OpenAI's API reference, "Create a response", input items. What a model said in one go comes
as several items (reasoning, message, calls) and becomes one turn; results in a row do as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sluice.engine.types import CleansedText
from sluice.server.features.proxy.translate.fields import Fields
from sluice.server.features.proxy.translate.media import (
    ANY_IMAGE,
    audio,
    from_address,
    openai_file,
)
from sluice.server.features.proxy.translate.openai_custom import custom_arguments
from sluice.server.features.proxy.translate.thinking_seal import unsealed
from sluice.server.features.proxy.translate.turns import (
    PartReader,
    content,
    text_part,
    turn,
    words,
)
from sluice.server.providers.base import Media, Message, Part, Role, Text, ToolCall, ToolResult

_ROLES: Final[dict[str, Role]] = {
    "user": "user",
    "assistant": "assistant",
    "system": "system",
    "developer": "system",
}


class Items:
    """Collects the items of one request."""

    def __init__(self) -> None:
        self._turns: list[tuple[Role, list[Part]]] = []
        self._names: dict[str, str] = {}

    def read(self, item: Fields) -> None:
        """The next item."""
        item.drop("id", "status")
        match item.string("type") or "message":
            case "message":
                self._message(item)
            case "function_call":
                self._join("assistant", (self._call(item),))
            case "custom_tool_call":
                self._join("assistant", (self._custom_call(item),))
            case "function_call_output" | "custom_tool_call_output":
                self._join("tool", (self._result(item),))
            case "reasoning":
                self._join("assistant", _reasoning(item))
            case _:
                item.refuse("type")
                return
        item.close()

    def messages(self) -> tuple[Message, ...]:
        """All turns."""
        return tuple(turn(role, parts) for role, parts in self._turns)

    def _message(self, item: Fields) -> None:
        item.drop("phase")
        role = _ROLES.get(item.needed("role"))
        if role is None:
            item.refuse("role", "use user, assistant, system or developer")
            item.drop("content")
        elif role == "user":
            self._turns.append((role, list(content(item, "content", _CONTENT))))
        elif role == "system":
            self._turns.append((role, list(content(item, "content", _WORDS))))
        else:
            self._join(role, content(item, "content", _WORDS))

    def _join(self, role: Role, parts: Sequence[Part]) -> None:
        if self._turns and self._turns[-1][0] == role:
            self._turns[-1][1].extend(parts)
        elif parts:
            self._turns.append((role, list(parts)))

    def _call(self, item: Fields) -> ToolCall:
        item.drop("parsed_arguments")
        call_id, name = self._called(item)
        return ToolCall(call_id, name, item.arguments("arguments"))

    def _custom_call(self, item: Fields) -> ToolCall:
        call_id, name = self._called(item)
        return ToolCall(call_id, name, custom_arguments(item.string("input") or ""))

    def _called(self, item: Fields) -> tuple[str, str]:
        item.only("namespace", "")
        item.only("caller", {"type": "direct"})
        item.only("async", False)
        call_id, name = item.needed("call_id"), item.needed("name")
        self._names[call_id] = name
        return call_id, name

    def _result(self, item: Fields) -> ToolResult:
        item.only("namespace", "")
        item.only("caller", {"type": "direct"})
        call_id = item.needed("call_id")
        name = item.string("name") or self._names.get(call_id, "")
        parts = content(item, "output", _CONTENT)
        shown = tuple(part for part in parts if isinstance(part, Text | Media))
        return ToolResult(call_id, shown, name=name)


def _reasoning(item: Fields) -> Sequence[Part]:
    """Thinking; what OpenAI encrypted says nothing to another vendor."""
    sealed = item.string("encrypted_content") or ""
    texts = (*content(item, "summary", _SUMMARY), *content(item, "content", _SUMMARY))
    said = CleansedText("".join(part.text for part in texts if isinstance(part, Text)))
    thinking = unsealed(said, sealed)
    return (thinking,) if thinking else ()


def _image(fields: Fields) -> Sequence[Part]:
    fields.drop("detail", "prompt_cache_breakpoint")
    fields.only("file_id")
    return from_address(fields, "image_url", ANY_IMAGE)


def _file(fields: Fields) -> Sequence[Part]:
    fields.drop("detail", "prompt_cache_breakpoint")
    return openai_file(fields)


def _audio(fields: Fields) -> Sequence[Part]:
    inner = fields.inner("input_audio")
    if inner is None:
        fields.refuse("input_audio", "is needed")
        return ()
    return audio(inner)


def _refusal(fields: Fields) -> Sequence[Part]:
    return words(fields.needed("refusal"))


_WORDS: Final[dict[str, PartReader]] = {
    "input_text": text_part,
    "output_text": text_part,
    "text": text_part,
    "refusal": _refusal,
}
_CONTENT: Final[dict[str, PartReader]] = {
    **_WORDS,
    "input_image": _image,
    "input_file": _file,
    "input_audio": _audio,
}
_SUMMARY: Final[dict[str, PartReader]] = {"summary_text": text_part, "reasoning_text": text_part}
