"""Saved views: kept for one person, or shared in a project.

What people typed into a filter is cleansed with the project's placeholders before it is stored, so
that it finds what a search for the same finds, and no view keeps what was erased.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final, NamedTuple
from uuid import uuid4

import anyio
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine.errors import Problem
from sluice.server.auth.auth import Caller
from sluice.server.errors import Forbidden, NotFound, Unprocessable
from sluice.server.features.audit import service as audit
from sluice.server.features.projects.cleansing import ProjectCleansing
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.proxy.calls.filters import call_filter_of
from sluice.server.features.proxy.cleansing.cleansed_call import CleansedCall
from sluice.server.features.proxy.conversations.service import Conversations
from sluice.server.features.sessions.search.fields import Target
from sluice.server.features.sessions.search.filters import parsed
from sluice.server.features.sessions.search.ordering import Order, ordering
from sluice.server.features.sessions.search.typed_values import TypedValues
from sluice.server.features.sessions.views.cleansing import ViewFilter
from sluice.server.features.sessions.views.columns import refuse_unknown
from sluice.server.features.sessions.views.repository import SavedViewRepository
from sluice.server.features.sessions.views.schemas import ViewIn, ViewOf, ViewOut
from sluice.server.features.sessions.views.tables import SavedView
from sluice.server.features.testruns.forgetting import Forgetting, some_saving
from sluice.server.kit.database import Database, utc_now
from sluice.server.kit.sealing import DataKey, Place
from sluice.server.vault import erasing
from sluice.server.vault.scopes import ScopeVault
from sluice.server.vault.service import Vault

NO_VIEW: Final = "There is no such view, or it is not shared with you."
MOST_VIEWS: Final = 200
"""Of one person in one project."""
PORTION: Final = 1_000
_UID: Final = re.compile(r"[0-9a-f-]{36}")
TARGETS: Final = {ViewOf.SESSIONS: Target.SESSIONS, ViewOf.RECORDINGS: Target.RECORDINGS}
"""What is searched; calls are looked up by ids, times and status alone."""


class _Made(NamedTuple):
    """A cleansed view that is not stored yet."""

    sealed: bytes
    names: list[str]
    """Placeholders in it."""
    saving: str
    """Who has them until the row is written."""


class SavedViews:
    """The service of saved views."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        conversations: Conversations,
        cleansing: ProjectCleansing,
        typed: TypedValues,
        forgetting: Forgetting,
    ) -> None:
        self._database = database
        self._vault = vault
        self._conversations = conversations
        self._cleansing = cleansing
        self._typed = typed
        self._forgetting = forgetting

    async def listing(
        self, project: KnownProject, caller: Caller, target: ViewOf | None = None
    ) -> list[ViewOut]:
        """The caller's own views and the shared ones, in the order in which they were made."""
        async with self._database.read() as session:
            key = await self._key(session, project)
            rows = await SavedViewRepository(session).listed(project.id, caller.user_id, target)
        return [_opened(row, project, key, caller) for row in rows]

    async def get(self, project: KnownProject, caller: Caller, uid: str) -> ViewOut:
        """One view that the caller may see; raises `NotFound`."""
        async with self._database.read() as session:
            key = await self._key(session, project)
            row = await _row(session, project, caller, uid)
        return _opened(row, project, key, caller)

    async def create(self, project: KnownProject, caller: Caller, view: ViewIn) -> ViewOut:
        """Save a view, after the commit.

        Raises `Unprocessable` with every problem, `Forbidden` where a viewer shares one.
        """
        self._check(project, view)
        uid = str(uuid4())
        async with (
            self._sealed(project, caller, uid, view) as made,
            self._database.write() as session,
        ):
            repository = SavedViewRepository(session)
            await erasing.lock(session, project.scope)
            if await repository.count(project.id, caller.user_id) >= MOST_VIEWS:
                raise Unprocessable(f"You have {MOST_VIEWS} views here; delete one first.")
            columns = _columns(view, made)
            row = SavedView(uid=uid, project_id=project.id, user_id=caller.user_id, **columns)
            await repository.add(row)
            await self._settle(session, project, uid, made)
            await _audited(session, "saved_view.created", caller, uid)
        return await self.get(project, caller, uid)

    async def change(
        self, project: KnownProject, caller: Caller, uid: str, view: ViewIn
    ) -> ViewOut:
        """Put another view in the place of one; raises like `create`, and `NotFound`."""
        self._check(project, view)
        async with self._database.read() as session:
            _may_change(project, caller, await _row(session, project, caller, uid))
        async with (
            self._sealed(project, caller, uid, view) as made,
            self._database.write() as session,
        ):
            await erasing.lock(session, project.scope)
            row = await _row(session, project, caller, uid, for_update=True)
            _may_change(project, caller, row)
            for name, value in _columns(view, made).items():
                setattr(row, name, value)
            row.updated_at = utc_now()
            await session.flush()
            await self._settle(session, project, uid, made)
            await _audited(session, "saved_view.changed", caller, uid)
        await self._forgetting.erased(project)
        return await self.get(project, caller, uid)

    async def delete(self, project: KnownProject, caller: Caller, uid: str) -> None:
        """Delete a view, and originals that nothing else uses; raises `NotFound`, `Forbidden`."""
        async with self._database.write() as session:
            await erasing.lock(session, project.scope)
            row = await _row(session, project, caller, uid, for_update=True)
            _may_change(project, caller, row)
            await SavedViewRepository(session).remove(row)
            await erasing.erase_unused(session, project.scope, view_holder(uid))
            await _audited(session, "saved_view.deleted", caller, uid)
        await self._forgetting.erased(project)

    async def delete_project(self, session: AsyncSession, project: KnownProject) -> int:
        """Delete some views of a deleted project; how many there were."""
        return await SavedViewRepository(session).delete_some(project.id, PORTION)

    def _check(self, project: KnownProject, view: ViewIn) -> None:
        """Raise for what cannot be saved, before anything is looked up."""
        if view.shared and not project.role.may(ProjectRole.EDITOR):
            raise Forbidden(
                "Views are shared by editors; save it for yourself.", code="project_role"
            )
        _parsed(view.target, view.filter)
        if view.target in TARGETS:
            ordering(TARGETS[view.target], view.order)
        elif view.order is not Order.NEWEST:
            problem = Problem("order", f"must be {Order.NEWEST} for {view.target}")
            raise Unprocessable("The view cannot be saved.", errors=[problem])
        refuse_unknown(view.target, view.columns)

    @asynccontextmanager
    async def _sealed(
        self, project: KnownProject, caller: Caller, uid: str, view: ViewIn
    ) -> AsyncIterator[_Made]:
        """What is stored, cleansed.

        Where this ends with an exception, nothing is kept of what was cleansed in it.
        """
        saving = some_saving()
        try:
            yield await self._cleansed(project, caller, uid, view, saving)
        except BaseException:
            with anyio.CancelScope(shield=True):
                async with self._database.write() as session:
                    await erasing.erase_unused(session, project.scope, saving)
                await self._forgetting.erased(project)
            raise

    async def _cleansed(
        self, project: KnownProject, caller: Caller, uid: str, view: ViewIn, saving: str
    ) -> _Made:
        filter_ = ViewFilter(TARGETS.get(view.target), view.filter)
        if typed := filter_.typed():
            filter_.put_known(await self._typed.alternatives(project, caller, typed))
        conversation = await self._conversations.of_project(project.owner(caller))
        vault, reading = conversation.vault, filter_.reading()

        async def ready(call: CleansedCall) -> Callable[[AsyncSession], Awaitable[_Made]]:
            finished = filter_.finished()
            _check_cleansed(view.target, finished)
            names = [entry.placeholder for entry in call.mapping.entries]
            sealed = vault.key.seal(_document(view, finished), _place(uid, vault.scope))

            async def write(session: AsyncSession) -> _Made:
                await vault.use(session, names, saving)
                return _Made(sealed, names, saving)

            return write

        _, made = await self._cleansing.save(project, conversation, reading, ready)
        return made

    async def _settle(
        self, session: AsyncSession, project: KnownProject, uid: str, made: _Made
    ) -> None:
        """The row is written: the view has these placeholders and no others."""
        holder, key = view_holder(uid), await self._key(session, project)
        before = await erasing.used_by(session, project.scope, holder)
        await ScopeVault(project.scope, key).use(session, made.names, holder)
        await erasing.erase_unused(session, project.scope, made.saving)
        await erasing.let_go(session, project.scope, holder, before - set(made.names))

    async def _key(self, session: AsyncSession, project: KnownProject) -> DataKey:
        key = await self._vault.key(session, project.scope)
        if key is None:
            raise NotFound("There is no such project.")
        return key


def view_holder(uid: str) -> str:
    """What holds the placeholders of a view (see `PlaceholderUse`)."""
    return f"saved_view:{uid}"


async def _row(
    session: AsyncSession,
    project: KnownProject,
    caller: Caller,
    uid: str,
    *,
    for_update: bool = False,
) -> SavedView:
    repository = SavedViewRepository(session)
    row: SavedView | None = None
    # PostgreSQL does not even take every text.
    if _UID.fullmatch(uid):
        row = await repository.one(project.id, caller.user_id, uid, for_update=for_update)
    if row is None:
        raise NotFound(NO_VIEW, code="no_saved_view")
    return row


def _may_change(project: KnownProject, caller: Caller, row: SavedView) -> None:
    if row.user_id != caller.user_id and not project.role.may(ProjectRole.OWNER):
        raise Forbidden(
            "A shared view is changed by whoever made it, or by an owner of the project.",
            code="project_role",
        )


def _parsed(target: ViewOf, sent: object) -> None:
    """Raise `Unprocessable` for a filter that is none."""
    if target in TARGETS:
        parsed(TARGETS[target], sent)
    else:
        call_filter_of(sent)


def _check_cleansed(target: ViewOf, finished: object) -> None:
    """Refuse what is no filter any more when what was found is taken out."""
    wrong = False
    try:
        _parsed(target, finished)
    except Unprocessable:
        wrong = True
    if wrong:
        problem = Problem("filter", "holds sensitive values, without which it is no filter")
        raise Unprocessable("The view cannot be saved.", errors=[problem])


def _document(view: ViewIn, finished: object) -> str:
    said: dict[str, Any] = {
        "name": view.name,
        "filter": finished,
        "order": view.order.value,
        "columns": view.columns,
    }
    return json.dumps(said, ensure_ascii=False)


def _columns(view: ViewIn, made: _Made) -> dict[str, Any]:
    return {
        "target": view.target.value,
        "is_shared": view.shared,
        "document_sealed": made.sealed,
    }


def _place(uid: str, scope: str) -> Place:
    return Place("saved_views", "document_sealed", uid, scope)


def _opened(row: SavedView, project: KnownProject, key: DataKey, caller: Caller) -> ViewOut:
    said = json.loads(key.open(row.document_sealed, _place(row.uid, project.scope)))
    return ViewOut(
        **said,
        id=row.uid,
        target=ViewOf(row.target),
        shared=row.is_shared,
        user_id=row.user_id,
        is_own=row.user_id == caller.user_id,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


async def _audited(session: AsyncSession, event: str, caller: Caller, uid: str) -> None:
    await audit.record(session, event, actor_id=caller.actor_id, subject=f"saved_view:{uid}")
