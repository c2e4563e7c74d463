"""How far somebody who sets the server up has come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sluice.server.auth.callers import Caller
from sluice.server.auth.roles import Permission
from sluice.server.auth.users import UserService
from sluice.server.features.models.service import Models
from sluice.server.features.statistics.ended import SourceName
from sluice.server.features.statistics.periods import Period, last
from sluice.server.features.statistics.service import Statistics
from sluice.server.kit.database import Database, utc_now

ECHO: Final = "echo"
"""The provider that is no vendor."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Which steps are done."""

    connected: bool
    """There is a model instance of a vendor."""
    tried: bool
    """A prompt was sent to a model instance in the last 30 days."""
    called: bool
    """An application called the gateway or recorded a call in the last 30 days."""
    closed: bool
    """The caller put the first steps away."""

    @property
    def is_over(self) -> bool:
        """Whether there is nothing left to show."""
        return self.closed or (self.connected and self.tried and self.called)


class FirstSteps:
    """For callers who may manage model instances."""

    def __init__(
        self, database: Database, models: Models, users: UserService, statistics: Statistics
    ) -> None:
        self._database = database
        self._models = models
        self._users = users
        self._statistics = statistics

    async def progress(self, caller: Caller) -> Progress:
        """The caller's; raises `Forbidden`."""
        caller.require(Permission.MANAGE_MODELS)
        async with self._database.read() as session:
            closed = await self._users.first_steps_are_closed(session, caller.user_id)
            providers = await self._models.provider_keys(session)
        counted = await self._statistics.sources(caller, last(Period.MONTH, utc_now()))
        return Progress(
            connected=bool(providers - {ECHO}),
            tried=SourceName.CHATS in counted,
            called=bool(counted & {SourceName.CALLS, SourceName.RECORDINGS}),
            closed=closed,
        )

    async def are_open(self, caller: Caller) -> bool:
        """Whether to lead the caller there; False for who sets nothing up."""
        if not caller.may(Permission.MANAGE_MODELS):
            return False
        async with self._database.read() as session:
            closed = await self._users.first_steps_are_closed(session, caller.user_id)
        return not closed and not (await self.progress(caller)).is_over

    async def close(self, caller: Caller) -> None:
        """Put them away for this caller; raises `Forbidden`."""
        caller.require(Permission.MANAGE_MODELS)
        async with self._database.write() as session:
            await self._users.close_first_steps(session, caller.user_id)
