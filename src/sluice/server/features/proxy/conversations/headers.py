"""Headers in which clients name their conversation, where their wire has no place for it (pure).

Sources: Claude Code's reference for gateways (`X-Claude-Code-Session-Id`); the requests that Codex
(`session_id`, since 0.149 `Session-Id`) and OpenCode (`X-Session-Id`, `x-opencode-session`) send.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

HEADERS: Final = (
    "sluice-conversation",
    "x-claude-code-session-id",
    "x-opencode-session",
    "session-id",
    "session_id",
    "x-session-id",
    "conversation-id",
    "conversation_id",
    "x-conversation-id",
)
"""In lower case; the first one that says something counts."""


def named_by(headers: Mapping[str, str]) -> str | None:
    """The caller's own id of its conversation; `headers` has names in lower case."""
    found = (headers.get(name, "").strip() for name in HEADERS)
    return next((value for value in found if value), None)
