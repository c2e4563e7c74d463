"""Test runs that the server makes, from their start to their results."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import text
from tests.integration.features.conftest import World
from tests.integration.features.testruns.running.bench import PROJECT, RUNS, Bench, Desk, said

from sluice.server.providers.base import (
    ProviderError,
    ProviderRateLimited,
    ProviderRejected,
    ProviderUnreachable,
)

pytestmark = pytest.mark.anyio


async def test_every_case_is_asked_judged_and_kept(bench: Bench, desk: Desk) -> None:
    run = await bench.ended(await bench.start(name="First"))
    assert (run["status"], run["cases"], run["name"]) == ("complete", 3, "First")
    summary = run["summary"]
    assert (summary["complete"], summary["failed"]) == (3, 0)
    assert summary["evaluators"]["exact"] == {
        "judged": 3,
        "passed": 3,
        "passRate": 1.0,
        "mean": 1.0,
        "errors": 0,
    }
    assert (summary["inputTokens"], summary["outputTokens"]) == (21, 9)
    results = await bench.results(run["id"], limit=2)
    assert [result["output"] for result in results] == ["word0", "word1", "word2"]
    assert min(desk.seen) == "You are a desk.\nSay word0 to everybody."
    assert {(asked.temperature, asked.max_tokens) for asked in desk.asked} == {(0.25, 50)}


async def test_parameters_of_the_run_go_before_those_of_the_template(
    bench: Bench, desk: Desk
) -> None:
    await bench.ended(await bench.start(parameters={"temperature": 1, "seed": 1234567}))
    assert {(a.temperature, a.max_tokens, a.seed) for a in desk.asked} == {(1, 50, 1234567)}


async def test_tools_and_the_schema_of_a_template_are_told(bench: Bench, desk: Desk) -> None:
    schema = {"type": "object", "properties": {"word": {"type": "string"}}}
    tools = [{"name": "look_up", "description": "Looks up.", "parameters": schema}]
    await bench.template("with tools", toolSchema=tools, outputSchema=schema)
    await bench.ended(await bench.start(template="with tools", evaluators=[]))
    assert {tool.name for asked in desk.asked for tool in asked.tools} == {"look_up"}
    assert desk.asked[0].json_schema == schema


async def test_a_version_is_run_as_it_was_named_or_where_its_environment_points(
    bench: Bench, desk: Desk
) -> None:
    first = await bench.template()
    second = await bench.template(messages=[{"role": "user", "content": "Shout {{word}}"}])
    (template,) = (await bench.http.get(f"{PROJECT}/templates")).json()["data"]
    path = f"{PROJECT}/templates/{template['id']}/deployments"
    deployed = await bench.http.post(path, json={"version": 1, "environment": "prod"})
    assert deployed.status_code == 201, deployed.text
    prod = await bench.ended(await bench.start(environment="prod"))
    assert (prod["templateVersion"], prod["environment"]) == (first, "prod")
    newest = await bench.ended(await bench.start())
    named = await bench.ended(await bench.start(template=None, templateVersion=first))
    assert (newest["templateVersion"], named["templateVersion"]) == (second, first)
    assert (newest["environment"], named["environment"]) == ("latest", None)


async def test_a_vendor_that_fails_for_a_moment_is_asked_again(bench: Bench, desk: Desk) -> None:
    failures: list[ProviderError] = [
        ProviderRateLimited("scripted", "slow", status=429, retryable=True),
        ProviderUnreachable("scripted", "gone", retryable=True),
        ProviderError("scripted", "broken", status=503, retryable=True),
    ]
    desk.answer = lambda prompt: failures.pop() if failures else said(prompt)
    run = await bench.ended(await bench.start())
    assert (run["summary"]["complete"], len(desk.seen)) == (3, 6)


async def test_a_case_that_a_vendor_refuses_fails_alone(bench: Bench, desk: Desk) -> None:
    refused = ProviderRejected("scripted", "no", status=400)
    desk.answer = lambda prompt: refused if "word1" in prompt else said(prompt)
    run = await bench.ended(await bench.start())
    assert (run["status"], run["summary"]["errors"]) == ("complete", {"provider_rejected": 1})
    assert (run["summary"]["evaluators"]["exact"]["judged"], len(desk.seen)) == (2, 3)
    (failed,) = await bench.results(run["id"], status="failed")
    assert (failed["output"], failed["errorCode"]) == (None, "provider_rejected")


async def test_failed_cases_are_asked_again_where_somebody_wants_it(
    bench: Bench, desk: Desk
) -> None:
    refused = ProviderRejected("scripted", "no", status=400)
    desk.answer = lambda prompt: refused if "word1" in prompt else said(prompt)
    uid = await bench.start()
    await bench.ended(uid)
    nothing = await bench.http.post(f"{RUNS}/{uid}/resume", json={"failed": False})
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_to_resume")
    desk.answer = said
    assert (await bench.http.post(f"{RUNS}/{uid}/resume", json={})).status_code == 200
    run = await bench.ended(uid)
    assert (run["summary"]["complete"], run["summary"]["failed"], len(desk.seen)) == (3, 0, 4)


async def test_a_run_that_is_cancelled_stops_and_goes_on_later(bench: Bench, desk: Desk) -> None:
    def answer(prompt: str) -> str:
        if len(desk.seen) >= 2:
            desk.gate.clear()
        return said(prompt)

    desk.answer = answer
    uid = await bench.start(concurrency=1)
    await bench.until(uid, lambda run: run["summary"]["complete"] == 2)
    cancelled = await bench.http.post(f"{RUNS}/{uid}/cancel")
    assert cancelled.json()["data"]["status"] == "cancelled"
    assert (await bench.http.post(f"{RUNS}/{uid}/cancel")).status_code == 409
    desk.answer = said
    desk.gate.set()
    assert len(await bench.results(uid)) == 2
    resumed = await bench.http.post(f"{RUNS}/{uid}/resume", json={})
    assert resumed.status_code == 200
    run = await bench.ended(uid)
    assert (run["status"], run["summary"]["complete"]) == ("complete", 3)


@pytest.mark.parametrize("at_once", [1, 3])
async def test_as_many_cases_as_wanted_are_asked_at_once(
    bench: Bench, desk: Desk, at_once: int
) -> None:
    desk.gate.clear()
    uid = await bench.start(concurrency=at_once)
    await bench.until(uid, lambda _: desk.at_once == at_once)
    desk.gate.set()
    await bench.ended(uid)
    assert desk.most_at_once == at_once


async def test_cases_that_are_added_later_are_no_part_of_a_run(bench: Bench, desk: Desk) -> None:
    desk.gate.clear()
    uid = await bench.start()
    await bench.until(uid, lambda _: bool(desk.seen))
    path = f"{PROJECT}/playlists/Words/test-cases"
    late = {"testCases": [{"inputs": {"word": "late", "who": "us"}, "output": "late"}]}
    assert (await bench.http.post(path, json=late)).status_code == 201
    desk.gate.set()
    run = await bench.ended(uid)
    assert (run["cases"], run["summary"]["complete"]) == (3, 3)


async def test_a_playlist_that_is_deleted_ends_its_runs_without_a_fault(
    bench: Bench, desk: Desk
) -> None:
    desk.gate.clear()
    uid = await bench.start(concurrency=1)
    await bench.until(uid, lambda _: bool(desk.seen))
    assert (await bench.http.delete(f"{PROJECT}/playlists/Words")).status_code == 204
    desk.gate.set()
    run = await bench.ended(uid)
    assert (run["status"], run["summary"]["complete"]) == ("complete", 0)


async def test_history_of_a_case_goes_where_the_template_has_its_place(
    bench: Bench, desk: Desk
) -> None:
    messages = [{"kind": "history"}, {"role": "user", "content": "And {{word}}?"}]
    await bench.template("talk", messages=messages)
    before = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi"}]
    case = {"inputs": {"word": "now"}, "history": before}
    await bench.playlist([case], "Talks")
    await bench.ended(await bench.start(playlist="Talks", template="talk", evaluators=[]))
    assert desk.seen == ["Hello\nHi\nAnd now?"]


async def test_recordings_are_sent_again_as_they_were(bench: Bench, desk: Desk) -> None:
    before = await bench.ended(await bench.start())
    asked = sorted(desk.seen)
    made = await bench.http.post(f"{PROJECT}/playlists", json={"name": "Again"})
    path = f"{PROJECT}/playlists/{made.json()['data']['id']}/from-recordings"
    added = await bench.http.post(path, json={"sessions": [before["id"]]})
    assert added.status_code == 201, added.text
    desk.seen.clear()
    again = {"playlist": "Again", "template": None, "asRecorded": True}
    run = await bench.ended(await bench.start(**again))
    assert sorted(desk.seen) == asked
    assert (run["template"], run["summary"]["evaluators"]["exact"]["passed"]) == (None, 3)


async def test_cases_without_messages_of_their_own_fail_alone(bench: Bench) -> None:
    run = await bench.ended(await bench.start(template=None, asRecorded=True))
    assert (run["status"], run["summary"]["errors"]) == ("complete", {"no_messages": 3})


NOT_STARTED: dict[str, tuple[dict[str, Any], int, str]] = {
    "no such playlist": ({"playlist": "None"}, 404, ""),
    "no such template": ({"template": "none"}, 404, ""),
    "no such instance": ({"modelInstance": 4711}, 404, ""),
    "no instance of this name": ({"modelInstance": "none"}, 404, ""),
    "no judge of this name": (
        {"evaluators": [{"kind": "judge", "modelInstance": "none"}]},
        404,
        "",
    ),
    "two versions": ({"templateVersion": "x"}, 422, ""),
    "a version and as recorded": ({"asRecorded": True}, 422, ""),
    "unknown parameter": ({"parameters": {"heat": 1}}, 422, "parameters.heat"),
    "wrong parameter": ({"parameters": {"temperature": "hot"}}, 422, "temperature"),
    "too many at once": ({"concurrency": 17}, 422, "concurrency"),
    "unknown evaluator": ({"evaluators": [{"kind": "magic"}]}, 422, "evaluators[0]"),
    "wrong pattern": (
        {"evaluators": [{"kind": "regex", "pattern": "(a"}]},
        422,
        "evaluators[0].regex",
    ),
    "two of one name": ({"evaluators": [{"kind": "exact"}, {"kind": "exact"}]}, 422, "evaluators"),
    "function that is not installed": (
        {"evaluators": [{"kind": "python", "function": "nobody"}]},
        422,
        "evaluators[0].python",
    ),
}


@pytest.mark.parametrize("asked", NOT_STARTED)
async def test_what_cannot_be_run_is_refused_before_it_begins(bench: Bench, asked: str) -> None:
    changed, status, path = NOT_STARTED[asked]
    answer = await bench.http.post(RUNS, json=bench.asked(**changed))
    assert answer.status_code == status, answer.text
    assert path in json.dumps([e["path"] for e in answer.json().get("errors", [{"path": ""}])])
    assert (await bench.http.get(RUNS)).json()["data"] == []


async def test_every_problem_of_the_evaluators_is_told_at_once(bench: Bench) -> None:
    wrong = [
        {"kind": "regex", "pattern": "(?=a)b"},
        {"kind": "similarity", "threshold": 2},
        {"kind": "json_schema", "jsonSchema": {"type": "thing"}},
    ]
    answer = await bench.http.post(RUNS, json=bench.asked(evaluators=wrong))
    paths = [problem["path"] for problem in answer.json()["errors"]]
    assert len(paths) == 3, answer.text


async def test_the_newest_runs_are_listed_first(bench: Bench) -> None:
    started = [await bench.start(name=f"Number {n}") for n in range(3)]
    for uid in started:
        await bench.ended(uid)
    page = (await bench.http.get(RUNS, params={"limit": 2})).json()
    rest = (await bench.http.get(RUNS, params={"limit": 2, "cursor": page["nextCursor"]})).json()
    assert [run["id"] for run in page["data"] + rest["data"]] == started[::-1]
    assert rest["nextCursor"] is None
    assert page["data"][0]["summary"]["complete"] == 3


async def test_a_run_of_another_project_is_not_there(bench: Bench) -> None:
    uid = await bench.start()
    await bench.http.post("/api/v1/projects", json={"name": "Other"})
    answers = [
        await bench.http.get(f"/api/v1/projects/other/test-runs/{uid}"),
        await bench.http.post(f"/api/v1/projects/other/test-runs/{uid}/cancel"),
        await bench.http.get(f"/api/v1/projects/other/test-runs/{uid}/results"),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    await bench.ended(uid)


async def test_a_model_instance_that_is_deleted_ends_the_run_as_failed(
    bench: Bench, running: World, desk: Desk
) -> None:
    await bench.ended(await bench.start())
    uid = (await bench.http.get(RUNS)).json()["data"][0]["id"]
    async with running.app.state.services.database.write() as session:
        await session.execute(text("DELETE FROM test_case_results"))
        await session.execute(text("UPDATE test_runs SET status = 'pending'"))
    gone = await bench.http.delete(f"/api/admin/v1/model-instances/{bench.instance}")
    assert gone.status_code == 204
    running.app.state.services.workbench.server_runs.runner.wake()
    run = await bench.ended(uid)
    assert (run["status"], run["errorCode"]) == ("failed", "not_found")
