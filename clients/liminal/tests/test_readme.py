"""The README's Python blocks run, and it shows every snippet that users of the wire know."""

from __future__ import annotations

from collections.abc import Iterator
from unittest.mock import patch

import pytest
from clients.liminal.tests import readme_blocks, threaded_peer
from clients.liminal.tests.peer import Peer, Reply
from clients.liminal.tests.wire_data import (
    CLEANSED,
    FINDINGS,
    HYDRATED,
    INSTANCE,
    SUBMITTED,
    THREAD,
    data,
    line,
)

TOKEN = "token-0123456789abcdef"
CALLS = [
    "authenticate_from_auth_provider", "authenticate_from_session_id", "authenticate_from_token",
    "get_available_model_instances()", "get_model_instance(", "thread.get_available()",
    "thread.get_by_id(", "thread.create(", "prompt.analyze(", "prompt.cleanse(", "prompt.submit(",
    "prompt.stream(", "async for chunk in", "prompt.hydrate(", "httpx_client=client",
    "from liminal.auth.microsoft.device_code_flow import DeviceCodeFlowProvider",
]  # fmt: skip


@pytest.fixture
def address() -> Iterator[str]:
    """A scripted server that answers everything that the README asks, and the two providers."""
    peer = Peer()
    peer.on("POST", "/api/v1/auth/test-automation/login", Reply.session("abc"))
    peer.on("GET", "/api/v1/users/me", Reply.session("abc"))
    peer.on("GET", "/api/v1/auth/login/oauth/access-token", Reply.session("abc"))
    peer.on("GET", "/api/v1/model-instances", Reply(body=data([INSTANCE])))
    peer.on("POST", "/api/v1/threads", Reply(body=data(THREAD)))
    peer.on("GET", "/api/v1/threads", Reply(body=data([THREAD])))
    peer.on("GET", "/api/v1/threads/11", Reply(body=data(THREAD)))
    peer.on("POST", "/api/v1/prompts/analyze", Reply(body=data(FINDINGS)))
    peer.on("POST", "/api/v1/prompts/cleanse", Reply(body=data(CLEANSED)))
    peer.on("POST", "/api/v1/prompts/hydrate", Reply(body=data(HYDRATED)))
    peer.on("POST", "/device", Reply(body=DEVICE))
    peer.on("POST", "/token", Reply(body={"access_token": "synthetic", "expires_in": 60}))
    stream = Reply(stream=[line("Hello "), line("you", "stop")])
    peer.on("POST", "/api/v1/prompts/submit", Reply(body=data(SUBMITTED)), stream)
    with threaded_peer.running(peer) as url:
        ends = {"device_authorization_endpoint": f"{url}/device", "token_endpoint": f"{url}/token"}
        peer.on("GET", "/.well-known/openid-configuration", Reply(body={"issuer": url, **ends}))
        yield url


DEVICE = {
    "device_code": "synthetic", "user_code": "ABCD", "interval": 0,
    "verification_uri": "https://login.example.com/device",
}  # fmt: skip


def test_the_page_shows_every_call() -> None:
    shown = "".join(block.text for block in readme_blocks.blocks())
    assert [call for call in CALLS if call not in shown] == []


@pytest.mark.parametrize(
    "block",
    [block for block in readme_blocks.blocks() if block.is_program],
    ids=lambda block: f"line-{block.line}",
)
def test_every_program_of_the_page_runs(
    address: str, block: readme_blocks.Block, capsys: pytest.CaptureFixture[str]
) -> None:
    replaced = {
        "https://gateway.example.com": address,
        "https://login.example.com": address,
        "My Model": "Echo",
    }
    name = "liminal.auth.microsoft.device_code_flow.PublicClientApplication"
    with patch(name) as msal:
        msal.return_value.get_accounts.return_value = []
        msal.return_value.initiate_device_flow.return_value = {"message": "To sign in, …"}
        msal.return_value.acquire_token_by_device_flow.return_value = {"access_token": "synthetic"}
        readme_blocks.run_program(block, replaced)


def test_every_snippet_of_the_page_runs_and_returns_what_it_says(address: str) -> None:
    readme_blocks.run_all_snippets(address, TOKEN, "Echo")
