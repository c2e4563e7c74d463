"""E-mail addresses as people write them out: `jane (at) example.org`, `jane at example dot org`.

The two signs are said in the languages of the tables below, bracketed, or set apart by spaces.
A pattern matches from the sign on; its check reads the local part in front of it.
"""

from __future__ import annotations

import re
from typing import Final

from sluice.engine.patterns import (
    Checked,
    Pattern,
    Precedence,
    byte_pattern,
    surrounding_words,
    words,
)

# English, German, French, Spanish, Portuguese, Italian, Dutch, Polish.
_AT = r"(?:at|ät|arobase|arobas|arroba|chiocciola|klammeraffe|apenstaartje|apestaartje|małpa)"
_DOT = r"(?:dot|punkt|punto|point|ponto|punt|kropka)"
_TLD = (
    r"(?:com|org|net|edu|gov|mil|int|info|biz|name|io|co|me|ai|app|dev|eu|uk|us|ca|au|nz|ie|de|at|"
    r"ch|fr|be|nl|lu|es|pt|it|pl|cz|sk|hu|ro|bg|gr|se|no|dk|fi|ru|ua|tr|in|cn|jp|kr|sg|hk|tw|my|th|"
    r"id|ph|za|ng|ke|br|mx|ar|cl|pe|uy|cat|example|test)"
)
_LONGEST_TLD: Final = 7
_L = "A-Za-z0-9\u00c0-\u024f\u0370-\u03ff\u0400-\u052f"
_NAME = rf"[{_L}](?:[{_L}-]{{0,38}}[{_L}])?"
_OPEN, _SHUT = r"\s?[\[({<|*]{1,2}\s?", r"\s?[\])}>|*]{1,2}\s?"
_HIDDEN = rf"(?:{_OPEN}(?:{_DOT}|\.|,){_SHUT}|[\s_]{_DOT}[\s_])"
_ANY_DOT = rf"(?:{_HIDDEN}|\s?\.\s?)"
_LONGEST_DOT: Final = 14
_SUFFIX = (
    rf"(?:(?:co|com|org|net|gov|ac|edu){_ANY_DOT}"
    rf"(?:uk|au|nz|za|in|jp|kr|br|mx|ar|tr|sg|hk|tw|cn|il|ke|ng|pl|my|th|id|ph)|{_TLD})"
)
_BEGUN = rf"(?:ac|{_TLD})(?:\b|_)"
"""How every suffix begins: it may go on behind another dot."""
_LONGEST_DOMAIN: Final = 3 * (40 + _LONGEST_DOT) + _LONGEST_TLD + _LONGEST_DOT
_BRACKETED = rf"{_OPEN}(?:{_AT}|@){_SHUT}"
_END = r"(?![\w-])"

_LOCAL_POINT = r"[A-Za-z0-9_\u00c0-\u024f\u0370-\u03ff\u0400-\u052f]"
_LOCAL = re.compile(rf"{_LOCAL_POINT}(?:[{_L}_.+'-]{{0,62}}[{_L}_+-])?\Z")
_SAID_DOT = re.compile(rf"({_LOCAL_POINT}{{1,40}})({_HIDDEN})\Z", re.ASCII | re.IGNORECASE)
# What stands in front of `at` in a sentence about a place in the web.
_PROSE: Final = words(
    "us me you it him her them is are was be look looking looked found find available visit online "
    "hosted here there more page site website live documented see out sold based now listed open "
    "that this one shop sale order buy book start begin up meet work works working worked arrive "
    "more info information details docs download downloads register join subscribe or and the a"
)
_AT_SOME_POINT = re.compile(r"\sat\s.*\s(?:point|punt)\s", re.ASCII | re.IGNORECASE | re.DOTALL)
_MAILING: Final = words(
    "mail email e-mail mails emails mailing reach contact address write courriel correo correio "
    "mailadresse kontakt schreiben adresse dirección endereço posta contatto contattare mél"
)


def _local_start(match: re.Match[str]) -> int | None:
    """Where the local part in front of a match begins; None if there is none."""
    text, end = match.string, match.start()
    low = max(0, end - 66)
    local = _LOCAL.search(text, low, end)
    if local is None:
        return None
    start = local.start()
    while (said := _SAID_DOT.search(text, max(0, start - 54), start)) is not None:
        if said[2].strip().lower() not in match[0].lower() or end - said.start() > 100:
            break  # another word for the dot than in the domain: a sentence
        start = said.start()
    return start


def _is_word(match: re.Match[str], start: int) -> bool:
    return match.string[start : match.start()].lower() in _PROSE


def _hidden(match: re.Match[str]) -> Checked | None:
    """A sign in brackets, or a domain's last dot written out."""
    start = _local_start(match)
    if start is None or match.string[max(0, start - 1) : start] in ("@", "/"):
        return None
    if _AT_SOME_POINT.match(match[0]) and "." not in match[0]:
        return None
    if _is_word(match, start) and _MAILING.isdisjoint(_near(match, start)):
        return None
    return Checked(start, match.end(), 0.9, reason="written out")


def _near(match: re.Match[str], start: int) -> frozenset[str]:
    return surrounding_words(match.string, start, match.end())


def _is_led_to(text: str, start: int) -> bool:
    """Whether a word such as `mail` stands at most three words before the local part."""
    before = re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)?", text[max(0, start - 48) : start].lower())
    return not _MAILING.isdisjoint(before[-3:])


def _plain(match: re.Match[str]) -> Checked | None:
    """`jane at example.org`, `jane @ example . org`: the words around it speak of mail."""
    start = _local_start(match)
    if start is None or _is_word(match, start):
        return None
    local = match.string[start : match.start()]
    mailing = not _MAILING.isdisjoint(_near(match, start))
    telling = any(char in "._+-" or char.isdigit() for char in local) and len(local) > 3
    if "@" not in match[0] and not (mailing and _is_led_to(match.string, start)):
        return None
    if not mailing and (not telling or match[0][0] != " " or "@" not in match[0]):
        return None
    return Checked(start, match.end(), 0.65, reason="context word" if mailing else "form")


PATTERNS: Final[tuple[Pattern, ...]] = (
    Pattern(
        name="contact_said.bracketed",
        entity_type="EMAIL_ADDRESS",
        regex=rf"{_BRACKETED}{_NAME}(?:{_ANY_DOT}{_NAME}){{0,2}}?{_ANY_DOT}{_SUFFIX}{_END}",
        anchor=byte_pattern(rf"[\[({{<|*]\s?(?:{_AT}|@)\s?[\])}}>|*]"),
        reach=20,
        longest=20 + _LONGEST_DOMAIN + 1,
        score=0.9,
        check=_hidden,
        precedence=Precedence.CONTACT,
        ignore_case=True,
    ),
    Pattern(
        name="contact_said.dot",
        entity_type="EMAIL_ADDRESS",
        regex=rf"(?:[\s_]{_AT}[\s_]"
        rf"|\s?@\s?){_NAME}(?:{_ANY_DOT}{_NAME}){{0,2}}?{_HIDDEN}{_SUFFIX}{_END}",
        anchor=rf"(?:[\s_]{_DOT}[\s_]|[\[({{<|*]\s?(?:{_DOT}|\.|,)\s?[\])}}>|*]{{1,2}}\s?){_BEGUN}",
        reach=16 + _LONGEST_DOMAIN,
        longest=16 + _LONGEST_DOMAIN + 1,
        score=0.9,
        check=_hidden,
        precedence=Precedence.CONTACT,
        ignore_case=True,
    ),
    Pattern(
        name="contact_said.plain",
        entity_type="EMAIL_ADDRESS",
        regex=r"(?:\sat\s|\s@\s|@\s)[A-Za-z0-9-]{1,40}(?:\.[A-Za-z0-9-]{1,40}){0,2}?\s?\.\s?"
        rf"{_SUFFIX}{_END}",
        anchor=rf"(?:\sat\s|@\s)[A-Za-z0-9.\-]{{1,120}}\s?\.\s?{_BEGUN}",
        reach=4 + 122 + 3 + _LONGEST_TLD + 1,
        longest=4 + 3 * 41 + 3 + _LONGEST_TLD + _LONGEST_DOT + 1,
        score=0.65,
        check=_plain,
        precedence=Precedence.CONTACT,
        ignore_case=True,
    ),
)
