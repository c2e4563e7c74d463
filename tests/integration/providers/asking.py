"""Asking a peer through a provider, and the rows that the tests run over."""

from __future__ import annotations

from dataclasses import dataclass

from tests.peers import AnthropicWire, AzureWire, OpenAIWire, Peer, Wire

from sluice.engine.types import CleansedText
from sluice.server.providers.base import Connection, Delta, Message
from sluice.server.providers.registry import Providers
from sluice.server.providers.transport import Transport

KEY = "sk-canary-key-4711"
QUESTION = "Write to EMAIL_ADDRESS_0, canary-prompt-0815"
MESSAGES = (
    Message("system", CleansedText("Be brief.")),
    Message("user", CleansedText("Hello")),
    Message("assistant", CleansedText("Hi")),
    Message("user", CleansedText(QUESTION)),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A provider, the wire of its peer, and where on the peer its base URL is."""

    key: str
    wire: Wire
    path: str = ""

    def connection(self, peer: Peer, **options: str | float | bool) -> Connection:
        """A connection to the peer."""
        credentials = {} if self.key == "ollama" else {"api_key": KEY}
        return Connection(self.key, "model-1", peer.url + self.path, credentials, options)


ROWS = {
    row.key: row
    for row in (
        Row("openai", OpenAIWire(), "/v1"),
        Row("azure_openai", AzureWire()),
        Row("mistral", OpenAIWire(), "/v1"),
        Row("ollama", OpenAIWire(needs_key=False)),
        Row("huggingface", OpenAIWire(), "/v1"),
        Row("groq", OpenAIWire(), "/openai/v1"),
        Row("deepseek", OpenAIWire()),
        Row("xai", OpenAIWire(), "/v1"),
        Row("perplexity", OpenAIWire()),
        Row("google_ai_studio", OpenAIWire(), "/v1beta/openai"),
        Row("anthropic", AnthropicWire()),
    )
}
WIRES = ("openai", "azure_openai", "anthropic")
"""One row for each wire, where the vendor makes no difference."""


async def ask(
    transport: Transport,
    row: Row,
    peer: Peer,
    messages: tuple[Message, ...] = MESSAGES,
    **options: str | float | bool,
) -> list[Delta]:
    """All deltas of an answer."""
    provider = Providers(transport)[row.key]
    return [d async for d in provider.stream(row.connection(peer, **options), messages)]


def said(deltas: list[Delta]) -> str:
    """The text of an answer."""
    return "".join(delta.text for delta in deltas)
