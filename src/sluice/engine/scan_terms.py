"""A policy's own terms: literal texts and expressions, in one small matcher of their own.

It is built apart from the built-in patterns, so that a policy costs no recompilation.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from heapq import merge
from itertools import groupby
from typing import Final, NamedTuple

from sluice.engine.errors import Problem
from sluice.engine.inflection import APOSTROPHES, forms
from sluice.engine.scan_linear import LinearPattern, Unsupported, at_edge, folded
from sluice.engine.types import ENTITY_TYPE, CustomTerm, Finding

LONGEST_TEXT: Final = 1000
"""The longest literal term, in code points."""
_SAME: Final = 3
"""Forms of a term that begin with as many equal code points are searched for together."""
_POSSESSIVE: Final = frozenset(APOSTROPHES)
_OPENING: Final = frozenset("'\u2018\u2019")

Find = Callable[[str, str], Iterable[tuple[int, int]]]
"""Finds a term in a text, given as it is and in lower case, as (start, end) in code points."""


class TermMatcher:
    """Finds custom terms.

    Args:
        terms: the terms of a policy.
        problems: what is wrong with any of them is added here, with paths `custom_terms[3]…`.
    """

    def __init__(self, terms: tuple[CustomTerm, ...], problems: list[Problem]) -> None:
        self.terms = terms
        self.entity_types = frozenset(term.entity_type for term in terms)
        self._finders: list[tuple[CustomTerm, Find]] = []
        for index, term in enumerate(terms):
            find = _finder(term, f"custom_terms[{index}]", problems)
            if find is not None:
                self._finders.append((term, find))

    def find(self, text: str) -> list[Finding]:
        """The terms' findings in `text`, score 1; those of different terms may overlap.

        Raises:
            TooMuchWork: an expression exceeds its work limit on this text.
        """
        if not self._finders:
            return []
        lower = folded(text)
        return [
            Finding(start, end, term.entity_type, 1.0, "custom_term", term.name)
            for term, find in self._finders
            for start, end in find(text, lower)
        ]


def _finder(term: CustomTerm, path: str, problems: list[Problem]) -> Find | None:
    """What finds the term, or None after adding to `problems`."""
    if not ENTITY_TYPE.fullmatch(term.entity_type):
        problems.append(
            Problem(
                f"{path}.entity_type", "must be capitals, digits and underscores: `PROJECT_NAME`"
            )
        )
    if (term.text is None) == (term.pattern is None):
        problems.append(Problem(path, "needs exactly one of `text` and `pattern`"))
        return None
    if term.pattern is not None:
        return _pattern_finder(term, term.pattern, path, problems)
    return _text_finder(term, term.text or "", path, problems)


def _pattern_finder(
    term: CustomTerm, source: str, path: str, problems: list[Problem]
) -> Find | None:
    if term.inflected:
        problems.append(
            Problem(f"{path}.inflected", "is for literal terms; write the forms into the pattern")
        )
    try:
        pattern = LinearPattern(
            source, case_sensitive=term.case_sensitive, whole_words=term.whole_words
        )
    except Unsupported as error:
        problems.append(Problem(f"{path}.pattern", str(error)))
        return None
    return lambda text, lower: pattern.find(text)


def _text_finder(term: CustomTerm, literal: str, path: str, problems: list[Problem]) -> Find | None:
    if not literal.strip():
        problems.append(Problem(f"{path}.text", "must not be empty"))
        return None
    if len(literal) > LONGEST_TEXT:
        problems.append(Problem(f"{path}.text", f"is longer than {LONGEST_TEXT} code points"))
        return None
    fold = str if term.case_sensitive else folded
    written = forms(literal) if term.inflected else {literal}
    variants = {fold(literal)}
    for form in ("NFC", "NFD"):
        variants.update(fold(unicodedata.normalize(form, text)) for text in written)
    stems = _stems(variants)

    def find(text: str, lower: str) -> Iterator[tuple[int, int]]:
        read = text if term.case_sensitive else lower
        return _apart(merge(*(_occurrences(read, stem, term.whole_words) for stem in stems)))

    return find


class _Stem(NamedTuple):
    """What some forms of a term begin with, and how they go on."""

    start: str
    endings: tuple[str, ...]
    """The longest first."""


def _stems(variants: Collection[str]) -> list[_Stem]:
    """The forms by what they begin with, so that a text is searched a few times, not for each."""
    stems = []
    for _, same in groupby(sorted(variants), key=lambda variant: variant[:_SAME]):
        group = list(same)
        start = _beginning(group[0], group[-1])
        endings = sorted((form[len(start) :] for form in group), key=len, reverse=True)
        stems.append(_Stem(start, tuple(endings)))
    return stems


def _beginning(first: str, last: str) -> str:
    """What both begin with, and with them all that are sorted between them."""
    same = 0
    while same < min(len(first), len(last)) and first[same] == last[same]:
        same += 1
    return first[:same]


def _occurrences(text: str, stem: _Stem, whole_words: bool) -> Iterator[tuple[int, int]]:
    """Where a form with this stem stands in `text`, left to right, not overlapping."""
    at = text.find(stem.start)
    while at >= 0:
        end = _end(text, at, stem, whole_words)
        if end is not None:
            yield at, end
        at = text.find(stem.start, at + 1 if end is None else end)


def _end(text: str, at: int, stem: _Stem, whole_words: bool) -> int | None:
    """Where the longest form that stands at `at` ends, if one stands there."""
    if whole_words and not at_edge(text, at):
        return None
    for ending in stem.endings:
        end = at + len(stem.start) + len(ending)
        if (
            text.startswith(ending, end - len(ending))
            and (not whole_words or at_edge(text, end))
            and not _closes_a_quotation(text, at, end, ending)
        ):
            return end
    return None


def _closes_a_quotation(text: str, at: int, end: int, ending: str) -> bool:
    """Whether the apostrophe of a possessive is one that ends a quotation: `'Falcons'`."""
    return ending[-1:] in _POSSESSIVE and at > 0 and text[at - 1] in _OPENING


def _apart(found: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Without those that begin inside of an earlier one; of two in one place the longer one."""
    last = (0, 0)
    for start, end in found:
        if start >= last[1]:
            if last[1]:
                yield last
            last = (start, end)
        elif start == last[0]:
            last = (start, max(end, last[1]))
    if last[1]:
        yield last
