"""Run a real OpenID Connect provider (npm's `oidc-provider`) on loopback, and sign in at it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest

HERE = Path(__file__).parent / "oidc_provider"


def installed(folder: Path) -> Path:
    """Install the provider into `folder`; skip the test where npm is absent or cannot fetch it."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip("npm is not installed")
    for name in ("package.json", "provider.mjs"):
        shutil.copy(HERE / name, folder)
    command = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240)
    if done.returncode:
        pytest.skip(f"npm could not install oidc-provider: {done.stderr[-300:]}")
    return folder


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Yield the issuer of a provider that runs until the block ends."""
    process = subprocess.Popen(
        ["node", "provider.mjs"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if line.startswith(b"{"):
                yield json.loads(line)["issuer"]
                return
        raise AssertionError("the provider ended before it listened")
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


class _Form(HTMLParser):
    """The first form of a page: where it goes and what it sends."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and self.action is None:
            self.action = given.get("action", "")
        if tag in {"input", "button"} and "name" in given:
            self.fields.setdefault(given["name"], given.get("value", ""))


async def sign_in(address: str, user_code: str, login: str, *, approve: bool = True) -> str:
    """Do what a person does in the browser; return the last page's text."""
    typed = {"user_code": user_code, "login": login, "password": "synthetic"}
    async with httpx.AsyncClient(follow_redirects=True) as browser:
        page = await browser.get(address)
        for _ in range(8):
            form = _Form(page.text)
            if form.action is None:
                return page.text
            fields = form.fields | {k: v for k, v in typed.items() if k in form.fields}
            if "abort" in fields and approve:
                del fields["abort"]
            page = await browser.post(urljoin(str(page.url), form.action), data=fields)
    return page.text


def code_in(message: str) -> tuple[str, str]:
    """Return the address and the code of the message that the provider class logs."""
    found = re.search(r"open (\S+) in a web browser and enter the code (\S+)\.", message)
    assert found is not None
    return found[1], found[2]
