"""Calls of the gateway in a project: which are, and whose placeholders they use."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from tests.integration.features.conftest import Json, World, client
from tests.integration.features.projects.team import key_of, member, project

pytestmark = pytest.mark.anyio
CHAT = "/v1/chat/completions"
JANE, BOB = "jane.roe@example.org", "bob.poe@example.org"


@asynccontextmanager
async def key_client(world: World, project_id: str) -> AsyncIterator[httpx.AsyncClient]:
    key = await key_of(world.admin, project_id)
    async with client(world.app, key["token"]) as application:
        yield application


async def asked(
    world: World,
    caller: httpx.AsyncClient,
    text: str,
    conversation: str | None = None,
    **headers: str,
) -> str:
    """What the model saw of one call."""
    if conversation is not None:
        headers["Sluice-Conversation"] = conversation
    body = {"model": "Scripted", "messages": [{"role": "user", "content": text}]}
    before = len(world.provider.asked)
    answer = await caller.post(CHAT, json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    (messages,) = world.provider.asked[before:]
    return messages[-1].text


@pytest.fixture
async def scripted(world: World) -> World:
    """With a model instance on the scripted provider, and two projects."""
    await world.instance(name="Scripted")
    await project(world.admin, "Alpha")
    await project(world.admin, "Beta")
    return world


async def test_calls_of_a_projects_key_share_placeholders_over_conversations(
    scripted: World,
) -> None:
    async with key_client(scripted, "alpha") as application:
        first = await asked(scripted, application, f"Mail {JANE} and {BOB}", "one")
        second = await asked(scripted, application, f"Mail {BOB} again", "two")
        third = await asked(scripted, application, f"Now {JANE}")
    assert first == "Mail EMAIL_ADDRESS_0 and EMAIL_ADDRESS_1"
    assert (second, third) == ("Mail EMAIL_ADDRESS_1 again", "Now EMAIL_ADDRESS_0")


async def test_two_keys_a_member_and_an_administrator_share_them_too(scripted: World) -> None:
    token = await member(scripted, "alpha", "ada", "editor")
    named = {"Sluice-Project": "alpha"}
    async with (
        key_client(scripted, "alpha") as one,
        key_client(scripted, "alpha") as two,
        client(scripted.app, token) as ada,
    ):
        await asked(scripted, one, f"Mail {BOB}")
        seen = [
            await asked(scripted, one, f"to {JANE}"),
            await asked(scripted, two, f"to {JANE}"),
            await asked(scripted, ada, f"to {JANE}", **named),
            await asked(scripted, scripted.admin, f"to {JANE}", "c", **named),
        ]
        alone = await asked(scripted, ada, f"to {JANE}")
    assert seen == ["to EMAIL_ADDRESS_1"] * 4
    assert alone == "to EMAIL_ADDRESS_0"


async def test_every_project_has_numbers_of_its_own(scripted: World) -> None:
    async with key_client(scripted, "alpha") as alpha, key_client(scripted, "beta") as beta:
        await asked(scripted, alpha, f"Mail {BOB}")
        seen = [await asked(scripted, each, f"to {JANE}") for each in (alpha, beta)]
    assert seen == ["to EMAIL_ADDRESS_1", "to EMAIL_ADDRESS_0"]


async def test_a_session_that_a_call_names_makes_it_the_projects(scripted: World) -> None:
    async with key_client(scripted, "alpha") as application:
        await asked(scripted, application, f"Mail {BOB}")
        await asked(scripted, application, f"Mail {JANE}", "session-1")
    token = await member(scripted, "alpha", "ada", "editor")
    viewer = await member(scripted, "alpha", "vic", "viewer")
    async with client(scripted.app, token) as ada, client(scripted.app, viewer) as vic:
        named = await asked(scripted, ada, f"to {JANE}", "session-1")
        other = await asked(scripted, ada, f"to {JANE}", "session-2")
        by_end_user = await asked(scripted, ada, f"to {JANE}", "session-1")
        foreign = await asked(scripted, vic, f"to {JANE}", "session-1")
        stranger = await asked(scripted, scripted.member, f"to {JANE}", "session-1")
    assert (named, by_end_user) == ("to EMAIL_ADDRESS_1", "to EMAIL_ADDRESS_1")
    assert {other, foreign, stranger} == {"to EMAIL_ADDRESS_0"}


async def test_a_session_that_could_be_of_two_projects_must_be_told_apart(
    scripted: World,
) -> None:
    async with key_client(scripted, "alpha") as alpha, key_client(scripted, "beta") as beta:
        await asked(scripted, alpha, "hello", "same")
        await asked(scripted, beta, "hello", "same")
        own = await asked(scripted, alpha, "hello again", "same")
    body = {"model": "Scripted", "messages": [{"role": "user", "content": "hello"}]}
    named = {"Sluice-Conversation": "same"}
    refused = await scripted.admin.post(CHAT, json=body, headers=named)
    assert refused.status_code == 409
    assert refused.json()["error"]["code"] == "project_ambiguous"
    await asked(scripted, scripted.admin, "hello", "same", **{"Sluice-Project": "beta"})
    assert own == "hello again"


@pytest.mark.parametrize(
    ("who", "named", "status"),
    [
        ("stranger", "alpha", 404),
        ("viewer", "alpha", 403),
        ("key of another", "alpha", 404),
        ("administrator", "nothing", 404),
        ("administrator", "../x\x7f" * 40, 404),
    ],
    ids=["stranger", "viewer", "key of another", "no project", "no id"],
)
async def test_a_project_that_a_caller_may_not_record_in_is_refused_in_the_wires_words(
    scripted: World, who: str, named: str, status: int
) -> None:
    viewer = await member(scripted, "alpha", "vic", "viewer")
    async with client(scripted.app, viewer) as vic, key_client(scripted, "beta") as beta:
        callers = {
            "stranger": scripted.member,
            "viewer": vic,
            "key of another": beta,
            "administrator": scripted.admin,
        }
        body = {"model": "Scripted", "messages": [{"role": "user", "content": JANE}]}
        header = {"Sluice-Project": named}
        openai = await callers[who].post(CHAT, json=body, headers=header)
        message = {**body, "max_tokens": 9}
        anthropic = await callers[who].post("/v1/messages", json=message, headers=header)
    assert (openai.status_code, anthropic.status_code) == (status, status)
    assert set(openai.json()) == {"error"}
    assert (anthropic.json()["type"], anthropic.json()["error"]["message"] != "") == ("error", True)
    assert scripted.provider.asked == []


async def test_what_a_tool_or_a_person_quotes_is_not_restored_for_them(scripted: World) -> None:
    """The session of another end user holds the value; its number is easily guessed."""
    scripted.provider.answer = ["Mail EMAIL_ADDRESS_0 now"]
    async with key_client(scripted, "alpha") as application:
        named = {"Sluice-Conversation": "one"}
        body = {"model": "Scripted", "messages": [{"role": "user", "content": f"Mail {JANE}"}]}
        own = await application.post(CHAT, json=body, headers=named)
        assert JANE in own.text
        for text in ("Whom does EMAIL_ADDRESS_0 mean?", "email address 0", "Say it again"):
            for conversation in ("one", "two"):
                body["messages"] = [{"role": "user", "content": text}]
                headers = {"Sluice-Conversation": conversation}
                answer = await application.post(CHAT, json=body, headers=headers)
                assert JANE not in answer.text, (text, conversation)


async def test_a_projects_call_is_its_callers_to_read_and_hydrated(scripted: World) -> None:
    scripted.provider.answer = ["Told EMAIL_ADDRESS_0"]
    async with key_client(scripted, "alpha") as application:
        await asked(scripted, application, f"Mail {JANE}", "one")
        (listed,) = (await application.get("/api/v1/calls")).json()["data"]
        detail: Json = (await application.get(f"/api/v1/calls/{listed['id']}")).json()["data"]
    assert JANE not in str((detail["request"], detail["answer"]))
    assert JANE in str(detail["hydratedRequest"])
    assert JANE in str(detail["hydratedAnswer"])
    path = f"/api/admin/v1/calls/{listed['id']}/reveal"
    revealed = (
        await scripted.admin.post(path, json={"reason": "looking into ticket 4711"})
    ).json()["data"]
    assert [one["original"] for one in revealed] == [JANE]


async def test_a_projects_conversation_is_deleted_by_nobody_as_their_own(scripted: World) -> None:
    async with key_client(scripted, "alpha") as application:
        await asked(scripted, application, f"Mail {JANE}", "one")
        (listed,) = (await application.get("/api/v1/calls")).json()["data"]
        held = listed["conversationId"]
        # Those of the three projects too, which were made with them.
        for number in range(1, held + 1):
            gone = await application.delete(f"/api/v1/conversations/{number}")
            assert gone.status_code == 404, number
        assert await asked(scripted, application, f"Mail {JANE}", "one") == "Mail EMAIL_ADDRESS_0"


async def test_a_refusal_is_audited_for_who_called(scripted: World) -> None:
    group = await scripted.policy(default={"action": "block"})
    await scripted.instance(group, name="Strict")
    token = await member(scripted, "alpha", "ada", "editor")
    body = {"model": "Strict", "messages": [{"role": "user", "content": f"Mail {JANE}"}]}
    headers = {"Sluice-Project": "alpha", "Sluice-Conversation": "one"}
    async with client(scripted.app, token) as ada:
        for caller in (scripted.admin, ada):
            refused = await caller.post(CHAT, json=body, headers=headers)
            assert refused.status_code == 403
    last, first = await scripted.audit("prompt.blocked")
    assert first["actorId"] == 1
    assert last["actorId"] not in (1, None)
