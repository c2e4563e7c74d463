"""Times and paths on the wire."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from sluice.server.kit.wire import to_camel_path, wire_time


def test_a_time_is_in_utc_with_milliseconds_and_z() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 6_999, tzinfo=timezone(timedelta(hours=2)))
    assert wire_time(moment) == "2026-01-02T01:04:05.006Z"
    assert wire_time(datetime(2026, 1, 2, tzinfo=UTC)) == "2026-01-02T00:00:00.000Z"


def test_paths_of_problems_are_spelled_as_on_the_wire() -> None:
    assert to_camel_path("base_url") == "baseUrl"
    assert to_camel_path("credentials.api_key") == "credentials.apiKey"
