"""Coordinates: a table of what is a place on the globe, and of what only looks like one."""

from __future__ import annotations

import pytest
from tests.unit.engine.detectors.marking import check_found, check_not_found

FOUND = (
    "at [[52.520008, 13.404954]] we met",
    "([[40.7128,-74.0060]])",
    "GPS: [[48.8584 2.2945]]",
    "coordinates [[-33.8688, 151.2093]].",
    "Koordinaten: [[48.137154; 11.576124]]",
    '{"lat": [[52.5200]], "lng": [[13.4050]]}',
    "latitude=[[37.7749]]&longitude=[[-122.4194]]",
    '"latitude": [[48.85]]',
    "[[40°26′46″N 79°58′56″W]]",
    "[[40° 26' 46\" N, 79° 58' 56\" W]]",
    "[[48.8584° N, 2.2945° E]]",
    "[[N 52° 31.2', E 13° 24.3']]",
    "[[geo:37.786971,-122.399677]]",
    "open [[geo:48.2010,16.3695,183]]",
    "plus code [[8FVC9G8F+6X]]",
    "Breitengrad: [[52.5200]]",
    '"coordinates": {"location": "[[41.3851, 2.1734]]"}',
    "pin dropped at [[1.3521, 103.8198]]",
)
NOT_FOUND = (
    "12.12, 13.13",
    "prices 12.1234, 13.1234 and 14.1234",
    "loss 12.12345, 13.12345",
    "array([0.1234, 0.5678])",
    "[ [12.98024613, 18.72075441], 27.]",
    "(0.12345, 0.54321)",
    "95.12345, 195.12345",
    "it is 20 °C",
    "turn by 30°",
    "rotate 45.5 degrees",
    "version 12.1234.5678",
    "lat: high",
    "latency 12.34",
    "lon = 500.25",
    "platform: 10.15",
    "C++ 2222+22",
    "23456789+23",
    "geo: none",
    "$12.1234, $13.1234",
    "12.1234%, 13.1234%",
)


@pytest.mark.parametrize("marked", FOUND)
def test_a_place_is_found_with_exactly_its_span(marked: str) -> None:
    check_found(marked, "GPS_COORDINATES")


@pytest.mark.parametrize("text", NOT_FOUND)
def test_other_numbers_are_not_places(text: str) -> None:
    check_not_found(text, "GPS_COORDINATES")
