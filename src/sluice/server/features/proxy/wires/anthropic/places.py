"""What is done with each place of Anthropic's objects: in requests, and in answers."""

from __future__ import annotations

import re
from typing import Any, Final, Literal

from sluice.server.features.proxy.wires.anthropic.schema import read_schema
from sluice.server.features.proxy.wires.anthropic.walk import Walk
from sluice.server.features.proxy.wires.reading import (
    DEEPEST,
    Attachment,
    Body,
    Holder,
    Key,
    Reading,
    Speaker,
    shown,
)
from sluice.server.features.proxy.wires.wire import Restorer
from sluice.server.providers.answer import SurrogateJoiner

_WORD: Final = re.compile(
    r"(?=.*[A-Za-z])[A-Za-z0-9_.:|*+=-]{1,200}(?:/[A-Za-z0-9_.:|*+=-]{1,200}){0,9}"
    r"|\d{4}-\d{2}-\d{2}",
    re.ASCII,
)
"""Names, ids, domains, media types, dates: what may stand where no text is expected. Digits alone
may be a number of a card, a telephone or a person.
"""
_ENCRYPTED: Final = re.compile(r"[A-Za-z0-9+/_.:=-]*", re.ASCII)
"""Base64 of either alphabet, and what other vendors of the wire write in its place."""
_BASE64: Final = re.compile(r"[A-Za-z0-9+/\r\n]*={0,2}\s*", re.ASCII)
_MEDIA_TYPE: Final = re.compile(r"[a-z]+/[A-Za-z0-9.+-]{1,80}", re.ASCII)
_NOT_UNDERSTOOD: Final = "is of a shape that is not understood"


class RequestPlaces:
    """Tells a `Reading` of what stands in a request."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def text(self, holder: Holder, key: Key, path: str, speaker: Speaker) -> None:
        """A text; what tools say is often JSON."""
        if speaker == "tool":
            self._reading.json_text(holder, key, path, speaker)
        else:
            self._reading.text(holder, key, path, speaker)

    def values(self, holder: Holder, key: Key, path: str, speaker: Speaker) -> None:
        """Every string is a text."""
        self._reading.values(holder, key, path, speaker)

    def schema(self, holder: Holder, key: Key, path: str, speaker: Speaker) -> None:
        """Names stay; what they are described by is text."""
        read_schema(self._reading, holder, key, path, speaker)

    def end_user(self, holder: Holder, key: Key, path: str, speaker: Speaker) -> None:
        """A text that may be JSON."""
        self._reading.json_text(holder, key, path, speaker)

    def word(self, holder: Holder, key: Key, path: str, speaker: Speaker, depth: int = 0) -> None:
        """What does not look like a name or an id is a text all the same."""
        value = holder[key]
        if depth > DEEPEST:
            self._reading.refuse(path, f"is nested deeper than {DEEPEST} levels")
        elif isinstance(value, dict):
            for name in list(value):
                inner = f"{path}.{shown(name)}"
                self.word(value, name, inner, speaker, depth + 1)
                self._reading.key(value, name, path, speaker)
        elif isinstance(value, list):
            for index in range(len(value)):
                self.word(value, index, f"{path}[{index}]", speaker, depth + 1)
        elif isinstance(value, str) and not _WORD.fullmatch(value):
            self._reading.text(holder, key, path, speaker)
        else:
            self._reading.structure(holder, key, path)

    def sealed(self, holder: Holder, key: Key, path: str, speaker: Speaker) -> None:
        """Counted; nothing is looked at. Only a string can be sealed."""
        if isinstance(holder[key], str | None):
            self._reading.structure(holder, key, path)
        else:
            self._reading.refuse(path, "must be a string")

    def encrypted(self, holder: Holder, key: Key, path: str, speaker: Speaker) -> None:
        """Counted; refused if it cannot be what the vendor gave."""
        value = holder[key]
        if isinstance(value, str) and not _ENCRYPTED.fullmatch(value):
            self._reading.refuse(path, "must be as the vendor gave it")
        else:
            self.sealed(holder, key, path, speaker)

    def source(self, block: Body, path: str) -> None:
        """An image or a document, for the policy to decide about; `path` is its source's."""
        source = block["source"]
        kind: Literal["image", "document"] = "image" if block["type"] == "image" else "document"
        data, media_type = source.get("data"), source.get("media_type", "")
        if not isinstance(data, str | None) or (data and not _BASE64.fullmatch(data)):
            self._reading.refuse(f"{path}.data", "must be base64")
            return
        if not isinstance(media_type, str) or not _MEDIA_TYPE.fullmatch(media_type):
            media_type = ""

        def replace(text: str) -> None:
            if kind == "document":
                block["source"] = {"type": "text", "media_type": "text/plain", "data": text}
            else:
                _become_text(block, text)

        self._reading.attachment(Attachment(path, kind, media_type, data, replace))

    def upload(self, block: Body, path: str) -> None:
        """A file that the vendor has already; its kind cannot be told."""

        def replace(text: str) -> None:
            _become_text(block, text)

        self._reading.attachment(Attachment(path, "document", "", None, replace))

    def unknown(self, holder: Body, name: str, path: str, speaker: Speaker) -> None:
        """What it holds of text is cleansed."""
        self._reading.values(holder, name, f"{path}.{shown(name)}".lstrip("."), speaker)
        self._reading.key(holder, name, path, speaker)

    def strange(self, holder: Holder, key: Key, path: str, speaker: Speaker) -> None:
        """Refused."""
        value = holder[key]
        typed = isinstance(value, dict) and "type" in value
        self._reading.refuse(f"{path}.type" if typed else path, _NOT_UNDERSTOOD)


def _become_text(block: Body, text: str) -> None:
    """A text block in this block's place; its mark for the prompt's cache stays."""
    kept = {name: block[name] for name in ("cache_control",) if name in block}
    block.clear()
    block.update({"type": "text", "text": text, **kept})


class AnswerPlaces:
    """Restores the texts of an answer, in place."""

    def __init__(self, restorer: Restorer) -> None:
        self._restorer = restorer

    def text(self, holder: Holder, key: Key, path: str, speaker: Speaker) -> None:
        """A text; anything else in its place is looked through."""
        value = holder[key]
        if isinstance(value, str) and value:
            holder[key] = self._restorer.text(mended(value), path)
        elif not isinstance(value, str):
            self.values(holder, key, path, speaker)

    def values(self, holder: Holder, key: Key, path: str, speaker: Speaker) -> None:
        """Every string is restored."""
        if isinstance(holder[key], str | list | dict):
            holder[key] = self._restorer.values(mended(holder[key]), path)

    def schema(self, holder: Holder, key: Key, path: str, speaker: Speaker) -> None:
        """As any value."""
        self.values(holder, key, path, speaker)

    def end_user(self, holder: Holder, key: Key, path: str, speaker: Speaker) -> None:
        """As any value."""
        self.values(holder, key, path, speaker)

    def word(self, holder: Holder, key: Key, path: str, speaker: Speaker) -> None:
        """Stays; what does not look like a name or an id is a text all the same."""
        value = holder[key]
        if isinstance(value, dict):
            for name in value:
                self.word(value, name, f"{path}.{shown(name)}", speaker)
        elif isinstance(value, list):
            for index in range(len(value)):
                self.word(value, index, f"{path}[{index}]", speaker)
        elif isinstance(value, str) and not _WORD.fullmatch(value):
            self.text(holder, key, path, speaker)

    def sealed(self, holder: Holder, key: Key, path: str, speaker: Speaker) -> None:
        """Stays."""

    def encrypted(self, holder: Holder, key: Key, path: str, speaker: Speaker) -> None:
        """Stays."""

    def source(self, block: Body, path: str) -> None:
        """Stays."""

    def upload(self, block: Body, path: str) -> None:
        """Stays."""

    def unknown(self, holder: Body, name: str, path: str, speaker: Speaker) -> None:
        """As any value."""
        self.values(holder, name, f"{path}.{shown(name)}".lstrip("."), speaker)

    def strange(self, holder: Holder, key: Key, path: str, speaker: Speaker) -> None:
        """As any value."""
        self.values(holder, key, path, speaker)


def answer_walk(restorer: Restorer) -> Walk:
    """A walk that restores what it finds."""
    return Walk(AnswerPlaces(restorer), summaries_sealed=True)


def mended(value: Any) -> Any:  # noqa: ANN401 - any JSON value, of the kind that was given
    """The JSON value with U+FFFD for lone surrogates, which have no UTF-8 form."""
    if isinstance(value, str):
        joiner = SurrogateJoiner()
        return joiner.feed(value) + joiner.finish()
    if isinstance(value, list):
        return [mended(item) for item in value]
    if isinstance(value, dict):
        return {mended(name): mended(item) for name, item in value.items()}
    return value
