"""Erasing a person's data from a project, by original values.

What was recorded holds placeholders; the original of one is sealed in the vault once. Erasing it
there makes every placeholder of it stand for nothing, for good. Beside that go the copies that are
kept as they came (`keep_raw`) and restored answers of the gateway's calls; if it is asked for, the
recordings, traces, test cases and calls themselves that hold such a placeholder, and outputs in
results of test runs. Versions of templates are never changed: those that hold a placeholder, or the
value as somebody typed it, are told, like what else goes on holding placeholders that stand for
nothing.

Those copies are looked for first, conversation by conversation, in transactions between which
others write; the last transaction lets nobody record in the project, looks through what has come
meanwhile, and erases the originals. Whoever is interrupted before can ask again; the vault still
knows which placeholders it is about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine import Mapping
from sluice.server.auth.auth import Caller
from sluice.server.features.audit import service as audit
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.proxy.calls.erasing import erase_from_calls
from sluice.server.features.proxy.cleansing.service import GatewayCleansing
from sluice.server.features.proxy.conversations.service import Conversations
from sluice.server.features.sessions.attributes import Holder
from sluice.server.features.sessions.content import opened
from sluice.server.features.sessions.erasing_forms import Standing, forms_of
from sluice.server.features.sessions.erasing_repository import TABLES, ErasingRepository, Kept
from sluice.server.features.sessions.search.typed_values import lookups
from sluice.server.features.templates.holding import HoldingVersion, TemplateHolding
from sluice.server.features.testruns.cases_service import TestCases
from sluice.server.features.testruns.playlists import Playlists
from sluice.server.features.testruns.running.erasing import ErasingResults
from sluice.server.kit.database import Database
from sluice.server.kit.sealing import DataKey
from sluice.server.vault import erasing
from sluice.server.vault.scopes import ScopeVault
from sluice.server.vault.service import Vault, conversation_scope

PORTION: Final = 50
"""Conversations that are looked through in one transaction."""
ROWS: Final = 200
"""Recordings that are opened at once."""
_CONVERSATION: Final = "conversation:"
_PLAYLIST: Final = "playlist:"
_RUN: Final = "test_run:"
_STAY: Final = {"testRuns": _RUN, "testSuites": "test_suite:", "savedViews": "saved_view:"}
"""What goes on holding placeholders in names, descriptions and filters, by its holders' kind."""


@dataclass(frozen=True, slots=True)
class Sought:
    """Placeholders of what is erased, and who has them."""

    names: frozenset[str]
    holders: tuple[str, ...]
    kept: int
    """Forms that may mean others, who use them too: they stay."""

    @property
    def conversations(self) -> list[int]:
        """Those whose recordings may hold one."""
        return sorted(_ids(self.holders, _CONVERSATION))

    @property
    def playlists(self) -> list[int]:
        """Those whose test cases may hold one."""
        return sorted(_ids(self.holders, _PLAYLIST))

    @property
    def test_runs(self) -> list[int]:
        """Those whose results may hold one."""
        return sorted(_ids(self.holders, _RUN))

    @property
    def staying(self) -> dict[str, int]:
        """How many of each kind go on holding one."""
        return {
            name: sum(holder.startswith(kind) for holder in self.holders)
            for name, kind in _STAY.items()
        }


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure did."""

    counts: Counter[str]
    """By kind."""
    templates: Sequence[HoldingVersion]
    """What holds a value or its placeholder, and stays: a version is never changed."""


@dataclass(slots=True)
class _Erasure:
    """One erasure on its way."""

    project: KnownProject
    values: Sequence[str] = field(repr=False)
    recordings: bool
    vault: ScopeVault = field(repr=False)
    counts: Counter[str] = field(default_factory=Counter)
    names: set[str] = field(default_factory=set)
    """Placeholders whose originals are erased."""
    seen: dict[Holder, set[int]] = field(
        default_factory=lambda: {holder: set() for holder in TABLES}
    )
    """Rows that were looked through."""


class Erasures:
    """The service of erasures."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        conversations: Conversations,
        cleansing: GatewayCleansing,
        playlists: Playlists,
        cases: TestCases,
        results: ErasingResults,
        templates: TemplateHolding,
    ) -> None:
        self._database = database
        self._vault = vault
        self._conversations = conversations
        self._cleansing = cleansing
        self._playlists = playlists
        self._cases = cases
        self._results = results
        self._templates = templates

    async def erase(
        self, project: KnownProject, caller: Caller, values: Sequence[str], *, recordings: bool
    ) -> Erased:
        """Erase what these values stand for; what was done, after the commit.

        With `recordings` also what holds their placeholders. Raises `NotFound` for a project that
        is deleted meanwhile.
        """
        project.require(ProjectRole.OWNER)
        conversation = await self._conversations.of_project(project.owner(caller))
        erasure = _Erasure(project, values, recordings, conversation.vault)
        async with self._database.read() as session:
            sought = await _sought(session, erasure)
        standing = Standing(sought.names)
        for some in _portions(sought.conversations, PORTION):
            async with self._database.write() as session:
                await self._look_through(session, erasure, standing, some)
        if recordings:
            await self._delete_cases(erasure, caller, standing, sought.playlists)
            erasure.counts["results"] += await self._results.erase(
                project, sought.test_runs, sought.playlists, standing.is_in
            )
        typed = {form for value in values for form in forms_of(value).own}
        templates = await self._templates.versions(project, Standing(typed | sought.names).is_in)
        erasure.counts["templateVersions"] = len(templates)
        await self._finish(erasure, caller)
        self._cleansing.forget(project.space_id)
        await self._conversations.refresh_space(project.space_id)
        await self._database.forget_deleted()
        return Erased(erasure.counts, templates)

    async def _finish(self, erasure: _Erasure, caller: Caller) -> None:
        """Erase the originals, after a look at what has come meanwhile."""
        project, counts = erasure.project, erasure.counts
        async with self._database.write() as session:
            await erasing.lock(session, project.scope)
            sought = await _sought(session, erasure)
            standing = Standing(sought.names)
            for some in _portions(sought.conversations, PORTION):
                await self._look_through(session, erasure, standing, some)
            await erasing.erase(session, project.scope, sought.names)
            # Some may have gone already, with the only test case that used them.
            counts["originals"] = len(erasure.names)
            counts["sharedForms"] = sought.kept
            counts.update(sought.staying)
            counts["values"] = len(erasure.values)
            await audit.record(
                session,
                "person.erased",
                actor_id=caller.user_id,
                subject=f"project:{project.id}",
                details={**counts, "recordingsToo": erasure.recordings},
            )

    async def _look_through(
        self,
        session: AsyncSession,
        erasure: _Erasure,
        standing: Standing,
        conversations: Sequence[int],
    ) -> None:
        """Erase what some conversations hold; a second time, what has come since."""
        scopes = [conversation_scope(one) for one in conversations]
        keys = await self._vault.keys(session, scopes)
        touched = await _rows(session, erasure, standing, conversations, keys)
        await ErasingRepository(session).count_again(touched)
        if erasure.recordings:
            await _metadata(session, erasure, standing, conversations)
        for one, scope in zip(conversations, scopes, strict=True):
            if scope in keys:
                done = await erase_from_calls(
                    session, one, keys[scope], standing.is_in, texts=erasure.recordings
                )
                erasure.counts["calls"] += done.calls
                erasure.counts["restoredAnswers"] += done.answers

    async def _delete_cases(
        self, erasure: _Erasure, caller: Caller, standing: Standing, playlists: Sequence[int]
    ) -> None:
        for playlist_id in playlists:
            playlist = await self._playlists.by_id(erasure.project, playlist_id)
            found = [
                case.uid
                async for portion in self._playlists.portions(erasure.project, playlist)
                for case in portion
                if standing.is_in(case.content.document())
            ]
            if found:
                deleted = await self._cases.delete(erasure.project, caller, playlist, found)
                erasure.counts["testCases"] += deleted


async def _sought(session: AsyncSession, erasure: _Erasure) -> Sought:
    """The placeholders of the values in every form, and who has them."""
    scope = erasure.project.scope
    own, shared = await _names(session, erasure)
    holders = await erasing.holders_of(session, scope, own | shared)
    whose = {holder for holder, names in holders.items() if names & own}
    elsewhere = {name for h, names in holders.items() if h not in whose for name in names}
    names = own | (shared - elsewhere)
    erasure.names |= names
    having = tuple(sorted(holder for holder, held in holders.items() if held & names))
    return Sought(frozenset(names), having, kept=len(shared & elsewhere))


async def _names(session: AsyncSession, erasure: _Erasure) -> tuple[set[str], set[str]]:
    """Placeholders of forms that say who it is, and of those that may mean others."""
    mapping = Mapping(key=erasure.vault.key.lookup_key)
    found = [forms_of(value) for value in erasure.values]
    own = {key for forms in found for text in forms.own for key in lookups(mapping, text)}
    shared = {key for forms in found for text in forms.shared for key in lookups(mapping, text)}
    entries = await erasure.vault.originals(session, own | shared)
    names = {key: entry.placeholder for key, entry in entries.items()}
    of_own = {name for key, name in names.items() if key in own}
    return of_own, set(names.values()) - of_own


async def _rows(
    session: AsyncSession,
    erasure: _Erasure,
    standing: Standing,
    conversations: Sequence[int],
    keys: dict[str, DataKey],
) -> set[int]:
    """Recordings and traces that were not looked through yet; sessions that lost recordings."""
    repository, touched = ErasingRepository(session), set[int]()
    for holder in TABLES:
        new = await repository.ids(holder, conversations) - erasure.seen[holder]
        erasure.seen[holder] |= new
        for some in _portions(sorted(new), ROWS):
            kept = await repository.kept(holder, some)
            held = [row for row in kept if standing.is_in(_content(holder, row, keys))]
            ids = [row.id for row in held]
            if erasure.recordings:
                await repository.delete(holder, ids)
                erasure.counts[f"{holder.value}s"] += len(ids)
                touched |= {row.session_id for row in held if holder is Holder.RECORDING}
            else:
                raw = [row.id for row in held if row.has_raw]
                await repository.forget_raw(holder, raw)
                erasure.counts["rawCopies"] += len(raw)
    return touched


def _content(holder: Holder, row: Kept, keys: dict[str, DataKey]) -> object:
    """What a row holds; nothing where its session was deleted in this moment."""
    scope = conversation_scope(row.conversation_id)
    if scope not in keys:
        return None
    vault = ScopeVault(scope, keys[scope])
    return opened(vault, TABLES[holder].name, row.uid, row.content_sealed)


async def _metadata(
    session: AsyncSession, erasure: _Erasure, standing: Standing, conversations: Sequence[int]
) -> None:
    """Metadata, feedback and evaluations that hold a placeholder."""
    repository = ErasingRepository(session)
    sessions = sorted(await repository.sessions(conversations))
    for row in await repository.metas(conversations):
        left = standing.without(row.meta)
        if left != row.meta:
            await repository.set_meta(row.id, left)
    for holder, holder_id, name, text in await repository.values(sessions):
        if standing.is_in([name, text]):
            erasure.counts["namedValues"] += await repository.delete_value(holder, holder_id, name)


def _ids(holders: Iterable[str], kind: str) -> Iterator[int]:
    for holder in holders:
        if holder.startswith(kind):
            yield int(holder.removeprefix(kind))


def _portions(values: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for first in range(0, len(values), size):
        yield values[first : first + size]
