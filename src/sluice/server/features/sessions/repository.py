"""The queries of sessions and recordings: those that each recording asks, and those of readers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import CursorResult, Table, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import defer

from sluice.server.features.sessions.tables import Recording, Session
from sluice.server.kit.repository import Repository

# Built once, and on tables, since mapped objects cost twice as much.
_SESSIONS: Final = cast("Table", Session.__table__)
_RECORDINGS: Final = cast("Table", Recording.__table__)

_ADD_SESSION: Final[dict[str, Any]] = {
    "sqlite": sqlite.insert(_SESSIONS).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(_SESSIONS).on_conflict_do_nothing(),
}
_SESSION: Final = select(
    _SESSIONS.c.id, _SESSIONS.c.conversation_id, _SESSIONS.c.project_id, _SESSIONS.c.uid
).where(_SESSIONS.c.uid == bindparam("of_uid"), _SESSIONS.c.project_id == bindparam("of_project"))
_PROJECTS_OF: Final = select(_SESSIONS.c.project_id).where(_SESSIONS.c.uid == bindparam("of_uid"))
_DELETE_BELOW: Final = delete(_RECORDINGS).where(_RECORDINGS.c.session_id == bindparam("of_id"))
_DELETE_SESSION: Final = delete(_SESSIONS).where(_SESSIONS.c.id == bindparam("of_id"))
# Those who only insert below the session do not wait for this, nor this for them.
_META: Final = (
    select(_SESSIONS.c["metadata"])
    .where(_SESSIONS.c.id == bindparam("of_id"))
    .with_for_update(key_share=True)
)
_SET_META: Final = (
    update(_SESSIONS)
    .where(_SESSIONS.c.id == bindparam("of_id"))
    .values({_SESSIONS.c["metadata"]: bindparam("new_meta", type_=_SESSIONS.c["metadata"].type)})
)
_SET_ORIGIN: Final = (
    update(_SESSIONS)
    .where(_SESSIONS.c.id == bindparam("of_id"))
    .values(environment=bindparam("new_environment"), test_run_id=bindparam("new_run"))
)
_ADD: Final = insert(_RECORDINGS)
_STORED: Final = (
    _RECORDINGS.c.id,
    _RECORDINGS.c.uid,
    _RECORDINGS.c.session_id,
    _RECORDINGS.c.content_sealed,
    _RECORDINGS.c.raw_sealed,
    _RECORDINGS.c.manifest,
    _RECORDINGS.c.tokens_estimated,
)
_BY_UID: Final = select(*_STORED).where(
    _RECORDINGS.c.project_id == bindparam("of_project"), _RECORDINGS.c.uid == bindparam("of_uid")
)
_BY_UID_FOR_UPDATE: Final = _BY_UID.with_for_update()
_BY_REPEAT_KEY: Final = select(*_STORED).where(_RECORDINGS.c.repeat_key == bindparam("of_key"))
_UPDATE: Final = (
    update(_RECORDINGS)
    .where(_RECORDINGS.c.id == bindparam("of_id"))
    .values(
        {
            _RECORDINGS.c[name]: bindparam(f"new_{name}", type_=_RECORDINGS.c[name].type)
            for name in ("content_sealed", "raw_sealed", "manifest")
        }
    )
)
AT_ONCE: Final = 500


class StoredSession(NamedTuple):
    """A session's row, as far as a recording needs it."""

    id: int
    conversation_id: int
    project_id: int
    uid: str


class StoredRecording(NamedTuple):
    """A recording's row, as far as a repeated one or an update needs it."""

    id: int
    uid: str
    session_id: int
    content_sealed: bytes
    raw_sealed: bytes | None
    manifest: dict[str, dict[str, int]]
    tokens_estimated: bool


class SessionRepository(Repository):
    """Sessions; those with quick statements only can be asked by every recording."""

    async def find(self, project_id: int, uid: str) -> StoredSession | None:
        """A session of a project."""
        values = {"of_uid": uid, "of_project": project_id}
        row = (await self._session.execute(_SESSION, values)).one_or_none()
        return StoredSession(*row) if row is not None else None

    async def projects_of(self, uid: str) -> list[int]:
        """In which projects there is a session of this id."""
        rows = await self._session.execute(_PROJECTS_OF, {"of_uid": uid})
        return [int(row[0]) for row in rows]

    async def ensure(self, values: Mapping[str, object]) -> int:
        """The id of a session, which is inserted if it is not there.

        One whose conversation was deleted, so that nothing of it can be opened any more, goes.
        """
        project_id, uid = cast("int", values["project_id"]), cast("str", values["uid"])
        found = await self.find(project_id, uid)
        if found is not None and found.conversation_id != values["conversation_id"]:
            await self.delete(found.id)
            found = None
        if found is None:
            statement = _ADD_SESSION[self._session.get_bind().dialect.name]
            await self._session.execute(statement, dict(values))
            found = await self.find(project_id, uid)
        if found is None:
            raise RuntimeError("a session that was inserted is not there")
        return found.id

    async def set_origin(
        self, session_id: int, environment: str | None, test_run_id: int | None
    ) -> None:
        """Note where a session comes from that a call made before it was asked for."""
        values = {"of_id": session_id, "new_environment": environment, "new_run": test_run_id}
        await self._session.execute(_SET_ORIGIN, values)

    async def meta(self, session_id: int) -> dict[str, Any] | None:
        """A session's metadata, held until the transaction ends; None without such a session."""
        row = (await self._session.execute(_META, {"of_id": session_id})).one_or_none()
        return dict(row[0] or {}) if row is not None else None

    async def set_meta(self, session_id: int, meta: dict[str, Any]) -> None:
        """Replace a session's metadata."""
        await self._session.execute(_SET_META, {"of_id": session_id, "new_meta": meta})

    async def delete(self, session_id: int) -> None:
        """Delete a session with everything below it."""
        # Recordings first, as whoever counts them takes them.
        await self._session.execute(_DELETE_BELOW, {"of_id": session_id})
        await self._session.execute(_DELETE_SESSION, {"of_id": session_id})

    async def get(self, project_id: int, uid: str, *, for_update: bool = False) -> Session | None:
        """A whole row."""
        query = select(Session).where(Session.uid == uid, Session.project_id == project_id)
        if for_update:
            query = query.with_for_update()
        return (await self._session.scalars(query)).one_or_none()

    async def page(self, project_id: int, *, before: int | None, limit: int) -> list[Session]:
        """Sessions of a project with ids below `before`, newest first."""
        query = select(Session).where(Session.project_id == project_id)
        if before is not None:
            query = query.where(Session.id < before)
        query = query.order_by(Session.id.desc()).limit(limit)
        return list((await self._session.scalars(query)).all())

    async def delete_some(self, project_id: int, limit: int) -> int:
        """Delete the oldest sessions of a project with everything below; how many."""
        query = select(_SESSIONS.c.id).where(_SESSIONS.c.project_id == project_id)
        query = query.order_by(_SESSIONS.c.id).limit(limit)
        some = [int(row[0]) for row in await self._session.execute(query)]
        # Recordings first, as whoever counts them takes them.
        await self._session.execute(delete(_RECORDINGS).where(_RECORDINGS.c.session_id.in_(some)))
        done = await self._session.execute(delete(_SESSIONS).where(_SESSIONS.c.id.in_(some)))
        return cast("CursorResult[Any]", done).rowcount


class RecordingRepository(Repository):
    """Recordings."""

    async def insert(self, values: Mapping[str, object]) -> int:
        """Insert a recording; returns its id. Raises `IntegrityError` for an id that is taken."""
        result = cast("CursorResult[Any]", await self._session.execute(_ADD, dict(values)))
        key = result.inserted_primary_key
        if key is None:
            raise RuntimeError("an insertion gave no id")
        return int(key[0])

    async def stored(
        self, project_id: int, uid: str, *, for_update: bool = False
    ) -> StoredRecording | None:
        """A recording of a project by its public id."""
        values = {"of_project": project_id, "of_uid": uid}
        query = _BY_UID_FOR_UPDATE if for_update else _BY_UID
        row = (await self._session.execute(query, values)).one_or_none()
        return StoredRecording(*row) if row is not None else None

    async def repeated(self, repeat_key: bytes) -> StoredRecording | None:
        """The recording that was made under this key."""
        row = (await self._session.execute(_BY_REPEAT_KEY, {"of_key": repeat_key})).one_or_none()
        return StoredRecording(*row) if row is not None else None

    async def change(
        self,
        recording_id: int,
        content: bytes,
        raw: bytes | None,
        manifest: dict[str, dict[str, int]],
    ) -> None:
        """Replace the content."""
        values = {"new_content_sealed": content, "new_raw_sealed": raw, "new_manifest": manifest}
        await self._session.execute(_UPDATE, {"of_id": recording_id, **values})

    async def get(self, project_id: int, uid: str) -> Recording | None:
        """A whole row."""
        query = select(Recording).where(Recording.project_id == project_id, Recording.uid == uid)
        return (await self._session.scalars(query)).one_or_none()

    async def of_session(self, session_id: int, *, after: int, limit: int) -> list[Recording]:
        """A session's recordings with ids above `after`, the oldest first; unopened."""
        unopened = [defer(Recording.content_sealed), defer(Recording.raw_sealed)]
        query = (
            select(Recording)
            .where(Recording.session_id == session_id, Recording.id > after)
            .options(*unopened)
            .order_by(Recording.id)
            .limit(limit)
        )
        return list((await self._session.scalars(query)).all())

    async def session_of(self, row: Recording) -> Session | None:
        """The session of a recording."""
        return await self._session.get(Session, row.session_id)

    async def uids_of(self, session_id: int) -> list[str]:
        """The public ids of a session's recordings, the oldest first."""
        query = select(Recording.uid).where(Recording.session_id == session_id)
        return list((await self._session.scalars(query.order_by(Recording.id))).all())

    async def some(self, project_id: int, uids: Collection[str]) -> Sequence[Recording]:
        """The recordings of a project that have these public ids."""
        found: list[Recording] = []
        ordered = sorted(uids)
        for first in range(0, len(ordered), AT_ONCE):
            query = select(Recording).where(
                Recording.project_id == project_id,
                Recording.uid.in_(ordered[first : first + AT_ONCE]),
            )
            found += (await self._session.scalars(query)).all()
        return found


class NewSession(NamedTuple):
    """The columns of a session that is made."""

    uid: str
    project_id: int
    conversation_id: int
    user_id: int
    environment: str | None
    test_run_id: int | None
    created_at: datetime

    def values(self) -> dict[str, object]:
        """As they are inserted."""
        return {**self._asdict(), "last_recorded_at": self.created_at, "metadata": {}}
