"""Evaluators that compare texts (pure)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints
from rapidfuzz import fuzz
from rapidfuzz.distance import Prefix

from sluice.server.features.testruns.evaluators.scoring import (
    NO_EXPECTED,
    EvaluatedCase,
    EvaluatorDocument,
    Score,
    failed,
    judged,
)

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
"""An evaluator's own name: it stands unsealed in results and metrics."""
Value = Annotated[str, StringConstraints(max_length=100_000)]
Part = Annotated[str, StringConstraints(min_length=1, max_length=10_000)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]

LONGEST_COMPARED: Final = 100_000
"""Code points of a text whose similarity is worked out: the work grows with both lengths."""
_SPACES: Final = re.compile(r"\s+")


class Spelling(EvaluatorDocument):
    """What counts as the same text, for evaluators that compare texts."""

    strip: bool = True
    """White space at both ends does not count."""
    ignore_case: bool = False
    collapse_whitespace: bool = False
    """White space of any kind and length is one space."""
    unicode: bool = True
    """Texts of the same Unicode normalisation form C are the same."""

    def spelled(self, text: str) -> str:
        """The text as it is compared."""
        if self.unicode:
            text = unicodedata.normalize("NFC", text)
        if self.collapse_whitespace:
            text = _SPACES.sub(" ", text)
        if self.strip:
            text = text.strip()
        return text.casefold() if self.ignore_case else text


class Expecting(Spelling):
    """An evaluator with an expected value: its own, else the test case's."""

    expected: Value | None = None

    def wanted(self, case: EvaluatedCase) -> str | None:
        """The expected value as it is compared; None where there is none."""
        expected = case.expected if self.expected is None else self.expected
        return None if expected is None else self.spelled(expected)


class Exact(Expecting):
    """The output is the expected text."""

    kind: Literal["exact"] = "exact"
    name: Name = "exact"

    def evaluate(self, case: EvaluatedCase, output: str) -> Score:
        """See `Evaluator.evaluate`."""
        wanted, said = self.wanted(case), self.spelled(output)
        if wanted is None:
            return NO_EXPECTED
        if wanted == said:
            return judged(True)
        at = Prefix.similarity(wanted, said)
        lengths = f"{len(said)} characters instead of {len(wanted)}"
        return judged(False, f"Differs from character {at + 1} on; {lengths}.")


class Contains(Spelling):
    """The output contains values: all of them, any, or none."""

    kind: Literal["contains"] = "contains"
    name: Name = "contains"
    values: Annotated[tuple[Part, ...], Field(max_length=100)] = ()
    """Without any, the test case's expected value is the only one."""
    mode: Literal["all", "any", "none"] = "all"

    def evaluate(self, case: EvaluatedCase, output: str) -> Score:
        """See `Evaluator.evaluate`."""
        values = [value for given in self._values(case) if (value := self.spelled(given))]
        if not values:
            return NO_EXPECTED
        said = self.spelled(output)
        found = sum(value in said for value in values)
        detail = f"Contains {found} of {len(values)}."
        if self.mode == "all":
            return Score(found == len(values), found / len(values), detail)
        return judged(found > 0 if self.mode == "any" else found == 0, detail)

    def _values(self, case: EvaluatedCase) -> tuple[str, ...]:
        if self.values:
            return self.values
        return () if case.expected is None else (case.expected,)


_METHODS: Final[Mapping[str, Callable[[str, str], float]]] = MappingProxyType(
    {
        "ratio": fuzz.ratio,
        "partial_ratio": fuzz.partial_ratio,
        "token_sort": fuzz.token_sort_ratio,
        "token_set": fuzz.token_set_ratio,
    }
)


class Similarity(Expecting):
    """The output is like the expected text, by rapidfuzz's measures of insertions and deletions."""

    kind: Literal["similarity"] = "similarity"
    name: Name = "similarity"
    method: Literal["ratio", "partial_ratio", "token_sort", "token_set"] = "ratio"
    """Of characters in order, of the best matching part, or of words whatever their order."""
    threshold: Share = 0.8

    def evaluate(self, case: EvaluatedCase, output: str) -> Score:
        """See `Evaluator.evaluate`."""
        wanted, said = self.wanted(case), self.spelled(output)
        if wanted is None:
            return NO_EXPECTED
        if max(len(wanted), len(said)) > LONGEST_COMPARED:
            return failed("too_long", f"Texts over {LONGEST_COMPARED} characters are not compared.")
        alike = 1.0 if wanted == said else _METHODS[self.method](wanted, said) / 100
        return Score(alike >= self.threshold, alike)
