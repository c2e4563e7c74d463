"""Where text stands in a recorded message, whichever vendor's it is (pure).

A recording is never refused for its shape: what is known here is looked at for what it is, all else
as any JSON value. Sources: the API references of OpenAI (chat, responses), Anthropic (messages),
Google (`generateContent`) and Amazon (Bedrock's `Converse`), and the messages of freeplay 0.6.1.

Nobody can look into images, sounds and documents, so their data are left out: in their place stands
null, and beside it `left_out` says how many bytes there were.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from sluice.server.features.proxy.wires.openai.shapes import is_encrypted, is_word
from sluice.server.features.proxy.wires.reading import DEEPEST, Body, Reading, Speaker

LEFT_OUT: Final = "left_out"
SIGNATURE: Final = 64
"""Characters that a vendor's signature or encrypted text has at least."""

_SPEAKERS: Final[dict[str, Speaker]] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "model": "assistant",
    "tool": "tool",
    "function": "tool",
}
_RESULTS: Final = frozenset({"tool_result", "function_call_output", "custom_tool_call_output"})
"""Types of parts and items in which a tool speaks, whatever the role of the message says."""
_ARGUMENTS: Final = ("arguments", "input", "args", "response")
"""Beside one of these, `name` is a function's."""
_MEDIA_TYPES: Final = (
    "media_type", "mimeType", "mime_type", "contentType", "content_type", "format",
)  # fmt: skip
_OPAQUE: Final = frozenset({"base64", "redacted_thinking", "reasoning.encrypted"})
_DATA_URL: Final = re.compile(r"data:[^,]{0,200},", re.IGNORECASE)
_BLANK: Final = re.compile(r"\s+")


class MessageReading:
    """Tells a `Reading` of messages, their parts, and what is nested in those."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def visit(self, holder: Any, key: Any, path: str, speaker: Speaker, depth: int = 0) -> None:  # noqa: ANN401 (an object or a list of JSON)
        """`holder[key]` is a message, a part, a text, or a list of any of them."""
        value = holder[key]
        if depth <= DEEPEST and isinstance(value, list):
            for index in range(len(value)):
                self.visit(value, index, f"{path}[{index}]", speaker, depth + 1)
        elif depth <= DEEPEST and isinstance(value, dict):
            self._object(value, path, speaker, depth + 1)
        elif isinstance(value, str) and speaker == "tool":
            self._reading.json_text(holder, key, path, speaker)
        else:
            self._reading.values(holder, key, path, speaker, depth)

    def _object(self, value: Body, path: str, speaker: Speaker, depth: int) -> None:
        speaker = _speaker(value, speaker)
        left_out: dict[str, int] = {}
        known = set[str]()
        for name in [name for name in value if name in _FIELDS]:
            place = _Place(value, name, f"{path}.{name}", speaker, depth, left_out)
            if _FIELDS[name](self, place):
                known.add(name)
        self._reading.unknown(value, known, path, speaker)
        if left_out:
            value[LEFT_OUT] = left_out

    def _inside(self, place: _Place) -> bool:
        self.visit(place.holder, place.name, place.path, place.speaker, place.depth)
        return True

    def _word(self, place: _Place) -> bool:
        value = place.value
        if not (isinstance(value, str) and is_word(value)):
            return False
        self._reading.structure(place.holder, place.name, place.path)
        return True

    def _function_name(self, place: _Place) -> bool:
        return any(name in place.holder for name in _ARGUMENTS) and self._word(place)

    def _json(self, place: _Place) -> bool:
        if isinstance(place.value, str):
            self._reading.json_text(place.holder, place.name, place.path, place.speaker)
        else:
            self._reading.values(place.holder, place.name, place.path, place.speaker, place.depth)
        return True

    def _response(self, place: _Place) -> bool:
        place.speaker = "tool"
        return self._json(place)

    def _output(self, place: _Place) -> bool:
        place.speaker = "tool"
        return self._inside(place)

    def _address(self, place: _Place) -> bool:
        value = place.value
        if isinstance(value, str) and _DATA_URL.match(value):
            place.leave_out()
            return True
        return isinstance(value, dict) and self._inside(place)

    def _data(self, place: _Place) -> bool:
        value, holder = place.value, place.holder
        if not isinstance(value, str) or not value:
            return False
        opaque = any(name in holder for name in _MEDIA_TYPES) or _type(holder) in _OPAQUE
        if _DATA_URL.match(value) or (opaque and is_encrypted(_BLANK.sub("", value))):
            place.leave_out()
            return True
        return False

    def _file_data(self, place: _Place) -> bool:
        return self._bytes(place) if isinstance(place.value, str) else self._inside(place)

    def _bytes(self, place: _Place) -> bool:
        if not isinstance(place.value, str):
            return False
        place.leave_out()
        return True

    def _signature(self, place: _Place) -> bool:
        value = place.value
        if not (isinstance(value, str) and len(value) >= SIGNATURE and is_encrypted(value)):
            return False
        self._reading.structure(place.holder, place.name, place.path)
        return True


class _Place:
    """One member of an object."""

    __slots__ = ("_left_out", "depth", "holder", "name", "path", "speaker")

    def __init__(
        self,
        holder: Body,
        name: str,
        path: str,
        speaker: Speaker,
        depth: int,
        left_out: dict[str, int],
    ) -> None:
        self.holder, self.name, self.path = holder, name, path
        self.speaker, self.depth, self._left_out = speaker, depth, left_out

    @property
    def value(self) -> Any:  # noqa: ANN401 (any JSON)
        return self.holder[self.name]

    def leave_out(self) -> None:
        """Keep only how much it was: base64 has three bytes in four characters."""
        self._left_out[self.name] = len(self.value) * 3 // 4
        self.holder[self.name] = None


def _speaker(value: Body, speaker: Speaker) -> Speaker:
    role = value.get("role")
    found = _SPEAKERS.get(role, speaker) if isinstance(role, str) else speaker
    return "tool" if _type(value) in _RESULTS else found


def _type(value: Body) -> str:
    kind = value.get("type")
    return kind if isinstance(kind, str) else ""


Visit = Callable[[MessageReading, _Place], bool]
"""Looks at a member; whether it was what the table says: else it is any JSON value."""

_FIELDS: Final[dict[str, Visit]] = {
    **dict.fromkeys(
        ("role", "type", "kind", "status", *_MEDIA_TYPES, "detail", "finish_reason", "stop_reason",
         "id", "tool_call_id", "tool_use_id", "toolUseId", "call_id", "file_id"),
        MessageReading._word,
    ),
    **dict.fromkeys(
        ("messages", "content", "parts", "text", "thinking", "summary", "tool_calls",
         "function_call", "functionCall", "function", "custom", "functionResponse",
         "function_response", "toolUse", "toolResult", "source", "inlineData", "inline_data",
         "fileData", "input_audio", "audio", "image", "video", "file", "document",
         "media_reference", "reasoningContent", "reasoningText"),
        MessageReading._inside,
    ),
    "name": MessageReading._function_name,
    **dict.fromkeys(("arguments", "input", "args"), MessageReading._json),
    "response": MessageReading._response,
    "output": MessageReading._output,
    **dict.fromkeys(("image_url", "url", "file_url", "uri"), MessageReading._address),
    "data": MessageReading._data,
    "file_data": MessageReading._file_data,
    **dict.fromkeys(("bytes", "base64Data"), MessageReading._bytes),
    **dict.fromkeys(
        ("signature", "thoughtSignature", "thought_signature", "encrypted_content"),
        MessageReading._signature,
    ),
}  # fmt: skip
