"""From a key as it is written to what it names: `patientFirstName`, `E-Mail-Adresse`, `N.º DNI`."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum, auto
from typing import ClassVar, Final, NamedTuple

from sluice.engine.hashing import number_of
from sluice.engine.patterns import words as word_set
from sluice.engine.reading.key_names import (
    BLOCKING,
    ENDINGS,
    FIRMS,
    NAMES,
    OF,
    OF_A_FIRM,
    OF_A_MACHINE,
    OF_A_PERSON,
    OF_A_PLACE,
    OF_A_THING,
    OWNERS,
    PARTS,
    PEOPLE,
    PLACES,
    ROLES,
    THINGS,
    TRAILING,
    WHOLE,
)

LONGEST: Final = 48
"""A key of more code points names nothing that is looked for."""
_MOST_WORDS: Final = 7
_MOST_REMEMBERED: Final = 4096
_MOST_KNOWN: Final = 32_768
"""Keys whose meaning is kept: about 3 MB."""
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_APART = re.compile(r"[\W_]+")
_NOTE = re.compile(r"\([^()]*\)\s*$|\[[^\[\]]*\]\s*$")
_LAST_DIGITS = re.compile(r"(?<=[a-z])\d{1,2}$")


class Sort(Enum):
    """How much a name says by itself."""

    SURE = auto()
    """What it names, it names."""
    NAME = auto()
    """`name`: of a person only if what stands beside it or the value says so."""
    PART = auto()
    """`first`, `last`: of a person's name only if they stand beside each other."""
    ROLE = auto()
    """`author`, `from`: of a person only if the value looks like one."""
    STATE = auto()
    """`state`: of an address only if its other parts stand beside it."""
    USER = auto()
    """`user name`: for a login, or the user's own name."""


class Meaning(NamedTuple):
    """What a key names."""

    entity_types: tuple[str, ...]
    sort: Sort


_PERSON: Final = ("PERSON",)
_FIRM: Final = ("ORGANIZATION",)
_PLACE: Final = ("LOCATION",)
_ENDINGS: Final = {
    name: Meaning(types, Sort.SURE) for types, row in ENDINGS for name in row.split("|")
}
_WHOLE: Final = (
    {name: Meaning(_PERSON, Sort.ROLE) for name in ROLES}
    | {name: Meaning(types, Sort.SURE) for types, row in WHOLE for name in row.split("|")}
    | _ENDINGS
    | {name: Meaning(_PERSON, Sort.NAME) for name in NAMES}
    | {name: Meaning(_PERSON, Sort.PART) for name in PARTS}
    | {name: Meaning(_PLACE, Sort.STATE) for name in ("state", "region", "place", "location")}
    | {
        name: Meaning(("USERNAME", "PERSON"), Sort.USER)
        for name in ("user name", "username", "user")
    }
)
_BESIDE_A_PERSON: Final = word_set(
    "PERSON DATE_OF_BIRTH AGE NRP EMAIL_ADDRESS PHONE_NUMBER US_SSN PASSPORT ES_NIF UK_NINO "
    "MEDICAL_RECORD_NUMBER EMPLOYEE_ID HEALTH_INSURANCE_ID CREDIT_CARD DRIVER_LICENSE "
    "IT_FISCAL_CODE BR_CPF NL_BSN DE_STEUER_ID IBAN_CODE USERNAME PASSWORD"
)
_OF_MACHINES_TOO: Final = word_set("USERNAME PASSWORD")
"""What programs sign in with: it stands beside a machine's name as well."""


def key_words(key: str) -> list[str]:
    """The words of a key: in lower case, without accents, numbers at its end, or notes."""
    if ")" in key or "]" in key:
        key = _NOTE.sub("", key)
    if not key.isascii():
        key = unicodedata.normalize("NFKD", key)
        key = "".join(char for char in key if not unicodedata.combining(char)).replace("ß", "ss")
    if not key.islower():
        key = _CAMEL.sub(" ", key)
    words = _APART.sub(" ", key).lower().split()
    while len(words) > 1 and (words[-1] in TRAILING or words[-1].isdigit()):
        words.pop()
    if words:
        words[-1] = _LAST_DIGITS.sub("", words[-1])
    while len(words) > 1 and words[0] in OWNERS:
        words.pop(0)
    return words


def meaning_of(key: str) -> Meaning | None:
    """What a key as it is written names; None for nothing that is looked for."""
    if len(key) > LONGEST:
        return None
    words = key_words(key)
    if not words or len(words) > _MOST_WORDS:
        return None
    return _WHOLE.get(" ".join(words)) or _ending(words) or _whose(words)


def _ending(words: list[str]) -> Meaning | None:
    """What the last words of a longer key name."""
    for first in range(1, len(words)):
        meaning = _ENDINGS.get(" ".join(words[first:]))
        if meaning is not None:
            return None if words[first - 1] in BLOCKING else meaning
    if words[-1] in NAMES and len(words) > 1:
        return _named(words[-2])
    return None


def _named(owner: str) -> Meaning | None:
    """What the name of such an owner is: `patient name`; None: `file name`."""
    if owner in PEOPLE:
        return Meaning(_PERSON, Sort.SURE)
    if owner in FIRMS:
        return Meaning(_FIRM, Sort.SURE)
    return Meaning(_PLACE, Sort.SURE) if owner in PLACES else None


def _whose(words: list[str]) -> Meaning | None:
    """`nombre del paciente`, `date of birth of the applicant`: the thing, then whose it is."""
    for place in range(1, len(words) - 1):
        if words[place] in OF:
            if words[place - 1] in NAMES:
                return _named(words[-1])
            if words[-1] in PEOPLE and (found := _WHOLE.get(" ".join(words[:place]))):
                return found
    return None


def whole_meaning(key: str) -> Meaning | None:
    """What all of the key's words together name, without looking at the last of them alone."""
    return _WHOLE.get(" ".join(key_words(key))) if len(key) <= LONGEST else None


class Names:
    """What keys name.

    Keys themselves are remembered while one text is read, and no longer. What they mean stays,
    kept by a keyed hash (`hashing`) from which nobody reads a key.
    """

    _known: ClassVar[dict[int, Meaning | None]] = {}

    def __init__(self) -> None:
        self._words: dict[str, list[str]] = {}

    def meaning(self, key: str) -> Meaning | None:
        """As `meaning_of`."""
        number = number_of(key)
        try:
            return self._known[number]
        except KeyError:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            meaning = self._known[number] = meaning_of(key)
            return meaning

    def words(self, key: str) -> list[str]:
        """As `key_words`."""
        found = self._words.get(key)
        if found is None:
            if len(self._words) >= _MOST_REMEMBERED:
                self._words.clear()
            found = self._words[key] = key_words(key)
        return found


class Company(NamedTuple):
    """What the keys beside a name say about whose it is."""

    person: bool = False
    thing: bool = False
    firm: bool = False
    place: bool = False
    address: bool = False
    machine: bool = False
    parts: int = 0


def company(keys: list[str], parent: str, names: Names) -> Company:
    """What these keys, and the key of the object that holds them, speak for."""
    words = ["".join(names.words(key)) for key in keys]
    types = [meaning.entity_types[0] for key in keys if (meaning := names.meaning(key))]
    sure = sum(kind in _BESIDE_A_PERSON for kind in types)
    above = names.words(parent)[-1:] or [""]
    singular = above[0].removesuffix("s")
    of_people = singular in PEOPLE or _any(words, OF_A_PERSON)
    return Company(
        person=of_people or (sure > _bare(keys, names) and not _any(words, OF_A_FIRM)),
        thing=singular in THINGS or above[0] in THINGS or _any(words, OF_A_THING),
        firm=singular in FIRMS or above[0] in FIRMS or _any(words, OF_A_FIRM),
        place=singular in PLACES or _any(words, OF_A_PLACE),
        address=any(kind in ("STREET_ADDRESS", "LOCATION", "PERSON") for kind in types)
        or _any(words, frozenset({"zip", "zipcode", "postcode", "postalcode", "plz"})),
        machine=_any(words, OF_A_MACHINE) and not (of_people or _has_a_person(keys, names)),
        parts=sum(word in PARTS for word in words),
    )


def _any(words: list[str], known: frozenset[str]) -> bool:
    return not known.isdisjoint(words)


def _has_a_person(keys: list[str], names: Names) -> bool:
    """Whether one of the keys surely names what people have and machines do not."""
    found = [meaning for key in keys if (meaning := names.meaning(key))]
    return any(
        m.sort is Sort.SURE and m.entity_types[0] in _BESIDE_A_PERSON - _OF_MACHINES_TOO
        for m in found
    )


def _bare(keys: list[str], names: Names) -> int:
    """How many of the keys name a person only perhaps."""
    found = [names.meaning(key) for key in keys]
    return sum(
        m is not None and m.sort is not Sort.SURE and m.entity_types[0] in _BESIDE_A_PERSON
        for m in found
    )
