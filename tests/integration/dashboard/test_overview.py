"""The overview tells what happened, to those who may see usage."""

from __future__ import annotations

import json
import re

import pytest
from tests.integration.dashboard.conftest import XSS, Site

pytestmark = pytest.mark.anyio


async def _called(site: Site, text: str) -> None:
    body = {"model": "Echo", "messages": [{"role": "user", "content": text}]}
    answer = await site.api.post("/v1/chat/completions", json=body)
    assert answer.status_code == 200, answer.text


async def test_nothing_that_happened_is_an_invitation(site: Site) -> None:
    shown = await site.get("/overview?period=24h")
    assert shown.status == 200
    assert shown.shows("Nothing happened in this time", "/v1/chat/completions")


async def test_a_call_shows_at_once_without_its_text(site: Site) -> None:
    await _called(site, "I am planted.person@example.org, on the way to Springfield")
    for period in ("24h", "7d", "30d"):
        shown = await site.get(f"/overview?period={period}")
        assert shown.shows("EMAIL_ADDRESS", "1 gateway", "Echo", "Every call that was sent")
        assert "planted.person" not in shown.html
        charts = re.findall(r'<script type="application/json">(.*?)</script>', shown.html)
        calls = json.loads(charts[0])
        assert sum(sum(line["values"]) for line in calls["lines"]) == 1
        assert len(calls["times"]) == len(calls["lines"][0]["values"])


async def test_the_numbers_of_charts_can_be_read_without_scripts(site: Site) -> None:
    await _called(site, "hello")
    shown = await site.get("/overview?period=24h")
    assert shown.html.count("The same as a table") == 2
    assert "<table" in shown.html


async def test_the_overview_can_be_of_a_part(site: Site) -> None:
    await _called(site, "hello")
    chats = await site.get("/overview?source=chats")
    assert chats.shows("Nothing happened in this time")
    instance = await site.get("/overview?instance=1&period=30d")
    assert '<option value="1" selected>Echo</option>' in instance.html
    assert "instance=1" in instance.html
    project = await site.get("/overview?project=default")
    assert project.shows("Nothing happened in this time")


async def test_names_and_addresses_are_inert(site: Site) -> None:
    name = XSS[:100]
    made = await site.api.post(
        "/api/admin/v1/model-instances",
        json={"name": name, "policyGroupId": 1, "connection": {
            "providerKey": "echo", "model": XSS[:100]}},
    )  # fmt: skip
    assert made.status_code == 201, made.text
    instance = made.json()["data"]["id"]
    await site.api.post(
        "/api/v1/prompts/submit", json={"modelInstanceId": instance, "text": "x", "source": "sdk"}
    )
    shown = await site.get("/overview")
    assert shown.shows(name)
    assert shown.is_inert()
    assert (await site.get("/overview?period=%3Cscript%3E")).status == 400
    assert (await site.get(f"/overview?project={XSS[:20]}")).is_inert()


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("policy_editor", 200), ("prompt_editor", 200), ("auditor", 200), ("member", 403),
    ],
)  # fmt: skip
async def test_only_who_may_see_usage_sees_it(site: Site, role: str, status: int) -> None:
    assert (await (await site.as_role(role)).get("/overview")).status == status
