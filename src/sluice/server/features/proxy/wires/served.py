"""Every wire that the gateway serves, by its address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sluice.server.features.proxy.wires.anthropic.complete import AnthropicComplete
from sluice.server.features.proxy.wires.anthropic.messages import (
    AnthropicCountTokens,
    AnthropicMessages,
)
from sluice.server.features.proxy.wires.openai.chat import ChatWire
from sluice.server.features.proxy.wires.openai.completions import CompletionsWire
from sluice.server.features.proxy.wires.openai.embeddings import EmbeddingsWire
from sluice.server.features.proxy.wires.openai.responses import ResponsesWire
from sluice.server.features.proxy.wires.wire import Wire

WIRES: Final[dict[str, Callable[[], Wire]]] = {
    "/v1/chat/completions": ChatWire,
    "/v1/completions": CompletionsWire,
    "/v1/responses": ResponsesWire,
    "/v1/embeddings": EmbeddingsWire,
    "/v1/messages": AnthropicMessages,
    "/v1/messages/count_tokens": AnthropicCountTokens,
    "/v1/complete": AnthropicComplete,
}
