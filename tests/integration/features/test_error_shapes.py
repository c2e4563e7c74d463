"""Errors from outside of the gateway's endpoints have the shape of the wire that was called."""

from __future__ import annotations

import pytest
from tests.integration.features.conftest import World

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("path", ["/v1/nothing", "/openai/v1/nothing"])
async def test_an_unknown_path_is_told_as_openai_tells_it(world: World, path: str) -> None:
    answer = await world.admin.post(path, json={})
    assert answer.status_code == 404
    assert answer.json()["error"]["type"] == "invalid_request_error"


async def test_a_wrong_method_is_told_as_anthropic_tells_it(world: World) -> None:
    answer = await world.admin.get("/v1/messages")
    assert answer.status_code == 405
    body = answer.json()
    assert (body["type"], body["request_id"]) == ("error", answer.headers["x-request-id"])


async def test_a_body_that_is_too_large_is_told_in_the_wires_words(world: World) -> None:
    headers = {"Content-Type": "application/json"}
    large = b'"' + b"a" * (17 * 1024 * 1024) + b'"'
    said = {
        path: (await world.admin.post(path, content=large, headers=headers)).json()
        for path in ("/v1/chat/completions", "/v1/completions", "/v1/messages", "/api/v1/threads")
    }
    assert said["/v1/chat/completions"]["error"]["code"] == "too_large"
    assert said["/v1/completions"]["error"]["code"] == "too_large"
    assert said["/v1/messages"]["error"]["type"] == "request_too_large"
    assert said["/api/v1/threads"]["code"] == "too_large"


async def test_a_compressed_body_is_told_in_the_wires_words(world: World) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    paths = ("/v1/chat/completions", "/v1/messages", "/api/v1/threads")
    said = {
        path: await world.admin.post(path, content=b"\x1f\x8b", headers=headers) for path in paths
    }
    assert {path: answer.status_code for path, answer in said.items()} == dict.fromkeys(paths, 415)
    assert all("Content-Encoding" in answer.text for answer in said.values())
