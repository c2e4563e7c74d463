"""Phone numbers: international, in a region's usual form, or behind a label.

The text's language is not asked for. A number without a country code is tried in the plans of the
regions that write it so (`phone_plans`); behind a label such as `Tel:` its length is enough. Words
around a number raise its score, words such as `order` or `tracking` lower it.
"""

from __future__ import annotations

import re
from typing import Final

from sluice.engine.detectors.labels import digits_of, labelled, words_between
from sluice.engine.detectors.phone_plans import (
    has_possible_length,
    is_valid,
    is_valid_somewhere,
    score_of_form,
)
from sluice.engine.patterns import Checked, Pattern, context, surrounding_words, words

_SEP = r"[ .\-/()\u00a0\u2010-\u2013]"
_SEP_BYTES = r"(?:[ .\-/()]|\xc2\xa0|\xe2\x80[\x90-\x93])"
# Numbers with dots are a form of their own: most digits with dots between them are something else.
_S = r"[ \-/\u00a0\u2010-\u2013]"
_S_BYTES = r"(?:[ \-/]|\xc2\xa0|\xe2\x80[\x90-\x93])"
_NOT_BEFORE = r"(?<![\w.+$€£¥#/\\-])(?<!\d[,:])"
_END = r"(?![\w%]|[-.:/,]\d)"
_EXTENSION = (
    r"(?:[ ,;]{0,2}(?:ext|extension|extn|x|#|durchwahl|dw|poste|interno|int|anexo|ramal|toestel)"
    r"\.?:? ?\d{1,6})?"
)
_LONGEST_EXTENSION: Final = 2 + 9 + 3 + 6
_SPOKEN = words(
    "phone phones telephone tel call calls called calling mobile cell cellphone fax hotline ring "
    "dial "
    "whatsapp sms texted texting signal contact reach callback landline voicemail "
    "telefon telefonnummer handy handynummer mobil mobilnummer rufnummer anruf anrufen durchwahl "
    "festnetz erreichbar téléphone telephone portable fixe appeler appelez joindre joignable tél "
    "teléfono telefono móvil movil llamar llame llámame fijo cellulare chiamare chiamami recapito "
    "telefone celular telemóvel ligar ligue contacto contato telefoon telefoonnummer mobiel bellen "
    "bereikbaar ph tlf tfno gsm natel komórka zadzwoń"
)
_LOWERING = words(
    "order invoice id ids tracking ticket case ref reference serial isbn issn sku version build "
    "timestamp epoch pid port size bytes amount price total account iban card ssn hash commit "
    "coordinates latitude longitude lat lon error code line row offset"
)
_NANP = re.compile(
    r"(?:(?:1|001)[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .\-/\u00a0\u2010-\u2013])"
    r"\d{3}[ .\-\u00a0\u2010-\u2013]\d{4}",
    re.ASCII,
)
_DASHED: Final = re.compile(r"(?:1-)?[2-9]\d{2}-\d{3}-\d{4}|\([2-9]\d{2}\) ?\d{3}-\d{4}", re.ASCII)
"""So nothing else is written: a phone number even behind `reference`."""
_DATE = re.compile(
    r"(?:19|20)\d\d[-./ ]?(?:0[1-9]|1[0-2])[-./ ]?(?:0[1-9]|[12]\d|3[01])(?:\D|\Z)"
    r"|(?:0?[1-9]|[12]\d|3[01])[-./](?:0?[1-9]|[12]\d|3[01])[-./](?:19|20)?\d\d(?:\D|\Z)",
    re.ASCII,
)
_COUNTRY_CODE = re.compile(r"\+\(?\d{1,3}\)?[ .\-/()]{0,3}\Z", re.ASCII)
_SOCIAL_SECURITY = re.compile(r"\d{3}[ -]\d{2}[ -]\d{4}", re.ASCII)
_ZIP_PLUS_FOUR = re.compile(r"0\d{4}-\d{4}", re.ASCII)
_THOUSANDS = re.compile(r"\d{1,3}(?:[ .\u00a0]\d{3})+", re.ASCII)


_FIVE_PAIRS = re.compile(r"0\d(?P<sep>[ .-])\d\d(?:(?P=sep)\d\d){3}", re.ASCII)


def _is_date(number: str) -> bool:
    """Whether it begins as a date does; French numbers in pairs may, too."""
    return _DATE.match(number) is not None and _FIVE_PAIRS.fullmatch(number) is None


def _international(match: re.Match[str]) -> Checked | None:
    """`+` and a country code; `00` in its place. A wrong number of the right length counts less."""
    number = match["number"]
    written = "+" + number[2:] if number.startswith("00") else number
    digits = digits_of(written)
    if len(set(digits)) == 1:
        return None
    e164 = "+" + digits_of(written.replace("(0)", ""))
    if is_valid(e164, None):
        return Checked(*_span(match), 0.9 if number[0] == "+" else 0.6, reason="numbering plan")
    grouped = not number[1:].isdecimal() and len(digits) >= 9 and number[0] == "+"
    if not grouped or not has_possible_length(e164):
        return None
    return Checked(*_span(match), 0.55, reason="form")


def _national(match: re.Match[str]) -> Checked | None:
    """A number without a country code: its form, its plan and the words around it must agree."""
    number, start = match["number"], match.start()
    if _is_date(number) or any(
        other.fullmatch(number) for other in (_SOCIAL_SECURITY, _ZIP_PLUS_FOUR)
    ):
        return None
    if _COUNTRY_CODE.search(match.string, max(0, start - 9), start):
        return None
    score = _of_form(number)
    if _NANP.fullmatch(number) and not score:
        return _american(match)
    if not 8 <= len(digits_of(number)) <= 12:
        return None
    if score < 0.5 and not _SPOKEN.isdisjoint(surrounding_words(match.string, *_span(match))):
        score = max(score, 0.3 if is_valid_somewhere(number) else 0.0)
    return Checked(*_span(match), score, reason="numbering plan") if score else None


def _of_form(number: str) -> float:
    """What the form says; American numbers have their own, and no leading 0."""
    if _NANP.fullmatch(number) and number.lstrip("(")[0] != "0":
        return 0.0
    return score_of_form(number.replace(".", " "))


def _american(match: re.Match[str]) -> Checked | None:
    """Three, three, four digits: the form itself says phone, though nobody may have the number."""
    digits = digits_of(match["number"])[-10:]
    if len(set(digits)) == 1:
        return None
    if _DASHED.fullmatch(match["number"]):
        return Checked(*_span(match), 0.75, reason="form")
    if is_valid(digits, "US"):
        return Checked(*_span(match), 0.7, reason="numbering plan")
    telling = digits[0] in "23456789" or match.end() > match.end("number")
    return Checked(*_span(match), 0.55 if telling and "/" not in match[0] else 0.4, reason="form")


def _behind_label(match: re.Match[str]) -> Checked | None:
    """Seven to fifteen digits behind a word that means telephone."""
    value = match["number"]
    digits = digits_of(value)
    if _is_date(value) or len(set(digits)) == 1 or not 7 <= len(digits) <= 15:
        return None
    if _SOCIAL_SECURITY.fullmatch(value) or not _LOWERING.isdisjoint(words_between(match)):
        return None
    start, end = match.span("value")
    start += value[0] == "(" and ")" not in value
    return Checked(start, end, 0.75, reason="label")


def _behind_verb(match: re.Match[str]) -> Checked | None:
    """Behind a word such as `call` only what some region's plan has."""
    value = match["number"]
    digits = digits_of(value)
    if len(digits) < 8 or _behind_label(match) is None:
        return None
    if _THOUSANDS.fullmatch(value) and not score_of_form(value):
        return None
    if not is_valid_somewhere(value):
        return None
    return Checked(*match.span("value"), 0.65, reason="numbering plan, word in front")


def _vanity(match: re.Match[str]) -> Checked | None:
    """Letters for digits behind a toll-free code: seven or more, as on a keypad (ITU-T E.161)."""
    spelled = [char for char in match["rest"] if char.isalnum()]
    if not 7 <= len(spelled) <= 10 or sum(map(str.isalpha, spelled)) < 3:
        return None
    return Checked(*match.span(), 0.6, reason="toll-free code")


def _span(match: re.Match[str]) -> tuple[int, int]:
    """The match without an opening parenthesis that is never closed."""
    start, end = match.span()
    if match.string[start] == "(" and ")" not in match[0]:
        start += 1
    return start, end


_CONTEXT: Final = context(" ".join(_SPOKEN), " ".join(_LOWERING), boost=0.35, drop=0.25)
_NO = r"(?:[ _\-]?(?:numbers?|num|no|nr|nummer|n°|nº|#)\.?)?"
_LABELS = (
    rf"(?:(?:tele|cell|smart)?phones?|tel|telef|telefon|mobile|mobil|handy|cell|fax|landline"
    rf"|gsm){_NO}"
    rf"|cell(?:ular)? ?phone{_NO}|cellular{_NO}|t(?:é|e)l(?:é|e)phone|t(?:é|e)l\.?|ph[.:]"
    rf"|tfn?o\.?|tlf\.?|tf\.?"
    r"|tel(?:é|e)fono?s?|telefone|telefoon(?:nummer)?|telefon(?:nummer|nr)\.?|rufnummer|durchwahl"
    r"|mobil(?:nummer|telefon|nr\.?)|handynr\.?|m(?:ó|o)vil|mobiel|celular|cellulare|telem(?:ó"
    r"|o)vel"
    r"|natel|telefax|whats ?app|portable|hotline|helpline|festnetz|kontaktnummer"
    r"|(?:contact|callback|emergency|daytime|home|work|office)[ _\-]?(?:number|no\.?)|recapito"
    r"|msisdn"
    r"|(?:phone|mobile|cell|contact)_?(?:num|no|nbr)"
)
_VERBS = (
    r"call(?: (?:me|us|him|her|them))?(?: (?:at|on))?|dial|ring|reach|text (?:me|us)|sms|contact"
    r"|(?:my|our|his|her|their|this) number|number is|signal|(?:meine|unsere) nummer|mijn nummer"
    r"|(?:mon|son|notre) num(?:é|e)ro|(?:mi|su|meu) n(?:ú|u)mero|(?:il )?(?:mio|suo) numero"
    r"|anrufen|rufen|erreichbar|appele[rz]|joindre|joignable|ll(?:á|a)m(?:ar|e|ame)"
    r"|chiama(?:re|mi)|ligar|ligue|bellen|bel"
)
_VALUE = rf"(?P<number>(?:\+|00)?\(?\d(?:{_SEP}{{0,3}}\d){{6,14}}){_EXTENSION}(?![\w%]|[-.:/,]\d)"
_FIRST = rf"[0-9](?:{_SEP_BYTES}{{0,3}}[0-9]){{6}}"
_LONGEST_VALUE: Final = 4 + 14 * 4 + _LONGEST_EXTENSION + 2

PATTERNS: Final[tuple[Pattern, ...]] = (
    Pattern(
        name="phone.international",
        entity_type="PHONE_NUMBER",
        regex=rf"(?<![\w+])(?P<number>(?:\+\(?\d|00 ?[1-9])(?:{_SEP}{{0,3}}\d){{6,13}})"
        rf"{_EXTENSION}(?![\d])",
        anchor=rf"(?:\+\(?\d|\b00 ?[1-9])(?:{_SEP_BYTES}{{0,3}}\d){{6}}",
        reach=3 + 6 * 4 + 6,
        longest=3 + 14 * 4 + _LONGEST_EXTENSION,
        score=0.9,
        check=_international,
        context=context(" ".join(_SPOKEN), boost=0.1),
        ignore_case=True,
    ),
    Pattern(
        name="phone.national",
        entity_type="PHONE_NUMBER",
        regex=rf"{_NOT_BEFORE}(?P<number>"
        rf"(?:(?:1|001){_S}?)?(?:\(\d{{3}}\){_S}{{0,2}}|\d{{3}}{_S}{{1,2}})\d{{3}}{_S}\d{{4}}"
        rf"|(?:\(0\d{{1,5}}\){_S}{{0,3}}"
        rf"|0\d{{1,5}}{_S}{{1,3}})\d{{2,8}}(?:{_S}{{1,2}}\d{{1,8}}){{0,4}}"
        rf"|\([1-9]\d{{1,3}}\){_S}{{0,2}}\d{{3,5}}{_S}\d{{4}}"
        rf"|[1-9]\d{{1,4}}(?:{_S}\d{{2,5}}){{2,4}}|[3-9]\d{{2,4}}{_S}\d{{4,7}}"
        rf"|0\d{{8,10}}){_EXTENSION}{_END}",
        anchor=rf"\d{{3}}(?:\){_S_BYTES}{{0,2}}|{_S_BYTES}{{1,2}})\d{{3}}{_S_BYTES}\d{{4}}\b"
        rf"|\b0\d{{1,5}}(?:\){_S_BYTES}{{0,3}}|{_S_BYTES}{{1,3}})\d{{2}}"
        rf"|\b[1-9]\d{{1,3}}\){_S_BYTES}{{0,2}}\d{{3,5}}{_S_BYTES}\d{{4}}"
        rf"|\b[1-9]\d{{1,4}}(?:{_S_BYTES}\d{{2,5}}){{2}}|\b[3-9]\d{{2,4}}{_S_BYTES}\d{{4}}"
        r"|\b0\d{8,10}",
        reach=40,
        longest=8 + 3 + 8 + 4 * 10 + _LONGEST_EXTENSION + 6,
        score=0.5,
        check=_national,
        context=_CONTEXT,
        ignore_case=True,
    ),
    Pattern(
        name="phone.dotted",
        entity_type="PHONE_NUMBER",
        regex=rf"{_NOT_BEFORE}(?P<number>(?:(?:1|001)[.-])?\d{{3}}\.\d{{3}}\.\d{{4}}"
        rf"|0\d(?:\.\d\d){{4}})"
        rf"{_EXTENSION}{_END}",
        anchor=r"\b(?:\d{3}\.\d{3}\.\d{4}|\d\d(?:\.\d\d){4})",
        reach=4 + 14,
        longest=4 + 14 + _LONGEST_EXTENSION + 2,
        score=0.5,
        check=_national,
        context=_CONTEXT,
        ignore_case=True,
    ),
    labelled(
        "phone.labelled",
        "PHONE_NUMBER",
        _LABELS,
        _VALUE,
        _behind_label,
        first=_FIRST,
        longest=_LONGEST_VALUE,
        loose=True,
    ),
    labelled(
        "phone.spoken",
        "PHONE_NUMBER",
        _VERBS,
        _VALUE,
        _behind_verb,
        first=_FIRST,
        longest=_LONGEST_VALUE,
        loose=True,
        context=context("", "order ticket tracking invoice id isbn serial reference", drop=0.3),
    ),
    Pattern(
        name="phone.vanity",
        entity_type="PHONE_NUMBER",
        regex=r"(?<![\w.-])(?:1[- .])?\(?(?:8(?:00|33|44|55|66|77|88)|900)\)?[- .]"
        r"(?P<rest>(?=[\d-]{0,6}[A-Z])[A-Z\d]{1,10}(?:-[A-Z\d]{1,7}){0,2})(?![\w-])",
        anchor=r"(?:8(?:00|33|44|55|66|77|88)|900)\)?[\- .][0-9\-]{0,6}[A-Z]",
        reach=2 + 6 + 10,
        longest=2 + 6 + 10 + 16 + 10,
        score=0.6,
        check=_vanity,
        context=_CONTEXT,
    ),
)
