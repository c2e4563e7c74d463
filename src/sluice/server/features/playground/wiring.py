"""The services of the playground, each given what it needs."""

from __future__ import annotations

from dataclasses import dataclass

from sluice.server.analysis.analyzer import Analyzer
from sluice.server.features.models.service import Models
from sluice.server.features.playground.in_projects import ProjectRuns
from sluice.server.features.playground.in_threads import ThreadRuns
from sluice.server.features.playground.service import Playground
from sluice.server.features.policies.service import Policies
from sluice.server.features.prompts.answer import Answers
from sluice.server.features.prompts.preview import Previews
from sluice.server.features.prompts.service import Prompts
from sluice.server.features.proxy.answers.answering import Answering
from sluice.server.features.proxy.calls.prices import Prices
from sluice.server.features.proxy.gateway import Gateway
from sluice.server.features.templates.service import Templates
from sluice.server.features.threads.service import Threads
from sluice.server.kit.database import Database
from sluice.server.vault.service import Vault


@dataclass(frozen=True, slots=True)
class PlaygroundParts:
    """What is there already."""

    database: Database
    vault: Vault
    policies: Policies
    models: Models
    threads: Threads
    analyzer: Analyzer
    prompts: Prompts
    answers: Answers
    gateway: Gateway
    answering: Answering
    templates: Templates
    prices: Prices


def make_playground(parts: PlaygroundParts) -> Playground:
    """Every service."""
    database, models, prices = parts.database, parts.models, parts.prices
    return Playground(
        previews=Previews(
            database, parts.vault, parts.policies, models, parts.threads, parts.analyzer
        ),
        threads=ThreadRuns(database, models, parts.prompts, parts.answers, prices),
        projects=ProjectRuns(
            database, models, parts.templates, parts.gateway, parts.answering, prices
        ),
    )
