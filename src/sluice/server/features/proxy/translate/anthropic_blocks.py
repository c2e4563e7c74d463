"""Anthropic's content blocks that are words or attachments, as parts (pure).

Source: Anthropic's API reference, "Create a Message", content blocks. A document that is text, and
a search result, are words with their title before them, since not every vendor takes documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sluice.engine.types import CleansedText
from sluice.server.features.proxy.translate.fields import Fields
from sluice.server.features.proxy.translate.media import ANY_IMAGE, from_address, from_base64
from sluice.server.features.proxy.translate.turns import PartReader, content, text_part, words
from sluice.server.providers.base import Media, Part, Text

_PDF: Final = "application/pdf"


def _image(fields: Fields) -> Sequence[Part]:
    fields.drop("cache_control")
    source = fields.inner("source")
    if source is None:
        fields.refuse("source", "is needed")
        return ()
    return _data(source, ANY_IMAGE)


def _data(source: Fields, otherwise: str, title: str = "") -> list[Text | Media]:
    """A source in base64 or at an address; a file id means nothing to another vendor."""
    found: list[Text | Media] = []
    match source.needed("type"):
        case "base64":
            media_type = source.needed("media_type")
            found = from_base64(source, "data", media_type, title)
        case "url":
            found = from_address(source, "url", otherwise, title)
        case _:
            source.refuse("type")
            source.drop("file_id")
    source.close()
    return found


def _document(fields: Fields) -> Sequence[Part]:
    _uncited(fields)
    title, context = fields.string("title"), fields.string("context")
    source = fields.inner("source")
    if source is None:
        fields.refuse("source", "is needed")
        return ()
    match source.take("type"):
        case "text":
            source.drop("media_type")
            inside: Sequence[Part] = words(source.needed("data"))
            source.close()
        case "content":
            inside = content(source, "content", {"text": text_part, "image": _image})
            source.close()
        case _:
            return (*words(context), *_data(source, _PDF, title or ""))
    return _joined((*words(title), *words(context), *inside))


def _search_result(fields: Fields) -> Sequence[Part]:
    _uncited(fields)
    title, source = fields.needed("title"), fields.needed("source")
    inside = content(fields, "content", {"text": text_part})
    return _joined((*words(title), *words(source), *inside))


def _uncited(fields: Fields) -> None:
    fields.drop("cache_control")
    if (citations := fields.inner("citations")) is not None:
        citations.only("enabled", False)
        citations.close()


def _joined(parts: Sequence[Part]) -> Sequence[Part]:
    """Words in one part, with an empty line between them; attachments stay what they are."""
    texts = [part.text for part in parts if isinstance(part, Text)]
    others = [part for part in parts if not isinstance(part, Text)]
    return (*words(CleansedText("\n\n".join(texts))), *others)


CONTENT: Final[dict[str, PartReader]] = {
    "text": text_part,
    "image": _image,
    "document": _document,
    "search_result": _search_result,
}
"""What a turn may hold besides tool calls, results and thinking."""
RESULT: Final = CONTENT
"""What a tool's result may hold."""
