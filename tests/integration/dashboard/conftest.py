"""The dashboard of one application for each module of tests, as browsers ask for it.

Pages have no queries of their own: the services behind them are tested on both databases, the
pages on SQLite.
"""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from tests.integration.features.conftest import ADMIN_TOKEN, ScriptedProvider, client, started

from sluice.server.auth.tables import User

BASE = "http://sluice.test"
XSS = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}"
"""To be put wherever a caller decides what a page shows."""
_LIVE = re.compile(r"<script>alert|<img src=x|onerror=alert\(1\)>(?!&)")


@dataclass
class Page:
    """An answer, as a browser sees it."""

    answer: httpx.Response

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.answer.status_code

    @property
    def html(self) -> str:
        """The markup."""
        return self.answer.text

    @property
    def text(self) -> str:
        """What there is to read: without markup, spaces joined."""
        without = re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", self.html, flags=re.DOTALL)
        return " ".join(html.unescape(without).split())

    @property
    def location(self) -> str:
        """Where a redirect leads."""
        return self.answer.headers["location"]

    def shows(self, *texts: str) -> bool:
        """Whether all these texts can be read, or stand in fields."""
        whole = self.text + " " + html.unescape(self.html)
        return all(text in whole for text in texts)

    def is_inert(self) -> bool:
        """Whether nothing of `XSS` came through as markup or was evaluated."""
        return _LIVE.search(self.html) is None and "alert(1)>49" not in html.unescape(self.html)


@dataclass
class Site:
    """The dashboard with one person signed in."""

    app: FastAPI
    browser: httpx.AsyncClient
    api: httpx.AsyncClient
    """The administrator's calls of the API, to make what pages show."""
    provider: ScriptedProvider = field(default_factory=ScriptedProvider)

    async def get(self, path: str, **headers: str) -> Page:
        """A page; `path` begins behind `/dashboard`."""
        return Page(await self.browser.get(f"/dashboard{path}", headers=headers))

    async def part(self, path: str) -> Page:
        """What htmx gets."""
        return await self.get(path, **{"HX-Request": "true"})

    async def post(
        self,
        path: str,
        fields: Mapping[str, Any] | None = None,
        *,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        csrf: str | None = None,
    ) -> Page:
        """Send a form of ours."""
        token = await self.csrf() if csrf is None else csrf
        data = {"csrf": token, **(fields or {})}
        headers = {"Origin": BASE}
        sent = await self.browser.post(f"/dashboard{path}", data=data, files=files, headers=headers)
        return Page(sent)

    async def csrf(self) -> str:
        """The token on this person's pages."""
        shown = await self.browser.get("/dashboard/nowhere")
        found = re.search(r'<meta name="csrf" content="([0-9a-f]+)">', shown.text)
        assert found is not None, shown.text
        return found[1]

    async def as_role(self, role: str) -> Site:
        """The same dashboard for somebody new with this role."""
        token = await self.token_of(role)
        return Site(self.app, await signed_in(self.app, token), self.api, self.provider)

    async def token_of(self, role: str) -> str:
        """An API token of somebody new with this role."""
        name = uuid4().hex[:8]
        async with self.app.state.services.database.write() as session:
            user = User(email=f"{name}@example.org", name=f"Person {name}", role=role)
            session.add(user)
            await session.flush()
            user_id = user.id
        body = {"name": "tests", "userId": user_id}
        made = await self.api.post("/api/admin/v1/api-tokens", json=body)
        assert made.status_code == 201, made.text
        return str(made.json()["data"]["token"])


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """The event loop that the server runs on."""
    return "asyncio"


@pytest.fixture(scope="module")
async def site(
    anyio_backend: str, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    """The dashboard, with the administrator signed in."""
    folder, provider = tmp_path_factory.mktemp("site"), ScriptedProvider()
    shutil.copy(sqlite_template, folder / "sluice.db")
    async with (
        started(f"sqlite:///{folder}/sluice.db", folder, provider) as app,
        client(app, ADMIN_TOKEN) as api,
    ):
        yield Site(app, await signed_in(app, ADMIN_TOKEN), api, provider)


async def signed_in(app: FastAPI, token: str) -> httpx.AsyncClient:
    """A browser in which the token's owner signed in with the form."""
    browser = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE)
    sent = await browser.post("/dashboard/sign-in", data={"token": token}, headers={"Origin": BASE})
    assert sent.status_code == 303, sent.text
    return browser
