"""Playlists, test cases and imports on our own wire."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, JsonValue, StringConstraints

from sluice.server.features.projects.linting import Lint, LintOut
from sluice.server.features.testruns.cases import (
    CaseContent,
    CaseKind,
    Inputs,
    KnownCase,
    Media,
    Message,
)
from sluice.server.features.testruns.imports import MOST_TOLD, Imported
from sluice.server.features.testruns.playlists import KnownPlaylist
from sluice.server.features.testruns.saving import SavedCase
from sluice.server.kit.wire import NoNul, StrictModel, WireModel, WireTime

AT_ONCE = 1_000
"""Cases of one request; more come as a file."""

PlaylistName = Annotated[
    str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True), NoNul
]

Uid = Annotated[str, Field(max_length=64), NoNul]


class PlaylistIn(StrictModel):
    """A playlist's name; it stands unsealed, so it must not say anything of anybody."""

    name: PlaylistName


class PlaylistOut(WireModel):
    """A playlist."""

    id: str
    name: str
    test_cases: int
    """How many."""
    created_at: WireTime
    updated_at: WireTime

    @classmethod
    def of(cls, playlist: KnownPlaylist) -> Self:
        """From the service's."""
        return cls(
            id=playlist.uid,
            name=playlist.name,
            test_cases=playlist.cases,
            created_at=playlist.created_at,
            updated_at=playlist.updated_at,
        )


class NamedPlaylistOut(PlaylistOut):
    """A playlist whose name was just given, and what was found in the name."""

    lint: LintOut


class TestCasesIn(StrictModel):
    """Test cases to be added, all or none."""

    __test__ = False

    test_cases: Annotated[list[CaseContent], Field(min_length=1, max_length=AT_ONCE)]
    kind: CaseKind | None = None
    """Of all cases of the playlist; counts where it is empty."""


class TestCaseIn(CaseContent):
    """Another content for a test case."""

    __test__ = False


class TestCaseOut(WireModel):
    """A test case; its texts hold the project's placeholders."""

    __test__ = False

    id: str
    kind: CaseKind
    inputs: Inputs
    output: str | None
    output_message: Message | None
    history: list[Message] | None
    metadata: dict[str, JsonValue] | None
    media_inputs: dict[str, Media] | None
    findings: dict[str, int]
    """What was found in it when it was saved: counts by entity type."""
    recording_id: str | None
    created_at: WireTime | None

    @classmethod
    def of(cls, case: KnownCase) -> Self:
        """From the service's."""
        content = case.content
        return cls(
            id=case.uid,
            kind=case.kind,
            inputs=content.inputs,
            output=content.output,
            output_message=content.output_message,
            history=content.history,
            metadata=content.metadata,
            media_inputs=content.media_inputs,
            findings=dict(case.findings),
            recording_id=case.recording_uid,
            created_at=case.created_at,
        )


class SavedCaseOut(WireModel):
    """A case that was saved, and how often which entity type was found in it."""

    id: str
    findings: dict[str, int]


class SavedCasesOut(WireModel):
    """Cases that were saved, and where something was found in them."""

    test_cases: list[SavedCaseOut]
    lint: LintOut

    @classmethod
    def of(cls, saved: list[SavedCase]) -> Self:
        """From the service's."""
        found = tuple(finding for one in saved for finding in one.lint.findings)
        cases = [SavedCaseOut(id=one.uid, findings=one.findings) for one in saved]
        return cls(test_cases=cases, lint=LintOut.of(Lint(found)))


class FromRecordingsIn(StrictModel):
    """Recordings that become test cases: those that are named, and all of the sessions."""

    recordings: Annotated[list[Uid], Field(max_length=AT_ONCE)] = Field(default_factory=list)
    sessions: Annotated[list[Uid], Field(max_length=AT_ONCE)] = Field(default_factory=list)


class LineOut(WireModel):
    """A line of the file that was left out, and why."""

    line: int
    message: str


class LineFindingsOut(WireModel):
    """How often which entity type was found in the case that begins on a line."""

    line: int
    findings: dict[str, int]


class ImportOut(WireModel):
    """What came of an import."""

    saved: int
    """Cases; with `dryRun` those that would be."""
    skipped: int
    """Lines that were left out."""
    problems: list[LineOut]
    """Of these lines; at most 1,000."""
    findings: dict[str, int]
    """What was found in what was saved: counts by entity type."""
    lines: list[LineFindingsOut]
    """The same by line; at most 1,000."""

    @classmethod
    def of(cls, imported: Imported) -> Self:
        """From the service's last word."""
        lines = imported.lines[:MOST_TOLD]
        return cls(
            saved=imported.of,
            skipped=len({problem.line for problem in imported.skipped}),
            problems=[LineOut.model_validate(p) for p in imported.skipped[:MOST_TOLD]],
            findings=imported.findings,
            lines=[LineFindingsOut.model_validate(line) for line in lines],
        )
