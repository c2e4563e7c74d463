"""Connections that a first start can make by itself: keys in the environment, a local Ollama."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from sluice.engine.errors import Problem
from sluice.server.providers.addresses import InvalidConnection, address_problems, join
from sluice.server.providers.anthropic import EXAMPLE_MODEL
from sluice.server.providers.aws_bedrock import EXAMPLE_MODEL as BEDROCK_MODEL
from sluice.server.providers.base import Connection, ProviderError
from sluice.server.providers.cohere import EXAMPLE_MODEL as COHERE_MODEL
from sluice.server.providers.transport import Transport
from sluice.server.providers.vendors import VENDORS

OLLAMA_SECONDS: Final = 0.25
"""How long a first start waits for an Ollama that may not be there."""
_OLLAMA_LIMIT: Final = 1024 * 1024
_OLLAMA_PORT: Final = 11434
_REACHED_AS: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - read, never bound


@dataclass(frozen=True, slots=True)
class FirstStart:
    """A model instance that a first start makes: its name and its connection."""

    instance_name: str
    connection: Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """The environment variables of one provider; the first one that is set counts."""

    key: str
    secrets: tuple[str, ...]
    addresses: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    complete: bool = False
    """Whether address and model must be given too, since neither has a common value."""


_BEDROCK_ADDRESS: Final = "AWS_ENDPOINT_URL_BEDROCK_RUNTIME"
_AWS_SECRETS: Final = {
    "api_key": "AWS_BEARER_TOKEN_BEDROCK",
    "access_key_id": "AWS_ACCESS_KEY_ID",
    "secret_access_key": "AWS_SECRET_ACCESS_KEY",
    "session_token": "AWS_SESSION_TOKEN",
}
SOURCES: Final = (
    _Source(key="openai", secrets=("OPENAI_API_KEY",), addresses=("OPENAI_BASE_URL",)),
    _Source(key="anthropic", secrets=("ANTHROPIC_API_KEY",), addresses=("ANTHROPIC_BASE_URL",)),
    _Source(
        key="azure_openai",
        secrets=("AZURE_OPENAI_API_KEY",),
        addresses=("AZURE_OPENAI_ENDPOINT",),
        models=("AZURE_OPENAI_DEPLOYMENT", "AZURE_OPENAI_DEPLOYMENT_NAME"),
        versions=("AZURE_OPENAI_API_VERSION", "OPENAI_API_VERSION"),
        complete=True,
    ),
    _Source(key="mistral", secrets=("MISTRAL_API_KEY",)),
    _Source(key="groq", secrets=("GROQ_API_KEY",)),
    _Source(key="deepseek", secrets=("DEEPSEEK_API_KEY",)),
    _Source(key="xai", secrets=("XAI_API_KEY",)),
    _Source(key="huggingface", secrets=("HF_TOKEN", "HUGGINGFACE_API_KEY")),
    _Source(key="perplexity", secrets=("PERPLEXITY_API_KEY",)),
    _Source(key="google_ai_studio", secrets=("GEMINI_API_KEY", "GOOGLE_API_KEY")),
    _Source(key="cohere", secrets=("COHERE_API_KEY", "CO_API_KEY"), addresses=("CO_API_URL",)),
)
_OWN_WIRES: Final = {
    "anthropic": ("Anthropic", EXAMPLE_MODEL),
    "cohere": ("Cohere", COHERE_MODEL),
}
"""Names and models of vendors that are no row of `VENDORS`."""


def connections_from_environment(environ: Mapping[str, str]) -> list[FirstStart]:
    """One model instance for each provider whose key stands in the environment.

    Azure OpenAI needs its endpoint and a deployment's name too, Amazon Bedrock a region: each is
    left out without them.
    Raises `InvalidConnection`, with the variables' names, for addresses that cannot be used.
    """
    wanted = [source for source in SOURCES if _wanted(source, environ)]
    problems = [problem for source in wanted for problem in _address_problems(source, environ)]
    bedrock = bedrock_connection(environ)
    if bedrock and bedrock.base_url:
        problems += [Problem(_BEDROCK_ADDRESS, a) for a in address_problems(bedrock.base_url)]
    if problems:
        raise InvalidConnection(problems)
    found = [_first_start(source, environ) for source in wanted]
    return [*found, FirstStart("Amazon Bedrock", bedrock)] if bedrock else found


def _address_problems(source: _Source, environ: Mapping[str, str]) -> Iterator[Problem]:
    for name in source.addresses:
        address = environ.get(name, "").strip()
        for advice in address_problems(address) if address else ():
            yield Problem(name, advice)


def default_connection(key: str, environ: Mapping[str, str]) -> Connection | None:
    """The connection that the environment describes for one provider, or None."""
    if key == "aws_bedrock":
        return bedrock_connection(environ)
    source = next((source for source in SOURCES if source.key == key), None)
    if source is None or not _wanted(source, environ):
        return None
    return _first_start(source, environ).connection


def bedrock_connection(environ: Mapping[str, str]) -> Connection | None:
    """The connection to Amazon Bedrock that AWS's variables describe, or None.

    A region (`AWS_REGION`, `AWS_DEFAULT_REGION`), and `AWS_BEARER_TOKEN_BEDROCK` or
    `AWS_ACCESS_KEY_ID` with `AWS_SECRET_ACCESS_KEY` and, for temporary ones, `AWS_SESSION_TOKEN`.
    Source: AWS SDKs and tools reference guide, "Environment variables".
    """
    region = _first(environ, ("AWS_REGION", "AWS_DEFAULT_REGION"))
    read = {name: _first(environ, (variable,)) for name, variable in _AWS_SECRETS.items()}
    given = {name: value for name, value in read.items() if value}
    if "api_key" in given:
        given = {"api_key": given["api_key"]}
    elif not {"access_key_id", "secret_access_key"} <= set(given):
        return None
    if region is None:
        return None
    base = _first(environ, (_BEDROCK_ADDRESS,))
    return Connection("aws_bedrock", BEDROCK_MODEL, base, given, {"region": region})


def _wanted(source: _Source, environ: Mapping[str, str]) -> bool:
    if not _first(environ, source.secrets):
        return False
    wanted = (source.addresses, source.models) if source.complete else ()
    return all(_first(environ, names) for names in wanted)


def _first(environ: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    values = (environ.get(name, "").strip() for name in names)
    return next((value for value in values if value), None)


def _first_start(source: _Source, environ: Mapping[str, str]) -> FirstStart:
    vendor = VENDORS.get(source.key)
    name, model = (vendor.name, vendor.example_model) if vendor else _OWN_WIRES[source.key]
    version = _first(environ, source.versions)
    connection = Connection(
        source.key,
        _first(environ, source.models) or model,
        base_url=_first(environ, source.addresses),
        credentials={"api_key": _first(environ, source.secrets) or ""},
        options={"api_version": version} if version else {},
    )
    return FirstStart(name, connection)


async def find_ollama(
    transport: Transport, environ: Mapping[str, str], *, seconds: float = OLLAMA_SECONDS
) -> FirstStart | None:
    """A running Ollama and the first model that it has, or None after `seconds` at the latest.

    Asks `OLLAMA_HOST`, by default `http://127.0.0.1:11434`, for `/api/tags`.
    """
    base = ollama_address(environ.get("OLLAMA_HOST", ""))
    if base is None:
        return None
    try:
        body = await transport.get(
            "ollama", join(base, "api/tags"), seconds=seconds, limit=_OLLAMA_LIMIT
        )
    except ProviderError:
        return None  # not there, which is how most first starts are
    model = next(_models(body), None)
    return FirstStart("Ollama", Connection("ollama", model, base_url=base)) if model else None


def ollama_address(host: str) -> str | None:
    """Where a client reaches the Ollama of this `OLLAMA_HOST`, or None if that is no address.

    As Ollama reads it: no scheme means http and port 11434, a scheme without a port means the
    scheme's own port, and a listener on all interfaces is reached on loopback.
    """
    host = host.strip().rstrip("/")
    has_scheme = "://" in host
    url = host if has_scheme else f"http://{'127.0.0.1' if host[:1] in ('', ':') else ''}{host}"
    if address_problems(url):
        return None
    parts = urlsplit(url)
    name = _REACHED_AS.get(parts.hostname or "", parts.hostname or "")
    port = parts.port or (None if has_scheme else _OLLAMA_PORT)
    authority = f"[{name}]" if ":" in name else name
    return f"{parts.scheme}://{authority}{f':{port}' if port else ''}{parts.path}"


def _models(body: bytes) -> Iterator[str]:
    try:
        listed = json.loads(body)
    except (ValueError, RecursionError):
        return
    models = listed.get("models") if isinstance(listed, dict) else None
    for model in models if isinstance(models, list) else []:
        name = model.get("name") if isinstance(model, dict) else None
        if isinstance(name, str) and name:
            yield name
