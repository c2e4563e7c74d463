"""What people type into a search is looked up among the project's originals, and never kept."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import anyio.to_thread
import pytest
from sqlalchemy import func, select
from tests.integration.features.conftest import World
from tests.integration.features.projects.team import member, project
from tests.integration.features.sessions.wire import V2, Json, completion, recorded

from sluice.server.vault.tables import NumberCounter, SealedOriginal

pytestmark = pytest.mark.anyio
SEARCH = "/api/v1/projects/default/recordings/search"
JANE, BOB = "jane.roe@example.org", "bob@example.org"


async def _found(world: World, field: str, op: str, value: object) -> list[str]:
    body = {"filter": {"field": field, "op": op, "value": value}}
    answer = await world.admin.post(SEARCH, json=body)
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()["data"]]


async def _recorded(world: World) -> tuple[str, str]:
    """One recording that speaks of Jane, and one of Bob, with what was said of them."""
    made = []
    for mail in (JANE, BOB):
        info = {"custom_metadata": {"mail": mail, mail: "is a name too"}}
        body = completion(f"Write to {mail}, please", answer="done", session_info=info)
        made.append(await recorded(world.admin, str(uuid4()), body))
        note = {"note": f"from {mail} yesterday"}
        await world.admin.post(f"{V2}/completion-feedback/id/{made[-1]}", json=note)
    return made[0], made[1]


@pytest.mark.parametrize(
    ("field", "op", "value"),
    [
        ("text", "contains", JANE),
        ("input", "contains", f"write to {JANE}"),
        ("metadata.mail", "eq", JANE),
        ("metadata.mail", "contains", JANE),
        ("feedback.note", "eq", f"from {JANE} yesterday"),
        ("feedback.note", "contains", f"{JANE} yest"),
        (f"metadata.{JANE}", "contains", "a name"),
        ("text", "contains", "EMAIL_ADDRESS_0"),
    ],
)
async def test_an_original_finds_where_its_placeholder_stands(
    world: World, field: str, op: str, value: str
) -> None:
    jane, _ = await _recorded(world)
    assert await _found(world, field, op, value) == [jane]


async def test_a_search_issues_nothing_and_keeps_nothing(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither the database nor a log holds what was typed, found or not."""
    await _recorded(world)
    database = world.app.state.services.database

    async def issued() -> list[object]:
        async with database.read() as session:
            originals = await session.scalar(select(func.count()).select_from(SealedOriginal))
            counters = (await session.execute(select(NumberCounter.next))).all()
        return [originals, *counters]

    before = await issued()
    for value in (JANE, "stranger@example.org", "Mail Katharina Oberhauser"):
        await _found(world, "text", "contains", value)
        await _found(world, "metadata.mail", "eq", value)
    assert await issued() == before
    said = capsys.readouterr()
    kept = await anyio.to_thread.run_sync(_files, tmp_path)
    for value in (JANE, "stranger@example.org", "Oberhauser"):
        assert value not in said.out + said.err
        assert value.encode() not in kept


def _files(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("sluice.db*"))


async def test_another_projects_originals_find_nothing(world: World) -> None:
    await _recorded(world)
    await project(world.admin, "Elsewhere")
    path = "/api/v1/projects/elsewhere/recordings/search"
    leaf: Json = {"field": "text", "op": "contains", "value": JANE}
    answer = await world.admin.post(path, json={"filter": leaf})
    assert answer.json() == {"data": [], "nextCursor": None}


async def test_viewers_search_and_strangers_do_not(world: World) -> None:
    from tests.integration.features.conftest import client

    async with client(world.app, await member(world, "default", "viewer", "viewer")) as viewer:
        assert (await viewer.post(SEARCH, json={})).status_code == 200
    assert (await world.member.post(SEARCH, json={})).status_code == 404


async def test_a_wrong_filter_is_refused_without_a_word_of_it(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = {"and": [{"field": JANE, "op": JANE, "value": JANE}, {JANE: 1}]}
    answer = await world.admin.post(SEARCH, json={"filter": wrong, "limit": 0})
    assert answer.status_code == 422
    answer = await world.admin.post(SEARCH, json={"filter": wrong})
    paths = [one["path"] for one in answer.json()["errors"]]
    assert paths == ["filter.and[0].field", "filter.and[0].op", "filter.and[1]"]
    said = capsys.readouterr()
    assert JANE not in answer.text + said.out + said.err
