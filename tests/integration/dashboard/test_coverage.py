"""The page of coverage says what was scanned, passed and refused, and quotes nobody."""

from __future__ import annotations

import pytest
from tests.integration.dashboard.conftest import XSS, Site

pytestmark = pytest.mark.anyio

PLANTED = "planted.person@coverage.example"


async def test_refused_requests_stand_beside_what_was_scanned(site: Site) -> None:
    assert (await site.get("/privacy/coverage")).shows("everything that was sent was understood")
    odd = [{"role": "user", "content": [{"type": PLANTED, XSS: PLANTED}]}]
    sent = await site.api.post("/v1/chat/completions", json={"model": "Echo", "messages": odd})
    assert sent.status_code == 422
    well = [{"role": "user", "content": f"I am {PLANTED}"}]
    sent = await site.api.post("/v1/chat/completions", json={"model": "Echo", "messages": well})
    assert sent.status_code == 200
    shown = await site.get("/privacy/coverage")
    assert shown.shows("messages[].content", "messages[].content[].type", "is not understood")
    assert shown.shows("1 since")
    assert shown.is_inert()
    assert PLANTED not in shown.html


async def test_only_auditors_see_it(site: Site) -> None:
    member = await site.as_role("member")
    assert (await member.get("/privacy/coverage")).status == 403
