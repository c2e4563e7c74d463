"""Three ways to sign in, the session id and who is told of it, and the lazy first call."""

from __future__ import annotations

import asyncio
import copy
import logging
import pickle

import httpx
import pytest
from clients.liminal.tests.peer import Peer, Reply
from clients.liminal.tests.wire_data import INSTANCE, data
from tests.waiting import HANGS, comes_within

from liminal import Client
from liminal.auth import AuthProvider
from liminal.errors import ArgumentError, AuthError, LiminalError, RequestError

pytestmark = pytest.mark.anyio

OAUTH = "/api/v1/auth/login/oauth/access-token"
ME = "/api/v1/users/me"
TOKEN = "/api/v1/auth/test-automation/login"
INSTANCES = "/api/v1/model-instances"


class Provider(AuthProvider):
    """Hands out a token, or fails, after yielding to other tasks; counts how often."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.asked = 0

    async def get_access_token(self) -> str:
        self.asked += 1
        await asyncio.sleep(0.01)
        if self.error is not None:
            raise self.error
        return "provider-token"


async def test_a_provider_token_is_exchanged_for_a_session(peer: Peer) -> None:
    peer.on("GET", OAUTH, Reply.session("abc"))
    async with await Client.authenticate_from_auth_provider(peer.url, Provider()) as client:
        assert client.session_id == "abc"
    assert peer.requests[0].headers["authorization"] == "Bearer provider-token"
    assert "cookie" not in peer.requests[0].headers


async def test_a_session_goes_on_and_takes_the_id_that_the_server_gives_it(peer: Peer) -> None:
    peer.on("GET", ME, Reply.session("rotated"))
    async with await Client.authenticate_from_session_id(peer.url, "old") as client:
        assert client.session_id == "rotated"
    assert peer.requests[0].cookies == {"session": "old"}


async def test_an_environment_token_travels_in_its_header(peer: Peer) -> None:
    peer.on("POST", TOKEN, Reply.session("abc"))
    async with await Client.authenticate_from_token(peer.url, "token-1") as client:
        assert client.session_id == "abc"
    assert peer.requests[0].headers["x-test-automation-api-key"] == "token-1"


async def test_a_sign_in_without_a_cookie_is_an_auth_error_not_a_key_error(peer: Peer) -> None:
    peer.on("POST", TOKEN, Reply())
    with pytest.raises(AuthError, match="without a session cookie") as caught:
        await Client.authenticate_from_token(peer.url, "token-1")
    assert (caught.value.code, caught.value.status) == ("no_session", 200)


async def test_a_refused_sign_in_is_an_auth_error_and_leaves_no_connection(peer: Peer) -> None:
    body = {"message": "Unknown token", "code": "unauthenticated", "requestId": "r-1"}
    peer.on("POST", TOKEN, Reply(status=401, body=body))
    with pytest.raises(AuthError, match="Unknown token") as caught:
        await Client.authenticate_from_token(peer.url, "token-1")
    assert isinstance(caught.value, RequestError)
    assert (caught.value.status, caught.value.code) == (401, "unauthenticated")
    assert (caught.value.request_id, caught.value.url) == ("r-1", TOKEN)
    await asyncio.wait_for(peer.idle(), HANGS)


@pytest.mark.parametrize("bad", ["token-1\n", "to\rken", "tök", "", " token", None])
async def test_a_malformed_token_is_refused_before_anything_is_sent(peer: Peer, bad: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        await Client.authenticate_from_token(peer.url, bad)
    assert peer.requests == []
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert not bad or bad.strip() not in str(caught.value)


@pytest.mark.parametrize("bad", ["a b", "a;b", 'a"b', "a\nb", "ä", ""])
async def test_a_malformed_session_id_is_refused_before_anything_is_sent(
    peer: Peer, bad: str
) -> None:
    with pytest.raises(ArgumentError):
        await Client.authenticate_from_session_id(peer.url, bad)
    assert peer.requests == []


async def test_every_answer_that_sets_the_cookie_changes_the_session_id(
    peer: Peer, client: Client
) -> None:
    second = ("Set-Cookie", "session=second; Path=/")
    third = ("Set-Cookie", "session=third; Path=/")
    peer.on("GET", INSTANCES, Reply(body=data([]), headers=[second]), Reply(body=data([])))
    peer.on("GET", "/api/v1/threads", Reply(status=500, body={}, headers=[third]))
    saved: list[str] = []
    client.add_session_id_callback(saved.append)
    await client.llm.get_available_model_instances()
    with pytest.raises(RequestError):
        await client.thread.get_available()
    await client.llm.get_available_model_instances()
    assert saved == ["second", "third"]
    assert [r.cookies["session"] for r in peer.requests] == ["first", "second", "third"]


async def test_a_cancelled_callback_is_not_called_and_cancelling_twice_is_harmless(
    peer: Peer, client: Client
) -> None:
    peer.on("GET", INSTANCES, Reply(body=data([]), headers=[("Set-Cookie", "session=x")]))
    first: list[str] = []
    second: list[str] = []
    cancel = client.add_session_id_callback(first.append)
    client.add_session_id_callback(second.append)
    cancel()
    cancel()
    await client.llm.get_available_model_instances()
    assert (first, second) == ([], ["x"])


async def test_a_callback_that_raises_does_not_break_the_call(
    peer: Peer, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(session_id: str) -> None:
        raise RuntimeError(session_id)

    peer.on("GET", INSTANCES, Reply(body=data([]), headers=[("Set-Cookie", "session=planted")]))
    client.add_session_id_callback(broken)
    assert await client.llm.get_available_model_instances() == []
    warnings = [r for r in caplog.records if r.levelno >= logging.WARNING and r.name == "liminal"]
    assert [r.getMessage() for r in warnings] == ["A session id callback raised RuntimeError"]
    assert "planted" not in "".join(str(r.exc_info) + r.getMessage() for r in warnings)


class TheEnd(BaseException):
    """What ends a program, and is no `Exception`."""


async def test_a_callback_that_ends_the_program_leaves_no_answer_half_read(
    peer: Peer, client: Client
) -> None:
    def end(session_id: str) -> None:
        raise TheEnd

    endless = [part for _ in range(500) for part in (b"x" * 1000, 0.005)]
    peer.on("GET", INSTANCES, Reply(stream=endless, headers=[("Set-Cookie", "session=x")]))
    client.add_session_id_callback(end)
    with pytest.raises(TheEnd) as caught:
        await client.llm.get_available_model_instances()
    assert caught.value
    await comes_within(peer.gone, 2)


async def test_the_early_form_signs_in_once_at_the_first_calls(peer: Peer) -> None:
    peer.on("GET", OAUTH, Reply.session("lazy"))
    peer.on("GET", INSTANCES, Reply(body=data([INSTANCE])))
    provider = Provider()
    async with httpx.AsyncClient() as shared:
        client = Client(provider, peer.url, httpx_client=shared)
        saved: list[str] = []
        client.add_session_id_callback(saved.append)
        assert peer.requests == []
        found = await asyncio.gather(
            *(client.llm.get_available_model_instances() for _ in range(10))
        )
        assert not shared.is_closed
    assert [len(one) for one in found] == [1] * 10
    assert provider.asked == 1
    assert saved == ["lazy"]
    assert [r.path for r in peer.requests].count(OAUTH) == 1
    assert all(r.cookies == {"session": "lazy"} for r in peer.requests if r.path != OAUTH)


async def test_a_stream_signs_in_too(peer: Peer) -> None:
    peer.on("GET", OAUTH, Reply.session("lazy"))
    peer.on(
        "POST", "/api/v1/prompts/submit", Reply(stream=[b'{"content":"","finishReason":"stop"}'])
    )
    async with Client(Provider(), peer.url) as client:
        assert len([chunk async for chunk in client.prompt.stream(3, "Hello")]) == 1
    assert peer.requests[-1].cookies == {"session": "lazy"}


async def test_concurrent_first_calls_share_a_failed_sign_in_and_a_later_one_tries_again(
    peer: Peer,
) -> None:
    peer.on("GET", OAUTH, Reply.session("lazy"))
    peer.on("GET", INSTANCES, Reply(body=data([])))
    provider = Provider(AuthError("Timed out waiting for authentication challenge"))
    async with Client(provider, peer.url) as client:
        calls = [client.llm.get_available_model_instances() for _ in range(5)]
        results = await asyncio.gather(*calls, return_exceptions=True)
        assert all(isinstance(result, AuthError) for result in results)
        assert provider.asked == 1
        provider.error = None
        assert await client.llm.get_available_model_instances() == []
        assert provider.asked == 2


async def test_a_cancelled_first_call_leaves_the_sign_in_to_the_others(peer: Peer) -> None:
    peer.on("GET", OAUTH, Reply.session("lazy"))
    peer.on("GET", INSTANCES, Reply(body=data([])))
    provider = Provider()
    async with Client(provider, peer.url) as client:
        first = asyncio.create_task(client.llm.get_available_model_instances())
        second = asyncio.create_task(client.llm.get_available_model_instances())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        first.cancel()
        assert await second == []
        with pytest.raises(asyncio.CancelledError):
            await first
    assert provider.asked == 1


async def test_closing_ends_a_sign_in_that_is_under_way(peer: Peer) -> None:
    peer.on("GET", OAUTH, Reply(hang=True))
    client = Client(Provider(), peer.url)
    call = asyncio.create_task(client.llm.get_available_model_instances())
    await asyncio.wait_for(peer.asked.wait(), HANGS)
    await client.aclose()
    with pytest.raises(RequestError, match="closed"):
        await call
    await comes_within(peer.gone, 5)


@pytest.mark.parametrize(
    "build",
    [
        lambda p, u: Client(p, u),
        lambda p, u: Client(p, api_server_url=u),
        lambda p, u: Client(auth_provider=p, api_server_url=u),
    ],
)
async def test_the_early_form_may_be_spelled_by_keyword(peer: Peer, build: object) -> None:
    peer.on("GET", OAUTH, Reply.session("lazy"))
    peer.on("GET", INSTANCES, Reply(body=data([])))
    async with build(Provider(), peer.url) as client:  # type: ignore[operator]
        assert await client.llm.get_available_model_instances() == []


@pytest.mark.parametrize(
    "url",
    ["", "example.org", "ftp://example.org", "https://", "https://h/?a=b", "http://h:x/", "/x"],
)
def test_a_malformed_address_is_refused_at_once(url: str) -> None:
    with pytest.raises(ArgumentError, match="api_server_url") as caught:
        Client(url)
    assert isinstance(caught.value, LiminalError)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("args", [(), ("https://a.example", "https://b.example"), (object(), "x")])
def test_arguments_that_make_no_client_are_refused(args: tuple[object, ...]) -> None:
    with pytest.raises(ArgumentError):
        Client(*args)  # type: ignore[call-overload]


@pytest.mark.parametrize("timeout", [0, -1, float("nan")])
def test_a_timeout_that_is_no_duration_is_refused(timeout: float) -> None:
    with pytest.raises(ArgumentError, match="seconds"):
        Client("https://gateway.example", timeout=timeout)


def test_a_client_is_made_without_a_running_event_loop() -> None:
    assert Client(Provider(), "https://gateway.example").session_id is None


def test_neither_repr_nor_copies_give_the_session_away() -> None:
    client = Client("https://user:secret@gateway.example:8443/base/")
    client._session_id = "planted-session"
    shown = f"{client!r} {client!s}"
    assert shown.startswith("<liminal.Client https://gateway.example:8443/base signed in>")
    assert "planted" not in shown
    assert "secret" not in shown
    for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="cannot be copied"):
            attempt(client)
