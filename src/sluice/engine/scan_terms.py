"""A policy's own terms: literal texts and expressions, in one small matcher of their own.

It is built apart from the built-in patterns, so that a policy costs no recompilation.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from sluice.engine.errors import Problem
from sluice.engine.scan_linear import LinearPattern, Unsupported, at_edge, folded
from sluice.engine.types import ENTITY_TYPE, CustomTerm, Finding

LONGEST_TEXT: Final = 1000
"""The longest literal term, in code points."""

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
    variants = {fold(unicodedata.normalize(form, literal)) for form in ("NFC", "NFD")}
    variants.add(fold(literal))

    def find(text: str, lower: str) -> Iterator[tuple[int, int]]:
        read = text if term.case_sensitive else lower
        for variant in variants:
            yield from _occurrences(read, variant, term.whole_words)

    return find


def _occurrences(text: str, literal: str, whole_words: bool) -> Iterator[tuple[int, int]]:
    """Where `literal` stands in `text`, left to right, not overlapping."""
    at = text.find(literal)
    while at >= 0:
        end = at + len(literal)
        fits = not whole_words or (at_edge(text, at) and at_edge(text, end))
        if fits:
            yield at, end
        at = text.find(literal, end if fits else at + 1)
