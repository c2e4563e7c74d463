"""The services of the gateway, each given what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sluice.server.analysis.analyzer import Analyzer
from sluice.server.analysis.detectors import Detectors
from sluice.server.features.limits.service import InstanceLimits
from sluice.server.features.models.service import Models
from sluice.server.features.policies.service import Policies
from sluice.server.features.proxy.answers.answering import Answering
from sluice.server.features.proxy.answers.scanning import AnswerScanning
from sluice.server.features.proxy.asking import Asking
from sluice.server.features.proxy.calls.prices import Prices
from sluice.server.features.proxy.calls.reading import RecordedCalls
from sluice.server.features.proxy.calls.recording import Calls
from sluice.server.features.proxy.calls.records import Records
from sluice.server.features.proxy.calls.refused import RefusedPaths
from sluice.server.features.proxy.cleansing.service import GatewayCleansing
from sluice.server.features.proxy.conversations.service import Conversations
from sluice.server.features.proxy.gateway import Gateway
from sluice.server.features.proxy.in_projects import Joining, ProjectSpaces
from sluice.server.features.proxy.known_callers import KnownCallers
from sluice.server.features.proxy.limits.key_settings import KeySettingsService
from sluice.server.kit.batching import BatchedWriter
from sluice.server.kit.configuration import KeptConfiguration
from sluice.server.kit.database import Database
from sluice.server.kit.metrics import Metrics
from sluice.server.providers.native import Native
from sluice.server.providers.registry import Providers
from sluice.server.vault.service import Vault


@dataclass(frozen=True, slots=True)
class GatewayParts:
    """What the rest of the server has made already."""

    database: Database
    vault: Vault
    policies: Policies
    models: Models
    detectors: Detectors
    analyzer: Analyzer
    providers: Providers
    native: Native
    metrics: Metrics
    configuration: KeptConfiguration
    projects: ProjectSpaces
    detector_version: str


@dataclass(frozen=True, slots=True)
class GatewayServices:
    """What endpoints and the application's lifespan need of the gateway."""

    writer: BatchedWriter
    callers: KnownCallers
    gateway: Gateway
    answering: Answering
    calls: Calls
    records: Records
    conversations: Conversations
    cleansing: GatewayCleansing
    prices: Prices
    limits: InstanceLimits


def make_gateway(
    parts: GatewayParts, *, prices_file: Path | None, longest_call: timedelta
) -> GatewayServices:
    """Every service of the gateway. Raises `PricesError` for a file that is no table of prices."""
    database, writer = parts.database, BatchedWriter(parts.database)
    key_settings = KeySettingsService(longest=longest_call)
    prices = Prices(prices_file)
    limits = InstanceLimits(prices.cost, longest=longest_call)
    refused = RefusedPaths(writer)
    calls = Calls(writer, prices, key_settings, limits)
    conversations = Conversations(database, writer, parts.vault)
    asking = Asking(parts.providers, parts.native)
    configuration = parts.configuration
    cleansing = GatewayCleansing(database, writer, conversations, parts.analyzer)
    gateway = Gateway(
        database=database,
        configuration=configuration,
        writer=writer,
        models=parts.models,
        policies=parts.policies,
        scanning=AnswerScanning(parts.policies, parts.detectors),
        joining=Joining(conversations, parts.projects),
        cleansing=cleansing,
        calls=calls,
        key_settings=key_settings,
        limits=limits,
        refused=refused,
        asking=asking,
        metrics=parts.metrics,
        detector_version=parts.detector_version,
    )
    reading = RecordedCalls(parts.vault, parts.models, conversations)
    records = Records(database, reading, key_settings, refused)
    answering = Answering(asking, calls, writer, parts.metrics)
    callers = KnownCallers(configuration)
    return GatewayServices(
        writer=writer,
        callers=callers,
        gateway=gateway,
        answering=answering,
        calls=calls,
        records=records,
        conversations=conversations,
        cleansing=cleansing,
        prices=prices,
        limits=limits,
    )
