"""Limits, budgets, default instances and usage of API tokens, as callers and operators see them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anthropic
import httpx
import openai
import pytest
from tests.live import LiveServer, peer_beside
from tests.peers import Peer
from tests.peers.anthropic_paths import AnthropicPaths
from tests.peers.behaviours import answering
from tests.peers.openai_paths import OpenAIPaths

SAID = "Write to jane.roe@example.com please"
PRICES = '[prices.tests.models]\n"priced" = { input = 1000.0, output = 2000.0 }\n'
IN_FORCE_SECONDS = 1.1
Json = dict[str, Any]


class Keys:
    """A server as a first start makes it from the environment, and keys to limit."""

    def __init__(self, server: LiveServer, peers: dict[str, Peer]) -> None:
        self.server = server
        self.peers = peers

    def key(self, settings: Json | None = None) -> tuple[int, str]:
        """A new API token with these settings; its id and itself."""
        with self.server.client() as admin:
            made = admin.post("/api/admin/v1/api-tokens", json={"name": "limited"}).json()["data"]
        if settings is not None:
            self.set(made["id"], settings)
        return made["id"], made["token"]

    def set(self, number: int, settings: Json) -> None:
        """Set all of a token's settings, and wait until they are in force."""
        with self.server.client() as admin:
            path = f"/api/admin/v1/api-tokens/{number}/settings"
            answer = admin.put(path, json=settings)
        assert answer.status_code == 200, answer.text
        time.sleep(IN_FORCE_SECONDS)

    def instance(self, name: str) -> int:
        """The id of an instance."""
        with self.server.client() as admin:
            listed = admin.get("/api/admin/v1/model-instances").json()["data"]
        return int(next(one["id"] for one in listed if one["name"] == name))

    def ask(self, token: str, model: str = "gpt-x", **fields: object) -> httpx.Response:
        """A chat completion; what came back, whatever it is."""
        body = {"model": model, "messages": [{"role": "user", "content": SAID}], **fields}
        with self.server.client(token) as client:
            return client.post("/v1/chat/completions", json=body)

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A `sluice` command that asks the server."""
        client = {"SLUICE_URL": self.server.url, "SLUICE_TOKEN": self.server.token}
        command = [str(Path(sys.executable).parent / "sluice"), *words]
        return subprocess.run(
            command, env={**os.environ, **client}, capture_output=True, text=True, check=False
        )


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keys]:
    """Both vendors in the environment of the first start, and a file of prices."""
    folder = tmp_path_factory.mktemp("limits")
    (folder / "prices.toml").write_text(PRICES)
    with (
        peer_beside(answering(OpenAIPaths(), pieces=None)) as one,
        peer_beside(answering(AnthropicPaths(), pieces=None)) as other,
    ):
        environment = {
            "OPENAI_API_KEY": "sk-tests-0123456789",
            "OPENAI_BASE_URL": f"{one.url}/v1",
            "ANTHROPIC_API_KEY": "sk-ant-tests-0123456789",
            "ANTHROPIC_BASE_URL": other.url,
            "SLUICE_PRICES_FILE": str(folder / "prices.toml"),
        }
        with LiveServer(folder / "server", environment=environment) as server:
            yield Keys(server, {"OpenAI": one, "Anthropic": other})


def test_a_first_start_takes_the_vendors_addresses_from_the_environment(keys: Keys) -> None:
    for name, peer in keys.peers.items():
        before = len(peer.requests)
        assert keys.ask(keys.server.token, f"{name}/any-model").status_code == 200
        assert [request.json()["model"] for request in peer.requests[before:]] == ["any-model"]
        assert "jane.roe" not in peer.requests[-1].body.decode()


@pytest.mark.parametrize("name", ["OpenAI", "Anthropic"])
def test_a_model_that_names_no_instance_goes_to_the_keys_default(keys: Keys, name: str) -> None:
    _, token = keys.key({"defaultInstanceId": keys.instance(name)})
    before = len(keys.peers[name].requests)
    assert keys.ask(token, "whatever-4").status_code == 200
    assert [r.json()["model"] for r in keys.peers[name].requests[before:]] == ["whatever-4"]


def test_a_key_without_a_default_uses_the_first_real_provider(keys: Keys) -> None:
    before = len(keys.peers["OpenAI"].requests)
    assert keys.ask(keys.server.token, "claude-x").status_code == 200
    assert len(keys.peers["OpenAI"].requests) == before + 1


CODES = {
    "requestsPerMinute": ("requests_per_minute", 60),
    "tokensPerMinute": ("tokens_per_minute", 60),
    "monthlyTokens": ("monthly_tokens", 31 * 86400),
    "monthlyBudgetMicrodollars": ("monthly_budget", 31 * 86400),
}
"""The code of each limit, and the longest time in seconds for which it may ask to wait."""


@pytest.mark.parametrize("limit", CODES)
def test_over_a_limit_both_wires_are_told_which_and_until_when(keys: Keys, limit: str) -> None:
    _, token = keys.key({"limits": {limit: 1}})
    assert keys.ask(token, "priced").status_code == 200
    sent = len(keys.peers["OpenAI"].requests)
    code, longest = CODES[limit]
    with (
        openai.OpenAI(base_url=f"{keys.server.url}/v1", api_key=token, max_retries=0) as client,
        pytest.raises(openai.RateLimitError) as refused,
    ):
        client.chat.completions.create(model="priced", messages=[{"role": "user", "content": SAID}])
    assert refused.value.code == code
    assert 1 <= int(refused.value.response.headers["retry-after"]) <= longest
    with (
        anthropic.Anthropic(base_url=keys.server.url, api_key=token, max_retries=0) as claude,
        pytest.raises(anthropic.RateLimitError) as told,
    ):
        claude.messages.create(
            model="priced", max_tokens=9, messages=[{"role": "user", "content": SAID}]
        )
    error = told.value.response.json()["error"]
    assert (error["type"], error["details"]["error_code"]) == ("rate_limit_error", code)
    assert len(keys.peers["OpenAI"].requests) == sent


def test_a_limit_of_streams_leaves_other_calls_alone(keys: Keys) -> None:
    _, token = keys.key({"limits": {"concurrentStreams": 0}})
    refused = keys.ask(token, stream=True)
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "concurrent_streams")
    assert keys.ask(token).status_code == 200


def test_a_budget_refuses_a_model_whose_price_is_not_known(keys: Keys) -> None:
    _, token = keys.key({"limits": {"monthlyBudgetMicrodollars": 10_000_000}})
    refused = keys.ask(token, "nobody-knows-its-price")
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "price_unknown")
    assert keys.ask(token, "priced").status_code == 200


def test_limits_are_shown_set_and_unset_on_the_command_line(keys: Keys) -> None:
    number, token = keys.key()
    command = keys.server.command
    done = command("token", "limits", str(number), "--requests-per-minute", "0")
    assert done.returncode == 0, done.stderr
    time.sleep(IN_FORCE_SECONDS)
    assert keys.ask(token).json()["error"]["code"] == "requests_per_minute"
    done = command("token", "limits", str(number), "--monthly-budget", "12.5", "--json")
    limits = json.loads(done.stdout)["limits"]
    assert (limits["requestsPerMinute"], limits["monthlyBudgetMicrodollars"]) == (0, 12_500_000)
    assert command("token", "limits", str(number), "--none").returncode == 0
    time.sleep(IN_FORCE_SECONDS)
    assert keys.ask(token).status_code == 200


def test_usage_is_shown_with_what_the_operators_prices_make_of_it(keys: Keys) -> None:
    number, token = keys.key()
    for _ in range(2):
        assert keys.ask(token, "priced").status_code == 200
    done = keys.command("usage", "--by", "key", "--json")
    assert done.returncode == 0, done.stderr
    row = next(row for row in json.loads(done.stdout) if row["apiTokenId"] == number)
    # The scripted vendor counts words: four asked, four answered.
    assert (row["calls"], row["inputTokens"], row["outputTokens"]) == (2, 8, 8)
    assert row["costMicrodollars"] == 2 * (4 * 1000 + 4 * 2000)
    assert "priced" in keys.command("usage").stdout


@pytest.mark.parametrize("header", ["authorization", "x-api-key", "api-key"])
def test_a_key_may_stand_wherever_clients_put_it(keys: Keys, header: str) -> None:
    token = keys.server.token
    headers = {header: f"Bearer {token}" if header == "authorization" else token}
    body = {"model": "Echo", "messages": [{"role": "user", "content": SAID}]}
    for path in ("/v1/chat/completions", "/v1/messages"):
        done = httpx.post(keys.server.url + path, headers=headers, json=body | {"max_tokens": 9})
        assert (done.status_code, SAID in done.text) == (200, True)


def test_a_vendors_key_beside_ours_does_not_get_in_the_way(keys: Keys) -> None:
    headers = {"authorization": "Bearer sk-of-the-vendor", "x-api-key": keys.server.token}
    listed = httpx.get(f"{keys.server.url}/v1/models", headers=headers)
    assert [m["id"] for m in listed.json()["data"]] == ["Echo", "OpenAI", "Anthropic"]
