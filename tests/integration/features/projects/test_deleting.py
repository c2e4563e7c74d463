"""Deleting a project: unreadable at once, gone in the end, whatever was in it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession
from tests.integration.features.conftest import World, client
from tests.integration.features.projects.team import PROJECTS, Json, key_of, member, project

from sluice.server.features.projects import deleting
from sluice.server.features.projects.deleting import ProjectDeletion
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.proxy.calls import of_projects
from sluice.server.features.proxy.calls.of_projects import ProjectCalls
from sluice.server.kit.database import Base, Database, utc_now

pytestmark = pytest.mark.anyio
JANE = "jane.roe@example.org"
WORD = "xyzzy"
"""In every name and text of the project that a test deletes, and nowhere else."""
STAY: tuple[str, ...] = (
    "calls",
    "audit_events",
    "projects",
    "users",
    "api_tokens",
    "conversations",
)
"""Tables that keep a row, without anything that was said."""


def chat(word: str) -> Json:
    said = f"Mail {JANE} about {word}. {f'There is more to say of {word}. ' * 30}"
    return {"model": "Echo", "messages": [{"role": "user", "content": said}]}


async def fill(application: httpx.AsyncClient, uid: str, word: str) -> None:
    """Something of everything that a project can hold, each with the word in it."""
    wire, own = f"/v2/projects/{uid}", f"{PROJECTS}/{uid}"
    session = f"{word}-session"
    version = {
        "template_messages": [{"role": "user", "content": f"Say {{{{name}}}} {word}"}],
        "model": "m",
        "provider": "openai",
        "version_name": word,
        # The audit log keeps this name, as it keeps who deployed when.
        "environments": ["prod"],
    }
    completion = {
        "messages": [
            {"role": "user", "content": f"{JANE} {word}"},
            {"role": "assistant", "content": word},
        ],
        "inputs": {"name": f"{JANE} {word}"},
        "session_info": {"custom_metadata": {"plan": f"{word} plan"}},
    }
    trace = {"input": f"{JANE} {word}", "output": word, "agent_name": word, "name": word}
    steps: list[tuple[str, str, Json]] = [
        ("POST", f"{wire}/prompt-templates/name/{word}-template/versions", version),
        ("POST", f"{own}/playlists", {"name": f"{word} playlist"}),
        (
            "POST",
            f"{own}/playlists/{word}%20playlist/test-cases",
            {"testCases": [{"inputs": {"name": f"{JANE} {word}"}, "output": word}]},
        ),
        ("POST", f"{wire}/test-runs", {"dataset_name": f"{word} playlist", "test_run_name": word}),
        ("POST", f"{wire}/sessions/{session}/completions", {**completion, "completion_id": word}),
        ("POST", f"{wire}/completion-feedback/id/{word}", {f"{word}_liked": word}),
        ("POST", f"{wire}/sessions/{session}/traces/id/{word}-trace", trace),
        ("PATCH", f"{wire}/sessions/id/{session}/metadata", {f"{word}_key": word}),
    ]
    for method, path, body in steps:
        answer = await application.request(method, path, json=body)
        assert answer.is_success, (path, answer.text)
    for conversation in (None, session, f"{word}-other"):
        headers = {"Sluice-Conversation": conversation} if conversation else {}
        answer = await application.post("/v1/chat/completions", json=chat(word), headers=headers)
        assert answer.is_success, answer.text


async def stands(database: Database, *words: str) -> set[str]:
    """Those of the words that are anywhere in the database: in SQLite's files, or in any row."""
    if database.is_sqlite:
        path = Path(str(make_url(database.url).database))
        held = b"".join(one.read_bytes() for one in path.parent.glob(f"{path.name}*"))
        return {word for word in words if word.encode() in held}
    async with database.read() as session:
        rows = [
            repr((await session.execute(table.select())).all())
            for table in Base.metadata.sorted_tables
        ]
    return {word for word in words if any(word in row for row in rows)}


async def counts(database: Database) -> dict[str, int]:
    """How many rows each table has."""
    async with database.read() as session:
        return {
            name: int((await session.execute(text(f"SELECT count(*) FROM {name}"))).scalar_one())
            for name in Base.metadata.tables
        }


@pytest.fixture
def database(world: World) -> Database:
    opened: Database = world.app.state.services.database
    return opened


async def test_a_deleted_project_stands_nowhere_any_more(world: World, database: Database) -> None:
    await project(world.admin, "Stays", keepRaw=True)
    async with client(world.app, (await key_of(world.admin, "stays"))["token"]) as application:
        await fill(application, "stays", "plugh")
    await database.forget_deleted()
    before = await counts(database)
    await project(world.admin, f"{WORD} project", id=f"{WORD}-1", keepRaw=True)
    await member(world, f"{WORD}-1", "ada", "editor")
    async with client(world.app, (await key_of(world.admin, f"{WORD}-1"))["token"]) as application:
        await fill(application, f"{WORD}-1", WORD)
        assert await stands(database, WORD, "plugh", JANE) == {WORD, "plugh"}
        gone = await world.admin.delete(f"{PROJECTS}/{WORD}-1")
        assert gone.status_code == 204, gone.text
        for path in ("/v2/projects/all", "/api/v1/calls"):
            assert (await application.get(path)).status_code == 401
    assert await stands(database, WORD, "plugh", JANE) == {"plugh"}
    after = await counts(database)
    left = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert set(left) <= set(STAY)
    assert (left["calls"], left["projects"]) == (3, 1)
    (event,) = await world.audit("project.deleted")
    assert event["details"] == {"keys": 1}


async def test_what_a_deleted_project_used_stays_counted(world: World) -> None:
    await project(world.admin, "Alpha")
    async with client(world.app, (await key_of(world.admin, "alpha"))["token"]) as application:
        await application.post("/v1/chat/completions", json=chat("hello"))
    await world.admin.delete(f"{PROJECTS}/alpha")
    used = (await world.admin.get("/api/admin/v1/usage")).json()["data"]
    assert [one["calls"] for one in used] == [1]
    assert (await world.admin.get("/api/admin/v1/calls")).json()["data"] == []


async def test_its_name_and_id_are_free_again_and_its_number_space_is_new(world: World) -> None:
    for _ in range(2):
        await project(world.admin, "Alpha")
        async with client(world.app, (await key_of(world.admin, "alpha"))["token"]) as application:
            answer = await application.post("/v1/chat/completions", json=chat("hello"))
            assert JANE in answer.text
            assert len((await application.get("/api/v1/calls")).json()["data"]) == 1
        assert (await world.admin.delete(f"{PROJECTS}/alpha")).status_code == 204
        assert (await world.admin.delete(f"{PROJECTS}/alpha")).status_code == 404


async def test_what_runs_while_the_project_is_deleted_leaves_nothing(
    world: World, database: Database
) -> None:
    """Each call is answered as a whole or refused; in the end all of them are forgotten."""
    await project(world.admin, "Alpha")
    alpha = await known(world, "alpha")
    key = await key_of(world.admin, "alpha")
    under_way = asyncio.Event()

    async def call(application: httpx.AsyncClient, number: int) -> int:
        session = f"{WORD}-{number % 7}"
        if number % 3 == 0:
            body: Json = {"messages": [{"role": "user", "content": f"{JANE} {WORD}"}]}
            path = f"/v2/projects/alpha/sessions/{session}/completions"
            return (await application.post(path, json=body)).status_code
        body = {**chat(WORD), "stream": number % 3 == 1}
        headers = {"Sluice-Conversation": session}
        return (
            await application.post("/v1/chat/completions", json=body, headers=headers)
        ).status_code

    async def until_refused(application: httpx.AsyncClient, first: int) -> list[int]:
        statuses: list[int] = []
        while not {401, 404} & set(statuses):
            statuses.append(await call(application, first + len(statuses)))
            if {200, 201} <= set(statuses):
                under_way.set()
            assert len(statuses) < 500
        return statuses

    async with client(world.app, key["token"]) as application:
        running = [asyncio.create_task(until_refused(application, n)) for n in range(6)]
        await under_way.wait()
        assert (await world.admin.delete(f"{PROJECTS}/alpha")).status_code == 204
        statuses = {status for each in await asyncio.gather(*running) for status in each}
    assert {200, 201} <= statuses <= {200, 201, 401, 404}
    while await world.app.state.services.workbench.project_deletion.clear_some():
        pass
    await database.forget_deleted()
    assert await stands(database, WORD, JANE) == set()
    async with database.read() as session:
        scopes = set(await session.scalars(text("SELECT scope FROM data_keys")))
        sealed = "SELECT count(*) FROM calls WHERE raw_answer_sealed IS NOT NULL"
        assert (await session.execute(text(sealed))).scalar_one() == 0
        assert (await session.execute(text("SELECT count(*) FROM sessions"))).scalar_one() == 0
    assert f"conversation:{alpha.space_id}" not in scopes
    assert len(scopes) == 2  # the settings', and that of the project default


@pytest.mark.parametrize("portion", [1, 3, 100])
async def test_calls_are_forgotten_in_portions_of_whole_conversations(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch, portion: int
) -> None:
    monkeypatch.setattr(of_projects, "PORTION", portion)
    await project(world.admin, "Alpha")
    async with client(world.app, (await key_of(world.admin, "alpha"))["token"]) as application:
        for name in ("a", "a", "a", "b", "c"):
            headers = {"Sluice-Conversation": name}
            await application.post("/v1/chat/completions", json=chat(WORD), headers=headers)
    alpha, conversations = await known(world, "alpha"), deletion(world)._conversations
    async with database.write() as session:
        await conversations.delete_space(session, alpha.space_id)
    done = []
    while True:
        async with database.write() as session:
            done.append(await ProjectCalls(conversations).delete_project(session, alpha))
        if not done[-1]:
            break
    assert done == {1: [1, 1, 1, 0], 3: [1, 2, 0], 100: [3, 0]}[portion]
    async with database.read() as session:
        left = "SELECT count(*) FROM calls WHERE deleted_at IS NULL OR request_sealed IS NOT NULL"
        assert (await session.execute(text(left))).scalar_one() == 0
        assert (await session.execute(text("SELECT count(*) FROM call_texts"))).scalar_one() == 0


class Portions:
    """A part of a project with so many portions; and what stops it."""

    def __init__(self, portions: int, fails_at: int = -1) -> None:
        self.left, self.fails_at = portions, fails_at
        self.asked: list[int] = []

    async def delete_project(self, session: AsyncSession, project: KnownProject) -> int:
        self.asked.append(project.id)
        if self.left == self.fails_at:
            self.fails_at = -1
            raise RuntimeError("the process was ended here")
        self.left -= self.left > 0
        return self.left


def deletion(world: World, *parts: Portions) -> ProjectDeletion:
    services = world.app.state.services
    real = services.workbench.project_deletion
    return ProjectDeletion(
        services.database,
        services.auth.service,
        real._conversations,  # the application's own
        real._cleansing,
        parts,
    )


async def known(world: World, uid: str) -> KnownProject:
    caller = await world.app.state.services.auth.caller_of_token(
        world.admin.headers["authorization"].removeprefix("Bearer "), address="test"
    )
    found: KnownProject = await world.app.state.services.workbench.projects.of(caller, uid)
    return found


async def test_data_keys_that_a_crash_left_are_destroyed_later(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await project(world.admin, "Alpha")
    alpha, deleting_it = await known(world, "alpha"), deletion(world)

    async def ended(session: AsyncSession, space_id: int) -> int:
        raise RuntimeError("the process was ended here")

    with monkeypatch.context() as patched:
        patched.setattr(deleting_it._conversations, "delete_space", ended)
        with pytest.raises(RuntimeError):
            await deleting_it.delete(alpha, actor_id=1)
    assert (await world.admin.get(f"{PROJECTS}/alpha")).status_code == 404
    await deleting_it.clear_some()
    async with database.read() as session:
        scopes = set(await session.scalars(text("SELECT scope FROM data_keys")))
    assert f"conversation:{alpha.space_id}" not in scopes


async def test_what_a_crash_left_is_deleted_later(world: World) -> None:
    await project(world.admin, "Alpha")
    alpha = await known(world, "alpha")
    part = Portions(5, fails_at=3)
    deleting_it = deletion(world, part)
    with pytest.raises(RuntimeError):
        await deleting_it.delete(alpha, actor_id=1)
    assert (await world.admin.get(f"{PROJECTS}/alpha")).status_code == 404
    assert not await deleting_it.clear_some()
    assert part.left == 0


async def test_a_large_project_is_deleted_in_portions_beside_the_requests(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deleting, "PORTIONS_AT_ONCE", 3)
    await project(world.admin, "Alpha")
    first, second = Portions(5), Portions(4)
    deleting_it = deletion(world, first, second)
    assert not await deleting_it.delete(await known(world, "alpha"), actor_id=1)
    assert (first.left, second.left) == (2, 4)
    assert await deleting_it.clear_some()
    while await deleting_it.clear_some():
        pass
    assert (first.left, second.left) == (0, 0)


async def test_rows_that_come_late_are_looked_for_a_while(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call that had begun before the deletion may still end."""
    await project(world.admin, "Alpha")
    part = Portions(1)
    deleting_it = deletion(world, part)
    assert await deleting_it.delete(await known(world, "alpha"), actor_id=1)
    asked = len(part.asked)
    await deleting_it.clear_some()
    assert len(part.asked) == asked + 1
    later = utc_now() + deleting.WATCHED + timedelta(seconds=1)
    monkeypatch.setattr(deleting, "utc_now", lambda: later)
    await deleting_it.clear_some()
    asked = len(part.asked)
    await deleting_it.clear_some()
    assert len(part.asked) == asked
