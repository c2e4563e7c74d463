"""The services of sessions, each given what it needs."""

from __future__ import annotations

from dataclasses import dataclass

from sluice.server.features.projects.cleansing import ProjectCleansing
from sluice.server.features.projects.service import Projects
from sluice.server.features.proxy.calls.prices import Prices
from sluice.server.features.proxy.cleansing.analyzing import Analyzes
from sluice.server.features.proxy.cleansing.service import GatewayCleansing
from sluice.server.features.proxy.conversations.service import Conversations
from sluice.server.features.sessions.counting import EVERY, Counting
from sluice.server.features.sessions.finding import Finding
from sluice.server.features.sessions.linking import KnowsRuns, KnowsVersions, Linking
from sluice.server.features.sessions.recording import Recordings
from sluice.server.features.sessions.service import Sessions
from sluice.server.features.sessions.showing import ShownSessions
from sluice.server.features.sessions.tracing import Traces
from sluice.server.features.sessions.updating import Updates
from sluice.server.features.sessions.writing import SessionRows, SessionWriting
from sluice.server.kit.batching import BatchedWriter
from sluice.server.kit.database import Database
from sluice.server.kit.periodic import Periodic
from sluice.server.vault.service import Vault


@dataclass(frozen=True, slots=True)
class SessionParts:
    """What the rest of the server has made already."""

    database: Database
    writer: BatchedWriter
    vault: Vault
    prices: Prices
    analyzer: Analyzes
    projects: Projects
    conversations: Conversations
    gateway_cleansing: GatewayCleansing
    cleansing: ProjectCleansing
    versions: KnowsVersions
    runs: KnowsRuns
    detector_version: str


@dataclass(frozen=True, slots=True)
class SessionServices:
    """What endpoints and other features need of sessions."""

    sessions: Sessions
    recordings: Recordings
    updates: Updates
    traces: Traces
    linking: Linking
    finding: Finding
    shown: ShownSessions
    counting: Counting
    periodic: Periodic
    """Counts, as long as it is started."""


def make_sessions(parts: SessionParts) -> SessionServices:
    """Every service of sessions."""
    database, projects, rows = parts.database, parts.projects, SessionRows()
    finding = Finding(database)
    writing = SessionWriting(projects, parts.conversations, parts.cleansing, rows)
    sessions = Sessions(
        database, parts.writer, parts.conversations, parts.gateway_cleansing, finding, rows
    )
    counting = Counting(database, parts.writer, parts.prices)
    periodic = Periodic("counting recordings", counting.work, every=EVERY)
    version = parts.detector_version
    return SessionServices(
        sessions=sessions,
        recordings=Recordings(writing, version, periodic.wake),
        updates=Updates(finding, writing, periodic.wake),
        traces=Traces(finding, writing, version),
        linking=Linking(projects, sessions, parts.versions, parts.runs),
        finding=finding,
        shown=ShownSessions(database, parts.vault, projects, parts.conversations, parts.analyzer),
        counting=counting,
        periodic=periodic,
    )
