"""Regular expressions that cannot hang, and the evaluator of them (pure).

They are those of a policy's own terms (`scan_linear`): the syntax of `re` without what needs
backtracking (look-around, back-references, possessive groups), run as a set of states, so that the
work grows with the text alone. Here only whether there is a match is asked: a match may be of any
length, and empty.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import PrivateAttr, StringConstraints

from sluice.engine.scan_linear import (
    SPARE_WORK,
    WORK_PER_POINT,
    Chars,
    LinearPattern,
    TooMuchWork,
    Unsupported,
    folded,
)
from sluice.server.features.testruns.evaluators.scoring import (
    EvaluatedCase,
    EvaluatorDocument,
    Score,
    failed,
    judged,
)
from sluice.server.features.testruns.evaluators.texts import Name

Source = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
TOO_MUCH_WORK: Final = "The text takes this expression too much work."


class Expression(LinearPattern):
    """A compiled expression; raises `Unsupported` for one that cannot be matched so."""

    def __init__(self, source: str, *, ignore_case: bool = False) -> None:
        self._may_be_empty = False
        super().__init__(source, case_sensitive=not ignore_case, whole_words=False)

    def matches(self, text: str, *, whole: bool = False) -> bool:
        """Whether there is a match: anywhere, or of the whole text. Raises `TooMuchWork`."""
        read = folded(text) if self._folds else text
        left = SPARE_WORK + WORK_PER_POINT * len(read)
        at, threads = 0, dict[int, int]()
        while True:
            if at == 0 or not whole:
                self._enter(threads, 0, at, read, at)
            left -= len(threads) + 1
            if left < 0:
                raise TooMuchWork
            if (not whole or at == len(read)) and self._accepts(threads):
                return True
            if at == len(read) or (whole and not threads):
                return False
            threads = self._moved(threads, read, at)
            at += 1
            if not (threads or whole or self._may_be_empty):
                at = self._next_start(read, at)

    def _accepts(self, threads: dict[int, int]) -> bool:
        return any(self._states[number].accept for number in threads)

    def _moved(self, threads: dict[int, int], text: str, at: int) -> dict[int, int]:
        """The states behind the code point at this offset."""
        moved: dict[int, int] = {}
        for number in threads:
            state = self._states[number]
            if state.chars is not None and state.chars[text[at]]:
                self._enter(moved, state.follow[0], 0, text, at + 1)
        return moved

    def _first_chars(self) -> Chars:
        """Any, where a match may be empty."""
        try:
            return super()._first_chars()
        except Unsupported:
            self._may_be_empty = True
            return Chars(lambda _: True)


class Regex(EvaluatorDocument):
    """The output matches a regular expression."""

    kind: Literal["regex"] = "regex"
    name: Name = "regex"
    pattern: Source
    mode: Literal["search", "fullmatch"] = "search"
    ignore_case: bool = False
    _expression: Expression = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:  # noqa: ANN401 (pydantic's)
        """Compile it, once."""
        try:
            self._expression = Expression(self.pattern, ignore_case=self.ignore_case)
        except Unsupported as error:
            reason = str(error)
        else:
            return
        raise ValueError(f"the pattern cannot be used: {reason}")

    def evaluate(self, case: EvaluatedCase, output: str) -> Score:
        """See `Evaluator.evaluate`."""
        try:
            return judged(self._expression.matches(output, whole=self.mode == "fullmatch"))
        except TooMuchWork:
            return failed("too_much_work", TOO_MUCH_WORK)
