"""What a vendor's wire must be able to say, so that behaviours are written once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Protocol

from tests.peers.server import Received


@dataclass(frozen=True, slots=True)
class Calls:
    """A tool call of an answer; its arguments are JSON in pieces."""

    id: str
    name: str
    pieces: tuple[str, ...]

    @property
    def arguments(self) -> str:
        """The arguments in one."""
        return "".join(self.pieces)


@dataclass(frozen=True, slots=True)
class Says:
    """An answer: its pieces, how it ended in the words of the vendor, and what it calls."""

    pieces: tuple[str, ...]
    reason: str
    calls: tuple[Calls, ...] = ()
    thinking: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The answer in one."""
        return "".join(self.pieces)


class Wire(Protocol):
    """One vendor's wire."""

    default_reason: str
    calling_reason: str
    """How an answer ends that calls tools."""

    def refusal(self, request: Received) -> tuple[int, bytes] | None:
        """Status and body for a request that this vendor would not take, else None."""
        ...

    def events(self, request: Received, says: Says) -> list[bytes]:
        """The events of a streamed answer, each as a vendor writes it."""
        ...

    def whole(self, request: Received, says: Says) -> bytes:
        """The body of an answer that is not streamed."""
        ...

    def error(self, status: int, kind: str, message: str) -> bytes:
        """The body of an error."""
        ...

    def error_event(self, kind: str, message: str) -> bytes:
        """An error in the middle of a stream."""
        ...

    def asked(self, request: Received) -> str:
        """The text of the last user message."""
        ...


def dump(value: object) -> bytes:
    """Compact JSON in UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def last_user_text(messages: list[dict[str, Any]]) -> str:
    """The text of the last user message; content may be a string or a list of parts."""
    for message in reversed(messages):
        if message.get("role") == "user":
            content = message.get("content", "")
            parts = content if isinstance(content, list) else [{"text": content}]
            return "".join(part.get("text", "") for part in parts)
    return ""


def words(text: str) -> int:
    """A stand-in for counting tokens."""
    return len(text.split())
