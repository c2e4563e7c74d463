"""All providers by key, and how their keys look on the Liminal wire."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Protocol

from sluice.engine.errors import Problem
from sluice.server.providers.anthropic import AnthropicProvider
from sluice.server.providers.aws_bedrock import BedrockProvider
from sluice.server.providers.aws_sagemaker import SagemakerProvider
from sluice.server.providers.base import Connection, Provider, ProviderRejected
from sluice.server.providers.cohere import CohereProvider
from sluice.server.providers.echo import EchoProvider
from sluice.server.providers.google import GoogleProvider, VertexProvider
from sluice.server.providers.openai import OpenAIProvider
from sluice.server.providers.transport import Transport
from sluice.server.providers.vendors import VENDORS, Vendor

LIMINAL_KEYS: Final = frozenset(
    {"anthropic", "aws_bedrock", "aws_sagemaker", "azure_openai", "cohere", "google_vertex_ai",
     "google_ai_studio", "huggingface", "mistral", "ollama", "openai", "perplexity"}
)  # fmt: skip
"""The closed enumeration of `liminal-sdk-python` 2024.9.0; one other key fails its listings."""

_NEAREST: Final = {"echo": "ollama", "google": "google_ai_studio"}


class UnknownProvider(ProviderRejected):
    """A connection names a provider that this server does not have."""

    def __init__(self, key: str) -> None:
        known = ", ".join(provider_keys())
        super().__init__(key, f"There is no provider of this key; use one of: {known}.")


class _BuiltIn(Provider, Protocol):
    """A provider that can also check a connection before it is used."""

    def problems(self, connection: Connection) -> tuple[Problem, ...]: ...


def _vendor(vendor: Vendor) -> Callable[[Transport], _BuiltIn]:
    return lambda transport: OpenAIProvider(transport, vendor)


_BUILT_IN: Final[Mapping[str, Callable[[Transport], _BuiltIn]]] = {
    "anthropic": AnthropicProvider,
    "aws_bedrock": BedrockProvider,
    "aws_sagemaker": SagemakerProvider,
    "cohere": CohereProvider,
    "echo": lambda _: EchoProvider(),
    "google": GoogleProvider,
    "google_vertex_ai": VertexProvider,
    **{key: _vendor(vendor) for key, vendor in VENDORS.items()},
}
"""Every provider of this server's own: one line each, in `LIMINAL_KEYS` too where it is there."""


class Providers:
    """The providers of one server, all on one transport."""

    def __init__(self, transport: Transport, extra: Mapping[str, Provider] | None = None) -> None:
        built_in = {key: make(transport) for key, make in _BUILT_IN.items()}
        self._problems = {key: provider.problems for key, provider in built_in.items()}
        self._providers: dict[str, Provider] = {**built_in, **(extra or {})}

    def __getitem__(self, key: str) -> Provider:
        """The provider of this key. Raises `UnknownProvider`."""
        if key not in self._providers:
            raise UnknownProvider(key)
        return self._providers[key]

    def keys(self) -> tuple[str, ...]:
        """Every key that can be asked for, sorted."""
        return tuple(sorted(self._providers))

    def problems(self, connection: Connection) -> tuple[Problem, ...]:
        """Everything wrong with a connection, for the moment at which it is saved."""
        if connection.provider_key not in self._providers:
            return (Problem("provider_key", f"use one of: {', '.join(self.keys())}"),)
        check = self._problems.get(connection.provider_key)
        return check(connection) if check else ()


def provider_keys() -> tuple[str, ...]:
    """The keys of all built-in providers, sorted."""
    return tuple(sorted(_BUILT_IN))


def wire_key(key: str, *, exact: bool = False) -> str:
    """A provider key as the Liminal wire shows it.

    Clients before 2025.5.0 know a closed list; a key outside of it is shown as the nearest one in
    it (the echo as `ollama`, Google's own wire as `google_ai_studio`, vendors of OpenAI's wire as
    `openai`), unless `exact` is asked for.
    """
    return key if exact or key in LIMINAL_KEYS else _NEAREST.get(key, "openai")
