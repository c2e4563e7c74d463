"""Entra ID by Graph: whose tokens sign in, and whose do not although Graph accepts them."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import httpx
import pytest
from tests.unit.server.auth.identity.peers import (
    CLIENT,
    GRAPH_APPLICATION,
    OTHER_TENANT,
    TENANT,
    GraphPeer,
    Time,
    graph_token,
)

from sluice.server.auth.identity.base import Identity, read_token
from sluice.server.auth.identity.config import EntraGraphConfig
from sluice.server.auth.identity.entra_graph import EntraGraph
from sluice.server.auth.identity.http import HttpFetch, IdentityProviderDown
from sluice.server.auth.refusals import Reason, SignInRefused

pytestmark = pytest.mark.anyio

GRAPH = "https://graph.example"


def config(**more: object) -> EntraGraphConfig:
    """One tenant and one client, for people of example.org."""
    settings = {
        "kind": "entra_graph",
        "tenant_id": TENANT,
        "client_ids": [CLIENT],
        "graph_url": GRAPH,
        "allowed_domains": ["example.org"],
        **more,
    }
    return EntraGraphConfig.model_validate(settings)


@pytest.fixture
def token() -> str:
    return graph_token()


@pytest.fixture
def graph(token: str) -> GraphPeer:
    return GraphPeer(token)


@pytest.fixture
async def client(graph: GraphPeer) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(graph.app)) as client:
        yield client


async def refusal(provider: EntraGraph, token: str) -> Reason:
    """Why a token is refused."""
    with pytest.raises(SignInRefused) as refused:
        await provider.verify(token)
    assert token not in str(refused.value)
    return refused.value.reason


async def test_graph_says_who_the_user_is(client: httpx.AsyncClient, token: str) -> None:
    provider = EntraGraph(config(), HttpFetch(client))
    assert await provider.verify(token) == Identity(
        issuer=f"https://login.microsoftonline.com/{TENANT}/v2.0",
        subject="66666666-2222-3333-4444-555555555555",
        email="one@example.org",
        name="One Example",
    )


async def test_a_token_that_graph_does_not_accept_is_refused(client: httpx.AsyncClient) -> None:
    provider = EntraGraph(config(), HttpFetch(client))
    assert await refusal(provider, graph_token(sub="forged")) is Reason.PROVIDER_REFUSED


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"tid": OTHER_TENANT}, Reason.WRONG_TENANT),
        ({"tid": None}, Reason.WRONG_TENANT),
        ({"tid": [TENANT]}, Reason.WRONG_TENANT),
        ({"appid": "another-application"}, Reason.WRONG_CLIENT),
        ({"appid": None}, Reason.WRONG_CLIENT),
        ({"appid": None, "azp": "another-application"}, Reason.WRONG_CLIENT),
        ({"exp": int(time.time()) - 1}, Reason.PROVIDER_REFUSED),
        ({"exp": None}, Reason.PROVIDER_REFUSED),
    ],
)
async def test_a_genuine_token_of_another_tenant_or_application_is_refused_unasked(
    claims: dict[str, object], reason: Reason, client: httpx.AsyncClient, graph: GraphPeer
) -> None:
    """The confused deputy: Graph would accept each of these."""
    token = graph_token(**claims)
    graph.accepted.add(token)
    assert await refusal(EntraGraph(config(), HttpFetch(client)), token) is reason
    assert graph.asked == []


async def test_the_tenant_that_graph_names_must_be_ours_too(
    client: httpx.AsyncClient, graph: GraphPeer, token: str
) -> None:
    graph.tenant = OTHER_TENANT
    provider = EntraGraph(config(), HttpFetch(client))
    assert await refusal(provider, token) is Reason.WRONG_TENANT


async def test_a_disabled_account_is_refused(
    client: httpx.AsyncClient, graph: GraphPeer, token: str
) -> None:
    graph.profile["accountEnabled"] = False
    provider = EntraGraph(config(), HttpFetch(client))
    assert await refusal(provider, token) is Reason.PROVIDER_REFUSED


@pytest.mark.parametrize(
    ("mail", "principal", "email"),
    [
        (None, "One@Tenant.example", "one@tenant.example"),
        ("", "one@tenant.example", "one@tenant.example"),
        (None, "one_example.org#EXT#@tenant.example", None),
        ("one@\u212aexample.org", None, None),
        (None, None, None),
    ],
)
async def test_the_address_is_the_mail_else_the_principal_name_never_a_guests_made_up_one(
    mail: str | None,
    principal: str | None,
    email: str | None,
    client: httpx.AsyncClient,
    graph: GraphPeer,
    token: str,
) -> None:
    graph.profile |= {"mail": mail, "userPrincipalName": principal}
    assert (await EntraGraph(config(), HttpFetch(client)).verify(token)).email == email


async def test_groups_are_read_page_by_page_and_only_if_they_matter(
    client: httpx.AsyncClient, graph: GraphPeer, token: str
) -> None:
    graph.group_pages = [["g-1", "g-2"], ["g-3"], []]
    assert (await EntraGraph(config(), HttpFetch(client)).verify(token)).groups == frozenset()
    with_groups = EntraGraph(config(allowed_groups=["g-3"]), HttpFetch(client))
    assert (await with_groups.verify(token)).groups == {"g-1", "g-2", "g-3"}


async def test_the_token_never_follows_a_link_to_another_host(
    client: httpx.AsyncClient, graph: GraphPeer, token: str
) -> None:
    graph.group_pages = [["g-1"], ["g-2"]]
    graph.next_link_host = "https://elsewhere.example"
    provider = EntraGraph(config(allowed_groups=["g-2"]), HttpFetch(client))
    with pytest.raises(IdentityProviderDown, match="another host"):
        await provider.verify(token)


async def test_endless_groups_are_refused(
    client: httpx.AsyncClient, graph: GraphPeer, token: str
) -> None:
    graph.group_pages = [["g"]] * 50
    provider = EntraGraph(config(allowed_groups=["g"]), HttpFetch(client))
    with pytest.raises(IdentityProviderDown, match="more groups"):
        await provider.verify(token)


@pytest.mark.parametrize("path", ["/v1.0/me", "/v1.0/organization"])
@pytest.mark.parametrize("status", [302, 429, 500, 503])
async def test_nobody_is_signed_in_while_graph_is_out_of_order(
    path: str, status: int, client: httpx.AsyncClient, graph: GraphPeer, token: str
) -> None:
    graph.status[path] = status
    with pytest.raises(IdentityProviderDown):
        await EntraGraph(config(), HttpFetch(client)).verify(token)


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("/v1.0/organization", "User.Read"),
        ("/v1.0/me/transitiveMemberOf/microsoft.graph.group", "GroupMember.Read.All"),
    ],
)
async def test_a_missing_scope_is_named(
    path: str, scope: str, client: httpx.AsyncClient, graph: GraphPeer, token: str
) -> None:
    graph.status[path] = 403
    with pytest.raises(SignInRefused, match=scope):
        await EntraGraph(config(allowed_groups=["g"]), HttpFetch(client)).verify(token)


async def test_an_answer_serves_for_sixty_seconds_and_not_longer(
    client: httpx.AsyncClient, graph: GraphPeer, token: str
) -> None:
    time_ = Time()
    provider = EntraGraph(config(), HttpFetch(client), monotonic=time_)
    for _ in range(3):
        await provider.verify(token)
    assert len(graph.asked) == 2
    time_.now += 60
    graph.accepted.clear()
    assert await refusal(provider, token) is Reason.PROVIDER_REFUSED


async def test_an_answer_never_outlives_its_token(
    client: httpx.AsyncClient, graph: GraphPeer
) -> None:
    time_ = Time()
    wall = time.time()
    token = graph_token(exp=int(wall) + 20)
    graph.accepted.add(token)
    provider = EntraGraph(config(), HttpFetch(client), monotonic=time_, now=lambda: wall)
    await provider.verify(token)
    time_.now += 21
    graph.accepted.clear()
    assert await refusal(provider, token) is Reason.PROVIDER_REFUSED


@pytest.mark.parametrize(
    ("audience", "taken"),
    [
        (GRAPH_APPLICATION, True),
        (GRAPH, True),
        (GRAPH + "/", True),
        ("api://gateway", False),
        ("https://management.azure.example", False),
    ],
)
def test_only_tokens_for_graph_are_sent_to_graph(audience: str, taken: bool) -> None:
    async def never(url: str, *, bearer: str | None = None) -> None:
        raise AssertionError

    provider = EntraGraph(config(), never)  # type: ignore[arg-type]  # it must not be asked
    assert provider.takes(read_token(graph_token(aud=audience))) is taken
    assert not provider.takes(read_token(graph_token(aud=audience, tid=OTHER_TENANT)))
    assert not provider.takes(read_token("an-opaque-token"))
