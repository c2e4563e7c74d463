"""How far a call came."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

TEST_RUN: Final = "test_run"
"""In the place of a wire: a call of a test run on the server, whose texts stand in a recording."""


class CallStatus(StrEnum):
    """How far a call came."""

    PENDING = "pending"
    COMPLETE = "complete"
    FAILED = "failed"
    """The provider failed; what had come until then is kept."""
    BLOCKED = "blocked"
    """A policy refused the prompt (then nothing of it is kept) or the answer."""
    ABANDONED = "abandoned"
    """The caller left; what had come until then is kept."""
    INTERRUPTED = "interrupted"
    """The server stopped in the middle."""
