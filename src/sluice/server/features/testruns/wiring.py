"""The services of playlists, test cases, test suites and test runs, each given what it needs."""

from __future__ import annotations

from dataclasses import dataclass

from sluice.server.features.projects.cleansing import ProjectCleansing
from sluice.server.features.projects.linting import Linter
from sluice.server.features.proxy.cleansing.service import GatewayCleansing
from sluice.server.features.proxy.conversations.service import Conversations
from sluice.server.features.testruns.cases_service import TestCases
from sluice.server.features.testruns.forgetting import EVERY, Forgetting
from sluice.server.features.testruns.imports import Imports
from sluice.server.features.testruns.playlists import Playlists
from sluice.server.features.testruns.service import TestRuns
from sluice.server.features.testruns.suites import Suites
from sluice.server.kit.database import Database
from sluice.server.kit.periodic import Periodic
from sluice.server.vault.service import Vault


@dataclass(frozen=True, slots=True)
class PlaylistParts:
    """What the rest of the server has made already."""

    database: Database
    vault: Vault
    conversations: Conversations
    gateway_cleansing: GatewayCleansing
    cleansing: ProjectCleansing
    linter: Linter


@dataclass(frozen=True, slots=True)
class PlaylistServices:
    """What endpoints and other features need of playlists and what goes over them."""

    playlists: Playlists
    test_cases: TestCases
    imports: Imports
    suites: Suites
    test_runs: TestRuns
    forgetting: Forgetting
    periodic: Periodic
    """Erases what savings left behind, as long as it is started."""


def make_playlists(parts: PlaylistParts) -> PlaylistServices:
    """Every service of playlists."""
    database, vault, conversations = parts.database, parts.vault, parts.conversations
    playlists = Playlists(database, vault)
    forgetting = Forgetting(database, conversations, parts.gateway_cleansing)
    cases = TestCases(database, conversations, parts.cleansing, parts.linter, forgetting)
    return PlaylistServices(
        playlists=playlists,
        test_cases=cases,
        imports=Imports(cases),
        suites=Suites(database, vault, conversations, parts.cleansing, playlists, forgetting),
        test_runs=TestRuns(database, vault, conversations, parts.cleansing),
        forgetting=forgetting,
        periodic=Periodic("abandoned savings", forgetting.abandoned, every=EVERY),
    )
