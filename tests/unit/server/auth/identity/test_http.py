"""Asking a provider: its faults are never a sign-in, and a token never strays."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from sluice.server.auth.identity.http import (
    MAX_ANSWER_BYTES,
    Answer,
    HttpFetch,
    IdentityProviderDown,
)

pytestmark = pytest.mark.anyio

URL = "https://idp.example/me"


async def fetch(handler: Callable[[httpx.Request], httpx.Response]) -> Answer:
    """The answer of a provider that is a function."""
    async with httpx.AsyncClient(transport=httpx.MockTransport(handler)) as client:
        return await HttpFetch(client)(URL, bearer="a-token")


@pytest.mark.parametrize(
    "error",
    [httpx.ConnectError, httpx.ConnectTimeout, httpx.ReadTimeout, httpx.PoolTimeout,
     httpx.RemoteProtocolError, httpx.ReadError, httpx.DecodingError, httpx.UnsupportedProtocol],
)  # fmt: skip
async def test_every_fault_of_the_connection_is_one_error(error: type[httpx.HTTPError]) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise error("token=a-token")

    with pytest.raises(IdentityProviderDown) as down:
        await fetch(fail)
    assert (down.value.status, down.value.code) == (503, "identity_provider_unavailable")
    assert "a-token" not in str(down.value)


@pytest.mark.parametrize("status", [100, 301, 302, 307, 408, 429, 500, 502, 503])
async def test_answers_that_say_nothing_about_the_token_are_faults(status: int) -> None:
    with pytest.raises(IdentityProviderDown):
        await fetch(lambda _: httpx.Response(status, json={"sub": "x"}))


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'"x"', b"null", b"\xff", b"[" * 100_000, b'{"a":']
)
async def test_a_good_status_without_a_json_object_is_a_fault(body: bytes) -> None:
    with pytest.raises(IdentityProviderDown, match="JSON object"):
        await fetch(lambda _: httpx.Response(200, content=body))


async def test_a_refusal_needs_no_json() -> None:
    assert await fetch(lambda _: httpx.Response(401, content=b"no")) == Answer(401, {})


async def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    with pytest.raises(IdentityProviderDown, match="too large"):
        await fetch(lambda _: httpx.Response(200, content=b" " * (MAX_ANSWER_BYTES + 1)))


async def test_a_redirect_does_not_take_the_token_along() -> None:
    asked: list[str] = []

    def redirect(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(302, headers={"Location": "https://elsewhere.example/"})

    transport = httpx.MockTransport(redirect)
    async with httpx.AsyncClient(transport=transport, follow_redirects=True) as client:
        with pytest.raises(IdentityProviderDown):
            await HttpFetch(client)(URL, bearer="a-token")
    assert asked == ["idp.example"]


async def test_no_request_carries_the_cookies_or_headers_of_another() -> None:
    seen: list[httpx.Headers] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers)
        return httpx.Response(200, json={}, headers={"Set-Cookie": "sid=of-user-one; Path=/"})

    async with httpx.AsyncClient(
        transport=httpx.MockTransport(answer),
        headers={"X-Default": "1"},
        auth=("user", "password"),
    ) as client:
        for token in ("token-one", "token-two", None):
            await HttpFetch(client)(URL, bearer=token)
    assert [h.get("authorization") for h in seen] == ["Bearer token-one", "Bearer token-two", None]
    assert not any("cookie" in h or "x-default" in h for h in seen)
