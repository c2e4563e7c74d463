"""Events with JSON as their data (pure)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from sluice.server.providers.sse import Event

DONE: Final = Event("message", "[DONE]")
"""The end marker of OpenAI's wires of chunks."""
_JSON: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
"""One for all: `json.dumps` would make a new one for each event."""


def event(value: Mapping[str, object], kind: str = "message") -> Event:
    """An event of this type; `message` has no name in the stream."""
    return Event(kind, _JSON.encode(value))
