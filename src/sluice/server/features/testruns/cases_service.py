"""Test cases: cleansed when they are saved, sealed under the project's key, deleted with a trace.

Many cases are saved together or not at all, in two steps: each is cleansed by itself, which stores
its originals; then all rows are inserted in one transaction. In between, their placeholders are
noted as used by the saving, so that nobody takes the originals for unused.
"""

from __future__ import annotations

import asyncio
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Sequence,
)
from contextlib import aclosing, asynccontextmanager
from typing import Final
from uuid import uuid4

import anyio
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.auth.auth import Caller
from sluice.server.features.projects.cleansing import ProjectCleansing
from sluice.server.features.projects.known import KnownProject, OnFindings
from sluice.server.features.projects.linting import Lint, Linter
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.proxy.cleansing.cleansed_call import CleansedCall
from sluice.server.features.proxy.conversations.service import Conversation, Conversations
from sluice.server.features.testruns import saving as one_saving
from sluice.server.features.testruns.cases import CaseContent, CaseKind, sealed_content
from sluice.server.features.testruns.forgetting import Forgetting, some_saving
from sluice.server.features.testruns.playlists import KnownPlaylist, playlist_holder
from sluice.server.features.testruns.remaining import gone, is_as_seen, standing_in_rows
from sluice.server.features.testruns.repository import PlaylistRepository, TestCaseRepository
from sluice.server.features.testruns.saving import NewCase, Ready, SavedCase, Saving, Step
from sluice.server.kit.database import Database
from sluice.server.vault import erasing

AT_ONCE: Final = 16
"""Cases that are cleansed at the same time: their commits share syncs of the disk."""


class TestCases:
    """The service of test cases."""

    __test__ = False

    def __init__(
        self,
        database: Database,
        conversations: Conversations,
        cleansing: ProjectCleansing,
        linter: Linter,
        forgetting: Forgetting,
    ) -> None:
        self._database = database
        self._conversations = conversations
        self._cleansing = cleansing
        self._linter = linter
        self._forgetting = forgetting

    async def kind(self, playlist: KnownPlaylist, wanted: CaseKind | None) -> CaseKind:
        """Of what is to be added: all cases of a playlist are of one kind.

        Raises `Unprocessable` for another than there are.
        """
        async with self._database.read() as session:
            present = await TestCaseRepository(session).kind(playlist.id)
        return one_saving.kind_of(present, wanted)

    async def add(
        self,
        project: KnownProject,
        caller: Caller,
        playlist: KnownPlaylist,
        cases: Sequence[NewCase],
        kind: CaseKind | None = None,
    ) -> list[SavedCase]:
        """Save cases, all or none, and return after the commit.

        Raises `Unprocessable` with every problem, or with every finding where the project refuses
        them; `NotFound` where the playlist or the project is gone; `Unavailable`.
        """
        project.require(ProjectRole.EDITOR)
        saved: list[SavedCase] = []
        async with aclosing(self.adding(project, caller, playlist, cases, kind)) as steps:
            async for step in steps:
                saved = step.saved
        return saved

    async def adding(
        self,
        project: KnownProject,
        caller: Caller,
        playlist: KnownPlaylist,
        cases: Sequence[NewCase],
        kind: CaseKind | None = None,
    ) -> AsyncGenerator[Step, None]:
        """The same step by step: the last one says what was saved. Closed before, none is."""
        kind = await self.kind(playlist, kind)
        one_saving.refuse_problems(project, cases, kind)
        one_saving.refuse_too_many(playlist.cases + len(cases))
        if project.on_findings is OnFindings.REFUSE:
            await self._refuse_findings(project, cases)
        async with self._begun(project, caller, playlist, kind) as saving:
            ready: list[Ready] = []
            for first in range(0, len(cases), AT_ONCE):
                ready += await self._cleansed(saving, cases[first : first + AT_ONCE])
                yield Step(len(ready))
            await self._inserted(saving, caller, ready)
        yield Step(len(ready), [one.saved for one in ready])

    async def recordings_in(self, playlist: KnownPlaylist, uids: Sequence[str]) -> set[str]:
        """Those of these recordings of which the playlist has a case."""
        async with self._database.read() as session:
            return await TestCaseRepository(session).recordings_in(playlist.id, uids)

    async def add_cleansed(
        self,
        project: KnownProject,
        caller: Caller,
        playlist: KnownPlaylist,
        cases: Sequence[NewCase],
        names: Collection[str],
    ) -> list[SavedCase]:
        """Save cases whose texts are cleansed with the project's placeholders already.

        `names` are placeholders that may stand in them. Raises as `add`.
        """
        project.require(ProjectRole.EDITOR)
        kind = await self.kind(playlist, CaseKind.COMPLETION)
        one_saving.refuse_problems(project, cases, kind)
        async with self._begun(project, caller, playlist, kind) as saving:
            ready = [saving.as_it_is(case, names) for case in cases]
            await self._inserted(saving, caller, ready)
        return [one.saved for one in ready]

    async def change(
        self,
        project: KnownProject,
        caller: Caller,
        playlist: KnownPlaylist,
        uid: str,
        content: CaseContent,
    ) -> SavedCase:
        """Put another content in the place of a case's; raises as `add`, `NotFound`."""
        project.require(ProjectRole.EDITOR)
        kind, case = await self.kind(playlist, None), NewCase(content)
        one_saving.refuse_problems(project, [case], kind)
        async with self._begun(project, caller, playlist, kind) as saving:
            ready = await self._cleanse(saving, case, uid)
            async with self._database.write() as session:
                await saving.hold(session)
                before = await self._names_in(session, saving.conversation, playlist, [uid])
                await one_saving.change(session, saving, ready)
                await saving.settle(session, set(ready.names))
                await one_saving.audited(session, "test_case.changed", caller, playlist, 1)
        await self._let_go(saving.conversation, playlist, before - set(ready.names))
        await self._forgetting.erased(project)
        return ready.saved

    async def delete(
        self, project: KnownProject, caller: Caller, playlist: KnownPlaylist, uids: Sequence[str]
    ) -> int:
        """Delete cases, what came of them, and originals that nobody else uses; how many."""
        project.require(ProjectRole.EDITOR)
        conversation = await self._conversations.of_project(project.owner(caller))
        async with self._database.write() as session:
            await PlaylistRepository(session).touch(project.id, playlist.id)
            names = await self._names_in(session, conversation, playlist, uids)
            deleted = await TestCaseRepository(session).delete(playlist.id, uids)
            await one_saving.audited(session, "test_cases.deleted", caller, playlist, deleted)
        await self._let_go(conversation, playlist, names)
        await self._forgetting.erased(project)
        return deleted

    async def _names_in(
        self,
        session: AsyncSession,
        conversation: Conversation,
        playlist: KnownPlaylist,
        uids: Sequence[str],
    ) -> frozenset[str]:
        """The placeholders that stand in these cases."""
        vault = conversation.vault
        noted = await erasing.used_by(session, vault.scope, playlist_holder(playlist.id))
        rows = await TestCaseRepository(session).some(playlist.id, uids)
        return standing_in_rows(rows, vault, noted)

    async def _let_go(
        self, conversation: Conversation, playlist: KnownPlaylist, names: Collection[str]
    ) -> None:
        """Erase originals whose placeholders stand in no case any more, and nowhere else."""
        vault = conversation.vault
        # Looked through before anybody has to wait; again if something was changed meanwhile.
        async with self._database.read() as session:
            seen = await gone(session, playlist.id, vault, names)
        if not seen.names:
            return
        async with self._database.write() as session:
            await erasing.lock(session, vault.scope)
            if not await is_as_seen(session, playlist.id, seen):
                seen = await gone(session, playlist.id, vault, names)
            await erasing.let_go(session, vault.scope, playlist_holder(playlist.id), seen.names)

    async def _refuse_findings(self, project: KnownProject, cases: Sequence[NewCase]) -> None:
        found = [await self.lint(project, case) for case in cases]
        everything = Lint(tuple(finding for lint in found for finding in lint.findings))
        everything.refuse_if(project.on_findings)

    async def lint(self, project: KnownProject, case: NewCase) -> Lint:
        """What the project's policy finds in a case that is not saved."""
        reading, _ = one_saving.read_case(case)
        return await self._linter.lint_reading(project, reading)

    async def _inserted(self, saving: Saving, caller: Caller, ready: Sequence[Ready]) -> None:
        async with self._database.write() as session:
            await saving.hold(session)
            await one_saving.insert(session, saving, ready)
            await saving.settle(session, {name for one in ready for name in one.names})
            await one_saving.audited(
                session, "test_cases.added", caller, saving.playlist, len(ready)
            )

    async def _cleansed(self, saving: Saving, cases: Sequence[NewCase]) -> list[Ready]:
        working = (self._cleanse(saving, case) for case in cases)
        done = await asyncio.gather(*working, return_exceptions=True)
        failed = next((one for one in done if isinstance(one, BaseException)), None)
        if failed is not None:
            raise failed
        return [one for one in done if isinstance(one, Ready)]

    async def _cleanse(self, saving: Saving, case: NewCase, uid: str | None = None) -> Ready:
        lint = await self.lint(saving.project, case)
        lint.refuse_if(saving.project.on_findings)
        reading, document = one_saving.read_case(case)
        row = saving.row(uid or str(uuid4()), case)
        vault = saving.conversation.vault

        async def make_ready(call: CleansedCall) -> Callable[[AsyncSession], Awaitable[Ready]]:
            saving.refuse_found(call, case)
            sealed = sealed_content(document(), row["uid"], vault.scope, vault.key)
            names = tuple(entry.placeholder for entry in call.mapping.entries)
            made = {**row, "content_sealed": sealed, "findings": one_saving.counts_of(call)}
            ready = Ready(made, names, lint)

            async def job(session: AsyncSession) -> Ready:
                await vault.use(session, ready.names, saving.holder)
                return ready

            return job

        _, ready = await self._cleansing.save(
            saving.project, saving.conversation, reading, make_ready
        )
        return ready

    @asynccontextmanager
    async def _begun(
        self, project: KnownProject, caller: Caller, playlist: KnownPlaylist, kind: CaseKind
    ) -> AsyncIterator[Saving]:
        """Where this ends with an exception, nothing is kept of what was cleansed in it.

        What a crash leaves behind is erased later (`Forgetting.abandoned`).
        """
        conversation = await self._conversations.of_project(project.owner(caller))
        saving = Saving(project, playlist, kind, conversation, some_saving())
        try:
            yield saving
        except BaseException:
            with anyio.CancelScope(shield=True):
                async with self._database.write() as session:
                    await erasing.erase_unused(session, project.scope, saving.holder)
                await self._forgetting.erased(project)
            raise
