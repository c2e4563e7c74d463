"""Signing in with a provider's token: from the call to the user, the cookie and the audit log."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import anyio
import httpx
import pytest
from tests.unit.server.auth.identity.peers import (
    CLIENT,
    OTHER_TENANT,
    TENANT,
    GraphPeer,
    graph_token,
)
from tests.unit.server.auth.small_app import (
    PROVIDER_LOGIN,
    TOKEN,
    audit,
    audited,
    me,
    small_app,
)

from sluice.server.auth.auth import Auth
from sluice.server.auth.callers import SYSTEM
from sluice.server.auth.identity.base import Identity, ProviderToken
from sluice.server.auth.identity.config import Admission, EntraGraphConfig
from sluice.server.auth.identity.registry import build_providers
from sluice.server.kit.database import Database

pytestmark = pytest.mark.anyio

GOOD = graph_token(exp=int(time.time()) + 4 * 3600)
"""Longer than the tests that may come before these."""


@pytest.fixture
def graph() -> GraphPeer:
    return GraphPeer(GOOD)


@pytest.fixture
async def entra(database: Database, graph: GraphPeer) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server that trusts one tenant."""
    config = EntraGraphConfig(
        kind="entra_graph",
        tenant_id=TENANT,
        client_ids=frozenset({CLIENT}),
        graph_url="https://graph.example",
        allowed_domains=frozenset({"example.org"}),
        administrator_emails=frozenset({"boss@example.org"}),
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(graph.app)) as outgoing:
        auth = Auth(database, providers=build_providers([config], outgoing))
        transport = httpx.ASGITransport(small_app(auth))
        async with httpx.AsyncClient(transport=transport, base_url="http://g.test") as client:
            yield client


async def login(client: httpx.AsyncClient, token: str = GOOD) -> httpx.Response:
    """The answer to a provider's token; the client keeps no cookie."""
    answer = await client.get(PROVIDER_LOGIN, headers={"Authorization": f"Bearer {token}"})
    client.cookies.clear()
    return answer


async def test_a_graph_token_signs_in_and_the_session_continues(
    entra: httpx.AsyncClient, database: Database
) -> None:
    answer = await login(entra)
    assert answer.status_code == 200, answer.text
    user = answer.json()["data"]
    assert (user["email"], user["role"]) == ("one@example.org", "member")
    assert (await me(entra, answer.cookies["session"])).json()["data"]["id"] == user["id"]
    assert await audited(database) == ["user.created", "auth.sign_in"]


async def test_an_administrator_by_address_is_one_at_once(
    entra: httpx.AsyncClient, graph: GraphPeer
) -> None:
    graph.profile["mail"] = "boss@example.org"
    assert (await login(entra)).json()["data"]["role"] == "administrator"


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("", "missing_credential"),
        ("nonsense", "no_identity_provider"),
        (graph_token(tid=OTHER_TENANT), "no_identity_provider"),
        (graph_token(appid="another"), "wrong_client"),
        (graph_token(sub="forged"), "identity_provider_refused"),
    ],
)
async def test_a_refused_token_is_401_without_a_cookie_and_audited_without_the_token(
    token: str, code: str, entra: httpx.AsyncClient, database: Database
) -> None:
    answer = await login(entra, token)
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert "set-cookie" not in answer.headers
    event = (await audit(database))[-1]
    assert (event.event, event.details["reason"]) == ("auth.sign_in_refused", code)
    assert not token or token not in answer.text + str(event.details)


async def test_a_proved_identity_that_is_not_allowed_is_403_and_audited(
    entra: httpx.AsyncClient, graph: GraphPeer, database: Database
) -> None:
    graph.profile["mail"] = "one@example.com"
    answer = await login(entra)
    assert (answer.status_code, answer.json()["code"]) == (403, "user_not_allowed")
    assert "one@example.com" not in answer.text
    assert (await audit(database))[-1].details == {"method": "entra", "reason": "user_not_allowed"}


async def test_while_graph_is_down_nobody_is_signed_in_and_nobody_is_blamed(
    entra: httpx.AsyncClient, graph: GraphPeer, database: Database
) -> None:
    graph.status["/v1.0/me"] = 503
    for _ in range(15):
        answer = await login(entra)
        assert (answer.status_code, answer.json()["code"]) == (503, "identity_provider_unavailable")
        assert "set-cookie" not in answer.headers
    assert await audited(database) == []
    graph.status.clear()
    assert (await login(entra)).status_code == 200


async def test_a_disabled_user_stays_outside_although_graph_vouches_for_them(
    entra: httpx.AsyncClient, database: Database
) -> None:
    user = (await login(entra)).json()["data"]
    auth = Auth(database)
    async with database.write() as session:
        await auth.service.users.disable(session, SYSTEM, user["id"])
    answer = await login(entra)
    assert (answer.status_code, answer.json()["code"]) == (403, "user_disabled")


class SlowProvider:
    """Takes everything, and answers when it is told to."""

    name = "slow"
    admission = Admission(allow_everyone=True)

    def __init__(self) -> None:
        self.asked, self.may_answer = anyio.Event(), anyio.Event()

    def takes(self, token: ProviderToken) -> bool:
        """Everything."""
        return True

    async def verify(self, access_token: str) -> Identity:
        """Somebody, in the end."""
        self.asked.set()
        await self.may_answer.wait()
        return Identity("https://slow.example", "s", None, "Slow")


async def test_a_provider_that_hangs_holds_up_nobody_else(database: Database) -> None:
    """It is asked before the transaction begins: on SQLite nobody could write otherwise."""
    provider = SlowProvider()
    auth = Auth(database, providers=[provider])
    await auth.ensure_administrator(TOKEN)
    async with anyio.create_task_group() as group:
        group.start_soon(lambda: auth.sign_in_with_provider_token("t", address="192.0.2.1"))
        await provider.asked.wait()
        with anyio.fail_after(10):
            signed_in = await auth.sign_in_with_token(TOKEN, address="192.0.2.2")
        assert signed_in.user.id == 1
        provider.may_answer.set()
    assert (await audited(database)).count("auth.sign_in") == 2
