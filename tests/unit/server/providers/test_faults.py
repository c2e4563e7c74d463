"""A vendor's refusal becomes the right error and says nothing that the vendor quoted."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sluice.server.providers.base import (
    ProviderError,
    ProviderProtocolError,
    ProviderRateLimited,
    ProviderRejected,
    ProviderTimeout,
)
from sluice.server.providers.faults import (
    VendorFault,
    answer_error,
    parse_fault,
    read_fault,
    stream_error,
    wait_asked_for,
)

SHAPES: dict[str, tuple[bytes, VendorFault]] = {
    "OpenAI": (
        b'{"error":{"message":"m","type":"invalid_request_error","code":"model_not_found"}}',
        VendorFault("invalid_request_error", "model_not_found"),
    ),
    "Azure": (b'{"error":{"code":"DeploymentNotFound"}}', VendorFault(None, "DeploymentNotFound")),
    "Anthropic": (
        b'{"type":"error","error":{"type":"overloaded_error","message":"m"}}',
        VendorFault("overloaded_error"),
    ),
    "Mistral": (
        b'{"object":"error","type":"invalid_request_error","code":null}',
        VendorFault("invalid_request_error"),
    ),
    "Hugging Face": (
        b'{"error":"text","error_type":"overloaded"}',
        VendorFault("overloaded"),
    ),
    "a numeric code": (b'{"error":{"code":502,"message":"m"}}', VendorFault(status=502)),
    "a number that is no status": (b'{"error":{"code":7}}', VendorFault()),
    "a sentence as type": (b'{"error":{"type":"no such thing as jane"}}', VendorFault()),
    "an address as type": (b'{"error":{"type":"jane@example.org"}}', VendorFault()),
    "a long word": (b'{"error":{"type":"%b"}}' % (b"a" * 49), VendorFault()),
    "no JSON": (b"<html>", VendorFault()),
    "no object": (b"[]", VendorFault()),
    "nothing": (b"", VendorFault()),
    "deep nesting": (b'{"a":' * 100_000, VendorFault()),
    "type of another type": (b'{"error":{"type":{"a":1},"code":[2]}}', VendorFault()),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_reads_the_error_type_in_every_shape(shape: str) -> None:
    """Type and code are read where vendors put them, and only if they look like such words."""
    body, fault = SHAPES[shape]
    assert parse_fault(body) == fault


def test_a_word_that_was_sent_is_not_taken_back() -> None:
    """An error type that stands in the request may be a quotation of it, so it is dropped."""
    body = {"error": {"type": "Janedoe", "code": "model_not_found"}}
    assert read_fault(body, sent=b"I am Janedoe").kinds == ("model_not_found",)


STATUSES: list[tuple[int, tuple[str, ...], dict[str, str], type[ProviderError], bool]] = [
    (429, ("rate_limit_error",), {}, ProviderRateLimited, True),
    (429, ("insufficient_quota",), {}, ProviderRateLimited, False),
    (529, ("overloaded_error",), {}, ProviderRateLimited, True),
    (503, (), {}, ProviderError, True),
    (503, (), {"retry-after": "3"}, ProviderRateLimited, True),
    (500, ("api_error",), {}, ProviderError, True),
    (500, (), {"x-should-retry": "false"}, ProviderError, False),
    (504, (), {}, ProviderError, True),
    (408, (), {}, ProviderTimeout, True),
    (400, ("invalid_request_error",), {}, ProviderRejected, False),
    (401, (), {}, ProviderRejected, False),
    (404, (), {}, ProviderRejected, False),
    (413, (), {}, ProviderRejected, False),
    (422, (), {}, ProviderRejected, False),
    (307, (), {}, ProviderRejected, False),
    (204, (), {}, ProviderProtocolError, False),
    (101, (), {}, ProviderProtocolError, False),
]


@pytest.mark.parametrize(("status", "kinds", "headers", "error", "retryable"), STATUSES)
def test_a_status_becomes_its_error(
    status: int,
    kinds: tuple[str, ...],
    headers: dict[str, str],
    error: type[ProviderError],
    retryable: bool,
) -> None:
    """Every status has one class, and tells whether the call may be repeated."""
    found = answer_error("openai", status, headers, VendorFault(kinds[0] if kinds else None))
    assert (type(found), found.retryable, found.status) == (error, retryable, status)
    assert "openai" in str(found)
    assert all(kind in str(found) for kind in kinds)


@pytest.mark.parametrize(
    "fault", [VendorFault("invalid_request_error", "model_not_found"), VendorFault()]
)
@pytest.mark.parametrize("status", [400, 408, 429, 500])
def test_an_error_carries_the_vendors_words(status: int, fault: VendorFault) -> None:
    """Whoever answers the caller can say the vendor's type and code, and nothing else of it."""
    for found in (answer_error("openai", status, {}, fault), stream_error("openai", fault)):
        assert (found.error_type, found.error_code) == (fault.error_type, fault.error_code)


STREAMED: list[tuple[VendorFault, type[ProviderError], int, bool]] = [
    (VendorFault("overloaded_error"), ProviderRateLimited, 529, True),
    (VendorFault("rate_limit_exceeded"), ProviderRateLimited, 429, True),
    (VendorFault("insufficient_quota"), ProviderRateLimited, 429, False),
    (VendorFault("api_error"), ProviderError, 500, True),
    (VendorFault(), ProviderError, 500, True),
    (VendorFault(status=502), ProviderError, 502, True),
    (VendorFault("invalid_request_error"), ProviderRejected, 400, False),
]


@pytest.mark.parametrize(("fault", "error", "status", "retryable"), STREAMED)
def test_an_error_inside_a_stream_becomes_the_same(
    fault: VendorFault, error: type[ProviderError], status: int, retryable: bool
) -> None:
    """An error event is what its type would have been as a status."""
    found = stream_error("anthropic", fault)
    assert (type(found), found.status, found.retryable) == (error, status, retryable)


NOW = datetime(2024, 1, 1, 12, 0, tzinfo=UTC)
WAITS: list[tuple[dict[str, str], float | None]] = [
    ({}, None),
    ({"retry-after": "7"}, 7.0),
    ({"retry-after": "0.5"}, 0.5),
    ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
    ({"retry-after": "Mon, 01 Jan 2024 12:00:30 GMT"}, 30.0),
    ({"retry-after": "Mon, 01 Jan 2024 11:00:00 GMT"}, 0.0),
    ({"retry-after": "-1"}, None),
    ({"retry-after": "nan"}, None),
    ({"retry-after": "inf"}, None),
    ({"retry-after": "soon"}, None),
    ({"retry-after": ""}, None),
    ({"retry-after": "Mon, 99 Jan 2024 12:00:30 GMT"}, None),
]


@pytest.mark.parametrize(("headers", "seconds"), WAITS)
def test_reads_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    """Seconds, milliseconds and HTTP dates are understood, nonsense is not."""
    assert wait_asked_for(headers, now=NOW) == seconds
