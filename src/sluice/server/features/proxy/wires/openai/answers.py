"""An answer on OpenAI's wires, restored value by value, and what it tells besides its text."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from sluice.server.features.proxy.wires.openai.shapes import (
    JsonValue,
    Media,
    MediaKind,
    Place,
    is_encrypted,
    is_word,
)
from sluice.server.features.proxy.wires.wire import AnswerBlocked, Outcome, Restorer
from sluice.server.providers.answer import SurrogateJoiner
from sluice.server.providers.base import FinishReason, Usage
from sluice.server.providers.openai_answer import FINISH

_STATUS: Final[dict[str, FinishReason]] = {
    "max_output_tokens": "length",
    "max_messages": "length",
    "content_filter": "content_filter",
}


_NUMBERED: Final = re.compile(r"[A-Z]_\d")
"""What every placeholder has: an id that was a text in the request comes back as one."""
_ALONE: Final = re.compile(r"[A-Z][A-Z0-9_]*_\d+")


class AnswerVisitor:
    """Restores every text of an answer in its place.

    Shapes that are not known are no reason to refuse an answer: each string in them is a text.
    Media that were not asked for are: nobody can see what is in them.
    """

    def __init__(
        self,
        restorer: Restorer,
        asked: Mapping[str, Any] | None = None,
        media: Collection[MediaKind] = (),
    ) -> None:
        self._restorer = restorer
        self._asked = asked or {}
        """What the caller sent, by member: what an answer repeats of it is given back so."""
        self._media = media

    def text(self, place: Place) -> None:
        """Words."""
        value = place.value
        if not isinstance(value, str):
            self.values(place)
        elif value:
            place.holder[place.key] = self._restorer.text(mended(value), place.path)

    def arguments(self, place: Place) -> None:
        """JSON as text: what is restored is escaped."""
        value = place.value
        if not isinstance(value, str):
            self.values(place)
        elif value:
            restored = self._restorer.text(mended(value), place.path, json_string=True)
            place.holder[place.key] = restored

    def result(self, place: Place) -> None:
        """A tool's answer."""
        self.text(place)

    def values(self, place: Place) -> None:
        """Any JSON value."""
        value = place.value
        if value and isinstance(value, str | list | dict):
            place.holder[place.key] = self._restorer.values(_mended_values(value), place.path)

    def word(self, place: Place) -> None:
        """An id or a word; a string that can be neither, or that has a placeholder, is a text."""
        value = place.value
        plain = isinstance(value, str) and is_word(value) and not _NUMBERED.search(value)
        if isinstance(value, str | list | dict) and not plain:
            self.text(place)

    def encrypted(self, place: Place) -> None:
        """Base64; any other string, and a placeholder alone, is a text."""
        value = place.value
        plain = isinstance(value, str) and is_encrypted(value) and not _ALONE.fullmatch(value)
        if value and not plain:
            self.text(place)

    def passed(self, place: Place) -> None:
        """An answer has nothing of this kind: it is a text."""
        self.values(place)

    def echo(self, place: Place) -> None:
        """The caller's own words; the instance's instructions are not shown."""
        asked = self._asked.get(place.key)
        if isinstance(asked, dict) and isinstance(place.value, dict):
            added = {name: one for name, one in place.value.items() if name not in asked}
            place.holder[place.key] = added
            self.values(place)
            place.value.update(asked)
        elif place.key in self._asked:
            place.holder[place.key] = asked
        elif place.key == "instructions":
            place.holder[place.key] = None
        else:
            self.values(place)

    def media(self, place: Place, media: Media) -> None:
        """Blocked unless asked for; an address is a text."""
        value = media.holder.get(media.key)
        if isinstance(value, str) and media.is_address and not value.startswith("data:"):
            self.text(Place(self, media.holder, media.key, f"{place.path}.{media.key}"))
        elif value:
            self.allow(media.kind)

    def allow(self, kind: MediaKind) -> None:
        """Raise `AnswerBlocked` if media of this kind were not asked for."""
        if kind not in self._media:
            raise AnswerBlocked({kind.upper(): 1})

    def generated(self, place: Place, kind: MediaKind, instead: Callable[[], None]) -> None:
        """Answers wish for nothing; where they repeat a wish, its words are in it."""

    def name(self, place: Place) -> None:
        """A key."""
        restored = place.key
        if not is_word(place.key):
            restored = self._restorer.text(mended(place.key), f"{place.path}.?")
        if restored != place.key:
            items = [(restored if k == place.key else k, v) for k, v in place.holder.items()]
            place.holder.clear()
            place.holder.update(items)

    def odd(self, place: Place, path: str, message: str) -> None:
        """Of an unknown shape: every string in it is a text."""
        self.values(place)


def mended(text: str) -> str:
    """The text without lone surrogates, which have no UTF-8 form; see `SurrogateJoiner`."""
    if text.isascii():
        return text
    joiner = SurrogateJoiner()
    return joiner.feed(text) + joiner.finish()


def _mended_values(value: JsonValue) -> JsonValue:
    if isinstance(value, str):
        return mended(value)
    if isinstance(value, list):
        return [_mended_values(item) for item in value]
    if isinstance(value, dict):
        return {name: _mended_values(item) for name, item in value.items()}
    return value


def finish_reason(word: object) -> FinishReason | None:
    """A choice's `finish_reason`; an unknown word is an error, and no word means not finished."""
    if not isinstance(word, str) or not word:
        return None
    return FINISH.get(word.lower(), "error")


def response_finish(response: Mapping[str, Any]) -> FinishReason | None:
    """How a response ended: its status, why it is incomplete, and whether it asks for tools."""
    status = response.get("status")
    if status == "incomplete":
        details = response.get("incomplete_details")
        reason = details.get("reason") if isinstance(details, dict) else None
        return _STATUS.get(str(reason), "error")
    if status != "completed":
        return "error" if status in ("failed", "cancelled") else None
    output = response.get("output")
    items = output if isinstance(output, list) else []
    calls = ("function_call", "custom_tool_call")
    asks = any(isinstance(item, dict) and item.get("type") in calls for item in items)
    return "tool_calls" if asks else "stop"


def response_outcome(response: Mapping[str, Any]) -> Outcome:
    """What a response object told besides its text."""
    model, answer_id = response.get("model"), response.get("id")
    return Outcome(
        response_finish(response),
        read_usage(response.get("usage")),
        model if isinstance(model, str) else None,
        answer_id if isinstance(answer_id, str) else None,
    )


def read_usage(value: object) -> Usage | None:
    """Tokens as any of OpenAI's wires counts them.

    `prompt_tokens`, `completion_tokens`, `prompt_tokens_details` (chat, completions, embeddings);
    `input_tokens`, `output_tokens`, `input_tokens_details` (responses).
    """
    if not isinstance(value, dict):
        return None
    inputs = _count(value, "prompt_tokens", "input_tokens")
    if inputs is None:
        return None
    details = value.get("prompt_tokens_details") or value.get("input_tokens_details")
    details = details if isinstance(details, dict) else {}
    return Usage(
        inputs,
        _count(value, "completion_tokens", "output_tokens") or 0,
        cache_read_tokens=_count(details, "cached_tokens") or 0,
        cache_write_tokens=_count(details, "cache_write_tokens") or 0,
    )


def _count(counts: Mapping[str, Any], *names: str) -> int | None:
    for name in names:
        value = counts.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
    return None
