"""How a call ended is written behind its answer, and nobody misses it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from tests.integration.features.conftest import World

from sluice.server.features.proxy.calls.repository import CallRepository
from sluice.server.services import Services

pytestmark = pytest.mark.anyio

CHAT = "/v1/chat/completions"
MAIL = "jane.doe@example.com"


def _body(*, stream: bool) -> dict[str, object]:
    messages = [{"role": "user", "content": f"Write to {MAIL}"}]
    return {"model": "Echo", "messages": messages, "stream": stream}


def _is_sqlite(world: World) -> bool:
    services: Services = world.app.state.services
    return services.database.is_sqlite


async def _statuses(world: World) -> list[str]:
    listed = (await world.admin.get("/api/v1/calls")).json()["data"]
    return [call["status"] for call in listed]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
async def test_an_outcome_that_cannot_be_written_is_logged_and_takes_no_answer_back(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    stream: bool,
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise OperationalError("UPDATE", None, OSError(f"no room for {MAIL}"))

    with monkeypatch.context() as broken:
        broken.setattr(CallRepository, "finish", fail)
        answer = await world.admin.post(CHAT, json=_body(stream=stream))
        statuses = await _statuses(world)
    if _is_sqlite(world):
        assert (answer.status_code, MAIL in answer.text) == (200, True)
        assert MAIL not in capfd.readouterr().out
    else:
        assert "database_down" in answer.text or "does not answer" in answer.text
    assert statuses == ["pending"]


async def test_whoever_lists_calls_sees_those_whose_answer_has_come(world: World) -> None:
    for number in range(10):
        answer = await world.admin.post(CHAT, json=_body(stream=number % 2 > 0))
        assert answer.status_code == 200, answer.text
        assert await _statuses(world) == ["complete"] * (number + 1)


async def test_calls_that_come_at_once_are_each_written_once(world: World) -> None:
    calls = [world.admin.post(CHAT, json=_body(stream=n % 2 > 0)) for n in range(16)]
    answers: list[Any] = await asyncio.gather(*calls)
    assert [answer.status_code for answer in answers] == [200] * 16
    assert await _statuses(world) == ["complete"] * 16
