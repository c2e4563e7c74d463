"""The services that try policies and compare their versions, each given what it needs."""

from __future__ import annotations

from dataclasses import dataclass

from sluice.server.auth.users import UserService
from sluice.server.features.policies.drafts import Drafts
from sluice.server.features.policies.dry_runs import DryRuns
from sluice.server.features.policies.files import PolicyFiles
from sluice.server.features.policies.history import PolicyHistory
from sluice.server.features.policies.past_prompts import PastPrompts
from sluice.server.features.policies.terms import PolicyTerms
from sluice.server.features.proxy.calls.past_prompts import CallPrompts
from sluice.server.features.proxy.wires.served import WIRES
from sluice.server.features.proxy.wiring import GatewayParts, GatewayServices
from sluice.server.features.threads.past_prompts import ThreadPrompts


@dataclass(frozen=True, slots=True)
class PolicyTrials:
    """What endpoints and pages need beside the policy groups themselves."""

    history: PolicyHistory
    drafts: Drafts
    dry_runs: DryRuns
    files: PolicyFiles
    terms: PolicyTerms


def make_policy_trials(
    given: GatewayParts, made: GatewayServices, users: UserService, analysis_seconds: float
) -> PolicyTrials:
    """Every one of them."""
    drafts = Drafts(seconds=analysis_seconds)
    wires = {make().name: make for make in WIRES.values()}
    sources: list[PastPrompts] = [
        ThreadPrompts(given.vault),
        CallPrompts(given.vault, made.conversations, wires),
    ]
    return PolicyTrials(
        history=PolicyHistory(given.database, given.policies, users),
        drafts=drafts,
        dry_runs=DryRuns(
            given.database,
            given.policies,
            drafts,
            given.models,
            sources,
            analysis_seconds=analysis_seconds,
        ),
        files=PolicyFiles(given.database, given.policies),
        terms=PolicyTerms(given.database, given.policies),
    )
