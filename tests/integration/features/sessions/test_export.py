"""An export holds everything that was recorded, and no original."""

from __future__ import annotations

import io
import json
from typing import Any
from uuid import uuid4

import pyarrow.parquet
import pytest
from tests.integration.features.conftest import World
from tests.integration.features.sessions.search_rows import put, some_sessions
from tests.integration.features.sessions.wire import V2, Json, completion, count, recorded

from sluice.server.features.sessions import exporting

pytestmark = pytest.mark.anyio
EXPORT = "/api/v1/projects/default/export"
JANE = "jane@example.org"


async def _lines(world: World, **body: object) -> list[Json]:
    answer = await world.admin.post(EXPORT, json=body)
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


async def _parquet(world: World, **body: object) -> list[Json]:
    answer = await world.admin.post(EXPORT, json={"format": "parquet", **body})
    assert answer.status_code == 200, answer.text
    rows: list[Json] = pyarrow.parquet.read_table(io.BytesIO(answer.content)).to_pylist()
    return rows


async def _session(world: World) -> str:
    uid = str(uuid4())
    info = {"custom_metadata": {"mail": JANE, "plan": "pro"}}
    made = await recorded(world.admin, uid, completion(f"I am {JANE}", session_info=info))
    await world.admin.post(f"{V2}/completion-feedback/id/{made}", json={"rating": 4, "by": JANE})
    trace = f"{V2}/sessions/{uid}/traces/id/{uuid4()}"
    body = {"input": f"from {JANE}", "output": "done", "kind": "tool", "name": "look up"}
    assert (await world.admin.post(trace, json=body)).status_code == 201
    return uid


async def test_json_lines_hold_what_was_recorded_with_placeholders(world: World) -> None:
    uid = await _session(world)
    (one,) = await _lines(world)
    assert one["session"] == uid
    assert one["content"]["messages"][0]["content"] == "I am EMAIL_ADDRESS_0"
    assert one["values"] == {"feedback.rating": 4.0, "feedback.by": "EMAIL_ADDRESS_0"}
    (of_session,) = await _lines(world, kind="sessions")
    assert of_session["metadata"] == {"mail": "EMAIL_ADDRESS_0", "plan": "pro"}
    (trace,) = await _lines(world, kind="traces")
    assert trace["content"]["input"] == "from EMAIL_ADDRESS_0"


@pytest.mark.parametrize("kind", ["recordings", "sessions", "traces"])
@pytest.mark.parametrize("file_format", ["jsonl", "parquet"])
async def test_no_export_holds_an_original(world: World, kind: str, file_format: str) -> None:
    await _session(world)
    answer = await world.admin.get(EXPORT, params={"kind": kind, "format": file_format})
    assert answer.status_code == 200
    assert JANE.encode() not in answer.content


@pytest.mark.parametrize("kind", ["recordings", "sessions", "traces"])
async def test_parquet_holds_the_same_rows_as_json_lines(
    world: World, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In several row groups too."""
    monkeypatch.setattr(exporting, "ROW_GROUP", 5)
    await put(world, some_sessions())
    await _session(world)
    await count(world.app)  # or it is done between the two
    lines, rows = await _lines(world, kind=kind), await _parquet(world, kind=kind)
    assert lines
    assert [_comparable(row) for row in rows] == lines


def _comparable(row: Json) -> Json:
    return {name: _told(name, value) for name, value in row.items()}


def _told(name: str, value: Any) -> Any:  # noqa: ANN401 (a value of any column)
    if name in ("content", "values", "metadata", "entityTypes"):
        return json.loads(value)
    if name.endswith("At") and value is not None:
        return value.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"
    return value


async def test_an_export_holds_every_row_once_the_oldest_first(world: World) -> None:
    sessions = some_sessions(9, 70)
    await put(world, sessions)
    expected = [one.id for row in sessions for one in row.recordings]
    assert [one["id"] for one in await _lines(world)] == expected


async def test_a_filter_chooses_what_is_exported(world: World) -> None:
    sessions = some_sessions()
    await put(world, sessions)
    wanted = {"field": "model", "op": "eq", "value": "gpt-4.1"}
    found = await _lines(world, filter=wanted)
    assert {one["model"] for one in found} == {"gpt-4.1"}
    assert len(found) == 8
    refused = await world.admin.post(EXPORT, json={"filter": {"field": JANE}})
    assert refused.status_code == 422
    assert JANE not in refused.text


async def test_without_pyarrow_parquet_is_refused_with_what_to_install(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "_pyarrow", lambda: None)
    answer = await world.admin.get(EXPORT, params={"format": "parquet"})
    assert answer.status_code == 422
    assert "sluice[parquet]" in answer.text


async def test_exporting_stands_in_the_audit_log(world: World) -> None:
    await _lines(world, kind="traces")
    (event,) = await world.audit("project.exported")
    assert event["details"] == {"kind": "traces", "format": "jsonl"}
