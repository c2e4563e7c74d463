"""Dialogs without scripts: links lead to them, and their forms are sent as they are."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser
from tests.browsers import Theme, looking
from tests.e2e.dashboard.conftest import Filled

PROJECT = "/projects/demo"


@pytest.mark.parametrize(("size", "theme"), [("desktop", "light"), ("phone", "dark")])
def test_a_playlist_is_made_and_renamed_in_dialogs(
    browser: Browser, demo: Filled, size: str, theme: Theme
) -> None:
    with looking(browser, demo.server.url, size=size, theme=theme, scripts=False) as person:
        person.sign_in(demo.server.token)
        page = person.open(f"{PROJECT}/playlists")
        dialog = page.locator("dialog#new-playlist")
        assert not dialog.is_visible()
        page.get_by_role("button", name="New playlist").click()
        assert dialog.is_visible()
        dialog.get_by_role("button", name="Close").click()
        assert not dialog.is_visible()
        page.get_by_role("button", name="New playlist").click()
        dialog.get_by_label("Name").fill(f"Made without scripts, {size}")
        dialog.get_by_role("button", name="Make the playlist").click()
        page.get_by_text("More", exact=True).click()
        page.get_by_role("button", name="Rename…").click()
        page.locator("dialog#rename").get_by_label("Name").fill(f"Renamed, {size}")
        page.locator("dialog#rename").get_by_role("button", name="Rename").click()
        assert page.get_by_role("heading", level=1).inner_text() == f"Renamed, {size}"
        page.get_by_text("More", exact=True).click()
        page.get_by_role("button", name="Add from recordings…").click()
        form = page.locator("dialog#from-recordings")
        form.get_by_label("Ids of recordings").fill("no such recording")
        form.get_by_role("button", name="Add them").click()
        assert page.get_by_text("This was not done.").is_visible()


def test_with_scripts_the_same_dialog_is_modal_and_leaves_the_address_alone(
    browser: Browser, demo: Filled
) -> None:
    with looking(browser, demo.server.url) as person:
        person.sign_in(demo.server.token)
        page = person.open(f"{PROJECT}/playlists")
        opener = page.get_by_role("button", name="New playlist")
        opener.focus()
        page.keyboard.press(" ")
        dialog = page.get_by_role("dialog", name="New playlist")
        assert dialog.is_visible()
        assert "#" not in page.url
        assert person.problems() == []
        dialog.get_by_role("button", name="Close").click()
        assert not dialog.is_visible()
        page.goto(page.url + "#new-playlist")
        assert dialog.is_visible()
        dialog.get_by_role("button", name="Close").click()
        assert not dialog.is_visible()
