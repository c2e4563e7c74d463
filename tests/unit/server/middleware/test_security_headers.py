"""Answers tell browsers not to guess, frame, leak or cache."""

from __future__ import annotations

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp
from tests.unit.server.middleware.calling import Call

from sluice.server.middleware.security_headers import API_CONTENT_SECURITY_POLICY, SecurityHeaders

pytestmark = pytest.mark.anyio


async def test_an_api_answer_has_every_header_and_no_hsts_on_http(
    call: Call, hello: ASGIApp
) -> None:
    headers = (await call(SecurityHeaders(hello), "/api/v1/threads")).headers
    assert headers == {
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "x-frame-options": "DENY",
        "cross-origin-resource-policy": "same-origin",
        "content-security-policy": API_CONTENT_SECURITY_POLICY,
        "cache-control": "no-store",
    }
    assert "frame-ancestors 'none'" in API_CONTENT_SECURITY_POLICY


async def test_hsts_is_sent_on_https(call: Call, hello: ASGIApp) -> None:
    headers = (await call(SecurityHeaders(hello), scheme="https")).headers
    assert headers["strict-transport-security"] == "max-age=31536000"


async def test_what_the_application_set_itself_stays(call: Call) -> None:
    page = PlainTextResponse("x", headers={"Cache-Control": "max-age=60", "X-Frame-Options": "A"})
    answer = await call(SecurityHeaders(page))
    names = [name for name, _ in answer.messages[0]["headers"]]
    assert answer.headers["cache-control"] == "max-age=60"
    assert answer.headers["x-frame-options"] == "A"
    assert len(names) == len({name.lower() for name in names})


@pytest.mark.parametrize(
    ("path", "policy"),
    [
        ("/docs", "default-src 'self'"),
        ("/docs/strict/x", "default-src 'none'; img-src 'self'"),
        ("/api", API_CONTENT_SECURITY_POLICY),
    ],
)
async def test_the_longest_prefix_decides_about_a_pages_policy(
    path: str, policy: str, call: Call, hello: ASGIApp
) -> None:
    app = SecurityHeaders(
        hello,
        page_policies={
            "/docs": "default-src 'self'",
            "/docs/strict": "default-src 'none'; img-src 'self'",
        },
    )
    assert (await call(app, path)).headers["content-security-policy"] == policy


async def test_static_files_may_be_cached(call: Call, hello: ASGIApp) -> None:
    app = SecurityHeaders(hello, cacheable=("/static/",))
    assert "cache-control" not in (await call(app, "/static/app.css")).headers
    assert (await call(app, "/api")).headers["cache-control"] == "no-store"
