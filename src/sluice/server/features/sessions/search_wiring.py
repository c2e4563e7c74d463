"""Searching, exporting, erasing, and deleting by age: each service given what it needs."""

from __future__ import annotations

from dataclasses import dataclass

from sluice.server.analysis.analyzer import Analyzer
from sluice.server.features.projects.cleansing import ProjectCleansing
from sluice.server.features.projects.service import Projects
from sluice.server.features.proxy.calls.expiring import ExpiringCalls
from sluice.server.features.proxy.calls.in_project import CallsInProject
from sluice.server.features.proxy.cleansing.service import GatewayCleansing
from sluice.server.features.proxy.conversations.service import Conversations
from sluice.server.features.sessions.erasing import Erasures
from sluice.server.features.sessions.export_rows import ExportRows
from sluice.server.features.sessions.retention import EVERY, Retention
from sluice.server.features.sessions.retention_repository import of_sessions
from sluice.server.features.sessions.search.service import Searching
from sluice.server.features.sessions.search.typed_values import TypedValues
from sluice.server.features.sessions.service import Sessions
from sluice.server.features.sessions.uses import PlaceholderUses
from sluice.server.features.sessions.views.service import SavedViews
from sluice.server.features.templates.holding import TemplateHolding
from sluice.server.features.testruns.cases_service import TestCases
from sluice.server.features.testruns.forgetting import Forgetting
from sluice.server.features.testruns.playlists import Playlists
from sluice.server.features.testruns.running.erasing import ErasingResults
from sluice.server.kit.database import Database
from sluice.server.kit.periodic import Periodic
from sluice.server.vault.service import Vault


@dataclass(frozen=True, slots=True)
class SearchParts:
    """What the rest of the server has made already."""

    database: Database
    vault: Vault
    analyzer: Analyzer
    projects: Projects
    conversations: Conversations
    gateway_cleansing: GatewayCleansing
    cleansing: ProjectCleansing
    calls: CallsInProject
    forgetting: Forgetting
    sessions: Sessions
    playlists: Playlists
    cases: TestCases
    call_retention_days: int | None
    """For how long calls of no project are kept; None: for ever."""


@dataclass(frozen=True, slots=True)
class SearchServices:
    """What endpoints need of what was recorded."""

    searching: Searching
    erasures: Erasures
    export_rows: ExportRows
    saved_views: SavedViews
    uses: PlaceholderUses
    retention: Retention
    periodic: Periodic
    """Deletes sessions and calls by age, as long as it is started."""


def make_search(parts: SearchParts) -> SearchServices:
    """Every service that goes through what was recorded."""
    database, vault = parts.database, parts.vault
    typed = TypedValues(database, parts.projects, parts.analyzer, parts.conversations)
    searching = Searching(database, vault, typed)
    calls = ExpiringCalls(database, parts.conversations, parts.gateway_cleansing, of_sessions)
    days = parts.call_retention_days
    retention = Retention(database, parts.projects, parts.sessions, calls, days)
    return SearchServices(
        searching=searching,
        erasures=Erasures(
            database,
            vault,
            parts.conversations,
            parts.gateway_cleansing,
            parts.playlists,
            parts.cases,
            ErasingResults(database, vault),
            TemplateHolding(database, vault),
        ),
        export_rows=ExportRows(database, vault, searching),
        saved_views=SavedViews(
            database, vault, parts.conversations, parts.cleansing, typed, parts.forgetting
        ),
        uses=PlaceholderUses(database, parts.calls, parts.playlists),
        retention=retention,
        periodic=Periodic("sessions and calls by age", retention.work, every=EVERY),
    )
