"""Which of overlapping candidates become findings.

Overlaps are resolved so that nothing is uncovered and the outcome depends on nothing but the
candidates. In this order one candidate goes before another: it scores at least 0.5; it has the
higher `Precedence`; it is longer; it scores higher; it starts earlier; the name of its detector
comes first. A candidate that loses a part of its span to an earlier one keeps what is left of it,
without separators at the cuts and if at least three code points remain; a candidate below 0.5
that overlaps another is dropped. So a password in a URL is a finding of its own, and so is the
URL around it, whatever a policy does with either.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import Final

from sluice.engine.candidates import LIKELY, Candidate, Dropped, Trace
from sluice.engine.patterns import words

LEAST_REST: Final = 3
"""Fewest code points that are worth keeping of a candidate that lost the rest."""

_ARTICLES: Final = words("the der die das den dem des les los las het del dos das uno une")

Taken = list[tuple[int, int, Candidate]]
"""Spans that are decided, ascending and apart, with who has them."""

_START: Final = itemgetter(0)


def resolve(
    text: str, candidates: Iterable[Candidate], trace: Trace | None = None
) -> list[Candidate]:
    """The candidates that remain, sorted by start, none overlapping another.

    Candidates that touch no other are passed on at once; only the rest is weighed.
    """
    kept: list[Candidate] = []
    for group in _overlapping(sorted(candidates, key=_START)):
        if len(group) == 1:
            kept.append(group[0])
        else:
            kept += _weighed(text, group, trace)
    return kept


def _overlapping(candidates: list[Candidate]) -> Iterator[list[Candidate]]:
    """The candidates, sorted by start, in groups that touch no other group."""
    group: list[Candidate] = []
    reach = 0
    for candidate in candidates:
        if group and candidate.start >= reach:
            yield group
            group = []
        group.append(candidate)
        reach = max(reach, candidate.end)
    if group:
        yield group


def _weighed(text: str, group: list[Candidate], trace: Trace | None) -> list[Candidate]:
    taken: Taken = []
    for candidate in sorted(group, key=Candidate.standing):
        start, end = candidate.start, candidate.end
        free = list(_free(taken, start, end))
        if free != [(start, end)]:
            if trace is not None:
                trace.append(Dropped(candidate, "overlapped", _holder(taken, start, end)))
            free = [span for gap in free if _worth(text, span := _trimmed(text, *gap), candidate)]
        for span in free:
            insort(taken, (*span, candidate), key=_START)
    return [owner.moved(start, end) for start, end, owner in taken]


def _worth(text: str, span: tuple[int, int], candidate: Candidate) -> bool:
    """Whether what is left of a candidate is kept: an article alone says nothing."""
    if candidate.score < LIKELY or span[1] - span[0] < LEAST_REST:
        return False
    return span[1] - span[0] > LEAST_REST or text[slice(*span)] not in _ARTICLES


def _first(taken: Taken, start: int) -> int:
    """The index of the first taken span that ends behind `start`."""
    index = bisect_left(taken, start, key=_START)
    return index - 1 if index and taken[index - 1][1] > start else index


def _holder(taken: Taken, start: int, end: int) -> Candidate | None:
    """Who took a part of [start, end) first in the text."""
    index = _first(taken, start)
    return taken[index][2] if index < len(taken) and taken[index][0] < end else None


def _free(taken: Taken, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The stretches of [start, end) that the taken spans leave free."""
    index = _first(taken, start)
    while index < len(taken) and taken[index][0] < end:
        if taken[index][0] > start:
            yield start, taken[index][0]
        start = taken[index][1]
        index += 1
    if start < end:
        yield start, end


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch without characters at its edges that are neither letters nor digits."""
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    return start, end
