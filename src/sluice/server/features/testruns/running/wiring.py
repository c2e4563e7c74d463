"""The services of test runs that the server makes, each given what it needs."""

from __future__ import annotations

from dataclasses import dataclass

from sluice.server.features.limits.service import InstanceLimits
from sluice.server.features.models.service import Models
from sluice.server.features.policies.service import Policies
from sluice.server.features.projects.cleansing import ProjectCleansing
from sluice.server.features.projects.service import Projects
from sluice.server.features.proxy.calls.prices import Prices
from sluice.server.features.proxy.calls.recording import Calls
from sluice.server.features.proxy.cleansing.service import GatewayCleansing
from sluice.server.features.proxy.conversations.service import Conversations
from sluice.server.features.sessions.run_recordings import RunRecordings
from sluice.server.features.sessions.wiring import SessionServices
from sluice.server.features.templates.service import Templates
from sluice.server.features.testruns.comparing.service import Comparing
from sluice.server.features.testruns.forgetting import Forgetting
from sluice.server.features.testruns.playlists import Playlists
from sluice.server.features.testruns.running import calling, executing
from sluice.server.features.testruns.running.calling import ModelCalls
from sluice.server.features.testruns.running.deleting import RunDeletion
from sluice.server.features.testruns.running.evaluating import Evaluations
from sluice.server.features.testruns.running.executing import Tools
from sluice.server.features.testruns.running.of_sdk import SdkResults
from sluice.server.features.testruns.running.planning import Planning
from sluice.server.features.testruns.running.reading import RunReading
from sluice.server.features.testruns.running.recording import RunRecorder
from sluice.server.features.testruns.running.runner import Runner
from sluice.server.features.testruns.running.spending import Spending
from sluice.server.features.testruns.running.starting import Starting
from sluice.server.features.testruns.service import TestRuns
from sluice.server.kit.batching import BatchedWriter
from sluice.server.kit.database import Database
from sluice.server.kit.metrics import Metrics
from sluice.server.providers.registry import Providers
from sluice.server.vault.service import Vault


@dataclass(frozen=True, slots=True)
class ServerRunParts:
    """What is there already."""

    database: Database
    writer: BatchedWriter
    vault: Vault
    models: Models
    policies: Policies
    providers: Providers
    prices: Prices
    limits: InstanceLimits
    metrics: Metrics
    conversations: Conversations
    gateway_cleansing: GatewayCleansing
    projects: Projects
    cleansing: ProjectCleansing
    templates: Templates
    playlists: Playlists
    test_runs: TestRuns
    calls: Calls
    detector_version: str
    sessions: SessionServices
    forgetting: Forgetting


@dataclass(frozen=True, slots=True)
class ServerRuns:
    """What endpoints and other features need of test runs that the server makes."""

    starting: Starting
    reading: RunReading
    comparing: Comparing
    deletion: RunDeletion
    runner: Runner


def make_server_runs(parts: ServerRunParts) -> ServerRuns:
    """Every service; `runner.periodic` is to be started with the server."""
    calls = ModelCalls(
        database=parts.database,
        models=parts.models,
        policies=parts.policies,
        cleansing=parts.cleansing,
        gateway_cleansing=parts.gateway_cleansing,
        providers=parts.providers,
        prices=parts.prices,
        metrics=parts.metrics,
        spending=Spending(parts.calls, parts.limits, parts.writer, parts.detector_version),
        patience=calling.PATIENCE,
    )
    planning = Planning(
        database=parts.database,
        vault=parts.vault,
        projects=parts.projects,
        conversations=parts.conversations,
        templates=parts.templates,
        calls=calls,
    )
    tools = Tools(
        database=parts.database,
        writer=parts.writer,
        calls=calls,
        evaluations=Evaluations(),
        recorder=RunRecorder(parts.sessions.recordings),
        recorded=parts.sessions.shown,
        lease_seconds=executing.LEASE_SECONDS,
    )
    runner = Runner(tools, planning)
    of_sdk = SdkResults(parts.database, parts.vault, RunRecordings(parts.database, parts.vault))
    reading = RunReading(parts.database, parts.vault, parts.test_runs, of_sdk)
    starting = Starting(
        database=parts.database,
        conversations=parts.conversations,
        cleansing=parts.cleansing,
        playlists=parts.playlists,
        templates=parts.templates,
        test_runs=parts.test_runs,
        calls=calls,
        planning=planning,
        runner=runner,
    )
    deletion = RunDeletion(parts.database, parts.sessions.sessions, parts.forgetting, runner)
    return ServerRuns(starting, reading, Comparing(reading), deletion, runner)
