"""The flavor for the gateway, against a running Sluice: what the vendor sees, what comes back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.live import LiveServer, connection_to, peer_beside
from tests.peers import Peer
from tests.peers.models import openai_model

from freeplay.errors import CompletionError
from freeplay.flavors import GatewayChat
from freeplay.llm_parameters import LLMParameters

SAID = "Write to jane.roe@example.com please"
MESSAGES = [{"role": "user", "content": SAID}]
NONE = LLMParameters.empty()


@pytest.fixture(scope="module")
def vendor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LiveServer, Peer]]:
    folder = tmp_path_factory.mktemp("gateway") / "server"
    with peer_beside(openai_model()) as peer, LiveServer(folder) as server:
        server.instance(connection_to(peer))
        yield server, peer


def test_a_chat_through_the_gateway_shows_the_vendor_placeholders_only(
    vendor: tuple[LiveServer, Peer],
) -> None:
    server, peer = vendor
    flavor = GatewayChat(server.token, server.url, model="gpt-x").in_session("session-1")
    answer = flavor.continue_chat(MESSAGES, NONE)
    assert (answer.content, answer.is_complete) == (f"You said: {SAID}", True)
    streamed = flavor.continue_chat_stream(answer.message_history, NONE)
    assert "".join(chunk.text for chunk in streamed) == f"You said: {SAID}"
    assert len(peer.requests) == 2
    assert all("jane.roe" not in request.body.decode() for request in peer.requests)
    assert all("EMAIL_ADDRESS_0" in request.body.decode() for request in peer.requests)


def test_a_key_that_the_gateway_does_not_know_is_an_error_with_its_status(
    vendor: tuple[LiveServer, Peer],
) -> None:
    flavor = GatewayChat("no-such-key", vendor[0].url, model="gpt-x")
    with pytest.raises(Exception, match="401") as caught:
        flavor.continue_chat(MESSAGES, NONE)
    assert CompletionError("", vendor_error=caught.value).status == 401
