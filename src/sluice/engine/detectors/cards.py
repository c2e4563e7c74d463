"""Payment cards: numbers, security codes, expiry dates.

A number is sure by its issuer's range (ISO/IEC 7812) and its Luhn digit; behind a label also a
wrong one is a finding, for it is likely a right one mistyped. `CARD_SECURITY_CODE` is the three or
four digits beside it (CVV, CVC, CSC, CID); a card's expiry is a `DATE_TIME`.
"""

from __future__ import annotations

import re
from itertools import accumulate, pairwise
from typing import Final

from stdnum import luhn

from sluice.engine.detectors.labels import digits_of, labelled, words_between
from sluice.engine.patterns import (
    Checked,
    Pattern,
    Precedence,
    context,
    surrounding_words,
    words,
)

# First digits (from, to) and lengths of the issuers' numbers (ISO/IEC 7812 assignments as the
# networks publish them).
_ISSUERS: Final = (
    ("1800", "1800", {15}),
    ("2014", "2014", {15}),
    ("2131", "2131", {15}),
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
    ("5078", "5078", {16}),
    ("51", "55", {16}),
    ("56", "58", {12, 13, 14, 15, 16, 17, 18, 19}),
    ("6011", "6011", {16, 17, 18, 19}),
    ("6062", "6062", {16}),
    ("6304", "6304", {12, 13, 14, 15, 16, 17, 18, 19}),
    ("636", "636", {16, 17, 18, 19}),
    ("6759", "6763", {12, 13, 14, 15, 16, 17, 18, 19}),
    ("62", "62", {16, 17, 18, 19}),
    ("644", "659", {16, 17, 18, 19}),
    ("81", "81", {16, 17, 18, 19}),
    ("9792", "9792", {16}),
)
_GROUPS: Final = frozenset(
    {(4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3), (4, 4, 5), (4, 5, 6), (6, 10), (6, 13)}
)
_MOST_GROUPS: Final = 8
_RUN = re.compile(r"\d+", re.ASCII)
_SEPARATOR = r"(?:[ \u00a0.\-\u2010-\u2013]|[ \-]?\r?\n[ ]?)"
_CARD_WORDS: Final = words(
    "card cards credit debit visa mastercard amex american express discover maestro diners jcb "
    "unionpay cc cvv cvv2 cvc csc pan payment pay paying expiry expires exp charge checkout "
    "kreditkarte kreditkartennummer karte kartennummer carte bancaire bleue tarjeta crédito débito "
    "carta creditkaart cartão cartao kaart"
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
        if (12 if high - low == len(runs) else 14) <= ends[high] - ends[low] <= 19
    )
    for low, high in sorted(stretches, key=lambda pair: ends[pair[0]] - ends[pair[1]]):
        start, end = runs[low][0], runs[high - 1][1]
        if _goes_on(match.string, start, end):
            continue
        if _is_card("".join(match.string[a:b] for a, b in runs[low:high])):
            score = _score(match.string, runs[low:high])
            return Checked(start, end, score, reason="Luhn, issuer range") if score else None
    return None


def _goes_on(text: str, start: int, end: int) -> bool:
    """Whether a decimal point joins the stretch to further digits."""
    before, behind = text[max(0, start - 2) : start], text[end : end + 2]
    return (before[-1:] == "." and before[0].isdigit()) or (
        behind[:1] == "." and behind[1:].isdigit()
    )


def _score(text: str, runs: list[tuple[int, int]]) -> float:
    """Groups as they are embossed are surer than one long number, others are less sure."""
    length = sum(end - start for start, end in runs)
    if len(runs) == 1:
        return 0.75 if length >= 14 else 0.55 if text[runs[0][0]] == "4" else 0.45
    grouped = tuple(end - start for start, end in runs) in _GROUPS
    joints = {text[a[1] : b[0]] for a, b in pairwise(runs)}
    if any("\n" in joint for joint in joints):
        return 0.6 if grouped and len(runs) <= 5 else 0.0
    if "." in joints:
        return 0.7 if grouped and len(joints) == 1 else 0.0
    return 0.95 if grouped else 0.45


def _labelled_card(match: re.Match[str]) -> Checked | None:
    """Thirteen to nineteen digits behind a label that names a card, whatever their last one is."""
    digits = digits_of(match["value"])
    if not 13 <= len(digits) <= 19 or len(set(digits)) < 2:
        return None
    if not _OTHER.isdisjoint(words_between(match)):
        return None
    return Checked(*match.span("value"), 0.6, reason="label")


# Between a label and a number, they say that the number is another one.
_OTHER: Final = words("order id phone tel account iban tracking imei reference transaction")


def _code(match: re.Match[str]) -> Checked | None:
    """Three or four digits; behind a label that codes of other kinds have too, only near a card."""
    if match["label"].lower().startswith(("cv", "csc", "card", "kartenp", "crypto")):
        return Checked(*match.span("value"), 0.85, reason="label")
    near = surrounding_words(match.string, *match.span("value"))
    if _CARD_WORDS.isdisjoint(near):
        return None
    return Checked(*match.span("value"), 0.7, reason="context word")


def _expiry(match: re.Match[str]) -> Checked | None:
    """Month and year behind a label, near a card."""
    near = surrounding_words(match.string, *match.span("value"))
    if (_CARD_WORDS - words("exp expires expiry")).isdisjoint(near):
        return None
    return Checked(*match.span("value"), 0.7, reason="context word")


_CONTEXT: Final = context(
    " ".join(_CARD_WORDS),
    "order id ids tracking trace span imei serial sku isbn parcel uuid ticket timestamp nonce",
    boost=0.2,
    drop=0.3,
)
_NO = r"(?:[ _\-]?(?:numbers?|num|no|nr|nummer|n°|nº|#)\.?)?"

PATTERNS: Final[tuple[Pattern, ...]] = (
    Pattern(
        name="cards.number",
        entity_type="CREDIT_CARD",
        regex=rf"(?<![\w.+])(?<!\d-)\d(?:{_SEPARATOR}?\d){{11,22}}(?!\w|\.\d)",
        anchor=r"\b\d(?:(?:[ .\-]|\xc2\xa0|\xe2\x80[\x90-\x93]|[ \-]?\r?\n ?)?\d){11}",
        reach=12 + 11 * 4,
        longest=1 + 22 * 5 + 2,
        score=0.75,
        check=_card,
        context=_CONTEXT,
        precedence=Precedence.CHECKED,
    ),
    labelled(
        "cards.labelled",
        "CREDIT_CARD",
        rf"(?:credit|debit|payment|bank|charge)?[ _\-]?card{_NO}|card(?:_?num(?:ber)?|_?no)|ccn"
        rf"|cc{_NO}"
        r"|pan|(?:visa|mastercard|amex|american express|discover|maestro)(?: card)?"
        r"|(?:kredit)?kartennummer|kreditkarte(?:nnummer)?|num(?:é|e)ro de (?:la )?carte"
        r"|carte (?:bancaire|bleue|de cr(?:é|e)dit)|(?:n(?:ú|u)mero de )?(?:la )?tarjeta"
        r"|(?:numero )?(?:della )?carta|creditcard(?:nummer)?|kaartnummer"
        r"|(?:n(?:ú|u)mero do )?cart(?:ã|a)o",
        r"\d{4}(?:[ \u00a0.-]?\d{4}){2}[ \u00a0.-]?\d{1,7}(?![\w]|[.-]\d)"
        r"|\d{4}[ -]?\d{6}[ -]?\d{4,5}(?![\w]|[.-]\d)",
        _labelled_card,
        longest=32,
        loose=True,
        first=r"\d{4}(?:[ .\-]|\xc2\xa0)?\d{4}",
        precedence=Precedence.SHAPE,
        score=0.6,
    ),
    labelled(
        "cards.security_code",
        "CARD_SECURITY_CODE",
        r"cvv2?(?:[ /_\-]?cvc)?(?:[ _\-](?:code|number|no))?|cvc2?(?:[ _\-]code)?|csc|cvn2?"
        r"|card (?:verification|security) (?:code|value|number)|security code|verification code"
        r"|kartenpr(?:ü|ue)f(?:nummer|ziffer)|pr(?:ü|ue)f(?:ziffer|nummer)|sicherheitscode"
        r"|cryptogramme(?: visuel)?|(?:code de s(?:é|e)curit(?:é|e)|c(?:ó|o)digo de seguridad"
        r"|codice di sicurezza|c(?:ó|o)digo de seguran(?:ç|c)a)(?: (?:de la|della|do) \w{5,7})?"
        r"|beveiligingscode|cid",
        r"\d{3,4}(?![\w-]|[.,]\d)",
        _code,
        longest=7,
    ),
    labelled(
        "cards.expiry",
        "DATE_TIME",
        r"exp(?:iry|ires|iration|\.)?(?:[ _\-]?date)?|valid (?:thru|through|until|to)|good thru"
        r"|g(?:ü|ue)ltig bis|ablaufdatum|expire (?:le|fin)|date d['’]expiration|caduca|caducidad"
        r"|vencimiento|validez|scadenza|vervaldatum|geldig tot|validade",
        r"(?:0?[1-9]|1[0-2])\s?[/.-]\s?(?:20)?\d\d(?![\w]|[/.-]\d)",
        _expiry,
        longest=12,
        precedence=Precedence.SHAPE,
    ),
)
