"""What Google's error objects say in words, and how long they ask to wait."""

from __future__ import annotations

from typing import Any

import pytest

from sluice.server.providers.base import ProviderError, ProviderRateLimited
from sluice.server.providers.faults import VendorFault, answer_error, read_fault, stream_error

Json = dict[str, Any]
RETRY = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.5s"}
QUOTA = {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": []}


def error(**more: object) -> Json:
    """An error object of Google's."""
    said = {"code": 429, "message": "canary", "status": "RESOURCE_EXHAUSTED"}
    return {"error": said | more}


EXHAUSTED = VendorFault("RESOURCE_EXHAUSTED", None, 429)
BODIES: dict[str, tuple[object, VendorFault]] = {
    "an object": (error(), EXHAUSTED),
    "the only item of a list": ([error()], EXHAUSTED),
    "several items": ([error(), error()], VendorFault()),
    "an empty list": ([], VendorFault()),
    "a wait": (
        error(details=[QUOTA, RETRY]),
        VendorFault("RESOURCE_EXHAUSTED", None, 429, 34.5),
    ),
    "a wait of another form": (error(details=[{"retryDelay": "soon"}]), EXHAUSTED),
    "a wait of nonsense": (error(details=[{"retryDelay": "infs"}]), EXHAUSTED),
    "a negative wait": (error(details=[{"retryDelay": "-1s"}]), EXHAUSTED),
    "details of another type": (error(details={"retryDelay": "1s"}), EXHAUSTED),
    "details of words": (error(details=["1s", None]), EXHAUSTED),
    "a word that is none": (error(status="canary jane@example.org"), VendorFault(None, None, 429)),
    "a status beside a type": (
        {"error": {"type": "server_error", "status": "canary"}},
        VendorFault("server_error"),
    ),
    "a status outside of an error": ({"status": "canary"}, VendorFault()),
}


@pytest.mark.parametrize("case", BODIES)
def test_an_error_is_read_in_words(case: str) -> None:
    """Its type, its status and its wait; nothing else of it."""
    body, fault = BODIES[case]
    assert read_fault(body) == fault


def test_the_wait_is_told_in_a_stream_and_outside() -> None:
    """A header that says it goes before."""
    fault = read_fault(error(details=[RETRY]))
    waits: list[ProviderError] = [
        answer_error("google", 429, {}, fault),
        answer_error("google", 429, {"retry-after": "2"}, fault),
        stream_error("google", fault),
    ]
    assert [e.retry_after for e in waits if isinstance(e, ProviderRateLimited)] == [34.5, 2.0, 34.5]


def test_an_overloaded_model_that_says_when_is_asked_again_then() -> None:
    """503 with a wait is a wish to slow down, as with the header."""
    fault = read_fault(error(code=503, status="UNAVAILABLE", details=[RETRY]))
    found = answer_error("google", 503, {}, fault)
    assert isinstance(found, ProviderRateLimited)
    assert found.retryable
