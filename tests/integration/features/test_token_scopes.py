"""A token with scopes does of what its user may that alone, and gives nobody more."""

from __future__ import annotations

import httpx
import pytest
from tests.integration.features.conftest import Json, World, client

pytestmark = pytest.mark.anyio

CHAT = {"model": "Echo", "messages": [{"role": "user", "content": "hello"}]}
GROUPS = "/api/admin/v1/policy-groups"
CALLS: dict[str, tuple[str, str, Json | None]] = {
    "models": ("POST", "/v1/chat/completions", CHAT),
    "projects": ("GET", "/api/v1/projects/default", None),
    "read": ("GET", GROUPS, None),
    "manage": ("POST", GROUPS, {"name": "Another"}),
}
"""One call that each scope lets through."""
REFUSED = {"models": 403, "projects": 404, "read": 403, "manage": 403}


async def _token(world: World, scopes: list[str] | None, name: str = "scoped") -> str:
    order = {"name": name, "scopes": scopes}
    made = await world.admin.post("/api/admin/v1/api-tokens", json=order)
    assert made.status_code == 201, made.text
    assert made.json()["data"]["scopes"] == (sorted(scopes) if scopes else None)
    return str(made.json()["data"]["token"])


async def _status(who: httpx.AsyncClient, name: str) -> int:
    method, path, body = CALLS[name]
    return (await who.request(method, path, json=body)).status_code


async def test_each_scope_lets_its_own_calls_through_and_no_others(world: World) -> None:
    for scope in CALLS:
        async with client(world.app, await _token(world, [scope])) as who:
            seen = {name: await _status(who, name) for name in CALLS}
        allowed = {name for name, status in seen.items() if status < 400}
        assert allowed == {scope}
        assert {n: s for n, s in seen.items() if n != scope} == {
            n: s for n, s in REFUSED.items() if n != scope
        }
        await world.admin.delete(f"{GROUPS}/2")


async def test_scopes_add_up_and_none_limits_nothing(world: World) -> None:
    async with client(world.app, await _token(world, ["models", "projects"])) as who:
        assert [await _status(who, name) for name in ("models", "projects")] == [200, 200]
        assert [await _status(who, name) for name in ("read", "manage")] == [403, 403]
    async with client(world.app, await _token(world, None)) as who:
        assert [await _status(who, name) for name in ("models", "projects", "read")] == [200] * 3


async def test_a_project_is_not_let_in_from_what_another_token_was_told(world: World) -> None:
    """What is kept in memory of one token's caller is not the other's."""
    async with (
        client(world.app, await _token(world, ["projects"])) as inside,
        client(world.app, await _token(world, ["models"])) as outside,
    ):
        for _ in range(2):
            assert await _status(inside, "projects") == 200
            assert await _status(outside, "projects") == 404
            assert (await outside.get("/api/v1/projects")).json()["data"] == []
            headers = {"Sluice-Project": "default"}
            call = await outside.post("/v1/chat/completions", json=CHAT, headers=headers)
            assert call.status_code == 404


async def test_a_session_is_limited_like_the_token_that_opened_it(world: World) -> None:
    token = await _token(world, ["read"])
    headers = {"x-test-automation-api-key": token}
    transport = httpx.ASGITransport(world.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://sluice.test") as who:
        path = "/api/v1/auth/test-automation/login"
        assert (await who.post(path, headers=headers)).status_code == 200
        assert await _status(who, "read") == 200
        assert await _status(who, "manage") == 403
        assert (await who.get("/dashboard/policies")).status_code == 200
        assert (await who.get("/dashboard/playground")).status_code == 403


async def test_who_manages_within_scopes_gives_nobody_others(world: World) -> None:
    async with client(world.app, await _token(world, ["manage", "models"])) as who:
        for scopes in (None, ["read"], ["models", "projects"]):
            order = {"name": "wider", "scopes": scopes}
            refused = await who.post("/api/admin/v1/api-tokens", json=order)
            assert (refused.status_code, refused.json()["code"]) == (403, "wider_scopes")
        narrower = {"name": "narrower", "scopes": ["models"]}
        assert (await who.post("/api/admin/v1/api-tokens", json=narrower)).status_code == 201
        link = await who.post("/api/admin/v1/sign-in-links", json={"userId": 1})
        assert (link.status_code, link.json()["code"]) == (403, "wider_scopes")


async def test_who_is_limited_makes_no_key_of_a_project_that_may_more(world: World) -> None:
    """A project's key sends prompts, and lives on when the token that made it is revoked."""
    path, order = "/api/v1/projects/default/keys", {"name": "wider"}
    for scopes in (["projects"], ["projects", "manage"]):
        async with client(world.app, await _token(world, scopes)) as who:
            refused = await who.post(path, json=order)
        assert (refused.status_code, refused.json()["code"]) == (403, "wider_scopes")
    async with client(world.app, await _token(world, ["projects", "models"])) as who:
        assert (await who.post(path, json=order)).status_code == 201


async def test_a_limited_token_does_not_look_after_its_users_sessions_and_tokens(
    world: World,
) -> None:
    async with client(world.app, await _token(world, ["models"])) as who:
        for path in ("sessions", "api-tokens"):
            assert (await who.get(f"/api/v1/users/me/{path}")).status_code == 403
            assert (await who.delete(f"/api/v1/users/me/{path}/1")).status_code == 403


@pytest.mark.parametrize("scopes", [[], ["everything"], "models", [1]])
async def test_scopes_that_are_none_are_told_at_their_field(world: World, scopes: object) -> None:
    order = {"name": "wrong", "scopes": scopes}
    refused = await world.admin.post("/api/admin/v1/api-tokens", json=order)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["path"].startswith("scopes")
