"""Prompts that were sent, as a policy can be tried on them; opened in memory, and kept nowhere.

Those who keep prompts (threads, the gateway's calls) give them in this form.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine import RawText


@dataclass(frozen=True, slots=True)
class PastText:
    """One text of a prompt, with its originals."""

    text: RawText = field(repr=False)
    """As it is analysed: maybe with the name of its field around it."""
    start: int
    """Where in it the text itself stands, in code points; `end` is exclusive."""
    end: int


@dataclass(frozen=True, slots=True)
class PastPrompt:
    """One prompt, as far as it is still there."""

    texts: Sequence[PastText] = field(default=(), repr=False)
    not_kept: Mapping[str, int] = field(default_factory=dict)
    """Values that were redacted, so that they cannot be analysed again: counts by entity type."""
    blocked: Mapping[str, int] | None = None
    """Of a prompt that was refused, and so was not kept: what blocked it, by entity type."""
    is_erased: bool = False
    """Whether originals are gone, so that nothing can be said about it."""


@dataclass(frozen=True, slots=True)
class PastRef:
    """A prompt that has not been opened."""

    id: int
    at: datetime


class PastPrompts(Protocol):
    """Who keeps prompts."""

    async def newest(
        self, session: AsyncSession, instance_ids: Collection[int], limit: int
    ) -> list[PastRef]:
        """The newest prompts to these model instances."""
        ...

    async def opened(self, session: AsyncSession, ids: Collection[int]) -> list[PastPrompt]:
        """Some prompts with their originals; one that was deleted meanwhile is left out."""
        ...
