"""The way of a prompt engineer, in a real browser: edit, compare, test run, deploy, roll back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browsers import Looking, looking
from tests.e2e.dashboard.conftest import Filled
from tests.e2e.dashboard.people import token_of

PROJECT = "/projects/demo"
ADDED = "Thank the customer first."


@pytest.fixture(scope="module")
def engineer(browser: Browser, demo: Filled) -> Iterator[Looking]:
    """A prompt editor before a browser."""
    with looking(browser, demo.server.url) as person:
        person.sign_in(token_of(demo.server, "prompt_editor", "Engineer"))
        yield person


def test_a_template_is_edited_and_saved_as_a_version(engineer: Looking) -> None:
    page = _template(engineer)
    page.get_by_role("link", name="New version").click()
    first = page.locator("#messages textarea").first
    first.fill(f"{first.input_value()} {ADDED}")
    page.locator("button.btn-primary[value=save]").click()
    expect(page.get_by_role("heading", name="Version 4")).to_be_visible()
    expect(page.locator("main")).to_contain_text(ADDED)
    assert engineer.problems() == []


def test_two_versions_stand_side_by_side_with_what_differs(engineer: Looking) -> None:
    page = _template(engineer)
    page.get_by_role("link", name="What changed").first.click()
    expect(page.locator("main .diff-added").first).to_contain_text("Thank")
    assert engineer.problems() == []


def test_a_test_run_is_started_watched_and_compared(engineer: Looking) -> None:
    page = engineer.open(f"{PROJECT}/runs")
    page.get_by_role("link", name="Start a test run").click()
    assert engineer.problems() == []
    page.get_by_role("button", name="Start the run").click()
    expect(page.locator("main")).to_contain_text("6of 6 cases", timeout=30_000)
    page = engineer.open(f"{PROJECT}/runs")
    boxes = page.locator("main input[type=checkbox]")
    boxes.nth(0).check()
    boxes.nth(1).check()
    page.get_by_role("button", name="Compare what is checked").click()
    expect(page.locator("main")).to_contain_text("Better · same · worse")
    assert engineer.problems() == []


def test_a_version_is_deployed_and_rolled_back(engineer: Looking) -> None:
    page = _template(engineer)
    page.locator("#environment").fill("prod")
    page.get_by_role("button", name="Deploy", exact=True).click()
    expect(page.locator("#alerts")).to_contain_text("prod is version 4 now")
    page.get_by_role("button", name="Roll back").first.click()
    page.get_by_role("dialog").get_by_label("Why").fill("Worse answers")
    page.get_by_role("dialog").get_by_role("button", name="Roll back").click()
    page.get_by_role("link", name="Deployments", exact=True).click()
    expect(page.locator("main")).to_contain_text("Worse answers")


def _template(engineer: Looking) -> Page:
    page = engineer.open(f"{PROJECT}/prompts")
    page.get_by_role("link", name="reply").first.click()
    return page
