"""The vendors that speak OpenAI's chat completions wire: address, authentication, quirks.

One row a vendor; the sources are the vendors' own API references. What a row does not say is as
OpenAI has it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import quote

from sluice.server.providers.addresses import join
from sluice.server.providers.base import Connection

AZURE_API_VERSION: Final = "2024-10-21"
"""The last dated general release; the undated `/openai/v1` addresses need none."""

MaxTokensName = Literal["max_tokens", "max_completion_tokens"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """How one vendor differs from the others."""

    key: str
    name: str
    base_url: str | None
    """None: every customer has an address of their own, so the connection must give it."""
    needs_key: bool = True
    key_header: Literal["authorization", "api-key"] = "authorization"
    max_tokens: MaxTokensName = "max_tokens"
    asks_usage: bool = True
    """Whether `stream_options.include_usage` is sent; where not, usage comes unasked or never."""
    address: Callable[[Connection, str], str] = lambda _, base: join(base, "chat/completions")
    """The URL of a call, from the connection and its base URL."""
    example_model: str
    """The model of a connection that nobody has chosen one for."""


def _azure_address(connection: Connection, base: str) -> str:
    """The deployment's URL; `model` is the deployment's name.

    An address that ends in `/openai/v1` is Azure's undated API, which takes it in the body.
    """
    if base.rstrip("/").endswith("/openai/v1"):
        return join(base, "chat/completions")
    version = str(connection.options.get("api_version", AZURE_API_VERSION))
    path = f"openai/deployments/{quote(connection.model, safe='')}/chat/completions"
    return f"{join(base, path)}?api-version={quote(version, safe='')}"


def _ollama_address(_: Connection, base: str) -> str:
    """Ollama itself is known by its host; its OpenAI wire is under `/v1`."""
    root = base.rstrip("/").removesuffix("/v1")
    return join(root, "v1/chat/completions")


_ROWS: Final = (
    Vendor(
        key="openai",
        name="OpenAI",
        base_url="https://api.openai.com/v1",
        max_tokens="max_completion_tokens",  # `max_tokens` is refused by reasoning models
        example_model="gpt-5.4-mini",
    ),
    Vendor(
        key="azure_openai",
        name="Azure OpenAI",
        base_url=None,
        key_header="api-key",
        max_tokens="max_completion_tokens",
        address=_azure_address,
        example_model="gpt-5.4-mini",
    ),
    Vendor(
        key="mistral",
        name="Mistral",
        base_url="https://api.mistral.ai/v1",
        asks_usage=False,  # answered 422 extra_forbidden; usage comes unasked in the last chunk
        example_model="mistral-small-latest",
    ),
    Vendor(
        key="ollama",
        name="Ollama",
        base_url="http://127.0.0.1:11434",
        needs_key=False,
        address=_ollama_address,
        example_model="llama3.2",
    ),
    Vendor(
        key="huggingface",
        name="Hugging Face",
        base_url="https://router.huggingface.co/v1",
        example_model="openai/gpt-oss-120b",
    ),
    Vendor(
        key="groq",
        name="Groq",
        base_url="https://api.groq.com/openai/v1",
        max_tokens="max_completion_tokens",
        example_model="openai/gpt-oss-120b",
    ),
    Vendor(
        key="deepseek",
        name="DeepSeek",
        base_url="https://api.deepseek.com",
        example_model="deepseek-flash",
    ),
    Vendor(
        key="xai",
        name="xAI",
        base_url="https://api.x.ai/v1",
        max_tokens="max_completion_tokens",
        example_model="grok-4.3",
    ),
    Vendor(
        key="perplexity",
        name="Perplexity",
        base_url="https://api.perplexity.ai",
        asks_usage=False,  # every chunk carries the usage so far
        example_model="sonar",
    ),
    Vendor(
        key="google_ai_studio",
        name="Google AI Studio",
        base_url="https://generativelanguage.googleapis.com/v1beta/openai",
        example_model="gemini-2.5-flash",
    ),
)

VENDORS: Final = {row.key: row for row in _ROWS}
