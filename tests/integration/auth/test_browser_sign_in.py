"""Signing in with a browser at a provider: what is checked, and what it leaves nowhere."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import structlog
from tests.integration.auth.code_peer import CLIENT_ID, CLIENT_PASSWORD, CodeProvider, visit
from tests.unit.server.auth.identity.peers import OTHER_RSA_KEY
from tests.unit.server.auth.small_app import ON_SQLITE, Clock, audit, audited

from sluice.server.auth.auth import Auth
from sluice.server.auth.browser_sign_in import Arrival, BrowserSignIn, Departure
from sluice.server.auth.identity.config import OidcConfig
from sluice.server.auth.identity.http import IdentityProviderDown
from sluice.server.auth.identity.registry import build_browser_providers
from sluice.server.auth.refusals import Reason, SignInForbidden, SignInRefused
from sluice.server.errors import NotFound, RateLimited
from sluice.server.kit.database import Database
from sluice.server.kit.sealing import KEY_BYTES, MasterKeys
from sluice.server.vault.service import Vault

pytestmark = pytest.mark.anyio

BASE = "http://gateway.test"
ADDRESS = "192.0.2.1"
Query = list[tuple[str, str]]


@pytest.fixture
async def provider() -> AsyncIterator[CodeProvider]:
    scripted = CodeProvider()
    async with scripted.peer:
        yield scripted


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make(
    database: Database, outgoing: httpx.AsyncClient, provider: CodeProvider, clock: Clock
) -> Callable[..., BrowserSignIn]:
    """A server that trusts the provider; each call with the same keys, like one more replica."""
    keys = MasterKeys([secrets.token_bytes(KEY_BYTES)])

    def made(*names: str, **more: object) -> BrowserSignIn:
        settings = {
            "kind": "oidc",
            "issuer": provider.issuer,
            "client_id": CLIENT_ID,
            "allowed_domains": ["example.org"],
            **more,
        }
        configs = [
            OidcConfig.model_validate({**settings, "name": name}) for name in names or ("oidc",)
        ]
        auth = Auth(database, clock=clock)
        return BrowserSignIn(auth, Vault(keys), build_browser_providers(configs, outgoing))

    return made


async def begin(server: BrowserSignIn, page: str | None = None) -> Departure:
    """A sign-in that was begun."""
    return await server.begin("oidc", base=BASE, page=page)


async def finish(
    server: BrowserSignIn, departure: Departure, query: Query, name: str = "oidc"
) -> Arrival:
    """The end of a sign-in in the browser that began it."""
    return await server.finish(name, cookie=departure.cookie, query=query, address=ADDRESS)


async def refused(server: BrowserSignIn, departure: Departure, query: Query) -> Reason:
    """Why a sign-in is refused."""
    with pytest.raises(SignInRefused) as error:
        await finish(server, departure, query)
    return error.value.reason


async def test_a_browser_comes_back_signed_in_and_goes_on_to_its_page(
    make: Callable[..., BrowserSignIn], database: Database
) -> None:
    begun_on, finished_on = make(), make()
    departure = await begin(begun_on, "/dashboard/people?after=7")
    arrival = await finish(finished_on, departure, await visit(departure.address))
    user = arrival.signed_in.user
    assert (user.email, user.role, user.subject) == ("one@example.org", "member", "subject-1")
    assert arrival.next == "/dashboard/people?after=7"
    assert await audited(database) == ["user.created", "auth.sign_in"]
    assert (await audit(database))[-1].details == {"method": "oidc"}


@ON_SQLITE
async def test_the_provider_is_asked_for_a_code_with_everything_that_protects_it(
    make: Callable[..., BrowserSignIn], provider: CodeProvider
) -> None:
    server = make(scopes=["openid", "email", "groups"])
    asked = [parse_qs(urlsplit((await begin(server)).address).query) for _ in range(2)]
    assert asked[0]["redirect_uri"] == [f"{BASE}/dashboard/sign-in/callback/oidc"]
    assert asked[0]["scope"] == ["openid email groups"]
    assert asked[0]["response_type"] == ["code"]
    for name in ("state", "nonce", "code_challenge"):
        assert asked[0][name] != asked[1][name]
        assert len(asked[0][name][0]) == 43
    assert "code_verifier" not in asked[0]
    assert provider.peer.requests[0].path == "/.well-known/openid-configuration"


@ON_SQLITE
@pytest.mark.parametrize("in_body", [False, True], ids=["header", "body"])
async def test_a_client_with_a_secret_sends_it_as_the_provider_takes_it(
    in_body: bool, make: Callable[..., BrowserSignIn], provider: CodeProvider
) -> None:
    provider.secret = CLIENT_PASSWORD
    if in_body:
        provider.document["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
    server = make(client_secret=CLIENT_PASSWORD)
    departure = await begin(server)
    await finish(server, departure, await visit(departure.address))
    asked = next(one for one in provider.peer.requests if one.path == "/token")
    assert ("authorization" in asked.headers) is not in_body
    assert (b"client_secret=" in asked.body) is in_body


def without(name: str) -> Callable[[Query], Query]:
    """A query without one of its parameters."""
    return lambda query: [(key, value) for key, value in query if key != name]


def with_(name: str, value: str) -> Callable[[Query], Query]:
    """A query with another value of a parameter."""
    return lambda query: [*without(name)(query), (name, value)]


@ON_SQLITE
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (with_("state", "x" * 43), Reason.WRONG_STATE),
        (with_("state", ""), Reason.WRONG_STATE),
        (with_("state", "ü"), Reason.WRONG_STATE),
        (without("state"), Reason.WRONG_STATE),
        (lambda query: [*query, ("state", "second")], Reason.WRONG_STATE),
        (lambda query: [*query, ("code", "second")], Reason.WRONG_STATE),
        (with_("iss", "https://elsewhere.example"), Reason.WRONG_ISSUER),
        (without("iss"), Reason.WRONG_ISSUER),
        (with_("code", "other-code"), Reason.PROVIDER_REFUSED),
        (with_("code", ""), Reason.PROVIDER_REFUSED),
        (with_("code", "x" * 9000), Reason.PROVIDER_REFUSED),
        (without("code"), Reason.PROVIDER_REFUSED),
        (with_("error", "access_denied"), Reason.SIGN_IN_CANCELLED),
        (with_("error", "server_error"), Reason.PROVIDER_REFUSED),
        (with_("error", "<script>"), Reason.PROVIDER_REFUSED),
    ],
)
async def test_a_redirect_that_is_not_the_answer_to_this_sign_in_is_refused(
    change: Callable[[Query], Query],
    reason: Reason,
    make: Callable[..., BrowserSignIn],
    database: Database,
) -> None:
    server = make()
    departure = await begin(server)
    query = change(await visit(departure.address))
    with pytest.raises(SignInRefused) as error:
        await finish(server, departure, query)
    assert error.value.reason is reason
    assert "<script>" not in error.value.message
    assert [event.event for event in await audit(database)] == ["auth.sign_in_refused"]


@ON_SQLITE
@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"nonce": "another-sign-in"}, Reason.WRONG_NONCE),
        ({"nonce": None}, Reason.WRONG_NONCE),
        ({"nonce": 7}, Reason.WRONG_NONCE),
        ({"nonce": "\ud800"}, Reason.WRONG_NONCE),
        ({"aud": "another-client"}, Reason.WRONG_AUDIENCE),
        ({"aud": [CLIENT_ID, "another-client"]}, Reason.WRONG_CLIENT),
        ({"azp": "another-client"}, Reason.WRONG_CLIENT),
        ({"iss": "https://elsewhere.example"}, Reason.INVALID_PROVIDER_TOKEN),
        ({"exp": 1_000_000_000}, Reason.INVALID_PROVIDER_TOKEN),
        ({"exp": None}, Reason.INVALID_PROVIDER_TOKEN),
        ({"sub": None}, Reason.INVALID_PROVIDER_TOKEN),
        ({"iat": 33_000_000_000}, Reason.INVALID_PROVIDER_TOKEN),
    ],
)
async def test_an_id_token_for_others_or_of_another_sign_in_is_refused(
    said: dict[str, Any],
    reason: Reason,
    make: Callable[..., BrowserSignIn],
    provider: CodeProvider,
) -> None:
    provider.id_claims = said
    server = make()
    departure = await begin(server)
    assert await refused(server, departure, await visit(departure.address)) is reason


@ON_SQLITE
async def test_an_id_token_that_another_key_signed_is_refused(
    make: Callable[..., BrowserSignIn], provider: CodeProvider
) -> None:
    provider.key = OTHER_RSA_KEY
    server = make()
    departure = await begin(server)
    reason = await refused(server, departure, await visit(departure.address))
    assert reason is Reason.INVALID_PROVIDER_TOKEN


@ON_SQLITE
async def test_several_audiences_are_taken_if_we_are_the_authorized_party(
    make: Callable[..., BrowserSignIn], provider: CodeProvider
) -> None:
    provider.id_claims = {"aud": [CLIENT_ID, "another"], "azp": CLIENT_ID}
    server = make()
    departure = await begin(server)
    assert (await finish(server, departure, await visit(departure.address))).next == "/dashboard/"


@ON_SQLITE
async def test_a_code_signs_in_once(make: Callable[..., BrowserSignIn]) -> None:
    server = make()
    departure = await begin(server)
    query = await visit(departure.address)
    await finish(server, departure, query)
    assert await refused(server, departure, query) is Reason.PROVIDER_REFUSED


@ON_SQLITE
async def test_a_code_that_was_got_with_another_browsers_challenge_is_refused(
    make: Callable[..., BrowserSignIn], provider: CodeProvider
) -> None:
    """Code injection: an attacker's own state with the victim's code (RFC 9700, section 4.5)."""
    server = make()
    victims, own = await begin(server), await begin(server)
    stolen = dict(await visit(victims.address))["code"]
    query = with_("code", stolen)(await visit(own.address))
    assert await refused(server, own, query) is Reason.PROVIDER_REFUSED
    assert stolen not in provider.codes


@ON_SQLITE
async def test_a_sign_in_that_another_browser_began_is_refused(
    make: Callable[..., BrowserSignIn],
) -> None:
    """Sign-in forgery: the victim's browser is sent the attacker's redirect."""
    server = make()
    victims, attackers = await begin(server), await begin(server)
    query = await visit(attackers.address)
    assert await refused(server, victims, query) is Reason.WRONG_STATE
    assert await refused(server, Departure("", ""), query) is Reason.STALE_SIGN_IN


@ON_SQLITE
async def test_the_cookie_serves_for_ten_minutes_and_only_as_it_was_made(
    make: Callable[..., BrowserSignIn], clock: Clock
) -> None:
    server = make()
    departure = await begin(server)
    query = await visit(departure.address)
    middle = len(departure.cookie) // 2
    flipped = "A" if departure.cookie[middle] != "A" else "B"
    changed = departure.cookie[:middle] + flipped + departure.cookie[middle + 1 :]
    for cookie in ("x", "é", "A" * 100, "A" * 5000, departure.cookie[:-2], changed):
        assert await refused(server, Departure("", cookie), query) is Reason.STALE_SIGN_IN
    clock.forward(minutes=10)
    assert await refused(server, departure, query) is Reason.STALE_SIGN_IN


@ON_SQLITE
async def test_the_answer_of_one_provider_does_not_serve_for_another(
    make: Callable[..., BrowserSignIn],
) -> None:
    """Mix-up: each provider has a redirect address of its own, and the cookie names it."""
    server = make("oidc", "second")
    departure = await begin(server)
    with pytest.raises(SignInRefused) as error:
        await finish(server, departure, await visit(departure.address), name="second")
    assert error.value.reason is Reason.WRONG_ISSUER
    with pytest.raises(NotFound):
        await finish(server, departure, [], name="third")


@ON_SQLITE
@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((401, {"error": "invalid_client"}), "identity_provider_misconfigured"),
        ((400, {"error": "unauthorized_client"}), "identity_provider_misconfigured"),
        ((400, {}), "identity_provider_misconfigured"),
        ((200, {}), "identity_provider_misconfigured"),
        ((200, {"id_token": 7}), "identity_provider_misconfigured"),
        ((500, {}), "identity_provider_unavailable"),
        ((302, {}), "identity_provider_unavailable"),
    ],
)
async def test_a_token_endpoint_that_cannot_be_used_signs_nobody_in(
    answer: tuple[int, dict[str, Any]],
    code: str,
    make: Callable[..., BrowserSignIn],
    provider: CodeProvider,
) -> None:
    provider.token_answer = answer
    server = make()
    departure = await begin(server)
    with pytest.raises(IdentityProviderDown) as error:
        await finish(server, departure, await visit(departure.address))
    assert error.value.code == code


@ON_SQLITE
@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://elsewhere.example"},
        {"authorization_endpoint": "http://elsewhere.example/authorize"},
        {"authorization_endpoint": None},
        {"token_endpoint": "javascript:alert(1)"},
    ],
)
async def test_a_discovery_document_that_cannot_be_trusted_sends_the_browser_nowhere(
    document: dict[str, Any], make: Callable[..., BrowserSignIn], provider: CodeProvider
) -> None:
    provider.document = document
    with pytest.raises(IdentityProviderDown):
        await begin(make())


@ON_SQLITE
async def test_an_older_provider_that_does_not_name_itself_is_taken_and_a_wrong_name_never(
    make: Callable[..., BrowserSignIn], provider: CodeProvider
) -> None:
    provider.document = {"authorization_response_iss_parameter_supported": False}
    server = make()
    departure = await begin(server)
    query = await visit(departure.address)
    wrong = with_("iss", "https://elsewhere.example")(query)
    assert await refused(server, departure, wrong) is Reason.WRONG_ISSUER
    await finish(server, departure, without("iss")(query))


@ON_SQLITE
async def test_what_the_id_token_lacks_the_userinfo_endpoint_says(
    make: Callable[..., BrowserSignIn], provider: CodeProvider
) -> None:
    provider.id_claims = {"email": None, "email_verified": None}
    provider.userinfo = {"email": "two@example.org", "email_verified": True, "groups": ["boss"]}
    server = make(administrator_groups=["boss"])
    departure = await begin(server)
    user = (await finish(server, departure, await visit(departure.address))).signed_in.user
    assert (user.email, user.role) == ("two@example.org", "administrator")


@ON_SQLITE
async def test_who_is_not_admitted_is_told_so(
    make: Callable[..., BrowserSignIn], provider: CodeProvider
) -> None:
    provider.id_claims = {"email": "one@elsewhere.example"}
    server = make()
    departure = await begin(server)
    with pytest.raises(SignInForbidden) as error:
        await finish(server, departure, await visit(departure.address))
    assert error.value.reason is Reason.NOT_ALLOWED


@ON_SQLITE
async def test_too_many_failed_sign_ins_are_refused_before_the_provider_is_asked(
    make: Callable[..., BrowserSignIn], provider: CodeProvider
) -> None:
    server = make()
    departure = await begin(server)
    query = await visit(departure.address)
    for _ in range(10):
        await refused(server, departure, without("state")(query))
    before = len(provider.peer.requests)
    with pytest.raises(RateLimited):
        await finish(server, departure, query)
    assert len(provider.peer.requests) == before


@ON_SQLITE
async def test_neither_code_nor_token_nor_what_protects_them_is_kept_logged_or_shown(
    make: Callable[..., BrowserSignIn],
    provider: CodeProvider,
    database: Database,
    tmp_path: Path,
) -> None:
    provider.secret = CLIENT_PASSWORD
    server = make(client_secret=CLIENT_PASSWORD)
    departure = await begin(server, "/dashboard/people")
    query = dict(await visit(departure.address))
    asked = provider.codes[query["code"]]
    planted = [query["code"], query["state"], asked["nonce"], "opaque-1", CLIENT_PASSWORD]
    with structlog.testing.capture_logs() as logs:
        await finish(server, departure, list(query.items()))
        with pytest.raises(SignInRefused) as error:
            await finish(server, departure, list(query.items()))
    shown = f"{logs} {departure!r} {error.value!r} {error.value.__context__!r}"
    await database.close()
    assert [one for one in planted if one in shown or one in departure.cookie] == []
    kept = every_byte_in(tmp_path)
    assert b"auth.sign_in" in kept
    assert [one for one in planted if one.encode() in kept] == []


def every_byte_in(folder: Path) -> bytes:
    """The content of all files of a folder."""
    return b"".join(file.read_bytes() for file in folder.iterdir())
