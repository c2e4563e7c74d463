"""A policy's allow list: texts that are never findings."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Final

from sluice.engine.candidates import Candidate, Dropped, Trace

LONGER: Final = 4
"""By how much a text may be longer than the longest allowed one and still be equal to it.

Case folding and NFC change the length of a text at most about three-fold.
"""


class AllowList:
    """Texts compared after NFC and case folding."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.texts = frozenset(_folded(text) for text in texts)
        self._longest = LONGER * max(map(len, self.texts), default=0)

    def without(
        self, text: str, candidates: list[Candidate], trace: Trace | None = None
    ) -> list[Candidate]:
        """The candidates that neither are an allowed text nor stand inside of one that is."""
        if not self.texts:
            return candidates
        allowed = sorted({item[:2] for item in candidates if self._allows(text, item)})
        furthest = _furthest_ends(allowed)
        kept: list[Candidate] = []
        for item in candidates:
            if not _inside(item, allowed, furthest):
                kept.append(item)
            elif trace is not None:
                trace.append(Dropped(item, "allow list"))
        return kept

    def _allows(self, text: str, item: Candidate) -> bool:
        fits = item.end - item.start <= self._longest
        return fits and _folded(text[item.start : item.end]) in self.texts


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def _furthest_ends(spans: Sequence[tuple[int, ...]]) -> list[int]:
    """For each of the sorted spans the greatest end among it and those before it."""
    furthest: list[int] = []
    for _, end in spans:
        furthest.append(max(end, furthest[-1] if furthest else end))
    return furthest


def _inside(item: Candidate, spans: Sequence[tuple[int, ...]], furthest: Sequence[int]) -> bool:
    """Whether one of the sorted spans holds the candidate."""
    index = bisect_right(spans, item.start, key=lambda span: span[0])
    return index > 0 and furthest[index - 1] >= item.end
