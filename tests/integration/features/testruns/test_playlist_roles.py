"""Viewers read playlists, editors and keys change them, strangers do not see any of them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.integration.features.conftest import World
from tests.integration.features.projects.team import EVERYBODY, project, team

pytestmark = pytest.mark.anyio
Json = dict[str, Any]

CASE: Json = {"inputs": {"a": "b"}}
READING: list[tuple[str, str, Json | None, int]] = [
    ("GET", "{own}/playlists", None, 200),
    ("GET", "{own}/playlists/One", None, 200),
    ("GET", "{own}/playlists/One/test-cases", None, 200),
    ("GET", "{own}/playlists/One/export", None, 200),
    ("GET", "{own}/test-suites", None, 200),
    ("GET", "{own}/test-suites/Nightly", None, 200),
    ("GET", "{wire}/datasets/id/One/test-cases", None, 200),
]
CHANGING: list[tuple[str, str, Json | None, int]] = [
    ("POST", "{own}/playlists/One/test-cases", {"testCases": [CASE]}, 201),
    ("POST", "{own}/playlists/One/import?format=jsonl", CASE, 200),
    ("POST", "{own}/playlists/One/from-recordings", {"recordings": []}, 201),
    ("PATCH", "{own}/playlists/One", {"name": "One"}, 200),
    ("POST", "{wire}/datasets/id/One/test-cases", {"examples": [CASE]}, 201),
    ("POST", "{wire}/test-runs", {"dataset_name": "One"}, 201),
    ("POST", "{wire}/test-suites/Nightly/runs", {}, 201),
    ("POST", "{old}/test-runs", {"playlist_name": "One"}, 201),
]
NEW: list[tuple[str, str, str, Json]] = [
    ("{own}/playlists", "{own}/playlists/New", "DELETE", {"name": "New"}),
    ("{own}/test-suites", "{own}/test-suites/New", "DELETE", {"name": "New", "playlist": "One"}),
]
EDITORS = {"key", "editor", "owner", "administrator"}


def expected(who: str, *, reads: bool, status: int) -> int:
    """What somebody is answered."""
    if who == "stranger":
        return 404
    return status if reads or who in EDITORS else 403


async def test_each_role_may_do_what_is_its_own(world: World) -> None:
    """Every call, by everybody."""
    made = (await project(world.admin, "Sales"))["id"]
    paths = {"own": f"/api/v1/projects/{made}", "wire": f"/v2/projects/{made}",
             "old": f"/projects/{made}"}  # fmt: skip
    await world.admin.post(f"{paths['own']}/playlists", json={"name": "One"})
    suite = {"name": "Nightly", "playlist": "One"}
    await world.admin.post(f"{paths['own']}/test-suites", json=suite)
    async with team(world, made) as clients:
        for who in EVERYBODY:
            for calls, reads in ((READING, True), (CHANGING, False)):
                for method, path, body, status in calls:
                    url = path.format(**paths)
                    answer = await clients[who].request(method, url, json=body)
                    wanted = expected(who, reads=reads, status=status)
                    assert answer.status_code == wanted, (who, method, url, answer.text)
            for path, one, method, body in NEW:
                answer = await clients[who].post(path.format(**paths), json=body)
                assert answer.status_code == expected(who, reads=False, status=201), (who, path)
                gone = await clients[who].request(method, one.format(**paths))
                assert gone.status_code in ((204,) if who in EDITORS else (403, 404)), (who, one)
