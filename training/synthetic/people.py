"""People: names of the whole world from Faker's locales, in the forms in which they are written."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from random import Random
from typing import Any, Final

from training.synthetic.romanise import PINYIN_SYLLABLES, POOLS, ascii_letters, romanised
from training.synthetic.values import Entity, Kind, Maker

ENGLISH_WORLD: Final[Mapping[str, float]] = {
    "en_US": 30, "en_GB": 14, "en_IE": 3, "en_NZ": 2, "en_IN": 7, "en_KE": 2, "en_NG": 1,
    "en_PK": 2, "de_DE": 4, "de_AT": 1, "de_CH": 1, "fr_FR": 4, "fr_CA": 1, "es_ES": 4,
    "es_MX": 3, "es_AR": 1, "it_IT": 3, "nl_NL": 3, "nl_BE": 1, "pt_BR": 2, "pt_PT": 1,
    "pl_PL": 3, "cs_CZ": 1, "hu_HU": 1, "ro_RO": 1, "hr_HR": 1, "sl_SI": 0.5, "sk_SK": 0.7,
    "fi_FI": 1, "sv_SE": 2, "no_NO": 1, "da_DK": 1, "tr_TR": 2, "id_ID": 1, "et_EE": 0.5,
    "lt_LT": 0.5, "lv_LV": 0.5, "ru_RU": 3, "uk_UA": 1, "bg_BG": 0.7, "el_GR": 1, "zu_ZA": 0.7,
    "yo_NG": 0.7, "ig_NG": 0.7, "ha_NG": 0.3, "tw_GH": 0.6, "sw": 0.5, "en_TH": 0.5,
    "chinese": 3, "japanese": 3, "korean": 2, "vietnamese": 1, "arabic": 4, "hebrew": 0.8,
    "persian": 0.8,
}  # fmt: skip
"""How often the names of a locale come in English text; relative."""

PARTICLES: Final = {
    "nl_NL": ("van der", "van", "de", "van den", "Van"), "nl_BE": ("Van", "De", "Van den"),
    "de_DE": ("von", "von der", "zu"), "fr_FR": ("de", "de la", "Le", "du"),
    "es_ES": ("de la", "del", "de los"), "es_MX": ("de la", "del"), "it_IT": ("Di", "De", "Della"),
    "pt_BR": ("da", "dos", "de"), "pt_PT": ("da", "de"), "arabic": ("al-", "Al-", "bin", "ibn",
    "El"),
    "en_IE": ("O'", "Mc", "Mac"), "en_GB": ("Mc", "O'", "Fitz", "Mac"), "en_US": ("Mc", "O'", "De"),
}  # fmt: skip
NICKNAMES: Final = {
    "William": "Bill", "Robert": "Bob", "Richard": "Rick", "James": "Jim", "Michael": "Mike",
    "Elizabeth": "Liz", "Katherine": "Kate", "Margaret": "Maggie", "Thomas": "Tom",
    "Joseph": "Joe", "Daniel": "Dan", "Matthew": "Matt", "Christopher": "Chris", "Anthony": "Tony",
    "Jennifer": "Jen", "Jessica": "Jess", "Samantha": "Sam", "Alexander": "Alex", "David": "Dave",
    "Steven": "Steve", "Stephen": "Steve", "Patricia": "Pat", "Deborah": "Debbie", "Susan": "Sue",
    "Nicholas": "Nick", "Andrew": "Andy", "Edward": "Ted", "Timothy": "Tim", "Gregory": "Greg",
    "Jonathan": "Jon", "Benjamin": "Ben", "Zachary": "Zach", "Rebecca": "Becky", "Amanda": "Mandy",
    "Victoria": "Vicky", "Abigail": "Abby", "Kenneth": "Ken", "Ronald": "Ron", "Donald": "Don",
    "Jeffrey": "Jeff", "Philip": "Phil", "Raymond": "Ray", "Lawrence": "Larry", "Gerald": "Gerry",
}  # fmt: skip
MAIL_HOSTS: Final = (
    "example.com", "example.org", "example.net", "mail.example", "post.example", "corp.example",
    "gmail.com", "yahoo.com", "hotmail.com", "outlook.com", "icloud.com", "aol.com", "gmx.net",
    "proton.me", "live.co.uk", "btinternet.com", "web.de", "orange.fr", "libero.it", "terra.es",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pool:
    """Given and family names of a locale; `surname_first` where people write it so."""

    male: tuple[str, ...]
    female: tuple[str, ...]
    last: tuple[str, ...]
    male_weights: tuple[float, ...] | None = None
    female_weights: tuple[float, ...] | None = None
    last_weights: tuple[float, ...] | None = None
    surname_first: float = 0.0


def _names(provider: Any, *attributes: str) -> tuple[tuple[str, ...], tuple[float, ...] | None]:  # noqa: ANN401 - Faker's providers are untyped data
    for attribute in attributes:
        found = getattr(provider, attribute, None)
        if found:
            weights = tuple(float(w) for w in found.values()) if hasattr(found, "values") else None
            return tuple(romanised(str(name)) for name in found), weights
    raise LookupError(f"no {attributes[0]}")


@cache
def pool(locale: str) -> Pool:
    """Return the names of a Faker locale, or of a romanised pool; in Latin letters."""
    if locale in POOLS:
        given = POOLS[locale]
        return Pool(given.male, given.female, given.last, surname_first=given.surname_first)
    provider = import_module(f"faker.providers.person.{locale}").Provider
    male, male_weights = _names(provider, "first_names_male", "first_names")
    female, female_weights = _names(provider, "first_names_female", "first_names")
    last, weights = _names(
        provider, "last_names_male", "unisex_last_names", "last_names", "last_names_female"
    )
    first = 0.12 if locale == "hu_HU" else 0.0
    return Pool(male, female, last, male_weights, female_weights, weights, first)


def _pick(random: Random, names: tuple[str, ...], weights: tuple[float, ...] | None) -> str:
    """Choose a name; half of the choices are even, so that rare names come too."""
    if weights is None or random.random() < 0.5:
        return random.choice(names)
    return random.choices(names, weights)[0]


def _last(random: Random, locale: str, names: Pool) -> str:
    last = _pick(random, names.last, names.last_weights)
    if random.random() < 0.06 and locale in PARTICLES and " " not in last:
        particle = random.choice(PARTICLES[locale])
        glued = particle in {"O'", "Mc", "Mac", "Fitz"} or particle.endswith("-")
        return particle + ("" if glued else " ") + last
    if random.random() < (0.35 if locale.startswith(("es_", "pt_")) else 0.02):
        other = _pick(random, names.last, names.last_weights)
        return f"{last} {other}" if locale.startswith(("es_", "pt_")) else f"{last}-{other}"
    return last


def _first(random: Random, names: Pool, woman: bool) -> str:
    if woman:
        first = _pick(random, names.female, names.female_weights)
    else:
        first = _pick(random, names.male, names.male_weights)
    if names is pool("chinese"):
        return first if random.random() < 0.3 else _chinese(random)
    return first


def _chinese(random: Random) -> str:
    one, two = random.choice(PINYIN_SYLLABLES), random.choice(PINYIN_SYLLABLES)
    return random.choice([f"{one.title()}{two}", f"{one.title()}-{two}", one.title()])


def _full(random: Random, first: str, last: str, other: str, surname_first: float) -> str:
    if random.random() < surname_first:
        return f"{last} {first}"
    shape = random.random()
    if shape < 0.80:
        return f"{first} {last}"
    if shape < 0.88:
        return f"{first} {other[0]}. {last}"
    if shape < 0.91:
        return f"{first[0]}. {other[0]}. {last}"
    if shape < 0.93:
        return f"{first[0]}.{other[0]}. {last}"
    if shape < 0.97:
        return f"{first} {other} {last}"
    return f"{first} {last}{random.choice([' Jr.', ' Sr.', ' III', ' II', ' Jr'])}"


def username(random: Random, first: str, last: str) -> str:
    """Return a user name made of a name, as people make them."""
    one, two = ascii_letters(first).lower(), ascii_letters(last).lower()
    number = str(random.choice([random.randint(1, 99), random.randint(1955, 2009)]))
    return random.choice(
        [one + two, f"{one}.{two}", f"{one}_{two}", one[:1] + two, one + two[:1], one + number,
         f"{one}{two}{number}", f"{two}{one[:1]}", f"{one[:1]}{two}{number}", f"the_real_{one}",
         f"{one}_{number}"]
    )  # fmt: skip


def _address(random: Random, first: str, last: str) -> str:
    one, two = ascii_letters(first).lower(), ascii_letters(last).lower()
    local = random.choice([f"{one}.{two}", f"{one[:1]}{two}", f"{one}_{two}", f"{one}{two}", one,
                           f"{one[:1]}.{two}", f"{two}.{one}",
                           username(random, first, last)])  # fmt: skip
    return f"{local}@{random.choice(MAIL_HOSTS)}"


def maker(locales: Mapping[str, float]) -> Maker:
    """Return a maker of people with the names of some locales (Faker's, or of `POOLS`), by weight.

    Forms: full, first, last, short (J. Roe), initials (J. R. Roe), reversed (Roe, Jane), last_i
    (Roe J), nick, letters (JR), single, and the neutral title, mr, he, him, his, role-free
    username, handle, email. The full form may carry a middle name or a suffix.
    """
    codes, weights = tuple(locales), tuple(locales.values())
    return lambda random: person(random, random.choices(codes, weights)[0])


def person(random: Random, locale: str) -> Entity:
    """Make one person of a locale."""
    names, woman = pool(locale), random.random() < 0.48
    first, last = _first(random, names, woman), _last(random, locale, names)
    other = _first(random, names, woman)
    if random.random() < 0.45:
        first, last, other = (_unaccented(name) for name in (first, last, other))
    return {
        "full": _full(random, first, last, other, names.surname_first),
        "plain": f"{first} {last}",
        "first": first,
        "last": last,
        "short": f"{first[0]}. {last}",
        "initials": f"{first[0]}. {other[0]}. {last}",
        "reversed": f"{last}, {first}",
        "reversed_i": f"{last}, {first[0]}.",
        "last_i": f"{last} {first[0]}",
        "first_i": f"{first} {last[0]}.",
        "middle": f"{first} {other[0]}. {last}",
        "nick": NICKNAMES.get(first, first),
        "letters": first[0] + last[0],
        **_contact(random, first, last),
        **_spoken(random, woman),
    }


def _unaccented(name: str) -> str:
    stripped = unicodedata.normalize("NFD", name)
    return "".join(char for char in stripped if not unicodedata.combining(char))


def _contact(random: Random, first: str, last: str) -> dict[str, str]:
    name = username(random, first, last)
    return {
        "email": _address(random, first, last),
        "username": name,
        "handle": "@" + name.replace(".", "_"),
    }


def _spoken(random: Random, woman: bool) -> dict[str, str]:
    mr = random.choice(["Ms", "Ms.", "Mrs", "Mrs.", "Miss"] if woman else ["Mr", "Mr.", "Mr"])
    return {
        "mr": mr,
        "title": random.choice(
            [mr, mr, "Dr", "Dr.", "Prof.", "Professor", "Sir" if not woman else "Dame"]
        ),
        "he": "she" if woman else "he",
        "him": "her" if woman else "him",
        "his": "her" if woman else "his",
        "He": "She" if woman else "He",
        "man": "woman" if woman else "man",
    }


NEUTRAL: Final = ("mr", "title", "he", "him", "his", "He", "man")
TYPES: Final[Mapping[str, str]] = {
    **dict.fromkeys(NEUTRAL, ""),
    "email": "EMAIL_ADDRESS",
    "username": "USERNAME",
    "handle": "USERNAME",
}


def kind(locales: Mapping[str, float]) -> Kind:
    """Return the kind `person` for some locales."""
    return Kind(maker(locales), "PERSON", types=TYPES)
