"""What an evaluator is given and what it says (pure).

Everything here is cleansed: inputs, expected values and outputs hold placeholders. An evaluator
judges (`passed` is true or false), says that there is nothing to judge by (`passed` is None), or
could not do it: then `error` names why in one word, and the output has not passed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from pydantic import ConfigDict

from sluice.server.kit.wire import StrictModel


@dataclass(frozen=True, slots=True)
class EvaluatedCase:
    """One test case, as evaluators see it."""

    inputs: Mapping[str, Any] = field(default_factory=dict, repr=False)
    expected: str | None = field(default=None, repr=False)
    metadata: Mapping[str, Any] = field(default_factory=dict, repr=False)
    output_schema: Mapping[str, Any] | None = field(default=None, repr=False)
    """Of the template version that was run."""


@dataclass(frozen=True, slots=True)
class Score:
    """What one evaluator says of one output."""

    passed: bool | None
    """None: there was nothing to judge by."""
    score: float | None = None
    """0 to 1, the higher the better; None where there are no degrees."""
    detail: str = field(default="", repr=False)
    """Why, for people: positions, paths and counts."""
    error: str | None = None
    """A word, where the evaluator could not judge; then `passed` is false."""


class Evaluator(Protocol):
    """Judges outputs; one object serves all cases, from several threads at once."""

    def evaluate(self, case: EvaluatedCase, output: str) -> Score:
        """The score of one output; raises nothing but what is a fault of this program."""
        ...


class EvaluatorDocument(StrictModel):
    """The base of every evaluator's document; `name` tells several of one kind apart."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


NO_EXPECTED: Final = Score(None, detail="The test case has no expected value.")


def failed(error: str, detail: str) -> Score:
    """The evaluator could not judge: that is never a pass."""
    return Score(False, detail=detail, error=error)


def judged(passed: bool, detail: str = "") -> Score:
    """A yes or no, which is also 1 or 0."""
    return Score(passed, 1.0 if passed else 0.0, detail)
