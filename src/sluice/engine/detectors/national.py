"""Numbers that states give to people."""

from __future__ import annotations

import re
from typing import Final

from sluice.engine.patterns import Checked, Pattern, Precedence, context, surrounding_words, words

_SOCIAL: Final = words("ssn ssns social security taxpayer tin itin soc sss socialsecurity")
_SSN_CONTEXT: Final = context(
    " ".join(_SOCIAL),
    "order phone tel fax tracking part model serial sku isbn zip ticket invoice case",
    boost=0.3,
    drop=0.35,
)
# Printed on sample cards and advertisements, and withdrawn for it.
_WITHDRAWN: Final = frozenset({"078051120", "219099999"})


def _ssn(match: re.Match[str]) -> Checked | None:
    """Area, group and serial are right by the expression; withdrawn numbers belong to nobody."""
    number = match[0]
    if "".join(filter(str.isdigit, number)) in _WITHDRAWN:
        return None
    return Checked(*match.span(), 0.7 if "-" in number else 0.45)


def _plain_ssn(match: re.Match[str]) -> Checked | None:
    """Nine digits are a number among many: only with a word that says what it is."""
    near = surrounding_words(match.string, *match.span())
    return Checked(*match.span(), 0.35) if not _SOCIAL.isdisjoint(near) else None


PATTERNS: Final = (
    Pattern(
        name="national.us_ssn",
        entity_type="US_SSN",
        regex=r"(?<![\w.])(?<!\d[-/])(?!000|666|9)\d{3}(?P<sep>[- ])(?!00)\d{2}(?P=sep)"
        r"(?!0000)\d{4}(?!\w|[-./]\d)",
        anchor=r"\b\d{3}[\- ]\d{2}[\- ]\d{4}\b",
        reach=11,
        longest=16,
        score=0.7,
        check=_ssn,
        context=_SSN_CONTEXT,
        precedence=Precedence.CHECKED,
    ),
    Pattern(
        name="national.us_ssn_plain",
        entity_type="US_SSN",
        regex=r"(?<![\w.$-])(?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4}(?!\w|[-.,]\d)",
        anchor=r"\b\d{9}\b",
        reach=9,
        longest=14,
        score=0.35,
        check=_plain_ssn,
        context=_SSN_CONTEXT,
        precedence=Precedence.CHECKED,
    ),
)
