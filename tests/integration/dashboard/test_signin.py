"""Signing in and out with a browser: with a token, with a link, at an identity provider."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from tests.integration.auth.code_peer import CLIENT_ID, CodeProvider
from tests.integration.dashboard.conftest import BASE, XSS, Page
from tests.integration.features.conftest import ADMIN_TOKEN

from sluice.server.app import create_app
from sluice.server.auth.callers import SYSTEM
from sluice.server.auth.refusals import Reason
from sluice.server.kit.sealing import new_master_key
from sluice.server.settings import Settings

pytestmark = pytest.mark.anyio

PENDING = "sign_in_pending"
FORM = {"Origin": BASE}


@dataclass
class Door:
    """An application with an identity provider, and how to come to its door."""

    app: FastAPI
    provider: CodeProvider
    visitors: int = 0

    def browser(self, base: str = BASE) -> httpx.AsyncClient:
        """A browser in which nobody is signed in."""
        self.visitors += 1  # each has an address of its own, and so failed attempts of its own
        transport = httpx.ASGITransport(self.app, client=(f"198.51.100.{self.visitors}", 1))
        return httpx.AsyncClient(transport=transport, base_url=base)

    async def link(self) -> str:
        """The code of a new link of the administrator."""
        services = self.app.state.services
        async with services.database.write() as session:
            return str((await services.auth.service.links.create(session, SYSTEM, 1)).code)


@pytest.fixture(scope="module")
async def door(
    anyio_backend: str, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Door]:
    folder, provider = tmp_path_factory.mktemp("door"), CodeProvider()
    shutil.copy(sqlite_template, folder / "sluice.db")
    async with provider.peer:
        settings = Settings(
            database_url=f"sqlite:///{folder}/sluice.db",
            data_dir=folder,
            bootstrap_token=ADMIN_TOKEN,
            master_key=new_master_key(),
            identity_providers=[
                {
                    "kind": "oidc",
                    "name": "company",
                    "label": "Company <script>alert(1)</script>",
                    "issuer": provider.issuer,
                    "client_id": CLIENT_ID,
                    "allowed_domains": ["example.org"],
                }
            ],
        )
        app = create_app(settings, identity_client=httpx.AsyncClient(trust_env=False))
        async with app.router.lifespan_context(app):
            yield Door(app, provider)


async def at_provider(browser: httpx.AsyncClient, path: str) -> httpx.Response:
    """Follow the button to the provider and back to our callback."""
    leaving = await browser.get(path)
    assert leaving.status_code == 303, leaving.text
    async with httpx.AsyncClient(trust_env=False) as elsewhere:
        back = await elsewhere.get(leaving.headers["location"])
    return await browser.get(back.headers["location"])


async def is_signed_in(browser: httpx.AsyncClient) -> bool:
    """Whether the browser's session works."""
    return (await browser.get("/api/v1/users/me")).status_code == 200


async def test_the_button_leads_to_the_provider_and_back_to_the_page(door: Door) -> None:
    async with door.browser() as browser:
        shown = Page(await browser.get("/dashboard/sign-in?next=/dashboard/playground%3Fx%3D1"))
        assert shown.shows("Continue with Company")
        assert shown.is_inert()
        path = "/dashboard/sign-in/with/company?next=%2Fdashboard%2Fplayground%3Fx%3D1"
        assert path in shown.html
        answer = await at_provider(browser, path)
        assert (answer.status_code, answer.headers["location"]) == (
            303,
            "/dashboard/playground?x=1",
        )
        assert await is_signed_in(browser)
        assert PENDING not in browser.cookies


async def test_the_cookie_for_the_way_is_for_the_callback_alone_and_short(door: Door) -> None:
    for base, secure in ((BASE, False), ("https://sluice.test", True)):
        async with door.browser(base) as browser:
            leaving = await browser.get("/dashboard/sign-in/with/company")
        cookie = leaving.headers["set-cookie"]
        assert cookie.startswith(f"{PENDING}=")
        for part in ("HttpOnly", "SameSite=lax", "Max-Age=600"):
            assert part in cookie
        assert "Path=/dashboard/sign-in/callback" in cookie
        assert ("Secure" in cookie) is secure
        assert leaving.headers["cache-control"] == "no-store"
        assert (
            f"redirect_uri={base.replace('://', '%3A%2F%2F')}%2Fdash"
            in (leaving.headers["location"])
        )


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/dashboard/../evil",
        "/dashboard//evil.example",
        "/dashboard/%2e%2e/x",
        "/dashboard/\r\nSet-Cookie: x=1",
        "/dashboard/\t",
        "/dashboardx",
        "javascript:alert(1)",
        "",
        "/dashboard/" + "x" * 2000,
    ],
)
async def test_signing_in_leads_to_pages_of_ours_alone(door: Door, elsewhere: str) -> None:
    async with door.browser() as browser:
        data = {"token": ADMIN_TOKEN, "next": elsewhere}
        answer = await browser.post("/dashboard/sign-in", data=data, headers=FORM)
        assert answer.headers["location"] == "/dashboard/"
        shown = await browser.get("/dashboard/sign-in", params={"next": elsewhere})
        assert 'name="next" value="/dashboard/"' in shown.text


@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ("", 401, "was not begun in this browser"),
        ("?state=x&code=y", 401, "was not begun in this browser"),
        ("?error=access_denied&error_description=" + "planted", 401, "not begun"),
    ],
)
async def test_a_callback_out_of_nowhere_shows_the_page_to_sign_in(
    door: Door, query: str, status: int, told: str
) -> None:
    async with door.browser() as browser:
        shown = Page(await browser.get(f"/dashboard/sign-in/callback/company{query}"))
        assert shown.status == status
        assert shown.shows(told, "API token")
        assert "planted" not in shown.html
        assert not await is_signed_in(browser)


async def test_a_provider_that_is_cancelled_is_told_and_nobody_is_signed_in(door: Door) -> None:
    door.provider.redirect = {"error": "access_denied", "error_description": XSS, "code": ""}
    try:
        async with door.browser() as browser:
            shown = Page(await at_provider(browser, "/dashboard/sign-in/with/company"))
            assert shown.status == 401
            assert shown.shows("not completed at the identity provider")
            assert "alert(1)</script>" not in shown.html
            assert not await is_signed_in(browser)
    finally:
        door.provider.redirect = {}


async def test_a_provider_that_nobody_knows_or_that_lets_nobody_in_is_told(door: Door) -> None:
    async with door.browser() as browser:
        shown = Page(await browser.get("/dashboard/sign-in/with/other"))
        assert (shown.status, shown.shows("no such identity provider")) == (404, True)
        door.provider.id_claims = {"email": "one@elsewhere.example", "sub": "subject-2"}
        try:
            refused = Page(await at_provider(browser, "/dashboard/sign-in/with/company"))
        finally:
            door.provider.id_claims = {}
        assert (refused.status, refused.shows("ask its administrator")) == (403, True)


async def test_a_link_signs_in_once_whether_the_code_or_all_of_it_is_pasted(door: Door) -> None:
    for pasted in ("{}", "http://127.0.0.1:8321/dashboard/sign-in/link#{}"):
        code = await door.link()
        data = {"code": pasted.format(code)}
        async with door.browser() as browser:
            answer = await browser.post("/dashboard/sign-in/link", data=data, headers=FORM)
            assert (answer.status_code, answer.headers["location"]) == (303, "/dashboard/")
            assert await is_signed_in(browser)
            assert answer.headers["cache-control"] == "no-store"
        async with door.browser() as browser:
            again = Page(await browser.post("/dashboard/sign-in/link", data=data, headers=FORM))
            assert (again.status, again.shows("was used already")) == (401, True)
            assert code not in again.html
            assert not await is_signed_in(browser)


async def test_the_page_of_a_link_takes_no_code_from_its_address(door: Door) -> None:
    """Behind a question mark it would stand in logs; and looking at a page uses nothing up."""
    code = await door.link()
    async with door.browser() as browser:
        shown = await browser.get("/dashboard/sign-in/link", params={"code": code})
        assert (shown.status_code, code in shown.text) == (200, False)
        assert not await is_signed_in(browser)
        data = {"code": code}
        answer = await browser.post("/dashboard/sign-in/link", data=data, headers=FORM)
        assert answer.status_code == 303


@pytest.mark.parametrize("path", ["/dashboard/sign-in", "/dashboard/sign-in/link"])
async def test_another_site_signs_nobody_in(door: Door, path: str) -> None:
    data = {"token": ADMIN_TOKEN, "code": await door.link()}
    async with door.browser() as browser:
        for origin in ("https://evil.example", "null"):
            answer = await browser.post(path, data=data, headers={"Origin": origin})
            assert answer.status_code == 403
        assert not await is_signed_in(browser)


async def test_a_wrong_token_is_told_and_not_shown_again(door: Door) -> None:
    wrong = "wrong-token-" + "0123456789abcdef"
    async with door.browser() as browser:
        data = {"token": wrong, "next": "/dashboard/playground"}
        shown = Page(await browser.post("/dashboard/sign-in", data=data, headers=FORM))
        assert (shown.status, shown.shows("not known here", "/dashboard/playground")) == (401, True)
        assert wrong not in shown.html


async def test_signing_out_ends_the_session_and_says_so(door: Door) -> None:
    async with door.browser() as browser:
        data = {"token": ADMIN_TOKEN}
        await browser.post("/dashboard/sign-in", data=data, headers=FORM)
        session = browser.cookies["session"]
        answer = await browser.post("/dashboard/sign-out", headers=FORM)
        assert answer.headers["location"] == "/dashboard/sign-in"
        assert Page(await browser.get("/dashboard/sign-in")).shows("You are signed out.")
        kept = await browser.get("/api/v1/users/me", headers={"Cookie": f"session={session}"})
        assert (kept.status_code, kept.json()["code"]) == (401, Reason.ENDED_SESSION.value)


async def test_a_project_key_signs_nobody_in(door: Door) -> None:
    async with door.browser() as browser:
        headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
        made = await browser.post(
            "/api/v1/projects/default/keys", json={"name": "shop"}, headers=headers
        )
        data = {"token": made.json()["data"]["token"]}
        shown = Page(await browser.post("/dashboard/sign-in", data=data, headers=FORM))
        assert (shown.status, shown.shows("nobody signs in with it")) == (403, True)
