"""The evaluator of numbers (pure)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final, Literal

from pydantic import Field

from sluice.server.features.testruns.evaluators.scoring import (
    NO_EXPECTED,
    EvaluatedCase,
    EvaluatorDocument,
    Score,
    judged,
)
from sluice.server.features.testruns.evaluators.texts import Name, Value

Tolerance = Annotated[float, Field(ge=0, allow_inf_nan=False)]


def _number(decimal: str, thousands: str) -> re.Pattern[str]:
    """Signs, groups of three digits, decimals, an exponent; not inside of a word or of 1.2.3."""
    digits = rf"(?:\d{{1,3}}(?:[{thousands}]\d{{3}})+(?!\d)|\d+)(?:{decimal}\d+)?|{decimal}\d+"
    return re.compile(
        rf"(?<![\w.,])[-+\u2212]?(?:{digits})(?:[eE][-+]?\d{{1,3}})?(?!\w|[.,]\d)", re.ASCII
    )


_SPACES: Final = "'\u2019\u00a0\u2009\u202f"
_FORMS: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {".": _number(r"\.", "," + _SPACES), ",": _number(",", "." + _SPACES)}
)
"""By the decimal sign: the other one may divide thousands."""


class Numeric(EvaluatorDocument):
    """The output's number is the expected one, or close to it.

    Close is what is within either tolerance: `absolute` in the number's own unit, `relative` as a
    share of the larger of both.
    """

    kind: Literal["numeric"] = "numeric"
    name: Name = "numeric"
    expected: Value | Annotated[float, Field(allow_inf_nan=False)] | None = None
    """In place of the test case's expected value."""
    absolute: Tolerance = 0
    relative: Annotated[Tolerance, Field(lt=1)] = 0
    find: Literal["whole", "first", "last"] = "whole"
    """Which number of the output counts; with `whole` the output must be nothing else."""
    decimal: Literal[".", ","] = "."

    def evaluate(self, case: EvaluatedCase, output: str) -> Score:
        """See `Evaluator.evaluate`."""
        given = case.expected if self.expected is None else self.expected
        wanted = given if isinstance(given, int | float) else self._read(given or "", "whole")
        if wanted is None:
            return NO_EXPECTED if given is None else Score(None, detail="It expects no number.")
        said = self._read(output, self.find)
        if said is None:
            return judged(False, "There is no such number in the output.")
        close = math.isclose(wanted, said, rel_tol=self.relative, abs_tol=self.absolute)
        return judged(close, f"Off by {abs(wanted - said):.6g}.")

    def _read(self, text: str, find: str) -> float | None:
        form = _FORMS[self.decimal]
        if find == "whole":
            found = form.fullmatch(text.strip())
            return None if found is None else self._value(found[0])
        said = [value for m in form.finditer(text) if (value := self._value(m[0])) is not None]
        return said[0 if find == "first" else -1] if said else None

    def _value(self, digits: str) -> float | None:
        """None for what is too large for a number."""
        plain = digits.replace("\u2212", "-").replace("." if self.decimal == "," else ",", "")
        for sign in _SPACES:
            plain = plain.replace(sign, "")
        value = float(plain.replace(",", "."))
        return value if math.isfinite(value) else None
