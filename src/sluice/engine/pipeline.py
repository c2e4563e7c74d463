"""From a text to its findings, in stages; each stage has a file of its own.

1. `gather`: patterns with their checks and context words, the tagger of names, custom terms; in
   the text as it stands and in other readings of it (`reading`).
2. `typed_fields`: what a document's keys and headers say about their values.
3. `allow`: without the texts that the policy allows.
4. `resolve`: of overlapping candidates, which become findings; nothing is uncovered.
5. `joining`: fragments of one name or address become one.
6. `linking`: further mentions of what was found.
7. `calibration`: scores as shares that were right.

`explain` runs the same stages and tells what each of them did.
"""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from sluice.engine.allow import AllowList
from sluice.engine.calibration import Calibration
from sluice.engine.candidates import LEAST, Candidate, Dropped, FailingAs, Trace
from sluice.engine.detectors import PATTERNS, libraries
from sluice.engine.errors import InvalidPolicy, Problem, UnsupportedText
from sluice.engine.explain import Explanation, explanation
from sluice.engine.gather import ContextWords, Gatherer
from sluice.engine.joining import join
from sluice.engine.linking import link
from sluice.engine.names import NameTagger
from sluice.engine.pattern_cache import Cache, cache_of
from sluice.engine.patterns import Pattern, compile_waiting
from sluice.engine.resolve import resolve
from sluice.engine.scan import Backend, Scanner, scanner
from sluice.engine.scan_terms import TermMatcher
from sluice.engine.tagging import TAGGED, Names, tagger_of
from sluice.engine.typed_fields import FIELD_TYPES, with_fields
from sluice.engine.types import CustomTerm, Finding

REVISION: Final = "2"
"""Changes when the pipeline itself finds something else in the same text."""
LANGUAGES: Final = ("en", "de", "fr", "es", "it", "nl", "pt")
"""Every language that is known; all of them are looked for at once unless fewer are asked for."""
ENTITY_TYPES: Final = TAGGED.union(FIELD_TYPES, *(pattern.entity_types for pattern in PATTERNS))
"""The entity types that the built-in detectors and the shipped tagger can find."""


_WARMING: Final = (
    "Write to a.person@example.co.uk or call +49 30 901820; see www.example.org, 192.0.2.7. "
    "IBAN DE89370400440532013000, SSN: 078-05-1120, born on 12 March 1980, $ 25."
)
"""A text of the usual things, so that whatever checks them is loaded."""


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
        cache: where compiled patterns are kept between processes; by default this user's cache
            folder (see `pattern_cache`); None: nowhere.

    Raises:
        InvalidPolicy: unknown entity types or malformed custom terms, all of them at once.
        DetectorFailed: Hyperscan was asked for and cannot be used, or the tagger's weights are
            damaged.
    """

    def __init__(
        self,
        entities: Collection[str] | None = None,
        languages: tuple[str, ...] = LANGUAGES,
        custom_terms: tuple[CustomTerm, ...] = (),
        allow_list: tuple[str, ...] = (),
        backend: Backend = "auto",
        names: Names = "default",
        cache: Cache = "default",
    ) -> None:
        wanted = None if entities is None else frozenset(entities)
        problems = _unknown(wanted, names)
        terms = TermMatcher(tuple(custom_terms), problems)
        if problems:
            raise InvalidPolicy(problems)
        self._patterns = _selected(wanted, tuple(languages))
        ready, tagger = _prepared(self._patterns, backend, cache, names, wanted)
        self._gatherer = Gatherer(
            scanner=ready,
            context=_context_words(self._patterns, tuple(languages)),
            terms=terms,
            names=tagger,
            languages=tuple(languages),
            wanted=wanted,
        )
        self._known = self._built_in_types()
        self._allowed = AllowList(allow_list)
        self._calibration = Calibration()
        self.version = self._fingerprint()
        """A stable fingerprint of everything that decides what is found; usable as a cache key."""

    def entity_types(self) -> frozenset[str]:
        """The entity types that this detector can find, custom terms' included."""
        return self._known | self._gatherer.terms.entity_types

    def _built_in_types(self) -> frozenset[str]:
        names, wanted = self._gatherer.names, self._gatherer.wanted
        tagged = frozenset() if names is None else names.entity_types
        found = tagged.union(FIELD_TYPES, *(pattern.entity_types for pattern in self._patterns))
        return found if wanted is None else found & wanted

    def analyze(self, text: str) -> list[Finding]:
        """The findings in `text`: sorted, not overlapping, offsets in code points.

        Takes time linear in the text. Findings that score below 0.25 are left out.

        Raises:
            UnsupportedText: the text holds a lone surrogate.
            DetectorFailed: a detector raised; the text must be refused.
        """
        return [item.finding() for item in self._decided(text)]

    def explain(self, text: str) -> Explanation:
        """What made each finding of `analyze`, and what was considered and dropped.

        Raises:
            UnsupportedText, DetectorFailed: as `analyze` does.
        """
        trace = Trace()
        return explanation(text, self._decided(text, trace), trace, self._gatherer.context)

    def warm(self) -> None:
        """Load what the first texts would otherwise wait for: some tenths of a second.

        Expressions are compiled when they are first needed; lists of domains, dialling plans and
        the rules of identity numbers are loaded likewise.
        """
        for pattern in self._patterns:
            _ = pattern.compiled
        compile_waiting()
        self.analyze(_WARMING)

    def _decided(self, text: str, trace: Trace | None = None) -> list[Candidate]:
        """The candidates that are findings, through all stages (see the module's docstring)."""
        found = self._gatherer.gather(text, _utf8(text), trace)
        with FailingAs("fields"):
            found = with_fields(text, found, self._known)
        with FailingAs("resolving"):
            # Joining and linking make new texts, of which one may be allowed too.
            found = self._allowed.without(text, found, trace)
            found = join(text, resolve(text, found, trace), trace)
            found = self._allowed.without(text, found, trace)
            found = self._allowed.without(text, link(text, found, trace), trace)
        return self._calibrated(found, trace)

    def _calibrated(self, found: list[Candidate], trace: Trace | None) -> list[Candidate]:
        if not self._calibration.table:
            return found
        kept: list[Candidate] = []
        for item in found:
            score = self._calibration.score(item.entity_type, item.detector, item.score)
            if score >= LEAST:
                kept.append(item._replace(score=score))
            elif trace is not None:
                trace.append(Dropped(item, "below threshold"))
        return kept

    def _fingerprint(self) -> str:
        gatherer = self._gatherer
        parts = (
            REVISION,
            _patterns_version(self._patterns),
            gatherer.languages,
            sorted(gatherer.wanted) if gatherer.wanted is not None else None,
            gatherer.terms.terms,
            sorted(self._allowed.texts),
            gatherer.names.version if gatherer.names is not None else None,
            sorted(self._calibration.table.items()),
        )
        return blake2b(repr(parts).encode("utf-8", "backslashreplace"), digest_size=16).hexdigest()


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


def _prepared(
    patterns: tuple[Pattern, ...],
    backend: Backend,
    cache: Cache,
    names: Names,
    wanted: frozenset[str] | None,
) -> tuple[Scanner, NameTagger | None]:
    """The scanner and the tagger; each is made while the other one is."""
    with ThreadPoolExecutor(1) as pool:
        ready = pool.submit(scanner, patterns, backend, cache_of(cache))
        tagger = tagger_of(names, wanted)
        return ready.result(), tagger


def _unknown(wanted: frozenset[str] | None, names: Names) -> list[Problem]:
    """One problem for each entity type that nothing can find."""
    own = names.entity_types if names is not None and names != "default" else frozenset()
    known = ENTITY_TYPES | own
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
def _context_words(patterns: tuple[Pattern, ...], languages: tuple[str, ...]) -> ContextWords:
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
