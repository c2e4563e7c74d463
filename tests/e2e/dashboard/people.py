"""People with roles, for tests in a browser."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import anyio
from tests.live import LiveServer

from sluice.server.auth.tables import User
from sluice.server.kit.database import Database


def token_of(server: LiveServer, role: str, name: str = "") -> str:
    """An API token of somebody new with this role; the administrator's own is there already."""
    if role == "administrator" and not name:
        return server.token
    named = name or role
    # In a thread of its own: Playwright's event loop runs in this one.
    with ThreadPoolExecutor(1) as thread:
        added = thread.submit(anyio.run, _add, f"sqlite:///{server.data}/sluice.db", role, named)
    user_id = added.result()
    with server.client() as client:
        made = client.post("/api/admin/v1/api-tokens", json={"name": "tests", "userId": user_id})
        assert made.status_code == 201, made.text
        return str(made.json()["data"]["token"])


async def _add(url: str, role: str, name: str) -> int:
    database = Database(url)
    async with database.write() as session:
        user = User(email=f"{name.lower()}@example.org", name=name, role=role)
        session.add(user)
        await session.flush()
        user_id = user.id
    await database.close()
    return user_id
