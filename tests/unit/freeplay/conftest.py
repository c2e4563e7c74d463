"""A scripted Freeplay server on a real socket, with templates for every flavor."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.peers import Peer
from tests.peers.freeplay_wire import (
    FreeplayServer,
    chat_template,
    freeplay_beside,
    text_template,
)

from freeplay.flavors import (
    AnthropicChat,
    AnthropicClaudeText,
    AzureOpenAIChat,
    Flavor,
    GatewayChat,
    OpenAIChat,
    OpenAIText,
)

VENDOR_KEY = "-".join(["vendor", "key", "for", "tests"])
FLAVORS = ["openai_text", "openai_chat", "azure", "gateway", "claude_text", "anthropic_chat"]


@pytest.fixture
def server() -> FreeplayServer:
    return FreeplayServer(
        templates=[
            text_template("text", "Hello {name}!", params={"model": "text-x"}),
            chat_template(
                "chat", ("system", "Be kind."), ("user", "Hello {name}!"), params={"model": "gpt-x"}
            ),
        ],
        playlists={"names": [{"name": "Ada"}, {"name": "Bo"}]},
    )


@pytest.fixture
def peer(server: FreeplayServer) -> Iterator[Peer]:
    with freeplay_beside(server) as started:
        yield started


@pytest.fixture
def base(peer: Peer) -> str:
    return f"{peer.url}/api"


def flavor_of(name: str, url: str) -> tuple[Flavor, str]:
    """The flavor on the scripted vendors at this address, and the name of a template for it."""
    makers: dict[str, tuple[Flavor, str]] = {
        "openai_text": (OpenAIText(VENDOR_KEY, f"{url}/v1"), "text"),
        "openai_chat": (OpenAIChat(VENDOR_KEY, f"{url}/v1"), "chat"),
        "azure": (AzureOpenAIChat(VENDOR_KEY, url, "2024-10-21"), "chat"),
        "gateway": (GatewayChat(VENDOR_KEY, url), "chat"),
        "claude_text": (AnthropicClaudeText(VENDOR_KEY, url), "text"),
        "anthropic_chat": (AnthropicChat(VENDOR_KEY, url), "chat"),
    }
    return makers[name]
