"""Evaluators as a request, a file or a test run names them (pure).

{"kind": "exact"}
{"kind": "contains", "name": "no-apology", "values": ["sorry"], "mode": "none"}
"""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Final

from pydantic import AfterValidator, Field, TypeAdapter

from sluice.server.features.testruns.evaluators.expressions import Regex
from sluice.server.features.testruns.evaluators.functions import Python
from sluice.server.features.testruns.evaluators.json_values import JsonEqual, JsonSchema
from sluice.server.features.testruns.evaluators.judging import Judge
from sluice.server.features.testruns.evaluators.numeric import Numeric
from sluice.server.features.testruns.evaluators.texts import Contains, Exact, Similarity

MOST: Final = 20
AnyEvaluator = Annotated[
    Exact | Contains | Regex | JsonSchema | JsonEqual | Numeric | Similarity | Judge | Python,
    Field(discriminator="kind"),
]


def _named_differently(evaluators: tuple[AnyEvaluator, ...]) -> tuple[AnyEvaluator, ...]:
    twice = sorted(name for name, n in Counter(e.name for e in evaluators).items() if n > 1)
    if twice:
        raise ValueError(f"give each evaluator a name of its own; several are {', '.join(twice)}")
    return evaluators


Evaluators = Annotated[
    tuple[AnyEvaluator, ...], Field(max_length=MOST), AfterValidator(_named_differently)
]
"""All evaluators of a run, each with a name of its own."""

_EVALUATORS: Final[TypeAdapter[tuple[AnyEvaluator, ...]]] = TypeAdapter(Evaluators)


def evaluators_of(documents: object) -> tuple[AnyEvaluator, ...]:
    """Evaluators out of plain JSON values; raises `ValidationError` with every problem."""
    return _EVALUATORS.validate_python(documents)
