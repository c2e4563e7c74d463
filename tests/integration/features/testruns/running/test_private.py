"""What a run sends, keeps and tells holds placeholders only, and nobody's policy is passed by."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection
from tests.integration.features.conftest import World, client
from tests.integration.features.projects.team import ROLES, team
from tests.integration.features.testruns.running.bench import PROJECT, RUNS, Bench, Desk

from sluice.server.features.testruns.running.recording import RunRecorder
from sluice.server.providers.base import ProviderRejected

pytestmark = pytest.mark.anyio

CASE_MAIL, ANSWER_MAIL, LOOKED_FOR = (
    f"{n}.planted@example.com" for n in ("case", "reply", "sought")
)
JUDGE_MAIL, TEMPLATE_MAIL, CARD = (
    "judge.planted@example.com",
    "desk.planted@example.com",
    "4111 1111 1111 1111",
)
PLANTED = ("planted@", CARD, CARD.replace(" ", ""))


def _everything(connection: Connection) -> str:
    names = inspect(connection).get_table_names()
    rows = [row for name in names for row in connection.execute(text(f'SELECT * FROM "{name}"'))]
    return "\n".join(repr(tuple(row)) for row in rows).lower()


def _files(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def test_planted_values_are_nowhere_in_clear(
    bench: Bench, running: World, desk: Desk, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    judged = {"reason": f"It names {JUDGE_MAIL}.", "score": 9}
    desk.answer = lambda prompt: (
        json.dumps(judged)
        if "material" in prompt or '"output"' in prompt
        else f"Mail {ANSWER_MAIL}, {CARD}."
    )
    await bench.template(
        "letter",
        messages=[{"role": "user", "content": f"Answer {{{{who}}}} for {TEMPLATE_MAIL}."}],
    )
    await bench.playlist(
        [{"inputs": {"who": CASE_MAIL}, "output": f"Mail {ANSWER_MAIL}"}], "Letters"
    )
    evaluators = [
        {"kind": "contains", "values": [LOOKED_FOR], "mode": "none"},
        {"kind": "judge", "modelInstance": bench.instance, "criteria": f"Must greet {CASE_MAIL}."},
    ]
    asked = bench.asked(
        playlist="Letters",
        template="letter",
        evaluators=evaluators,
        name=f"For {CASE_MAIL}",
        parameters={"stop": [CARD]},
    )
    answer = await bench.http.post(RUNS, json=asked)
    assert answer.status_code == 201, answer.text
    run = await bench.ended(answer.json()["data"]["id"])
    (result,) = await bench.results(run["id"])
    assert result["scores"]["judge"]["passed"] is True
    shown = json.dumps([run, result])
    assert "EMAIL_ADDRESS_" in result["output"]
    async with running.app.state.services.database.read() as session:
        stored = await (await session.connection()).run_sync(_everything)
    files = _files(tmp_path)
    for place in (shown, "\n".join(desk.seen), stored, caplog.text, files.decode("latin-1")):
        assert [value for value in PLANTED if value in place.lower()] == []


async def test_an_evaluator_looks_for_the_placeholder_of_what_it_names(
    bench: Bench, desk: Desk
) -> None:
    """Outputs hold placeholders, so a value that an evaluator names becomes the same one."""
    desk.answer = lambda _: f"Write to {ANSWER_MAIL}."
    evaluators = [
        {"kind": "contains", "name": "same", "values": [ANSWER_MAIL]},
        {"kind": "contains", "name": "other", "values": [LOOKED_FOR]},
    ]
    run = await bench.ended(await bench.start(evaluators=evaluators))
    rates = {name: one["passRate"] for name, one in run["summary"]["evaluators"].items()}
    assert rates == {"same": 1.0, "other": 0.0}


async def test_an_expression_stays_what_it_is_and_must_hold_no_value(
    bench: Bench, desk: Desk
) -> None:
    fine = {"kind": "regex", "pattern": "word\\d+"}
    run = await bench.ended(await bench.start(evaluators=[fine]))
    assert run["evaluators"][0]["pattern"] == "word\\d+"
    assert run["summary"]["evaluators"]["regex"]["passRate"] == 1
    holding = {"kind": "regex", "pattern": CASE_MAIL.replace(".", "\\.")}
    answer = await bench.http.post(
        RUNS, json=bench.asked(evaluators=[fine | {"name": "a"}, holding])
    )
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (
        422,
        "evaluators[1].pattern",
    )
    assert "planted" not in answer.text


async def test_the_same_value_has_the_same_placeholder_in_case_prompt_and_answer(
    bench: Bench, desk: Desk
) -> None:
    desk.answer = lambda prompt: prompt.removeprefix("Mail ")
    await bench.template("mail", messages=[{"role": "user", "content": "Mail {{who}}"}])
    await bench.playlist([{"inputs": {"who": CASE_MAIL}, "output": CASE_MAIL}], "Mails")
    run = await bench.ended(await bench.start(playlist="Mails", template="mail"))
    (result,) = await bench.results(run["id"])
    assert result["output"] == "EMAIL_ADDRESS_0"
    assert result["scores"]["exact"]["passed"] is True


async def test_what_the_policy_of_the_instance_blocks_is_not_sent(
    running: World, bench: Bench, desk: Desk
) -> None:
    policy = await running.policy(rules={"EMAIL_ADDRESS": {"action": "block"}})
    instance = await running.instance(policy)
    await bench.template("mail", messages=[{"role": "user", "content": f"Mail {TEMPLATE_MAIL}"}])
    run = await bench.ended(await bench.start(template="mail", modelInstance=instance))
    project_masks_it_first = (run["summary"]["complete"], run["summary"]["failed"])
    assert project_masks_it_first == (3, 0)
    assert TEMPLATE_MAIL not in "".join(desk.seen)
    one = await running.admin.get("/api/admin/v1/policy-groups/1")
    default = one.json()["data"]
    rules = {**default["policy"], "rules": {"EMAIL_ADDRESS": {"action": "block"}}}
    changed = await running.admin.put(
        "/api/admin/v1/policy-groups/1", json={"name": default["name"], "policy": rules}
    )
    assert changed.status_code == 200, changed.text
    sent = len(desk.seen)
    run = await bench.ended(await bench.start(template="mail"))
    assert run["summary"]["errors"] == {"policy_blocked": 3}
    assert len(desk.seen) == sent


async def test_instructions_of_the_instance_are_told_and_not_recorded(
    running: World, bench: Bench, desk: Desk
) -> None:
    instance = await running.instance(instructions="Be brief.")
    run = await bench.ended(await bench.start(modelInstance=instance))
    assert all("Be brief." in prompt for prompt in desk.seen)
    path = f"{PROJECT}/sessions/{run['id']}"
    session = await bench.http.get(path)
    assert session.status_code == 200, session.text
    assert "Be brief." not in session.text


async def test_calls_are_recordings_of_the_runs_session(bench: Bench) -> None:
    run = await bench.ended(await bench.start())
    results = await bench.results(run["id"])
    recordings = [result["recordingId"] for result in results]
    assert len(set(recordings)) == 3
    shown = await bench.http.get(f"{PROJECT}/recordings/{recordings[0]}")
    assert shown.status_code == 200, shown.text
    assert "Say word0 to everybody." in shown.text


async def test_placeholders_of_test_cases_are_not_taken_for_typed_ones(
    bench: Bench, running: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A number that somebody typed is never restored where it is only quoted."""

    async def unrecorded(*_: object) -> str:
        return "nothing"

    monkeypatch.setattr(RunRecorder, "record", unrecorded)
    await bench.playlist([{"inputs": {"word": CASE_MAIL, "who": "us"}}], "Mails")
    await bench.ended(await bench.start(playlist="Mails"))
    async with running.app.state.services.database.read() as session:
        reserved = list(await session.execute(text("SELECT * FROM reserved_placeholders")))
    assert reserved == []


async def test_who_may_not_use_an_instance_starts_no_run_on_it(
    running: World, bench: Bench
) -> None:
    instance = await running.instance(allowedUsers=[1])
    async with team(running, "default") as people:
        answers = {
            name: (
                await people[name].post(RUNS, json=bench.asked(modelInstance=instance))
            ).status_code
            for name in ("editor", "key")
        }
    assert answers == {"editor": 404, "key": 404}


async def test_viewers_read_and_editors_run(running: World, bench: Bench) -> None:
    uid = await bench.start()
    await bench.ended(uid)
    calls = {
        "read": ("GET", f"{RUNS}/{uid}", None),
        "results": ("GET", f"{RUNS}/{uid}/results", None),
        "start": ("POST", RUNS, bench.asked()),
        "cancel": ("POST", f"{RUNS}/{uid}/cancel", None),
        "resume": ("POST", f"{RUNS}/{uid}/resume", {}),
    }
    async with team(running, "default") as people:
        statuses = {
            name: [
                (await people[name].request(method, path, json=body)).status_code
                for method, path, body in calls.values()
            ]
            for name in (*ROLES, "key", "stranger")
        }
    may = [200, 200, 201, 409, 409]
    assert statuses == {
        "viewer": [200, 200, 403, 403, 403],
        "editor": may,
        "owner": may,
        "key": may,
        "stranger": [404] * 5,
    }
    await bench.ended((await bench.http.get(RUNS)).json()["data"][0]["id"])


async def test_a_run_is_its_users_and_ends_when_they_leave_the_project(
    running: World, bench: Bench, desk: Desk
) -> None:
    async with team(running, "default") as people:
        desk.gate.clear()
        made = await people["editor"].post(RUNS, json=bench.asked())
        uid = made.json()["data"]["id"]
        await bench.until(uid, lambda _: bool(desk.seen))
        await bench.http.post(f"{RUNS}/{uid}/cancel")
        members = (await bench.http.get(f"{PROJECT}/members")).json()["data"]
        editor = next(one["userId"] for one in members if one["role"] == "editor")
        await bench.http.delete(f"{PROJECT}/members/{editor}")
        desk.gate.set()
        assert (await people["editor"].post(f"{RUNS}/{uid}/resume", json={})).status_code == 404
        resumed = await people["owner"].post(f"{RUNS}/{uid}/resume", json={})
        assert resumed.status_code == 200, resumed.text
    assert (await bench.ended(uid))["status"] == "complete"


async def test_errors_of_vendors_are_told_by_kind_alone(bench: Bench, desk: Desk) -> None:
    desk.answer = lambda prompt: ProviderRejected("scripted", f"no {CASE_MAIL}", status=400)
    run = await bench.ended(await bench.start())
    shown = json.dumps([run, await bench.results(run["id"])])
    assert run["summary"]["errors"] == {"provider_rejected": 3}
    assert CASE_MAIL not in shown


async def test_a_project_that_is_deleted_takes_its_runs_with_it(
    running: World, bench: Bench, desk: Desk
) -> None:
    key = await bench.http.post(f"{PROJECT}/keys", json={"name": "k"})
    desk.gate.clear()
    async with client(running.app, key.json()["data"]["token"]) as application:
        uid = (await application.post(RUNS, json=bench.asked())).json()["data"]["id"]
        await bench.until(uid, lambda _: bool(desk.seen))
    deleted = await bench.http.delete(PROJECT)
    assert deleted.status_code in (202, 204), deleted.text
    desk.gate.set()
    assert (await bench.http.get(f"{RUNS}/{uid}")).status_code == 404
