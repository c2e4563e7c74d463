"""The services of projects, templates, sessions and test runs, each given what it needs."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from sluice.server.analysis.analyzer import Analyzer
from sluice.server.auth.service import SignInService
from sluice.server.features.limits.managing import ManagedLimits
from sluice.server.features.limits.service import InstanceLimits
from sluice.server.features.models.service import Models
from sluice.server.features.policies.service import Policies
from sluice.server.features.projects.cleansing import ProjectCleansing
from sluice.server.features.projects.deleting import ProjectDeletion
from sluice.server.features.projects.linting import Linter
from sluice.server.features.projects.managing import ManagedProjects
from sluice.server.features.projects.service import Projects
from sluice.server.features.projects.teams import ProjectTeams
from sluice.server.features.proxy.calls.ended import EndedCalls
from sluice.server.features.proxy.calls.in_project import CallsInProject
from sluice.server.features.proxy.calls.of_projects import ProjectCalls
from sluice.server.features.proxy.calls.prices import Prices
from sluice.server.features.proxy.calls.reading import RecordedCalls
from sluice.server.features.proxy.calls.recording import Calls
from sluice.server.features.proxy.calls.refused import RefusedPaths
from sluice.server.features.proxy.cleansing.service import GatewayCleansing
from sluice.server.features.proxy.conversations.service import Conversations
from sluice.server.features.sessions.ended import EndedRecordings
from sluice.server.features.sessions.search_wiring import SearchParts, SearchServices, make_search
from sluice.server.features.sessions.template_numbers import TemplateNumbers
from sluice.server.features.sessions.wiring import SessionParts, SessionServices, make_sessions
from sluice.server.features.statistics.chats import Chats
from sluice.server.features.statistics.wiring import StatisticsServices, make_statistics
from sluice.server.features.teams.service import Teams
from sluice.server.features.templates.approvals import Approvals
from sluice.server.features.templates.deleting import TemplateParts
from sluice.server.features.templates.deployments import Deployments
from sluice.server.features.templates.listing import TemplateListing
from sluice.server.features.templates.reading import TemplateReading
from sluice.server.features.templates.service import Templates
from sluice.server.features.testruns.cases_service import TestCases
from sluice.server.features.testruns.forgetting import Forgetting
from sluice.server.features.testruns.from_recordings import FromRecordings
from sluice.server.features.testruns.imports import Imports
from sluice.server.features.testruns.linking import RunIds
from sluice.server.features.testruns.playlists import Playlists
from sluice.server.features.testruns.running.wiring import (
    ServerRunParts,
    ServerRuns,
    make_server_runs,
)
from sluice.server.features.testruns.service import TestRuns
from sluice.server.features.testruns.suites import Suites
from sluice.server.features.testruns.wiring import (
    PlaylistParts,
    PlaylistServices,
    make_playlists,
)
from sluice.server.kit.batching import BatchedWriter
from sluice.server.kit.configuration import Counted, KeptConfiguration
from sluice.server.kit.database import Database
from sluice.server.kit.metrics import Metrics
from sluice.server.kit.periodic import Periodic
from sluice.server.providers.registry import Providers
from sluice.server.vault.service import Vault


@dataclass(frozen=True, slots=True)
class WorkbenchParts:
    """What the rest of the server has made already."""

    database: Database
    vault: Vault
    policies: Policies
    models: Models
    analyzer: Analyzer
    providers: Providers
    metrics: Metrics
    writer: BatchedWriter
    configuration: KeptConfiguration
    projects: Projects
    signing_in: SignInService
    teams: Teams
    conversations: Conversations
    cleansing: GatewayCleansing
    calls: Calls
    recorded_calls: RecordedCalls
    prices: Prices
    instance_limits: InstanceLimits
    refused: RefusedPaths
    detector_version: str
    call_retention_days: int | None
    """For how long the gateway's calls of no project are kept; None: for ever."""


@dataclass(frozen=True, slots=True)
class Workbench:
    """What endpoints need, and what runs beside them."""

    analyzer: Analyzer
    projects: Projects
    managed_projects: ManagedProjects
    project_teams: ProjectTeams
    project_deletion: ProjectDeletion
    linter: Linter
    cleansing: ProjectCleansing
    templates: Templates
    deployments: Deployments
    approvals: Approvals
    template_reading: TemplateReading
    template_listing: TemplateListing
    playlists: Playlists
    test_cases: TestCases
    forgetting: Forgetting
    imports: Imports
    from_recordings: FromRecordings
    test_runs: TestRuns
    server_runs: ServerRuns
    suites: Suites
    calls: CallsInProject
    search: SearchServices
    sessions: SessionServices
    statistics: StatisticsServices
    limits: ManagedLimits
    periodic: tuple[Periodic, ...] = field(default=())

    def start(self) -> None:
        """Begin what runs beside the requests."""
        for periodic in self.periodic:
            periodic.start()

    async def close(self) -> None:
        """End it; what is half done is done again at the next start."""
        await asyncio.gather(*(periodic.close() for periodic in self.periodic))
        await self.analyzer.close()


def make_workbench(parts: WorkbenchParts) -> Workbench:
    """Every service of the workbench."""
    projects = parts.projects
    linter = Linter(projects, parts.analyzer)
    cleansing = ProjectCleansing(projects, parts.cleansing)
    prompts = KeptConfiguration(parts.database, counted=Counted.PROMPTS)
    deployments = Deployments(parts.database, parts.vault, projects)
    lists = _playlists(parts, cleansing, linter)
    templates = Templates(parts.database, parts.vault, linter, deployments, prompts)
    sessions = _sessions(parts, cleansing, templates)
    calls = CallsInProject(parts.recorded_calls)
    search = _search(parts, cleansing, calls, sessions, lists)
    deletion = _deletion(parts, sessions, search, lists)
    clearing = Periodic("deleted projects", deletion.clear_some, every=60)
    statistics = _statistics(parts)
    server_runs = _server_runs(parts, cleansing, templates, sessions, lists)
    return Workbench(
        analyzer=parts.analyzer,
        projects=projects,
        managed_projects=ManagedProjects(parts.signing_in, parts.policies, parts.conversations),
        project_teams=ProjectTeams(parts.teams),
        project_deletion=deletion,
        linter=linter,
        cleansing=cleansing,
        templates=templates,
        deployments=deployments,
        approvals=Approvals(parts.database, parts.vault, deployments),
        template_reading=TemplateReading(parts.database, parts.vault, prompts),
        template_listing=TemplateListing(
            parts.database, parts.vault, TemplateNumbers(parts.database)
        ),
        playlists=lists.playlists,
        test_cases=lists.test_cases,
        forgetting=lists.forgetting,
        imports=lists.imports,
        from_recordings=FromRecordings(
            parts.database, sessions.shown, sessions.finding, templates, lists.test_cases
        ),
        test_runs=lists.test_runs,
        server_runs=server_runs,
        suites=lists.suites,
        calls=calls,
        search=search,
        sessions=sessions,
        statistics=statistics,
        limits=ManagedLimits(parts.instance_limits, parts.models, statistics.reading),
        periodic=(
            clearing,
            search.periodic,
            lists.periodic,
            server_runs.runner.periodic,
            sessions.periodic,
            statistics.periodic,
            parts.refused.periodic,
        ),
    )


def _deletion(
    parts: WorkbenchParts,
    sessions: SessionServices,
    search: SearchServices,
    lists: PlaylistServices,
) -> ProjectDeletion:
    return ProjectDeletion(
        parts.database,
        parts.signing_in,
        parts.conversations,
        parts.cleansing,
        # In this order: what refers to something else goes first.
        parts=(
            ProjectCalls(parts.conversations),
            sessions.sessions,
            search.saved_views,
            lists.playlists,
            TemplateParts(),
        ),
    )


def _statistics(parts: WorkbenchParts) -> StatisticsServices:
    sources = (EndedCalls(), Chats(parts.prices), EndedRecordings(parts.projects))
    return make_statistics(parts.database, sources, parts.models, parts.signing_in.users)


def _playlists(
    parts: WorkbenchParts, cleansing: ProjectCleansing, linter: Linter
) -> PlaylistServices:
    return make_playlists(
        PlaylistParts(
            database=parts.database,
            vault=parts.vault,
            conversations=parts.conversations,
            gateway_cleansing=parts.cleansing,
            cleansing=cleansing,
            linter=linter,
        )
    )


def _search(
    parts: WorkbenchParts,
    cleansing: ProjectCleansing,
    calls: CallsInProject,
    sessions: SessionServices,
    lists: PlaylistServices,
) -> SearchServices:
    return make_search(
        SearchParts(
            database=parts.database,
            vault=parts.vault,
            analyzer=parts.analyzer,
            projects=parts.projects,
            conversations=parts.conversations,
            gateway_cleansing=parts.cleansing,
            cleansing=cleansing,
            calls=calls,
            forgetting=lists.forgetting,
            sessions=sessions.sessions,
            playlists=lists.playlists,
            cases=lists.test_cases,
            call_retention_days=parts.call_retention_days,
        )
    )


def _server_runs(
    parts: WorkbenchParts,
    cleansing: ProjectCleansing,
    templates: Templates,
    sessions: SessionServices,
    lists: PlaylistServices,
) -> ServerRuns:
    return make_server_runs(
        ServerRunParts(
            database=parts.database,
            writer=parts.writer,
            vault=parts.vault,
            models=parts.models,
            policies=parts.policies,
            providers=parts.providers,
            prices=parts.prices,
            limits=parts.instance_limits,
            metrics=parts.metrics,
            conversations=parts.conversations,
            gateway_cleansing=parts.cleansing,
            projects=parts.projects,
            cleansing=cleansing,
            templates=templates,
            playlists=lists.playlists,
            test_runs=lists.test_runs,
            calls=parts.calls,
            detector_version=parts.detector_version,
            sessions=sessions,
            forgetting=lists.forgetting,
        )
    )


def _sessions(
    parts: WorkbenchParts, cleansing: ProjectCleansing, templates: Templates
) -> SessionServices:
    return make_sessions(
        SessionParts(
            database=parts.database,
            writer=parts.writer,
            vault=parts.vault,
            prices=parts.prices,
            analyzer=parts.analyzer,
            projects=parts.projects,
            conversations=parts.conversations,
            gateway_cleansing=parts.cleansing,
            cleansing=cleansing,
            versions=templates,
            runs=RunIds(parts.database),
            detector_version=parts.detector_version,
        )
    )
