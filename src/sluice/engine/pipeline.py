"""From a text to its findings: scan, check, score by context, tag names, allow, resolve overlaps.

Overlaps are resolved so that nothing is uncovered and the outcome depends on nothing but the
candidates. In this order one candidate goes before another: it scores at least 0.5; it has the
higher `Precedence`; it is longer; it scores higher; it starts earlier; the name of its detector
comes first. A candidate that loses a part of its span to an earlier one keeps what is left of it,
without separators at the cuts and if at least three code points remain; a candidate below 0.5
that overlaps another is dropped. So a password in a URL is a finding of its own, and so is the
URL around it, whatever a policy does with either.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left, bisect_right, insort
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from operator import attrgetter
from typing import Final

from sluice.engine.detectors import PATTERNS, libraries
from sluice.engine.errors import (
    DetectorFailed,
    EngineError,
    InvalidPolicy,
    Problem,
    UnsupportedText,
)
from sluice.engine.names import NameTagger
from sluice.engine.patterns import Checked, Pattern, Precedence, surrounding_words
from sluice.engine.scan import Backend, matches, scanner
from sluice.engine.scan_terms import TermMatcher
from sluice.engine.tagging import TAGGED, Names, tagger_of
from sluice.engine.types import CustomTerm, Finding

REVISION: Final = "1"
"""Changes when the pipeline itself finds something else in the same text."""
LEAST: Final = 0.25
"""Findings that score less are dropped."""
LIKELY: Final = 0.5
"""From here on a finding is more likely right than not."""
LEAST_REST: Final = 3
"""Fewest code points that are worth keeping of a candidate that lost the rest."""

LANGUAGES: Final = ("en", "de", "fr", "es", "it", "nl", "pt")
"""Every language that is known; all of them are looked for at once unless fewer are asked for."""
ENTITY_TYPES: Final = TAGGED.union(*(pattern.entity_types for pattern in PATTERNS))
"""The entity types that the built-in detectors and the shipped tagger can find."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible finding with its standing among others."""

    finding: Finding
    precedence: Precedence

    def standing(self) -> tuple[bool, int, int, float, int, str]:
        """The sort key: who goes first comes first (see the module's docstring)."""
        found = self.finding
        length = found.end - found.start
        likely = found.score < LIKELY
        return (likely, -self.precedence, -length, -found.score, found.start, found.detector)


class Detector:
    """Finds sensitive data in texts; may be shared by threads.

    Args:
        entities: the built-in entity types to look for; None means all. Custom terms are always
            looked for.
        languages: language codes; they choose patterns and context words. All by default: a
            text need not say what language it is in.
        custom_terms: the policy's own terms.
        allow_list: texts that are never findings (nor is anything that a finding of exactly such
            a text holds), compared after NFC and case folding.
        backend: `auto` is Hyperscan where it is installed, else `re`; both find the same.
        names: the tagger of names: the shipped one, another one, or None: no names are found.

    Raises:
        InvalidPolicy: unknown entity types or malformed custom terms, all of them at once.
        DetectorFailed: Hyperscan was asked for and cannot be used.
    """

    def __init__(
        self,
        entities: Collection[str] | None = None,
        languages: tuple[str, ...] = LANGUAGES,
        custom_terms: tuple[CustomTerm, ...] = (),
        allow_list: tuple[str, ...] = (),
        backend: Backend = "auto",
        names: Names = "default",
    ) -> None:
        self._languages = tuple(languages)
        self._wanted = None if entities is None else frozenset(entities)
        self._names = tagger_of(names, self._wanted)
        problems = _unknown(self._wanted, self._names)
        self._terms = TermMatcher(tuple(custom_terms), problems)
        if problems:
            raise InvalidPolicy(problems)
        self._patterns = _selected(self._wanted, self._languages)
        self._scanner = scanner(self._patterns, backend)
        self._allowed = frozenset(_folded(text) for text in allow_list)
        self._context = _context_words(self._patterns, self._languages)
        self.version = self._fingerprint()
        """A stable fingerprint of everything that decides what is found; usable as a cache key."""

    def entity_types(self) -> frozenset[str]:
        """The entity types that this detector can find, custom terms' included."""
        tagged = frozenset() if self._names is None else self._names.entity_types
        if self._wanted is not None:
            tagged &= self._wanted
        patterns = frozenset().union(*(pattern.entity_types for pattern in self._patterns))
        if self._wanted is not None:
            patterns &= self._wanted
        return tagged | patterns | self._terms.entity_types

    def analyze(self, text: str) -> list[Finding]:
        """The findings in `text`: sorted, not overlapping, offsets in code points.

        Takes time linear in the text. Findings that score below 0.25 are left out.

        Raises:
            UnsupportedText: the text holds a lone surrogate.
            DetectorFailed: a detector raised; the text must be refused.
        """
        data = _utf8(text)
        candidates = [*self._scanned(text, data), *self._termed(text), *self._tagged(text)]
        kept = self._without_allowed(text, candidates)
        return sorted(_resolved(text, kept), key=attrgetter("start"))

    def _scanned(self, text: str, data: bytes) -> Iterator[Candidate]:
        with _FailingAs("scan"):
            windows = list(self._scanner.windows(text, data))
        for pattern, places in windows:
            with _FailingAs(pattern.name):
                found = [self._scored(text, pattern, hit) for hit in matches(pattern, text, places)]
            yield from (item for item in found if self._counts(item.finding))

    def _counts(self, found: Finding) -> bool:
        wanted = self._wanted is None or found.entity_type in self._wanted
        return wanted and found.score >= LEAST

    def _scored(self, text: str, pattern: Pattern, hit: Checked) -> Candidate:
        """The candidate that a confirmed match becomes, its score moved by the words around it."""
        score = hit.score
        raising, lowering = self._context[pattern]
        if raising or lowering:
            near = surrounding_words(text, hit.start, hit.end)
            score += 0.0 if raising.isdisjoint(near) else pattern.context.boost
            score -= 0.0 if lowering.isdisjoint(near) else pattern.context.drop
        score = round(min(1.0, max(0.0, score)), 2)
        entity_type = hit.entity_type or pattern.entity_type
        finding = Finding(hit.start, hit.end, entity_type, score, hit.detector or pattern.name)
        return Candidate(finding, pattern.precedence)

    def _termed(self, text: str) -> Iterator[Candidate]:
        with _FailingAs("custom_term"):
            found = self._terms.find(text)
        return (Candidate(finding, Precedence.CUSTOM) for finding in found)

    def _tagged(self, text: str) -> Iterator[Candidate]:
        if self._names is None:
            return
        with _FailingAs("names"):
            found = self._names.tag(text, self._languages)
        for finding in found:
            if self._wanted is None or finding.entity_type in self._wanted:
                yield Candidate(finding, Precedence.SHAPE)

    def _without_allowed(self, text: str, candidates: list[Candidate]) -> list[Candidate]:
        """The candidates that neither are an allowed text nor stand inside of one."""
        if not self._allowed:
            return candidates
        allowed = sorted(
            {
                (item.finding.start, item.finding.end)
                for item in candidates
                if _folded(text[item.finding.start : item.finding.end]) in self._allowed
            }
        )
        furthest = _furthest_ends(allowed)
        return [item for item in candidates if not _inside(item.finding, allowed, furthest)]

    def _fingerprint(self) -> str:
        parts = (
            REVISION,
            _patterns_version(self._patterns),
            self._languages,
            sorted(self._wanted) if self._wanted is not None else None,
            self._terms.terms,
            sorted(self._allowed),
            self._names.version if self._names is not None else None,
        )
        return blake2b(repr(parts).encode("utf-8", "backslashreplace"), digest_size=16).hexdigest()


class _FailingAs:
    """Turns whatever is raised inside into `DetectorFailed`: the text must be refused."""

    __slots__ = ("_detector",)

    def __init__(self, detector: str) -> None:
        self._detector = detector

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, EngineError):
            raise DetectorFailed(self._detector) from None


def _utf8(text: str) -> bytes:
    """The text in UTF-8.

    Raises:
        UnsupportedText: it holds a lone surrogate.
    """
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        position = error.start
    raise UnsupportedText(position)


def _unknown(wanted: frozenset[str] | None, names: NameTagger | None) -> list[Problem]:
    """One problem for each entity type that nothing can find."""
    known = ENTITY_TYPES | (names.entity_types if names is not None else frozenset())
    listed = ", ".join(sorted(known))
    return [
        Problem(f"entities[{entity_type}]", f"unknown entity type; known are {listed}")
        for entity_type in sorted((wanted or frozenset()) - known)
    ]


@lru_cache(maxsize=64)
def _selected(wanted: frozenset[str] | None, languages: tuple[str, ...]) -> tuple[Pattern, ...]:
    """The built-in patterns of these entity types and languages, in their declared order."""
    return tuple(
        pattern
        for pattern in PATTERNS
        if (wanted is None or not pattern.entity_types.isdisjoint(wanted))
        and (not pattern.languages or not pattern.languages.isdisjoint(languages))
    )


@lru_cache(maxsize=64)
def _context_words(
    patterns: tuple[Pattern, ...], languages: tuple[str, ...]
) -> dict[Pattern, tuple[frozenset[str], frozenset[str]]]:
    return {pattern: pattern.context.for_languages(languages) for pattern in patterns}


@lru_cache(maxsize=64)
def _patterns_version(patterns: tuple[Pattern, ...]) -> str:
    """A fingerprint of the patterns' data and of the libraries that check them."""
    parts = [
        (
            p.name,
            sorted(p.entity_types),
            p.regex,
            p.score,
            p.precedence,
            p.ignore_case,
            _words_of(p),
        )
        for p in patterns
    ]
    return blake2b(repr((parts, libraries())).encode(), digest_size=16).hexdigest()


def _words_of(pattern: Pattern) -> tuple[object, ...]:
    tables = (pattern.context.raising, pattern.context.lowering)
    rows = [[(code, sorted(table[code])) for code in sorted(table)] for table in tables]
    return (*rows, pattern.context.boost, pattern.context.drop)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def _furthest_ends(spans: Sequence[tuple[int, int]]) -> list[int]:
    """For each of the sorted spans the greatest end among it and those before it."""
    furthest: list[int] = []
    for _, end in spans:
        furthest.append(max(end, furthest[-1] if furthest else end))
    return furthest


def _inside(finding: Finding, spans: Sequence[tuple[int, int]], furthest: Sequence[int]) -> bool:
    """Whether one of the sorted spans holds the finding."""
    index = bisect_right(spans, finding.start, key=lambda span: span[0])
    return index > 0 and furthest[index - 1] >= finding.end


def _resolved(text: str, candidates: Iterable[Candidate]) -> Iterator[Finding]:
    """The findings that remain, none overlapping another (see the module's docstring)."""
    taken: list[tuple[int, int]] = []
    for candidate in sorted(candidates, key=Candidate.standing):
        found = candidate.finding
        for start, end in _free(taken, found.start, found.end):
            whole = (start, end) == (found.start, found.end)
            if not whole:
                start, end = _trimmed(text, start, end)
                if found.score < LIKELY or end - start < LEAST_REST:
                    continue
            insort(taken, (start, end))
            yield found if whole else _moved(found, start, end)


def _free(taken: list[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    """The stretches of [start, end) that the taken spans leave free."""
    index = bisect_left(taken, (start, start))
    if index and taken[index - 1][1] > start:
        index -= 1
    free: list[tuple[int, int]] = []
    while index < len(taken) and taken[index][0] < end:
        if taken[index][0] > start:
            free.append((start, taken[index][0]))
        start = taken[index][1]
        index += 1
    if start < end:
        free.append((start, end))
    return free


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch without characters at its edges that are neither letters nor digits."""
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and not text[end - 1].isalnum():
        end -= 1
    return start, end


def _moved(found: Finding, start: int, end: int) -> Finding:
    return Finding(start, end, found.entity_type, found.score, found.detector, found.custom_term)
