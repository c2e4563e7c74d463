"""The whole application in this process, on each kind of database, with two people signed in."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from sluice.engine import CleansedText
from sluice.server.app import create_app
from sluice.server.kit.sealing import new_master_key
from sluice.server.providers.base import (
    NOTHING_MORE,
    Asked,
    Connection,
    Delta,
    Message,
    ProviderError,
    Usage,
)
from sluice.server.providers.registry import Providers
from sluice.server.providers.transport import Transport
from sluice.server.settings import Settings

ADMIN_TOKEN = "administrator-token-of-the-tests-1"
Json = dict[str, Any]


@dataclass
class ScriptedProvider:
    """A provider that answers what a test says, and remembers what it was asked."""

    key: str = "scripted"
    answer: list[str] = field(default_factory=lambda: ["ok"])
    failure: ProviderError | None = None
    asked: list[tuple[Message, ...]] = field(default_factory=list)

    async def stream(
        self, connection: Connection, messages: tuple[Message, ...], asked: Asked = NOTHING_MORE
    ) -> AsyncGenerator[Delta, None]:
        """Yield the script."""
        self.asked.append(messages)
        for piece in self.answer:
            yield Delta(CleansedText(piece))
        if self.failure is not None:
            raise self.failure
        yield Delta(CleansedText(""), "stop", Usage(3, 5), "scripted-1")

    def saw(self) -> str:
        """Every text that any call was given."""
        return "\n".join(m.text for messages in self.asked for m in messages)


@dataclass
class World:
    """An application, the administrator's and a member's clients, and the scripted provider."""

    app: FastAPI
    admin: httpx.AsyncClient
    member: httpx.AsyncClient
    provider: ScriptedProvider

    async def policy(self, **policy: object) -> int:
        """A new policy group's id."""
        groups = await self.admin.get("/api/admin/v1/policy-groups")
        body = {"name": f"Policy {len(groups.json()['data'])}", "policy": policy}
        made = await self.admin.post("/api/admin/v1/policy-groups", json=body)
        assert made.status_code == 201, made.text
        return int(made.json()["data"]["id"])

    async def instance(self, policy_group_id: int = 1, **fields: object) -> int:
        """A new model instance on the scripted provider; its id."""
        listed = await self.admin.get("/api/admin/v1/model-instances")
        body = {
            "name": f"Instance {len(listed.json()['data'])}",
            "policyGroupId": policy_group_id,
            "connection": {"providerKey": "scripted", "model": "scripted"},
            **fields,
        }
        made = await self.admin.post("/api/admin/v1/model-instances", json=body)
        assert made.status_code == 201, made.text
        return int(made.json()["data"]["id"])

    async def prompt(self, call: str, text: str, instance: int = 1, **fields: object) -> Json:
        """The data of a prompt call by the administrator."""
        body = {"modelInstanceId": instance, "source": "sdk", "text": text, **fields}
        answer = await self.admin.post(f"/api/v1/prompts/{call}", json=body)
        assert answer.status_code == 200, answer.text
        data: Json = answer.json()["data"]
        return data

    async def audit(self, event: str) -> list[Json]:
        """The audit events of one kind, newest first."""
        answer = await self.admin.get("/api/admin/v1/audit-events", params={"event": event})
        rows: list[Json] = answer.json()["data"]
        return rows


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """A started application on a fresh database."""
    provider = ScriptedProvider()
    async with (
        started(database_url, tmp_path, provider) as app,
        client(app, ADMIN_TOKEN) as admin,
        client(app, await member_token(app, admin)) as member,
    ):
        yield World(app, admin, member, provider)


@asynccontextmanager
async def started(
    database_url: str, folder: Path, provider: ScriptedProvider, master_key: str | None = None
) -> AsyncIterator[FastAPI]:
    """The application between its start and its end."""
    settings = Settings(
        database_url=database_url,
        data_dir=folder,
        bootstrap_token=ADMIN_TOKEN,
        master_key=master_key or new_master_key(),
    )
    transport = Transport()
    providers = Providers(transport, {"scripted": provider})
    app = create_app(settings, transport=transport, providers=providers)
    async with app.router.lifespan_context(app):
        yield app


def client(app: FastAPI, token: str) -> httpx.AsyncClient:
    """A client that signs in with a token."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://sluice.test",
        headers={"Authorization": f"Bearer {token}"},
    )


async def member_token(app: FastAPI, admin: httpx.AsyncClient) -> str:
    """The API token of a user who is no administrator."""
    from sluice.server.auth.tables import User

    async with app.state.services.database.write() as session:
        user = User(email="member@example.org", name="Member", role="member")
        session.add(user)
        await session.flush()
        user_id = user.id
    body = {"name": "tests", "userId": user_id}
    made = await admin.post("/api/admin/v1/api-tokens", json=body)
    assert made.status_code == 201, made.text
    return str(made.json()["data"]["token"])
