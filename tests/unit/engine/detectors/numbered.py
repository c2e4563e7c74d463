"""Tables of numbers, read by the patterns of `national` and `work` alone.

Entries are written as in `marking`: `SSN [[123-45-6789]]`.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from sluice.engine.detectors import national, work
from sluice.engine.scan import HAS_HYPERSCAN, Anchored, Everywhere, matches

_PATTERNS = (*national.PATTERNS, *work.PATTERNS)
_MARKED = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
BACKENDS = ("hyperscan", "re") if HAS_HYPERSCAN else ("re",)
LIKELY = 0.5


class Found(NamedTuple):
    """One reading of a number."""

    start: int
    end: int
    entity_type: str
    score: float
    reason: str


@cache
def _scanner(backend: str) -> Anchored | Everywhere:
    return Anchored(_PATTERNS) if backend == "hyperscan" else Everywhere(_PATTERNS)


def readings(text: str, backend: str = BACKENDS[0]) -> list[Found]:
    """What is likely found; of overlapping readings the longest, then the surest."""
    every = [
        Found(hit.start, hit.end, hit.entity_type or pattern.entity_type, hit.score, hit.reason)
        for pattern, windows in _scanner(backend).windows(text, text.encode())
        for hit in matches(pattern, text, windows)
        if hit.score >= LIKELY
    ]
    kept: list[Found] = []
    for found in sorted(every, key=lambda f: (f.start - f.end, -f.score, f.start)):
        if all(found.end <= other.start or other.end <= found.start for other in kept):
            kept.append(found)
    return sorted(kept)


def check_read(marked: str, entity_type: str) -> None:
    """Exactly the marked spans are read as this entity type, in both ways of scanning."""
    text, expected, at = "", [], 0
    for match in _MARKED.finditer(marked):
        text += marked[at : match.start()]
        expected.append((len(text), len(text) + len(match[1]), entity_type))
        text += match[1]
        at = match.end()
    text += marked[at:]
    assert expected, "the row marks nothing"
    for backend in BACKENDS:
        assert [found[:3] for found in readings(text, backend)] == expected


def check_nothing(text: str) -> None:
    """No number is likely here, in either way of scanning."""
    for backend in BACKENDS:
        assert readings(text, backend) == []
