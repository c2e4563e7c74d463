"""Searches on our own API."""

from __future__ import annotations

from typing import Any, Self

from pydantic import ConfigDict, Field

from sluice.server.features.sessions.search.ordering import LONGEST_CURSOR, Order
from sluice.server.kit.wire import StrictModel, WireModel, WireTime

MOST_ROWS = 500


class SearchIn(StrictModel):
    """What is sought; without a filter everything."""

    model_config = ConfigDict(hide_input_in_errors=True)

    filter: Any = Field(default=None, repr=False)
    """`{"and": […]}`, `{"or": […]}`, `{"not": …}` or `{"field", "op", "value"}`."""
    order: Order = Order.NEWEST
    cursor: str | None = Field(default=None, max_length=LONGEST_CURSOR)
    limit: int = Field(default=50, ge=1, le=MOST_ROWS)


class FoundRecording(WireModel):
    """A recording in a list: everything but its texts."""

    id: str
    session: str
    trace: str | None
    template: str | None
    template_name: str | None
    version: str | None
    test_run: str | None
    environment: str | None
    provider: str | None
    model: str | None
    format: str | None
    complete: bool
    created_at: WireTime
    started_at: WireTime | None
    duration_ms: int | None
    input_tokens: int | None
    output_tokens: int | None
    tokens_estimated: bool
    cost_microdollars: int | None
    entity_types: dict[str, dict[str, int]]
    """Findings: counts by entity type and action."""

    @classmethod
    def of(cls, row: dict[str, Any]) -> Self:
        """From a row of the search."""
        named = {
            "id": row["uid"],
            "session": row["session_uid"],
            "trace": row["trace_uid"],
            "template": row["template_uid"],
            "version": row["version_uid"],
            "test_run": row["test_run_uid"],
            "complete": row["is_complete"],
            "cost_microdollars": row["cost"],
            "entity_types": row["manifest"],
        }
        return cls.model_validate({**row, **named})


class FoundSession(WireModel):
    """A session in a list."""

    id: str
    environment: str | None
    test_run: str | None
    created_at: WireTime
    last_recorded_at: WireTime
    recordings: int
    input_tokens: int
    output_tokens: int
    cost_microdollars: int
    metadata: dict[str, Any] = Field(repr=False)
    """With placeholders for originals."""

    @classmethod
    def of(cls, row: dict[str, Any]) -> Self:
        """From a row of the search."""
        named = {"id": row["uid"], "test_run": row["test_run_uid"]}
        return cls.model_validate({**row, **named, "cost_microdollars": row["cost"]})
