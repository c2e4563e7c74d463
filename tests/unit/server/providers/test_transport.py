"""Every exception of the HTTP library becomes a provider's error that says classes only."""

from __future__ import annotations

import logging

import httpx
import pytest

from sluice.server.providers.base import (
    ProviderError,
    ProviderProtocolError,
    ProviderRejected,
    ProviderTimeout,
    ProviderUnreachable,
)
from sluice.server.providers.httpx_engine import HTTP_ERRORS, transport_error
from sluice.server.providers.transport import Transport

EVERY = sorted(
    (
        kind
        for kind in vars(httpx).values()
        if isinstance(kind, type) and issubclass(kind, Exception)
    ),
    key=lambda kind: kind.__name__,
)


SPECIAL: dict[type[Exception], Exception] = {
    httpx.HTTPStatusError: httpx.HTTPStatusError(
        "canary", request=httpx.Request("POST", "http://x.example"), response=httpx.Response(500)
    ),
    httpx.RequestNotRead: httpx.RequestNotRead(),
    httpx.ResponseNotRead: httpx.ResponseNotRead(),
    httpx.StreamClosed: httpx.StreamClosed(),
    httpx.StreamConsumed: httpx.StreamConsumed(),
}
"""Those that are not made from a text alone."""


def make(kind: type[Exception]) -> Exception:
    """An exception of this class, with a canary as its text where it takes one."""
    return SPECIAL.get(kind) or kind("canary")


def test_there_are_exceptions_to_map() -> None:
    """The list below is really httpx's: the known roots and leaves are in it."""
    assert {httpx.HTTPError, httpx.ReadError, httpx.InvalidURL, httpx.StreamClosed} <= set(EVERY)


@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.__name__)
def test_every_httpx_exception_is_mapped(kind: type[Exception], answered: bool) -> None:
    """Each is caught by the transport and becomes an error with its class and without its text."""
    assert issubclass(kind, HTTP_ERRORS)
    error = transport_error("openai", make(kind), answered=answered)
    assert isinstance(error, ProviderError)
    assert kind.__name__ in str(error)
    assert "canary" not in repr(error)


MAPPED: list[tuple[Exception, bool, type[ProviderError], bool]] = [
    (httpx.ConnectError("x"), False, ProviderUnreachable, True),
    (httpx.ConnectTimeout("x"), False, ProviderUnreachable, True),
    (httpx.ProxyError("x"), False, ProviderUnreachable, True),
    (httpx.PoolTimeout("x"), False, ProviderTimeout, False),
    (httpx.ReadTimeout("x"), False, ProviderTimeout, False),
    (httpx.WriteTimeout("x"), False, ProviderTimeout, False),
    (httpx.RemoteProtocolError("x"), False, ProviderUnreachable, True),
    (httpx.RemoteProtocolError("x"), True, ProviderProtocolError, False),
    (httpx.ReadError("x"), False, ProviderUnreachable, True),
    (httpx.ReadError("x"), True, ProviderProtocolError, False),
    (httpx.UnsupportedProtocol("x"), False, ProviderRejected, False),
    (httpx.InvalidURL("x"), False, ProviderRejected, False),
    (httpx.DecodingError("x"), True, ProviderProtocolError, False),
]


@pytest.mark.parametrize(("error", "answered", "kind", "retryable"), MAPPED)
def test_an_exception_becomes_what_it_means(
    error: Exception, answered: bool, kind: type[ProviderError], retryable: bool
) -> None:
    """A lost connection may be tried again before an answer, and is a cut stream after its head."""
    found = transport_error("openai", error, answered=answered)
    assert (type(found), found.retryable) == (kind, retryable)


def test_the_system_error_beneath_is_named_by_its_class() -> None:
    """Whoever repairs a connection learns that it was refused, not only that it failed."""
    error = httpx.ConnectError("All attempts failed")
    error.__cause__ = ConnectionRefusedError(111, "canary")
    assert "ConnectError, ConnectionRefusedError" in str(
        transport_error("openai", error, answered=False)
    )


def test_the_librarys_own_logs_are_kept_to_warnings() -> None:
    """A transport silences what would quote a vendor's bytes, at whatever level the server logs."""
    for name in ("aiohttp", "httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    Transport()
    for name in ("aiohttp.client", "httpx", "httpcore.http11", "httpcore.connection"):
        assert not logging.getLogger(name).isEnabledFor(logging.INFO)
