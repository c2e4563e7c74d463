"""Datasets and test runs on both Freeplay wires, as the published SDKs read them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.integration.features.conftest import World, client
from tests.integration.features.projects.team import key_of
from tests.integration.features.testruns.playlists import V2, add, playlist, stored

pytestmark = pytest.mark.anyio
Json = dict[str, Any]
SESSION = "5b1d5a35-2d3c-4bd4-8c5e-8a4f9f1c1e11"
ORDER: Json = {
    "dataset_name": "Refunds",
    "include_outputs": False,
    "test_run_name": None,
    "test_run_description": None,
    "flavor_name": None,
    "target_evaluation_ids": None,
}
"""As SDK 0.6.1 sends it."""


async def filled(world: World) -> str:
    """A playlist of two cases; its id."""
    made = await playlist(world.admin)
    await add(
        world.admin,
        made,
        {
            "inputs": {"question": "Who is jane@example.com?", "n": 2, "more": {"a": [True]}},
            "output": "A customer.",
            "history": [{"role": "user", "content": "Hello"}],
            "metadata": {"plan": "pro"},
        },
        {"inputs": {"question": "Hello"}},
    )
    return made


async def run(world: World, **order: object) -> Json:
    """A test run of SDK 0.6.1."""
    begun = await world.admin.post(f"{V2}/test-runs", json={**ORDER, **order})
    assert begun.status_code == 201, begun.text
    data: Json = begun.json()
    return data


@pytest.mark.parametrize("base", ["", "/api"])
async def test_0_1_6_gets_a_test_run_s_inputs_as_texts(world: World, base: str) -> None:
    """201, the id, and texts alone: other values are compact JSON. They hold placeholders."""
    await filled(world)
    path = f"{base}/projects/default/test-runs"
    begun = await world.admin.post(path, json={"playlist_name": "Refunds"})
    assert begun.status_code == 201
    data = begun.json()
    assert isinstance(data["test_run_id"], str)
    assert data["inputs"] == [
        {"question": "Who is EMAIL_ADDRESS_0?", "n": "2", "more": '{"a":[true]}'},
        {"question": "Hello"},
    ]


async def test_0_1_6_is_told_of_a_wrong_playlist(world: World) -> None:
    """In JSON with a message: the client looks at nothing else."""
    wrong = await world.admin.post("/projects/default/test-runs", json={"playlist_name": "Refund"})
    assert wrong.status_code == 404
    assert wrong.json()["message"] == "There is no such playlist in this project."


async def test_0_6_1_gets_a_test_run_s_cases(world: World) -> None:
    """Both keys are there; without outputs unless they are asked for."""
    await filled(world)
    data = await run(world)
    assert data["trace_test_cases"] is None
    first, second = data["test_cases"]
    assert first["variables"]["question"] == "Who is EMAIL_ADDRESS_0?"
    assert first["history"] == [{"role": "user", "content": "Hello"}]
    assert first["custom_metadata"] == {"plan": "pro"}
    assert "output" not in first
    assert second["media_variables"] is None
    with_outputs = await run(world, include_outputs=True)
    assert [c["output"] for c in with_outputs["test_cases"]] == ["A customer.", None]


async def test_0_6_1_gets_the_cases_of_an_agent(world: World) -> None:
    """Under the other key; an input that is no text is JSON."""
    made = await playlist(world.admin, "Agent")
    await add(
        world.admin,
        made,
        {"inputs": {"input": "Refund it"}, "output": "done"},
        {"inputs": {"input": {"order": 5}}},
        kind="trace",
    )
    data = await run(world, dataset_name="Agent", include_outputs=True)
    assert not data["test_cases"]
    first, second = data["trace_test_cases"]
    assert (first["input"], first["output"]) == ("Refund it", "done")
    assert second["input"] == '{"order": 5}'


async def test_the_name_and_description_of_a_run_are_cleansed(world: World) -> None:
    """Also in the column where the name stands."""
    await filled(world)
    begun = await run(
        world, test_run_name="For joe@example.com", test_run_description="joe@example.com asked"
    )
    told = (await world.admin.get(f"{V2}/test-runs/id/{begun['test_run_id']}")).json()
    assert (told["name"], told["description"]) == (
        "For EMAIL_ADDRESS_1",
        "EMAIL_ADDRESS_1 asked",
    )
    assert await stored(world.app, "SELECT name FROM test_runs") == ["For EMAIL_ADDRESS_1"]


async def test_a_run_s_statistics_come_from_what_was_recorded(world: World) -> None:
    """The client's evaluations and people's feedback, over recordings and traces."""
    await filled(world)
    begun = await run(world)
    for case, good, score in zip(begun["test_cases"], (True, False), (0.5, 1.0), strict=True):
        info = {"test_run_id": begun["test_run_id"], "test_case_id": case["test_case_id"]}
        body = {
            "messages": [{"role": "user", "content": "A"}, {"role": "assistant", "content": "B"}],
            "inputs": case["variables"],
            "eval_results": {"kind": good, "score": score},
            "test_run_info": info,
        }
        saved = await world.admin.post(f"{V2}/sessions/{SESSION}/completions", json=body)
        assert saved.status_code == 201, saved.text
        path = f"{V2}/completion-feedback/id/{saved.json()['completion_id']}"
        assert (await world.admin.post(path, json={"stars": 4})).status_code == 201
    told = (await world.admin.get(f"{V2}/test-runs/id/{begun['test_run_id']}")).json()
    statistics = told["summary_statistics"]
    assert statistics["auto_evaluation"] == {
        "kind": {"count": 2, "mean": 0.5, "min": 0.0, "max": 1.0},
        "score": {"count": 2, "mean": 0.75, "min": 0.5, "max": 1.0},
    }
    assert statistics["human_evaluation"] == {"stars": {"count": 2, "mean": 4.0, "min": 4.0,
                                                        "max": 4.0}}  # fmt: skip
    assert told["status"] == "completed"


async def test_a_missing_run_is_told(world: World) -> None:
    """In JSON with a message."""
    missing = await world.admin.get(f"{V2}/test-runs/id/nothing")
    assert (missing.status_code, missing.json()["code"]) == (404, "no_test_run")


async def test_a_dataset_takes_and_gives_test_cases(world: World) -> None:
    """201, then a bare array in which `output` always stands."""
    made = await playlist(world.admin)
    path = f"{V2}/datasets/id/{made}/test-cases"
    message = {"role": "assistant", "content": "Hi jane@example.com"}
    examples = [
        {
            "history": None,
            "output": None,
            "output_message": message,
            "metadata": {"a": "b"},
            "inputs": {"question": "Mail jane@example.com"},
            "media_inputs": None,
        },
        {"inputs": {"question": "Hello"}, "output": "Hi"},
    ]
    saved = await world.admin.post(path, json={"examples": examples})
    assert saved.status_code == 201, saved.text
    listed = await world.admin.get(path)
    first, second = listed.json()
    assert [one["id"] for one in (first, second)] == saved.json()["test_case_ids"]
    assert first["values"] == {"question": "Mail EMAIL_ADDRESS_0"}
    assert first["output_message"] == {"role": "assistant", "content": "Hi EMAIL_ADDRESS_0"}
    assert (first["output"], first["metadata"]) == (None, {"a": "b"})
    assert second["output"] == "Hi"
    assert (await world.admin.get(f"/api{path}")).json() == listed.json()


async def test_an_empty_dataset_is_an_empty_array(world: World) -> None:
    """Not nothing."""
    made = await playlist(world.admin)
    listed = await world.admin.get(f"{V2}/datasets/id/{made}/test-cases")
    assert (listed.status_code, listed.json()) == (200, [])


async def test_wrong_examples_are_told_with_their_paths(world: World) -> None:
    """As the wire spells them."""
    made = await playlist(world.admin)
    file = {"type": "base64", "data": "AA==", "content_type": "image/png"}
    body = {"examples": [{"inputs": {"a": "x"}}, {"inputs": {}, "media_inputs": {"p": file}}]}
    refused = await world.admin.post(f"{V2}/datasets/id/{made}/test-cases", json=body)
    assert refused.status_code == 422
    assert [p["path"] for p in refused.json()["errors"]] == ["examples[1].media_inputs.p"]


NUL: list[tuple[str, Json]] = [
    ("/projects/default/test-runs", {"playlist_name": "a\0"}),
    (f"{V2}/test-runs", {**ORDER, "dataset_name": "a\0"}),
    (f"{V2}/test-runs", {**ORDER, "test_run_name": "a\0"}),
    (f"{V2}/datasets/id/a%00/test-cases", {"examples": [{"inputs": {"a": 1}}]}),
    (f"{V2}/test-suites/a%00/runs", {}),
    ("/api/v1/projects/default/playlists", {"name": "a\0"}),
    ("/api/v1/projects/default/playlists/Refunds/from-recordings", {"recordings": ["a\0"]}),
]


async def test_what_no_database_can_hold_is_refused(world: World) -> None:
    """The character NUL in a name or an id; in the texts of a test case it is like others."""
    made = await filled(world)
    for path, body in NUL:
        assert (await world.admin.post(path, json=body)).status_code == 422, path
    await add(world.admin, made, {"inputs": {"a": "x\0y"}})
    listed = await world.admin.get(f"{V2}/datasets/id/{made}/test-cases")
    assert listed.json()[-1]["values"] == {"a": "x\0y"}


async def test_a_project_s_key_runs_tests_and_a_stranger_s_does_not(world: World) -> None:
    """A key edits; who has no role in the project finds nothing; nobody is nobody."""
    await filled(world)
    token = (await key_of(world.admin, "default"))["token"]
    async with client(world.app, token) as application:
        assert (await application.post(f"{V2}/test-runs", json=ORDER)).status_code == 201
    assert (await world.member.post(f"{V2}/test-runs", json=ORDER)).status_code == 404
    async with client(world.app, "no-token-at-all") as nobody:
        assert (await nobody.post(f"{V2}/test-runs", json=ORDER)).status_code == 401
