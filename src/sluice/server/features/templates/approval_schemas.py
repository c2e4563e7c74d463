"""Protected environments, and requests for them, as our own API says them."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints

from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.templates.content import Note
from sluice.server.features.templates.requested import (
    DEFAULT_HOURS,
    MOST_HOURS,
    KnownRequest,
    Protection,
    RequestKind,
    RequestStatus,
)
from sluice.server.kit.wire import StrictModel, WireModel, WireTime

_Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5_000)]
ApproverRole = Literal[ProjectRole.EDITOR, ProjectRole.OWNER]


class ProtectionIn(StrictModel):
    """How an environment is protected."""

    approver_role: ApproverRole = ProjectRole.OWNER
    """The lowest role that may approve."""
    expires_hours: int = Field(default=DEFAULT_HOURS, ge=1, le=MOST_HOURS)
    """After so many hours nobody can approve a request any more."""


class ProtectionOut(WireModel):
    """A protected environment."""

    environment: str
    approver_role: ProjectRole
    expires_hours: int
    changed_by: int | None
    changed_at: WireTime | None


class DecisionIn(StrictModel):
    """An approval."""

    note: Note = Field(default="", repr=False)


class RejectionIn(StrictModel):
    """A rejection says why."""

    note: _Reason = Field(repr=False)


class RequestOut(WireModel):
    """What somebody wants to change in a protected environment, and what came of it."""

    id: str
    template_id: str
    template_name: str
    environment: str
    kind: RequestKind
    number: int | None
    """The version; null: the environment is to point nowhere."""
    base_number: int | None
    """Where the environment pointed when this was asked for; null: nowhere."""
    status: RequestStatus
    note: str
    requested_by: int | None
    requested_at: WireTime
    expires_at: WireTime
    decided_by: int | None
    decided_at: WireTime | None
    decision_note: str

    @classmethod
    def of(cls, request: KnownRequest) -> Self:
        """From a request."""
        return cls(
            id=request.uid,
            template_id=request.template_uid,
            template_name=request.template_name,
            environment=request.environment,
            kind=request.kind,
            number=request.number,
            base_number=request.base_number,
            status=request.status,
            note=request.note,
            requested_by=request.requested_by,
            requested_at=request.requested_at,
            expires_at=request.expires_at,
            decided_by=request.decided_by,
            decided_at=request.decided_at,
            decision_note=request.decision_note,
        )


def protection_of(environment: str, body: ProtectionIn) -> Protection:
    """What a body asks for."""
    return Protection(environment, body.approver_role, body.expires_hours)
