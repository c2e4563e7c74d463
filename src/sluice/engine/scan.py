"""Where in a text each pattern may match: a Hyperscan scan, or everywhere without Hyperscan.

Both ways end in the same exact step (`matches`), which runs a pattern's `re` expression; they
differ only in where it is allowed to start. By the anchor law (see `patterns`) no match starts
outside of the windows, therefore both give the same matches.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from hashlib import blake2b
from importlib.metadata import version
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

Numbered = tuple[int, str, bool]
"""An anchor's number, its expression, and whether it matches in either case."""

_TOGETHER: Final = 45
"""About how many anchors share a database."""
_MOST_DATABASES: Final = 3
_COUNTED: Final = 6
"""The widest bounded repeat that is counted while scanning."""
_TOKEN: Final = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{(?P<least>\d+),(?P<most>\d+)\}", re.DOTALL
)
"""What an expression is made of, as far as repeats must be told from what looks like them."""


class Scanner(Protocol):
    """Tells for each of its patterns where in a text a match may start."""

    def windows(self, text: str, data: bytes) -> Iterator[tuple[Pattern, Sequence[Window]]]:
        """The patterns that may match, with ascending windows; `data` is the text in UTF-8."""


class DatabaseCache(Protocol):
    """Where compiled databases are kept between processes; an implementation does the I/O.

    A database is executable in effect: what `load` returns must come from where only this user
    can write. Neither method raises; what cannot be kept is compiled anew each time.
    """

    def load(self, key: str) -> bytes | None:
        """The bytes that were saved under this key (letters and digits), if they are there."""

    def save(self, key: str, data: bytes) -> None:
        """Keep these bytes under this key."""


class Everywhere:
    """The way without Hyperscan: every pattern may match anywhere."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._patterns = patterns

    def windows(self, text: str, data: bytes) -> Iterator[tuple[Pattern, Sequence[Window]]]:
        """One window, the whole text, for each pattern."""
        whole = ((0, len(text)),)
        return ((pattern, whole) for pattern in self._patterns)


class Anchored:
    """Hyperscan databases of all anchors; safe to use from several threads at once.

    Patterns that share an anchor share one expression. The anchors are dealt out to a few
    databases: compiling takes more than twice as long for twice the anchors, while a scan of two
    small databases takes little longer than one of a large one. They are compiled side by side
    (Hyperscan lets go of the interpreter meanwhile). Each thread gets scratches of its own.
    """

    def __init__(self, patterns: Sequence[Pattern], cache: DatabaseCache | None = None) -> None:
        groups: dict[tuple[str, bool], list[Pattern]] = {}
        for pattern in patterns:
            groups.setdefault((pattern.anchor, pattern.ignore_case), []).append(pattern)
        self._groups = list(groups.values())
        self._databases = _databases(list(groups), cache)
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

        for database, scratch in zip(self._databases, self._scratches(), strict=True):
            database.scan(data, report, scratch=scratch)
        return ends

    def _scratches(self) -> list[hyperscan.Scratch]:
        scratches: list[hyperscan.Scratch] | None = getattr(self._local, "scratches", None)
        if scratches is None:
            scratches = [hyperscan.Scratch(database) for database in self._databases]
            self._local.scratches = scratches
        return scratches


def _databases(
    anchors: Sequence[tuple[str, bool]], cache: DatabaseCache | None
) -> list[hyperscan.Database]:
    """The anchors, numbered by their place, in databases of about `_TOGETHER` each."""
    numbered = [
        (number, relaxed(anchor), caseless) for number, (anchor, caseless) in enumerate(anchors)
    ]
    count = max(1, min(_MOST_DATABASES, len(numbered) // _TOGETHER))
    parts = [numbered[index::count] for index in range(count)]
    if count == 1:
        return [_database(parts[0], cache)]
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(partial(_database, cache=cache), parts))


def relaxed(anchor: str) -> str:
    """The anchor with long bounded repeats unbounded.

    It matches wherever the declared one does, so that the anchor law holds; it compiles several
    times as fast and scans faster, since no repeats must be counted.
    """
    return _TOKEN.sub(_unbounded, anchor)


def _unbounded(token: re.Match[str]) -> str:
    if token["least"] is None or int(token["most"]) - int(token["least"]) < _COUNTED:
        return token[0]
    return {"0": "*", "1": "+"}.get(token["least"], f"{{{token['least']},}}")


def _database(anchors: Sequence[Numbered], cache: DatabaseCache | None) -> hyperscan.Database:
    """The anchors' database, from the cache if it holds one that fits this machine."""
    if cache is None:
        return _compile(anchors)
    key = _key(anchors)
    kept = cache.load(key)
    if kept is not None:
        # One that is damaged, or another version's or machine's, is compiled anew.
        with suppress(hyperscan.HyperscanError):
            return hyperscan.loadb(kept, hyperscan.HS_MODE_BLOCK)
    database = _compile(anchors)
    cache.save(key, bytes(hyperscan.dumpb(database)))
    return database


def _key(anchors: Sequence[Numbered]) -> str:
    """A fingerprint of the anchors and of the library that compiles them."""
    parts = repr((version("hyperscan"), list(anchors)))
    return blake2b(parts.encode(), digest_size=20).hexdigest()


def _compile(anchors: Sequence[Numbered]) -> hyperscan.Database:
    """A block-mode database."""
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[anchor.encode("latin-1") for _, anchor, _ in anchors],
        ids=[number for number, _, _ in anchors],
        elements=len(anchors),
        flags=[hyperscan.HS_FLAG_CASELESS if caseless else 0 for _, _, caseless in anchors],
    )
    return database


def scanner(
    patterns: tuple[Pattern, ...], backend: Backend, cache: DatabaseCache | None = None
) -> Scanner:
    """The scanner of these patterns; compiled once per process for each set of patterns.

    Raises:
        DetectorFailed: `hyperscan` was asked for and is absent, or cannot compile an anchor.
    """
    if backend == "re" or not patterns or (backend == "auto" and not HAS_HYPERSCAN):
        return Everywhere(patterns)
    if not HAS_HYPERSCAN:
        raise DetectorFailed("scan.hyperscan")
    known = _SCANNERS.get(patterns)
    if known is None:
        try:
            known = _SCANNERS[patterns] = Anchored(patterns, cache)
        except hyperscan.HyperscanError as error:
            raise DetectorFailed("scan.hyperscan") from error
        while len(_SCANNERS) > MOST_SCANNERS:
            _SCANNERS.pop(next(iter(_SCANNERS)), None)
    return known


MOST_SCANNERS: Final = 16
"""How many sets of patterns stay compiled in one process; the oldest go first."""
_SCANNERS: Final[dict[tuple[Pattern, ...], Anchored]] = {}


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
    at, size = 0, len(text)
    search, longest, check = pattern.compiled.search, pattern.longest, pattern.check_in(text)
    for low, high in windows:
        at, stop = max(at, low), min(size, high + longest)
        while at <= high and (match := search(text, at, stop)):
            start, end = match.span()
            if start > high:
                break
            checked = check(match)
            if checked is None:
                at = max(end, start + 1)
            else:
                at = max(checked.end, start + 1)
                yield checked
