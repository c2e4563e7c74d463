"""Tables of texts in which secrets stand in double brackets: `password=[[x]]`.

Only the patterns of the family are asked, so that what other families find in the same text
changes nothing.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final, NamedTuple

from sluice.engine.detectors.secrets import PATTERNS
from sluice.engine.scan import HAS_HYPERSCAN, matches, scanner

BACKENDS: Final = ("hyperscan", "re") if HAS_HYPERSCAN else ("re",)
LIKELY: Final = 0.5
_MARKED: Final = re.compile(r"\[\[(.*?)\]\](?!\])", re.DOTALL)


class Found(NamedTuple):
    """A span that the family finds, with its entity type, its score and its detector."""

    start: int
    end: int
    entity_type: str
    score: float
    detector: str


def unmarked(marked: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without its brackets, and the spans that stood in them."""
    text, spans, at = "", [], 0
    for match in _MARKED.finditer(marked):
        text += marked[at : match.start()]
        spans.append((len(text), len(text) + len(match[1])))
        text += match[1]
        at = match.end()
    return text + marked[at:], spans


@cache
def found(text: str, backend: str = "auto") -> tuple[Found, ...]:
    """What is more likely a secret than not; of overlapping ones the surest, longest one.

    Order: by precedence, length, score, as the pipeline resolves overlaps.
    """
    scan = scanner(PATTERNS, "re" if backend == "re" else "auto")
    every = [
        (pattern.precedence, hit.end - hit.start, hit, pattern)
        for pattern, windows in scan.windows(text, text.encode())
        for hit in matches(pattern, text, windows)
        if hit.score >= LIKELY
    ]
    every.sort(key=lambda item: (-item[0], -item[1], -item[2].score, item[2].start))
    kept: list[Found] = []
    for _, _, hit, pattern in every:
        if all(hit.end <= other.start or other.end <= hit.start for other in kept):
            kind = hit.entity_type or pattern.entity_type
            name = hit.detector or pattern.name
            kept.append(Found(hit.start, hit.end, kind, hit.score, name))
    return tuple(sorted(kept))


def check_found(marked: str, entity_type: str) -> None:
    """Exactly the marked spans are found, of this entity type, in both ways of scanning."""
    text, expected = unmarked(marked)
    assert expected, "the row marks nothing"
    for backend in BACKENDS:
        spans = [(item.start, item.end) for item in found(text, backend)]
        kinds = {item.entity_type for item in found(text, backend)}
        assert spans == expected
        assert kinds == {entity_type}


def check_nothing(text: str) -> None:
    """Nothing of the family is found, in either way of scanning."""
    for backend in BACKENDS:
        assert found(text, backend) == ()
