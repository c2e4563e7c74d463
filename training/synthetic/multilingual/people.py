"""Persons: names of a language's own countries and of people who came from elsewhere."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Final

from training.synthetic.multilingual.sections import read
from training.synthetic.values import Entity, Kind

FOREIGN_LOCALES: Final = (
    "tr_TR", "ro_RO", "hr_HR", "it_IT", "es_ES", "fr_FR", "en_US", "en_GB", "en_IN",
    "pt_BR", "sv_SE", "cs_CZ", "hu_HU", "nl_NL", "de_DE", "id_ID", "fi_FI",
    "yo_NG", "da_DK", "sk_SK", "lt_LT", "az_AZ",
)  # fmt: skip
"""Locales of Faker written in Latin letters, for the names of immigrants and visitors."""

PARTS: Final = ("", "_female", "_male")
_SHARED: Final = read(Path(__file__).parent, "shared.txt")
PARTICLES: Final = {
    "en": ("O'", "Mc", "Mac", "de", "van", "St. "),
    "de": ("von", "von der", "von", "zu"),
    "nl": ("van", "van der", "de", "van den", "ten", "van 't"),
    "fr": ("de", "de la", "du", "Le", "d'"),
    "es": ("de", "de la", "del", "de los"),
    "it": ("De", "Di", "D'", "Della", "Lo"),
    "pt": ("da", "de", "dos", "do"),
}

TITLE_INITIALS: Final = {"fr": "M", "es": "D", "pt": "D"}
"""First names that would read as a title if shortened: `M. Martin` is Monsieur Martin."""


@dataclass(frozen=True, slots=True)
class Stock:
    """First and last names of one country or region."""

    first: Sequence[str]
    last: Sequence[str]


@cache
def stock(locale: str) -> Stock:
    """Return the names that Faker knows for a locale, titles left out."""
    provider = import_module(f"faker.providers.person.{locale}").Provider
    first = [name for part in PARTS for name in _list(provider, f"first_names{part}")]
    last = [name for part in PARTS for name in _list(provider, f"last_names{part}")]
    keep = sorted({item for item in first if _latin(item)})
    return Stock(keep, sorted({item for item in last if _latin(item)}))


def _list(provider: type, attribute: str) -> list[str]:
    """Return a list of a provider; some make theirs a property, and have the parts besides."""
    known = getattr(provider, attribute, ())
    return [] if isinstance(known, property) else [str(name) for name in known]


def _latin(name: str) -> bool:
    return name[:1].isalpha() and "LATIN" in unicodedata.name(name[0], "") and "." not in name


ROMANISED: Final = Stock(_SHARED["first"], _SHARED["last"])


def ascii_of(text: str) -> str:
    """Return a name as it stands in an e-mail address: small ASCII letters only."""
    spelt = text.lower().replace("ß", "ss").replace("ø", "o").replace("ł", "l")
    plain = unicodedata.normalize("NFKD", spelt).encode("ascii", "ignore").decode()
    return "".join(char for char in plain if char.isalnum())


@dataclass(frozen=True, slots=True)
class People:
    """Makes the persons of one language; `home` is the share of native names (0..1)."""

    language: str
    locales: tuple[str, ...]
    home: float = 0.78

    def stock(self, random: Random) -> Stock:
        """Return where one person's names come from."""
        if random.random() < self.home:
            return stock(random.choice(self.locales))
        return ROMANISED if random.random() < 0.35 else stock(random.choice(FOREIGN_LOCALES))

    def first(self, random: Random) -> str:
        """Return a first name, now and then a double one."""
        names = self.stock(random)
        name = random.choice(names.first)
        chance = random.random()
        if chance < 0.04:
            return f"{name}-{random.choice(names.first)}"
        return f"{name} {random.choice(names.first)}" if chance < 0.07 else name

    def last(self, random: Random) -> str:
        """Return a family name as this language builds it: Spanish ones are two, and so on."""
        if self.language not in {"es", "pt"} or random.random() < 0.2:
            return self._single(random)
        count = random.choices((1, 2, 3), (5, 10, 1 if self.language == "es" else 4))[0]
        link = random.choice((" ", " ", " ", " de ", " da ")) if self.language == "pt" else " "
        native = stock(random.choice(self.locales)).last
        return link.join(dict.fromkeys(random.choice(native) for _ in range(count)))

    def _single(self, random: Random) -> str:
        names = self.stock(random).last
        name = random.choice(names)
        chance = random.random()
        if chance < 0.05 and "-" not in name:
            return f"{name}-{random.choice(names)}"
        if chance < 0.09 and name[0].isupper():
            particle = random.choice(PARTICLES[self.language])
            return particle + name if particle[-1] in "'c " else f"{particle} {name}"
        return name

    def make(self, random: Random) -> Entity:
        """Make a person: full, first, last, surname_first, initials, short, handle, email."""
        first, last = self.first(random), self.last(random)
        plain = (ascii_of(first.split()[0]) or "kim", ascii_of(last.split()[-1]) or "roe")
        return {
            "full": self._full(first, last, random),
            "first": first,
            "last": last,
            "surname_first": f"{last}, {first}" if random.random() < 0.8 else f"{last} {first}",
            "initials": f"{first[0]}. {last[0]}.",
            "short": f"{first[0]}. {last}",
            "handle": random.choice(("{0}{1}", "{0}_{1}", "{0}.{1}", "{1}{2}")).format(
                *plain, random.randint(1, 99)
            ),
            "email": address_of(plain, random),
        }

    def _full(self, first: str, last: str, random: Random) -> str:
        chance = random.random()
        if chance < 0.05 and first[0] != TITLE_INITIALS.get(self.language):
            return f"{first[0]}. {last}"
        if chance < 0.08:
            return f"{first} {random.choice('ABCDEFGHJKLMPRSTW')}. {last}"
        return f"{first} {last}"


DOMAINS: Final = _SHARED["domain"]


def address_of(names: tuple[str, str], random: Random) -> str:
    """Return an e-mail address for a first and a last name."""
    first, last = names
    local = random.choice((
        f"{first}.{last}", f"{first[0]}.{last}", f"{first}{random.randint(1, 99)}", f"{last}",
        f"{first}_{last}", f"{first[0]}{last}", f"{last}.{first}",
    ))  # fmt: skip
    return f"{local}@{random.choice(DOMAINS)}"


def kinds(people: People) -> dict[str, Kind]:
    """Return the kinds `person` and `email`."""
    types = {"handle": "", "email": "EMAIL_ADDRESS"}

    def email(random: Random) -> Entity:
        return {"full": people.make(random)["email"]}

    return {
        "person": Kind(people.make, "PERSON", "full", types),
        "email": Kind(email, "EMAIL_ADDRESS"),
    }
