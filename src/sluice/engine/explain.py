"""What made each finding, and what was considered and dropped.

An explanation names rules, checks, and context words of our own tables; the text itself is only
pointed at, by offsets in code points.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sluice.engine.candidates import Candidate, Trace
from sluice.engine.patterns import Pattern, surrounding_words
from sluice.engine.types import Finding

Words = tuple[frozenset[str], frozenset[str]]
"""The raising and the lowering words of a pattern."""


@dataclass(frozen=True, slots=True)
class Made:
    """What made a finding, or would have made one."""

    by: str
    """`pattern`, `tag`, `custom term`, `field` or `link`."""
    reason: str = ""
    """What confirmed it: `Luhn`, `mod 97`, `joined`, `surname`, …"""
    view: str = ""
    """The kind of reading in which it was found, if not in the text as it stands."""
    raised_by: tuple[str, ...] = ()
    """Words near it, of its pattern's context words, that raised its score."""
    lowered_by: tuple[str, ...] = ()
    """Words near it, of its pattern's context words, that lowered its score."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A finding and what made it."""

    finding: Finding
    made: Made


@dataclass(frozen=True, slots=True)
class Considered:
    """What is no finding, or only in part, and why."""

    finding: Finding
    """What it would have been."""
    made: Made
    why: str
    """`below threshold`, `allow list`, `overlapped` or `joined`."""
    by: Finding | None = None
    """What stands there instead, if something does."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Every finding of a text, and every candidate that was dropped, both by place."""

    findings: tuple[Explained, ...]
    dropped: tuple[Considered, ...]


def explanation(
    text: str, found: Sequence[Candidate], trace: Trace, context: Mapping[Pattern, Words]
) -> Explanation:
    """What the pipeline's stages did: their findings, and what they noted in `trace`."""
    dropped = sorted(trace, key=lambda item: (item.candidate.start, item.candidate.end))
    return Explanation(
        tuple(Explained(item.finding(), _made(text, item, context)) for item in found),
        tuple(
            Considered(
                item.candidate.finding(),
                _made(text, item.candidate, context),
                item.why,
                item.by.finding() if item.by is not None else None,
            )
            for item in dropped
        ),
    )


def _made(text: str, item: Candidate, context: Mapping[Pattern, Words]) -> Made:
    raised: frozenset[str] = frozenset()
    lowered: frozenset[str] = frozenset()
    # The words around what was found in another reading are not those around its place here.
    if item.pattern is not None and not item.view:
        near = surrounding_words(text, item.start, item.end)
        raising, lowering = context[item.pattern]
        raised, lowered = raising & near, lowering & near
    return Made(_by(item), item.reason, item.view, tuple(sorted(raised)), tuple(sorted(lowered)))


def _by(item: Candidate) -> str:
    if item.custom_term is not None:
        return "custom term"
    if item.pattern is not None:
        return "pattern"
    family = item.detector.partition(".")[0]
    return {"linked": "link", "field": "field"}.get(family, "tag")
