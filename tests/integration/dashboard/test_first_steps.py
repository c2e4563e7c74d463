"""The first steps: connecting, trying, calling, and putting them away."""

from __future__ import annotations

import pytest
from tests.integration.dashboard.conftest import XSS, Site

pytestmark = pytest.mark.anyio

PLANTED = "jane.planted@example.com"
STEPS = "/api/admin/v1/first-steps"


async def progress(site: Site) -> dict[str, bool]:
    """The administrator's, by API."""
    found: dict[str, bool] = (await site.api.get(STEPS)).json()["data"]
    return found


async def test_who_sets_the_server_up_is_led_to_the_first_steps(site: Site) -> None:
    assert (await site.get("/")).location == "/dashboard/first-steps"
    shown = await site.get("/first-steps")
    assert shown.status == 200
    assert shown.shows("Connect a model", "Try a prompt", "Call it from your application")
    assert shown.shows("OpenAI SDK", "Anthropic SDK", "curl", "liminal", "freeplay")
    assert shown.shows("http://sluice.test/v1", "EMAIL_ADDRESS_0", "CREDIT_CARD_0")
    assert await progress(site) == {
        "connected": False, "tried": False, "called": False, "closed": False,
    }  # fmt: skip


@pytest.mark.parametrize("role", ["member", "auditor", "policy_editor", "prompt_editor"])
async def test_nobody_else_is(site: Site, role: str) -> None:
    other = await site.as_role(role)
    assert (await other.get("/")).location != "/dashboard/first-steps"
    assert (await other.get("/first-steps")).status == 403
    for path in ("connect", "token", "close"):
        assert (await other.post(f"/first-steps/{path}", {"vendor": "x"})).status == 403
    refused = await other.browser.get(STEPS)
    assert (refused.status_code, refused.json()["code"]) == (403, "missing_permission")


async def test_while_somebody_types_the_placeholders_are_shown_and_nothing_is_kept(
    site: Site,
) -> None:
    shown = await site.post("/first-steps/preview", {"text": f"Mail {PLANTED}", "instance": "1"})
    assert shown.status == 200
    assert shown.shows("Mail EMAIL_ADDRESS_0")
    assert PLANTED not in shown.html
    assert not (await progress(site))["tried"]


@pytest.mark.parametrize(
    ("text", "instance", "told"),
    [
        ("", "1", "Type something"),
        ("  \n ", "1", "Type something"),
        ("Nothing here", "1", "Nothing sensitive was found"),
        ("x", "4711", "no such model instance"),
        ("x", "", "no such model instance"),
        ("x", "٣", "no such model instance"),
        ("x", "9" * 30, "no such model instance"),
    ],
)
async def test_what_cannot_be_previewed_is_told(
    site: Site, text: str, instance: str, told: str
) -> None:
    fields = {"text": text, "instance": instance}
    shown = await site.post("/first-steps/preview", fields)
    assert (shown.status, told.lower() in shown.text.lower()) == (200, True)
    sent = await site.post("/first-steps/try", fields)
    assert sent.status == 200


async def test_a_text_to_try_is_inert_on_the_page(site: Site) -> None:
    for path in ("preview", "try"):
        shown = await site.post(f"/first-steps/{path}", {"text": XSS, "instance": "1"})
        assert shown.status == 200
        assert shown.is_inert()


async def test_sending_shows_all_four_sides_and_counts_as_tried(site: Site) -> None:
    shown = await site.post("/first-steps/try", {"text": f"Mail {PLANTED}", "instance": "1"})
    assert shown.shows("You wrote", "The model saw", "It answered", "originals restored")
    assert shown.shows(f"Mail {PLANTED}", "The model saw: Mail EMAIL_ADDRESS_0")
    assert shown.shows("Three steps")  # without scripts it is a whole page
    assert (await progress(site))["tried"]


async def test_a_blocked_text_is_not_sent(site: Site) -> None:
    policy = {"rules": {"EMAIL_ADDRESS": {"action": "block", "threshold": 0.5}}}
    body = {"name": "Blocks addresses", "policy": policy}
    group = await site.api.post("/api/admin/v1/policy-groups", json=body)
    order = {
        "name": "Strict",
        "policyGroupId": group.json()["data"]["id"],
        "connection": {"providerKey": "echo", "model": "echo", "credentials": {}},
    }
    made = (await site.api.post("/api/admin/v1/model-instances", json=order)).json()["data"]["id"]
    fields = {"text": f"Mail {PLANTED}", "instance": str(made)}
    shown = await site.post("/first-steps/preview", fields)
    assert shown.shows("nothing would be sent", "EMAIL_ADDRESS")
    sent = await site.post("/first-steps/try", fields)
    assert not sent.shows("originals restored")


async def test_a_vendors_key_is_enough_to_connect_a_model_and_is_never_shown(site: Site) -> None:
    key = "synthetic-" + "vendor-key"
    sent = await site.post("/first-steps/connect", {"vendor": "MISTRAL_API_KEY", "api_key": key})
    assert (sent.status, sent.location) == (303, "/dashboard/first-steps#try")
    shown = await site.get("/first-steps")
    assert shown.shows("The model is connected.", "Mistral", "(done)")
    assert key not in shown.html
    assert (await progress(site))["connected"]
    again = await site.post("/first-steps/connect", {"vendor": "MISTRAL_API_KEY", "api_key": key})
    assert again.status == 409
    assert key not in again.html


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"vendor": "PATH", "api_key": "x"}, "choose one of the list"),
        ({"vendor": "OPENAI_API_KEY", "api_key": "  "}, "at least 1 character"),
        ({}, "at least 1 character"),
    ],
)
async def test_what_is_wrong_with_a_key_stands_at_its_field(
    site: Site, fields: dict[str, str], told: str
) -> None:
    shown = await site.post("/first-steps/connect", fields)
    assert (shown.status, shown.shows(told)) == (422, True)


async def test_a_token_is_shown_once_and_works_for_ninety_days(site: Site) -> None:
    made = await site.post("/first-steps/token")
    line = next(part for part in made.text.split() if part.startswith("SLUICE_TOKEN=slu_"))
    token = line.removeprefix("SLUICE_TOKEN=")
    assert made.answer.headers["cache-control"] == "no-store"
    headers = {"Authorization": f"Bearer {token}"}
    assert (await site.api.get("/api/v1/users/me", headers=headers)).status_code == 200
    assert token not in (await site.get("/first-steps")).html
    listed = (await site.api.get("/api/admin/v1/api-tokens")).json()["data"]
    assert listed[-1]["name"] == "first steps"
    assert listed[-1]["expiresAt"] is not None


async def test_a_name_of_an_instance_is_inert_in_page_and_snippets(site: Site) -> None:
    order = {
        "name": XSS[:120],
        "policyGroupId": 1,
        "connection": {"providerKey": "scripted", "model": "scripted", "credentials": {}},
    }
    made = await site.api.post("/api/admin/v1/model-instances", json=order)
    assert made.status_code == 201, made.text
    shown = await site.get("/first-steps")
    assert shown.is_inert()
    assert shown.shows("onerror")


@pytest.mark.parametrize("step", ["try", "token", "connect", "close"])
async def test_who_loads_a_forms_address_gets_the_page(site: Site, step: str) -> None:
    assert (await site.get(f"/first-steps/{step}")).location == "/dashboard/first-steps"


async def test_put_away_they_are_not_shown_again_but_stay(site: Site) -> None:
    other = await site.as_role("administrator")
    sent = await other.post("/first-steps/close")
    assert (sent.status, sent.location) == (303, "/dashboard/")
    assert (await other.get("/")).location != "/dashboard/first-steps"
    assert (await other.get("/first-steps")).status == 200
    assert (await site.get("/")).location == "/dashboard/first-steps"
    assert (await site.api.post(f"{STEPS}/close")).status_code == 204
    assert (await progress(site))["closed"]
    assert (await site.get("/")).location != "/dashboard/first-steps"
