"""Payment cards, bank accounts and banks."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import Final

from stdnum import iban, luhn

from sluice.engine.detectors.countries import COUNTRIES
from sluice.engine.patterns import Checked, Pattern, Precedence, context, surrounding_words, words

# First digits (from, to) and lengths of the issuers' numbers (ISO/IEC 7812 assignments as the
# networks publish them).
_ISSUERS: Final = (
    ("2014", "2014", {15}),
    ("2149", "2149", {15}),
    ("2200", "2204", {16, 17, 18, 19}),
    ("2221", "2720", {16}),
    ("300", "305", {14}),
    ("3095", "3095", {14}),
    ("34", "34", {15}),
    ("3528", "3589", {16, 17, 18, 19}),
    ("36", "36", {14, 15, 16, 17, 18, 19}),
    ("37", "37", {15}),
    ("38", "39", {14, 16}),
    ("4", "4", {13, 16, 19}),
    ("5018", "5018", {12, 13, 14, 15, 16, 17, 18, 19}),
    ("5020", "5020", {12, 13, 14, 15, 16, 17, 18, 19}),
    ("5038", "5038", {12, 13, 14, 15, 16, 17, 18, 19}),
    ("51", "55", {16}),
    ("6011", "6011", {16, 17, 18, 19}),
    ("6304", "6304", {12, 13, 14, 15, 16, 17, 18, 19}),
    ("6759", "6763", {12, 13, 14, 15, 16, 17, 18, 19}),
    ("62", "62", {16, 17, 18, 19}),
    ("644", "659", {16, 17, 18, 19}),
    ("81", "81", {16, 17, 18, 19}),
    ("9792", "9792", {16}),
)
_GROUPS: Final = frozenset(
    {(4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3), (4, 4, 5), (4, 5, 6)}
)
_MOST_GROUPS: Final = 8
_ASCII_ALNUM = re.compile(r"[A-Za-z0-9]")
_RUN = re.compile(r"\d+", re.ASCII)
_BANKING = words(
    "swift bic bank iban wire transfer sepa beneficiary routing remittance überweisung"
)


def _is_card(digits: str) -> bool:
    """Whether an issuer has numbers that begin and end so, and the check digit fits."""
    issued = any(
        low <= digits[: len(low)] <= high and len(digits) in lengths
        for low, high, lengths in _ISSUERS
    )
    return issued and luhn.is_valid(digits)


def _card(match: re.Match[str]) -> Checked | None:
    """The longest stretch of whole groups that is a card's number."""
    runs = [(m.start(), m.end()) for m in _RUN.finditer(match.string, *match.span())]
    if len(runs) > _MOST_GROUPS:
        return None
    ends = list(accumulate((end - start for start, end in runs), initial=0))
    stretches = (
        (low, high)
        for low in range(len(runs))
        for high in range(len(runs), low, -1)
        if 12 <= ends[high] - ends[low] <= 19
    )
    for low, high in sorted(stretches, key=lambda pair: ends[pair[0]] - ends[pair[1]]):
        start, end = runs[low][0], runs[high - 1][1]
        if _is_card("".join(match.string[a:b] for a, b in runs[low:high])):
            return Checked(start, end, _card_score(runs[low:high]))
    return None


def _card_score(runs: list[tuple[int, int]]) -> float:
    """Groups as they are embossed are surer than one long number, others are less sure."""
    if len(runs) == 1:
        return 0.75
    return 0.95 if tuple(end - start for start, end in runs) in _GROUPS else 0.45


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
    if len(compact) < length or runs_on or not iban.is_valid(compact, check_country=False):
        return None
    return Checked(start, end, 0.95)


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


def _bank(match: re.Match[str]) -> Checked | None:
    """A code with a real country; one that could be a word needs a banking word nearby."""
    code = match[0]
    if code[4:6] not in COUNTRIES:
        return None
    near = surrounding_words(match.string, *match.span())
    if not _BANKING.isdisjoint(near):
        return Checked(*match.span(), 0.85)
    return Checked(*match.span(), 0.3) if not code.isalpha() else None


_CARD_CONTEXT: Final = context(
    "card cards credit debit visa mastercard amex american express discover maestro diners jcb "
    "unionpay cc cvv cvc pan payment expiry expires exp charge kreditkarte karte carte tarjeta",
    "order id ids tracking trace span imei serial sku isbn parcel uuid ticket timestamp nonce",
    boost=0.2,
    drop=0.3,
)

PATTERNS: Final = (
    Pattern(
        name="money.card",
        entity_type="CREDIT_CARD",
        regex=r"(?<![\w.+])(?<!\d-)\d(?:[ \u00a0-]?\d){11,22}(?!\w|\.\d)",
        anchor=r"\b\d(?:[ \xc2\xa0\-]{0,2}\d){11}",
        reach=13 + 11 + 2,
        longest=1 + 22 * 2 + 2,
        score=0.75,
        check=_card,
        context=_CARD_CONTEXT,
        precedence=Precedence.CHECKED,
    ),
    Pattern(
        name="money.iban",
        entity_type="IBAN_CODE",
        regex=r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ \u00a0-]?[A-Za-z0-9]){11,30}",
        anchor=r"(?:\b|_)[A-Za-z]{2}\d{2}[ \xc2\xa0\-]{0,2}[A-Za-z0-9]{1,2}",
        reach=9,
        longest=4 + 60,
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
