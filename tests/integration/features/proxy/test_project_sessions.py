"""A session's recordings and the gateway's calls in it: one conversation, one set of names."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from tests.integration.features.conftest import Json, World, client
from tests.integration.features.projects.team import PROJECTS, key_of, member, project

pytestmark = pytest.mark.anyio
CHAT = "/v1/chat/completions"
JANE, BOB = "jane.roe@example.org", "bob.poe@example.org"


@pytest.fixture
async def application(world: World) -> httpx.AsyncClient:
    """A client with a key of the project Alpha; a model instance on the scripted provider."""
    await world.instance(name="Scripted")
    await project(world.admin, "Alpha")
    return client(world.app, (await key_of(world.admin, "alpha"))["token"])


async def asked(
    world: World, caller: httpx.AsyncClient, said: str, session: str, **headers: str
) -> str:
    """What the model saw of one call in a session."""
    body = {"model": "Scripted", "messages": [{"role": "user", "content": said}]}
    before = len(world.provider.asked)
    given = {"Sluice-Conversation": session, **headers}
    answer = await caller.post(CHAT, json=body, headers=given)
    assert answer.status_code == 200, answer.text
    return world.provider.asked[before][-1].text


async def recorded(caller: httpx.AsyncClient, session: str, said: str) -> Json:
    """A recording of 0.6.1, as our own API shows it."""
    body = {"messages": [{"role": "user", "content": said}], "inputs": {"who": said}}
    path = f"/v2/projects/alpha/sessions/{session}/completions"
    made = await caller.post(path, json=body)
    assert made.status_code == 201, made.text
    shown = await caller.get(f"{PROJECTS}/alpha/recordings/{made.json()['completion_id']}")
    assert shown.status_code == 200, shown.text
    data: Json = shown.json()["data"]
    return data


async def test_calls_and_recordings_of_any_session_have_the_same_placeholders(
    world: World, application: httpx.AsyncClient
) -> None:
    async with application:
        first = await recorded(application, "one", f"Mail {BOB}")
        in_other = await asked(world, application, f"Mail {JANE} and {BOB}", "two")
        in_same = await recorded(application, "two", f"Mail {JANE}")
        again = await asked(world, application, f"Mail {JANE}", "one")
    assert "Mail EMAIL_ADDRESS_0" in str(first)
    assert in_other == "Mail EMAIL_ADDRESS_1 and EMAIL_ADDRESS_0"
    assert "Mail EMAIL_ADDRESS_1" in str(in_same)
    assert again == "Mail EMAIL_ADDRESS_1"
    assert not {JANE, BOB} & set(str([first, in_same]).split())


async def test_a_session_of_0_1_6_makes_a_members_call_the_projects(
    world: World, application: httpx.AsyncClient
) -> None:
    async with application:
        made = await application.post("/projects/alpha/sessions/tag/latest")
        session = made.json()["session_id"]
        await asked(world, application, f"Mail {BOB}", session)
    token = await member(world, "alpha", "ada", "editor")
    async with client(world.app, token) as ada:
        assert await asked(world, ada, f"Mail {JANE} and {BOB}", session) == (
            "Mail EMAIL_ADDRESS_1 and EMAIL_ADDRESS_0"
        )
        (call,) = (await ada.get("/api/v1/calls")).json()["data"]
        shown = (await ada.get(f"/api/v1/calls/{call['id']}")).json()["data"]
    assert JANE in str(shown["hydratedRequest"])


async def test_a_session_is_one_conversation_whatever_end_users_its_calls_name(
    world: World, application: httpx.AsyncClient
) -> None:
    async with application:
        for user in ("u1", "u2"):
            body = {
                "model": "Scripted",
                "user": user,
                "messages": [{"role": "user", "content": f"Mail {JANE}"}],
            }
            headers = {"Sluice-Conversation": "one"}
            assert (await application.post(CHAT, json=body, headers=headers)).status_code == 200
        await recorded(application, "one", f"Mail {JANE}")
        calls = (await application.get("/api/v1/calls")).json()["data"]
        assert len({call["conversationId"] for call in calls}) == 1
        gone = await application.delete(f"{PROJECTS}/alpha/sessions/one")
        assert gone.is_success, gone.text
        assert (await application.get("/api/v1/calls")).json()["data"] == []


async def test_a_hundred_calls_and_recordings_at_once_agree(
    world: World, application: httpx.AsyncClient
) -> None:
    async def call(number: int) -> tuple[int, str]:
        said = f"Mail user{number % 20}@example.org now"
        session = f"session-{number % 9}"
        if number % 2:
            body = {"model": "Scripted", "messages": [{"role": "user", "content": said}]}
            headers = {"Sluice-Conversation": session}
            answer = await application.post(CHAT, json=body, headers=headers)
            assert answer.status_code == 200, answer.text
            return number % 20, ""
        content = (await recorded(application, session, said))["content"]
        return number % 20, str(content).partition("Mail ")[2].split()[0]

    async with application:
        told = await asyncio.gather(*(call(number) for number in range(100)))
    names: dict[int, set[str]] = {}
    for number, placeholder in told:
        if placeholder:
            names.setdefault(number, set()).add(placeholder)
    assert all(len(found) == 1 for found in names.values())
    assert len(set.union(*names.values())) == len(names) == 10
    seen = {text.split()[1] for text in world.provider.saw().splitlines()}
    assert seen | set.union(*names.values()) == {f"EMAIL_ADDRESS_{n}" for n in range(20)}
