"""Long texts are worked on beside the event loop, which goes on answering others."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from tests.integration.features.conftest import World

from sluice.server.features.prompts import endpoints, service

pytestmark = pytest.mark.anyio


def _watched(work: Callable[..., Any], threads: list[int]) -> Callable[..., Any]:
    def watched(*given: Any, **named: Any) -> Any:  # noqa: ANN401 (whatever the engine takes)
        threads.append(threading.get_ident())
        return work(*given, **named)

    return watched


@pytest.mark.parametrize("call", ["cleanse", "hydrate"])
async def test_only_short_texts_are_worked_on_in_the_event_loop(
    world: World, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    threads: list[int] = []
    monkeypatch.setattr(service, call, _watched(getattr(service, call), threads))
    await world.prompt(call, "Mail jane@example.com")
    data = await world.prompt(call, "Mail jane@example.com " * 2_000)
    assert data["text"].startswith("Mail EMAIL_ADDRESS_0" if call == "cleanse" else "Mail jane@")
    mine = threading.get_ident()
    assert [thread == mine for thread in threads] == [True, False]


@pytest.mark.parametrize("call", ["cleanse", "submit"])
async def test_the_forms_of_a_long_text_are_made_beside_the_event_loop(
    world: World, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    threads: list[int] = []
    monkeypatch.setattr(
        endpoints, "deidentified_out", _watched(endpoints.deidentified_out, threads)
    )
    instance = await world.instance()
    await world.prompt(call, "Mail jane@example.com", instance)
    await world.prompt(call, "Mail jane@example.com " * 2_000, instance)
    mine = threading.get_ident()
    assert [thread == mine for thread in threads] == [True, False]


async def test_a_long_prompt_that_is_blocked_is_still_refused(world: World) -> None:
    instance = await world.instance(await world.policy(default={"action": "block"}))
    body = {"modelInstanceId": instance, "text": "Mail jane@example.com " * 2_000}
    answer = await world.admin.post("/api/v1/prompts/submit", json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "policy_blocked")
    assert world.provider.asked == []
