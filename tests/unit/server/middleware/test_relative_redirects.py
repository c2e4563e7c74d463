"""A redirect to ourselves says no scheme and no host, which we may see wrongly."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from starlette.responses import RedirectResponse
from tests.unit.server.middleware.calling import Call

from sluice.server.middleware.relative_redirects import RelativeRedirects

pytestmark = pytest.mark.anyio

HOST = [("host", "sluice.example:8321")]


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("http://sluice.example:8321/dashboard/?a=1", "/dashboard/?a=1"),
        ("/dashboard/", "/dashboard/"),
        (
            "https://login.example.org/authorize?state=1",
            "https://login.example.org/authorize?state=1",
        ),
        ("http://sluice.example:8321.evil.example/x", "http://sluice.example:8321.evil.example/x"),
        (
            "http://sluice.example:8321//evil.example/x",
            "http://sluice.example:8321//evil.example/x",
        ),
        ("docs/", "docs/"),
    ],
)
async def test_only_our_own_scheme_and_host_are_cut_off(
    location: str, said: str, call: Call
) -> None:
    answer = await call(RelativeRedirects(RedirectResponse(location, 307)), "/x", headers=HOST)
    assert answer.headers["location"] == said


@pytest.mark.parametrize("host", ["a b/@\xff", "evil.example/x?y#", "", "[::1]:8321"])
async def test_whatever_host_a_caller_writes_the_routers_redirect_says_none(
    call: Call, host: str
) -> None:
    app = FastAPI()
    app.add_api_route("/thing", lambda: None)
    sent = [("host", host)] if host else []
    answer = await call(
        RelativeRedirects(app), "/thing/", headers=sent, server=("192.0.2.7", 80), root_path=""
    )
    assert (answer.status, answer.headers["location"]) == (307, "/thing")
