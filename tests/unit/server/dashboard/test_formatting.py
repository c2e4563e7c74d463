"""Numbers, times and costs are written as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sluice.server.dashboard import formatting
from sluice.server.dashboard.entity_families import Family, family

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (formatting.number(1234), "1,234"),
        (formatting.number(None), "–"),
        (formatting.short(999), "999"),
        (formatting.short(1200), "1.2k"),
        (formatting.short(2_000_000), "2M"),
        (formatting.percent(0.123), "12.3 %"),
        (formatting.milliseconds(340), "340 ms"),
        (formatting.milliseconds(1234), "1.2 s"),
        (formatting.milliseconds(200_000), "3 min 20 s"),
        (formatting.dollars(0), "$0.00"),
        (formatting.dollars(12_300), "$0.0123"),
        (formatting.dollars(1_234_560_000), "$1,234.56"),
        (formatting.moment(NOW), "2026-11-21 12:00:00"),
        (formatting.iso(NOW), "2026-11-21T12:00:00+00:00"),
    ],
)
def test_a_value_is_written_as_people_read_it(written: str, expected: str) -> None:
    assert written == expected


@pytest.mark.parametrize(
    ("past", "expected"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=5), "5 min ago"),
        (timedelta(hours=3), "3 h ago"),
        (timedelta(days=4), "4 d ago"),
        (timedelta(days=40), "2026-10-12"),
        (timedelta(hours=-2), "in 2 h"),
    ],
)
def test_a_time_is_told_by_its_distance(past: timedelta, expected: str) -> None:
    assert formatting.ago(NOW - past, NOW) == expected


@pytest.mark.parametrize(
    ("entity_type", "expected"),
    [
        ("PERSON", Family.PERSON),
        ("US_SSN", Family.IDENTITY),
        ("IBAN_CODE", Family.MONEY),
        ("BLUE_HERON", Family.OTHER),
        ("CUSTOM_TERM", Family.OTHER),
    ],
)
def test_every_entity_type_has_a_family(entity_type: str, expected: Family) -> None:
    assert family(entity_type) is expected
