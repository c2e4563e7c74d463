"""A request on OpenAI's wires, told to a `Reading` value by value."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import unquote_to_bytes

from sluice.server.features.proxy.wires.openai.shapes import (
    Media,
    MediaKind,
    Place,
    Shape,
    fields,
    is_encrypted,
    is_word,
    root,
)
from sluice.server.features.proxy.wires.reading import Attachment, Body, Reading
from sluice.server.features.proxy.wires.wire import Call

_DATA_URL: Final = re.compile(r"data:([^,;]*)((?:;[^,;]*)*),", re.IGNORECASE)
_MEDIA_TYPE: Final = re.compile(r"[a-z]+/[A-Za-z0-9.+-]{1,80}", re.ASCII)
_CONVERSATION_KEYS: Final = ("conversation_id", "thread_id", "session_id")
"""Members of `metadata` in which clients send their own id of a conversation."""


def read_request(
    body: Body, reading: Reading, shapes: Mapping[str, Shape], required: tuple[str, ...]
) -> Call:
    """Tell `reading` of a whole body; `shapes` are those of its members."""
    fields(shapes, required)(root(body, RequestVisitor(reading)))
    if body.get("model") is not None and not isinstance(body["model"], str):
        reading.refuse("model", "must be a string")
    if not isinstance(body.get("stream"), bool | None):
        reading.refuse("stream", "must be true or false")
    return Call(
        model=_string(body.get("model")) or "",
        stream=body.get("stream") is True,
        conversation=_conversation(body),
        end_user=_string(body.get("safety_identifier")) or _string(body.get("user")),
        follows=_string(body.get("previous_response_id")),
    )


class RequestVisitor:
    """Hands every value of a request to a `Reading`."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def text(self, place: Place) -> None:
        """Words."""
        self._reading.text(place.holder, place.key, place.path, place.speaker)

    def arguments(self, place: Place) -> None:
        """JSON as text."""
        self._reading.json_text(place.holder, place.key, place.path, place.speaker)

    def result(self, place: Place) -> None:
        """A tool's answer, which may be JSON."""
        self._reading.json_text(place.holder, place.key, place.path, place.speaker)

    def values(self, place: Place) -> None:
        """Any JSON value."""
        self._reading.values(place.holder, place.key, place.path, place.speaker)

    def word(self, place: Place) -> None:
        """An id or a word; a string that can be neither is a text."""
        self._string_that(is_word, place)

    def encrypted(self, place: Place) -> None:
        """Base64; any other string is a text."""
        self._string_that(is_encrypted, place)

    def passed(self, place: Place) -> None:
        """Counted, and left as it is."""
        value = place.value
        if isinstance(value, str):
            self._reading.structure(place.holder, place.key, place.path)
        elif isinstance(value, dict):
            for name in value:
                self.passed(place.named(name))
        elif value is not None:
            self.odd(place, place.path, "must be a string or an object of strings")

    def echo(self, place: Place) -> None:
        """Requests repeat nothing."""
        self.values(place)

    def media(self, place: Place, media: Media) -> None:
        """An attachment; its address, if it has one, is a text too."""
        value = media.holder.get(media.key)
        if value is not None and not isinstance(value, str):
            self.odd(place, f"{place.path}.{media.key}", "must be a string")
            return
        media_type, data = media.media_type, None
        if value and _DATA_URL.match(value):
            media_type, data = _opened(value)
            if data is None:
                self.odd(place, f"{place.path}.{media.key}", "is a data URL that cannot be read")
        elif value and not media.is_address:
            data = value
            if not is_encrypted(value):
                self.odd(place, f"{place.path}.{media.key}", "must be base64")
        elif value:
            path, said = f"{place.path}.{media.key}", place.speaker
            self._reading.text(media.holder, media.key, path, said)
        self._attach(place, media, media_type, data)

    def generated(self, place: Place, kind: MediaKind, instead: Callable[[], None]) -> None:
        """An attachment without data: the same policy decides about media of answers."""
        self._reading.attachment(Attachment(place.path, kind, "", None, lambda _: instead()))

    def name(self, place: Place) -> None:
        """A key that a caller chose."""
        path = place.path.rpartition(".")[0]
        self._reading.key(place.holder, place.key, path, place.speaker)

    def odd(self, place: Place, path: str, message: str) -> None:
        """Refused."""
        self._reading.refuse(path, message)

    def _string_that(self, fits: Callable[[str], bool], place: Place) -> None:
        value = place.value
        if isinstance(value, str) and fits(value):
            self._reading.structure(place.holder, place.key, place.path)
        elif not isinstance(value, int | float):
            self.text(place)

    def _attach(self, place: Place, media: Media, media_type: str, data: str | None) -> None:
        def replace(text: str) -> None:
            place.holder[place.key] = media.replacement(text)

        known = media_type if _MEDIA_TYPE.fullmatch(media_type) else ""
        self._reading.attachment(Attachment(place.path, media.kind, known, data, replace))


def _opened(url: str) -> tuple[str, str | None]:
    """Media type and base64 of a data URL (RFC 2397); None for what is no base64."""
    head = _DATA_URL.match(url)
    if head is None:
        return "", None
    media_type, rest = head[1].lower(), url[head.end() :]
    if ";base64" not in head[2].lower():
        return media_type, base64.b64encode(unquote_to_bytes(rest)).decode()
    try:
        base64.b64decode(rest, validate=True)
    except (ValueError, binascii.Error):
        return media_type, None
    return media_type, rest


def _conversation(body: Body) -> str | None:
    """The caller's own id: the wire's place for one, the metadata's, or a cache key."""
    given = body.get("conversation")
    found = _string(given.get("id") if isinstance(given, dict) else given)
    metadata = body.get("metadata")
    known = metadata if isinstance(metadata, dict) else {}
    for name in _CONVERSATION_KEYS:
        found = found or _string(known.get(name))
    return found or _string(body.get("prompt_cache_key"))


def _string(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
