"""A real browser: Debian's Chromium, driven by Playwright, which downloads nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
NAMED: Final = "SLUICE_TEST_CHROMIUM"
"""The environment variable with the path of another one."""
SIZES: Final = {"desktop": (1360, 850), "phone": (390, 844)}
AXE: Final = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
PATIENCE: Final = 60_000
"""Milliseconds for whatever is waited for, on a machine that others keep busy too."""
Theme = Literal["light", "dark"]


def chromium() -> str | None:
    """The path of the browser, None where there is none."""
    named = os.environ.get(NAMED)
    return named or next((path for name in NAMES if (path := shutil.which(name))), None)


@dataclass
class Looking:
    """Somebody before a browser; what went wrong in it is remembered."""

    url: str
    page: Page
    wrong: list[str] = field(default_factory=list)
    """Errors of the console, of scripts, and dialogs that nobody asked for."""

    def sign_in(self, token: str) -> None:
        """With the form."""
        self.page.goto(f"{self.url}/dashboard/sign-in")
        self.page.get_by_label("API token").fill(token)
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        self.page.wait_for_url(lambda url: "/sign-in" not in url)

    def open(self, path: str) -> Page:
        """A page of the dashboard; `path` begins behind `/dashboard`."""
        self.page.goto(f"{self.url}/dashboard{path}", wait_until="load")
        return self.page

    def problems(self) -> list[str]:
        """What is wrong with the page as it stands: width, accessibility, and what was noted."""
        from axe_playwright_python.sync_playwright import Axe

        width = self.page.viewport_size["width"] if self.page.viewport_size else 0
        found, self.wrong = list(self.wrong), []
        scrolls = int(self.page.evaluate("document.documentElement.scrollWidth"))
        if scrolls > width:
            found.append(f"it is {scrolls} pixels wide on a screen of {width}")
        broken = Axe().run(self.page, options=AXE).response["violations"]
        return found + [f"{b['id']}: {b['help']}; {b['nodes'][0]['html'][:200]}" for b in broken]

    def kept(self) -> str:
        """Everything that scripts could read in the browser's storage."""
        return str(
            self.page.evaluate(
                "JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage),"
                " document.cookie, history.state])"
            )
        )


@contextmanager
def browsing() -> Iterator[Browser]:
    """A browser, to be ended with the block."""
    from playwright.sync_api import expect, sync_playwright

    path = chromium()
    assert path is not None
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def looking(
    browser: Browser,
    url: str,
    *,
    size: str = "desktop",
    theme: Theme = "light",
    scripts: bool = True,
) -> Iterator[Looking]:
    """Somebody who is not signed in yet."""
    width, height = SIZES[size]
    context: BrowserContext = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=theme, java_script_enabled=scripts
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    somebody = Looking(url, page)
    page.on("console", lambda said: _note(somebody, said.type, said.text))
    page.on("pageerror", lambda error: somebody.wrong.append(f"script: {error}"))
    page.on("dialog", lambda asked: asked.accept())
    yield somebody
    context.close()


def _note(somebody: Looking, kind: str, text: str) -> None:
    if kind == "error" and "status of 4" not in text:
        somebody.wrong.append(f"console: {text}")
