"""Runs that SDKs made, compared case by case like those of the server."""

from __future__ import annotations

from uuid import uuid4

import pytest
from tests.integration.features.conftest import World
from tests.integration.features.sessions.wire import (
    Json,
    chat_record,
    completion,
    new_session,
    recorded,
)
from tests.integration.features.testruns.playlists import V2, add, playlist
from tests.integration.features.testruns.running.bench import RUNS
from tests.integration.features.testruns.test_wire_test_runs import ORDER

pytestmark = pytest.mark.anyio
JANE = "jane.roe@example.org"
CASES: tuple[Json, ...] = (
    {"inputs": {"question": f"Who is {JANE}?", "n": 2}, "output": "A customer."},
    {"inputs": {"question": "Hello"}, "output": "Hello"},
    {"inputs": {"question": "Hello"}, "output": "Hello again"},
)


async def run_of_today(world: World, outputs: list[str], scores: list[object]) -> str:
    """A run of 0.6.1 in which each case was recorded; its id."""
    begun = (await world.admin.post(f"{V2}/test-runs", json=ORDER)).json()
    run = str(begun["test_run_id"])
    for case, output, score in zip(begun["test_cases"], outputs, scores, strict=True):
        info = {"test_run_id": run, "test_case_id": case["test_case_id"]}
        times = {"start_time": 1_700_000_000.0, "end_time": 1_700_000_001.5}
        body = completion(
            str(case["variables"]),
            answer=output,
            test_run_info=info,
            eval_results={"good": score, "stars": 4},
            call_info={**times, "model": "m", "provider": "openai"},
        )
        await recorded(world.admin, str(uuid4()), body)
    return run


async def run_of_0_1_6(world: World, outputs: list[str]) -> str:
    """A run of 0.1.6, whose recordings do not name their cases; its id."""
    path = "/projects/default/test-runs"
    begun = (await world.admin.post(path, json={"playlist_name": "Refunds"})).json()
    run = str(begun["test_run_id"])
    session = await new_session(world.admin, test_run_id=run)
    for inputs, output in zip(begun["inputs"], outputs, strict=True):
        said = {"inputs": inputs, "answer": output, "test_run_id": run}
        body = chat_record(session, str(inputs), **said)
        assert (await world.admin.post("/v1/record", json=body)).status_code < 400
    return run


async def compared(world: World, *runs: str, **wanted: str) -> Json:
    """The comparison on our own API."""
    answer = await world.admin.get(f"{RUNS}/compare", params={"runs": ",".join(runs), **wanted})
    assert answer.status_code == 200, answer.text
    data: Json = answer.json()["data"]
    return data


async def test_two_runs_of_0_6_1_are_compared_case_by_case(world: World) -> None:
    await add(world.admin, await playlist(world.admin), *CASES)
    first = await run_of_today(world, [f"Ask {JANE}", "Hi", "Hi"], [True, 0.9, 0.5])
    second = await run_of_today(world, [f"Ask {JANE}", "Hi", "No"], [True, 0.9, 0.2])
    found = await compared(world, first, second)
    assert (found["sharedCases"], found["regressions"]) == (3, 1)
    good = found["against"][0]["evaluators"]["good"]
    assert (good["pairs"], good["losses"], good["ties"]) == (3, 1, 2)
    assert "stars" not in found["against"][0]["evaluators"], "no number from 0 to 1"
    outputs = [[one["output"] for one in case["results"]] for case in found["cases"]]
    assert outputs == [["Ask EMAIL_ADDRESS_0"] * 2, ["Hi", "Hi"], ["Hi", "No"]]
    assert found["cases"][0]["results"][0]["durationMs"] == 1500
    (worse,) = (await compared(world, first, second, only="regressions"))["cases"]
    assert worse["differences"] == [
        [{"kind": "removed", "text": "Hi"}, {"kind": "added", "text": "No"}]
    ]


async def test_recordings_of_0_1_6_are_of_the_cases_whose_inputs_they_have(world: World) -> None:
    """Also where an input is no text, holds a placeholder, or stands in several cases."""
    await add(world.admin, await playlist(world.admin), *CASES)
    old = await run_of_0_1_6(world, ["one", "two", "three"])
    today = await run_of_today(world, ["one", "2", "three"], [1, 1, 1])
    found = await compared(world, old, today)
    outputs = [[one["output"] for one in case["results"]] for case in found["cases"]]
    assert outputs == [["one", "one"], ["two", "2"], ["three", "three"]]


async def test_the_last_recording_of_a_case_counts(world: World) -> None:
    await add(world.admin, await playlist(world.admin), CASES[1])
    run = await run_of_today(world, ["first"], [0])
    (case,) = (await world.admin.get(f"{RUNS}/{run}/results")).json()["data"]
    assert (case["output"], case["scores"]["good"]["passed"]) == ("first", False)
    info = {"test_run_id": run, "test_case_id": case["testCaseId"]}
    body = completion("again", answer="second", test_run_info=info, eval_results={"good": True})
    await recorded(world.admin, str(uuid4()), body)
    (case,) = (await world.admin.get(f"{RUNS}/{run}/results")).json()["data"]
    assert (case["output"], case["scores"]["good"]["passed"]) == ("second", True)
    shown = (await world.admin.get(f"{RUNS}/{run}")).json()["data"]
    assert shown["summary"]["evaluators"]["good"]["passRate"] == 1
    failing = {"status": "not_passed"}
    assert (await world.admin.get(f"{RUNS}/{run}/results", params=failing)).json()["data"] == []


async def test_a_run_in_which_nothing_was_recorded_has_no_results(world: World) -> None:
    await add(world.admin, await playlist(world.admin), CASES[1])
    begun = [(await world.admin.post(f"{V2}/test-runs", json=ORDER)).json() for _ in range(2)]
    found = await compared(world, *(str(one["test_run_id"]) for one in begun))
    assert (found["sharedCases"], found["cases"]) == (0, [])
