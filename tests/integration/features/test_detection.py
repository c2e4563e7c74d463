"""Thorough detection, chosen by policy group: versioned, refused where it cannot be had."""

from __future__ import annotations

import pytest
from tests.integration.features.conftest import World
from tests.taggers import HERE, install

pytestmark = pytest.mark.anyio
GROUPS = "/api/admin/v1/policy-groups"
TEXT = "buy gravel"
THOROUGH = {"name": "Careful", "policy": {"detection": "thorough"}}


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, f"{HERE}tagger")


async def test_a_policy_group_looks_with_the_standard_tagger_unless_it_says_otherwise(
    world: World,
) -> None:
    groups = (await world.admin.get(GROUPS)).json()["data"]
    assert [group["policy"]["detection"] for group in groups] == ["standard"]


@pytest.mark.usefixtures("installed")
async def test_the_group_that_asks_for_it_has_thorough_findings_and_the_other_has_not(
    world: World,
) -> None:
    careful = await world.instance(await world.policy(detection="thorough"))
    await world.prompt("submit", TEXT, await world.instance())
    await world.prompt("submit", TEXT, careful)
    seen = [messages[-1].content for messages in world.provider.asked]
    assert seen == [TEXT, "buy PERSON_0"]


@pytest.mark.usefixtures("installed")
async def test_the_choice_is_part_of_the_version(world: World) -> None:
    group = (await world.admin.post(GROUPS, json=THOROUGH)).json()["data"]
    path = f"{GROUPS}/{group['id']}"
    back = {"name": "Careful", "policy": {"detection": "standard"}}
    assert (await world.admin.put(path, json=back)).json()["data"]["version"] == 2
    versions = (await world.admin.get(f"{path}/versions")).json()["data"]
    assert [v["policy"]["detection"] for v in versions] == ["standard", "thorough"]
    restored = await world.admin.post(f"{path}/restore", json={"number": 1})
    assert restored.json()["data"]["policy"]["detection"] == "thorough"


async def test_saving_it_without_the_package_is_refused_with_what_to_install(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch)
    terms = [{"name": "bad", "pattern": "("}]
    policy = {"detection": "thorough", "customTerms": terms}
    answer = await world.admin.post(GROUPS, json={"name": "Careful", "policy": policy})
    assert answer.status_code == 422
    problems = {e["path"]: e["message"] for e in answer.json()["errors"]}
    assert "pip install sluice-thorough" in problems["policy.detection"]
    assert len(problems) == 2
    assert len((await world.admin.get(GROUPS)).json()["data"]) == 1


async def test_an_unknown_detection_is_refused_with_the_place(world: World) -> None:
    body = {"name": "Careful", "policy": {"detection": "psychic"}}
    answer = await world.admin.post(GROUPS, json=body)
    assert answer.status_code == 422
    assert [e["path"] for e in answer.json()["errors"]] == ["policy.detection"]


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("call", ["analyze", "cleanse", "submit"])
async def test_a_server_that_lacks_the_package_refuses_that_groups_prompts(
    world: World, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    careful = await world.instance(await world.policy(detection="thorough"))
    other = await world.instance()
    install(monkeypatch)
    body = {"modelInstanceId": careful, "source": "sdk", "text": TEXT}
    answer = await world.admin.post(f"/api/v1/prompts/{call}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (503, "detector_missing")
    assert "pip install sluice-thorough" in answer.json()["message"]
    assert world.provider.asked == []
    await world.prompt("submit", TEXT, other)
    assert len(world.provider.asked) == 1
