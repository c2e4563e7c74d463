"""What `create_app` wired together, as endpoints reach it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from sluice.server.auth.auth import Auth
from sluice.server.auth.browser_sign_in import BrowserSignIn
from sluice.server.features.audit.log import AuditLog
from sluice.server.features.firststeps.service import FirstSteps
from sluice.server.features.models.service import Models
from sluice.server.features.playground.service import Playground
from sluice.server.features.policies.service import Policies
from sluice.server.features.prompts.answer import Answers
from sluice.server.features.prompts.service import Prompts
from sluice.server.features.proxy.answers.answering import Answering
from sluice.server.features.proxy.calls.recording import Calls
from sluice.server.features.proxy.calls.records import Records
from sluice.server.features.proxy.gateway import Gateway
from sluice.server.features.proxy.known_callers import KnownCallers
from sluice.server.features.teams.service import Teams
from sluice.server.features.threads.overseeing import OverseenThreads
from sluice.server.features.threads.service import Threads
from sluice.server.kit.batching import BatchedWriter
from sluice.server.kit.database import Database
from sluice.server.kit.metrics import Metrics
from sluice.server.policy_wiring import PolicyTrials
from sluice.server.providers.registry import Providers
from sluice.server.vault.service import Vault
from sluice.server.workbench import Workbench


@dataclass(frozen=True, slots=True)
class Services:
    """Every service of one application."""

    database: Database
    auth: Auth
    browser_sign_in: BrowserSignIn
    vault: Vault
    audit: AuditLog
    policies: Policies
    policy_trials: PolicyTrials
    models: Models
    teams: Teams
    threads: Threads
    overseen_threads: OverseenThreads
    prompts: Prompts
    answers: Answers
    providers: Providers
    metrics: Metrics
    writer: BatchedWriter
    callers: KnownCallers
    gateway: Gateway
    answering: Answering
    calls: Calls
    records: Records
    workbench: Workbench
    playground: Playground

    @property
    def first_steps(self) -> FirstSteps:
        """How far who sets the server up has come."""
        statistics = self.workbench.statistics.reading
        return FirstSteps(self.database, self.models, self.auth.service.users, statistics)


def services_of(request: Request) -> Services:
    """The services of the application that answers this request."""
    services: Services = request.app.state.services
    return services


async def _services(request: Request) -> Services:
    # What is not asynchronous would be asked in a thread, at every request.
    return services_of(request)


ServicesDep = Annotated[Services, Depends(_services)]
