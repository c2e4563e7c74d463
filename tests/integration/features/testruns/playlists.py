"""What the tests of playlists share: short words for their calls, and what the vault holds."""

from __future__ import annotations

from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import text

Json = dict[str, Any]
PROJECT = "/api/v1/projects/default"
PLAYLISTS = f"{PROJECT}/playlists"
V2 = "/v2/projects/default"


async def playlist(client: httpx.AsyncClient, name: str = "Refunds", base: str = PLAYLISTS) -> str:
    """A new playlist; its id."""
    made = await client.post(base, json={"name": name})
    assert made.status_code == 201, made.text
    return str(made.json()["data"]["id"])


async def add(
    client: httpx.AsyncClient, playlist_id: str, *cases: Json, base: str = PLAYLISTS, **more: object
) -> list[Json]:
    """Add cases; what was saved of each."""
    body = {"testCases": list(cases), **more}
    saved = await client.post(f"{base}/{playlist_id}/test-cases", json=body)
    assert saved.status_code == 201, saved.text
    found: list[Json] = saved.json()["data"]["testCases"]
    return found


async def cases(client: httpx.AsyncClient, playlist_id: str, base: str = PLAYLISTS) -> list[Json]:
    """Every case of a playlist."""
    listed = await client.get(f"{base}/{playlist_id}/test-cases", params={"limit": 500})
    assert listed.status_code == 200, listed.text
    found: list[Json] = listed.json()["data"]
    return found


async def export(client: httpx.AsyncClient, playlist_id: str, file_format: str) -> str:
    """The file of a playlist."""
    answer = await client.get(f"{PLAYLISTS}/{playlist_id}/export", params={"format": file_format})
    assert answer.status_code == 200, answer.text
    return answer.text


async def import_(
    client: httpx.AsyncClient, playlist_id: str, data: str, file_format: str = "csv", **more: object
) -> httpx.Response:
    """The answer to an import."""
    asked = {"format": file_format, **{k: str(v).lower() for k, v in more.items()}}
    path = f"{PLAYLISTS}/{playlist_id}/import"
    return await client.post(path, params=asked, content=data.encode())


async def stored(app: FastAPI, query: str) -> list[Any]:
    """The first column of what a query finds in the database."""
    async with app.state.services.database.read() as session:
        return [row[0] for row in await session.execute(text(query))]


async def originals(app: FastAPI) -> set[str]:
    """The placeholders that stand for something."""
    return set(await stored(app, "SELECT placeholder FROM originals"))
