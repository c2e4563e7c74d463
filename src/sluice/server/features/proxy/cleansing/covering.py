"""What mentions of other texts' originals add to what was found in a text (pure).

A mention that lies in a finding adds nothing. What overlaps, mentions or findings, becomes one
finding over all of it: of two names that share a word neither may leave the rest of the other in
clear. So the result is the same in whatever order the originals became known, and more originals
never cover less.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from sluice.engine import Finding

Spans = Sequence[tuple[int, int]]
"""Sorted, apart from each other."""


def covering(
    mentions: Iterable[Finding], remembered: Iterable[Finding], found: Spans, typed: Spans
) -> list[Finding]:
    """The findings that are added, sorted and apart; they cover what they overlap of `found`.

    Args:
        mentions: where originals stand, in any order; of those that are joined, the longest one
            (then the first) gives the entity type.
        remembered: what was added before, and stays though its original is mentioned no more.
        found: what is found in the text by itself.
        typed: placeholders that stand in it as such; what overlaps one is no mention.
    """
    new = [m for m in mentions if _adds(m, found, typed)]
    old = [m for m in remembered if _adds(m, found, typed)]
    edges = merged([*((m.start, m.end) for m in (*new, *old)), *found]) if new or old else []
    named = [_longest(edges, new), _longest(edges, old)]
    kinds = {**named[1], **named[0]}
    return [Finding(*edges[n], kinds[n].entity_type, 1.0, kinds[n].detector) for n in sorted(kinds)]


def adds_to(mentions: Iterable[Finding], found: Spans, typed: Spans) -> bool:
    """Whether one of the mentions stands where nothing is found."""
    return any(_adds(mention, found, typed) for mention in mentions)


def merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same stretches, sorted and apart."""
    apart: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if apart and start < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return apart


def is_free(taken: Spans, start: int, end: int) -> bool:
    """Whether the span overlaps nothing that is taken."""
    index = bisect_right(taken, (start, start))
    if index < len(taken) and taken[index][0] < end:
        return False
    return not index or taken[index - 1][1] <= start


def lies_in(spans: Spans, start: int, end: int) -> bool:
    """Whether one of the spans holds all of it."""
    index = bisect_right(spans, (start, end)) - 1
    # One that begins there and is longer sorts behind.
    beside = spans[max(0, index) : index + 2]
    return any(one <= start and end <= other for one, other in beside)


def _adds(mention: Finding, found: Spans, typed: Spans) -> bool:
    start, end = mention.start, mention.end
    return is_free(typed, start, end) and not lies_in(found, start, end)


def _longest(edges: Spans, mentions: Iterable[Finding]) -> dict[int, Finding]:
    """By the stretch, the longest of the mentions that lie in it; the first of equal ones."""
    longest: dict[int, Finding] = {}
    for mention in sorted(mentions):
        index = bisect_right(edges, mention.start, key=lambda span: span[0]) - 1
        known = longest.get(index)
        if known is None or mention.end - mention.start > known.end - known.start:
            longest[index] = mention
    return longest
