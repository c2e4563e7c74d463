"""How far an exchange came."""

from __future__ import annotations

from enum import StrEnum


class ChatStatus(StrEnum):
    """How far an exchange came."""

    PENDING = "pending"
    COMPLETE = "complete"
    FAILED = "failed"
    """The provider failed; what had come until then is kept."""
    ABANDONED = "abandoned"
    """The caller left; what had come until then is kept."""
    INTERRUPTED = "interrupted"
    """The server stopped in the middle."""
