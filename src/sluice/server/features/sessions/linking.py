"""What a client's ids mean: the project, the version of a template, the test run and its case.

A call that was made is recorded, whatever it names: ids that are none of the project's are kept
with the content, cleansed, and link to nothing.
"""

from __future__ import annotations

from typing import Final, Protocol

from sluice.server.auth.auth import Caller
from sluice.server.errors import NotFound
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.projects.service import Projects
from sluice.server.features.proxy.conversations.recently_used import RecentlyUsed
from sluice.server.features.sessions.new import Linked
from sluice.server.features.sessions.reading import UID
from sluice.server.features.sessions.service import Sessions

KNOWN: Final = 20_000
"""Sessions of which the project is remembered."""
NO_PROJECT: Final = (
    "It cannot be told to which project this belongs: there is no such session, and the ids of the "
    "template and its version are none of your projects'."
)


class KnowsId(Protocol):
    """A version of a template, as far as it matters here."""

    @property
    def id(self) -> int:
        """Its row."""

    @property
    def template_id(self) -> int:
        """Its template's row."""


class KnowsVersions(Protocol):
    """The templates of projects."""

    async def version_of_wire_ids(
        self, project: KnownProject, template_uid: str | None, version_uid: str | None
    ) -> KnowsId | None:
        """The version that a client's ids mean; None for ids that are none of this project's."""
        ...


class KnowsRuns(Protocol):
    """The test runs of projects."""

    async def ids_of(
        self, project: KnownProject, run_uid: str, case_uid: str | None
    ) -> tuple[int, int | None] | None:
        """The rows of a run and of a case of its playlist; None for another project's run."""
        ...


class Linking:
    """Finds what recordings name."""

    def __init__(
        self, projects: Projects, sessions: Sessions, versions: KnowsVersions, runs: KnowsRuns
    ) -> None:
        self._projects = projects
        self._sessions = sessions
        self._versions = versions
        self._runs = runs
        self._known = RecentlyUsed[tuple[int, str], str](KNOWN)

    async def linked(self, project: KnownProject, names: dict[str, str | None]) -> Linked:
        """The rows that ids name, by the fields of `Linked`."""
        # What can be no id of ours is not looked for: the database may not even take it.
        names = {name: uid for name, uid in names.items() if uid and UID.fullmatch(uid)}
        template, version = names.get("template_id"), names.get("template_version_id")
        found = None
        if template or version:
            found = await self._versions.version_of_wire_ids(project, template, version)
        run_id, case_id = None, None
        if run_uid := names.get("test_run_id"):
            ids = await self._runs.ids_of(project, run_uid, names.get("test_case_id"))
            run_id, case_id = ids or (None, None)
        return Linked(
            template_id=found.template_id if found is not None else None,
            template_version_id=found.id if found is not None else None,
            test_run_id=run_id,
            test_case_id=case_id,
        )

    def remember(self, caller: Caller, session_uid: str, project: KnownProject) -> None:
        """A session of this id is of this project, for this caller."""
        self._known.put((caller.user_id, session_uid), project.uid)

    async def project_of(
        self, caller: Caller, session_uid: str, names: dict[str, str | None]
    ) -> KnownProject:
        """The project of a recording that names its session alone, as 0.1.6's do.

        That is the session's; for one that is not here (its client began it while we were down)
        that of the version; else the only one that the caller may edit. Raises `NotFound`.
        """
        if not UID.fullmatch(session_uid):
            raise NotFound(NO_PROJECT)
        known = self._known.get((caller.user_id, session_uid))
        if known is not None:
            return await self._projects.of(caller, known, ProjectRole.EDITOR)
        project = await self._found(caller, session_uid, names)
        self.remember(caller, session_uid, project)
        return project

    async def _found(
        self, caller: Caller, session_uid: str, names: dict[str, str | None]
    ) -> KnownProject:
        all_of = await self._projects.all_of(caller)
        editable = [p for p in all_of if p.role.may(ProjectRole.EDITOR)]
        holding = set(await self._sessions.projects_of(session_uid))
        candidates = [p for p in editable if p.id in holding] or editable
        if len(candidates) == 1:
            return candidates[0]
        for project in candidates:
            if (await self.linked(project, names)).template_version_id is not None:
                return project
        raise NotFound(NO_PROJECT)
