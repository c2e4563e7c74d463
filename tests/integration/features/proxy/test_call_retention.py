"""Calls of the gateway go when they are older than they are to be kept, and not before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import func, select
from tests.integration.features.conftest import World, client
from tests.integration.features.projects.team import PROJECTS, key_of
from tests.integration.features.sessions.wire import completion, recorded

from sluice.server.features.proxy.calls.tables import Call, CallText
from sluice.server.kit.database import utc_now
from sluice.server.vault.tables import PlaceholderUse, SealedOriginal

pytestmark = pytest.mark.anyio
CHAT = "/v1/chat/completions"
JANE, BOB = "jane.roe@example.org", "bob.poe@example.org"
LONG = " and so on, at some length," * 40


async def ask(caller: httpx.AsyncClient, text: str, conversation: str) -> str:
    """What came back."""
    body = {"model": "Echo", "messages": [{"role": "user", "content": text + LONG}]}
    sent = {"Sluice-Conversation": conversation}
    answer = await caller.post(CHAT, json=body, headers=sent)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["choices"][0]["message"]["content"])


async def keep(world: World, days: int | None) -> None:
    body = {"callRetentionDays": days}
    changed = await world.admin.patch(f"{PROJECTS}/default", json=body)
    assert changed.json()["data"]["callRetentionDays"] == days, changed.text


async def swept(world: World, days_later: float, server_days: int | None = None) -> None:
    """What the sweeper does after so many days."""
    retention = world.app.state.services.workbench.search.retention
    later = timedelta(days=days_later)
    of = replace(retention, call_days=server_days, clock=lambda: utc_now() + later)
    while await of.work():
        pass


async def kept(world: World) -> tuple[int, int, int]:
    """Calls with texts, originals, and notes of where placeholders stand."""
    async with world.app.state.services.database.read() as session:
        calls = await session.scalar(
            select(func.count()).where(Call.deleted_at.is_(None), Call.request_sealed.is_not(None))
        )
        counts = [
            await session.scalar(select(func.count()).select_from(table))
            for table in (SealedOriginal, PlaceholderUse)
        ]
    return int(calls or 0), int(counts[0] or 0), int(counts[1] or 0)


async def texts(world: World) -> int:
    async with world.app.state.services.database.read() as session:
        return int(await session.scalar(select(func.count()).select_from(CallText)) or 0)


async def test_a_projects_calls_go_after_its_days_with_originals_that_nothing_else_uses(
    world: World,
) -> None:
    key = await key_of(world.admin, "default")
    async with client(world.app, key["token"]) as application:
        await ask(application, f"Mail {JANE}", "one")
        await ask(application, f"Mail {JANE} and {BOB}", "two")
        # In a session the recording goes on holding hers.
        await recorded(application, str(uuid4()), completion(f"I am {JANE}"))
        assert await kept(world) == (2, 2, 4)
        await swept(world, 400)
        assert (await kept(world))[0] == 2, "nobody asked for it"
        await keep(world, 7)
        await swept(world, 6.9)
        assert (await kept(world))[0] == 2
        await swept(world, 7.1)
        assert (await kept(world), await texts(world)) == ((0, 1, 1), 0)
        (event,) = await world.audit("calls.expired")
        assert event["details"] == {"conversations": 2, "days": 7}
        assert (await world.admin.get(f"{PROJECTS}/default/calls")).json()["data"] == []
        used = (await world.admin.get("/api/admin/v1/usage")).status_code
        assert used in (200, 404, 422)
        # The same ids begin another conversation.
        assert JANE in await ask(application, f"Mail {JANE}", "one")
    assert (await kept(world))[0] == 1


async def test_calls_in_a_session_lose_their_texts_and_the_session_stays(world: World) -> None:
    key = await key_of(world.admin, "default")
    session = str(uuid4())
    async with client(world.app, key["token"]) as application:
        await recorded(application, session, completion(f"I am {JANE}"))
        await ask(application, f"Mail {JANE}", session)
    await keep(world, 7)
    await swept(world, 8)
    assert (await kept(world))[:2] == (0, 1)
    shown = await world.admin.get(f"{PROJECTS}/default/sessions/{session}")
    assert shown.status_code == 200, shown.text


async def test_calls_of_no_project_go_after_the_servers_days(world: World) -> None:
    await ask(world.admin, f"Mail {JANE}", "one")
    await swept(world, 400)
    assert (await kept(world))[:2] == (1, 1)
    await swept(world, 8, server_days=7)
    assert (await kept(world), await texts(world)) == ((0, 0, 0), 0)
    (event,) = await world.audit("calls.expired")
    assert (event["subject"], event["details"]["days"]) == ("server", 7)
    assert JANE in await ask(world.admin, f"Mail {JANE}", "one")


async def test_a_conversation_is_as_old_as_its_last_call(world: World) -> None:
    await ask(world.admin, f"Mail {JANE}", "one")
    async with world.app.state.services.database.write() as session:
        row = (await session.scalars(select(Call))).one()
        row.created_at = utc_now() - timedelta(days=100)
    await swept(world, 0, server_days=7)
    assert (await kept(world))[0] == 1
