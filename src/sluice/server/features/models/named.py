"""A model instance by its name: what other features route calls by."""

from __future__ import annotations

from typing import NamedTuple


class NamedInstance(NamedTuple):
    """An instance that a caller may use."""

    id: int
    name: str
    provider_key: str | None
    """Of its first connection; None without one."""
