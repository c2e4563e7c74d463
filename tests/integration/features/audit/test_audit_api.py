"""The audit log by API: filters, pages, files and verifying, for those who may read it."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest
from tests.integration.features.conftest import World

from sluice.server.kit.database import utc_now

pytestmark = pytest.mark.anyio
EVENTS = "/api/admin/v1/audit-events"


async def _get(world: World, **params: str | int) -> list[dict[str, object]]:
    answer = await world.admin.get(EVENTS, params=params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, object]] = answer.json()["data"]
    return found


async def test_the_log_is_read_by_filters_page_by_page_and_taken_away(world: World) -> None:
    before = utc_now()
    for _ in range(5):
        await world.policy()
    everything = await _get(world)
    changed = await _get(world, event="policy.changed")
    assert [e["event"] for e in changed] == ["policy.changed"] * 6
    assert changed == await _get(world, event="policy")
    assert changed == await _get(world, subject="policy_group")
    assert changed == await _get(world, subject="policy_group:")
    assert [e["id"] for e in await _get(world, subject="policy_group:3")] == [changed[3]["id"]]
    assert changed[0]["actorName"] == "Administrator"
    assert changed[-1]["actorId"] is None
    assert len(await _get(world, event="policy", actor=str(changed[0]["actorId"]))) == 5
    assert len(await _get(world, event="policy", since=before.isoformat())) == 5
    assert await _get(world, since=(before + timedelta(days=1)).isoformat()) == []
    assert len(await _get(world, event="policy", until=before.isoformat())) == 1

    paged, cursor = [], None
    while True:
        params = {"limit": "4", **({"cursor": cursor} if cursor else {})}
        page = (await world.admin.get(EVENTS, params=params)).json()
        paged += page["data"]
        if (cursor := page["nextCursor"]) is None:
            break
    assert paged == everything

    lines = await world.admin.get(f"{EVENTS}/export", params={"event": "policy"})
    assert [json.loads(line) for line in lines.text.splitlines()] == changed[::-1]
    rows = await world.admin.get(f"{EVENTS}/export", params={"event": "policy", "format": "csv"})
    table = list(csv.DictReader(io.StringIO(rows.text, newline="")))
    assert [row["id"] for row in table] == [str(e["id"]) for e in changed[::-1]]
    exported = await _get(world, event="audit.exported")
    assert [e["details"] for e in exported] == [{"format": "csv"}, {"format": "jsonl"}]


async def test_the_chain_is_verified_on_demand(world: World) -> None:
    await world.policy()
    found = (await world.admin.get(f"{EVENTS}/verify")).json()["data"]
    assert found["sound"], found
    assert found["notes"] == []
    assert found["events"] == found["lastId"] == len(await _get(world))
    noted = f"{found['lastId']}:{found['hash']}"
    again = await world.admin.get(f"{EVENTS}/verify", params={"noted": noted})
    assert again.json()["data"]["sound"]
    other = await world.admin.get(
        f"{EVENTS}/verify", params={"noted": f"{found['lastId']}:{'0' * 64}"}
    )
    assert [f["kind"] for f in other.json()["data"]["faults"]] == ["noted_differs"]
    wrong = await world.admin.get(f"{EVENTS}/verify", params={"noted": "yesterday"})
    assert wrong.status_code == 400
    headers = {"Accept": "application/x-ndjson"}
    lines = await world.admin.get(f"{EVENTS}/verify", headers=headers)
    told = [json.loads(line) for line in lines.text.splitlines()]
    assert told[0] == {"checked": found["events"], "events": found["events"]}
    assert told[-1] == found


@pytest.mark.parametrize("path", ["", "/export", "/verify"])
async def test_the_log_is_for_who_may_read_it(world: World, path: str) -> None:
    for accept in ("application/json", "application/x-ndjson"):
        answer = await world.member.get(f"{EVENTS}{path}", headers={"Accept": accept})
        assert (answer.status_code, answer.json()["code"]) == (403, "missing_permission")
