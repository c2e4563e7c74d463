"""Links that sign in once: made, used, replaced, too old."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import anyio
import httpx
import pytest
from sqlalchemy import select
from tests.unit.server.auth.small_app import (
    ADMIN,
    ON_SQLITE,
    TOKEN,
    Clock,
    admin_headers,
    audit,
    audited,
    who,
)

from sluice.server.auth.auth import Auth
from sluice.server.auth.callers import SYSTEM
from sluice.server.auth.links import LINK_LIFETIME, NewLink, code_of
from sluice.server.auth.links_tables import SignInLink
from sluice.server.auth.refusals import SignInRefused
from sluice.server.auth.repository import UserRepository
from sluice.server.auth.roles import Role
from sluice.server.auth.tables import User
from sluice.server.errors import NotFound
from sluice.server.kit.database import Database

pytestmark = pytest.mark.anyio

USE = "/api/v1/auth/sign-in-link"
MAKE = f"{ADMIN}/sign-in-links"
ADDRESS = "192.0.2.1"


async def made(auth: Auth, user_id: int = 1, lifetime: timedelta = LINK_LIFETIME) -> NewLink:
    """A new link of a user."""
    async with auth.database.write() as session:
        return await auth.service.links.create(session, SYSTEM, user_id, lifetime=lifetime)


async def use(client: httpx.AsyncClient, code: str) -> httpx.Response:
    """The answer to a link's code; the client keeps no cookie."""
    answer = await client.post(USE, json={"code": code})
    client.cookies.clear()
    return answer


async def add_user(database: Database, **fields: object) -> int:
    """The id of a new member."""
    async with database.write() as session:
        user = User(**({"email": "one@example.org", "role": Role.MEMBER.value} | fields))
        await UserRepository(session).add(user)
        return user.id


async def test_a_link_signs_in_once_and_both_are_audit_events(
    client: httpx.AsyncClient, auth: Auth, database: Database
) -> None:
    code = (await made(auth)).code
    answer = await use(client, code)
    assert (answer.status_code, answer.json()["data"]["id"]) == (200, 1)
    assert answer.headers["cache-control"] == "no-store"
    assert await who(client, answer.cookies["session"]) == 200
    again = await use(client, code)
    assert (again.status_code, again.json()["code"]) == (401, "used_link")
    assert "set-cookie" not in again.headers
    events = await audit(database)
    assert [event.event for event in events[-4:]] == [
        "auth.link_created", "auth.link_used", "auth.sign_in", "auth.sign_in_refused",
    ]  # fmt: skip
    assert events[-4].details == {"user_id": 1, "minutes": 15}
    assert (events[-4].actor_id, events[-3].actor_id) == (None, 1)
    assert events[-2].details == {"method": "link"}
    assert events[-1].details == {"method": "link", "reason": "used_link"}


async def test_of_several_who_use_one_link_at_once_one_signs_in(auth: Auth) -> None:
    code = (await made(auth)).code
    signed_in: list[bool] = []

    async def attempt() -> None:
        try:
            await auth.sign_in_with_link(code, address=ADDRESS)
        except SignInRefused:
            signed_in.append(False)
        else:
            signed_in.append(True)

    async with anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(attempt)
    assert sorted(signed_in) == [False] * 4 + [True]


@ON_SQLITE
async def test_a_link_ends_after_its_time(
    client: httpx.AsyncClient, auth: Auth, clock: Clock
) -> None:
    code = (await made(auth)).code
    clock.forward(minutes=15)
    answer = await use(client, code)
    assert (answer.status_code, answer.json()["code"]) == (401, "expired_link")


@ON_SQLITE
async def test_a_newer_link_of_the_same_user_takes_the_place_of_the_one_before(
    client: httpx.AsyncClient, auth: Auth, database: Database
) -> None:
    other = await add_user(database)
    first, others, second = await made(auth), await made(auth, other), await made(auth)
    assert (await use(client, first.code)).json()["code"] == "used_link"
    assert (await use(client, second.code)).status_code == 200
    assert (await use(client, others.code)).json()["data"]["id"] == other


@ON_SQLITE
@pytest.mark.parametrize("code", ["", "x", "x" * 128, "ü#", "\x00"])
async def test_an_unknown_code_is_401_and_never_quoted(
    code: str, client: httpx.AsyncClient
) -> None:
    answer = await use(client, code)
    assert (answer.status_code, answer.json()["code"]) == (401, "unknown_link")
    assert answer.json().keys() == {"message", "code", "requestId"}
    assert len(code) < 2 or code not in answer.text


@ON_SQLITE
async def test_too_many_wrong_codes_are_429(client: httpx.AsyncClient, auth: Auth) -> None:
    code = (await made(auth)).code
    for _ in range(auth.config.max_failed_sign_ins):
        assert (await use(client, "wrong")).status_code == 401
    assert (await use(client, code)).status_code == 429


@ON_SQLITE
async def test_a_disabled_user_signs_in_with_no_link_and_gets_no_new_one(
    client: httpx.AsyncClient, auth: Auth, database: Database, clock: Clock
) -> None:
    member = await add_user(database)
    code = (await made(auth, member)).code
    async with database.write() as session:
        user = await UserRepository(session).by_id(member)
        assert user is not None
        user.deleted_at = clock.now
    answer = await use(client, code)
    assert (answer.status_code, answer.json()["code"]) == (401, "user_disabled")
    with pytest.raises(NotFound):
        await made(auth, member)


async def test_who_manages_people_makes_links_and_nobody_else_does(
    client: httpx.AsyncClient, auth: Auth, database: Database
) -> None:
    member = await add_user(database)
    answer = await client.post(MAKE, json={"userId": member}, headers=admin_headers())
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    link = answer.json()["data"]
    assert link["path"] == f"/dashboard/sign-in/link#{link['code']}"
    signed_in = await use(client, link["code"])
    assert signed_in.json()["data"]["id"] == member
    cookie = {"Cookie": f"session={signed_in.cookies['session']}"}
    refused = await client.post(MAKE, json={}, headers=cookie)
    assert (refused.status_code, refused.json()["code"]) == (403, "missing_permission")
    own = await client.post(MAKE, json={}, headers=admin_headers())
    assert own.json()["data"]["userId"] == 1


@ON_SQLITE
@pytest.mark.parametrize(
    ("user", "status"), [({"of_project": True, "email": None}, 409), (None, 404)]
)
async def test_there_are_links_for_people_only(
    user: dict[str, object] | None, status: int, client: httpx.AsyncClient, database: Database
) -> None:
    user_id = await add_user(database, **user) if user else 4711
    answer = await client.post(MAKE, json={"userId": user_id}, headers=admin_headers())
    assert answer.status_code == status
    assert "auth.link_created" not in await audited(database)


@ON_SQLITE
async def test_links_that_ended_long_ago_are_deleted(
    auth: Auth, database: Database, clock: Clock
) -> None:
    first = await made(auth)
    clock.forward(days=31)
    second = await made(auth)
    async with database.read() as session:
        assert list(await session.scalars(select(SignInLink.id))) == [second.row.id]
    assert first.row.id != second.row.id or first.code != second.code


def every_byte_in(folder: Path) -> bytes:
    """The content of all files of a folder."""
    return b"".join(file.read_bytes() for file in folder.iterdir())


@ON_SQLITE
async def test_the_code_of_a_link_is_not_in_the_database_nor_in_its_representation(
    auth: Auth, database: Database, tmp_path: Path
) -> None:
    link = await auth.link_for_administrator(timedelta(hours=24))
    assert link.code not in repr(link)
    await database.close()
    content = every_byte_in(tmp_path)
    assert b"auth.link_created" in content
    assert link.code.encode() not in content
    assert TOKEN.encode() not in content


@pytest.mark.parametrize(
    "pasted",
    ["abc-_1", "  abc-_1\n", "http://127.0.0.1:8321/dashboard/sign-in/link#abc-_1", "#abc-_1"],
)
def test_the_code_is_found_in_what_somebody_pastes(pasted: str) -> None:
    assert code_of(pasted) == "abc-_1"
