"""Calls, settings of API tokens and usage on our own wire."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field

from sluice.server.features.limits.rules import Used
from sluice.server.features.limits.schemas import LimitsBody
from sluice.server.features.proxy.calls.status import CallStatus
from sluice.server.features.proxy.calls.tables import Counts
from sluice.server.features.proxy.limits.settings import KeySettings
from sluice.server.kit.wire import RowId, StrictModel, WireModel, WireTime


class CallOut(WireModel):
    """A call as a list shows it: no text."""

    id: int
    conversation_id: int
    user_id: int
    api_token_id: int | None
    model_instance_id: int
    wire: str
    provider: str
    model: str
    model_answered: str | None
    connection: int
    attempts: int
    streamed: bool
    status: CallStatus
    error_code: str | None
    created_at: WireTime
    finished_at: WireTime | None
    first_token_ms: int | None
    duration_ms: int | None
    input_tokens: int | None
    output_tokens: int | None
    cache_read_tokens: int | None
    cache_write_tokens: int | None
    cost_microdollars: Annotated[int | None, Field(validation_alias="cost")]
    """Millionths of a US dollar; null where it is not known."""
    policy_group_id: int
    policy_version: int
    answer_policy_group_id: int | None
    answer_policy_version: int | None
    detector_version: str
    manifest: Counts
    """Findings of the prompt: counts by entity type and action."""
    answer_manifest: Counts
    """What the answer held that was not in the prompt."""
    coverage: Counts
    """Which paths of the request were scanned, and which passed: counts."""


class CallTextOut(WireModel):
    """A text of an answer at its path."""

    path: str
    text: str


class CallDetail(CallOut):
    """A call with its texts as the provider got and gave them: cleansed, with placeholders."""

    model_asked: str
    request: dict[str, Any] | None
    """Without the instance's instructions; null where a policy refused the prompt."""
    answer: list[CallTextOut]


class OwnCallDetail(CallDetail):
    """For the person who made the call: the same with the originals in their places."""

    hydrated_request: dict[str, Any] | None
    hydrated_answer: list[CallTextOut]


class KeySettingsIn(StrictModel):
    """All that is set for an API token; what is left out is unset."""

    default_instance_id: RowId | None = None
    """Where calls go whose model names no instance."""
    limits: LimitsBody = LimitsBody()

    def settings(self) -> KeySettings:
        """As the service takes it."""
        return KeySettings(self.default_instance_id, self.limits.limits())


class KeySettingsOut(WireModel):
    """What is set for an API token, and what its calls have used of this month."""

    api_token_id: int
    default_instance_id: int | None
    limits: LimitsBody
    month_tokens: int
    month_cost_microdollars: int

    @classmethod
    def of(cls, token_id: int, settings: KeySettings, used: Used) -> Self:
        """From what the service knows."""
        return cls(
            api_token_id=token_id,
            default_instance_id=settings.default_instance_id,
            limits=LimitsBody.of(settings.limits),
            month_tokens=used.tokens,
            month_cost_microdollars=used.cost,
        )
