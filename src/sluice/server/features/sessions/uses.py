"""Where else a placeholder of a project stands: counts, and the latest places; no originals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Final

from pydantic import ConfigDict, Field, StringConstraints

from sluice.server.errors import NotFound
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.proxy.calls.in_project import CallsInProject
from sluice.server.features.proxy.calls.status import CallStatus
from sluice.server.features.sessions.uses_repository import SessionUsesRepository
from sluice.server.features.testruns.playlists import KnownPlaylist, Playlists
from sluice.server.kit.database import Database
from sluice.server.kit.wire import NoNul, StrictModel, WireModel, WireTime
from sluice.server.vault.service import conversation_scope
from sluice.server.vault.uses import uses_of

MOST_HOLDERS: Final = 10_000
NEWEST: Final = 500
"""Conversations whose sessions and calls are looked up: the newest ones."""
SHOWN: Final = 10
"""Sessions, calls and playlists that are told."""
_CONVERSATION: Final = conversation_scope(0).removesuffix("0")
_PLAYLIST: Final = "playlist:"
_KINDS: Final = {
    "conversation": "conversations",
    "playlist": "playlists",
    "template": "templates",
    "test_run": "test_runs",
    "test_suite": "test_suites",
    "saved_view": "saved_views",
}
"""Kinds of holders, and what they are called where they are counted."""


class PlaceholderIn(StrictModel):
    """A placeholder; in the body, since a stand-in reads like somebody's value."""

    model_config = ConfigDict(hide_input_in_errors=True)

    placeholder: Annotated[str, StringConstraints(min_length=1, max_length=512), NoNul] = Field(
        repr=False
    )


class UseCounts(WireModel):
    """In how many of each kind it stands."""

    conversations: int = 0
    """Sessions, and conversations of the gateway's calls without one."""
    playlists: int = 0
    templates: int = 0
    test_runs: int = 0
    test_suites: int = 0
    saved_views: int = 0


class SessionUse(WireModel):
    """A session in which it stands."""

    id: Annotated[str, Field(validation_alias="uid")]
    environment: str | None
    recordings: int
    last_recorded_at: WireTime


class CallUse(WireModel):
    """A call of a conversation in which it stands."""

    id: int
    status: CallStatus
    model: str
    created_at: WireTime


class PlaylistUse(WireModel):
    """A playlist in which it stands."""

    id: str
    name: str
    cases: int


class UsesOut(WireModel):
    """Where a placeholder stands."""

    entity_type: str | None
    """Null: nobody issued it, or its original was erased."""
    action: str | None
    restorable: bool
    """Whether an original is kept for it."""
    counts: UseCounts
    complete: bool
    """False where it stands in more places than were counted."""
    sessions: list[SessionUse]
    """The latest ones, as of calls."""
    calls: list[CallUse]
    playlists: list[PlaylistUse]


class PlaceholderUses:
    """The service that says it."""

    def __init__(self, database: Database, calls: CallsInProject, playlists: Playlists) -> None:
        self._database = database
        self._calls = calls
        self._playlists = playlists

    async def of(self, project: KnownProject, placeholder: str) -> UsesOut:
        """Where a placeholder of the project stands; raises `NotFound` for one that it has not."""
        async with self._database.read() as session:
            uses = await uses_of(session, project.scope, placeholder, MOST_HOLDERS + 1)
            if uses.entity_type is None and not uses.holders:
                raise NotFound("There is no such placeholder in this project.")
            newest = sorted(_ids(uses.holders, _CONVERSATION), reverse=True)[:NEWEST]
            sessions = await SessionUsesRepository(session).newest(project.id, newest, SHOWN)
            calls = await self._calls.newest(session, newest, SHOWN)
        return UsesOut(
            entity_type=uses.entity_type,
            action=uses.action,
            restorable=uses.is_restorable,
            counts=_counts(uses.holders[:MOST_HOLDERS]),
            complete=len(uses.holders) <= MOST_HOLDERS,
            sessions=[SessionUse.model_validate(row) for row in sessions],
            calls=[CallUse.model_validate(call) for call in calls],
            playlists=await self._known_playlists(project, uses.holders),
        )

    async def _known_playlists(
        self, project: KnownProject, holders: Iterable[str]
    ) -> list[PlaylistUse]:
        found: list[KnownPlaylist] = []
        for playlist_id in sorted(_ids(holders, _PLAYLIST), reverse=True)[:SHOWN]:
            try:
                found.append(await self._playlists.by_id(project, playlist_id))
            except NotFound:
                continue  # deleted in this moment
        return [PlaylistUse(id=one.uid, name=one.name, cases=one.cases) for one in found]


def _ids(holders: Iterable[str], kind: str) -> list[int]:
    return [int(h.removeprefix(kind)) for h in holders if h.startswith(kind)]


def _counts(holders: Iterable[str]) -> UseCounts:
    kinds = Counter(holder.partition(":")[0] for holder in holders)
    return UseCounts(**{name: kinds[kind] for kind, name in _KINDS.items()})
