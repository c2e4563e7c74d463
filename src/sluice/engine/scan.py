"""Where in a text each pattern may match: one Hyperscan pass, or everywhere without Hyperscan.

Both ways end in the same exact step (`matches`), which runs a pattern's `re` expression; they
differ only in where it is allowed to start. By the anchor law (see `patterns`) no match starts
outside of the windows, therefore both give the same matches.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, Literal, Protocol

from sluice.engine.errors import DetectorFailed
from sluice.engine.patterns import Checked, Pattern

if TYPE_CHECKING or find_spec("hyperscan"):
    import hyperscan

HAS_HYPERSCAN: Final = find_spec("hyperscan") is not None
"""Whether there is a wheel for this machine; without it the `re` way is used."""

Backend = Literal["auto", "hyperscan", "re"]
Window = tuple[int, int]
"""First and last code point, both inclusive, at which a match may start."""

Ends = list[int]
"""Runs of anchor ends, flat: first and last offset of each run, in turn."""

_GAP: Final = 8
"""Anchors that end so close together are kept as one run: memory stays flat on dense text."""
_CONTINUATION: Final = bytes(range(0x80, 0xC0))


class Scanner(Protocol):
    """Tells for each of its patterns where in a text a match may start."""

    def windows(self, text: str, data: bytes) -> Iterator[tuple[Pattern, Sequence[Window]]]:
        """The patterns that may match, with ascending windows; `data` is the text in UTF-8."""


class Everywhere:
    """The way without Hyperscan: every pattern may match anywhere."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._patterns = patterns

    def windows(self, text: str, data: bytes) -> Iterator[tuple[Pattern, Sequence[Window]]]:
        """One window, the whole text, for each pattern."""
        whole = ((0, len(text)),)
        return ((pattern, whole) for pattern in self._patterns)


class Anchored:
    """One Hyperscan database of all anchors; safe to use from several threads at once.

    Patterns that share an anchor share one expression. Each thread gets a scratch of its own.
    """

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        groups: dict[tuple[str, bool], list[Pattern]] = {}
        for pattern in patterns:
            groups.setdefault((pattern.anchor, pattern.ignore_case), []).append(pattern)
        self._groups = list(groups.values())
        self._database = _compile(list(groups))
        self._local = threading.local()

    def windows(self, text: str, data: bytes) -> Iterator[tuple[Pattern, Sequence[Window]]]:
        """The windows around the anchors that Hyperscan reports."""
        ends = self._ends(data)
        if not text.isascii():
            _to_code_points(data, ends)
        for number in sorted(ends):
            for pattern in self._groups[number]:
                yield pattern, _merged(text, ends[number], pattern)

    def _ends(self, data: bytes) -> dict[int, Ends]:
        """The byte offsets at which anchors end, by the anchor's number."""
        ends: dict[int, Ends] = {}

        def report(number: int, start: int, end: int, flags: int, context: object) -> None:
            runs = ends.get(number)
            if runs is None:
                ends[number] = [end, end]
            elif not runs[-2] <= end <= runs[-1] + _GAP:
                runs += (end, end)
            elif end > runs[-1]:
                runs[-1] = end

        self._database.scan(data, report, scratch=self._scratch())
        return ends

    def _scratch(self) -> hyperscan.Scratch:
        scratch: hyperscan.Scratch | None = getattr(self._local, "scratch", None)
        if scratch is None:
            scratch = self._local.scratch = hyperscan.Scratch(self._database)
        return scratch


def _compile(anchors: Sequence[tuple[str, bool]]) -> hyperscan.Database:
    """A block-mode database; the expression's number is its place in `anchors`."""
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[anchor.encode("latin-1") for anchor, _ in anchors],
        ids=list(range(len(anchors))),
        elements=len(anchors),
        flags=[hyperscan.HS_FLAG_CASELESS if caseless else 0 for _, caseless in anchors],
    )
    return database


@lru_cache(maxsize=16)
def scanner(patterns: tuple[Pattern, ...], backend: Backend) -> Scanner:
    """The scanner of these patterns; compiled once per process for each set of patterns.

    Raises:
        DetectorFailed: `hyperscan` was asked for and is absent, or cannot compile an anchor.
    """
    if backend == "re" or not patterns or (backend == "auto" and not HAS_HYPERSCAN):
        return Everywhere(patterns)
    if not HAS_HYPERSCAN:
        raise DetectorFailed("scan.hyperscan")
    try:
        return Anchored(patterns)
    except hyperscan.HyperscanError as error:
        raise DetectorFailed("scan.hyperscan") from error


def _to_code_points(data: bytes, ends: dict[int, Ends]) -> None:
    """Turn byte offsets into code-point offsets, in place; linear in the text.

    An offset inside of a character counts that character, so it is never too small.
    """
    place: dict[int, int] = {}
    at = points = 0
    for offset in sorted({end for runs in ends.values() for end in runs}):
        points += len(data[at:offset].translate(None, _CONTINUATION))
        place[offset], at = points, offset
    for runs in ends.values():
        runs[:] = [place[end] for end in runs]


def _merged(text: str, runs: Ends, pattern: Pattern) -> list[Window]:
    """Ascending windows that hold every start of a match whose anchor ends in one of `runs`."""
    merged: list[Window] = []
    for first, last in sorted(zip(runs[::2], runs[1::2], strict=True)):
        low = max(0, first - pattern.reach)
        if pattern.run:
            low += len(text[low:first].rstrip(pattern.run))
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((low, last))
    return merged


def matches(pattern: Pattern, text: str, windows: Sequence[Window]) -> Iterator[Checked]:
    """The pattern's confirmed matches that start inside of the windows, left to right.

    The search goes on behind what a check confirmed, else behind the match, so that every stretch
    of text is read a bounded number of times.
    """
    at = 0
    search, longest = pattern.compiled.search, pattern.longest
    for low, high in windows:
        at = max(at, low)
        while at <= high:
            match = search(text, at, min(len(text), high + longest))
            if match is None or match.start() > high:
                break
            checked = pattern.checked(match)
            if checked is None:
                at = max(match.end(), match.start() + 1)
            else:
                at = max(checked.end, match.start() + 1)
                yield checked
