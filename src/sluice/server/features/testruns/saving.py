"""One saving of test cases: what all of them have in common, and what becomes of each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine.errors import Problem
from sluice.engine.types import Action
from sluice.server.auth.auth import Caller
from sluice.server.errors import NotFound, Unprocessable
from sluice.server.features.audit import service as audit
from sluice.server.features.projects.known import KnownProject, OnFindings
from sluice.server.features.projects.linting import Lint
from sluice.server.features.projects.service import NO_PROJECT
from sluice.server.features.proxy.cleansing.cleansed_call import CleansedCall
from sluice.server.features.proxy.conversations.service import Conversation
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
from sluice.server.features.testruns.playlists import (
    MOST_CASES,
    NO_CASE,
    NO_PLAYLIST,
    KnownPlaylist,
    playlist_holder,
)
from sluice.server.features.testruns.remaining import standing_in
from sluice.server.features.testruns.repository import PlaylistRepository, TestCaseRepository
from sluice.server.kit.database import utc_now
from sluice.server.vault import erasing
from sluice.server.vault.scopes import ScopeDestroyed


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
class Ready:
    """A case that is cleansed and sealed; its row is not inserted yet."""

    row: dict[str, Any] = field(repr=False)
    names: tuple[str, ...]
    """Placeholders that stand in it."""
    lint: Lint

    @property
    def saved(self) -> SavedCase:
        return SavedCase(self.row["uid"], self.row["findings"], self.lint)


@dataclass(frozen=True, slots=True)
class Saving:
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

    def as_it_is(self, case: NewCase, names: Collection[str]) -> Ready:
        """A case whose texts hold placeholders alone; `names` are those that may."""
        row, vault = self.row(str(uuid4()), case), self.conversation.vault
        document = case.content.document()
        sealed = sealed_content(document, row["uid"], vault.scope, vault.key)
        standing = standing_in(document, names)
        return Ready({**row, "content_sealed": sealed, "findings": {}}, tuple(standing), Lint())

    def refuse_found(self, call: CleansedCall, case: NewCase) -> None:
        """Raise where the project refuses findings, and one text taught something of another."""
        counts = counts_of(call)
        if self.project.on_findings is OnFindings.REFUSE and counts:
            told = ", ".join(f"{count} × {kind}" for kind, count in sorted(counts.items()))
            problem = Problem(case.path.at(), f"holds {told}")
            raise Unprocessable(
                "This project saves nothing that holds somebody's data.",
                code="findings_refused",
                errors=[problem],
            )


async def insert(session: AsyncSession, saving: Saving, ready: Sequence[Ready]) -> None:
    repository, playlist_id = TestCaseRepository(session), saving.playlist.id
    kind_of(await repository.kind(playlist_id), saving.kind)
    refuse_too_many(await repository.count(playlist_id) + len(ready))
    now = utc_now()
    await repository.insert([{**one.row, "created_at": now} for one in ready])


async def change(session: AsyncSession, saving: Saving, ready: Ready) -> None:
    row = ready.row
    changed = await TestCaseRepository(session).change(
        saving.playlist.id, row["uid"], content=row["content_sealed"], findings=row["findings"]
    )
    if not changed:
        raise NotFound(NO_CASE, code="no_test_case")


def read_case(case: NewCase) -> tuple[Reading, Callable[[], dict[str, Any]]]:
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


def counts_of(call: CleansedCall) -> dict[str, int]:
    """What was found and treated, by entity type."""
    counts: dict[str, int] = {}
    for (entity_type, action), count in sorted(call.manifest.items()):
        if action is not Action.ALLOW:
            counts[entity_type] = counts.get(entity_type, 0) + count
    return counts


def kind_of(present: str | None, wanted: CaseKind | None) -> CaseKind:
    if present is None:
        return wanted or CaseKind.COMPLETION
    if wanted is not None and wanted.value != present:
        raise Unprocessable(
            f"All cases of this playlist are of the kind {present}; make another one for those of "
            f"the kind {wanted.value}.",
            code="case_kind",
        )
    return CaseKind(present)


def refuse_problems(project: KnownProject, cases: Sequence[NewCase], kind: CaseKind) -> None:
    problems = [
        problem
        for case in cases
        for problem in problems_of(case.content, kind, case.path, raw_is_kept=project.keep_raw)
    ]
    if problems:
        raise Unprocessable("The test cases cannot be saved.", errors=problems)


def refuse_too_many(cases: int) -> None:
    if cases > MOST_CASES:
        raise Unprocessable(
            f"A playlist has at most {MOST_CASES:,} test cases; this would be {cases:,}.",
            code="too_many_test_cases",
        )


async def audited(
    session: AsyncSession, event: str, caller: Caller, playlist: KnownPlaylist, count: int
) -> None:
    await audit.record(
        session,
        event,
        actor_id=caller.user_id,
        subject=f"playlist:{playlist.uid}",
        details={"cases": count},
    )
