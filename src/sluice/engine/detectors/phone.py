"""Phone numbers, confirmed by the numbering plans in `phonenumbers`."""

from __future__ import annotations

import re
from typing import Final

from sluice.engine.patterns import (
    Checked,
    Pattern,
    context,
    surrounding_words,
    words,
)

_SEP = r"[ .\-/()\u00a0\u2010-\u2013]"
_SEP_BYTES = r"[ .\-/()\xc2\xa0\xe2\x80\x90-\x93]"
# Numbers with dots are a form of their own: most digits with dots between them are something else.
_PLAIN_SEP = r"[ \-/()\u00a0\u2010-\u2013]"
_PLAIN_SEP_BYTES = r"[ \-/()\xc2\xa0\xe2\x80\x90-\x93]"
_NOT_BEFORE = r"(?<![\w.+$€£¥#/\\-])(?<!\d[,:])"
_END = r"(?![\w%]|[-.:/,]\d)"
_EXTENSION = r"(?:(?: |, ?|; ?)?(?:ext|extension|x|#|durchwahl)\.?:? ?\d{1,6})?"
_SPOKEN = words(
    "phone telephone tel call mobile cell cellphone fax hotline ring dial whatsapp sms text "
    "signal contact reach callback landline number telefon telefonnummer handy mobil rufnummer "
    "anruf anrufen durchwahl téléphone portable appeler teléfono móvil llamar telefono cellulare "
    "telefone celular telefoon mobiel bellen ph tél"
)
_LOWERING = words(
    "order invoice id ids tracking ticket case ref reference serial isbn issn sku version build "
    "timestamp epoch pid port size bytes amount price total account iban card ssn hash commit "
    "coordinates latitude longitude lat lon error code line row offset"
)
# Where a number without a country code may be from, by the language of the text.
_REGIONS: Final = {
    "en": ("US", "GB", "AU", "IE", "NZ", "ZA", "IN"),
    "de": ("DE", "AT", "CH"),
    "fr": ("FR", "BE", "CH"),
    "es": ("ES", "MX", "AR"),
    "it": ("IT", "CH"),
    "nl": ("NL", "BE"),
    "pt": ("PT", "BR"),
    "pl": ("PL",),
}
_WITH_TRUNK: Final = ("GB", "DE", "FR", "AU", "NL", "CH", "AT", "BE", "IE", "NZ", "ZA", "IN", "JP")
_WITHOUT_TRUNK: Final = ("US", "ES", "IT", "PT", "PL", "DK", "NO", "IN", "SG", "MX", "GR", "CZ")

_NANP = re.compile(r"(?:1[ .-]?)?(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .\-/])[2-9]\d\d[ .-]\d{4}", re.ASCII)
_DATE = re.compile(
    r"(?:19|20)\d\d[-./ ]?(?:0[1-9]|1[0-2])[-./ ]?(?:0[1-9]|[12]\d|3[01])(?:\D|\Z)"
    r"|(?:0?[1-9]|[12]\d|3[01])[-./](?:0?[1-9]|[12]\d|3[01])[-./](?:19|20)?\d\d(?:\D|\Z)",
    re.ASCII,
)
_COUNTRY_CODE = re.compile(r"\+\(?\d{1,3}\)?[ .\-/()]{0,3}\Z", re.ASCII)
_SOCIAL_SECURITY = re.compile(r"\d{3}[ -]\d{2}[ -]\d{4}", re.ASCII)
_DIGITS = re.compile(r"\d", re.ASCII)
_THOUSANDS = re.compile(r"\d{1,3}(?:[ .\u00a0]\d{3})+", re.ASCII)


def _is_valid(number: str, region: str | None) -> bool:
    """Whether the region's numbering plan has this number; region None needs a leading `+`."""
    # Imported when first needed: the metadata is large.
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(parsed)


def _international(match: re.Match[str]) -> Checked | None:
    """`+` and a country code; `00` in its place."""
    number = match["number"]
    written = "+" + number[2:] if number.startswith("00") else number
    digits = "".join(_DIGITS.findall(written))
    if digits == digits[0] * len(digits) or not _is_valid("+" + _without_trunk(written), None):
        return None
    return Checked(*_span(match), 0.9 if number[0] == "+" else 0.6)


def _without_trunk(written: str) -> str:
    """The digits of an international number, without a trunk prefix as in `+44 (0)20 …`."""
    return "".join(_DIGITS.findall(written.replace("(0)", "")))


def _national(match: re.Match[str]) -> Checked | None:
    """A number without a country code: its form, its plan and the words around it must agree."""
    number, start = match["number"], match.start()
    if _SOCIAL_SECURITY.fullmatch(number) or _DATE.match(number):
        return None
    if _COUNTRY_CODE.search(match.string, max(0, start - 9), start):
        return None
    if _NANP.fullmatch(number):
        return Checked(*_span(match), 0.65) if _is_valid(number, "US") else None
    spoken = not _SPOKEN.isdisjoint(surrounding_words(match.string, *_span(match)))
    regions = _regions(number, spoken)
    if not any(_is_valid(number, region) for region in regions):
        return None
    grouped = not number.isdecimal()
    score = 0.5 if grouped and number.lstrip("(")[0] == "0" else 0.3
    return Checked(*_span(match), score)


def _regions(number: str, spoken: bool) -> tuple[str, ...]:
    """The regions to try; few without a word such as `call` nearby, for certainty and for speed."""
    digits = len(_DIGITS.findall(number))
    trunk = number.lstrip("(")[0] == "0"
    if not spoken and (_THOUSANDS.fullmatch(number) or not 9 <= digits <= 12):
        return ()
    if trunk:
        return _WITH_TRUNK if spoken else _WITH_TRUNK[:4]
    if spoken:
        return _WITHOUT_TRUNK
    return ("US",) if digits == 10 and number.isdecimal() and number[:2] not in _EPOCHS else ()


# How seconds since 1970 begin, from 2001 to 2033.
_EPOCHS: Final = ("10", "11", "12", "13", "14", "15", "16", "17", "18", "19")


def _span(match: re.Match[str]) -> tuple[int, int]:
    """The match without an opening parenthesis that is never closed."""
    start, end = match.span()
    if match.string[start] == "(" and ")" not in match[0]:
        start += 1
    return start, end


_CONTEXT: Final = context(" ".join(_SPOKEN), " ".join(_LOWERING), boost=0.35, drop=0.25)

PATTERNS: Final = (
    Pattern(
        name="phone.international",
        entity_type="PHONE_NUMBER",
        regex=rf"(?<![\w+])(?P<number>(?:\+\(?\d|00 ?[1-9])(?:{_SEP}{{0,3}}\d){{6,13}})"
        rf"{_EXTENSION}(?![\d])",
        anchor=rf"(?:\+\(?\d|00 ?[1-9])(?:{_SEP_BYTES}{{0,9}}\d){{6}}",
        reach=3 + 6 * 4 + 6,
        longest=3 + 14 * 4 + 24,
        score=0.9,
        check=_international,
        context=context(" ".join(_SPOKEN), boost=0.1),
        ignore_case=True,
    ),
    Pattern(
        name="phone.national",
        entity_type="PHONE_NUMBER",
        regex=rf"{_NOT_BEFORE}(?P<number>\(?\d(?:{_PLAIN_SEP}{{0,2}}\d){{6,13}}){_EXTENSION}{_END}",
        anchor=rf"\b\d(?:{_PLAIN_SEP_BYTES}{{0,6}}\d){{6}}",
        reach=2 + 6 * 5 + 6,
        longest=2 + 13 * 3 + 24,
        score=0.5,
        check=_national,
        context=_CONTEXT,
        ignore_case=True,
    ),
    Pattern(
        name="phone.dotted",
        entity_type="PHONE_NUMBER",
        regex=rf"{_NOT_BEFORE}(?P<number>(?:1\.)?[2-9]\d\d\.\d{{3}}\.\d{{4}}|0\d(?:\.\d\d){{4}})"
        rf"{_EXTENSION}{_END}",
        anchor=r"\b(?:\d{3}\.\d{3}\.\d{4}|\d\d(?:\.\d\d){4})",
        reach=2 + 14,
        longest=2 + 14 + 24,
        score=0.5,
        check=_national,
        context=_CONTEXT,
        ignore_case=True,
    ),
)
