"""Saved views: whose they are, and what is kept of what people typed."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection
from tests.integration.features.conftest import ADMIN_TOKEN, World
from tests.integration.features.projects.team import project, team
from tests.integration.features.sessions.wire import completion, recorded

from sluice.server.errors import NotFound

pytestmark = pytest.mark.anyio
VIEWS = "/api/v1/projects/default/views"
SEARCH = "/api/v1/projects/default/recordings/search"
JANE = "jane.planted@example.org"
Json = dict[str, Any]


def view(value: str = "refund", **fields: object) -> Json:
    """A view of recordings whose text holds a value."""
    leaf = {"field": "text", "op": "contains", "value": value}
    return {"name": "Of a person", "target": "recordings", "filter": leaf, **fields}


async def saved(client: httpx.AsyncClient, body: Json, path: str = VIEWS) -> Json:
    """Save a view; as the answer shows it."""
    made = await client.post(path, json=body)
    assert made.status_code == 201, made.text
    data: Json = made.json()["data"]
    return data


def _everything(connection: Connection) -> str:
    names = inspect(connection).get_table_names()
    rows = [row for name in names for row in connection.execute(text(f'SELECT * FROM "{name}"'))]
    return "\n".join(repr(tuple(row)) for row in rows)


async def _originals(world: World) -> int:
    async with world.app.state.services.database.read() as session:
        found = await session.execute(text("SELECT count(*) FROM originals"))
    return int(found.scalar_one())


async def test_a_view_finds_what_was_typed_and_keeps_placeholders_of_it(world: World) -> None:
    before = await recorded(world.admin, str(uuid4()), completion(f"I am {JANE}"))
    made = await saved(world.admin, view(JANE))
    assert made["filter"] == {"field": "text", "op": "contains", "value": "EMAIL_ADDRESS_0"}
    assert (made["isOwn"], made["shared"], made["order"]) == (True, False, "newest")
    shown = (await world.admin.get(f"{VIEWS}/{made['id']}")).json()["data"]
    found = await world.admin.post(SEARCH, json={"filter": shown["filter"]})
    assert [row["id"] for row in found.json()["data"]] == [before]
    async with world.app.state.services.database.read() as session:
        stored = await (await session.connection()).run_sync(_everything)
    assert JANE not in stored
    assert "Of a person" not in stored


async def test_an_original_that_was_never_recorded_is_found_once_it_is(world: World) -> None:
    made = await saved(world.admin, view(JANE))
    later = await recorded(world.admin, str(uuid4()), completion(f"I am {JANE}"))
    found = await world.admin.post(SEARCH, json={"filter": made["filter"]})
    assert [row["id"] for row in found.json()["data"]] == [later]


async def test_names_and_values_of_metadata_are_cleansed_and_the_rest_stays(
    world: World,
) -> None:
    sent = {
        "and": [
            {"field": "model", "op": "eq", "value": "gpt-4.1"},
            {"not": {"field": "metadata.customer", "op": "eq", "value": JANE}},
            {"or": [{"field": f"metadata.{JANE}", "op": "gt", "value": 3}]},
        ]
    }
    made = await saved(world.admin, view(filter=sent))
    model, customer, named = made["filter"]["and"]
    assert model == sent["and"][0]
    assert customer == {
        "not": {"field": "metadata.customer", "op": "eq", "value": "EMAIL_ADDRESS_0"}
    }
    assert named == {"or": [{"field": "metadata.EMAIL_ADDRESS_0", "op": "gt", "value": 3}]}


async def test_what_only_a_view_uses_goes_with_it(world: World) -> None:
    made = await saved(world.admin, view(JANE))
    assert await _originals(world) == 1
    changed = await world.admin.put(f"{VIEWS}/{made['id']}", json=view("bob@example.org"))
    assert changed.json()["data"]["filter"]["value"] == "EMAIL_ADDRESS_1"
    assert await _originals(world) == 1
    assert (await world.admin.delete(f"{VIEWS}/{made['id']}")).status_code == 204
    assert await _originals(world) == 0
    assert (await world.admin.get(VIEWS)).json()["data"] == []
    events = [len(await world.audit(f"saved_view.{e}")) for e in ("created", "changed", "deleted")]
    assert events == [1, 1, 1]


WRONG: dict[str, Json] = {
    "field": {"filter": {"field": "nothing", "op": "eq", "value": JANE}},
    "order": {"target": "sessions", "order": "slowest"},
    "filter of another list": {"target": "calls"},
    "order of calls": {"target": "calls", "filter": None, "order": "oldest"},
    "column": {"columns": ["content"]},
    "name": {"name": "  "},
    "unknown key": {"owner": 1},
}


async def test_what_is_no_view_is_refused_and_nothing_is_kept(world: World) -> None:
    services = world.app.state.services
    search = services.workbench.search.saved_views
    admin = await services.auth.caller_of_token(ADMIN_TOKEN, address="here")
    default = await services.workbench.projects.of(admin, "default")
    with pytest.raises(NotFound):
        await search.get(default, admin, "\0")
    for what, wrong in WRONG.items():
        answer = await world.admin.post(VIEWS, json={**view(JANE), **wrong})
        assert answer.status_code == 422, what
        assert JANE not in answer.text, what
    assert await _originals(world) == 0


async def test_nothing_of_an_erased_person_is_left_in_a_view(world: World) -> None:
    await recorded(world.admin, str(uuid4()), completion(f"I am {JANE}"))
    made = await saved(world.admin, view(f"mail of {JANE}"))
    assert made["filter"]["value"] == "mail of EMAIL_ADDRESS_0"
    erased = await world.admin.post("/api/v1/projects/default/erasures", json={"values": [JANE]})
    assert erased.json()["data"]["originals"] == 1
    assert await _originals(world) == 0
    shown = (await world.admin.get(f"{VIEWS}/{made['id']}")).json()["data"]
    assert shown["filter"]["value"] == "mail of EMAIL_ADDRESS_0"


async def test_views_are_private_unless_an_editor_shares_them(world: World) -> None:
    await project(world.admin, "Alpha")
    path = "/api/v1/projects/alpha/views"
    async with team(world, "alpha") as clients:
        viewer, editor, owner = clients["viewer"], clients["editor"], clients["owner"]
        own = await saved(viewer, view(), path)
        assert (await viewer.post(path, json=view(shared=True))).status_code == 403
        shared = await saved(editor, view(shared=True, columns=["id", "model"]), path)
        listed = (await viewer.get(path)).json()["data"]
        assert [(v["id"], v["isOwn"]) for v in listed] == [(own["id"], True), (shared["id"], False)]
        assert [v["id"] for v in (await editor.get(path)).json()["data"]] == [shared["id"]]
        for who in (editor, owner, world.admin):
            assert (await who.get(f"{path}/{own['id']}")).status_code == 404
            assert (await who.delete(f"{path}/{own['id']}")).status_code == 404
        changed = await viewer.put(f"{path}/{shared['id']}", json=view())
        assert changed.status_code == 403
        assert (await owner.delete(f"{path}/{shared['id']}")).status_code == 204
    other = await world.admin.get("/api/v1/projects/default/views")
    assert other.json()["data"] == []


async def test_a_deleted_project_leaves_no_view(world: World) -> None:
    await project(world.admin, "Alpha")
    await saved(world.admin, view(JANE), "/api/v1/projects/alpha/views")
    assert (await world.admin.delete("/api/v1/projects/alpha")).status_code == 204
    async with world.app.state.services.database.read() as session:
        left = await session.execute(text("SELECT count(*) FROM saved_views"))
    assert left.scalar_one() == 0
