"""Addresses and postcodes told by a label: `Address: …`, `"zip": "…"`, `Domicilio: …`."""

from __future__ import annotations

import re
from typing import Final

from sluice.engine.detectors.addresses import tail
from sluice.engine.patterns import Checked, Pattern, byte_pattern

_ADDRESS_LABELS: Final = (
    r"(?:street|home|postal|mailing|shipping|billing|residential|delivery|house|work|business|"
    r"registered|permanent|current)[ _-]?address|addr(?:ess)?(?:[ _-]?line)?[ _-]?[12]?|street|"
    r"stra(?:\u00df|ss)e|anschrift|adresse|wohnanschrift|direcci\u00f3n|direccion|domicilio|"
    r"indirizzo|residenza|adres|straat|endere\u00e7o|morada|rue|calle"
)
_CODE_LABELS: Final = (
    r"zip(?:[ _-]?code)?|post(?:al)?[ _-]?code|plz|postleitzahl|code postal|c\u00f3digo postal|"
    r"codigo postal|c\.p\.|cp|c\.a\.p\.|cap|cep"
)
_ASSIGNED = r"[\"']? {0,3}[:=] {0,3}[\"']?"
_LINE = re.compile(
    r"(?P<line>[^\W_](?:[^\n\r\"<>{}\[\]@|;\\=]){4,90}?)(?=[\"<>{}\[\]|;\\=]|[.,]?\s*(?:\r?\n|$)|"
    r"\. [A-ZÀ-Þ]|,? {0,2}\w+:| {3}|\t)"
)
_STREET_LIKE = re.compile(
    r"(?:\d{1,6}[A-Za-z]?(?:[-/]\d{1,4})?,? +[^\W\d_]{2,}"
    r"|[^\W\d_]{2,}[^\W\d_.'’ºª/-]*(?:[ ,./-]+[^\W_][^\W_.'’ºª/-]*){0,6}?[ ,]{1,3}(?:n\.?[ºo°] "
    r"?)?\d{1,4}(?![\d:]))"
)
_NOT_A_STREET = re.compile(
    r"\d+\.\d+\.\d+|://|\b0x|::|\b(?:[0-9a-f]{2}:){2}|\bof \d|\bport\b", re.IGNORECASE
)


def _address(match: re.Match[str]) -> Checked | None:
    """A line behind the label with a house number in it."""
    line = _LINE.match(match.string, match.end(), match.end() + 120)
    if line is None:
        return None
    value = line["line"].rstrip(" ,.")
    if _NOT_A_STREET.search(value) or not _STREET_LIKE.match(value):
        return None
    read = tail.read(match.string, match.end() + len(value))
    return Checked(match.end(), read.end, min(0.9, 0.65 + read.bonus), reason="label")


def _code(match: re.Match[str]) -> Checked | None:
    """What has a postcode's form behind a label that says so."""
    return Checked(*match.span("code"), 0.65, reason="label")


PATTERNS: Final = (
    Pattern(
        name="address.labelled",
        entity_type="STREET_ADDRESS",
        regex=rf"(?<![A-Za-z0-9])(?:{_ADDRESS_LABELS}){_ASSIGNED}(?=[A-Za-z0-9\u00c0-\u024f])",
        anchor=rf"(?:{byte_pattern(_ADDRESS_LABELS)}){_ASSIGNED}(?:[A-Za-z0-9]|[\xc3-\xc9])",
        reach=24 + 9,
        longest=24 + 10,
        score=0.65,
        check=_address,
        ignore_case=True,
    ),
    Pattern(
        name="address.labelled_code",
        entity_type="STREET_ADDRESS",
        regex=rf"(?<![A-Za-z0-9])(?:{_CODE_LABELS}){_ASSIGNED}"
        r"(?P<code>\d{5}(?:-\d{3,4})?|\d{4} ?[A-Z]{2}|\d{4}|[A-Z]{1,2}\d[A-Z0-9]? ?\d[A-Z]{2}|"
        r"[A-Z]\d[A-Z] ?\d[A-Z]\d|\d{2}-\d{3})(?![A-Za-z0-9_-])",
        anchor=rf"(?:{byte_pattern(_CODE_LABELS)}){_ASSIGNED}[A-Z]?[A-Z]?\d",
        reach=16 + 9 + 3,
        longest=16 + 9 + 11,
        score=0.65,
        check=_code,
        ignore_case=True,
    ),
)
