"""Playlists over our own API: made, listed, renamed and deleted with everything in them."""

from __future__ import annotations

import anyio
import pytest
from tests.integration.features.conftest import World
from tests.integration.features.projects.team import key_of, project
from tests.integration.features.testruns.playlists import (
    PLAYLISTS,
    add,
    cases,
    originals,
    playlist,
    stored,
)

pytestmark = pytest.mark.anyio


async def test_a_playlist_is_found_by_its_id_and_by_its_name(world: World) -> None:
    """Whichever a caller has at hand."""
    made = await playlist(world.admin, "Refunds of May")
    for name in (made, "Refunds of May"):
        found = await world.admin.get(f"{PLAYLISTS}/{name}")
        assert found.json()["data"]["id"] == made
    missing = await world.admin.get(f"{PLAYLISTS}/Refunds")
    assert (missing.status_code, missing.json()["code"]) == (404, "no_playlist")


async def test_two_playlists_of_a_project_never_have_one_name(world: World) -> None:
    """Neither when they are made at the same time, nor by renaming."""
    answers = []

    async def make() -> None:
        answers.append(await world.admin.post(PLAYLISTS, json={"name": "Twice"}))

    async with anyio.create_task_group() as group:
        for _ in range(4):
            group.start_soon(make)
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    await playlist(world.admin, "Other")
    renamed = await world.admin.patch(f"{PLAYLISTS}/Other", json={"name": "Twice"})
    assert (renamed.status_code, renamed.json()["code"]) == (409, "playlist_exists")
    same = await world.admin.patch(f"{PLAYLISTS}/Other", json={"name": "Other"})
    assert same.status_code == 200


async def test_lists_come_in_parts(world: World) -> None:
    """Every playlist once, in the order in which they were made."""
    names = [f"Playlist {n}" for n in range(5)]
    for name in names:
        await playlist(world.admin, name)
    seen: list[str] = []
    cursor: str | None = "0"
    while cursor is not None:
        part = await world.admin.get(PLAYLISTS, params={"limit": 2, "cursor": cursor})
        seen += [one["name"] for one in part.json()["data"]]
        cursor = part.json()["nextCursor"]
    assert seen == names


async def test_what_is_found_in_a_name_is_told(world: World) -> None:
    """Names stand unsealed; a project that refuses findings refuses such a name."""
    made = await world.admin.post(PLAYLISTS, json={"name": "Mails of jane@example.com"})
    assert made.json()["data"]["lint"]["counts"] == {"EMAIL_ADDRESS": 1}
    await world.admin.patch("/api/v1/projects/default", json={"onFindings": "refuse"})
    refused = await world.admin.post(PLAYLISTS, json={"name": "Mails of joe@example.com"})
    assert (refused.status_code, refused.json()["code"]) == (422, "findings_refused")
    assert "joe" not in refused.text


async def test_a_deleted_playlist_takes_its_originals_with_it(world: World) -> None:
    """Those that something else holds stay."""
    first, second = await playlist(world.admin, "One"), await playlist(world.admin, "Two")
    await add(world.admin, first, {"inputs": {"a": "jane@example.com joe@example.com"}})
    await add(world.admin, second, {"inputs": {"a": "joe@example.com"}})
    assert await originals(world.app) == {"EMAIL_ADDRESS_0", "EMAIL_ADDRESS_1"}
    deleted = await world.admin.delete(f"{PLAYLISTS}/{first}")
    assert deleted.status_code == 204
    assert (await world.admin.get(f"{PLAYLISTS}/{first}")).status_code == 404
    assert await originals(world.app) == {"EMAIL_ADDRESS_1"}
    assert await stored(world.app, "SELECT count(*) FROM test_cases") == [1]
    again = await world.admin.delete(f"{PLAYLISTS}/{first}")
    assert again.status_code == 404


async def test_numbers_of_erased_originals_are_not_issued_again(world: World) -> None:
    """What still quotes one must never mean somebody else."""
    made = await playlist(world.admin)
    await add(world.admin, made, {"inputs": {"a": "jane@example.com"}})
    await world.admin.delete(f"{PLAYLISTS}/{made}")
    made = await playlist(world.admin)
    await add(world.admin, made, {"inputs": {"a": "jane@example.com"}})
    [case] = await cases(world.admin, made)
    assert case["inputs"] == {"a": "EMAIL_ADDRESS_1"}


async def test_another_project_s_playlists_are_not_there(world: World) -> None:
    """Neither by id nor by name, neither to read nor to change."""
    other = (await project(world.admin, "Sales"))["id"]
    base = f"/api/v1/projects/{other}/playlists"
    hidden = await playlist(world.admin, "Hidden", base=base)
    for name in (hidden, "Hidden"):
        assert (await world.admin.get(f"{PLAYLISTS}/{name}")).status_code == 404
        assert (await world.admin.delete(f"{PLAYLISTS}/{name}")).status_code == 404
        assert (await world.admin.get(f"{PLAYLISTS}/{name}/test-cases")).status_code == 404
    assert (await world.member.get(f"{base}/{hidden}")).status_code == 404
    assert (await world.admin.get(f"{base}/Hidden")).status_code == 200


async def test_a_project_takes_its_playlists_with_it(world: World) -> None:
    """Playlists, cases, runs and suites: no row is left, and no original."""
    other = (await project(world.admin, "Sales"))["id"]
    base = f"/api/v1/projects/{other}/playlists"
    made = await playlist(world.admin, "Calls", base=base)
    await add(world.admin, made, {"inputs": {"a": "jane@example.com"}}, base=base)
    key = await key_of(world.admin, other)
    signed_in = {"Authorization": f"Bearer {key['token']}"}
    begun = await world.admin.post(
        f"/v2/projects/{other}/test-runs", json={"dataset_name": "Calls"}, headers=signed_in
    )
    assert begun.status_code == 201, begun.text
    suite = {"name": "Nightly", "playlist": "Calls"}
    suites = f"/api/v1/projects/{other}/test-suites"
    assert (await world.admin.post(suites, json=suite)).status_code == 201
    assert (await world.admin.delete(f"/api/v1/projects/{other}")).status_code == 204
    for table in ("playlists", "test_cases", "test_runs", "test_suites", "originals"):
        assert await stored(world.app, f"SELECT count(*) FROM {table}") == [0], table
