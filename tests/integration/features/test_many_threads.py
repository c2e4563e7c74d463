"""Lists of many threads, and threads that are deleted while they are read."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from tests.integration.features.conftest import (
    ADMIN_TOKEN,
    ScriptedProvider,
    World,
    client,
    started,
)

from sluice.server.kit.sealing import DataKey, new_master_key
from sluice.server.vault.service import Vault

pytestmark = pytest.mark.anyio


async def _named(world: World, name: str) -> int:
    body = {"name": name, "modelInstanceId": 1}
    made = await world.admin.post("/api/v1/threads", json=body)
    return int(made.json()["data"]["id"])


async def test_keys_of_more_threads_than_a_statement_has_parameters(world: World) -> None:
    thread = await _named(world, "One")
    scopes = [f"thread:{number}" for number in range(40_000)]
    services = world.app.state.services
    async with services.database.read() as session:
        keys = await services.vault.keys(session, scopes)
    assert list(keys) == [f"thread:{thread}"]


async def test_a_thread_that_is_deleted_while_it_is_listed_is_left_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, gone = await _named(world, "Kept"), await _named(world, "Gone")
    unnamed = (await world.prompt("cleanse", "x"))["threadId"]
    read = Vault.keys

    async def keys(self: Vault, session: AsyncSession, scopes: Sequence[str]) -> dict[str, DataKey]:
        await world.admin.delete(f"/api/v1/threads/{gone}")
        return await read(self, session, scopes)

    monkeypatch.setattr(Vault, "keys", keys)
    listed = await world.admin.get("/api/v1/threads?source=sdk")
    assert listed.status_code == 200
    names = [(t["id"], t["name"]) for t in listed.json()["data"]]
    assert names == [(unnamed, "New thread"), (kept, "Kept")]


async def test_keys_are_rotated_while_threads_are_deleted(
    database_url: str, tmp_path: Path
) -> None:
    old, new = new_master_key(), new_master_key()
    text = {"modelInstanceId": 1, "source": "sdk", "text": "jane@example.com"}
    async with (
        started(database_url, tmp_path, ScriptedProvider(), old) as app,
        client(app, ADMIN_TOKEN) as admin,
    ):
        made = [await admin.post("/api/v1/prompts/cleanse", json=text) for _ in range(60)]
        threads = [m.json()["data"]["threadId"] for m in made]
    async with (
        started(database_url, tmp_path, ScriptedProvider(), f"{new} {old}") as app,
        client(app, ADMIN_TOKEN) as admin,
    ):
        deletions = [admin.delete(f"/api/v1/threads/{number}") for number in threads[:40]]
        rotation = admin.post("/api/admin/v1/keys/rotate")
        *deleted, rotated = await asyncio.gather(*deletions, rotation)
        assert {answer.status_code for answer in deleted} == {204}
        assert rotated.status_code == 200, rotated.text
        use = (await admin.get("/api/admin/v1/keys")).json()["data"]
        assert use["dataKeys"] == {use["current"]: 22}
