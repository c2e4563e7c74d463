"""The versions of a policy group: who made them, and what differs between two."""

from __future__ import annotations

from sluice.server.auth.callers import Caller
from sluice.server.auth.users import UserService
from sluice.server.errors import NotFound
from sluice.server.features.policies.comparing import PolicyDiff, compared
from sluice.server.features.policies.schemas import PolicyVersionOut
from sluice.server.features.policies.service import NO_VERSION, Policies
from sluice.server.kit.database import Database
from sluice.server.kit.wire import WireModel, WireTime


class VersionOut(WireModel):
    """Whose a version is, without its document."""

    number: int
    note: str
    created_by: int | None
    author: str | None
    created_at: WireTime


class VersionDiff(WireModel):
    """What `after` changed of `before`."""

    before: VersionOut
    after: VersionOut
    changes: PolicyDiff


class PolicyHistory:
    """The service of versions."""

    def __init__(self, database: Database, policies: Policies, users: UserService) -> None:
        self._database = database
        self._policies = policies
        self._users = users

    async def versions(self, caller: Caller, group_id: int) -> list[PolicyVersionOut]:
        """All versions, newest first, with the names of their authors."""
        async with self._database.read() as session:
            found = await self._policies.versions(session, caller, group_id)
            ids = {version.created_by for version in found if version.created_by is not None}
            people = await self._users.people(session, ids)
        for version in found:
            if version.created_by in people:
                version.author = people[version.created_by].name
        return found

    async def diff(self, caller: Caller, group_id: int, before: int, after: int) -> VersionDiff:
        """What differs between two versions. Raises `NotFound`."""
        found = {version.number: version for version in await self.versions(caller, group_id)}
        if before not in found or after not in found:
            raise NotFound(NO_VERSION)
        one, other = found[before], found[after]
        return VersionDiff(
            before=VersionOut.model_validate(one),
            after=VersionOut.model_validate(other),
            changes=compared(one.policy, other.policy),
        )
