"""What the policy of a project finds in a template or a test case when it is saved.

    lint = await linter.lint(project, [("messages[0].content", text)])
    lint.refuse_if(project.on_findings)
    return LintOut.of(lint)

A lint says where something was found and what it is, never what stands there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Self

import anyio.lowlevel

from sluice.engine import Action, Finding, RawText
from sluice.engine.errors import Problem
from sluice.server.analysis.analyzer import Analyzer
from sluice.server.analysis.beside import beside
from sluice.server.errors import Unprocessable
from sluice.server.features.policies.service import PolicyInForce
from sluice.server.features.projects.known import KnownProject, OnFindings
from sluice.server.features.projects.service import Projects
from sluice.server.features.proxy.cleansing.cleansed_texts import without_quoted
from sluice.server.features.proxy.cleansing.labelled import labelled, telling
from sluice.server.features.proxy.cleansing.request_texts import known_types
from sluice.server.features.proxy.conversations.quoting import places
from sluice.server.features.proxy.wires.reading import Reading
from sluice.server.kit.wire import WireModel

MOST_TOLD: Final = 1_000
"""Findings that a refusal lists; the message counts them all."""


@dataclass(frozen=True, slots=True)
class LintFinding:
    """One place where a text holds what the policy would not let through as it is."""

    path: str
    entity_type: str
    start: int
    """In code points, like `end`, which is exclusive."""
    end: int
    score: float
    detector: str
    action: Action
    """What the policy does with it: everything but `allow`."""

    def problem(self) -> Problem:
        """For an error: the type and the place, never the text."""
        where = f"code points {self.start} to {self.end}"
        return Problem(self.path, f"holds {self.entity_type} at {where}")


@dataclass(frozen=True, slots=True)
class Lint:
    """What was found in some texts, in their order."""

    findings: tuple[LintFinding, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How often which entity type was found, by its name."""
        return dict(sorted(Counter(f.entity_type for f in self.findings).items()))

    def refuse_if(self, on_findings: OnFindings) -> None:
        """Raise `Unprocessable`, with every finding, where the project wants none."""
        if on_findings is not OnFindings.REFUSE or not self.findings:
            return
        told = [finding.problem() for finding in self.findings[:MOST_TOLD]]
        raise Unprocessable(
            f"{len(self.findings)} finding(s): this project saves nothing that holds somebody's "
            "data; put variables or invented values in these places.",
            code="findings_refused",
            errors=told,
        )


class LintFindingOut(WireModel):
    """A finding as our own API answers with it."""

    path: str
    entity_type: str
    start: int
    end: int
    score: float
    detector: str
    action: Action


class LintOut(WireModel):
    """A lint as our own API answers with it: every finding, and counts by entity type."""

    findings: list[LintFindingOut]
    counts: dict[str, int]

    @classmethod
    def of(cls, lint: Lint) -> Self:
        """From what the linter gave."""
        found = [LintFindingOut.model_validate(finding) for finding in lint.findings]
        return cls(findings=found, counts=lint.counts)


class Linter:
    """Looks through texts under the policy of a project; keeps nothing."""

    def __init__(self, projects: Projects, analyzer: Analyzer) -> None:
        self._projects = projects
        self._analyzer = analyzer

    async def lint(self, project: KnownProject, texts: Sequence[tuple[str, str]]) -> Lint:
        """What is found in texts, which are given with their paths.

        Placeholders in them are none. Raises `Unprocessable` for a text that has no UTF-8 form,
        `Unavailable` where a detector fails: such a text must not be saved.
        """
        return await self._lint(project, [(path, text, "") for path, text in texts])

    async def lint_reading(self, project: KnownProject, reading: Reading) -> Lint:
        """The same for a document of which a `Reading` was made: names of fields count too."""
        given = [(leaf.path, leaf.text, telling(leaf.label, leaf.text)) for leaf in reading.leaves]
        return await self._lint(project, given)

    async def _lint(self, project: KnownProject, given: Iterable[tuple[str, str, str]]) -> Lint:
        policy = await self._projects.policy(project)
        found: list[LintFinding] = []
        for path, text, label in given:
            # Short texts are analysed in the event loop: others go on between them.
            await anyio.lowlevel.checkpoint()
            findings = await self._found(policy, path, text, label)
            found += _treated(policy, path, findings)
        return Lint(tuple(found))

    async def _found(
        self, policy: PolicyInForce, path: str, text: str, label: str
    ) -> list[Finding]:
        read, message = labelled(label, text) if label else None, ""
        try:
            analyzed = RawText(text if read is None else read.text)
            findings = await self._analyzer.findings(analyzed, policy)
        except Unprocessable as error:
            message = str(error)
        if message:
            # Outside of the handler, so that nothing of the text stands behind it.
            raise Unprocessable(message, errors=[Problem(path, message)])
        if read is not None:
            findings = list(read.findings(findings))
        types = known_types(policy.policy, ())
        where = await beside(len(text), lambda: list(places(text, types)))
        return without_quoted(findings, where)


def _treated(
    policy: PolicyInForce, path: str, findings: Iterable[Finding]
) -> Iterator[LintFinding]:
    for finding in findings:
        action = policy.policy.action_for(finding)
        if action is not Action.ALLOW:
            yield LintFinding(
                path=path,
                entity_type=finding.entity_type,
                start=finding.start,
                end=finding.end,
                score=finding.score,
                detector=finding.detector,
                action=action,
            )
