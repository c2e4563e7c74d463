"""What ended, as statistics count it: one call, chat or recording, whoever keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

Manifest = Mapping[str, Mapping[str, int]]
"""Findings: counts by entity type and action."""
NONE: Final = 0
"""In the place of an id where there is none."""


class SourceName(StrEnum):
    """Where something was counted."""

    CALLS = "calls"
    """Calls of the gateway."""
    CHATS = "chats"
    """Prompts to a model instance, in threads."""
    RECORDINGS = "recordings"
    """Calls that applications made elsewhere and recorded here."""


class Ending(StrEnum):
    """How it ended."""

    ANSWERED = "answered"
    """Also where the caller left before the end."""
    FAILED = "failed"
    BLOCKED = "blocked"


class Ended(NamedTuple):
    """One call, chat or recording. Times are in milliseconds, costs in millionths of a dollar."""

    began_at: datetime
    """Decides in which hour it counts."""
    ended_at: datetime
    """Decides when it is counted: in this order."""
    user_id: int = NONE
    space_id: int = NONE
    """The own conversation of its project."""
    model_instance_id: int = NONE
    provider: str = ""
    model: str = ""
    ending: Ending = Ending.ANSWERED
    error_code: str | None = None
    duration_ms: int | None = None
    first_token_ms: int | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    cost: int | None = None
    manifests: tuple[Manifest, ...] = ()


class Source(Protocol):
    """A feature whose rows are counted, in the order of `Ended.ended_at`."""

    name: SourceName

    async def portion(
        self, session: AsyncSession, after: datetime, settled: datetime, most: int
    ) -> datetime | None:
        """Until when the next `most` rows ended, those of this very moment included.

        None if nothing ended after `after` and until `settled`.
        """
        ...

    async def ended(
        self, session: AsyncSession, after: datetime, until: datetime | None, most: int | None
    ) -> list[Ended]:
        """What ended after `after` and until `until`, the oldest first; at most `most`."""
        ...

    async def counted(self, session: AsyncSession, until: datetime) -> None:
        """Everything that ended until then is counted: rows that are kept for it alone may go."""
        ...
