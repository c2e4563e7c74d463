"""What an empty database gets: administrator, policy, the echo, found providers, a project.

A database that was filled before there were projects gets its first one too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from sluice.server.auth.callers import SYSTEM
from sluice.server.features.models.schemas import ConnectionIn, ModelInstanceIn
from sluice.server.features.policies.schemas import PolicyGroupIn
from sluice.server.features.projects.schemas import ProjectIn
from sluice.server.providers.firststart import FirstStart
from sluice.server.services import Services

DEFAULT_POLICY = "Default"
ECHO = ModelInstanceIn(
    name="Echo",
    policy_group_id=0,
    connection=ConnectionIn(provider_key="echo", model="echo", credentials={}),
)
PROJECT = ProjectIn(name="Default", id="default")


@dataclass(frozen=True, slots=True)
class Started:
    """What the first start made; `token` is to be shown once."""

    token: str | None
    instances: tuple[str, ...] = ()
    project: str | None = None
    """The id of the project that it made."""


async def first_start(
    services: Services, given_token: str | None, found: Sequence[FirstStart]
) -> Started:
    """Fill an empty database; on any later start do nothing but make the project, if none ever was.

    Who has deleted all projects gets none again.
    """
    token = await services.auth.ensure_administrator(given_token)
    try:
        return await _content(services, token, found)
    except IntegrityError:
        return Started(token)  # another replica was first


async def _content(services: Services, token: str | None, found: Sequence[FirstStart]) -> Started:
    projects = services.workbench.managed_projects
    async with services.database.write() as session:
        if await services.policies.any_exists(session):
            # Where every group was deleted, who makes one makes the project.
            has_group = bool(await services.policies.named(session, SYSTEM))
            if not has_group or await projects.any_ever(session):
                return Started(token)
            return Started(token, project=(await projects.create(session, SYSTEM, PROJECT)).id)
        group = await services.policies.create(session, SYSTEM, PolicyGroupIn(name=DEFAULT_POLICY))
        wanted = [ECHO, *(_instance(start) for start in found)]
        for body in wanted:
            body = body.model_copy(update={"policy_group_id": group.id})
            await services.models.create(session, SYSTEM, body)
        made = PROJECT.model_copy(update={"policy_group_id": group.id})
        project = await projects.create(session, SYSTEM, made)
    return Started(token, tuple(body.name for body in wanted), project.id)


def _instance(start: FirstStart) -> ModelInstanceIn:
    connection = start.connection
    return ModelInstanceIn(
        name=start.instance_name,
        policy_group_id=0,
        connection=ConnectionIn(
            provider_key=connection.provider_key,
            model=connection.model,
            base_url=connection.base_url,
            options=dict(connection.options),
            credentials=dict(connection.credentials),
        ),
    )
