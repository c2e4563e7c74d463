"""Bank accounts and banks with codes of their own: IBAN (ISO 13616) and BIC (ISO 9362)."""

from __future__ import annotations

import re
from typing import Final

from stdnum import iban

from sluice.engine.detectors.countries import COUNTRIES
from sluice.engine.patterns import (
    Checked,
    Pattern,
    Precedence,
    alternatives,
    surrounding_words,
    words,
)

# IBAN lengths by country (SWIFT's IBAN registry, release 99).
_LENGTHS: Final = {
    row[:2]: int(row[2:])
    for row in words(
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 "
        "DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 "
        "IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 "
        "MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 "
        "SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30"
    )
}
_COUNTRY: Final = f"(?:{alternatives(_LENGTHS)})"
_ASCII_ALNUM = re.compile(r"[A-Za-z0-9]")
_BANKING = words(
    "swift bic bank banks banking iban wire transfer sepa beneficiary routing remittance "
    "überweisung "
    "überweisen kreditinstitut banque virement banco transferencia banca bonifico overschrijving "
    "transferência correspondent intermediary account konto"
)


_NAMING: Final = words("swift bic iban")
_CAPITALS = re.compile(r"\b[A-Z]{3,}\b", re.ASCII)


def _in_capitals(match: re.Match[str]) -> bool:
    """Whether words in capitals stand nearby, or it is a common one of them."""
    text, (start, end) = match.string, match.span()
    beside = _CAPITALS.findall(text[max(0, start - 20) : start] + " " + text[end : end + 20])
    return match[0] in _COMMON or any(word != "SEPA" for word in beside)


# Words of bank letters that have a country's code in their fifth and sixth place.
_COMMON: Final = words(
    "BUSINESS CUSTOMER CHECKING CREDITOR CONSUMER INTEREST DOCUMENT DELIVERY TRANSACTION REQUIRED "
    "PROVIDER PROPERTY COMMERCE ECONOMIC OFFICIAL PREVIOUS REGISTER IMPORTANT DISCLAIMER"
)


def _account(match: re.Match[str]) -> Checked | None:
    """As much of the match as the country's account numbers are long, if its checksum fits."""
    text, start = match.string, match.start()
    length = _LENGTHS.get(match[0][:2].upper())
    if length is None:
        return None
    end, compact = start, ""
    while end < match.end() and len(compact) < length:
        compact += text[end] if text[end].isalnum() else ""
        end += 1
    runs_on = _ASCII_ALNUM.match(text, end)
    mostly_digits = 2 * sum(map(str.isdigit, compact)) >= length  # else a sentence: `at 20 …`
    if len(compact) < length or runs_on or not mostly_digits:
        return None
    if iban.is_valid(compact, check_country=False):
        return Checked(start, end, 0.95, reason="mod 97")
    named = "iban" in surrounding_words(text, start, end) and compact[2:4] != "00"
    return Checked(start, end, 0.55, reason="label") if named else None


def _bank(match: re.Match[str]) -> Checked | None:
    """A code with a real country; one that could be a word needs a banking word nearby.

    Between other words in capitals it is likely one of them (`BUSINESS`, `CREDITOR`).
    """
    code = match[0]
    if code[4:6] not in COUNTRIES:
        return None
    near = surrounding_words(match.string, *match.span())
    if code.isalpha() and _NAMING.isdisjoint(near) and _in_capitals(match):
        return None
    if not _BANKING.isdisjoint(near):
        return Checked(*match.span(), 0.85, reason="context word")
    return Checked(*match.span(), 0.3, reason="country code") if not code.isalpha() else None


PATTERNS: Final[tuple[Pattern, ...]] = (
    Pattern(
        name="money.iban",
        entity_type="IBAN_CODE",
        regex=rf"(?<![A-Za-z0-9]){_COUNTRY} ?\d\d(?:[ \u00a0.\-\u2010-\u2013]?[A-Za-z0-9]"
        rf"){{11,30}}",
        anchor=rf"(?:\b|_){_COUNTRY} ?\d\d(?:(?:[ .\-]|\xc2\xa0"
        rf"|\xe2\x80[\x90-\x93])?[A-Za-z0-9]){{6}}",
        reach=5 + 12,
        longest=5 + 60,
        ignore_case=True,
        score=0.95,
        check=_account,
        precedence=Precedence.CHECKED,
    ),
    Pattern(
        name="money.bic",
        entity_type="SWIFT_CODE",
        regex=r"(?<![\w-])[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?(?![\w-])",
        anchor=r"\b[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?\b",
        reach=11,
        longest=13,
        score=0.85,
        check=_bank,
        precedence=Precedence.SHAPE,
    ),
)
