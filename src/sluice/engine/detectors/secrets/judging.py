"""How likely a value under a name is a secret: what was promised, how it looks, where it stands."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Final

from sluice.engine.detectors.secrets.names import Kind, kind_of
from sluice.engine.detectors.secrets.values import (
    COMMON,
    ORDINARY,
    PROSE,
    Look,
    is_name_like,
    is_reference,
    look,
)


class Place(Enum):
    """Where a value stands."""

    LITERAL = auto()
    """Between quotes or tags: certainly a value, not a piece of a program."""
    CONFIG = auto()
    """Bare, in what looks like a configuration: `DB_PASSWORD=summer`."""
    BARE = auto()
    """Bare, perhaps in a program or a sentence."""


_HASHED: Final = re.compile(
    r"(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})",
    re.IGNORECASE,
)
_NUMBERED_NAME: Final = re.compile(r"[A-Za-z_]+\d{1,2}|[a-z]+(?:_[a-z0-9]+)+|\d+\.\d+(?:\.\d+)*")
_PLAIN_HEX: Final = re.compile(r"[0-9a-f-]+", re.IGNORECASE)
_WORDISH: Final = re.compile(
    r"(?:[A-Z]?[a-z]+|[A-Z]+|\d{1,4}|v\d+|[a-z]{2,}\d{1,2})(?:[-_./: ](?:[A-Z]?[a-z]+|[A-Z]+"
    r"|\d{1,4}|v\d+|[a-z]{2,}\d{1,2}))+"
)
_FULL_NAME: Final = re.compile(
    r"passwor|passphr|passwd|kennwort|contrase|mot|clave|senha|wacht|secret|token|key",
    re.IGNORECASE,
)
_LEET: Final = re.compile(r"(?=[\w.]*[A-Za-z]\d+[A-Za-z])[\w]{2,20}\.[\w]{2,20}", re.ASCII)
"""`Pa55w.rd`: a digit between letters, as in no path of a program."""
_RULES: Final = re.compile(r"[a-z_]{2,20}(?::[\w,]{1,20})?(?:\|[a-z_]{2,20}(?::[\w,]{1,20})?){1,8}")
"""A validator's rules: `required|min:8`."""
_APP_PASSWORD: Final = re.compile(r"[a-z]{4}(?: [a-z]{4}){3}")
"""As Google makes passwords for programs."""
_EXPRESSION: Final = re.compile(r"\(\?[:=!<]|\[\^?[A-Za-z0]-[Zz9]|\\[dws][+*{]|\)\||\.\*")
"""A piece of a regular expression."""
_TYPE: Final = re.compile(
    r"(?:std::)?(?:string|str|text|char|varchar|bytes?|int|bool|secretstr|uuid|any|object|number)"
    r"(?:\(\d+\)|\[\w*\]|\?|\s*\|.*)?",
    re.IGNORECASE,
)


def judge(kind: Kind, value: str, place: Place) -> float:
    """The score of a value; 0 where it is none."""
    if _is_program(value, place):
        return 0.0
    seen = look(value)
    if seen is Look.NOTHING:
        return 0.0
    if kind is Kind.PASSWORD:
        return _password(value, seen, place)
    if kind is Kind.PIN:
        return 0.65 if seen is Look.NUMBER and 4 <= len(value) <= 8 else 0.0
    if kind is Kind.HASH:
        return 0.8 if _HASHED.fullmatch(value) or seen is Look.RANDOM else 0.0
    if kind is Kind.WEAK:
        return _weak(value, seen, place)
    return _machine(kind, value, seen, place)


def _is_program(value: str, place: Place) -> bool:
    """Whether an unquoted value refers to something instead of being it."""
    if _TYPE.fullmatch(value) or _RULES.fullmatch(value) or _EXPRESSION.search(value):
        return True
    if place is Place.LITERAL:
        return False
    if is_reference(value):
        return not (place is Place.CONFIG and _odd_but_literal(value))
    return place is Place.BARE and is_name_like(value)


def _odd_but_literal(value: str) -> bool:
    """In a configuration `a#B1(x` is a password too, if nothing of it is a call or a variable."""
    if _LEET.fullmatch(value):
        return True
    starts = value[0].isalnum() or value[0] in "!@#&*+="
    signs = sum(not char.isalnum() for char in value)
    return (
        starts
        and any(map(str.isdigit, value))
        and signs >= 1
        and not re.search(r"[$\\/.\[]|\w\(\w*\)|::|->|^@", value)
    )


def _password(value: str, seen: Look, place: Place) -> float:
    if seen is Look.RANDOM:
        return 0.9
    if " " in value.strip():
        return _phrase(value)
    if _is_label(value):
        return 0.3
    if seen is Look.NUMBER:
        return 0.0 if len(value) < 4 else 0.45 if place is Place.BARE else 0.65
    if seen is Look.MIXED:
        if place is Place.BARE and _NUMBERED_NAME.fullmatch(value):
            return 0.4
        return 0.75 if place is Place.BARE else 0.9
    return _word(value, place)


def _is_label(value: str) -> bool:
    """Whether a value is itself a name for a secret, as screens and tables of names have it."""
    plain = value.rstrip(":*.!? ")
    named = kind_of(plain) not in (None, Kind.WEAK) and _FULL_NAME.search(plain)
    return bool(named) and not any(map(str.isdigit, plain))


def _phrase(value: str) -> float:
    """Several words are a label or a sentence; with digits and signs perhaps a password."""
    if len(value) > 64:
        return 0.0
    if _APP_PASSWORD.fullmatch(value):
        return 0.85
    parts = value.split()
    mixed = any(look(part) in (Look.MIXED, Look.RANDOM) and not part.isalpha() for part in parts)
    if mixed and len(parts) <= 3 and any(map(str.isdigit, value)):
        return 0.55
    return 0.4 if any(map(str.isdigit, value)) else 0.3


def _word(value: str, place: Place) -> float:
    """Letters alone: a weak password, or what a screen shows, or a name."""
    lower = value.lower()
    known = lower in ORDINARY or lower in PROSE or _is_label(value)
    if place is Place.LITERAL:
        return 0.35 if known or (value.istitle() and value.isalpha()) else 0.6
    if known and not (place is Place.CONFIG and lower in COMMON):
        return 0.0
    return 0.55 if place is Place.CONFIG else 0.4


def _machine(kind: Kind, value: str, seen: Look, place: Place) -> float:
    """Secrets, keys and tokens are made by machines: words and numbers alone are none."""
    if " " in value:
        return 0.35 if seen is Look.RANDOM else 0.0
    if seen is Look.RANDOM:
        return 0.85
    literal = place is not Place.BARE
    if seen is Look.MIXED and not _WORDISH.fullmatch(value) and len(value) >= 6:
        if not any(map(str.isdigit, value)):
            return 0.5 if literal and kind is Kind.SECRET else 0.3
        if kind is Kind.SECRET:
            return 0.65 if literal else 0.4
        return 0.55 if literal and len(value) >= 8 else 0.4
    plain = seen is Look.WORDS and value.isalpha() and len(value) >= 8
    if kind is Kind.SECRET and plain and literal and value.lower() not in ORDINARY:
        return 0.5 if kind_of(value) is None and not value.istitle() else 0.3
    return 0.0


def _weak(value: str, seen: Look, place: Place) -> float:
    """Under a name as vague as `key` only what is long and random counts."""
    if seen is not Look.RANDOM or len(value) < 16 or " " in value:
        return 0.0
    if _PLAIN_HEX.fullmatch(value):
        return 0.5 if place is not Place.BARE and len(value) >= 32 and "-" not in value else 0.4
    return 0.65
