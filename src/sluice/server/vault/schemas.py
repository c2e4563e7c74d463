"""Originals as they are revealed, of a thread, a call or a recording."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from sluice.server.kit.wire import StrictModel, WireModel


class RevealIn(StrictModel):
    """Why somebody reads originals; it stands in the audit log."""

    model_config = ConfigDict(hide_input_in_errors=True)

    reason: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=8, max_length=500)
    ] = Field(repr=False)
    placeholders: (
        Annotated[list[Annotated[str, StringConstraints(max_length=512)]], Field(min_length=1)]
        | None
    ) = Field(default=None, max_length=100, repr=False)
    """Only these, so that nobody sees more than is needed; without them all."""


class OriginalOut(WireModel):
    """One placeholder and what it stands for (null for redacted and erased ones)."""

    placeholder: str
    entity_type: str
    original: str | None = Field(repr=False)
