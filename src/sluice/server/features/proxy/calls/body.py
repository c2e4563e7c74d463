"""A cleansed request as it is recorded: its longer parts once, the rest with their digests (pure).

Clients send the whole conversation with each turn. So every element of a list at the top of the
body (messages, input items, tools), and every other long value there, is kept under its digest,
and a call holds the digests alone: what is stored grows with the new text.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

Body = dict[str, Any]

SHORT: Final = 128
"""Code points of JSON that stand in the call itself: a digest would hardly be shorter."""
DIGEST_BYTES: Final = 16
_PERSON: Final = b"sluice/calltext"
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_ENCODE: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_ENCODE_ASCII: Final = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class RecordedBody:
    """A body taken apart: `skeleton` is JSON that names `texts` by their digests."""

    skeleton: str = field(repr=False)
    texts: Mapping[bytes, str] = field(repr=False)
    """JSON by digest."""


def take_apart(body: Body, key: bytes) -> RecordedBody:
    """What is recorded of a cleansed body; `key` (at most 64 bytes) makes the digests.

    About 5 ms for a megabyte; larger bodies belong in a thread of their own.
    """
    texts: dict[bytes, str] = {}

    def kept(value: object) -> str | list[object]:
        text = as_json(value)
        if len(text) <= SHORT:
            return [value]
        digest = text_digest(text, key)
        texts[digest] = text
        return digest.hex()

    skeleton = {
        name: [kept(item) for item in value] if isinstance(value, list) else {"$": kept(value)}
        for name, value in body.items()
    }
    return RecordedBody(as_json(skeleton), texts)


def put_together(skeleton: str, text_of: Callable[[bytes], str]) -> Body:
    """The body again; `text_of` gives the JSON of a digest."""

    def whole(kept: str | list[object]) -> object:
        return kept[0] if isinstance(kept, list) else json.loads(text_of(bytes.fromhex(kept)))

    return {
        name: [whole(item) for item in value] if isinstance(value, list) else whole(value["$"])
        for name, value in json.loads(skeleton).items()
    }


def digests_of(skeleton: str) -> set[bytes]:
    """The digests that a skeleton names."""
    found = set()
    for value in json.loads(skeleton).values():
        items = value if isinstance(value, list) else [value["$"]]
        found |= {bytes.fromhex(item) for item in items if isinstance(item, str)}
    return found


def text_digest(text: str, key: bytes) -> bytes:
    """BLAKE2b (RFC 7693) of a text under a key; of no use to who has not the key."""
    data = text.encode()
    return hashlib.blake2b(data, digest_size=DIGEST_BYTES, key=key, person=_PERSON).digest()


def as_json(value: object) -> str:
    """Compact JSON that can be written in UTF-8, lone surrogates escaped."""
    text = _ENCODE(value)
    if not text.isascii() and _LONE_SURROGATE.search(text):
        return _ENCODE_ASCII(value)
    return text
