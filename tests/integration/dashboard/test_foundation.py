"""What holds for every page: signing in, forms of ours alone, headers, errors, keys."""

from __future__ import annotations

import re

import httpx
import pytest
from tests.integration.dashboard.conftest import BASE, Page, Site

pytestmark = pytest.mark.anyio


async def test_who_types_the_address_alone_gets_to_the_dashboard(site: Site) -> None:
    answer = await site.browser.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/dashboard/")


@pytest.mark.parametrize(
    ("asked", "told"),
    [("/dashboard", "/dashboard/"), ("/api/v1/threads/?source=sdk", "/api/v1/threads?source=sdk")],
)
async def test_who_forgets_a_slash_or_adds_one_is_sent_on_by_a_path_alone(
    site: Site, asked: str, told: str
) -> None:
    """Behind a proxy that ends TLS our own scheme is http: a text would be sent in the clear."""
    answer = await site.api.get(asked, headers={"Host": "elsewhere.example"})
    assert (answer.status_code, answer.headers["location"]) == (307, told)


async def test_whoever_is_not_signed_in_is_asked_to_and_comes_back(site: Site) -> None:
    stranger = httpx.AsyncClient(transport=httpx.ASGITransport(site.app), base_url=BASE)
    answer = await stranger.get("/dashboard/projects/default/settings?tab=keys")
    assert answer.status_code == 303
    wanted = "/dashboard/sign-in?next=%2Fdashboard%2Fprojects%2Fdefault%2Fsettings%3Ftab%3Dkeys"
    assert answer.headers["location"] == wanted
    shown = await stranger.get(answer.headers["location"])
    assert 'value="/dashboard/projects/default/settings?tab=keys"' in shown.text


async def test_an_api_token_opens_no_page(site: Site) -> None:
    answer = await site.api.get("/dashboard/projects/default/settings")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/dashboard/sign-in")


@pytest.mark.parametrize("csrf", ["", "0" * 64, "caf\u00e9"])
async def test_a_form_that_is_not_of_this_session_changes_nothing(site: Site, csrf: str) -> None:
    sent = await site.post("/projects/default/settings", {"name": "Renamed"}, csrf=csrf)
    assert sent.status == 403
    assert sent.shows("not of your present session", "stale_form")
    assert "Renamed" not in (await site.get("/projects/default/settings")).html


async def test_the_token_of_one_persons_forms_is_nobody_elses(site: Site) -> None:
    other = await site.as_role("administrator")
    sent = await site.post(
        "/projects/default/settings", {"name": "Renamed"}, csrf=await other.csrf()
    )
    assert sent.status == 403


async def test_a_form_on_another_site_changes_nothing(site: Site) -> None:
    data = {"csrf": await site.csrf(), "name": "Renamed"}
    for origin in ("https://elsewhere.example", "null"):
        sent = await site.browser.post(
            "/dashboard/projects/default/settings", data=data, headers={"Origin": origin}
        )
        assert sent.status_code == 403
        assert "cross_site" in sent.text


async def test_pages_load_and_run_nothing_that_is_not_ours(site: Site) -> None:
    shown = await site.get("/projects/default/settings")
    policy = shown.answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", shown.html)
    assert not re.search(r"\son\w+=|\sstyle=|javascript:", shown.html)
    sources = re.findall(r'(?:src|href)="([^"#][^"]*)"', shown.html)
    assert all(source.startswith(("/dashboard", "/docs")) for source in sources), sources


async def test_what_a_page_needs_is_there_and_may_be_kept_by_browsers(site: Site) -> None:
    shown = await site.get("/projects/default/settings")
    for source in re.findall(r'(?:src|href)="(/dashboard/assets/[^"]*)"', shown.html):
        answer = await site.browser.get(source)
        assert answer.status_code == 200, source
        assert answer.headers.get("cache-control") != "no-store"


async def test_pages_are_kept_by_nobody(site: Site) -> None:
    shown = await site.get("/projects/default/settings")
    assert shown.answer.headers["cache-control"] == "no-store"
    assert shown.answer.headers["x-frame-options"] == "DENY"


async def test_an_error_is_a_page_with_its_request_id_and_for_htmx_an_alert(site: Site) -> None:
    whole, part = await site.get("/nowhere"), await site.part("/nowhere")
    for shown in (whole, part):
        assert shown.status == 404
        assert shown.shows("There is no such page.", shown.answer.headers["x-request-id"])
    assert "<html" in whole.html
    assert "<html" not in part.html


async def test_an_ended_session_leads_to_the_sign_in_page_for_htmx_too(site: Site) -> None:
    other = await site.as_role("member")
    assert (await other.post("/sign-out")).location == "/dashboard/sign-in"
    answer = await other.part("/projects/default/settings")
    assert answer.status == 401
    assert answer.answer.headers["hx-redirect"] == "/dashboard/sign-in"


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example/",
        "//elsewhere.example",
        "/dashboard//elsewhere.example",
        "/v1",
        "/dashboard/\\x",
    ],
)
async def test_signing_in_leads_to_no_other_site(site: Site, address: str) -> None:
    token = await site.token_of("member")
    data = {"token": token, "next": address}
    sent = await site.browser.post("/dashboard/sign-in", data=data, headers={"Origin": BASE})
    assert sent.headers["location"] == "/dashboard/"


async def test_a_refused_token_is_told_in_our_words_and_not_repeated(site: Site) -> None:
    token = "slu_" + "A1b2C3d4" * 5
    sent = Page(
        await site.browser.post(
            "/dashboard/sign-in", data={"token": token}, headers={"Origin": BASE}
        )
    )
    assert sent.status == 401
    assert token not in sent.html
