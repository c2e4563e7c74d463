"""Tables of texts in which the expected findings stand in double brackets: `Mail [[a@x.org]]`."""

from __future__ import annotations

import re
from functools import cache

from sluice.engine import Detector
from sluice.engine.candidates import LIKELY
from sluice.engine.scan import HAS_HYPERSCAN

BACKENDS = ("hyperscan", "re") if HAS_HYPERSCAN else ("re",)
_MARKED = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)


@cache
def detector(backend: str) -> Detector:
    """One detector of everything, in English, for all tables."""
    return Detector(backend="hyperscan" if backend == "hyperscan" else "re", names=None)


def unmarked(marked: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without its brackets, and the spans that stood in them."""
    text, spans, at = "", [], 0
    for match in _MARKED.finditer(marked):
        text += marked[at : match.start()]
        spans.append((len(text), len(text) + len(match[1])))
        text += match[1]
        at = match.end()
    return text + marked[at:], spans


def spans_of(text: str, entity_type: str, backend: str) -> list[tuple[int, int]]:
    """The spans of one entity type that are more likely right than not."""
    return [
        (found.start, found.end)
        for found in detector(backend).analyze(text)
        if found.entity_type == entity_type and found.score >= LIKELY
    ]


def check_found(marked: str, entity_type: str) -> None:
    """Exactly the marked spans are found, in both ways of scanning."""
    text, expected = unmarked(marked)
    assert expected, "the row marks nothing"
    for backend in BACKENDS:
        assert spans_of(text, entity_type, backend) == expected


def check_not_found(text: str, entity_type: str) -> None:
    """Nothing of this type is found, in either way of scanning."""
    for backend in BACKENDS:
        assert spans_of(text, entity_type, backend) == []
