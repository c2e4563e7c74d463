"""A chat as statistics count it: who asked what, what was found, how it ended; no text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sluice.engine import Finding, Policy
from sluice.server.features.statistics.ended import Ended, Ending
from sluice.server.features.threads.status import ChatStatus
from sluice.server.kit.database import utc_now
from sluice.server.providers.base import Connection, Usage


@dataclass(frozen=True, slots=True)
class CountedPrompt:
    """What is known before a model is asked."""

    user_id: int
    model_instance_id: int
    connection: Connection | None
    manifest: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    began_at: datetime = field(default_factory=utc_now)

    def ended(
        self,
        ending: Ending,
        *,
        error_code: str | None = None,
        duration_ms: int | None = None,
        first_token_ms: int | None = None,
        usage: Usage | None = None,
    ) -> Ended:
        """It ended now."""
        return Ended(
            began_at=self.began_at,
            ended_at=utc_now(),
            user_id=self.user_id,
            model_instance_id=self.model_instance_id,
            provider=self.connection.provider_key if self.connection is not None else "",
            model=self.connection.model if self.connection is not None else "",
            ending=ending,
            error_code=error_code,
            duration_ms=duration_ms,
            first_token_ms=first_token_ms,
            input_tokens=usage.input_tokens if usage is not None else 0,
            output_tokens=usage.output_tokens if usage is not None else 0,
            manifests=(self.manifest,),
        )


def ending_of(status: ChatStatus) -> Ending:
    """Whoever left before the end was answered as far as they stayed."""
    return Ending.FAILED if status is ChatStatus.FAILED else Ending.ANSWERED


def manifest_of(findings: Iterable[Finding], policy: Policy) -> dict[str, dict[str, int]]:
    """Findings as counts by entity type and action."""
    counts: dict[str, dict[str, int]] = {}
    for finding in findings:
        actions = counts.setdefault(finding.entity_type, {})
        action = policy.action_for(finding).value
        actions[action] = actions.get(action, 0) + 1
    return counts
