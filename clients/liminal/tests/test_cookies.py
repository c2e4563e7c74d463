"""What a client sends in `Cookie`, and that it leaves no trace in what it was lent."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from clients.liminal.tests.peer import Peer, Reply
from clients.liminal.tests.wire_data import data

from liminal import Client

pytestmark = pytest.mark.anyio

INSTANCES = "/api/v1/model-instances"
TOKEN = "/api/v1/auth/test-automation/login"


async def test_a_shared_httpx_client_keeps_its_cookies_and_gets_none_of_ours(peer: Peer) -> None:
    peer.on("POST", TOKEN, Reply.session("ours"))
    rotated = Reply(
        body=data([]), headers=[("Set-Cookie", "session=ours-2"), ("Set-Cookie", "lb=9")]
    )
    peer.on("GET", INSTANCES, rotated)
    async with httpx.AsyncClient(cookies={"lb": "1", "session": "another"}) as shared:
        before = {(c.domain, c.path, c.name, c.value) for c in shared.cookies.jar}
        client = await Client.authenticate_from_token(peer.url, "t", httpx_client=shared)
        await client.llm.get_available_model_instances()
        after = {(c.domain, c.path, c.name, c.value) for c in shared.cookies.jar}
        await client.aclose()
        assert not shared.is_closed
    assert before == after
    assert [r.cookies for r in peer.requests] == [{"lb": "1"}, {"lb": "1", "session": "ours"}]
    assert client.session_id == "ours-2"


async def test_a_cookie_of_the_same_host_and_name_comes_back_into_the_jar(peer: Peer) -> None:
    peer.on("POST", TOKEN, Reply.session("ours"))
    async with httpx.AsyncClient() as shared:
        shared.cookies.set("session", "theirs", domain="127.0.0.1", path="/")
        await Client.authenticate_from_token(peer.url, "t", httpx_client=shared)
        assert [(c.name, c.value) for c in shared.cookies.jar] == [("session", "theirs")]


async def test_two_clients_on_one_httpx_client_keep_their_sessions_apart(peer: Peer) -> None:
    peer.on("POST", TOKEN, Reply.session("one"), Reply.session("two"))
    peer.on("GET", INSTANCES, Reply(body=data([])))
    async with httpx.AsyncClient() as shared:
        one = await Client.authenticate_from_token(peer.url, "t", httpx_client=shared)
        two = await Client.authenticate_from_token(peer.url, "t", httpx_client=shared)
        peer.requests.clear()
        await one.llm.get_available_model_instances()
        await two.llm.get_available_model_instances()
        await asyncio.gather(
            *(c.llm.get_available_model_instances() for c in (one, two) for _ in range(5))
        )
    sent = [r.cookies for r in peer.requests]
    assert sent[:2] == [{"session": "one"}, {"session": "two"}]
    assert sorted(c["session"] for c in sent[2:]) == ["one"] * 5 + ["two"] * 5


async def test_the_dictionaries_of_the_caller_stay_as_they_are(peer: Peer, client: Client) -> None:
    peer.on("GET", "/x", Reply())
    cookies = {"theme": "dark"}
    headers = {"X-Own": "1"}
    await client._request("GET", "/x", headers=headers, cookies=cookies)
    assert (cookies, headers) == ({"theme": "dark"}, {"X-Own": "1"})
    assert peer.requests[0].cookies == {"theme": "dark", "session": "first"}
    assert peer.requests[0].headers["x-own"] == "1"


async def test_cookies_of_several_paths_do_not_confuse_the_session(peer: Peer) -> None:
    headers = [("Set-Cookie", "session=a; Path=/"), ("Set-Cookie", "session=b; Path=/api")]
    peer.on("POST", TOKEN, Reply(headers=headers))
    async with await Client.authenticate_from_token(peer.url, "t") as client:
        assert client.session_id in {"a", "b"}


async def test_a_deleted_cookie_is_no_new_session(peer: Peer, client: Client) -> None:
    gone = ("Set-Cookie", 'session=""; Path=/; Max-Age=0')
    peer.on("GET", INSTANCES, Reply(body=data([]), headers=[gone]))
    await client.llm.get_available_model_instances()
    assert client.session_id == "first"
