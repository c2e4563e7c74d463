"""Whatever Amazon's services do wrong becomes one clear error that quotes nothing."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable

import pytest
from tests.integration.providers.asking import said
from tests.integration.providers.aws_rows import BEDROCK, QUESTION, SERVICES, TEMPORARY, ask
from tests.integration.providers.test_faults import assert_silent
from tests.peers import Exchange, Peer
from tests.peers.aws_answers import AwsWire, framing, refusing, speaking
from tests.peers.aws_frames import event, exception, frame, payload_part, unmodeled_error
from tests.peers.aws_signin import SECRET_ACCESS_KEY
from tests.peers.behaviours import CANARY, PIECES, closing, whole
from tests.peers.server import Behaviour
from tests.peers.wire import Says

from sluice.server.providers.base import (
    Delta,
    ProviderError,
    ProviderProtocolError,
    ProviderRateLimited,
    ProviderRejected,
    ProviderTimeout,
    ProviderUnreachable,
)
from sluice.server.providers.registry import Providers
from sluice.server.providers.transport import Transport

pytestmark = pytest.mark.anyio

REFUSALS: list[tuple[str, int, str, type[ProviderError], bool]] = [
    ("aws_bedrock", 400, "ValidationException", ProviderRejected, False),
    ("aws_bedrock", 403, "AccessDeniedException", ProviderRejected, False),
    ("aws_bedrock", 403, "ExpiredTokenException", ProviderRejected, False),
    ("aws_bedrock", 404, "ResourceNotFoundException", ProviderRejected, False),
    ("aws_bedrock", 408, "ModelTimeoutException", ProviderTimeout, True),
    ("aws_bedrock", 424, "ModelErrorException", ProviderError, True),
    ("aws_bedrock", 429, "ThrottlingException", ProviderRateLimited, True),
    ("aws_bedrock", 429, "ModelNotReadyException", ProviderRateLimited, True),
    ("aws_bedrock", 500, "InternalServerException", ProviderError, True),
    ("aws_bedrock", 503, "ServiceUnavailableException", ProviderError, True),
    ("aws_sagemaker", 400, "ValidationError", ProviderRejected, False),
    ("aws_sagemaker", 400, "ThrottlingException", ProviderRateLimited, True),
    ("aws_sagemaker", 424, "ModelError", ProviderRejected, False),  # the container answered 422
    ("aws_sagemaker", 500, "InternalFailure", ProviderError, True),
    ("aws_sagemaker", 503, "ServiceUnavailable", ProviderError, True),
]


@pytest.mark.parametrize(("key", "status", "kind", "expected", "retryable"), REFUSALS)
async def test_a_refusal_is_told_by_status_and_type(
    transport: Transport,
    caplog: pytest.LogCaptureFixture,
    key: str,
    status: int,
    kind: str,
    expected: type[ProviderError],
    retryable: bool,
) -> None:
    """The type comes from its header; the body, which quotes prompt and credentials, is left."""
    caplog.set_level(logging.DEBUG)
    service = SERVICES[key]
    async with Peer([refusing(service.wire, status, kind)]) as peer:
        with pytest.raises(ProviderError) as caught:
            await ask(transport, service.connection(peer, TEMPORARY))
    error = caught.value
    assert type(error) is expected
    assert (error.status, error.error_type, error.retryable) == (status, kind, retryable)
    assert_silent(error, caplog)
    assert SECRET_ACCESS_KEY not in caplog.text


EXCEPTIONS: list[tuple[bytes, type[ProviderError], int, str | None]] = [
    (exception("throttlingException", CANARY), ProviderRateLimited, 429, "throttlingException"),
    (exception("validationException", CANARY), ProviderRejected, 400, "validationException"),
    (exception("internalServerException", CANARY), ProviderError, 500, "internalServerException"),
    (exception("serviceUnavailableException", CANARY), ProviderError, 503,
     "serviceUnavailableException"),
    (exception("modelStreamErrorException", CANARY), ProviderError, 500,
     "modelStreamErrorException"),
    (exception("modelStreamErrorException", CANARY, originalStatusCode=400), ProviderRejected, 400,
     "modelStreamErrorException"),
    (exception("modelTimeoutException", CANARY), ProviderTimeout, 408, "modelTimeoutException"),
    (exception("ModelStreamError", CANARY, ErrorCode="StreamBroken"), ProviderError, 500,
     "ModelStreamError"),
    (exception("InternalStreamFailure", CANARY), ProviderError, 500, "InternalStreamFailure"),
    (unmodeled_error("InternalFailure", CANARY), ProviderError, 500, "InternalFailure"),
    (unmodeled_error(CANARY, CANARY), ProviderError, 500, None),
]  # fmt: skip


@pytest.mark.parametrize(("failure", "expected", "status", "kind"), EXCEPTIONS)
@pytest.mark.parametrize("key", SERVICES)
async def test_an_exception_in_the_stream_ends_it(
    transport: Transport,
    caplog: pytest.LogCaptureFixture,
    key: str,
    failure: bytes,
    expected: type[ProviderError],
    status: int,
    kind: str | None,
) -> None:
    """What came before it was passed on; then its type is told, and none of its words."""
    caplog.set_level(logging.DEBUG)
    service = SERVICES[key]
    passed: list[Delta] = []
    async with Peer([framing(service.wire, _begun(service.wire, failure))]) as peer:
        stream = Providers(transport)[key].stream(service.connection(peer), QUESTION)
        with pytest.raises(ProviderError) as caught:
            await _pass_on(stream, passed)
    assert said(passed) == "".join(PIECES)
    error = caught.value
    assert type(error) is expected
    assert (error.status, error.error_type) == (status, kind)
    assert (error.__cause__, error.__context__) == (None, None)
    assert_silent(error, caplog)


async def _pass_on(stream: AsyncIterator[Delta], passed: list[Delta]) -> None:
    async for delta in stream:
        passed.append(delta)  # noqa: PERF401 - what comes before the error counts


def _begun(wire: AwsWire, *then: bytes) -> Callable[[Exchange], list[bytes]]:
    """All of the text, and then something else than the end."""

    def make(exchange: Exchange) -> list[bytes]:
        frames = wire.events(exchange.request, Says(PIECES, wire.default_reason))
        if wire is BEDROCK.wire:
            return [*frames[:-2], *then]
        joined = b'"choices":[{"index":0,"delta":{"content":"%b"}}]'
        chunks = (b"data: {%b}\n\n" % (joined % piece.encode()) for piece in PIECES)
        return [*(payload_part(chunk) for chunk in chunks), *then]

    return make


def _spoilt(*pieces: bytes, cut: bool = False) -> Behaviour:
    return framing(BEDROCK.wire, _begun(BEDROCK.wire, *pieces), cut=cut)


BAD = bytearray(event("messageStop", stopReason="end_turn"))
BAD[-1] ^= 1
MESSAGE = {":message-type": "event", ":event-type": "contentBlockDelta"}
FAULTS: dict[str, tuple[Behaviour, type[ProviderError]]] = {
    "another content type": (
        whole(200, CANARY.encode(), {"content-type": "text/event-stream"}),
        ProviderProtocolError,
    ),
    "no frames": (framing(BEDROCK.wire, lambda _: [CANARY.encode() * 9]), ProviderProtocolError),
    "a wrong checksum": (_spoilt(bytes(BAD)), ProviderProtocolError),
    "no JSON": (_spoilt(frame(MESSAGE, CANARY.encode())), ProviderProtocolError),
    "no object": (_spoilt(frame(MESSAGE, b"[]")), ProviderProtocolError),
    "no UTF-8": (_spoilt(frame(MESSAGE, b"\xff" + CANARY.encode())), ProviderProtocolError),
    "cut": (_spoilt(bytes(BAD[:9]), cut=True), ProviderProtocolError),
    "cut between frames": (_spoilt(), ProviderProtocolError),
    "no answer": (closing(), ProviderUnreachable),
    "a redirect": (whole(307, b"", {"location": "http://127.0.0.1:9/"}), ProviderRejected),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_broken_stream_is_one_clear_error(
    transport: Transport, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    """The right class, and nothing that was sent or received in it or in a log."""
    caplog.set_level(logging.DEBUG)
    behaviour, expected = FAULTS[fault]
    async with Peer([behaviour]) as peer:
        with pytest.raises(ProviderError) as caught:
            await ask(transport, BEDROCK.connection(peer))
    assert type(caught.value) is expected
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    assert_silent(caught.value, caplog)


async def test_an_answer_that_said_why_it_stopped_is_whole(transport: Transport) -> None:
    """Where only the usage is missing at the end, nothing of the answer is."""
    async with Peer([_spoilt(event("messageStop", stopReason="max_tokens"))]) as peer:
        deltas = await ask(transport, BEDROCK.connection(peer))
    assert (said(deltas), deltas[-1].finish_reason) == ("".join(PIECES), "length")
    assert deltas[-1].usage is None


async def test_a_connection_with_problems_calls_nobody(transport: Transport) -> None:
    """No region, no credentials: refused before a byte is sent."""
    async with Peer([speaking(BEDROCK.wire)]) as peer:
        with pytest.raises(ProviderRejected, match=r"access_key_id.*secret_access_key"):
            await ask(transport, BEDROCK.connection(peer, {}))
    assert peer.requests == []
