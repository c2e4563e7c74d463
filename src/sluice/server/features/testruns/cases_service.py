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
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

import anyio
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine.errors import Problem
from sluice.engine.types import Action
from sluice.server.auth.auth import Caller
from sluice.server.errors import NotFound, Unprocessable
from sluice.server.features.audit import service as audit
from sluice.server.features.projects.cleansing import ProjectCleansing
from sluice.server.features.projects.known import KnownProject, OnFindings
from sluice.server.features.projects.linting import Lint, Linter
from sluice.server.features.projects.service import NO_PROJECT
from sluice.server.features.proxy.cleansing.cleansed_call import CleansedCall
from sluice.server.features.proxy.conversations.service import Conversation, Conversations
from sluice.server.features.proxy.wires.reading import Reading
from sluice.server.features.testruns.cases import (
    FILE,
    CaseContent,
    CaseKind,
    CasePath,
    problems_of,
    read_content,
    sealed_content,
    take_files,
)
from sluice.server.features.testruns.forgetting import Forgetting
from sluice.server.features.testruns.playlists import (
    MOST_CASES,
    NO_CASE,
    NO_PLAYLIST,
    KnownPlaylist,
    playlist_holder,
)
from sluice.server.features.testruns.remaining import (
    gone,
    is_as_seen,
    standing_in,
    standing_in_rows,
)
from sluice.server.features.testruns.repository import PlaylistRepository, TestCaseRepository
from sluice.server.kit.database import Database, utc_now
from sluice.server.vault import erasing
from sluice.server.vault.scopes import ScopeDestroyed

AT_ONCE: Final = 16
"""Cases that are cleansed at the same time: their commits share syncs of the disk."""


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case to be saved."""

    content: CaseContent = field(repr=False)
    path: CasePath = field(default_factory=CasePath)
    recording_uid: str | None = None


@dataclass(frozen=True, slots=True)
class SavedCase:
    """A case that is saved, and what was found in it."""

    uid: str
    findings: dict[str, int]
    """Counts by entity type."""
    lint: Lint


@dataclass(frozen=True, slots=True)
class Step:
    """How far a saving is."""

    cleansed: int
    saved: list[SavedCase] = field(default_factory=list)
    """At the end."""


@dataclass(frozen=True, slots=True)
class _Ready:
    """A case that is cleansed and sealed; its row is not inserted yet."""

    row: dict[str, Any] = field(repr=False)
    names: tuple[str, ...]
    """Placeholders that stand in it."""
    lint: Lint

    @property
    def saved(self) -> SavedCase:
        return SavedCase(self.row["uid"], self.row["findings"], self.lint)


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
        return _kind(present, wanted)

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
        _refuse_problems(project, cases, kind)
        _refuse_too_many(playlist.cases + len(cases))
        if project.on_findings is OnFindings.REFUSE:
            await self._refuse_findings(project, cases)
        async with self._begun(project, caller, playlist, kind) as saving:
            ready: list[_Ready] = []
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
        kind = await self.kind(playlist, CaseKind.COMPLETION)
        _refuse_problems(project, cases, kind)
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
        kind, case = await self.kind(playlist, None), NewCase(content)
        _refuse_problems(project, [case], kind)
        async with self._begun(project, caller, playlist, kind) as saving:
            ready = await self._cleanse(saving, case, uid)
            async with self._database.write() as session:
                await saving.hold(session)
                before = await self._names_in(session, saving.conversation, playlist, [uid])
                await _change(session, saving, ready)
                await saving.settle(session, set(ready.names))
                await _audited(session, "test_case.changed", caller, playlist, 1)
        await self._let_go(saving.conversation, playlist, before - set(ready.names))
        await self._forgetting.erased(project)
        return ready.saved

    async def delete(
        self, project: KnownProject, caller: Caller, playlist: KnownPlaylist, uids: Sequence[str]
    ) -> int:
        """Delete cases, what came of them, and originals that nobody else uses; how many."""
        conversation = await self._conversations.of_project(project.owner(caller))
        async with self._database.write() as session:
            await PlaylistRepository(session).touch(project.id, playlist.id)
            names = await self._names_in(session, conversation, playlist, uids)
            deleted = await TestCaseRepository(session).delete(playlist.id, uids)
            await _audited(session, "test_cases.deleted", caller, playlist, deleted)
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
        reading, _ = _read(case)
        return await self._linter.lint_reading(project, reading)

    async def _inserted(self, saving: _Saving, caller: Caller, ready: Sequence[_Ready]) -> None:
        async with self._database.write() as session:
            await saving.hold(session)
            await _insert(session, saving, ready)
            await saving.settle(session, {name for one in ready for name in one.names})
            await _audited(session, "test_cases.added", caller, saving.playlist, len(ready))

    async def _cleansed(self, saving: _Saving, cases: Sequence[NewCase]) -> list[_Ready]:
        working = (self._cleanse(saving, case) for case in cases)
        done = await asyncio.gather(*working, return_exceptions=True)
        failed = next((one for one in done if isinstance(one, BaseException)), None)
        if failed is not None:
            raise failed
        return [one for one in done if isinstance(one, _Ready)]

    async def _cleanse(self, saving: _Saving, case: NewCase, uid: str | None = None) -> _Ready:
        lint = await self.lint(saving.project, case)
        lint.refuse_if(saving.project.on_findings)
        reading, document = _read(case)
        row = saving.row(uid or str(uuid4()), case)
        vault = saving.conversation.vault

        async def make_ready(call: CleansedCall) -> Callable[[AsyncSession], Awaitable[_Ready]]:
            saving.refuse_found(call, case)
            sealed = sealed_content(document(), row["uid"], vault.scope, vault.key)
            names = tuple(entry.placeholder for entry in call.mapping.entries)
            made = {**row, "content_sealed": sealed, "findings": _counts(call)}
            ready = _Ready(made, names, lint)

            async def job(session: AsyncSession) -> _Ready:
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
    ) -> AsyncIterator[_Saving]:
        """Where this ends with an exception, nothing is kept of what was cleansed in it.

        A crash leaves originals behind, sealed as those of the project.
        """
        conversation = await self._conversations.of_project(project.owner(caller))
        saving = _Saving(project, playlist, kind, conversation, _some_holder())
        try:
            yield saving
        except BaseException:
            with anyio.CancelScope(shield=True):
                async with self._database.write() as session:
                    await erasing.erase_unused(session, project.scope, saving.holder)
                await self._forgetting.erased(project)
            raise


@dataclass(frozen=True, slots=True)
class _Saving:
    """What all cases of one saving have in common."""

    project: KnownProject
    playlist: KnownPlaylist
    kind: CaseKind
    conversation: Conversation
    holder: str
    """Of the placeholders, until the rows are inserted."""

    async def hold(self, session: AsyncSession) -> None:
        """Let nobody else change the playlist or erase anything until this transaction ends.

        Raises `NotFound` where the project or the playlist is gone.
        """
        project, vault = self.project, self.conversation.vault
        await erasing.lock(session, vault.scope)
        gone = False
        try:
            await vault.hold(session)
        except ScopeDestroyed:
            gone = True
        if gone:
            raise NotFound(NO_PROJECT)
        if not await PlaylistRepository(session).touch(project.id, self.playlist.id):
            raise NotFound(NO_PLAYLIST, code="no_playlist")

    async def settle(self, session: AsyncSession, names: set[str]) -> None:
        """The rows are there: the playlist has these placeholders, nobody else meanwhile."""
        vault = self.conversation.vault
        await vault.use(session, names, playlist_holder(self.playlist.id))
        await erasing.erase_unused(session, vault.scope, self.holder)

    def row(self, uid: str, case: NewCase) -> dict[str, Any]:
        """What is known of a case's row before it is cleansed."""
        return {
            "uid": uid,
            "project_id": self.project.id,
            "playlist_id": self.playlist.id,
            "kind": self.kind.value,
            "recording_uid": case.recording_uid,
        }

    def as_it_is(self, case: NewCase, names: Collection[str]) -> _Ready:
        """A case whose texts hold placeholders alone; `names` are those that may."""
        row, vault = self.row(str(uuid4()), case), self.conversation.vault
        document = case.content.document()
        sealed = sealed_content(document, row["uid"], vault.scope, vault.key)
        standing = standing_in(document, names)
        return _Ready({**row, "content_sealed": sealed, "findings": {}}, tuple(standing), Lint())

    def refuse_found(self, call: CleansedCall, case: NewCase) -> None:
        """Raise where the project refuses findings, and one text taught something of another."""
        counts = _counts(call)
        if self.project.on_findings is OnFindings.REFUSE and counts:
            told = ", ".join(f"{count} × {kind}" for kind, count in sorted(counts.items()))
            problem = Problem(case.path.at(), f"holds {told}")
            raise Unprocessable(
                "This project saves nothing that holds somebody's data.",
                code="findings_refused",
                errors=[problem],
            )


async def _insert(session: AsyncSession, saving: _Saving, ready: Sequence[_Ready]) -> None:
    repository, playlist_id = TestCaseRepository(session), saving.playlist.id
    _kind(await repository.kind(playlist_id), saving.kind)
    _refuse_too_many(await repository.count(playlist_id) + len(ready))
    now = utc_now()
    await repository.insert([{**one.row, "created_at": now} for one in ready])


async def _change(session: AsyncSession, saving: _Saving, ready: _Ready) -> None:
    row = ready.row
    changed = await TestCaseRepository(session).change(
        saving.playlist.id, row["uid"], content=row["content_sealed"], findings=row["findings"]
    )
    if not changed:
        raise NotFound(NO_CASE, code="no_test_case")


def _some_holder() -> str:
    """Of placeholders for the time of one saving."""
    return f"saving:{uuid4()}"


def _read(case: NewCase) -> tuple[Reading, Callable[[], dict[str, Any]]]:
    """What is text in a case, and the document as it is once that is cleansed."""
    document = case.content.document()
    files = take_files(document)
    reading = Reading()
    read_content(document, reading, case.path)

    def finished() -> dict[str, Any]:
        for holder, data in files:
            holder[FILE] = data
        return document

    return reading, finished


def _counts(call: CleansedCall) -> dict[str, int]:
    """What was found and treated, by entity type."""
    counts: dict[str, int] = {}
    for (entity_type, action), count in sorted(call.manifest.items()):
        if action is not Action.ALLOW:
            counts[entity_type] = counts.get(entity_type, 0) + count
    return counts


def _kind(present: str | None, wanted: CaseKind | None) -> CaseKind:
    if present is None:
        return wanted or CaseKind.COMPLETION
    if wanted is not None and wanted.value != present:
        raise Unprocessable(
            f"All cases of this playlist are of the kind {present}; make another one for those of "
            f"the kind {wanted.value}.",
            code="case_kind",
        )
    return CaseKind(present)


def _refuse_problems(project: KnownProject, cases: Sequence[NewCase], kind: CaseKind) -> None:
    problems = [
        problem
        for case in cases
        for problem in problems_of(case.content, kind, case.path, raw_is_kept=project.keep_raw)
    ]
    if problems:
        raise Unprocessable("The test cases cannot be saved.", errors=problems)


def _refuse_too_many(cases: int) -> None:
    if cases > MOST_CASES:
        raise Unprocessable(
            f"A playlist has at most {MOST_CASES:,} test cases; this would be {cases:,}.",
            code="too_many_test_cases",
        )


async def _audited(
    session: AsyncSession, event: str, caller: Caller, playlist: KnownPlaylist, count: int
) -> None:
    await audit.record(
        session,
        event,
        actor_id=caller.user_id,
        subject=f"playlist:{playlist.uid}",
        details={"cases": count},
    )
