"""Who is calling: by cookie or API token; what they may do; foreign pages."""

from __future__ import annotations

import httpx
import pytest
from starlette.requests import Request
from tests.unit.server.auth.small_app import (
    ADMIN,
    ME,
    ON_SQLITE,
    TOKEN,
    admin_headers,
    sign_in,
    small_app,
)

from sluice.server.auth.auth import Auth
from sluice.server.auth.config import AuthConfig
from sluice.server.auth.origin import is_own_origin
from sluice.server.auth.repository import UserRepository
from sluice.server.auth.roles import ROLE_PERMISSIONS, Permission, Role, permissions_of
from sluice.server.kit.database import Database
from sluice.server.kit.tokens import new_session_id, new_token

pytestmark = pytest.mark.anyio


async def test_a_caller_is_known_by_cookie_or_by_api_token(client: httpx.AsyncClient) -> None:
    session_id = await sign_in(client)
    by_cookie = await client.get("/who", headers={"Cookie": f"session={session_id}"})
    by_token = await client.get("/who", headers=admin_headers())
    assert by_cookie.json() == {"user": 1, "session": 1, "token": None}
    assert by_token.json() == {"user": 1, "session": None, "token": 1}


@ON_SQLITE
@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Basic " + TOKEN, TOKEN, "Bearer " + new_token(), "Bearer slu_x"],
    ids=["empty", "scheme", "no token", "basic", "no scheme", "unknown", "mistyped"],
)
async def test_a_header_that_does_not_sign_in_is_401_even_with_a_valid_cookie(
    header: str, client: httpx.AsyncClient
) -> None:
    session_id = await sign_in(client)
    headers = {"Cookie": f"session={session_id}", "Authorization": header}
    assert (await client.get("/who", headers=headers)).status_code == 401


async def test_a_session_id_is_no_api_token_and_the_other_way_round(
    client: httpx.AsyncClient,
) -> None:
    session_id = await sign_in(client)
    assert (await client.get("/who", headers=admin_headers(session_id))).status_code == 401
    answer = await client.get("/who", headers={"Cookie": f"session={TOKEN}"})
    assert answer.status_code == 401


@ON_SQLITE
async def test_the_scheme_is_read_in_any_case(client: httpx.AsyncClient) -> None:
    answer = await client.get("/who", headers={"Authorization": f"bearer {TOKEN}"})
    assert answer.status_code == 200


async def test_users_me_answers_an_api_token_without_opening_a_session(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get(ME, headers=admin_headers())
    assert answer.json()["data"]["role"] == "administrator"
    assert "set-cookie" not in answer.headers


async def test_guessed_tokens_are_throttled_on_every_call_unknown_ones_of_ours_are_not(
    client: httpx.AsyncClient, auth: Auth
) -> None:
    limit = auth.config.max_failed_sign_ins
    for _ in range(limit + 1):
        assert (await client.get("/who", headers=admin_headers(new_token()))).status_code == 401
    for number in range(limit):
        guess = admin_headers(f"a-guessed-token-with-number-{number}")
        assert (await client.get("/who", headers=guess)).status_code == 401
    assert (await client.get("/who", headers=admin_headers())).status_code == 429


async def test_a_member_may_use_models_and_nothing_more(
    client: httpx.AsyncClient, database: Database
) -> None:
    async with database.write() as session:
        user = await UserRepository(session).by_id(1)
        assert user is not None
        user.role = "member"
    for path in ("/reveal", f"{ADMIN}/users", f"{ADMIN}/sessions", f"{ADMIN}/api-tokens"):
        answer = await client.get(path, headers=admin_headers())
        assert (answer.status_code, answer.json()["code"]) == (403, "missing_permission")
    assert (await client.get("/who", headers=admin_headers())).status_code == 200


def test_every_role_has_its_permissions_and_an_unknown_role_has_none() -> None:
    assert set(ROLE_PERMISSIONS) == set(Role)
    assert permissions_of("administrator") == frozenset(Permission)
    assert permissions_of("member") == {Permission.USE_MODELS}
    assert permissions_of("of-a-later-version") == frozenset()


FOREIGN = [
    {"Origin": "https://elsewhere.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://gateway.test:8080"},
    {"Origin": "http://gateway.test.elsewhere.example"},
    {"Origin": "http://gateway.test@elsewhere.example"},
    {"Origin": "file://gateway.test"},
    {"Origin": "http://[bad"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]


@ON_SQLITE
@pytest.mark.parametrize("headers", FOREIGN)
async def test_a_foreign_page_cannot_change_anything_with_a_users_cookie(
    headers: dict[str, str], client: httpx.AsyncClient
) -> None:
    session_id = await sign_in(client)
    signed_in = {"Cookie": f"session={session_id}", **headers}
    for path in ("/who", "/api/v1/auth/logout"):
        answer = await client.post(path, headers=signed_in)
        assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")
    assert (await client.get("/who", headers=signed_in)).status_code == 200


@ON_SQLITE
@pytest.mark.parametrize(
    "headers",
    [{}, {"Origin": "http://gateway.test"}, {"Origin": "HTTP://GATEWAY.TEST:80"},
     {"Origin": "https://gateway.test"}, {"Sec-Fetch-Site": "same-origin"},
     {"Sec-Fetch-Site": "none"}],
)  # fmt: skip
async def test_our_own_pages_and_programs_may_change_things_by_cookie(
    headers: dict[str, str], client: httpx.AsyncClient
) -> None:
    session_id = await sign_in(client)
    answer = await client.post("/who", headers={"Cookie": f"session={session_id}", **headers})
    assert answer.status_code == 200


@ON_SQLITE
@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://pages.example", 200),
        ("https://PAGES.example:443", 200),
        ("http://pages.example", 403),
        ("https://pages.example:8443", 403),
        ("null", 403),
    ],
)
async def test_a_configured_origin_is_ours(origin: str, status: int, database: Database) -> None:
    auth = Auth(database, AuthConfig(allowed_origins=("https://Pages.example/",)))
    await auth.ensure_administrator(TOKEN)
    transport = httpx.ASGITransport(small_app(auth))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway.test") as client:
        session_id = await sign_in(client)
        headers = {"Cookie": f"session={session_id}", "Origin": origin}
        assert (await client.post("/who", headers=headers)).status_code == status


@ON_SQLITE
async def test_an_api_token_is_not_asked_for_its_origin(client: httpx.AsyncClient) -> None:
    """A browser never sends the header by itself."""
    headers = {**admin_headers(), "Origin": "https://elsewhere.example"}
    assert (await client.post("/who", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    ("origin", "scheme", "host", "ours"),
    [
        ("https://a.test", "https", "a.test", True),
        ("https://a.test:443", "https", "a.test", True),
        ("https://a.test", "http", "a.test", True),
        ("https://a.test:8443", "http", "a.test:8443", True),
        ("http://[::1]:8321", "http", "[::1]:8321", True),
        ("http://a.test", "https", "a.test", False),
        ("http://a.test:8443", "https", "a.test:8443", False),
        ("https://a.test:8443", "http", "a.test", False),
        ("https://a.test", "http", "a.test:8321", False),
        ("http://a.test", "http", "", False),
    ],
)
def test_an_origin_is_ours_if_host_and_port_are_and_the_scheme_is_no_weaker(
    origin: str, scheme: str, host: str, ours: bool
) -> None:
    request = Request(
        {"type": "http", "method": "POST", "scheme": scheme, "path": "/", "query_string": b"",
         "headers": [(b"host", host.encode())], "server": ("x", 80)}
    )  # fmt: skip
    assert is_own_origin(origin, request) is ours


async def test_an_unknown_session_of_the_right_form_is_401(client: httpx.AsyncClient) -> None:
    answer = await client.get("/who", headers={"Cookie": f"session={new_session_id()}"})
    assert (answer.status_code, answer.json()["code"]) == (401, "unknown_session")
