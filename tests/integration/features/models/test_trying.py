"""A model instance is tried through each of its connections, and nothing of it is kept."""

from __future__ import annotations

from typing import Any

import pytest
from tests.integration.features.conftest import World

from sluice.server.providers.base import ProviderRejected

pytestmark = pytest.mark.anyio

ADMIN = "/api/admin/v1/model-instances"


async def _tried(world: World, instance: int) -> dict[str, Any]:
    answer = await world.admin.post(f"{ADMIN}/{instance}/test")
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


async def test_every_connection_is_asked_and_told_of(world: World) -> None:
    fallback = {"providerKey": "echo", "model": "echo"}
    instance = await world.instance(
        fallbacks=[fallback], instructions="Say jane@example.org", allowedUsers=[2]
    )
    found = await _tried(world, instance)
    assert found["ok"] is True
    first, second = found["connections"]
    assert (first["providerKey"], first["modelAnswered"], first["ok"]) == (
        "scripted", "scripted-1", True,
    )  # fmt: skip
    assert (second["position"], second["providerKey"], second["error"]) == (1, "echo", None)
    assert second["characters"] > 0
    assert second["firstTokenMs"] <= second["durationMs"]
    assert "jane" not in world.provider.saw()
    (event,) = await world.audit("model_instance.tested")
    assert event["details"] == {"connections": 2, "answered": 2}
    statistics = await world.admin.get("/api/admin/v1/statistics")
    assert statistics.json()["data"]["totals"]["calls"] == 0


async def test_a_failure_is_told_in_our_words(world: World) -> None:
    """What a provider wrote may quote anything: it is not shown."""
    world.provider.failure = ProviderRejected("scripted", "scripted refused the request (401).")
    world.provider.failure.__cause__ = ValueError("jane@example.org")
    found = await _tried(world, await world.instance())
    assert found["ok"] is False
    (only,) = found["connections"]
    assert (only["errorCode"], only["ok"]) == ("provider_error", False)
    assert only["error"] == "scripted refused the request (401)."


async def test_an_instance_without_a_connection_does_not_answer(world: World) -> None:
    found = await _tried(world, await world.instance(connection=None))
    assert found == {"ok": False, "connections": []}


async def test_only_who_manages_instances_may_try_them(world: World) -> None:
    refused = await world.member.post(f"{ADMIN}/1/test")
    assert (refused.status_code, refused.json()["code"]) == (403, "missing_permission")
    assert (await world.admin.post(f"{ADMIN}/4711/test")).status_code == 404
