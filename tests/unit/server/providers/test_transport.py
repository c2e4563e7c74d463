"""Every exception of the HTTP library becomes a provider's error that says classes only."""

from __future__ import annotations

import logging
import ssl
from unittest.mock import Mock

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey

from sluice.server.providers.aiohttp_engine import HTTP_ERRORS, transport_error
from sluice.server.providers.base import (
    ProviderError,
    ProviderProtocolError,
    ProviderRejected,
    ProviderTimeout,
    ProviderUnreachable,
)
from sluice.server.providers.transport import Transport

EVERY = sorted(
    (
        kind
        for kind in vars(aiohttp).values()
        if isinstance(kind, type) and issubclass(kind, aiohttp.ClientError)
    ),
    key=lambda kind: kind.__name__,
)
PLACE = ConnectionKey("canary.example", 443, True, True, None, None, None)
REFUSED = ConnectionRefusedError(111, "canary")


def made(kind: type[Exception]) -> Exception:
    """An exception of this class that quotes a planted value."""
    if issubclass(kind, aiohttp.ClientResponseError):
        return kind(Mock(real_url="http://canary.example"), (), message="canary")
    if issubclass(kind, aiohttp.ClientConnectorCertificateError):
        return kind(PLACE, ssl.SSLCertVerificationError("canary"))
    if issubclass(kind, aiohttp.ClientConnectorError):
        return kind(PLACE, REFUSED)
    if issubclass(kind, aiohttp.ServerFingerprintMismatch):
        return kind(b"canary", b"canary", "canary.example", 443)
    return kind("canary")


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.__name__)
def test_every_exception_is_caught_and_mapped(kind: type[Exception], answered: bool) -> None:
    """None of the library's own comes out, and what it quotes does not either."""
    assert issubclass(kind, HTTP_ERRORS)
    found = transport_error("openai", made(kind), answered=answered)
    assert kind.__name__ in str(found)
    assert "canary" not in str(found) + repr(vars(found))


MAPPED: list[tuple[Exception, bool, type[ProviderError], bool]] = [
    (made(aiohttp.ClientConnectorError), False, ProviderUnreachable, True),
    (made(aiohttp.ClientConnectorDNSError), False, ProviderUnreachable, True),
    (made(aiohttp.ClientConnectorCertificateError), False, ProviderUnreachable, True),
    (made(aiohttp.ClientProxyConnectionError), False, ProviderUnreachable, True),
    (made(aiohttp.ClientHttpProxyError), False, ProviderUnreachable, True),
    (made(aiohttp.ConnectionTimeoutError), False, ProviderUnreachable, True),
    (made(aiohttp.SocketTimeoutError), True, ProviderTimeout, False),
    (made(aiohttp.ServerDisconnectedError), False, ProviderUnreachable, True),
    (made(aiohttp.ServerDisconnectedError), True, ProviderProtocolError, False),
    (made(aiohttp.ClientOSError), False, ProviderUnreachable, True),
    (made(aiohttp.ClientPayloadError), True, ProviderProtocolError, False),
    (made(aiohttp.ClientResponseError), False, ProviderUnreachable, True),
    (made(aiohttp.InvalidURL), False, ProviderRejected, False),
    (ValueError("canary"), False, ProviderRejected, False),
    (ConnectionResetError("canary"), True, ProviderProtocolError, False),
    (ConnectionResetError("canary"), False, ProviderUnreachable, True),
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
    error = made(aiohttp.ClientConnectorError)
    error.__cause__ = REFUSED
    assert "ClientConnectorError, ConnectionRefusedError" in str(
        transport_error("openai", error, answered=False)
    )


def test_the_libraries_own_logs_are_kept_to_warnings() -> None:
    """A transport silences what would quote a vendor's bytes, at whatever level the server logs."""
    for name in ("aiohttp", "httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    Transport()
    for name in ("aiohttp.client", "httpx", "httpcore.http11", "httpcore.connection"):
        assert not logging.getLogger(name).isEnabledFor(logging.INFO)
