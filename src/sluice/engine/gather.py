"""From a text to candidates: patterns, tags, custom terms, and other readings of the same text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sluice.engine.candidates import (
    LEAST,
    NAMED,
    Candidate,
    Dropped,
    FailingAs,
    Trace,
    from_findings,
)
from sluice.engine.names import NameTagger
from sluice.engine.patterns import Checked, Pattern, Precedence, surrounding_words
from sluice.engine.reading import View, views
from sluice.engine.scan import Scanner, matches
from sluice.engine.scan_terms import TermMatcher

TAGGED_VIEWS = frozenset({"folded", "mixed"})
"""The kinds of other readings that are prose, in which names are looked for too."""

ContextWords = dict[Pattern, tuple[frozenset[str], frozenset[str]]]
"""The raising and the lowering words of each pattern in the languages looked for."""


class Gatherer(NamedTuple):
    """Everything that finds candidates."""

    scanner: Scanner
    context: ContextWords
    terms: TermMatcher
    names: NameTagger | None
    languages: tuple[str, ...]
    wanted: frozenset[str] | None
    """The built-in entity types that count; None means all."""

    def gather(self, text: str, data: bytes, trace: Trace | None = None) -> list[Candidate]:
        """The candidates of the text and of its other readings; `data` is the text in UTF-8."""
        found = [*self._scanned(text, data), *self._tagged(text), *self._reread(text)]
        return [*self._counted(found, trace), *self._termed(text)]

    def _counted(self, found: list[Candidate], trace: Trace | None) -> Iterator[Candidate]:
        """Those of a wanted entity type that do not score too little."""
        for item in found:
            if self.wanted is None or item.entity_type in self.wanted:
                if item.score >= LEAST:
                    yield item
                elif trace is not None:
                    trace.append(Dropped(item, "below threshold"))

    def _scanned(self, text: str, data: bytes) -> Iterator[Candidate]:
        with FailingAs("scan"):
            windows = list(self.scanner.windows(text, data))
        for pattern, places in windows:
            raising, lowering = self.context[pattern]
            with FailingAs(pattern.name):
                for hit in matches(pattern, text, places):
                    score = hit.score
                    if raising or lowering:
                        score += _moved_by_context(text, hit, pattern, raising, lowering)
                    yield _candidate(pattern, hit, round(min(1.0, max(0.0, score)), 2))

    def _termed(self, text: str) -> Iterator[Candidate]:
        with FailingAs("custom_term"):
            found = self.terms.find(text)
        return from_findings(found, Precedence.CUSTOM)

    def _tagged(self, text: str) -> Iterator[Candidate]:
        if self.names is None:
            return iter(())
        with FailingAs("names"):
            found = self.names.tag(text, self.languages)
        return from_findings(found, Precedence.NAME)

    def _reread(self, text: str) -> Iterator[Candidate]:
        """What is found in other readings, at its place in the text, if they altered it there."""
        with FailingAs("reading"):
            for view in views(text):
                yield from self._viewed(text, view)

    def _viewed(self, text: str, view: View) -> Iterator[Candidate]:
        # A reading may hold what has no UTF-8 form; `?` keeps every offset where it is.
        read = view.text.encode("utf-8", "replace").decode()
        found = [*self._scanned(read, read.encode())]
        if view.kind in TAGGED_VIEWS:
            found += self._tagged(read)
        for item in found:
            if view.differs(item.start, item.end):
                start, end = view.original(item.start, item.end)
                yield item._replace(start=start, end=end, view=view.kind)


def _moved_by_context(
    text: str, hit: Checked, pattern: Pattern, raising: frozenset[str], lowering: frozenset[str]
) -> float:
    near = surrounding_words(text, hit.start, hit.end)
    moved = 0.0 if raising.isdisjoint(near) else pattern.context.boost
    return moved - (0.0 if lowering.isdisjoint(near) else pattern.context.drop)


def _candidate(pattern: Pattern, hit: Checked, score: float) -> Candidate:
    entity_type = hit.entity_type or pattern.entity_type
    precedence = pattern.precedence
    if precedence is Precedence.SHAPE and entity_type in NAMED:
        precedence = Precedence.NAME
    return Candidate(
        hit.start,
        hit.end,
        entity_type,
        score,
        hit.detector or pattern.name,
        precedence,
        hit.reason,
        pattern,
    )
