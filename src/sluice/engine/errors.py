"""What the engine raises.

    EngineError
    ├── UnsupportedText       a text that cannot be offset in code points (lone surrogates)
    ├── InvalidFindings       findings that do not fit their text; every problem at once
    ├── InvalidPolicy         a policy that cannot be applied; every problem at once
    ├── PolicyBlocked         the policy refuses the text; entity types and counts, no text
    └── DetectorFailed        a detector raised or gave up: the caller must refuse the text

No message ever quotes a text: positions, entity types and counts only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class EngineError(Exception):
    """The root of everything that the engine raises on purpose."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: `path` says where (`findings[3].end`), `message` what to do."""

    path: str
    message: str


class UnsupportedText(EngineError):
    """The text holds a lone surrogate, so that it has no UTF-8 form and no safe offsets."""

    def __init__(self, position: int) -> None:
        super().__init__(
            f"The text has a lone surrogate at code point {position}; "
            "send text that can be encoded as UTF-8."
        )
        self.position = position


class _ManyProblems(EngineError):
    """A base for errors that report every problem of one input together."""

    subject = "input"

    def __init__(self, problems: Sequence[Problem]) -> None:
        listed = "; ".join(f"{p.path}: {p.message}" for p in problems)
        super().__init__(f"{len(problems)} problem(s) in the {self.subject}: {listed}")
        self.problems = tuple(problems)


class InvalidFindings(_ManyProblems):
    """Findings with offsets outside the text, overlapping, or with a malformed entity type."""

    subject = "findings"


class InvalidPolicy(_ManyProblems):
    """A policy with a malformed pattern, entity type or threshold."""

    subject = "policy"


class PolicyBlocked(EngineError):
    """The policy says `block` for something that was found: nothing may be sent."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        listed = ", ".join(f"{kind} ({count})" for kind, count in sorted(counts.items()))
        super().__init__(f"The policy blocks this text because of: {listed}.")
        self.counts = dict(counts)


class DetectorFailed(EngineError):
    """A detector raised or exceeded its limits; the text must be refused, not passed on."""

    def __init__(self, detector: str) -> None:
        super().__init__(f"The detector {detector} failed; the text was not analysed.")
        self.detector = detector
