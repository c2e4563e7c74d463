"""Originals as they are revealed, of a thread, a call or a recording."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from sluice.server.kit.wire import StrictModel, WireModel


class RevealIn(StrictModel):
    """Why somebody reads originals; it stands in the audit log."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=8, max_length=500)]


class OriginalOut(WireModel):
    """One placeholder and what it stands for (null for redacted and erased ones)."""

    placeholder: str
    entity_type: str
    original: str | None = Field(repr=False)
