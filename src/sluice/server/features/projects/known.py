"""A project as other features know it, with what its caller may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sluice.server.auth.auth import Caller
from sluice.server.errors import Forbidden
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.proxy.conversations.service import Owner
from sluice.server.vault.service import conversation_scope


class OnFindings(StrEnum):
    """What findings in a template or a test case lead to when it is saved."""

    WARN = "warn"
    REFUSE = "refuse"


class FormatDialect(StrEnum):
    """When a version must be sayable to clients of 0.1.6, to be deployed."""

    ALWAYS = "always"
    NEVER = "never"
    WHEN_USED = "when_used"
    """Once such a client has read templates of the project: what it reads stays sayable."""


@dataclass(frozen=True, slots=True)
class KnownProject:
    """One project and the caller's role in it."""

    id: int
    uid: str
    name: str
    user_id: int
    """The project's own user."""
    space_id: int
    """The project's own conversation."""
    policy_group_id: int
    keep_raw: bool
    on_findings: OnFindings
    format_dialect: FormatDialect
    retention_days: int | None
    call_retention_days: int | None
    role: ProjectRole

    def require(self, needs: ProjectRole) -> None:
        """Raise `Forbidden` unless the caller has this role or a higher one here."""
        if not self.role.may(needs):
            raise Forbidden(
                f"In this project you are {self.role}; this takes {needs}.", code="project_role"
            )

    @property
    def scope(self) -> str:
        """The scope of the data key of its templates, test cases and test runs."""
        return conversation_scope(self.space_id)

    def owner(self, caller: Caller) -> Owner:
        """Under which conversations of this project are opened for this caller."""
        return Owner(caller.user_id, caller.api_token_id, self.space_id)
