"""The way of a security officer, in a real browser: policy, dry run, a refused prompt, a reveal."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browsers import Looking, looking
from tests.e2e.dashboard.conftest import Filled
from tests.e2e.dashboard.people import token_of

CARD = "4111 1111 1111 1111"
ORIGINALS = (
    "12 Main Street",
    "Springfield",
    "marta.diaz@example.org",
    "DE89 3704 0044 0532 0130 00",
    "+1 415 555 0132",
    "1961-06-05",
)
"""In what the demonstration's customers ask."""
REASON = "ticket 4711, asked by the customer"


@pytest.fixture(scope="module")
def officer(browser: Browser, demo: Filled) -> Iterator[Looking]:
    """A policy editor before a browser."""
    with looking(browser, demo.server.url) as person:
        person.sign_in(token_of(demo.server, "policy_editor", "Officer"))
        yield person


def test_a_dry_run_tells_what_a_stricter_policy_would_have_refused(officer: Looking) -> None:
    page = _with_cards_blocked(officer)
    page.get_by_role("button", name="Dry run first").click()
    told = page.locator("#dry-run")
    expect(told).to_contain_text("prompt(s) that were sent would be refused")
    expect(told).to_contain_text("CREDIT_CARD")
    assert "5555 5555 5555 4444" not in page.content()


def test_it_is_saved_as_a_version_with_its_author_and_its_reason(officer: Looking) -> None:
    page = _with_cards_blocked(officer)
    page.get_by_label("Why (stands in the history)").fill("Cards are refused")
    page.get_by_role("button", name="Save as version").click()
    page.get_by_role("link", name="Versions").click()
    main = page.locator("main")
    expect(main).to_contain_text("Cards are refused")
    expect(main).to_contain_text("Officer")
    assert officer.problems() == []


def test_a_prompt_is_refused_from_then_on(officer: Looking) -> None:
    page = officer.open("/playground")
    page.locator("textarea").first.fill(f"My card is {CARD}.")
    expect(page.locator("main")).to_contain_text("CREDIT_CARD × 1 blocks it")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("main")).to_contain_text("blocked by the policy")
    assert CARD not in officer.kept()
    assert CARD not in page.url


def test_originals_are_revealed_with_a_reason_and_gone_when_the_page_is_left(
    officer: Looking, demo: Filled
) -> None:
    page = officer.open("/calls")
    page.locator("main table a").first.click()
    assert _originals(page) == set()
    page.get_by_role("button", name="Reveal originals").click()
    page.get_by_role("dialog").get_by_label("Reason").fill(REASON)
    page.get_by_role("dialog").get_by_role("button", name="Reveal").click()
    expect(page.locator("main")).to_contain_text("Originals are shown until you leave this page")
    shown = _originals(page)
    assert shown
    assert not any(value in officer.kept() or value in page.url for value in shown)
    address = page.url.removesuffix("/reveal")
    page.goto(f"{demo.server.url}/dashboard/calls")
    page.goto(address)
    assert _originals(page) == set()


def test_the_reveal_is_an_audit_event_of_a_sound_chain(officer: Looking) -> None:
    page = officer.open("/audit?event=originals.revealed")
    rows = page.locator("main table")
    expect(rows).to_contain_text("Officer")
    page.get_by_role("button", name="Verify the chain").click()
    expect(page.locator("#verified")).to_contain_text("sound")
    assert officer.problems() == []


def _with_cards_blocked(officer: Looking) -> Page:
    page = officer.open("/policies/1")
    page.get_by_label("Action for CREDIT_CARD").select_option("block")
    return page


def _originals(page: Page) -> set[str]:
    """Values of the demonstration that stand on the page."""
    content = page.content()
    return {value for value in ORIGINALS if value in content}
