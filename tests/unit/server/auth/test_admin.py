"""Managing users, sessions and API tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from tests.unit.server.auth.small_app import (
    ADMIN,
    ON_SQLITE,
    TOKEN,
    Clock,
    admin_headers,
    audit,
    audited,
    sign_in,
    who,
)

from sluice.server.auth.auth import Auth
from sluice.server.auth.identity.base import Identity
from sluice.server.auth.identity.config import Admission

pytestmark = pytest.mark.anyio


async def second_user(auth: Auth) -> str:
    """A member with the id 2; their session id."""
    identity = Identity("https://idp.example", "s-2", "member@example.org", "Member")
    admission = Admission(allowed_domains=frozenset({"example.org"}))
    async with auth.database.write() as session:
        return (
            await auth.service.sign_in_with_identity(session, identity, admission, "test")
        ).session_id


async def make_token(client: httpx.AsyncClient, **order: object) -> dict[str, Any]:
    """What the answer to a new token holds."""
    answer = await client.post(
        f"{ADMIN}/api-tokens", json={"name": "a program", **order}, headers=admin_headers()
    )
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    data: dict[str, Any] = answer.json()["data"]
    return data


async def patch(client: httpx.AsyncClient, user_id: int, **change: object) -> httpx.Response:
    """Change a user as the administrator."""
    return await client.patch(f"{ADMIN}/users/{user_id}", json=change, headers=admin_headers())


async def test_a_token_is_shown_once_and_later_only_by_its_first_characters(
    client: httpx.AsyncClient,
) -> None:
    made = await make_token(client)
    assert made["prefix"] == made["token"][:8]
    listed = await client.get(f"{ADMIN}/api-tokens", headers=admin_headers())
    assert [t["prefix"] for t in listed.json()["data"]] == ["", made["prefix"]]
    assert made["token"] not in listed.text
    assert TOKEN not in listed.text


async def test_a_token_acts_as_its_user(client: httpx.AsyncClient, auth: Auth) -> None:
    await second_user(auth)
    made = await make_token(client, userId=2)
    answer = await client.get("/who", headers=admin_headers(made["token"]))
    assert answer.json() == {"user": 2, "session": None, "token": made["id"]}
    users = await client.get(f"{ADMIN}/users", headers=admin_headers(made["token"]))
    assert users.status_code == 403


async def test_a_revoked_token_and_its_sessions_end_at_once(
    client: httpx.AsyncClient, auth: Auth
) -> None:
    made = await make_token(client)
    session_id = await sign_in(client, made["token"])
    path = f"{ADMIN}/api-tokens/{made['id']}"
    for _ in range(2):
        assert (await client.delete(path, headers=admin_headers())).status_code == 204
    assert await who(client, session_id) == 401
    answer = await client.get("/who", headers=admin_headers(made["token"]))
    assert (answer.status_code, answer.json()["code"]) == (401, "revoked_token")
    assert (await audited(auth.database)).count("auth.token_revoked") == 1


async def test_an_expired_token_and_its_sessions_end(
    client: httpx.AsyncClient, clock: Clock
) -> None:
    made = await make_token(client, expiresAt=(clock.now + timedelta(hours=1)).isoformat())
    session_id = await sign_in(client, made["token"])
    clock.forward(minutes=59)
    assert await who(client, session_id) == 200
    clock.forward(minutes=1)
    assert await who(client, session_id) == 401
    answer = await client.get("/who", headers=admin_headers(made["token"]))
    assert answer.json()["code"] == "expired_token"


@ON_SQLITE
@pytest.mark.parametrize(
    ("order", "status"),
    [
        ({"name": ""}, 422),
        ({"name": "x" * 129}, 422),
        ({"name": "x", "expiresAt": "2020-01-01T00:00:00Z"}, 422),
        ({"name": "x", "expiresAt": "2099-01-01T00:00:00"}, 422),
        ({"name": "x", "token": "one-that-i-would-like-to-have"}, 422),
        ({"name": "x", "userId": 99}, 404),
        ({"name": "x", "userId": 2**40}, 422),
    ],
)
async def test_wrong_orders_for_a_token_are_refused(
    order: dict[str, Any], status: int, client: httpx.AsyncClient
) -> None:
    answer = await client.post(f"{ADMIN}/api-tokens", json=order, headers=admin_headers())
    assert answer.status_code == status


async def test_a_disabled_user_is_out_at_once_in_every_way(
    client: httpx.AsyncClient, auth: Auth
) -> None:
    session_id = await second_user(auth)
    token = (await make_token(client, userId=2))["token"]
    assert await who(client, session_id) == 200
    answer = await patch(client, 2, disabled=True)
    assert answer.json()["data"]["deletedAt"] is not None
    assert await who(client, session_id) == 401
    for path in ("/who", "/api/v1/users/me"):
        assert (await client.get(path, headers=admin_headers(token))).status_code == 401
    refused = await client.post(
        "/api/v1/auth/test-automation/login", headers={"x-test-automation-api-key": token}
    )
    assert (refused.status_code, refused.json()["code"]) == (401, "user_disabled")
    with pytest.raises(Exception, match="disabled"):
        await second_user(auth)


async def test_an_enabled_user_signs_in_again_but_old_sessions_stay_ended(
    client: httpx.AsyncClient, auth: Auth
) -> None:
    session_id = await second_user(auth)
    await patch(client, 2, disabled=True)
    assert (await patch(client, 2, disabled=False)).json()["data"]["deletedAt"] is None
    assert await who(client, session_id) == 401
    assert await who(client, await second_user(auth)) == 200


async def test_a_role_set_by_hand_holds_at_once_and_is_not_undone_by_a_sign_in(
    client: httpx.AsyncClient, auth: Auth
) -> None:
    session_id = await second_user(auth)
    cookie = {"Cookie": f"session={session_id}"}
    assert (await client.get("/reveal", headers=cookie)).status_code == 403
    assert (await patch(client, 2, role="administrator")).json()["data"]["role"] == "administrator"
    assert (await client.get("/reveal", headers=cookie)).status_code == 200
    await second_user(auth)
    user = await client.get(f"{ADMIN}/users/2", headers=admin_headers())
    assert user.json()["data"]["role"] == "administrator"
    events = [e for e in await audit(auth.database) if e.event == "user.role_changed"]
    assert [(e.actor_id, e.subject) for e in events] == [(1, "user:2")]


@pytest.mark.parametrize("change", [{"role": "member"}, {"disabled": True}])
async def test_the_last_administrator_cannot_be_removed(
    change: dict[str, Any], client: httpx.AsyncClient, auth: Auth
) -> None:
    answer = await patch(client, 1, **change)
    assert (answer.status_code, answer.json()["code"]) == (409, "last_administrator")
    await second_user(auth)
    await patch(client, 2, role="administrator")
    assert (await patch(client, 1, **change)).status_code == 200


async def test_a_change_that_fails_half_way_changes_nothing(
    client: httpx.AsyncClient, auth: Auth
) -> None:
    answer = await patch(client, 1, role="administrator", unlinkIdentity=True, disabled=True)
    assert answer.status_code == 409
    assert "user.unlinked" not in await audited(auth.database)


@ON_SQLITE
@pytest.mark.parametrize(
    "change", [{}, {"role": "owner"}, {"email": "x@example.org"}, {"disabled": "perhaps"}]
)
async def test_wrong_changes_are_422(change: dict[str, Any], client: httpx.AsyncClient) -> None:
    assert (await patch(client, 1, **change)).status_code == 422


@ON_SQLITE
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/users/99"),
        ("DELETE", "/sessions/99"),
        ("DELETE", "/api-tokens/99"),
    ],
)
async def test_what_is_not_there_is_404(method: str, path: str, client: httpx.AsyncClient) -> None:
    answer = await client.request(method, ADMIN + path, headers=admin_headers())
    assert answer.status_code == 404


async def test_sessions_are_listed_by_user_without_their_ids_and_can_be_revoked(
    client: httpx.AsyncClient, auth: Auth
) -> None:
    mine, theirs = await sign_in(client), await second_user(auth)
    listed = await client.get(f"{ADMIN}/sessions?userId=2", headers=admin_headers())
    assert [s["userId"] for s in listed.json()["data"]] == [2]
    assert theirs not in listed.text
    number = listed.json()["data"][0]["id"]
    answer = await client.delete(f"{ADMIN}/sessions/{number}", headers=admin_headers())
    assert answer.status_code == 204
    assert (await who(client, theirs), await who(client, mine)) == (401, 200)
    rest = await client.get(f"{ADMIN}/sessions", headers=admin_headers())
    assert [s["userId"] for s in rest.json()["data"]] == [1]
    assert (await audited(auth.database))[-1] == "auth.session_revoked"


async def test_lists_come_in_pages(client: httpx.AsyncClient) -> None:
    for _ in range(3):
        await make_token(client)
    path = f"{ADMIN}/api-tokens"
    first = await client.get(f"{path}?limit=2", headers=admin_headers())
    last = first.json()["data"][-1]["id"]
    second = await client.get(f"{path}?limit=2&after={last}", headers=admin_headers())
    ids = [t["id"] for page in (first, second) for t in page.json()["data"]]
    assert ids == [1, 2, 3, 4]
