"""The queries of traces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import CursorResult, Table, bindparam, insert, select, update
from sqlalchemy.orm import defer

from sluice.server.features.sessions.tables import Trace
from sluice.server.kit.repository import Repository

_TABLE: Final = cast("Table", Trace.__table__)
_STORED: Final = (
    _TABLE.c.id,
    _TABLE.c.uid,
    _TABLE.c.session_id,
    _TABLE.c.content_sealed,
    _TABLE.c.raw_sealed,
    _TABLE.c.manifest,
)
_BY_UID: Final = select(*_STORED).where(
    _TABLE.c.project_id == bindparam("of_project"), _TABLE.c.uid == bindparam("of_uid")
)
_BY_UID_FOR_UPDATE: Final = _BY_UID.with_for_update()
_ADD: Final = insert(_TABLE)
_SEALED: Final = ("content_sealed", "raw_sealed", "manifest")
_ALL: Final = (
    *_SEALED, "parent_uid", "kind", "test_run_id", "test_case_id", "started_at", "finished_at",
    "policy_group_id", "policy_version", "detector_version",
)  # fmt: skip


def _setting(names: tuple[str, ...]) -> Any:  # noqa: ANN401 (an update)
    new = {_TABLE.c[n]: bindparam(f"new_{n}", type_=_TABLE.c[n].type) for n in names}
    return update(_TABLE).where(_TABLE.c.id == bindparam("of_id")).values(new)


_REPLACE: Final = _setting(_ALL)
_CHANGE: Final = _setting(_SEALED)
_LINK: Final = _setting(("test_run_id", "test_case_id"))


class StoredTrace(NamedTuple):
    """A trace's row, as far as a change needs it."""

    id: int
    uid: str
    session_id: int
    content_sealed: bytes
    raw_sealed: bytes | None
    manifest: dict[str, dict[str, int]]


class TraceRepository(Repository):
    """Traces; statements on tables, but for whole rows."""

    async def stored(
        self, project_id: int, uid: str, *, for_update: bool = False
    ) -> StoredTrace | None:
        """A trace of a project by its public id."""
        values = {"of_project": project_id, "of_uid": uid}
        query = _BY_UID_FOR_UPDATE if for_update else _BY_UID
        row = (await self._session.execute(query, values)).one_or_none()
        return StoredTrace(*row) if row is not None else None

    async def insert(self, values: Mapping[str, object]) -> int:
        """Insert a trace; returns its id. Raises `IntegrityError` for an id that is taken."""
        result = cast("CursorResult[Any]", await self._session.execute(_ADD, dict(values)))
        key = result.inserted_primary_key
        if key is None:
            raise RuntimeError("an insertion gave no id")
        return int(key[0])

    async def replace(self, trace_id: int, values: Mapping[str, object]) -> None:
        """Set everything that a trace is recorded with."""
        new = {f"new_{name}": values[name] for name in _ALL}
        await self._session.execute(_REPLACE, {"of_id": trace_id, **new})

    async def change(
        self,
        trace_id: int,
        content: bytes,
        raw: bytes | None,
        manifest: dict[str, dict[str, int]],
    ) -> None:
        """Replace the content."""
        values = {"new_content_sealed": content, "new_raw_sealed": raw, "new_manifest": manifest}
        await self._session.execute(_CHANGE, {"of_id": trace_id, **values})

    async def link(self, trace_id: int, test_run_id: int, test_case_id: int | None) -> None:
        """Note of which test run it is."""
        values = {"new_test_run_id": test_run_id, "new_test_case_id": test_case_id}
        await self._session.execute(_LINK, {"of_id": trace_id, **values})

    async def of_session(self, session_id: int, limit: int) -> list[Trace]:
        """A session's traces, the oldest first; their raw copies unread."""
        query = (
            select(Trace)
            .where(Trace.session_id == session_id)
            .options(defer(Trace.raw_sealed))
            .order_by(Trace.id)
            .limit(limit)
        )
        return list((await self._session.scalars(query)).all())
