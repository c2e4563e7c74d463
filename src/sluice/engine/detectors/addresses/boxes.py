"""Post boxes, in the words of each country."""

from __future__ import annotations

import re
from typing import Final

from sluice.engine.detectors.addresses import tail
from sluice.engine.patterns import Checked, Pattern

_SURE: Final = (
    r"p\.? ?o\.? ?box|post office box|gpo box|locked bag|private bag|po bag|postfach|postbus|"
    r"casella postale|caixa postal|apartado de correos|apartado postal|apdo\. de correos|"
    r"apdo\. correos|apdo\.?|boîte postale|rural route|pmb"
)
_LOOSE: Final = r"apartado|b\.p\.|bp|rr|hc|c\.p\.|box|drawer"
_ROUTES: Final = (
    r"rr|r\.r\.|hc|hcr|rfd|rural route|star route|star rte|route|rte|rt|cmr|psc|unit|"
    r"(?:highway|hwy) contract(?: (?:route|rte))?|hc (?:route|rte)"
)


def _box(match: re.Match[str]) -> Checked | None:
    """A box with a number; one whose word means other things too needs a postcode behind it."""
    read = tail.read(match.string, match.end())
    loose = match.groupdict().get("loose") is not None
    if loose and not read.postcode:
        return None
    return Checked(match.start(), read.end, min(0.97, 0.75 + read.bonus), reason="post box")


_SURE_BYTES: Final = _SURE.replace("î", "\xc3\xae")
PATTERNS: Final = (
    Pattern(
        name="address.rural_box",
        entity_type="STREET_ADDRESS",
        regex=rf"(?<![\w.])(?:{_ROUTES})\.? ?#? ?\d{{1,5}}[A-Z]{{0,2}},? box ?#? "
        rf"?\d{{1,5}}[A-Z]?(?!\w)",
        anchor=rf"\b(?:{_ROUTES})\.? ?#? ?\d{{1,5}}[A-Z]{{0,2}},? box ?#? ?\d",
        reach=24 + 3 + 7 + 2 + 3 + 3,
        longest=24 + 3 + 7 + 2 + 3 + 3 + 8,
        score=0.75,
        check=_box,
        ignore_case=True,
    ),
    Pattern(
        name="address.box",
        entity_type="STREET_ADDRESS",
        regex=rf"(?<![\w.])(?:(?:{_SURE})|(?P<loose>{_LOOSE}))\.?:? "
        rf"{{0,2}}(?:n[.\u00ba\u00b0]{{0,2}} ?|# ?)?"
        r"\d{1,6}(?: \d{2,3}(?: \d{2})?)?(?:,? box \d{1,5}[A-Z]?)?(?![\w%]|[.:/,]\d)",
        anchor=rf"\b(?:{_SURE_BYTES}|{_LOOSE})\.?:? {{0,2}}(?:n[.\xc2\xba\xb0]{{0,4}} ?|# ?)?\d",
        reach=21 + 10,
        longest=21 + 10 + 13 + 14,
        score=0.75,
        check=_box,
        ignore_case=True,
    ),
)
