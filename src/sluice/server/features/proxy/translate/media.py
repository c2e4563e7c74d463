"""Attachments of a request as `Media`: data addresses, bare base64 and plain addresses (pure).

Nothing is ever fetched here: an address is passed on for the vendor to fetch.
"""

from __future__ import annotations

import base64
import mimetypes
import re
from typing import Final

from sluice.engine.types import CleansedText
from sluice.server.features.proxy.translate.fields import Fields
from sluice.server.providers.base import Media, Text

ANY_IMAGE: Final = "image/*"
"""For an image of which only the address is known."""
_DATA: Final = re.compile(r"data:([a-z0-9.+/*-]*)((?:;[^;,]*)*?);base64,", re.IGNORECASE)
_BAD_DATA: Final = "must hold base64"
_BAD_ADDRESS: Final = "must be an https address or a data address with base64"
_AUDIO: Final = {"mp3": "audio/mpeg"}


def from_address(fields: Fields, name: str, media_type: str, title: str = "") -> list[Text | Media]:
    """A `data:` or `https:` address; `media_type` is used where the address does not say it."""
    address = fields.needed(name)
    if address.startswith(("https://", "http://")):
        return [Media(media_type, url=address, name=CleansedText(title))]
    if match := _DATA.match(address):
        data = _bytes(address[match.end() :])
        if data is not None:
            return [Media(match[1] or media_type, data, name=CleansedText(title))]
    if address:
        fields.refuse(name, _BAD_ADDRESS)
    return []


def from_base64(fields: Fields, name: str, media_type: str, title: str = "") -> list[Text | Media]:
    """Bare base64."""
    data = _bytes(fields.needed(name))
    if data is None:
        fields.refuse(name, _BAD_DATA)
        return []
    return [Media(media_type, data, name=CleansedText(title))]


def audio(fields: Fields) -> list[Text | Media]:
    """OpenAI's `input_audio`: base64 and a format such as `wav`."""
    form = fields.needed("format")
    found = from_base64(fields, "data", _AUDIO.get(form, f"audio/{form}"))
    fields.close()
    return found


def openai_file(fields: Fields) -> list[Text | Media]:
    """OpenAI's file: data or an address, and a name; a file id means nothing to another vendor."""
    title = fields.string("filename") or ""
    fields.only("file_id")
    media_type = mimetypes.guess_type(title)[0] or "application/pdf"
    if fields.take("file_url") is not None:
        return from_address(fields, "file_url", media_type, title)
    data = fields.take("file_data")
    if isinstance(data, str) and not data.startswith("data:"):
        return from_base64(fields, "file_data", media_type, title)
    return from_address(fields, "file_data", media_type, title) if data is not None else []


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return None
