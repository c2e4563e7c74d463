"""Values that are planted in playlists stand nowhere in clear: database, logs, answers, files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.integration.features.conftest import World
from tests.integration.features.recording import everything
from tests.integration.features.testruns.playlists import (
    PLAYLISTS,
    PROJECT,
    V2,
    export,
    import_,
    playlist,
)

pytestmark = pytest.mark.anyio
Json = dict[str, Any]

MAIL = "canary.bird@planted-mail.example"
CARD = "4012 8888 8888 1881"
IBAN = "DE89 3704 0044 0532 0130 00"
TELLING = ("canary.bird", "planted-mail", "4012 8888", "401288888888", "DE89 3704", "DE893704")
"""Parts that would give one of them away."""


def case(mail: str = MAIL) -> Json:
    """A test case with a value in every part of it, in keys and in JSON inside of strings too."""
    deep = {"list": [CARD, {"inner": mail}], mail: 1}
    return {
        "inputs": {"question": f"Mail {mail}, card {CARD}", "deep": deep, f"{mail}": "as a name",
                   "json": json.dumps({"iban": IBAN})},
        "output": f"{IBAN} belongs to {mail}",
        "outputMessage": {"role": "assistant", "content": [{"type": "text", "text": mail}],
                          "tool_calls": [{"id": "1", "function": {"name": "f",
                                          "arguments": json.dumps({"mail": mail})}}]},
        "history": [{"role": "user", "content": mail}, {"role": mail, "content": CARD}],
        "metadata": {"source": mail, mail: IBAN, "nested": {"card": CARD}},
        "mediaInputs": {mail: {"type": "url", "url": f"https://example.org/{mail}/{CARD}"}},
    }  # fmt: skip


async def use_everything(world: World) -> list[str]:
    """Every way by which a text comes into a playlist; what was answered."""
    made = await playlist(world.admin)
    told: list[str] = []

    async def post(path: str, body: Json) -> None:
        told.append((await world.admin.post(path, json=body)).text)

    await post(f"{PLAYLISTS}/{made}/test-cases", {"testCases": [case(), case()]})
    snake = {**case(), "output_message": case()["outputMessage"]}
    snake = {k: v for k, v in snake.items() if k not in ("outputMessage", "mediaInputs")}
    await post(f"{V2}/datasets/id/{made}/test-cases", {"examples": [snake]})
    cells = f'"Mail {MAIL}","{CARD}","{IBAN}"'
    told.append((await import_(world.admin, made, f"a,output,metadata.b\n{cells}\n")).text)
    told.append((await import_(world.admin, made, json.dumps(case()), "jsonl")).text)
    run = {"dataset_name": "Refunds", "include_outputs": True, "test_run_name": f"For {MAIL}",
           "test_run_description": CARD, "flavor_name": MAIL,
           "target_evaluation_ids": [MAIL]}  # fmt: skip
    await post(f"{V2}/test-runs", run)
    await post("/projects/default/test-runs", {"playlist_name": "Refunds"})
    told.append((await world.admin.get(f"{V2}/datasets/id/{made}/test-cases")).text)
    told.append((await world.admin.get(f"{PLAYLISTS}/{made}/test-cases")).text)
    told += [await export(world.admin, made, kind) for kind in ("csv", "jsonl")]
    suite = {"name": "Nightly", "playlist": "Refunds", "parameters": {"stop": [MAIL]},
             "evaluators": [{"kind": "contains", "values": [MAIL, CARD]}]}  # fmt: skip
    await post(f"{PROJECT}/test-suites", suite)
    return told


async def fail_everywhere(world: World) -> list[str]:
    """Requests that are refused, each because of something that holds a value."""
    made = await playlist(world.admin, "Wrong")
    path = f"{PLAYLISTS}/{made}"
    bodies: list[tuple[str, Any]] = [
        (PLAYLISTS, {"name": MAIL * 20}),
        (PLAYLISTS, {"name": "x", MAIL: CARD}),
        (f"{path}/test-cases", {"testCases": [{"inputs": MAIL}]}),
        (f"{path}/test-cases", {"testCases": [{"inputs": {}, MAIL: CARD}]}),
        (f"{path}/test-cases", {"testCases": [{"inputs": {MAIL: {"a": "\ud800"}}}]}),
        (f"{path}/test-cases", {"testCases": [{"mediaInputs": {MAIL: {"type": CARD}}}]}),
        (f"{path}/test-cases", {"testCases": [{"inputs": {"a": 1}}], "kind": MAIL}),
        (f"{path}/from-recordings", {"recordings": [MAIL]}),
        (f"{V2}/datasets/id/{made}/test-cases", {"examples": [{"inputs": [MAIL]}]}),
        (f"{V2}/test-runs", {"dataset_name": {MAIL: CARD}}),
        ("/projects/default/test-runs", {"playlist_name": [MAIL]}),
        (f"{PROJECT}/test-suites", {"name": "x", "playlist": made, "evaluators": [{"kind": MAIL}]}),
    ]
    told = [(await world.admin.post(url, content=json.dumps(body).encode())).text
            for url, body in bodies]  # fmt: skip
    for text, kind in (
        (f'a\n"{MAIL}', "csv"),
        (f"a,{MAIL}:json\n1,{CARD}\n", "csv"),
        (f"{MAIL}\n{{}}", "jsonl"),
        (f'{{"{MAIL}": 1}}\n{{"inputs": "{CARD}"}}', "jsonl"),
    ):
        told.append((await import_(world.admin, made, text, kind)).text)
    return told


async def test_planted_values_stand_nowhere_in_clear(
    world: World, database_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither where they were taken nor where they were refused."""
    told = await use_everything(world)
    assert all('"code"' not in text for text in told), "everything must have been taken"
    assert any("EMAIL_ADDRESS_0" in text for text in told)
    refused = await fail_everywhere(world)
    assert all('"code"' in text for text in refused), "everything must have been refused"
    logs = "".join(capfd.readouterr())
    assert "test-cases" in logs
    rows = await everything(world.app.state.services.database)
    assert "refunds" in rows
    kept = b""
    if database_url.startswith("sqlite"):
        path = Path(database_url.removeprefix("sqlite:///"))
        kept = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    for part in TELLING:
        assert not any(part in text for text in (*told, *refused)), part
        assert part not in logs
        assert part.lower() not in rows
        assert part.encode() not in kept
