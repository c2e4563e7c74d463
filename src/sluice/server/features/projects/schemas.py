"""Projects, their members and keys on the wires."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AwareDatetime, Field, StringConstraints

from sluice.server.auth.users import Person
from sluice.server.features.projects.known import FormatDialect, OnFindings
from sluice.server.features.projects.naming import UID
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.projects.tables import Project, ProjectMember, ProjectTeam
from sluice.server.kit.wire import NoNul, RowId, SnakeModel, StrictModel, WireModel, WireTime

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128), NoNul]
Uid = Annotated[str, StringConstraints(pattern=rf"^{UID.pattern}$")]
Days = Annotated[int, Field(ge=1, le=36_500)]


class ProjectIn(StrictModel):
    """A project to make."""

    name: Name
    id: Uid | None = None
    """Else one is made of the name."""
    policy_group_id: RowId | None = None
    """Else the group `Default`, or the first one where there is none of this name."""
    keep_raw: bool = False
    on_findings: OnFindings = OnFindings.WARN
    format_dialect: FormatDialect = FormatDialect.WHEN_USED
    retention_days: Days | None = None
    """Days after which sessions are deleted; null: never."""
    call_retention_days: Days | None = None
    """Days after which the gateway's calls are deleted; null: with their session, or never."""


class ProjectChange(StrictModel):
    """What to change of a project; what is left out stays."""

    name: Name | None = None
    policy_group_id: RowId | None = None
    """Only for who may change policies."""
    keep_raw: bool | None = None
    on_findings: OnFindings | None = None
    format_dialect: FormatDialect | None = None
    retention_days: Days | None = None
    """Null, if it is said: never."""
    call_retention_days: Days | None = None
    """The same of the gateway's calls."""


class ProjectOut(WireModel):
    """A project, and what its reader may do in it."""

    id: str
    name: str
    policy_group_id: int
    keep_raw: bool
    on_findings: OnFindings
    format_dialect: FormatDialect
    retention_days: int | None
    call_retention_days: int | None
    role: ProjectRole
    created_at: WireTime
    updated_at: WireTime

    @classmethod
    def of(cls, row: Project, role: ProjectRole) -> Self:
        """From the table's row."""
        return cls(
            id=row.uid,
            name=row.name,
            policy_group_id=row.policy_group_id,
            keep_raw=row.keep_raw,
            on_findings=OnFindings(row.findings),
            format_dialect=FormatDialect(row.format_dialect),
            retention_days=row.retention_days,
            call_retention_days=row.call_retention_days,
            role=role,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )


class MemberIn(StrictModel):
    """What somebody may do in a project."""

    role: ProjectRole


class MemberOut(WireModel):
    """Somebody who works on a project."""

    user_id: int
    email: str | None
    name: str
    role: ProjectRole
    disabled: bool
    """Whether an administrator shut this user out."""
    created_at: WireTime

    @classmethod
    def of(cls, member: ProjectMember, person: Person) -> Self:
        """From the member's row and who it is."""
        return cls(
            user_id=person.id,
            email=person.email,
            name=person.name,
            role=ProjectRole(member.role),
            disabled=person.disabled,
            created_at=member.created_at,
        )


class ProjectTeamOut(WireModel):
    """A team that works on a project."""

    team_id: int
    name: str
    role: ProjectRole
    created_at: WireTime

    @classmethod
    def of(cls, given: ProjectTeam, name: str) -> Self:
        """From the row and the team's name."""
        return cls(
            team_id=given.team_id,
            name=name,
            role=ProjectRole(given.role),
            created_at=given.created_at,
        )


class KeyIn(StrictModel):
    """A key to make."""

    name: Name
    expires_at: AwareDatetime | None = None
    """With its offset from UTC; without an end the key is valid until it is revoked."""


class WireProject(SnakeModel):
    """A project as Freeplay's wire shows it."""

    id: str
    name: str


class WireProjects(SnakeModel):
    """Every project of a caller."""

    projects: list[WireProject]
