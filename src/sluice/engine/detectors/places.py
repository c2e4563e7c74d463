"""Places on the globe: pairs of degrees, degrees with minutes and seconds, geo URIs, plus codes."""

from __future__ import annotations

import re
from typing import Final

from sluice.engine.detectors.labels import labelled
from sluice.engine.patterns import Checked, Pattern, context, surrounding_words, words

_LATITUDE: Final = 90.0
_LONGITUDE: Final = 180.0
_PLACING: Final = words(
    "lat lon lng long latitude longitude gps coordinates coords coordinate location located "
    "position geo geolocation map maps koordinaten breitengrad längengrad standort coordonnées "
    "latitud longitud coordenadas ubicación latitudine longitudine coordinate posizione "
    "coördinaten "
    "breedtegraad lengtegraad pin dropped waypoint ping near"
)
_COMPUTING: Final = words(
    "loss accuracy array tensor matrix vector vectors weights mean std float floats np torch "
    "embedding embeddings epoch score scores rgb rgba scale price prices ratio bbox polygon path "
    "points svg transform version"
)
_NUMBER_AFTER = re.compile(r"\s?[,;]\s?-?\d+\.\d", re.ASCII)


def _pair(match: re.Match[str]) -> Checked | None:
    """Two numbers in range with four decimals or more; longer lists of numbers are no place."""
    text, (start, end) = match.string, match.span()
    first, second = float(match["a"]), float(match["b"])
    if not _in_range(first, second) or _NUMBER_AFTER.match(text, end, end + 12):
        return None
    if re.search(r"\d\s?[,;]\s?\Z", text[max(0, start - 4) : start]):
        return None
    near = surrounding_words(text, start, end)
    if not _PLACING.isdisjoint(near):
        return Checked(start, end, 0.9, reason="context word")
    listed = "[" in text[max(0, start - 2) : start]
    small = max(abs(first), abs(second)) < 2
    if listed or small or not _COMPUTING.isdisjoint(near):
        return None
    return Checked(start, end, 0.6, reason="form")


def _in_range(first: float, second: float) -> bool:
    """Whether the two can be a latitude and a longitude, in either order."""
    small, large = sorted((abs(first), abs(second)))
    return small <= _LATITUDE and large <= _LONGITUDE


def _one(match: re.Match[str]) -> Checked | None:
    """A number behind `lat` or `lon`, with two decimals or more."""
    limit = _LATITUDE if match["label"].lower().startswith(("lat", "bre")) else _LONGITUDE
    value = match["value"]
    if abs(float(value)) > limit:
        return None
    decimals = len(value.partition(".")[2])
    return Checked(*match.span("value"), 0.85 if decimals >= 3 else 0.55, reason="label")


def _degrees(match: re.Match[str]) -> Checked:
    """Degrees and a direction: both halves of a place, or one with minutes or decimals."""
    exact = sum(map(str.isdigit, match[0])) >= 4
    score = 0.9 if match["second"] else 0.7 if exact else 0.35
    return Checked(*match.span(), score, reason="form")


def _uri(match: re.Match[str]) -> Checked | None:
    """`geo:latitude,longitude` (RFC 5870)."""
    if not _in_range(float(match["a"]), float(match["b"])):
        return None
    return Checked(*match.span(), 0.95, reason="geo URI")


def _plus_code(match: re.Match[str]) -> Checked | None:
    """An Open Location Code; digits and letters, no word."""
    code = match[0]
    if code.replace("+", "").isdigit() or code.replace("+", "").isalpha():
        return None
    return Checked(*match.span(), 0.6 if len(code) > 9 else 0.35, reason="form")


_DIRECTION = r"(?:[NSEWO]|North|South|East|West|Nord|Süd|Ost|Sud|Est|Ouest|Norte|Sur|Este|Oeste)"
_DEGREES = (
    r"(?:\d{1,3}(?:\.\d{1,8})?\s?[°º]\s?(?:\d{1,2}(?:\.\d{1,6})?\s?(?:['′’]\s?"
    r"(?:\d{1,2}(?:[.,]\d{1,6})?\s?(?:\"|″|”|''|′′)?\s?)?))?)"
)
_HALF = rf"(?:{_DEGREES}{_DIRECTION}\b|{_DIRECTION}\s?{_DEGREES})"
_PLUS: Final = "23456789CFGHJMPQRVWX"

PATTERNS: Final[tuple[Pattern, ...]] = (
    Pattern(
        name="places.pair",
        entity_type="GPS_COORDINATES",
        regex=r"(?<![\w.$€£+-])(?P<a>[+-]?\d{1,3}\.\d{4,15})(?:\s?[,;/]\s?"
        r"|\s)(?P<b>[+-]?\d{1,3}\.\d{4,15})"
        r"(?![\w%]|\.\d)",
        anchor=r"\d\.\d{4,15}(?:\s?[,;/]\s?|\s)[+\-]?\d{1,3}\.\d{4}",
        reach=4 + 16 + 3 + 5 + 4,
        longest=20 + 3 + 20 + 2,
        score=0.6,
        check=_pair,
    ),
    labelled(
        "places.one",
        "GPS_COORDINATES",
        r"latitude?|lat|longitude?|lon|lng|breitengrad|l(?:ä|ae)ngengrad|latitud|longitud"
        r"|latitudine|longitudine|breedtegraad|lengtegraad",
        r"[+-]?\d{1,3}\.\d{2,15}(?![\w]|\.\d)",
        _one,
        longest=22,
        first=r"[+\-]?[0-9]{1,3}\.[0-9]{2}",
    ),
    Pattern(
        name="places.degrees",
        entity_type="GPS_COORDINATES",
        regex=rf"(?<![\w.])(?P<first>{_HALF})(?P<second>[\s,;/]{{0,3}}{_HALF})?",
        anchor=r"\d\s?\xc2[\xb0\xba]",
        reach=6 + 2 + 13 + 5,
        longest=2 * 64 + 4,
        score=0.9,
        check=_degrees,
    ),
    Pattern(
        name="places.geo_uri",
        entity_type="GPS_COORDINATES",
        regex=r"(?<![\w])geo:(?P<a>-?\d{1,3}(?:\.\d{1,15})?),(?P<b>-?\d{1,3}(?:\.\d{1,15})?)"
        r"(?:,-?\d{1,6}(?:\.\d{1,6})?)?",
        anchor=r"geo:-?\d",
        reach=6,
        longest=64,
        score=0.95,
        check=_uri,
    ),
    Pattern(
        name="places.plus_code",
        entity_type="GPS_COORDINATES",
        regex=rf"(?<![\w+])(?:[{_PLUS}]{{4}}){{1,2}}\+[{_PLUS}]{{2,3}}(?![\w+])",
        anchor=rf"[{_PLUS}]{{4}}\+[{_PLUS}]{{2}}",
        reach=11,
        longest=14,
        score=0.6,
        check=_plus_code,
        context=context("plus code location maps google near address pin", boost=0.25),
    ),
)
