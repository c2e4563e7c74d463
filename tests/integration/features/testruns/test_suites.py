"""Test suites: made over our own API, run over the wire of SDK 0.6.1."""

from __future__ import annotations

from typing import Any

import pytest
from tests.integration.features.conftest import World
from tests.integration.features.testruns.playlists import (
    PLAYLISTS,
    PROJECT,
    V2,
    add,
    originals,
    playlist,
)

pytestmark = pytest.mark.anyio
Json = dict[str, Any]
SUITES = f"{PROJECT}/test-suites"


async def template(world: World, text: str = "Say {{question}}") -> str:
    """A version of the template `Greet`; its id."""
    body = {
        "template_messages": [{"role": "user", "content": text}],
        "model": "scripted",
        "provider": "openai",
    }
    path = f"{V2}/prompt-templates/name/Greet/versions"
    saved = await world.admin.post(path, json=body)
    assert saved.status_code == 201, saved.text
    return str(saved.json()["prompt_template_version_id"])


async def suite(world: World, **more: object) -> str:
    """A suite over two cases, one of which expects `ok`; its id."""
    made = await playlist(world.admin)
    await add(
        world.admin,
        made,
        {"inputs": {"question": "A"}, "output": "ok"},
        {"inputs": {"question": "B"}, "output": "no"},
    )
    await template(world)
    order = {
        "name": "Nightly",
        "playlist": "Refunds",
        "template": "Greet",
        "modelInstance": await world.instance(),
        "evaluators": [{"kind": "exact"}],
        **more,
    }
    saved = await world.admin.post(SUITES, json=order)
    assert saved.status_code == 201, saved.text
    return str(saved.json()["data"]["id"])


async def test_a_client_runs_a_suite_itself(world: World) -> None:
    """It gets the template and the cases by pages, records, and reads the verdict."""
    made = await suite(world)
    begun = await world.admin.post(f"{V2}/test-suites/{made}/runs", json={"is_sdk": True})
    assert begun.status_code == 201, begun.text
    data = begun.json()
    assert (data["suite_id"], data["target_type"], data["total_test_cases"]) == (made, "prompt", 2)
    assert data["prompt_template"]["prompt_template_name"] == "Greet"
    runs = f"{V2}/test-suites/{made}/runs/{data['run_id']}"
    pages = [
        (await world.admin.get(f"{runs}/test-cases", params={"page": n, "page_size": 1})).json()
        for n in (1, 2)
    ]
    assert [page["pagination"]["has_next"] for page in pages] == [True, False]
    cases = [case for page in pages for case in page["data"]]
    assert [case["output"] for case in cases] == ["ok", "no"]
    before = (await world.admin.get(f"{runs}/results")).json()
    assert (before["status"], before["passed"]) == ("in-progress", None)
    for case in cases:
        body = {
            "messages": [{"role": "user", "content": "A"}, {"role": "assistant", "content": "B"}],
            "inputs": case["variables"],
            "eval_results": {"fine": True},
            "test_run_info": {
                "test_run_id": data["run_id"],
                "test_case_id": case["test_case_id"],
            },
        }
        path = f"{V2}/sessions/5b1d5a35-2d3c-4bd4-8c5e-8a4f9f1c1e11/completions"
        assert (await world.admin.post(path, json=body)).status_code == 201
    results = (await world.admin.get(f"{runs}/results")).json()
    assert (results["run_id"], results["suite_id"]) == (data["run_id"], made)
    assert (results["status"], results["passed"]) == ("completed", True)
    assert results["eval_results"] == {"fine": {"passed": True, "rate": 1.0}}
    assert set(results["summary_statistics"]) == {
        "auto_evaluation",
        "client_evaluation",
        "human_evaluation",
    }


@pytest.mark.parametrize(("pass_rate", "passed"), [(1.0, False), (0.5, True)])
async def test_the_server_runs_a_suite(world: World, pass_rate: float, passed: bool) -> None:
    """The answer comes when the run has ended, with its verdict."""
    made = await suite(world, passRate=pass_rate)
    answer = await world.admin.post(
        f"{V2}/test-suites/{made}/runs/execute", json={"name": "By hand"}, timeout=60
    )
    assert answer.status_code == 201, answer.text
    data = answer.json()
    assert (data["status"], data["passed"]) == ("completed", passed)
    assert data["eval_results"] == {"exact": {"passed": passed, "rate": 0.5}}
    runs = f"{V2}/test-suites/{made}/runs/{data['run_id']}"
    assert (await world.admin.get(f"{runs}/results")).json() == data


async def test_a_run_may_use_another_version(world: World) -> None:
    """One that is named, or that of another environment."""
    made = await suite(world)
    second = await template(world, "Shout {{question}}")
    path = f"{V2}/test-suites/{made}/runs"
    pinned = await world.admin.post(path, json={"prompt_template_version_id": second})
    assert pinned.json()["prompt_template"]["prompt_template_version_id"] == second
    nowhere = await world.admin.post(path, json={"environment": "prod"})
    assert nowhere.status_code == 404
    assert nowhere.json()["message"]


async def test_an_agent_s_suite_has_no_template(world: World) -> None:
    """Its cases are an agent's."""
    made = await playlist(world.admin, "Agent")
    await add(world.admin, made, {"inputs": {"input": "Go"}}, kind="trace")
    saved = await world.admin.post(SUITES, json={"name": "Agents", "playlist": "Agent"})
    path = f"{V2}/test-suites/{saved.json()['data']['id']}/runs"
    data = (await world.admin.post(path, json={})).json()
    assert (data["target_type"], data["prompt_template"]) == ("agent", None)
    page = (await world.admin.get(f"{path}/{data['run_id']}/test-cases")).json()
    assert [case["input"] for case in page["data"]] == ["Go"]
    refused = await world.admin.post(f"{path}/execute", json={})
    assert refused.status_code == 422


async def test_a_suite_is_cleansed_and_goes_with_its_originals(world: World) -> None:
    """What its evaluators look for is what stands in outputs: placeholders."""
    evaluator = {"kind": "contains", "values": ["jane@example.com"]}
    made = await suite(world, evaluators=[evaluator])
    shown = (await world.admin.get(f"{SUITES}/{made}")).json()["data"]
    assert shown["runs"]["evaluators"][0]["values"] == ["EMAIL_ADDRESS_0"]
    assert await originals(world.app) == {"EMAIL_ADDRESS_0"}
    assert (await world.admin.delete(f"{SUITES}/{made}")).status_code == 204
    assert await originals(world.app) == set()
    assert (await world.admin.get(f"{SUITES}/{made}")).status_code == 404


async def test_two_suites_never_have_one_name(world: World) -> None:
    """The second is refused, and nothing of it is kept."""
    await suite(world)
    again = {"name": "Nightly", "playlist": "Refunds",
             "evaluators": [{"kind": "contains", "values": ["joe@example.com"]}]}  # fmt: skip
    refused = await world.admin.post(SUITES, json=again)
    assert (refused.status_code, refused.json()["code"]) == (409, "suite_exists")
    assert await originals(world.app) == set()
    listed = (await world.admin.get(SUITES)).json()["data"]
    assert [one["name"] for one in listed] == ["Nightly"]


async def test_parameters_that_json_cannot_say_are_refused(world: World) -> None:
    """No client could read the suite."""
    await playlist(world.admin)
    body = '{"name": "Endless", "playlist": "Refunds", "parameters": {"stop": [1e999]}}'
    refused = await world.admin.post(SUITES, content=body.encode(),
                                     headers={"Content-Type": "application/json"})  # fmt: skip
    assert refused.status_code == 422
    assert [problem["path"] for problem in refused.json()["errors"]] == ["parameters.stop[0]"]


async def test_a_suite_goes_with_its_playlist(world: World) -> None:
    """There is nothing to run any more."""
    made = await suite(world)
    assert (await world.admin.delete(f"{PLAYLISTS}/Refunds")).status_code == 204
    assert (await world.admin.get(f"{SUITES}/{made}")).status_code == 404


async def test_runs_of_another_suite_are_not_there(world: World) -> None:
    """A run is found in its own suite only."""
    made = await suite(world)
    other = await world.admin.post(SUITES, json={"name": "Other", "playlist": "Refunds"})
    begun = await world.admin.post(f"{V2}/test-suites/{made}/runs", json={})
    path = f"{V2}/test-suites/{other.json()['data']['id']}/runs/{begun.json()['run_id']}"
    for part in ("results", "test-cases"):
        assert (await world.admin.get(f"{path}/{part}")).status_code == 404
