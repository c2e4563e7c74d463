"""The vendors that speak OpenAI's wires: address, authentication, quirks.

One row a vendor; the sources are the vendors' own API references and official SDKs. What a row
does not say is as OpenAI has it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import quote

from sluice.server.providers.addresses import join
from sluice.server.providers.base import Connection

AZURE_API_VERSION: Final = "2024-10-21"
"""The last dated general release; the undated `/openai/v1` addresses need none."""

CHAT: Final = "chat/completions"
MaxTokensName = Literal["max_tokens", "max_completion_tokens"]
MediaKind = Literal["image", "audio", "document"]


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
    seed: Literal["seed", "random_seed"] | None = "seed"
    """The field for a seed; None where there is none: it only steers sampling, and is left out."""
    top_k: bool = False
    """Whether `top_k` is known; left out where not, for the same reason."""
    json_object: bool = True
    """Whether there is a JSON mode without a schema."""
    json_schema: bool = True
    names_tool: bool = True
    """Whether `tool_choice` can name one function."""
    media: frozenset[MediaKind] = frozenset({"image"})
    """What may stand in a user's message beside text."""
    gives_back_thinking: bool = False
    """Whether an assistant's turn must come back with its `reasoning_content`."""
    call_id_length: int | None = None
    """The only length of a tool call's id that is taken, in letters and digits."""
    asks_usage: bool = True
    """Whether `stream_options.include_usage` is sent; where not, usage comes unasked or never."""
    address: Callable[[Connection, str, str], str] = lambda _, base, path: join(base, path)
    """The URL of a call, from the connection, its base URL and the path under it."""
    paths: frozenset[str] = frozenset({CHAT})
    """Which of OpenAI's paths the vendor serves itself."""
    renames: Mapping[str, str | None] = field(default_factory=dict)
    """Fields of OpenAI's that are refused by their name, and the vendor's own; None leaves a field
    out that has no effect on the answer."""
    example_model: str
    """The model of a connection that nobody has chosen one for."""

    def serves(self, connection: Connection, path: str) -> bool:
        """Whether a body of this path of OpenAI's can go to the vendor as it is."""
        if self.key == "azure_openai" and path == "responses":
            return is_undated_azure(connection.base_url or "")
        return path in self.paths


def is_undated_azure(base: str) -> bool:
    """Whether this is the address of Azure's undated API, which takes the model in the body."""
    return base.rstrip("/").endswith("/openai/v1")


def _azure_address(connection: Connection, base: str, path: str) -> str:
    """The deployment's URL; `model` is the deployment's name."""
    if is_undated_azure(base):
        return join(base, path)
    version = str(connection.options.get("api_version", AZURE_API_VERSION))
    deployment = f"openai/deployments/{quote(connection.model, safe='')}/{path}"
    return f"{join(base, deployment)}?api-version={quote(version, safe='')}"


def _ollama_address(_: Connection, base: str, path: str) -> str:
    """Ollama itself is known by its host; its OpenAI wire is under `/v1`."""
    root = base.rstrip("/").removesuffix("/v1")
    return join(root, f"v1/{path}")


_ROWS: Final = (
    Vendor(
        key="openai",
        name="OpenAI",
        base_url="https://api.openai.com/v1",
        max_tokens="max_completion_tokens",  # `max_tokens` is refused by reasoning models
        media=frozenset({"image", "audio", "document"}),
        paths=frozenset({CHAT, "completions", "responses", "embeddings"}),
        example_model="gpt-5.4-mini",
    ),
    Vendor(
        key="azure_openai",
        name="Azure OpenAI",
        base_url=None,
        key_header="api-key",
        max_tokens="max_completion_tokens",
        media=frozenset({"image", "audio"}),
        address=_azure_address,
        paths=frozenset({CHAT, "completions", "embeddings"}),  # `responses`: see `serves`
        example_model="gpt-5.4-mini",
    ),
    Vendor(
        key="mistral",
        name="Mistral",
        base_url="https://api.mistral.ai/v1",
        seed="random_seed",
        top_k=True,
        call_id_length=9,
        asks_usage=False,  # answered 422 extra_forbidden; usage comes unasked in the last chunk
        paths=frozenset({CHAT, "embeddings"}),
        renames={
            "max_completion_tokens": "max_tokens",
            "seed": "random_seed",
            "stream_options": None,
            "user": None,
        },
        example_model="mistral-small-latest",
    ),
    Vendor(
        key="ollama",
        name="Ollama",
        base_url="http://127.0.0.1:11434",
        needs_key=False,
        address=_ollama_address,
        paths=frozenset({CHAT, "completions", "responses", "embeddings"}),
        example_model="llama3.2",
    ),
    Vendor(
        key="huggingface",
        name="Hugging Face",
        base_url="https://router.huggingface.co/v1",
        paths=frozenset({CHAT, "responses"}),
        example_model="openai/gpt-oss-120b",
    ),
    Vendor(
        key="groq",
        name="Groq",
        base_url="https://api.groq.com/openai/v1",
        max_tokens="max_completion_tokens",
        paths=frozenset({CHAT, "responses"}),
        example_model="openai/gpt-oss-120b",
    ),
    Vendor(
        key="deepseek",
        name="DeepSeek",
        base_url="https://api.deepseek.com",
        seed=None,
        json_schema=False,  # its JSON output knows `json_object` only
        media=frozenset(),
        gives_back_thinking=True,  # demanded in a turn that called tools
        example_model="deepseek-flash",
    ),
    Vendor(
        key="xai",
        name="xAI",
        base_url="https://api.x.ai/v1",
        max_tokens="max_completion_tokens",
        paths=frozenset({CHAT, "responses"}),
        example_model="grok-4.3",
    ),
    Vendor(
        key="perplexity",
        name="Perplexity",
        base_url="https://api.perplexity.ai",
        seed=None,
        top_k=True,
        json_object=False,  # its response formats are text, json_schema and regex
        names_tool=False,  # its tool choices are none, auto and required
        asks_usage=False,  # every chunk carries the usage so far
        example_model="sonar",
    ),
    Vendor(
        key="google_ai_studio",
        name="Google AI Studio",
        base_url="https://generativelanguage.googleapis.com/v1beta/openai",
        seed=None,
        media=frozenset({"image", "audio"}),
        paths=frozenset({CHAT, "embeddings"}),
        example_model="gemini-2.5-flash",
    ),
)

VENDORS: Final = {row.key: row for row in _ROWS}
