"""What an empty database gets: administrator, default policy, the echo, and found providers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from sluice.server.features.models.schemas import ConnectionIn, ModelInstanceIn
from sluice.server.features.policies.schemas import PolicyGroupIn
from sluice.server.providers.firststart import FirstStart
from sluice.server.services import Services

DEFAULT_POLICY = "Default"
ECHO = ModelInstanceIn(
    name="Echo",
    policy_group_id=0,
    connection=ConnectionIn(provider_key="echo", model="echo", credentials={}),
)


@dataclass(frozen=True, slots=True)
class Started:
    """What the first start made; `token` is to be shown once."""

    token: str | None
    instances: tuple[str, ...] = ()


async def first_start(
    services: Services, given_token: str | None, found: Sequence[FirstStart]
) -> Started:
    """Fill an empty database; on any later start do nothing."""
    token = await services.auth.ensure_administrator(given_token)
    try:
        names = await _content(services, found)
    except IntegrityError:
        names = ()  # another replica was first
    return Started(token, names)


async def _content(services: Services, found: Sequence[FirstStart]) -> tuple[str, ...]:
    async with services.database.write() as session:
        if await services.policies.any_exists(session):
            return ()
        group = await services.policies.create(
            session, PolicyGroupIn(name=DEFAULT_POLICY), actor_id=None
        )
        wanted = [ECHO, *(_instance(start) for start in found)]
        for body in wanted:
            body = body.model_copy(update={"policy_group_id": group.id})
            await services.models.create(session, body, actor_id=None)
    return tuple(body.name for body in wanted)


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
