"""Every screen in a real browser: accessible, nothing too wide, no error, nothing kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from tests.browsers import Looking, Theme, looking
from tests.e2e.dashboard.conftest import Filled

PEOPLE = ("jane.roe@example.com", "5555 5555 5555 4444", "marta.diaz@example.org", "12 Main Street")
"""What stands in the demonstration's originals."""
PROJECT = "/projects/demo"
SCREENS = (
    "/overview",
    "/first-steps",
    "/playground",
    "/policies",
    "/policies/1/terms",
    "/instances",
    "/instances/1",
    "/instances/1/limits",
    "/calls",
    "/threads",
    "/people",
    "/audit",
    "/privacy",
    "/privacy/coverage",
    "/account",
    "/new-project",
    f"{PROJECT}/prompts",
    f"{PROJECT}/sessions",
    f"{PROJECT}/playlists",
    f"{PROJECT}/runs",
    f"{PROJECT}/settings",
    f"{PROJECT}/settings?tab=members",
    f"{PROJECT}/settings?tab=keys",
    "/nowhere",
)


@pytest.fixture(
    scope="module",
    params=[("desktop", "light"), ("phone", "dark")],
    ids=lambda kind: "-".join(kind),
)
def somebody(request: pytest.FixtureRequest, browser: Browser, demo: Filled) -> Iterator[Looking]:
    """The administrator, before a wide and a narrow screen."""
    size, theme = request.param
    with looking(browser, demo.server.url, size=size, theme=theme) as person:
        person.sign_in(demo.server.token)
        yield person


@pytest.mark.parametrize("path", SCREENS)
def test_a_screen_is_accessible_fits_and_fails_nowhere(somebody: Looking, path: str) -> None:
    somebody.open(path)
    assert somebody.problems() == []


@pytest.mark.parametrize("path", SCREENS)
def test_a_screen_shows_and_keeps_no_original(somebody: Looking, path: str) -> None:
    page = somebody.open(path)
    everything = page.content() + somebody.kept()
    assert [value for value in PEOPLE if value in everything] == []


def test_the_menu_leads_to_every_screen_of_the_role(somebody: Looking) -> None:
    page = somebody.open("/overview")
    found = page.eval_on_selector_all(".nav a", "links => links.map(link => link.href)")
    assert len(found) >= 12
    for address in found:
        assert page.request.get(address).status == 200, address


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_chosen_theme_stays(browser: Browser, demo: Filled, theme: Theme) -> None:
    other = "dark" if theme == "light" else "light"
    with looking(browser, demo.server.url, theme=theme) as person:
        person.sign_in(demo.server.token)
        page = person.open(f"{PROJECT}/settings")
        page.get_by_role("button", name="Light or dark").click()
        page.reload()
        assert page.locator("html").get_attribute("data-theme") == other


def test_keys_lead_to_screens_and_to_the_help(browser: Browser, demo: Filled) -> None:
    with looking(browser, demo.server.url) as person:
        person.sign_in(demo.server.token)
        page = person.open(f"{PROJECT}/settings")
        page.keyboard.press("?")
        assert page.get_by_role("dialog", name="Keyboard shortcuts").is_visible()
        assert person.problems() == []
        page.keyboard.press("Escape")
        page.keyboard.press("g")
        page.keyboard.press("t")
        page.wait_for_url("**/prompts")


def test_pages_are_read_and_left_without_scripts(browser: Browser, demo: Filled) -> None:
    with looking(browser, demo.server.url, scripts=False) as person:
        person.sign_in(demo.server.token)
        for path in SCREENS:
            answer = person.page.goto(f"{demo.server.url}/dashboard{path}")
            assert answer is not None
            assert answer.status == (404 if path == "/nowhere" else 200), path
            assert person.page.locator("h1").count() == 1, path
        person.page.locator("details.menu summary").click()
        person.page.get_by_role("button", name="Sign out").click()
        assert "/sign-in" in person.page.url
