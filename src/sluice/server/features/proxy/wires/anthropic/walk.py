"""Walks through Anthropic's objects and tells of each field what it is (pure)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from sluice.server.features.proxy.wires.anthropic.shapes import (
    MESSAGE,
    OBJECTS,
    SAID_BY_SYSTEM,
    SEALED_COMPACTION,
    SOURCE,
    SPEAKERS,
    TOOLS_SPEAK,
    Place,
    Shape,
)
from sluice.server.features.proxy.wires.reading import DEEPEST, Body, Holder, Key, Speaker

Taker = Callable[[Holder, Key, str, Speaker], None]
"""Takes the value at `holder[key]`, its path, and whose words they are."""


class Places(Protocol):
    """Takes what a walk finds; `holder[key]` is the value, and is changed in place."""

    def text(self, holder: Holder, key: Key, path: str, speaker: Speaker) -> None:
        """A text, or null."""
        ...

    def values(self, holder: Holder, key: Key, path: str, speaker: Speaker) -> None:
        """Any JSON value; each string in it is a text."""
        ...

    def schema(self, holder: Holder, key: Key, path: str, speaker: Speaker) -> None:
        """A JSON Schema."""
        ...

    def end_user(self, holder: Holder, key: Key, path: str, speaker: Speaker) -> None:
        """Whom the call is made for."""
        ...

    def word(self, holder: Holder, key: Key, path: str, speaker: Speaker) -> None:
        """No text: names, ids, settings."""
        ...

    def sealed(self, holder: Holder, key: Key, path: str, speaker: Speaker) -> None:
        """Signed words, or a credential."""
        ...

    def encrypted(self, holder: Holder, key: Key, path: str, speaker: Speaker) -> None:
        """What only the vendor can read, and signatures."""
        ...

    def source(self, block: Body, path: str) -> None:
        """What `block["source"]`, at `path`, gives as data, an address or a file id."""
        ...

    def upload(self, block: Body, path: str) -> None:
        """A file of the caller's in the model's container."""
        ...

    def unknown(self, holder: Body, name: str, path: str, speaker: Speaker) -> None:
        """A field that no table has; `path` is the holder's."""
        ...

    def strange(self, holder: Holder, key: Key, path: str, speaker: Speaker) -> None:
        """A value of a shape that no table has."""
        ...


class Walk:
    """One walk through a request or an answer.

    With `summaries_sealed` every summary of a conversation that the vendor makes is left as it is,
    else only one that is signed or encrypted.
    """

    def __init__(self, places: Places, *, summaries_sealed: bool = False) -> None:
        self._places = places
        self._summaries_sealed = summaries_sealed
        self._depth = 0
        self._takers: dict[Place, Taker] = {
            Place.TEXT: self._texts,
            Place.JSON: places.values,
            Place.WORD: places.word,
            Place.SEALED: places.sealed,
            Place.ENCRYPTED: places.encrypted,
            Place.INSIDE: self.inside,
            Place.MESSAGES: self._messages,
            Place.SOURCE: self._source,
            Place.SCHEMA: places.schema,
            Place.END_USER: places.end_user,
        }

    def shape(self, holder: Body, shape: Shape, path: str, speaker: Speaker) -> None:
        """An object whose fields a table has."""
        for name in list(holder):
            self.member(holder, name, shape, path, speaker)

    def member(self, holder: Body, name: str, shape: Shape, path: str, speaker: Speaker) -> None:
        """One field of an object at `path`, which is "" for a whole body."""
        if not path and name in SAID_BY_SYSTEM:
            speaker = "system"
        if name in shape:
            inner = f"{path}.{name}" if path else name
            self.field(holder, name, shape[name], inner, speaker)
        else:
            self._places.unknown(holder, name, path, speaker)

    def field(
        self, holder: Holder, key: Key, place: Place | Shape, path: str, speaker: Speaker
    ) -> None:
        """One value and what it is."""
        if isinstance(place, Place):
            self._takers[place](holder, key, path, speaker)
        else:
            self._objects(holder, key, place, path, speaker)

    def inside(self, holder: Holder, key: Key, path: str, speaker: Speaker) -> None:
        """A text, an object that says its `type`, or a list of such objects."""
        value = holder[key]
        if isinstance(value, dict):
            self._typed(holder, key, path, speaker)
        elif isinstance(value, list):
            for index in range(len(value)):
                self._typed(value, index, f"{path}[{index}]", speaker)
        else:
            self._places.text(holder, key, path, speaker)

    def _messages(self, holder: Holder, key: Key, path: str, _: Speaker) -> None:
        value = holder[key]
        if not isinstance(value, list):
            self._places.strange(holder, key, path, "user")
            return
        for index, message in enumerate(value):
            inner = f"{path}[{index}]"
            role = message.get("role") if isinstance(message, dict) else None
            if isinstance(role, str) and role in SPEAKERS:
                self.shape(message, MESSAGE, inner, SPEAKERS[role])
            else:
                self._places.strange(value, index, f"{inner}.role", "user")

    def _typed(self, holder: Holder, key: Key, path: str, speaker: Speaker) -> None:
        block = holder[key]
        kind = block.get("type") if isinstance(block, dict) else None
        if not isinstance(kind, str) or kind not in OBJECTS or self._depth >= DEEPEST:
            self._places.strange(holder, key, path, speaker)
        else:
            speaker = "tool" if kind in TOOLS_SPEAK else speaker
            self._depth += 1
            self.shape(block, self._shape(kind, block), path, speaker)
            self._depth -= 1
            if kind == "container_upload":
                self._places.upload(block, path)

    def _objects(self, holder: Holder, key: Key, shape: Shape, path: str, speaker: Speaker) -> None:
        value = holder[key]
        if isinstance(value, dict):
            self.shape(value, shape, path, speaker)
        elif isinstance(value, list):
            for index in range(len(value)):
                self._object(value, index, shape, f"{path}[{index}]", speaker)
        else:
            self._places.word(holder, key, path, speaker)

    def _object(
        self, items: list[object], index: int, shape: Shape, path: str, speaker: Speaker
    ) -> None:
        item = items[index]
        if isinstance(item, dict):
            self.shape(item, shape, path, speaker)
        else:
            self._places.values(items, index, path, speaker)

    def _texts(self, holder: Holder, key: Key, path: str, speaker: Speaker) -> None:
        value = holder[key]
        if isinstance(value, list):
            for index in range(len(value)):
                self._places.text(value, index, f"{path}[{index}]", speaker)
        else:
            self._places.text(holder, key, path, speaker)

    def _source(self, block: Holder, key: Key, path: str, speaker: Speaker) -> None:
        """Words that a document has in itself are texts; everything else is an attachment."""
        source = block[key]
        kind = source.get("type") if isinstance(source, dict) else None
        if kind == "text":
            shape = {"type": Place.WORD, "media_type": Place.WORD, "data": Place.TEXT}
            self.shape(source, shape, path, speaker)
        elif kind == "content":
            shape = {"type": Place.WORD, "content": Place.INSIDE}
            self.shape(source, shape, path, speaker)
        elif kind in ("base64", "url", "file"):
            for name in [name for name in source if name != "data"]:
                self.member(source, name, SOURCE, path, speaker)
            self._places.source(block, path)
        else:
            self._places.strange(block, key, path, speaker)

    def _shape(self, kind: str, block: Body) -> Shape:
        signed = block.get("signature") or block.get("encrypted_content")
        if kind == "compaction" and (signed or self._summaries_sealed):
            return SEALED_COMPACTION
        return OBJECTS[kind]
