"""Which region's numbering plan has a number, and which regions write numbers in which form.

The plans are those of `phonenumbers` (Google's metadata of the national plans, ITU-T E.164).
"""

from __future__ import annotations

import re
from typing import Final

from sluice.engine.patterns import lazily

_S = r"[ \-/\u00a0\u2010-\u2013]"
_SS = rf"{_S}{{1,3}}"
WITH_TRUNK: Final = (
    *("GB", "DE", "FR", "IT", "AU", "NL", "CH", "AT", "BE", "SE", "IE", "NZ", "ZA", "JP", "IN"),
    *("BR", "FI", "TR", "IL", "UA", "KR", "CN", "TH", "MY", "ID", "PH", "EG", "KE", "NG", "TW"),
)
"""Regions where numbers are dialled with a leading 0, which is written."""
WITHOUT_TRUNK: Final = (
    *("US", "ES", "IT", "PT", "PL", "DK", "NO", "IN", "SG", "HK", "MX", "BR", "GR", "CZ", "CN"),
    *("AU", "CL", "CO", "PE", "AR", "EE", "LV", "LU", "AE"),
)
"""Regions where numbers are written without a leading 0."""

# A form that is usual in a region, the regions whose plans must have the number, and how much the
# form says by itself.
_NOTATIONS: Final = tuple(
    (lazily(form.replace("~", _SS), re.ASCII), regions, score)
    for form, regions, score in (
        (r"0[1-9](?:~\d\d){4}", ("FR",), 0.65),
        (
            r"07\d{3}~\d{6}|07\d{3}~\d{3}~\d{3}|\(?02\d\)?~\d{4}~\d{4}|\(?01\d{3}\)?~\d{5,6}"
            r"|\(?01\d\d\)?~\d{3}~\d{4}|0[38]\d\d~\d{3}~\d{4}|07\d\d~\d{4}~\d{4}",
            ("GB",),
            0.6,
        ),
        (r"04\d\d~\d{3}~\d{3}|\(?0[2378]\)?~\d{4}~\d{4}", ("AU",), 0.6),
        (r"0[1-9]\d~\d{3}~\d\d~\d\d", ("CH",), 0.6),
        (r"0[1-9]~\d{3}~\d\d~\d\d|04\d\d~\d\d~\d\d~\d\d|0\d\d~\d\d~\d\d~\d\d", ("BE",), 0.6),
        (
            r"06~\d{8}|06(?:~\d\d){4}|0[1-9]\d~\d{7}|0[1-9]\d~\d{3}~\d{4}|06~\d{4}~\d{4}",
            ("NL",),
            0.6,
        ),
        (r"0\d{1,3}~\d{2,3}(?:~\d\d){1,2}|0\d{1,2}~\d{3}~\d{3}", ("SE",), 0.55),
        (r"0\d{1,4}-\d{1,4}-\d{4}", ("JP", "KR"), 0.6),
        (r"0\d{1,2}~\d{3}~\d{4}|0\d\d~\d{4}~\d{3}", ("IE", "NZ", "ZA"), 0.55),
        (r"\(0?[1-9]\d\)~?9?\d{4}-\d{4}|\([1-9]\d\)~?9?\d{4}~\d{4}", ("BR", "MX", "AR"), 0.6),
        (
            r"\(?0\d{2,5}\)?~\d{3,8}(?:~\d{1,4}){0,3}|\(?0\d{2,4}\)?(?:~\d\d){2,4}",
            ("DE", "AT"),
            0.5,
        ),
        (r"0\d{1,3}~\d{6,8}|0\d{1,3}~\d{3,4}~\d{3,4}", ("IT", "GB", "NL", "AU"), 0.5),
        (r"[6789]\d\d(?:~\d\d){3}|9\d~\d{3}~\d\d~\d\d", ("ES",), 0.5),
        (r"3\d\d~\d{6,7}|3\d\d~\d{3}~\d{4}|3\d\d~\d\d~\d\d~\d{3}", ("IT",), 0.5),
        (r"[6-9]\d{4}~\d{5}", ("IN",), 0.45),
        (r"[1-9]\d\d~\d{3}~\d{3}", ("ES", "PL", "PT"), 0.35),
        (r"[2-9]\d(?:~\d\d){3}", ("DK", "NO"), 0.3),
    )
)


def is_valid(number: str, region: str | None) -> bool:
    """Whether the region's numbering plan has this number; region None needs a leading `+`."""
    # Imported when first needed: the metadata is large.
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(parsed)


def has_possible_length(number: str) -> bool:
    """Whether an international number has a country code that exists and as many digits."""
    import phonenumbers

    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number, None))
    except phonenumbers.NumberParseException:
        return False


def is_valid_somewhere(number: str) -> bool:
    """Whether any of the regions above has this national number."""
    trunk = number.lstrip("(")[0] == "0"
    return any(is_valid(number, region) for region in (WITH_TRUNK if trunk else WITHOUT_TRUNK))


def score_of_form(number: str) -> float:
    """How likely a national number is one by its form and its plan alone; 0.0 if it is none."""
    for form, regions, score in _NOTATIONS:
        if form.fullmatch(number) and any(is_valid(number, region) for region in regions):
            return score
    return 0.0
