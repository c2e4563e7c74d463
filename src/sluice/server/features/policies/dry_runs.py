"""What another policy would have done to the prompts that were sent last: counts, never text.

Prompts are opened portion by portion, in memory, and analysed one text after the other, so that
others go on in between. That it is done is an audit event, written before anything is opened.
"""

from __future__ import annotations

import heapq
import time
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

import anyio.lowlevel
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine import Action
from sluice.engine.errors import Problem
from sluice.server.analysis.analyzer import Analyzer
from sluice.server.analysis.detectors import Detectors
from sluice.server.auth.callers import Caller
from sluice.server.auth.roles import Permission
from sluice.server.errors import SluiceError, Unprocessable
from sluice.server.features.audit import service as audit
from sluice.server.features.policies.drafts import Drafts, detects_the_same
from sluice.server.features.policies.past_prompts import PastPrompt, PastPrompts
from sluice.server.features.policies.schemas import (
    DryRunIn,
    DryRunOut,
    DryRunProgress,
    TypeChange,
)
from sluice.server.features.policies.service import Policies, PolicyInForce
from sluice.server.kit.database import Database

PORTION: Final = 10
"""Prompts that are opened at once."""
SECONDS: Final = 30.0
"""After this time what was looked at until then is the result."""

Treated = Counter[tuple[str, Action]]
"""How many findings of an entity type met an action."""
Ref = tuple[datetime, int, int]
"""Of a prompt: when it was sent, who keeps it, and its id there."""
Place = tuple[int, int, int, str, Action]
"""Of a finding that is not let through: text, start, end, entity type, action."""


class InstanceUsing(Protocol):
    """A model instance, as far as its policy groups go."""

    id: int
    name: str
    policy_group_id: int


class Instances(Protocol):
    """Who knows the model instances."""

    async def admin_listing(self, session: AsyncSession, caller: Caller) -> Sequence[InstanceUsing]:
        """All of them."""
        ...


@dataclass(slots=True)
class _Tally:
    """What came of the prompts so far."""

    before: Treated = field(default_factory=Counter)
    after: Treated = field(default_factory=Counter)
    looked: int = 0
    judged: int = 0
    erased: int = 0
    failed: int = 0
    by_type_alone: int = 0
    newly_blocked: int = 0
    no_longer_blocked: int = 0
    changed: int = 0
    not_kept: int = 0


@dataclass(slots=True)
class _Judged:
    """One policy's treatment of a prompt."""

    treated: Treated = field(default_factory=Counter)
    places: set[Place] = field(default_factory=set)
    """Of what is not let through."""

    def add(self, kind: str, action: Action, place: tuple[int, int, int], count: int = 1) -> None:
        """Take a finding into account."""
        self.treated[kind, action] += count
        if action is not Action.ALLOW:
            self.places.add((*place, kind, action))

    @property
    def blocks(self) -> bool:
        """Whether the prompt would be refused."""
        return any(action is Action.BLOCK for _, action in self.treated)


class DryRuns:
    """The service of dry runs."""

    def __init__(
        self,
        database: Database,
        policies: Policies,
        drafts: Drafts,
        instances: Instances,
        sources: Sequence[PastPrompts],
        *,
        analysis_seconds: float,
        seconds: float = SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._policies = policies
        self._drafts = drafts
        self._instances = instances
        self._sources = sources
        self._analysis_seconds = analysis_seconds
        self._seconds = seconds
        self._clock = clock

    async def result(self, caller: Caller, group_id: int, body: DryRunIn) -> DryRunOut:
        """The result alone; raises as `run` does."""
        result: DryRunOut | None = None
        async with aclosing(self.run(caller, group_id, body)) as steps:
            async for told in steps:
                if isinstance(told, DryRunOut):
                    result = told
        if result is None:
            raise RuntimeError("a dry run ended without a result")
        return result

    async def run(
        self, caller: Caller, group_id: int, body: DryRunIn
    ) -> AsyncGenerator[DryRunProgress | DryRunOut, None]:
        """How far it has come after each portion, and at last the result.

        Raises `Unprocessable` for a policy that is none, `NotFound` for a group or a version.
        """
        caller.require(Permission.MANAGE_POLICIES)
        now, wanted = await self._versions(caller, group_id, body)
        asked = await self._asked(caller, group_id, body)
        judging = _Judging(now, wanted, self._analysis_seconds)
        tally, until = _Tally(), self._clock() + self._seconds
        since: datetime | None = None
        yield DryRunProgress(looked=0, prompts=len(asked))
        for some in _portions(asked):
            if self._clock() > until:
                break
            for prompt in await self._opened(some):
                await judging.judge(prompt, tally)
            tally.looked, since = tally.looked + len(some), some[-1][0]
            yield DryRunProgress(looked=tally.looked, prompts=len(asked))
        yield _told(tally, now.number, asked=len(asked), since=since)

    async def _versions(
        self, caller: Caller, group_id: int, body: DryRunIn
    ) -> tuple[PolicyInForce, PolicyInForce]:
        async with self._database.read() as session:
            now = await self._policies.in_force(session, group_id)
            wanted = body.policy
            if body.version is not None and wanted is None:
                wanted = await self._policies.document(session, caller, group_id, body.version)
            elif body.version is not None:
                wanted = None
        if wanted is None:
            problem = Problem("policy", "give exactly one of policy and version")
            raise Unprocessable("The dry run needs a policy.", errors=[problem])
        return now, await self._drafts.version(wanted)

    async def _asked(self, caller: Caller, group_id: int, body: DryRunIn) -> list[Ref]:
        """The newest prompts first; it is noted that they are opened."""
        async with self._database.write() as session:
            await audit.record(
                session,
                "policy.dry_run",
                actor_id=caller.actor_id,
                subject=f"policy_group:{group_id}",
                details={"prompts": body.prompts, "version": body.version or "draft"},
            )
        async with self._database.read() as session:
            listed = await self._instances.admin_listing(session, caller)
            ids = [one.id for one in listed if one.policy_group_id == group_id]
            found = [
                (ref.at, number, ref.id)
                for number, source in enumerate(self._sources)
                for ref in await source.newest(session, ids, body.prompts)
            ]
        return heapq.nlargest(body.prompts, found)

    async def _opened(self, some: Sequence[Ref]) -> list[PastPrompt]:
        of_source: dict[int, list[int]] = defaultdict(list)
        for _, number, prompt_id in some:
            of_source[number].append(prompt_id)
        async with self._database.read() as session:
            return [
                prompt
                for number, ids in of_source.items()
                for prompt in await self._sources[number].opened(session, ids)
            ]


class _Judging:
    """Compares two policies on prompts. What it remembers of texts is gone with it."""

    def __init__(self, now: PolicyInForce, wanted: PolicyInForce, seconds: float) -> None:
        self._now = now
        self._wanted = wanted
        self._analyzer = Analyzer(Detectors(kept=2), seconds=seconds)
        self._detects_the_same = detects_the_same(now.policy, wanted.policy)

    async def judge(self, prompt: PastPrompt, tally: _Tally) -> None:
        """Count what both policies do with a prompt."""
        if prompt.is_erased:
            tally.erased += 1
            return
        if prompt.blocked is not None:
            self._judge_blocked(prompt.blocked, tally)
            return
        try:
            before, after = await self._both(prompt)
        except SluiceError:
            # A detector that refuses a text now would refuse the prompt; nothing is counted.
            tally.failed += 1
            return
        _compare(before, after, tally)
        tally.not_kept += sum(prompt.not_kept.values())

    def _judge_blocked(self, blocked: Mapping[str, int], tally: _Tally) -> None:
        """Nothing of it was kept: its entity types alone say whether it would be refused."""
        tally.by_type_alone += 1
        policy = self._wanted.policy
        for kind, count in blocked.items():
            tally.before[kind, Action.BLOCK] += count
            tally.after[kind, policy.rule_for(kind).action] += count
        if all(policy.rule_for(kind).action is not Action.BLOCK for kind in blocked):
            tally.no_longer_blocked += 1
            tally.changed += 1

    async def _both(self, prompt: PastPrompt) -> tuple[_Judged, _Judged]:
        return await self._judged(prompt, self._now), await self._judged(prompt, self._wanted)

    async def _judged(self, prompt: PastPrompt, version: PolicyInForce) -> _Judged:
        # What finds the same is asked once: the analyzer knows the text then.
        detecting = self._now if self._detects_the_same else version
        policy, judged = version.policy, _Judged()
        for number, text in enumerate(prompt.texts):
            # Short texts are analysed in the event loop: others go on between them.
            await anyio.lowlevel.checkpoint()
            for finding in await self._analyzer.findings(text.text, detecting):
                if text.start < finding.end and finding.start < text.end:
                    action, place = policy.action_for(finding), (number, finding.start, finding.end)
                    judged.add(finding.entity_type, action, place)
        for kind, count in prompt.not_kept.items():
            judged.add(kind, policy.rule_for(kind).action, (-1, 0, 0), count)
        return judged


def _compare(before: _Judged, after: _Judged, tally: _Tally) -> None:
    tally.judged += 1
    tally.before += before.treated
    tally.after += after.treated
    tally.changed += before.places != after.places
    tally.newly_blocked += after.blocks and not before.blocks
    tally.no_longer_blocked += before.blocks and not after.blocks


def _portions(asked: Sequence[Ref]) -> Iterator[Sequence[Ref]]:
    for first in range(0, len(asked), PORTION):
        yield asked[first : first + PORTION]


def _told(tally: _Tally, against: int, *, asked: int, since: datetime | None) -> DryRunOut:
    kinds = sorted({kind for kind, _ in (*tally.before, *tally.after)})
    return DryRunOut(
        against_version=against,
        prompts=asked,
        looked=tally.looked,
        judged=tally.judged,
        judged_by_type_alone=tally.by_type_alone,
        not_judged=tally.erased + tally.failed,
        values_not_kept=tally.not_kept,
        newly_blocked=tally.newly_blocked,
        no_longer_blocked=tally.no_longer_blocked,
        changed=tally.changed,
        complete=tally.looked == asked,
        since=since,
        entity_types=[
            TypeChange(
                entity_type=kind,
                before=_of_kind(tally.before, kind),
                after=_of_kind(tally.after, kind),
            )
            for kind in kinds
        ],
    )


def _of_kind(treated: Treated, kind: str) -> dict[Action, int]:
    return {action: treated[kind, action] for action in Action if treated[kind, action]}
