"""Evaluators of the user's own: Python functions of installed packages, by entry point.

A package names them in the group `sluice.evaluators`:

    [project.entry-points."sluice.evaluators"]
    polite = "our_evaluators:polite"

    def polite(*, inputs, expected, output, metadata, options):
        return "please" in output.lower()

It gets cleansed texts only, as keyword arguments: `inputs` and `metadata` are dictionaries,
`expected` is a text or None, `options` what the evaluator's document says. It returns True or
False, a score from 0 to 1, None where there is nothing to judge by, or a dictionary with `passed`,
`score` and `detail`. It runs in a thread and must come back within `seconds`.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Annotated, Any, Final, Literal

from pydantic import Field, PrivateAttr, StringConstraints

from sluice.server.features.testruns.evaluators.scoring import (
    EvaluatedCase,
    EvaluatorDocument,
    Score,
    failed,
    judged,
)
from sluice.server.features.testruns.evaluators.texts import Name, Share

GROUP: Final = "sluice.evaluators"
LONGEST_DETAIL: Final = 2000
EntryPoint = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
Function = Callable[..., Any]


class Python(EvaluatorDocument):
    """A function of an installed package judges the output."""

    kind: Literal["python"] = "python"
    name: Name = "python"
    function: EntryPoint
    options: dict[str, Any] = Field(default_factory=dict)
    threshold: Share = 0.5
    """From which score on an output has passed, where the function does not say so itself."""
    seconds: Annotated[float, Field(gt=0, le=300, allow_inf_nan=False)] = 10
    _called: Function = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:  # noqa: ANN401 (pydantic's)
        """Find the function."""
        self._called = _loaded(self.function)

    def evaluate(self, case: EvaluatedCase, output: str) -> Score:
        """See `Evaluator.evaluate`; takes as long as the function does."""
        try:
            said = self._called(
                inputs=copy.deepcopy(dict(case.inputs)),
                expected=case.expected,
                output=output,
                metadata=copy.deepcopy(dict(case.metadata)),
                options=copy.deepcopy(self.options),
            )
        except Exception as error:  # the user's function: whatever it is, it did not judge
            kind = type(error).__name__
            return failed("function_raised", f"The function raised {kind}.")
        return self._read(said)

    def _read(self, said: object) -> Score:
        if isinstance(said, dict):
            return self._read_fields(said)
        if said is None or isinstance(said, bool):
            return Score(None) if said is None else judged(said)
        if _is_score(said):
            return Score(said >= self.threshold, float(said))  # type: ignore[operator, arg-type]
        return failed("function_answer", "The function returned what is no score from 0 to 1.")

    def _read_fields(self, said: dict[Any, Any]) -> Score:
        passed, score, detail = said.get("passed"), said.get("score"), said.get("detail", "")
        known = said.keys() <= {"passed", "score", "detail"} and isinstance(detail, str)
        if not known or not (passed is None or isinstance(passed, bool)):
            return failed("function_answer", "The function returned a dictionary of another form.")
        if score is not None and not _is_score(score):
            return failed("function_answer", "The function returned a score outside of 0 to 1.")
        if passed is None and score is not None:
            passed = score >= self.threshold
        return Score(passed, score, detail[:LONGEST_DETAIL])


def _is_score(value: object) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value) and 0 <= value <= 1  # type: ignore[arg-type, operator]


def _loaded(name: str) -> Function:
    """The function of an entry point; raises `ValueError` with what is wrong."""
    found = list(entry_points(group=GROUP, name=name))
    if len(found) != 1:
        many = "several installed packages name" if found else "no installed package names"
        raise ValueError(f"{many} a function of this name in the entry points {GROUP}")
    try:
        function = found[0].load()
    except Exception as error:  # of somebody else's module, while it is imported
        kind = type(error).__name__
    else:
        if callable(function):
            loaded: Function = function
            return loaded
        kind = "TypeError"
    raise ValueError(f"the function cannot be imported ({kind})")
