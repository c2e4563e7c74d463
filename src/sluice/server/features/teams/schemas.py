"""Teams on our own API."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import StringConstraints

from sluice.server.auth.users import Person
from sluice.server.features.teams.tables import Team
from sluice.server.kit.wire import NoNul, StrictModel, WireModel, WireTime

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128), NoNul]


class TeamIn(StrictModel):
    """A team to make or to rename."""

    name: Name


class TeamOut(WireModel):
    """A team as a list shows it."""

    id: int
    name: str
    members: int
    """How many people are in it, disabled ones too."""
    created_at: WireTime

    @classmethod
    def of(cls, team: Team, members: int) -> Self:
        """From the table's row."""
        return cls(id=team.id, name=team.name, members=members, created_at=team.created_at)


class TeamMemberOut(WireModel):
    """Somebody in a team."""

    user_id: int
    email: str | None
    name: str
    disabled: bool
    """Whether an administrator shut this user out."""

    @classmethod
    def of(cls, person: Person) -> Self:
        """From who it is."""
        return cls(
            user_id=person.id, email=person.email, name=person.name, disabled=person.disabled
        )


class TeamDetail(TeamOut):
    """A team and who is in it, by user id."""

    people: list[TeamMemberOut]
