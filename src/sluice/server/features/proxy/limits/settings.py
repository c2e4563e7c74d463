"""What is set for an API token (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sluice.server.features.limits.rules import NO_LIMITS, Limits


@dataclass(frozen=True, slots=True)
class KeySettings:
    """What is set for an API token."""

    default_instance_id: int | None = None
    """Where calls go whose model names no instance."""
    limits: Limits = NO_LIMITS


NOTHING_SET: Final = KeySettings()
