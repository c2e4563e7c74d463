"""Test cases made from recordings: de-identified as these are, with the same placeholders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sluice.server.auth.auth import Caller
from sluice.server.errors import Unprocessable
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.sessions.finding import Finding
from sluice.server.features.sessions.showing import KnownRecording, ShownSessions
from sluice.server.features.templates.content import TemplateContent
from sluice.server.features.templates.service import Templates
from sluice.server.features.templates.version_ids import version_uids
from sluice.server.features.testruns.cases import CasePath
from sluice.server.features.testruns.cases_service import TestCases
from sluice.server.features.testruns.playlists import KnownPlaylist
from sluice.server.features.testruns.recorded import recorded_content
from sluice.server.features.testruns.saving import NewCase, SavedCase
from sluice.server.kit.database import Database
from sluice.server.vault import erasing
from sluice.server.vault.service import conversation_scope

MOST: Final = 5_000
"""Recordings of one request."""


class FromRecordings:
    """The service that makes them."""

    def __init__(
        self,
        database: Database,
        shown: ShownSessions,
        finding: Finding,
        templates: Templates,
        cases: TestCases,
    ) -> None:
        self._database = database
        self._shown = shown
        self._finding = finding
        self._templates = templates
        self._cases = cases

    async def add(
        self,
        project: KnownProject,
        caller: Caller,
        playlist: KnownPlaylist,
        *,
        recordings: Sequence[str] = (),
        sessions: Sequence[str] = (),
    ) -> list[SavedCase]:
        """Add a case for each of these recordings, and for each of these sessions' recordings.

        Those of which the playlist has a case are left out. Raises `NotFound` for a recording or a
        session that is not there, `Unprocessable`.
        """
        project.require(ProjectRole.EDITOR)
        wanted = dict.fromkeys(recordings)
        for uid in sessions:
            wanted |= dict.fromkeys(await self._shown.uids_of(project, uid))
        present = await self._cases.recordings_in(playlist, list(wanted))
        uids = [uid for uid in wanted if uid not in present]
        if len(uids) > MOST:
            raise Unprocessable(f"These are {len(uids):,} recordings; give at most {MOST:,}.")
        opened = await self._shown.opened(project, uids)
        templates = await self._templates_of(project, opened)
        new = [
            NewCase(
                recorded_content(one.content, templates.get(one.template_version_id)),
                CasePath(f"recordings[{index}]."),
                recording_uid=one.uid,
            )
            for index, one in enumerate(opened)
        ]
        names = await self._names(project, opened)
        return await self._cases.add_cleansed(project, caller, playlist, new, names)

    async def _templates_of(
        self, project: KnownProject, opened: Sequence[KnownRecording]
    ) -> dict[int | None, TemplateContent]:
        ids = {one.template_version_id for one in opened if one.template_version_id is not None}
        uids = await version_uids(self._database, ids)
        return {
            version_id: (await self._templates.version(project, uid)).content
            for version_id, uid in uids.items()
        }

    async def _names(self, project: KnownProject, opened: Sequence[KnownRecording]) -> set[str]:
        """The placeholders of the sessions, of which some stand in the cases."""
        names: set[str] = set()
        for uid in {one.session_uid for one in opened}:
            found = await self._finding.session(project, uid)
            holder = conversation_scope(found.conversation_id)
            async with self._database.read() as session:
                names |= await erasing.used_by(session, project.scope, holder)
        return names
