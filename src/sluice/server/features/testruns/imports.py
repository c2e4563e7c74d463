"""Files of test cases, saved: all of a file, or with leave what is right in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial

import anyio.to_thread

from sluice.engine.errors import Problem
from sluice.server.auth.auth import Caller
from sluice.server.errors import Unprocessable
from sluice.server.features.projects.known import KnownProject, OnFindings
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.testruns.cases import CaseKind, CasePath
from sluice.server.features.testruns.cases_service import TestCases
from sluice.server.features.testruns.importing import (
    CasesFile,
    FileFormat,
    LineCase,
    LineProblem,
    read_file,
)
from sluice.server.features.testruns.playlists import KnownPlaylist
from sluice.server.features.testruns.saving import NewCase, SavedCase

MOST_TOLD = 1_000
"""Problems, or lines with findings, that are listed; all are counted."""


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """What is to be imported, and how."""

    data: bytes = field(repr=False)
    file_format: FileFormat
    kind: CaseKind | None = None
    """None: that of the cases that are there."""
    skip_invalid: bool = False
    """Save what is right, in place of nothing."""
    dry_run: bool = False
    """Save nothing."""


@dataclass(frozen=True, slots=True)
class LineFindings:
    """What was found in the case that begins on a line."""

    line: int
    findings: dict[str, int]
    """Counts by entity type."""


@dataclass(frozen=True, slots=True)
class Imported:
    """How far an import is, and at its end what came of it."""

    done: int
    of: int
    ended: bool = False
    skipped: list[LineProblem] = field(default_factory=list)
    lines: list[LineFindings] = field(default_factory=list)

    @property
    def findings(self) -> dict[str, int]:
        """Of all lines."""
        counts: Counter[str] = Counter()
        for line in self.lines:
            counts.update(line.findings)
        return dict(sorted(counts.items()))


class Imports:
    """The service of imports."""

    def __init__(self, cases: TestCases) -> None:
        self._cases = cases

    async def run(
        self, project: KnownProject, caller: Caller, playlist: KnownPlaylist, order: ImportOrder
    ) -> AsyncGenerator[Imported, None]:
        """Yields how far it is; the last says what came of it. Closed before, nothing is saved.

        Raises `Unprocessable` with every problem of the file and its line; and as `TestCases.add`.
        """
        project.require(ProjectRole.EDITOR)
        kind = await self._cases.kind(playlist, order.kind)
        read = partial(read_file, order.data, order.file_format, kind, raw_is_kept=project.keep_raw)
        file = await anyio.to_thread.run_sync(read)
        cases, problems = await self._fitting(project, file)
        if problems and not order.skip_invalid:
            raise _refusal(problems)
        total = len(cases)
        if order.dry_run or not cases:
            lines = await self._linted(project, cases)
            yield Imported(0, total, ended=True, skipped=problems, lines=lines)
            return
        new = [_new(case) for case in cases]
        async with aclosing(self._cases.adding(project, caller, playlist, new, kind)) as steps:
            async for step in steps:
                if not step.saved:
                    yield Imported(step.cleansed, total)
                    continue
                lines = _lines(cases, step.saved)
                yield Imported(total, total, ended=True, skipped=problems, lines=lines)

    async def _fitting(
        self, project: KnownProject, file: CasesFile
    ) -> tuple[list[LineCase], list[LineProblem]]:
        """The cases that may be saved, and what is wrong with others, by line."""
        if project.on_findings is not OnFindings.REFUSE:
            return file.cases, file.problems
        fitting: list[LineCase] = []
        problems = list(file.problems)
        for case in file.cases:
            lint = await self._cases.lint(project, _new(case))
            if not lint.findings:
                fitting.append(case)
            told = [finding.problem() for finding in lint.findings]
            problems += [_told(case.line, problem) for problem in told]
        return fitting, sorted(problems, key=lambda problem: problem.line)

    async def _linted(self, project: KnownProject, cases: Sequence[LineCase]) -> list[LineFindings]:
        found: list[LineFindings] = []
        for case in cases:
            counts = (await self._cases.lint(project, _new(case))).counts
            if counts:
                found.append(LineFindings(case.line, counts))
        return found


def _new(case: LineCase) -> NewCase:
    return NewCase(case.content, CasePath(f"line {case.line}: "))


def _told(line: int, problem: Problem) -> LineProblem:
    path = problem.path.removeprefix(f"line {line}: ")
    return LineProblem(line, f"{path}: {problem.message}")


def _lines(cases: Sequence[LineCase], saved: Sequence[SavedCase]) -> list[LineFindings]:
    found = zip(cases, saved, strict=True)
    return [LineFindings(case.line, one.findings) for case, one in found if one.findings]


def _refusal(problems: Sequence[LineProblem]) -> Unprocessable:
    told = [Problem(f"line {p.line}", p.message) for p in problems[:MOST_TOLD]]
    return Unprocessable(
        f"{len(problems)} problem(s) in the file; nothing was saved.",
        code="invalid_file",
        errors=told,
    )
