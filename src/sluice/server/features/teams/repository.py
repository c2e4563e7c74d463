"""The queries of teams."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, func, select

from sluice.server.features.teams.membership import teams_of
from sluice.server.features.teams.tables import Team, TeamMember
from sluice.server.kit.repository import Repository


class TeamRepository(Repository):
    """Teams and who is in them."""

    async def page(self, *, after: int, limit: int) -> list[tuple[Team, int]]:
        """At most `limit` teams with ids above `after`, by id, each with how many it has."""
        count = (
            select(func.count())
            .where(TeamMember.team_id == Team.id)
            .correlate(Team)
            .scalar_subquery()
        )
        query = select(Team, count).where(Team.id > after).order_by(Team.id).limit(limit)
        return [(row[0], row[1]) for row in await self._session.execute(query)]

    async def get(self, team_id: int, *, for_update: bool = False) -> Team | None:
        """One by id; `for_update` makes other writers of it wait."""
        query = select(Team).where(Team.id == team_id)
        if for_update:
            query = query.with_for_update()
        return (await self._session.scalars(query)).one_or_none()

    async def some(self, team_ids: Collection[int]) -> list[Team]:
        """Those of the ids that there are, by id."""
        query = select(Team).where(Team.id.in_(team_ids)).order_by(Team.id)
        return list((await self._session.scalars(query)).all())

    async def of_user(self, user_id: int) -> list[Team]:
        """The teams that somebody is in, by id."""
        query = select(Team).where(Team.id.in_(teams_of(user_id))).order_by(Team.id)
        return list((await self._session.scalars(query)).all())

    async def id_of(self, name: str) -> int | None:
        """The team of this name; None if there is none."""
        return (await self._session.scalars(select(Team.id).where(Team.name == name))).first()

    async def members(self, team_id: int) -> list[int]:
        """The ids of a team's users, in their order."""
        query = (
            select(TeamMember.user_id)
            .where(TeamMember.team_id == team_id)
            .order_by(TeamMember.user_id)
        )
        return list((await self._session.scalars(query)).all())

    async def is_member(self, team_id: int, user_id: int) -> bool:
        """Whether a user is in a team."""
        return await self._session.get(TeamMember, (team_id, user_id)) is not None

    async def remove_member(self, team_id: int, user_id: int) -> bool:
        """Take a user out of a team; whether they were in it."""
        removed = await self._session.execute(
            delete(TeamMember)
            .where(TeamMember.team_id == team_id, TeamMember.user_id == user_id)
            .returning(TeamMember.user_id)
        )
        return removed.one_or_none() is not None

    async def delete(self, team_id: int) -> None:
        """Delete a team with its memberships; refused by the database while it is allowed."""
        await self._session.execute(delete(TeamMember).where(TeamMember.team_id == team_id))
        await self._session.execute(delete(Team).where(Team.id == team_id))
