"""A possible finding on its way through the pipeline, and how it stands among others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from sluice.engine.errors import DetectorFailed, EngineError
from sluice.engine.patterns import Pattern, Precedence
from sluice.engine.types import Finding

LEAST: Final = 0.25
"""Findings that score less are dropped."""
LIKELY: Final = 0.5
"""From here on a finding is more likely right than not."""
NAMED: Final = frozenset({"PERSON", "LOCATION", "ORGANIZATION", "NRP"})
"""Entity types that are words; whatever finds them gives way to what has a form of its own."""


class Candidate(NamedTuple):
    """A possible finding: its span in code points, and where it comes from."""

    start: int
    end: int
    entity_type: str
    score: float
    detector: str
    precedence: Precedence
    reason: str = ""
    """What confirmed it: a check's word, or how it was read; never the text."""
    pattern: Pattern | None = None
    """The pattern that found it, if one did."""
    view: str = ""
    """The kind of the reading in which it was found; empty: in the text as it stands."""
    custom_term: str | None = None
    linked: int | None = None

    def standing(self) -> tuple[bool, int, int, float, int, str, str]:
        """The sort key: who goes first comes first (see `resolve`)."""
        length = self.end - self.start
        return (
            self.score < LIKELY,
            -self.precedence,
            -length,
            -self.score,
            self.start,
            self.detector,
            self.entity_type,
        )

    def moved(self, start: int, end: int) -> Candidate:
        """The same one with another span."""
        return self._replace(start=start, end=end)

    def finding(self) -> Finding:
        """What callers see of it."""
        return Finding(
            self.start,
            self.end,
            self.entity_type,
            self.score,
            self.detector,
            self.custom_term,
            self.linked,
        )


def from_findings(findings: Iterable[Finding], precedence: Precedence) -> Iterator[Candidate]:
    """Findings of a tagger or a term matcher as candidates."""
    for found in findings:
        yield Candidate(
            found.start,
            found.end,
            found.entity_type,
            found.score,
            found.detector,
            precedence,
            custom_term=found.custom_term,
        )


class Dropped(NamedTuple):
    """A candidate that became no finding, or lost a part of its span, and why."""

    candidate: Candidate
    why: str
    """`below threshold`, `allow list`, `overlapped` or `joined`."""
    by: Candidate | None = None
    """The candidate that took its place."""


class Trace(list[Dropped]):
    """What was dropped, noted only when a text is to be explained."""


class FailingAs:
    """Turns whatever is raised inside into `DetectorFailed`: the text must be refused."""

    __slots__ = ("_detector",)

    def __init__(self, detector: str) -> None:
        self._detector = detector

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, EngineError):
            raise DetectorFailed(self._detector) from None
