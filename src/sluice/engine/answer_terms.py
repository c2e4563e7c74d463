"""Which words of an answer may belong to the organisation's own terms, ordinary ones included."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain
from typing import Final

from sluice.engine.answer_tokens import Grade
from sluice.engine.inflection import forms
from sluice.engine.types import Action, CustomTerm, Policy

_WORDS: Final = re.compile(r"[^\W_]+")


class Terms:
    """The words of a policy's custom terms, as far as the policy does not allow the terms."""

    def __init__(self, policy: Policy) -> None:
        terms = [
            term
            for term in policy.custom_terms
            if policy.rule_for(term.entity_type).action is not Action.ALLOW
        ]
        self._anything = any(term.text is None for term in terms)
        written = chain.from_iterable(_written(term) for term in terms)
        self._words = frozenset(chain.from_iterable(_WORDS.findall(text) for text in written))
        self._inside = any(not term.whole_words for term in terms)

    def raised(self, word: str, grade: Grade) -> Grade:
        """The grade of the word, given that it may belong to a term.

        An expression may match any word, and so may a term that need not be a whole word: then
        none is sent without an analysis.
        """
        if grade >= Grade.SUSPECT or not (self._words or self._anything):
            return grade
        parts = _WORDS.findall(word.casefold())
        if not self._words.isdisjoint(parts):
            return Grade.SUSPECT
        return max(grade, Grade.SOFT) if self._anything or self._inside else grade


def _written(term: CustomTerm) -> Iterable[str]:
    """How a literal term may be written, in small letters."""
    text = term.text or ""
    return map(str.casefold, (text, *forms(text)) if term.inflected else (text,))
