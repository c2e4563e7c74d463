"""A person's data is erased by original values: in the vault, in copies, and on request itself."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any
from uuid import uuid4

import anyio.to_thread
import pytest
from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection
from tests.integration.features.conftest import World
from tests.integration.features.projects.team import member
from tests.integration.features.sessions.wire import (
    V2,
    Json,
    completion,
    count,
    recorded,
    recording,
    session,
)
from tests.integration.features.testruns.running.bench import RUNS, Bench

from sluice.server.features.proxy.calls.tables import Call
from sluice.server.features.sessions.tables import Recording
from sluice.server.providers.base import Delta
from sluice.server.vault.tables import SealedOriginal

pytestmark = pytest.mark.anyio
ERASURES = "/api/v1/projects/default/erasures"
JANE, BOB = "jane.roe@example.org", "bob@example.org"


async def _erased(world: World, *values: str, recordings: bool = False) -> Json:
    body = {"values": list(values), "recordings": recordings}
    answer = await world.admin.post(ERASURES, json=body)
    assert answer.status_code == 200, answer.text
    data: Json = answer.json()["data"]
    return data


async def _originals(world: World, uid: str) -> list[str | None]:
    path = f"/api/v1/projects/default/recordings/{uid}/reveal"
    answer = await world.admin.post(path, json={"reason": "to see what is left"})
    assert answer.status_code == 200, answer.text
    return [one["original"] for one in answer.json()["data"]["originals"]]


def _everything(connection: Connection) -> bytes:
    """All columns of all tables."""
    names = inspect(connection).get_table_names()
    rows = [row for name in names for row in connection.execute(text(f'SELECT * FROM "{name}"'))]
    values = [value for row in rows for value in row]
    return b"\n".join(v if isinstance(v, bytes) else repr(v).encode() for v in values)


async def _stored(world: World, folder: Path) -> bytes:
    """The database's files where it is SQLite's, and every column of it."""
    async with world.app.state.services.database.read() as held:
        columns: bytes = await (await held.connection()).run_sync(_everything)
    return columns + await anyio.to_thread.run_sync(_files, folder)


def _files(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("sluice.db*"))


async def test_an_erased_original_is_nowhere_any_more(world: World, tmp_path: Path) -> None:
    """Its sealed bytes are in no file and in no column; others' are."""
    uid = await recorded(world.admin, str(uuid4()), completion(f"{JANE} and {BOB}"))
    async with world.app.state.services.database.read() as held:
        sealed = {
            row.placeholder: row.sealed
            for row in await held.execute(SealedOriginal.__table__.select())
        }
    assert sealed["EMAIL_ADDRESS_0"] in await _stored(world, tmp_path)
    done = await _erased(world, JANE)
    assert (done["values"], done["originals"], done["recordings"]) == (1, 1, 0)
    left = await _stored(world, tmp_path)
    assert sealed["EMAIL_ADDRESS_0"] not in left
    assert sealed["EMAIL_ADDRESS_1"] in left
    assert await _originals(world, uid) == [BOB]
    assert (await recording(world.admin, uid))["content"]["messages"][0]["content"] == (
        "EMAIL_ADDRESS_0 and EMAIL_ADDRESS_1"
    )


async def test_the_same_value_gets_another_placeholder_afterwards(world: World) -> None:
    await recorded(world.admin, str(uuid4()), completion(f"I am {JANE}"))
    await _erased(world, JANE)
    uid = await recorded(world.admin, str(uuid4()), completion(f"I am {JANE}"))
    found = await recording(world.admin, uid)
    assert found["content"]["messages"][0]["content"] == "I am EMAIL_ADDRESS_1"
    assert await _originals(world, uid) == [JANE]


async def test_the_audit_log_keeps_counts_alone(world: World) -> None:
    await recorded(world.admin, str(uuid4()), completion(f"I am {JANE}"))
    await _erased(world, JANE, "nobody@example.org")
    (event,) = await world.audit("person.erased")
    assert event["details"]["originals"] == 1
    assert event["details"]["values"] == 2
    assert "example.org" not in json.dumps(event)


async def test_copies_as_they_came_go_where_they_hold_it_and_stay_elsewhere(world: World) -> None:
    changed = await world.admin.patch("/api/v1/projects/default", json={"keepRaw": True})
    assert changed.status_code == 200, changed.text
    uid = str(uuid4())
    with_her = await recorded(world.admin, uid, completion(f"I am {JANE}"))
    without = await recorded(world.admin, uid, completion(f"I am {BOB}"))
    assert (await _erased(world, JANE))["rawCopies"] == 1
    assert (await recording(world.admin, with_her))["rawKept"] is False
    assert (await recording(world.admin, without))["rawKept"] is True


async def test_recordings_that_hold_it_go_on_request_and_others_stay(world: World) -> None:
    uid = str(uuid4())
    info = {"custom_metadata": {"mail": JANE, "plan": "pro"}}
    gone = await recorded(world.admin, uid, completion(f"I am {JANE}", session_info=info))
    left = await recorded(world.admin, uid, completion(f"I am {BOB}"))
    trace = f"{V2}/sessions/{uid}/traces/id/{uuid4()}"
    assert (await world.admin.post(trace, json={"input": JANE})).status_code == 201
    note = await world.admin.post(f"{V2}/completion-feedback/id/{left}", json={"about": JANE})
    assert note.status_code == 201
    await count(world.app)
    done = await _erased(world, JANE, recordings=True)
    assert (done["recordings"], done["traces"], done["namedValues"]) == (1, 1, 2)
    assert (await world.admin.get(f"/api/v1/projects/default/recordings/{gone}")).status_code == 404
    assert await _originals(world, left) == [BOB]
    shown = await session(world.admin, uid)
    assert (shown["recordings"], shown["metadata"]) == (1, {"plan": "pro"})


async def test_calls_of_the_gateway_forget_restored_answers_or_all_their_texts(
    world: World,
) -> None:
    await world.instance(name="Scripted")
    world.provider.answer = ["I wrote to EMAIL_ADDRESS_0"]
    headers = {"Sluice-Conversation": str(uuid4()), "Sluice-Project": "default"}
    asked = {"model": "Scripted", "messages": [{"role": "user", "content": f"Mail {JANE}"}]}
    call = await world.admin.post("/v1/chat/completions", json=asked, headers=headers)
    assert JANE in call.text
    assert (await _erased(world, JANE))["restoredAnswers"] == 1
    listed = (await world.admin.get("/api/v1/calls")).json()["data"]
    detail = (await world.admin.get(f"/api/v1/calls/{listed[0]['id']}")).json()["data"]
    assert JANE not in json.dumps(detail)
    assert detail["answer"][0]["text"] == "I wrote to EMAIL_ADDRESS_0"

    world.provider.answer = ["Again EMAIL_ADDRESS_1"]
    again = await world.admin.post("/v1/chat/completions", json=asked, headers=headers)
    assert again.status_code == 200, again.text
    assert (await _erased(world, JANE, recordings=True))["calls"] == 1
    async with world.app.state.services.database.read() as held:
        calls = (await held.scalars(Call.__table__.select().with_only_columns(Call.id))).all()
        assert len(calls) == 2
    listed = (await world.admin.get("/api/v1/calls")).json()["data"]
    assert len(listed) == 1


@pytest.mark.parametrize("recordings", [False, True], ids=["copies", "everything"])
async def test_a_call_that_is_being_answered_keeps_no_restored_answer_of_what_is_erased(
    world: World, monkeypatch: pytest.MonkeyPatch, recordings: bool
) -> None:
    """Its caller asked before the erasure and gets the answer; nothing of it stays behind."""
    await world.instance(name="Scripted")
    world.provider.answer = ["I wrote to EMAIL_ADDRESS_0"]
    answering = world.provider.stream

    async def stream(*args: Any) -> AsyncGenerator[Delta, None]:  # noqa: ANN401 (as it is asked)
        await _erased(world, JANE, recordings=recordings)
        async for delta in answering(*args):
            yield delta

    monkeypatch.setattr(world.provider, "stream", stream)
    headers = {"Sluice-Conversation": str(uuid4()), "Sluice-Project": "default"}
    asked = {"model": "Scripted", "messages": [{"role": "user", "content": f"Mail {JANE}"}]}
    call = await world.admin.post("/v1/chat/completions", json=asked, headers=headers)
    assert JANE in call.text
    async with world.app.state.services.database.read() as held:
        (row,) = (await held.execute(Call.__table__.select())).all()
    assert row.status == "complete"
    assert row.hydrated_answer_sealed is None
    assert (row.raw_answer_sealed is None) is recordings


async def test_test_cases_that_hold_it_go_on_request(world: World) -> None:
    playlists = "/api/v1/projects/default/playlists"
    assert (await world.admin.post(playlists, json={"name": "cases"})).status_code == 201
    cases = f"{playlists}/cases/test-cases"
    body = {"testCases": [{"inputs": {"q": f"I am {JANE}"}}, {"inputs": {"q": f"I am {BOB}"}}]}
    made = await world.admin.post(cases, json=body)
    assert made.status_code == 201, made.text
    before = (await world.admin.get(cases)).json()["data"]
    done = await _erased(world, JANE, recordings=True)
    assert (done["testCases"], done["originals"]) == (1, 1)
    assert (await world.admin.get(cases)).json()["data"] == before[1:]


async def test_names_go_in_the_forms_in_which_texts_say_them(world: World) -> None:
    """What is found of her name in any spelling is erased; another person's name stays."""
    texts = (
        "My name is Katharina Oberhauser.",
        "Signed: KATHARINA OBERHAUSER. I saw Katharina Oberhauser and Ludwig Steinbrenner.",
    )
    made = [await recorded(world.admin, str(uuid4()), completion(one)) for one in texts]
    before = {name for uid in made for name in await _originals(world, uid)}
    assert {"Katharina Oberhauser", "KATHARINA OBERHAUSER"} <= before
    done = await _erased(world, "katharina oberhauser")
    left = {name for uid in made for name in await _originals(world, uid)} - {None}
    assert "Ludwig Steinbrenner" in left
    assert not any("oberhauser" in str(name).lower() for name in left)
    assert done["originals"] == len(before) - len(left)


async def test_what_nobody_recorded_erases_nothing(world: World) -> None:
    uid = await recorded(world.admin, str(uuid4()), completion(f"I am {BOB}"))
    done = await _erased(world, JANE, recordings=True)
    assert {name for name, value in done.items() if value} == {"values"}
    assert await _originals(world, uid) == [BOB]
    async with world.app.state.services.database.read() as held:
        assert len((await held.execute(Recording.__table__.select())).all()) == 1


@pytest.mark.parametrize("role", ["viewer", "editor"])
async def test_only_owners_erase(world: World, role: str) -> None:
    from tests.integration.features.conftest import client

    async with client(world.app, await member(world, "default", role, role)) as somebody:
        answer = await somebody.post(ERASURES, json={"values": [JANE]})
    assert answer.status_code == 403


async def test_an_invalid_request_says_what_is_wrong_and_quotes_nothing(world: World) -> None:
    answer = await world.admin.post(ERASURES, json={"values": [JANE, 7], "all": JANE})
    assert answer.status_code == 422
    assert JANE not in answer.text
    assert {one["path"] for one in answer.json()["errors"]} == {"values[1]", "all"}


async def test_what_stays_in_templates_is_told_by_version(world: World) -> None:
    """As it was typed, in another case too, and by its placeholder; the audit log has a count."""
    templates = "/api/v1/projects/default/templates"
    await recorded(world.admin, str(uuid4()), completion(f"I am {JANE}"))
    for name, said in {
        "plain": "Hello {{who}}",
        "typed": f"Write to {JANE.upper()}.",
        "quoted": "Write to EMAIL_ADDRESS_0.",
        "other": "Write to EMAIL_ADDRESS_00 and xjane.roe@example.org.",
    }.items():
        content = {"messages": [{"role": "user", "content": said}]}
        content |= {"model": "m", "provider": "openai"}
        saved = await world.admin.post(templates, json={"name": name, "content": content})
        assert saved.status_code == 201, saved.text
    erased = await _erased(world, JANE)
    assert erased["templates"] == [
        {"template": "quoted", "number": 1},
        {"template": "typed", "number": 1},
    ]
    (event,) = await world.audit("person.erased")
    assert event["details"]["templateVersions"] == 2
    assert JANE.upper() not in str(event)


async def test_answers_in_results_of_test_runs_are_erased_with_recordings(world: World) -> None:
    """The case stays answered and judged; whoever erases originals alone keeps the answers."""
    bench = Bench(world.admin, await world.instance(name="Scripted"))
    await bench.playlist([{"inputs": {"word": "one", "who": "two"}, "output": "one"}])
    await bench.template()

    async def answered(text: str) -> str:
        world.provider.answer = [text]
        return str((await bench.ended(await bench.start()))["id"])

    async def result(run: str) -> Json:
        (one,) = (await world.admin.get(f"{RUNS}/{run}/results")).json()["data"]
        return dict(one)

    jane, bob = await answered(f"Ask {JANE}"), await answered(f"Ask {BOB}")
    erased = await _erased(world, JANE)
    assert (erased["originals"], erased["results"], erased["testRuns"]) == (1, 0, 1)
    assert (await result(jane))["output"] == "Ask EMAIL_ADDRESS_0"
    assert (await _erased(world, BOB, recordings=True))["results"] == 1
    gone = await result(bob)
    assert (gone["output"], gone["scores"]["exact"]["passed"]) == ("[erased]", False)
