"""Making and changing teams. What a team may is said where it is given: instances, projects."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine.errors import Problem
from sluice.server.auth.callers import Caller
from sluice.server.auth.roles import Permission
from sluice.server.auth.users import UserService
from sluice.server.errors import Conflict, NotFound, Unprocessable
from sluice.server.features.audit import service as audit
from sluice.server.features.teams.repository import TeamRepository
from sluice.server.features.teams.schemas import TeamDetail, TeamIn, TeamMemberOut, TeamOut
from sluice.server.features.teams.tables import Team, TeamMember


class Teams:
    """Works in the caller's transaction and never commits."""

    def __init__(self, users: UserService) -> None:
        self._users = users

    async def page(
        self, session: AsyncSession, caller: Caller, *, after: int, limit: int
    ) -> list[TeamOut]:
        """Teams with ids above `after`."""
        caller.require(Permission.VIEW_PEOPLE)
        rows = await TeamRepository(session).page(after=after, limit=limit)
        return [TeamOut.of(team, members) for team, members in rows]

    async def get(self, session: AsyncSession, caller: Caller, team_id: int) -> TeamDetail:
        """One team with its people; raises `NotFound`."""
        caller.require(Permission.VIEW_PEOPLE)
        return await self._detail(session, await _team(session, team_id))

    async def of_user(
        self, session: AsyncSession, caller: Caller, user_id: int
    ) -> list[dict[str, int | str]]:
        """Ids and names of the teams that somebody is in; one's own may be asked by everybody."""
        caller.require_self_or(user_id, Permission.VIEW_PEOPLE)
        teams = await TeamRepository(session).of_user(user_id)
        return [{"id": team.id, "name": team.name} for team in teams]

    async def create(self, session: AsyncSession, caller: Caller, body: TeamIn) -> TeamDetail:
        """Make an empty team; raises `Conflict` for a name that is taken."""
        caller.require(Permission.MANAGE_PEOPLE)
        await _name_is_free(session, body.name)
        team = Team(name=body.name)
        await TeamRepository(session).add(team)
        await _record(session, "team.created", team.id, caller)
        return await self._detail(session, team)

    async def rename(
        self, session: AsyncSession, caller: Caller, team_id: int, body: TeamIn
    ) -> TeamDetail:
        """Give a team another name; raises `NotFound`, or `Conflict` for one that is taken."""
        caller.require(Permission.MANAGE_PEOPLE)
        team = await _team(session, team_id, for_update=True)
        if body.name != team.name:
            await _name_is_free(session, body.name)
            team.name = body.name
            await session.flush()
            await _record(session, "team.renamed", team.id, caller)
        return await self._detail(session, team)

    async def add_member(
        self, session: AsyncSession, caller: Caller, team_id: int, user_id: int
    ) -> TeamDetail:
        """Take somebody into a team; raises `NotFound` for who is no person here."""
        caller.require(Permission.MANAGE_PEOPLE)
        team, teams = await _team(session, team_id, for_update=True), TeamRepository(session)
        if user_id not in await self._users.people(session, [user_id]):
            raise NotFound("There is no such user.")
        if not await teams.is_member(team_id, user_id):
            await teams.add(TeamMember(team_id=team_id, user_id=user_id))
            await _record(session, "team.member_added", team_id, caller, user_id=user_id)
        return await self._detail(session, team)

    async def remove_member(
        self, session: AsyncSession, caller: Caller, team_id: int, user_id: int
    ) -> None:
        """Take somebody out of a team; raises `NotFound` for who is not in it."""
        caller.require(Permission.MANAGE_PEOPLE)
        if not await TeamRepository(session).remove_member(team_id, user_id):
            raise NotFound("This user is not in the team.")
        await _record(session, "team.member_removed", team_id, caller, user_id=user_id)

    async def delete(self, session: AsyncSession, caller: Caller, team_id: int) -> None:
        """Delete a team; its roles in projects end.

        Raises `NotFound`, or `Conflict` while a model instance names it: without the team, one
        that names nobody else would be open to everybody.
        """
        caller.require(Permission.MANAGE_PEOPLE)
        await _team(session, team_id, for_update=True)
        in_use = False
        try:
            await TeamRepository(session).delete(team_id)
        except IntegrityError:
            in_use = True
        if in_use:
            raise Conflict(
                "Model instances may be used by this team; take it away from them first.",
                code="team_in_use",
            )
        await _record(session, "team.deleted", team_id, caller)

    async def with_name(self, session: AsyncSession, name: str) -> int:
        """The id of the team of this name; raises `Unprocessable` if there is none."""
        team_id = await TeamRepository(session).id_of(name.strip())
        if team_id is None:
            problems = [Problem("team", "there is no team of this name")]
            raise Unprocessable("There is no such team.", errors=problems)
        return team_id

    async def missing(self, session: AsyncSession, team_ids: Collection[int]) -> set[int]:
        """Those of the ids that no team has."""
        return set(team_ids) - {team.id for team in await self.known(session, team_ids)}

    async def known(self, session: AsyncSession, team_ids: Collection[int]) -> Sequence[Team]:
        """Those of the ids that a team has, by id."""
        return await TeamRepository(session).some(team_ids)

    async def _detail(self, session: AsyncSession, team: Team) -> TeamDetail:
        ids = await TeamRepository(session).members(team.id)
        people = await self._users.people(session, ids)
        return TeamDetail(
            id=team.id,
            name=team.name,
            members=len(people),
            created_at=team.created_at,
            people=[TeamMemberOut.of(people[user_id]) for user_id in ids],
        )


async def _team(session: AsyncSession, team_id: int, *, for_update: bool = False) -> Team:
    team = await TeamRepository(session).get(team_id, for_update=for_update)
    if team is None:
        raise NotFound("There is no such team.")
    return team


async def _name_is_free(session: AsyncSession, name: str) -> None:
    if await TeamRepository(session).id_of(name) is not None:
        raise Conflict("A team of this name exists already; choose another.", code="team_taken")


async def _record(
    session: AsyncSession, event: str, team_id: int, caller: Caller, **details: int
) -> None:
    await audit.record(
        session, event, actor_id=caller.actor_id, subject=f"team:{team_id}", details=details
    )
