"""Whether a value can be of an entity type at all, from its shape alone: 0 (no) to 1.

Used where a document names the type of a value and nothing else recognised it. The scores say how
often such a value under such a name is what the name says, by judgement.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from sluice.engine.detectors.secrets.judging import Place, judge
from sluice.engine.detectors.secrets.names import Kind
from sluice.engine.patterns import words as listed

Fit = Callable[[str], float]

_NOTHING: Final = listed(
    "none null nil n/a na nan undefined unknown tbd todo test true false yes no - -- ? empty"
    " string name value default example anonymous unbekannt inconnu desconocido sconosciuto"
    " onbekend nobody admin root user guest system various other"
)
"""Words that stand where a value is missing or generic."""
_PROGRAMS: Final = listed(
    "app api web db database service server client postgres mysql mariadb mongo redis sa nginx"
    " apache www-data node git deploy ci runner worker backup monitor elastic kafka rabbitmq"
    " username login public private any self current"
)
"""Logins of programs, and words that stand for one."""
_FUNCTION_WORDS: Final = listed("the of and for with to in on at from by as is are or not an")
_WORD: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|['\u2019.\-])*")
_DATE: Final = re.compile(
    r"\d{1,4}(?P<by>[-/. ])\d{1,2}(?P=by)\d{1,4}(?:[T ,].{0,20})?|\d{8}"
    r"|(?:\d{1,2}\.? (?:de )?)?[^\W\d_]{3,10}\.?(?: de)? (?:\d{1,2},? )?\d{2,4}",
)
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_AGE: Final = re.compile(
    r"(\d{1,3})(?: ?(?:years?|yrs?|y/?o|yo|jahre|ans|a\u00f1os|anni|jaar|anos))?"
)
_PHONE: Final = re.compile(r"\+?[\d(][\d ()./\u00a0-]{4,22}(?: ?(?:x|ext\.?) ?\d{1,6})?")
_CODE: Final = re.compile(r"[A-Za-z0-9](?:[ ./_:#-]{0,2}[A-Za-z0-9]){2,39}")
_LOGIN: Final = re.compile(r"@?[\w.+\\$-]{2,40}")


def plausibility(entity_type: str, value: str) -> float:
    """How well the value's shape fits the entity type; 0 where it cannot be one."""
    value = value.strip()
    if not value or value.lower() in _NOTHING:
        return 0.0
    return _FITS.get(entity_type, _code)(value)


def _words(value: str, most: int) -> list[str]:
    """The value's words; empty unless it has only words, at most so many."""
    parts = value.replace(",", " ").split()
    if len(parts) > most or not all(_WORD.fullmatch(part) for part in parts):
        return []
    return parts


def _is_cased(words: list[str]) -> bool:
    """Whether every longer word begins with a capital, or the script has none."""
    return all(not word[0].islower() for word in words if len(word) > 3) and any(
        not word[0].islower() for word in words
    )


def _person(value: str) -> float:
    words = _words(value, 6)
    if not words or len(value) > 60 or any(word.lower() in _FUNCTION_WORDS for word in words):
        return 0.0
    if not _is_cased(words):
        return 0.65 if len(words) <= 4 else 0.4
    return 0.85 if len(words) > 1 else 0.7


def _place(value: str) -> float:
    words = _words(value.replace("(", " ").replace(")", " ").replace("/", " "), 6)
    if not words or len(value) > 60:
        return 0.0
    return 0.75 if _is_cased(words) else 0.5


def _firm(value: str) -> float:
    words = value.split()
    letters = sum(map(str.isalpha, value))
    if not letters or len(words) > 9 or len(value) > 90 or 2 * letters < len(value):
        return 0.0
    return 0.75 if any(word[0].isupper() for word in words) else 0.45


def _address(value: str) -> float:
    words = value.split()
    if len(words) < 2 or not any(map(str.isalpha, value)) or "://" in value or "@" in value:
        return 0.0
    return 0.85 if any(map(str.isdigit, value)) else 0.5


def _nationality(value: str) -> float:
    words = _words(value, 4)
    return (0.75 if _is_cased(words) else 0.6) if words and len(value) > 1 else 0.0


def _date(value: str) -> float:
    if _DATE.fullmatch(value):
        return 0.85
    return 0.5 if _YEAR.fullmatch(value) else 0.0


def _age(value: str) -> float:
    match = _AGE.fullmatch(value.lower())
    return 0.8 if match and int(match[1]) <= 120 else 0.0


def _phone(value: str) -> float:
    digits = sum(map(str.isdigit, value))
    return 0.75 if _PHONE.fullmatch(value) and 6 <= digits <= 15 else 0.0


def _card(value: str) -> float:
    digits = sum(map(str.isdigit, value))
    return 0.6 if 12 <= digits <= 19 and not value.strip("0123456789 -.") else 0.0


def _login(value: str) -> float:
    fits = _LOGIN.fullmatch(value) and any(map(str.isalpha, value))
    return 0.7 if fits and value.lower() not in _PROGRAMS else 0.0


def _secret(kind: Kind) -> Fit:
    """As the detectors of secrets judge a value that stands behind such a name."""
    return lambda value: judge(kind, value, Place.CONFIG) if len(value) >= 4 else 0.0


def _code(value: str) -> float:
    """Any number or code: letters and digits with a digit among them."""
    digits = sum(map(str.isdigit, value))
    return 0.6 if digits >= 2 and _CODE.fullmatch(value) else 0.0


def _by_form(value: str) -> float:
    """What patterns recognise wholly: a value that they do not know is none."""
    return 0.0


_FITS: Final[Mapping[str, Fit]] = MappingProxyType(
    {
        "PERSON": _person,
        "LOCATION": _place,
        "ORGANIZATION": _firm,
        "STREET_ADDRESS": _address,
        "NRP": _nationality,
        "DATE_OF_BIRTH": _date,
        "DATE_TIME": _date,
        "AGE": _age,
        "PHONE_NUMBER": _phone,
        "CREDIT_CARD": _card,
        "USERNAME": _login,
        "PASSWORD": _secret(Kind.PASSWORD),
        "API_KEY": _secret(Kind.KEY),
        "ACCESS_TOKEN": _secret(Kind.TOKEN),
        "SESSION_ID": _secret(Kind.WEAK),
        **dict.fromkeys(
            ("EMAIL_ADDRESS", "URL", "IP_ADDRESS", "MAC_ADDRESS", "JWT", "PRIVATE_KEY"), _by_form
        ),
        **dict.fromkeys(("CONNECTION_STRING", "IBAN_CODE", "SWIFT_CODE", "UUID"), _by_form),
    }
)
