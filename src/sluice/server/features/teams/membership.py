"""How the queries of other features ask for the teams that somebody is in."""

from __future__ import annotations

from sqlalchemy import BindParameter, Select, select

from sluice.server.features.teams.tables import TeamMember


def teams_of(user_id: int | BindParameter[int]) -> Select[int]:
    """Selects the ids of a user's teams."""
    return select(TeamMember.team_id).where(TeamMember.user_id == user_id)
