"""Whether a value can be what its key names, and which part of it is.

The rules are loose: they leave out what is no value (nothing, placeholders, types, code) and what
cannot be of the type. How well a value fits is for others to judge.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from sluice.engine.patterns import words

LONGEST: Final = 2000
"""A value of more code points is none."""

_NOTHING: Final = words(
    "none null nil n/a na nan undefined unknown tbd todo true false yes no empty default "
    "unbekannt inconnu desconocido sconosciuto onbekend desconhecido keine ninguno aucun nessuno "
    "str string int integer bool boolean float double number numeric date datetime time any "
    "object optional text varchar char uuid email emailstr long short byte bytes list array dict "
    "map void self this value val name names example required not required optional type key "
    "varchar2 nvarchar bigint smallint timestamp json jsonb phone address firstname lastname "
    "password username"
)
"""Words that stand where a value is missing, or that are types."""
_PLACEHOLDER: Final = re.compile(
    r"<[^<>]*>|\$[{(\w].*|\{.*\}|\[.*\]|%[({\w].*|#\{.*|:[a-z_]\w*|@\w+@|__\w+__|\?+|&\w+;"
    r"|[xX*•_.\-#=~/\\|+ ]+",
    re.DOTALL,
)
_TITLE: Final = re.compile(
    r"(?:(?:mr|mrs|ms|miss|mx|dr|prof|sir|dame|herr|frau|dipl|ing|med|m|mme|mlle|sr|sra|srta|don|"
    r"doña|dña|d|da|dra|sig|sig\.ra|signor|signora|dott|dott\.ssa|dhr|mevr|mw|drs|exmo|dom)"
    r"(?:\.[ªa]?[ \t]?|[ \t]))+(?=[^\W\d_])",
    re.IGNORECASE,
)
_NAME_WORD: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|(?:''|['’\-·])(?=[^\W\d_]))*")
_BETWEEN: Final = re.compile(
    r"(?:\.?(?:[ \t\u00a0]{1,2}|\+|%20)|,[ \t]?|\.(?=[^\W\d_]))(?=[^\W\d_])"
)
_PARTICLES: Final = words(
    "de del la las los van von der den di da do dos das bin binti ibn al el y e i ter ten te le "
    "du st zu zum zur af av of 't d' o und"
)
_SUFFIXES: Final = words("jr sr ii iii iv md phd esq dds rn mba")
_THING_WORDS: Final = words(
    "team service services department support group system test tests build deploy run install "
    "setup set upload download check create update delete release publish lint docker python node "
    "java linux windows server client project product manager settings page button menu report "
    "list table file user admin administrator root resources sales marketing engineering office "
    "information data service-account account name database production staging development "
    "version standard premium basic default plan new my our the a an and or is are was in on at "
    "with for to not all this that please see chair desk lamp phone shirt shoes widget gadget "
    "order invoice monthly annual daily weekly free pro plus model series edition red blue green "
    "black white january february march april june july august september october november "
    "december supported unsupported monday tuesday wednesday thursday friday saturday sunday"
)
"""Words of which the names of things are made, and none of persons."""
_LEGAL: Final = re.compile(
    r"\b(?:Inc|Corp|Corporation|Co|Company|LLC|LLP|L\.?P|Ltd|Limited|PLC|plc|GmbH|AG|KG|OHG|UG|SE|"
    r"e\.V|S\.?A|S\.?A\.?S|SARL|S\.?L|S\.?L\.?U|S\.?p\.?A|S\.?r\.?l|B\.?V|N\.?V|Ltda|Lda|Pty|Oy|AB|"
    r"A/S|ApS|Bank|University|Hospital|Clinic|Institute|Foundation|Association|Group|Holdings?|"
    r"Partners|Universität|Universidad|Université|Krankenhaus|Klinik|Stiftung|Verein)\.?$"
)
_LETTER: Final = re.compile(r"[^\W\d_]")
_IDENTIFIER: Final = re.compile(r"[a-z0-9]+(?:[-_./:][a-z0-9]+)+|[\w.]*[_/\\=:@#][\w./\\=:@#-]*")
_AGE: Final = re.compile(r"\d{1,3}(?:[ \t]?[^\W\d_]{1,6}\.?(?: old)?)?")
_MEXICAN_TAXPAYER: Final = re.compile(r"[A-ZÑ&]{3,4}-?\d{6}-?[A-Z0-9]{3}", re.IGNORECASE)
_MOST_WORDS: Final = 6
_FORMAT: Final = re.compile(r"[dmyYDMaj]{1,4}([-/. ])[dmyYDMaj]{1,4}\1[dmyYDMaj]{1,4}")


class Fit(NamedTuple):
    """The part of a value that is of the entity type, as offsets in the value."""

    start: int
    end: int


Rule = Callable[[str], Fit | None]


def is_value(value: str) -> bool:
    """Whether something is there that could be anybody's data."""
    if not value or len(value) > LONGEST or value.lower() in _NOTHING:
        return False
    return not (_PLACEHOLDER.fullmatch(value) or "${" in value or "{{" in value)


def fit(entity_type: str, value: str) -> Fit | None:
    """The part of a stripped value that can be of this entity type; None if there is none."""
    return _RULES.get(entity_type, _code)(value)


def is_firm(value: str) -> bool:
    """Whether the value ends as names of companies do."""
    return _LEGAL.search(value) is not None


def looks_like_a_person(value: str) -> bool:
    """Whether the value is two to five capitalised words that may be a name; a note may follow."""
    found = person(value)
    if found is None or is_firm(value):
        return False
    follows = value[found.end :].strip(" .,")
    if follows and follows[0] not in "(<":
        return False
    parts = value[found.start : found.end].replace(",", " ").split()
    names = [part for part in parts if part.lower().strip(".") not in _PARTICLES]
    return 2 <= len(names) <= 5 and all(map(_is_name, names)) and not value.islower()


def _is_name(word: str) -> bool:
    return not word[0].islower() and word.lower().strip(".") not in _THING_WORDS


def person(value: str) -> Fit | None:
    """A name without titles before it and whatever follows it."""
    if _IDENTIFIER.fullmatch(value):
        return None
    title = _TITLE.match(value)
    start = title.end() if title else 0
    end, count = _name_end(value, start)
    if not count or end - start < 2:
        return None
    follows = value[end : end + 1]
    if follows and (follows.isalnum() or follows in "_-/@\\+=:&"):
        return None
    parts = value[start:end].lower().replace(",", " ").split()
    if all(part.strip(".") in _THING_WORDS for part in parts) or _is_camel(value[start:end]):
        return None
    return Fit(start, end)


def _name_end(value: str, start: int) -> tuple[int, int]:
    """Where a run of words of a name ends, and how many they are.

    A value all in lower case is one as a whole or not at all.
    """
    at = end = start
    count = 0
    lower = value.islower()
    while count < _MOST_WORDS and (word := _NAME_WORD.match(value, at)):
        if not (lower or not word[0][0].islower() or word[0] in _PARTICLES):
            break
        count += 1
        end = word.end()
        between = _BETWEEN.match(value, end)
        if not between:
            break
        if between[0][0] == "." and not _shortened(word[0]):
            break
        if "," in between[0] and count > 1 and _another(value, between.end()):
            break
        at = between.end()
    if lower and end < len(value.rstrip(" .")):
        return start, 0
    return end, count


def _another(value: str, at: int) -> bool:
    """Whether a second whole name stands behind a comma, not the given name of the first."""
    words = value[at:].partition(",")[0].split()
    return len(words) > 1 and words[0].lower().strip(".") not in _SUFFIXES


def _shortened(word: str) -> bool:
    """Whether a full stop behind the word belongs to it: `J.`, `Jr.`, `Ma.`."""
    return len(word) <= 2 or word.lower() in _SUFFIXES


def _is_camel(name: str) -> bool:
    """Whether a single word is an identifier like `EmailStr`, unlike `McKenzie`."""
    inner = re.search(r"[a-z]{4,}[A-Z]", name)
    return " " not in name and inner is not None


def firm(value: str) -> Fit | None:
    """Anything with letters that is no identifier."""
    count = len(value.split())
    if not _LETTER.search(value) or count > 12 or len(value) > 120:
        return None
    if count == 1 and (_IDENTIFIER.fullmatch(value) or "://" in value):
        return None
    return Fit(0, len(value))


def place(value: str) -> Fit | None:
    """A few words that are no identifier: no `us-east-1`, no path."""
    if len(value) > 80 or len(value.split()) > 8 or not _LETTER.search(value):
        return None
    if _IDENTIFIER.fullmatch(value) or any(sign in value for sign in "_\\=@<>{}*") or "//" in value:
        return None
    if re.search(r"\b[a-z]{2,}\.[a-z]", value):
        return None
    return Fit(0, len(value)) if len(value) > 1 else None


def address(value: str) -> Fit | None:
    """Several words, or one with a number, that are no identifier."""
    if not _LETTER.search(value) or len(value) > 200 or len(value.split()) > 24:
        return None
    if not any(map(str.isdigit, value)) and len(value.split()) > 8:
        return None
    if "@" in value or "://" in value or value.startswith(("0x", "/", "::")):
        return None
    if len(value.split()) < 2 and _IDENTIFIER.fullmatch(value):
        return None
    return Fit(0, len(value))


def _words_only(value: str) -> Fit | None:
    fits = _LETTER.search(value) and len(value) <= 60 and not any(map(str.isdigit, value))
    return Fit(0, len(value)) if fits and not _IDENTIFIER.fullmatch(value) else None


def _date(value: str) -> Fit | None:
    fits = any(map(str.isdigit, value)) and 4 <= len(value) <= 40 and not _FORMAT.fullmatch(value)
    return Fit(0, len(value)) if fits else None


def _age(value: str) -> Fit | None:
    match = _AGE.match(value)
    if match is None or value[match.end() : match.end() + 1].isalnum():
        return None
    digits = re.match(r"\d+", value)
    return Fit(0, match.end()) if digits and int(digits[0]) <= 125 else None


def _mail(value: str) -> Fit | None:
    fits = "@" in value or "%40" in value or "&#64;" in value or " at " in value or "(at)" in value
    return Fit(0, len(value)) if fits and len(value) <= 254 else None


def _phone(value: str) -> Fit | None:
    digits = sum(map(str.isdigit, value))
    return Fit(0, len(value)) if 5 <= digits <= 20 and len(value) <= 40 else None


def _login(value: str) -> Fit | None:
    fits = re.fullmatch(r"@?[^\W_][\w.+@\\$-]{1,63}", value) and _LETTER.search(value)
    return Fit(0, len(value)) if fits else None


def _opaque(value: str) -> Fit | None:
    """A secret: no spaces, not one character again and again."""
    fits = 4 <= len(value) <= 512 and len(set(value)) > 2 and not any(map(str.isspace, value))
    return Fit(0, len(value)) if fits and not value.startswith(("<", "$", "{", "*")) else None


def _code(value: str) -> Fit | None:
    """A number or code: short, with digits."""
    digits = sum(map(str.isdigit, value))
    prose = any(len(word) > 3 and word.isalpha() and word.islower() for word in value.split())
    fits = digits >= 2 and len(value) <= 60 and "://" not in value and not prose
    return Fit(0, len(value)) if fits else None


def _mexican_taxpayer(value: str) -> Fit | None:
    """Four or three letters, a date, three more (SAT): `rfc` is also how standards are cited."""
    return Fit(0, len(value)) if _MEXICAN_TAXPAYER.fullmatch(value) else None


def _token(value: str) -> Fit | None:
    """A secret made by a machine: with a digit among its letters."""
    return _opaque(value) if len(value) >= 8 and any(map(str.isdigit, value)) else None


def _machine(value: str) -> Fit | None:
    """The address of a machine, a card's or account's number: whatever patterns make of it."""
    fits = 3 <= len(value) <= 128 and any(map(str.isalnum, value))
    return Fit(0, len(value)) if fits else None


_RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        "PERSON": person,
        "ORGANIZATION": firm,
        "LOCATION": place,
        "STREET_ADDRESS": address,
        "NRP": _words_only,
        "DATE_OF_BIRTH": _date,
        "DATE_TIME": _date,
        "AGE": _age,
        "EMAIL_ADDRESS": _mail,
        "PHONE_NUMBER": _phone,
        "USERNAME": _login,
        "PASSWORD": _opaque,
        "MX_RFC": _mexican_taxpayer,
        **dict.fromkeys(("API_KEY", "ACCESS_TOKEN", "SESSION_ID"), _token),
        **dict.fromkeys(("IP_ADDRESS", "MAC_ADDRESS", "CRYPTO", "SWIFT_CODE"), _machine),
    }
)
