"""Thousands of custom terms are sought, paged and changed, each change a version."""

from __future__ import annotations

from typing import Any

import pytest
from tests.integration.features.conftest import World

pytestmark = pytest.mark.anyio
GROUPS = "/api/admin/v1/policy-groups"
Json = dict[str, Any]


def terms(count: int) -> list[Json]:
    return [
        {"name": f"customer {n}", "entityType": "CUSTOMER", "text": f"Quillfeather {n} Ltd"}
        for n in range(count)
    ]


async def search(world: World, group: int, **wanted: object) -> Json:
    answer = await world.admin.post(f"{GROUPS}/{group}/terms/search", json=wanted)
    assert answer.status_code == 200, answer.text
    data: Json = answer.json()["data"]
    return data


async def test_ten_thousand_terms_are_added_at_once_found_and_paged(world: World) -> None:
    group = await world.policy()
    url = f"{GROUPS}/{group}/terms/change"
    done = await world.admin.post(url, json={"ifVersion": 1, "add": terms(10_000)})
    assert done.status_code == 200, done.text
    assert done.json()["data"]["version"] == 2
    page = await search(world, group, after=49, limit=2)
    assert [one["position"] for one in page["terms"]] == [50, 51]
    assert (page["total"], page["found"], page["hasMore"]) == (10_000, 10_000, True)
    page = await search(world, group, text=" QUILLFEATHER 77 L")
    assert [one["position"] for one in page["terms"]] == [77]
    assert (page["found"], page["hasMore"]) == (1, False)
    assert (await search(world, group, text="nothing like it"))["terms"] == []
    more = await world.admin.post(url, json={"ifVersion": 2, "add": terms(1)})
    assert more.status_code == 422
    assert [one["path"] for one in more.json()["errors"]] == ["add"]


async def test_terms_are_replaced_and_removed_by_their_positions_of_one_version(
    world: World,
) -> None:
    group = await world.policy(customTerms=terms(4))
    url = f"{GROUPS}/{group}/terms/change"
    other = {"name": "other", "pattern": "QF-[0-9]+"}
    body: Json = {
        "ifVersion": 1,
        "replace": [{"position": 1, "term": other}],
        "remove": [0, 3],
        "add": [{"name": "last", "text": "Last"}],
        "note": "tidied",
    }
    assert (await world.admin.post(url, json=body)).status_code == 200
    page = await search(world, group)
    assert [one["term"]["name"] for one in page["terms"]] == ["other", "customer 2", "last"]
    again = await world.admin.post(url, json=body)
    assert (again.status_code, again.json()["code"]) == (409, "version_changed")
    wrong = await world.admin.post(
        url,
        json={"ifVersion": 2, "remove": [3], "replace": [{"position": 9, "term": other}]},
    )
    assert {one["path"] for one in wrong.json()["errors"]} == {"remove[0]", "replace[0].position"}
    assert (await search(world, group))["version"] == 2
