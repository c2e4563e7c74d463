"""The gateway's calls as those see them who view the project."""

from __future__ import annotations

import pytest
from tests.integration.features.conftest import World
from tests.integration.features.projects.team import project, team
from tests.integration.features.proxy.test_project_calls import JANE, asked

pytestmark = pytest.mark.anyio
CALLS = "/api/v1/projects/alpha/calls"


@pytest.mark.parametrize("window", [0, 5_000], ids=["by conversation", "among the newest"])
async def test_viewers_see_the_projects_calls_cleansed_and_no_others(
    world: World, window: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sluice.server.features.proxy.calls.repository.WINDOW", window)
    await world.instance(name="Scripted")
    await project(world.admin, "Alpha")
    world.provider.answer = ["Told EMAIL_ADDRESS_0"]
    async with team(world, "alpha") as clients:
        viewer = clients["viewer"]
        await asked(world, world.admin, f"Mail {JANE} of nobody")
        await asked(world, clients["key"], f"Mail {JANE}", "one")
        await asked(world, clients["key"], "Hello")
        newest, first = (await viewer.get(CALLS)).json()["data"]
        assert newest["id"] > first["id"]
        page = (await viewer.get(CALLS, params={"before": newest["id"], "limit": 1})).json()["data"]
        assert [call["id"] for call in page] == [first["id"]]
        for status, found in (("failed", []), ("complete", [newest["id"], first["id"]])):
            some = await viewer.get(CALLS, params={"status": status, "limit": len(found) or 1})
            assert [call["id"] for call in some.json()["data"]] == found
        shown = await viewer.get(f"{CALLS}/{first['id']}")
        assert "Mail EMAIL_ADDRESS_0" in str(shown.json()["data"]["request"])
        assert JANE not in shown.text
        everybodys = (await world.admin.get("/api/admin/v1/calls")).json()["data"]
        (other,) = {call["id"] for call in everybodys} - {newest["id"], first["id"]}
        assert (await viewer.get(f"{CALLS}/{other}")).status_code == 404
        assert (await clients["stranger"].get(CALLS)).status_code == 404
        uses = "/api/v1/projects/alpha/placeholders/uses"
        told = (await viewer.post(uses, json={"placeholder": "EMAIL_ADDRESS_0"})).json()["data"]
        assert [call["id"] for call in told["calls"]] == [first["id"]]
