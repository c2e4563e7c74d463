"""Thousands of custom terms are sought, paged and changed, each change a version."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from tests.integration.features.conftest import World
from tests.integration.features.recording import everything

pytestmark = pytest.mark.anyio
GROUPS = "/api/admin/v1/policy-groups"
PLANTED = "brindlewick"
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


async def test_terms_stand_in_no_error_log_or_unsealed_column(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    group = await world.policy()
    url = f"{GROUPS}/{group}/terms"
    term = {"name": PLANTED, "text": f"{PLANTED} Ltd"}
    wrong: list[tuple[str, Json]] = [
        ("search", {"text": PLANTED * 40}),
        ("search", {"text": PLANTED, "after": PLANTED, f"{PLANTED}!": 1}),
        ("change", {"ifVersion": 1, "add": [term, {**term, "entityType": f"{PLANTED}!"}]}),
        ("change", {"ifVersion": 1, "add": [{"name": PLANTED, "pattern": f"{PLANTED}("}]}),
        (
            "change",
            {"ifVersion": 1, "replace": [{"position": 0, "term": {**term, f"{PLANTED}!": 1}}]},
        ),
        ("change", {"ifVersion": 1, "replace": [{"position": 5, "term": term}]}),
        ("change", {"ifVersion": 7, "add": [term]}),
    ]
    for path, body in wrong:
        refused = await world.admin.post(f"{url}/{path}", json=body)
        assert refused.status_code in (409, 422), refused.text
        assert PLANTED not in refused.text.lower(), body
    done = await world.admin.post(f"{url}/change", json={"ifVersion": 1, "add": [term]})
    assert done.status_code == 200, done.text
    assert (await search(world, group, text=PLANTED))["found"] == 1
    assert PLANTED not in caplog.text.lower()
    assert PLANTED not in await everything(world.app.state.services.database)
