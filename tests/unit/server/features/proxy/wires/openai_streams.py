"""Feeding streams of OpenAI's wires, and reading them as a client does."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from sluice.server.features.proxy.wires.wire import StreamRewriter
from sluice.server.providers.sse import Event, EventParser

DONE = "[DONE]"


def event(body: dict[str, Any] | str) -> Event:
    """One event of a vendor."""
    data = body if isinstance(body, str) else json.dumps(body)
    kind = "message" if isinstance(body, str) else body.get("type", "message")
    return Event(kind, data)


def chunk(
    delta: dict[str, Any], finish: str | None = None, index: int = 0, **more: object
) -> Event:
    """One chunk of a chat."""
    choice = {"index": index, "delta": delta, "finish_reason": finish}
    return event({"id": "chatcmpl-1", "model": "vendor-1", "choices": [choice], **more})


def sent(rewriter: StreamRewriter, events: Iterable[Event]) -> list[Any]:
    """What the caller gets of a whole stream, parsed; the end marker as its word."""
    out = [one for fed in events for one in rewriter.feed(fed)] + rewriter.finish()
    return [DONE if one.data == DONE else json.loads(one.data) for one in out]


def parsed(frames: bytes) -> list[Event]:
    """Bytes as a client reads them."""
    return EventParser().feed(frames)


def joined(chunks: list[Any]) -> dict[tuple[int, str], str]:
    """By choice and path, all strings of the deltas joined as a client joins them."""
    texts: dict[tuple[int, str], str] = {}
    for one in chunks:
        for choice in one["choices"] if one != DONE else ():
            _collect(texts, choice["index"], "", choice["delta"])
    return texts


def _collect(texts: dict[tuple[int, str], str], index: int, path: str, value: object) -> None:
    if isinstance(value, str):
        texts[index, path] = texts.get((index, path), "") + value
    elif isinstance(value, dict):
        for name, inner in value.items():
            _collect(texts, index, f"{path}.{name}", inner)
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            number = inner.get("index", at) if isinstance(inner, dict) else at
            _collect(texts, index, f"{path}[{number}]", inner)


def cut(text: str, cuts: Iterable[int]) -> list[str]:
    """A text in pieces, cut at these places."""
    bounds = [0, *sorted({at % (len(text) + 1) for at in cuts}), len(text)]
    return [text[a:b] for a, b in pairwise(bounds)]
