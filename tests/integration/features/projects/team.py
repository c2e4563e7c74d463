"""A project, and a client for each role that somebody may have in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
from fastapi import FastAPI
from tests.integration.features.conftest import World, client

from sluice.server.auth.tables import User

PROJECTS = "/api/v1/projects"
Json = dict[str, Any]
ROLES = ("viewer", "editor", "owner")
EVERYBODY = ("stranger", "viewer", "key", "editor", "owner", "administrator")
"""In the order of what they may do, but for the key, which may what an editor may."""


async def project(admin: httpx.AsyncClient, name: str = "Support", **fields: object) -> Json:
    """A new project."""
    made = await admin.post(PROJECTS, json={"name": name, **fields})
    assert made.status_code == 201, made.text
    data: Json = made.json()["data"]
    return data


async def key_of(admin: httpx.AsyncClient, project_id: str) -> Json:
    """A new key of a project, with the `token` itself."""
    made = await admin.post(f"{PROJECTS}/{project_id}/keys", json={"name": "an application"})
    assert made.status_code == 201, made.text
    data: Json = made.json()["data"]
    return data


async def person(app: FastAPI, name: str) -> int:
    """A new user who is no administrator; the id."""
    async with app.state.services.database.write() as session:
        user = User(email=f"{name}@example.org", name=name, role="member")
        session.add(user)
        await session.flush()
        return user.id


async def token_of(admin: httpx.AsyncClient, user_id: int) -> str:
    """A new API token of a user."""
    made = await admin.post("/api/admin/v1/api-tokens", json={"name": "t", "userId": user_id})
    assert made.status_code == 201, made.text
    return str(made.json()["data"]["token"])


async def member(world: World, project_id: str, name: str, role: str) -> str:
    """The API token of a new user with this role in a project."""
    user_id = await person(world.app, name)
    path = f"{PROJECTS}/{project_id}/members/{user_id}"
    given = await world.admin.put(path, json={"role": role})
    assert given.status_code == 200, given.text
    return await token_of(world.admin, user_id)


@asynccontextmanager
async def team(world: World, project_id: str) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    """A client for everybody: one with each role, the project's key, and a stranger."""
    tokens = {role: await member(world, project_id, role, role) for role in ROLES}
    tokens["key"] = (await key_of(world.admin, project_id))["token"]
    async with AsyncExitStack() as stack:
        clients = {
            name: await stack.enter_async_context(client(world.app, token))
            for name, token in tokens.items()
        }
        yield {**clients, "stranger": world.member, "administrator": world.admin}
