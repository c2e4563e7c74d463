"""The three sign-in calls and signing out, as the Liminal wire has them."""

from __future__ import annotations

import re
from http.cookies import SimpleCookie
from pathlib import Path

import httpx
import pytest
from tests.unit.server.auth.small_app import (
    ADMIN,
    LOGOUT,
    ME,
    ON_SQLITE,
    PROVIDER_LOGIN,
    TOKEN,
    TOKEN_LOGIN,
    Clock,
    admin_headers,
    audit,
    audited,
    me,
    sign_in,
    small_app,
    who,
)

from sluice.server.auth.auth import Auth
from sluice.server.auth.config import AuthConfig
from sluice.server.kit.database import Database
from sluice.server.kit.tokens import new_session_id, new_token

pytestmark = pytest.mark.anyio


async def test_a_token_signs_in_and_the_answer_is_the_user(client: httpx.AsyncClient) -> None:
    answer = await client.post(TOKEN_LOGIN, headers={"x-test-automation-api-key": TOKEN})
    assert answer.status_code == 200
    user = answer.json()["data"]
    assert answer.json().keys() == {"data"}
    assert (user["id"], user["role"], user["deletedAt"]) == (1, "administrator", None)
    assert user.keys() == {"id", "email", "name", "role", "createdAt", "updatedAt", "deletedAt"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", user["createdAt"])


@ON_SQLITE
async def test_the_cookie_is_httponly_lax_whole_site_and_ends_with_the_session(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.post(TOKEN_LOGIN, headers={"x-test-automation-api-key": TOKEN})
    cookie = SimpleCookie(answer.headers["set-cookie"])["session"]
    assert cookie["httponly"] is True
    assert cookie["samesite"] == "lax"
    assert cookie["path"] == "/"
    assert cookie["max-age"] == str(14 * 24 * 3600)
    assert cookie["secure"] == ""
    assert answer.headers["cache-control"] == "no-store"


@ON_SQLITE
@pytest.mark.parametrize(
    ("base_url", "config"),
    [
        ("https://gateway.test", AuthConfig()),
        ("http://gateway.test", AuthConfig(cookie_secure=True)),
        ("http://gateway.test", AuthConfig(public_url="https://gateway.test")),
    ],
    ids=["https", "configured", "TLS ends before us"],
)
async def test_the_cookie_is_secure_over_https_and_where_configured(
    base_url: str, config: AuthConfig, database: Database
) -> None:
    auth = Auth(database, config)
    await auth.ensure_administrator(TOKEN)
    transport = httpx.ASGITransport(small_app(auth))
    async with httpx.AsyncClient(transport=transport, base_url=base_url) as client:
        answer = await client.post(TOKEN_LOGIN, headers={"x-test-automation-api-key": TOKEN})
    assert "; Secure" in answer.headers["set-cookie"]


@ON_SQLITE
async def test_the_cookie_is_not_secure_for_programs_that_come_another_way(
    database: Database,
) -> None:
    """Within the house over http: a Secure cookie would not be sent back."""
    auth = Auth(database, AuthConfig(public_url="https://gateway.example"))
    await auth.ensure_administrator(TOKEN)
    transport = httpx.ASGITransport(small_app(auth))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway.test") as client:
        answer = await client.post(TOKEN_LOGIN, headers={"x-test-automation-api-key": TOKEN})
    assert "; Secure" not in answer.headers["set-cookie"]


@ON_SQLITE
@pytest.mark.parametrize("path", [ME, PROVIDER_LOGIN])
async def test_without_a_credential_it_is_401_and_no_cookie(
    path: str, client: httpx.AsyncClient
) -> None:
    answer = await client.get(path)
    assert answer.status_code == 401
    assert answer.json()["code"] == "missing_credential"
    assert "set-cookie" not in answer.headers


@ON_SQLITE
@pytest.mark.parametrize(
    ("credential", "code"),
    [
        ("", "missing_credential"),
        ("some-other-token-that-is-unknown", "unknown_token"),
        (new_token(), "unknown_token"),
        (new_token()[:-1] + "!", "mistyped_token"),
        ("slu_" + "0" * 36, "mistyped_token"),
        ("x" * 5000, "unknown_token"),
        (TOKEN.upper(), "unknown_token"),
        (TOKEN[:-1], "unknown_token"),
    ],
    ids=["none", "given", "unknown", "form", "checksum", "long", "upper case", "cut"],
)
async def test_a_wrong_token_is_401_without_a_cookie_and_never_quoted(
    credential: str, code: str, client: httpx.AsyncClient, database: Database
) -> None:
    answer = await client.post(TOKEN_LOGIN, headers={"x-test-automation-api-key": credential})
    assert answer.status_code == 401
    assert answer.json()["code"] == code
    assert "set-cookie" not in answer.headers
    assert not credential or credential not in answer.text
    event = (await audit(database))[-1]
    assert event.event == "auth.sign_in_refused"
    assert event.details == {"method": "token", "reason": code}


async def test_a_session_continues_and_the_cookie_is_set_again(client: httpx.AsyncClient) -> None:
    session_id = await sign_in(client)
    answer = await me(client, session_id)
    assert answer.status_code == 200
    assert answer.cookies["session"] == session_id
    assert answer.json()["data"]["id"] == 1


@ON_SQLITE
@pytest.mark.parametrize(
    "session_id",
    [new_session_id(), "x", "a" * 5000, '"quoted"', "ü"],
    ids=["unknown", "short", "long", "quoted", "no ASCII"],
)
async def test_an_unknown_session_is_401_without_a_cookie(
    session_id: str, client: httpx.AsyncClient
) -> None:
    answer = await client.get(ME, headers=[(b"cookie", b"session=" + session_id.encode())])
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers


async def test_a_session_id_from_before_the_sign_in_never_becomes_valid(
    client: httpx.AsyncClient,
) -> None:
    """Session fixation: an attacker plants an id and waits for the victim to sign in."""
    planted = new_session_id()
    headers = {"x-test-automation-api-key": TOKEN, "Cookie": f"session={planted}"}
    answer = await client.post(TOKEN_LOGIN, headers=headers)
    client.cookies.clear()
    assert answer.cookies["session"] != planted
    assert await who(client, planted) == 401


async def test_every_sign_in_has_a_session_of_its_own(client: httpx.AsyncClient) -> None:
    first, second = await sign_in(client), await sign_in(client)
    assert first != second
    assert (await who(client, first), await who(client, second)) == (200, 200)


async def test_signing_out_ends_this_session_and_clears_the_cookie(
    client: httpx.AsyncClient, database: Database
) -> None:
    mine, other = await sign_in(client), await sign_in(client)
    answer = await client.post(LOGOUT, headers={"Cookie": f"session={mine}"})
    assert answer.status_code == 200
    assert answer.json() == {"data": {"signedOut": True}}
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert (await who(client, mine), await who(client, other)) == (401, 200)
    assert (await audited(database))[-1] == "auth.sign_out"


async def test_signing_out_twice_is_401(client: httpx.AsyncClient) -> None:
    session_id = await sign_in(client)
    for status in (200, 401):
        answer = await client.post(LOGOUT, headers={"Cookie": f"session={session_id}"})
        assert answer.status_code == status


async def test_too_many_failed_sign_ins_are_429_with_retry_after(
    client: httpx.AsyncClient, auth: Auth
) -> None:
    for _ in range(auth.config.max_failed_sign_ins):
        wrong = {"x-test-automation-api-key": new_token()}
        assert (await client.post(TOKEN_LOGIN, headers=wrong)).status_code == 401
    answer = await client.post(TOKEN_LOGIN, headers={"x-test-automation-api-key": TOKEN})
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert "set-cookie" not in answer.headers


async def test_the_throttle_does_not_end_sessions_nor_stop_our_own_tokens(
    client: httpx.AsyncClient, auth: Auth
) -> None:
    session_id = await sign_in(client)
    made = await client.post(f"{ADMIN}/api-tokens", json={"name": "t"}, headers=admin_headers())
    for _ in range(auth.config.max_failed_sign_ins):
        await client.post(TOKEN_LOGIN, headers={"x-test-automation-api-key": new_token()})
    assert await who(client, session_id) == 200
    token = made.json()["data"]["token"]
    assert (await client.get("/who", headers=admin_headers(token))).status_code == 200


async def test_the_first_start_makes_one_administrator_and_shows_a_token_once(
    database: Database,
) -> None:
    auth = Auth(database)
    token = await auth.ensure_administrator()
    assert token is not None
    assert token.startswith("slu_")
    assert await auth.ensure_administrator() is None
    assert await auth.ensure_administrator("another-token-that-was-given") is None
    assert (await auth.caller_of_token(token, address="192.0.2.1")).role == "administrator"


async def test_the_first_administrators_address_is_kept_in_lower_case(database: Database) -> None:
    """As every other address, or it could never be linked to an identity."""
    auth = Auth(database, AuthConfig(administrator_email="Boss@Example.org"))
    await auth.ensure_administrator(TOKEN)
    caller = await auth.caller_of_token(TOKEN, address="192.0.2.1")
    assert caller.email == "boss@example.org"


async def test_a_given_token_that_is_too_short_stops_the_first_start(database: Database) -> None:
    with pytest.raises(ValueError, match="24"):
        await Auth(database).ensure_administrator("too-short")


def every_byte_in(folder: Path) -> bytes:
    """The content of all files of a folder."""
    return b"".join(file.read_bytes() for file in folder.iterdir())


@ON_SQLITE
async def test_nothing_secret_is_in_the_database_file(
    client: httpx.AsyncClient, database: Database, tmp_path: Path, clock: Clock
) -> None:
    """Tokens and session ids, present and past ones, are stored hashed only."""
    session_id = await sign_in(client)
    clock.forward(hours=2)
    rotated = (await me(client, session_id)).cookies["session"]
    assert rotated != session_id
    made = await client.post(f"{ADMIN}/api-tokens", json={"name": "t"}, headers=admin_headers())
    secrets = [TOKEN, session_id, rotated, made.json()["data"]["token"]]
    await database.close()
    content = every_byte_in(tmp_path)
    assert b"administrator" in content
    assert [s for s in secrets if s.encode() in content] == []
