"""Every name that programs written for the published client import, where they import it."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import subprocess
import sys
from pathlib import Path

import pytest

import liminal
from liminal import Client
from liminal.client import DEFAULT_REQUEST_TIMEOUT

NAMES = {
    "liminal": ["Client"],
    "liminal.client": ["Client", "DEFAULT_REQUEST_TIMEOUT"],
    "liminal.const": ["LOGGER", "SOURCE"],
    "liminal.errors": [
        "AuthError", "LiminalError", "ModelInstanceUnknownError", "RequestError",
    ],
    "liminal.auth": ["AuthProvider"],
    "liminal.auth.microsoft": [],
    "liminal.auth.microsoft.device_code_flow": [
        "DEFAULT_AUTH_CHALLENGE_TIMEOUT", "DeviceCodeFlowProvider", "PublicClientApplication",
    ],
    "liminal.auth.microsoft.models": [
        "MSALCacheTokenResponse", "MSALIdentityProviderTokenResponse",
    ],
    "liminal.endpoints": [],
    "liminal.endpoints.llm": ["LLMEndpoint"],
    "liminal.endpoints.llm.models": ["ModelConnection", "ModelInstance", "ModelProviderKey"],
    "liminal.endpoints.llm.schemas": ["GetAvailableModelInstancesResponse"],
    "liminal.endpoints.prompt": ["PromptEndpoint"],
    "liminal.endpoints.prompt.models": [
        "AnalysisFinding", "AnalysisFindings", "CleanseData", "CleansedToken", "HydrateData",
        "HydratedToken", "ReidentifiedToken", "StreamResponseChunk", "SubmitData",
        "DeidentifiedToken",
    ],
    "liminal.endpoints.prompt.schemas": [
        "AnalyzeResponse", "CleanseResponse", "HydrateResponse", "SubmitResponse",
    ],
    "liminal.endpoints.thread": ["ThreadEndpoint"],
    "liminal.endpoints.thread.models": ["Chat", "DeidentifiedToken", "Thread", "ThreadType"],
    "liminal.endpoints.thread.schemas": [
        "CreateThreadResponse", "GetAvailableThreadsResponse", "GetThreadByIdResponse",
    ],
    "liminal.helpers": [],
    "liminal.helpers.model": ["BaseModel"],
    "liminal.helpers.schema": ["BaseResponseSchema"],
    "liminal.helpers.typing": ["ValidatedResponseT"],
}  # fmt: skip
PUBLISHED_KEYS = {
    "anthropic", "aws_bedrock", "aws_sagemaker", "azure_openai", "cohere", "google_vertex_ai",
    "google_ai_studio", "huggingface", "mistral", "ollama", "openai", "perplexity", "groq",
    "deepseek", "xai", "ibm_watsonx",
}  # fmt: skip


@pytest.mark.parametrize("module", NAMES)
def test_each_published_name_is_where_it_was(module: str) -> None:
    found = importlib.import_module(module)
    assert [name for name in NAMES[module] if not hasattr(found, name)] == []


def test_what_the_package_lists_is_what_it_shows() -> None:
    public = [
        name
        for name, value in vars(liminal).items()
        if not name.startswith("_") and not inspect.ismodule(value)
    ]
    assert sorted(liminal.__all__) == sorted(public) == ["Client"]


def test_the_constants_have_their_published_values() -> None:
    from liminal.auth.microsoft.device_code_flow import (
        DEFAULT_AUTH_CHALLENGE_TIMEOUT,
        DeviceCodeFlowProvider,
    )
    from liminal.const import LOGGER, SOURCE

    assert (DEFAULT_REQUEST_TIMEOUT, DEFAULT_AUTH_CHALLENGE_TIMEOUT) == (60, 60)
    assert (LOGGER.name, SOURCE) == ("liminal", "sdk")
    assert DeviceCodeFlowProvider.AUTHORITY_URL == "https://login.microsoftonline.com"
    assert DeviceCodeFlowProvider.DEFAULT_SCOPES == ["User.Read"]


def test_every_provider_key_that_was_ever_published_is_a_member() -> None:
    from liminal.endpoints.llm.models import ModelProviderKey

    assert {key.value for key in ModelProviderKey} >= PUBLISHED_KEYS
    assert ModelProviderKey.AZURE_OPENAI.value == "azure_openai"


@pytest.mark.parametrize(
    ("method", "positional", "keyword"),
    [
        ("authenticate_from_auth_provider", ["api_server_url", "auth_provider"], ["httpx_client"]),
        ("authenticate_from_session_id", ["api_server_url", "session_id"], ["httpx_client"]),
        ("authenticate_from_token", ["api_server_url", "token"], ["httpx_client"]),
        ("_request", ["method", "endpoint"], ["headers", "cookies", "params", "json"]),
        ("_stream", ["method", "endpoint"], ["headers", "cookies", "params", "json"]),
        ("_request_and_validate", ["method", "endpoint", "expected_response_type"], []),
        ("_save_session_id_from_auth_response", ["auth_response"], []),
    ],
)
def test_arguments_keep_their_published_names(
    method: str, positional: list[str], keyword: list[str]
) -> None:
    parameters = inspect.signature(getattr(Client, method)).parameters.values()
    kinds = {
        kind: [p.name for p in parameters if p.kind is kind] for kind in inspect._ParameterKind
    }
    found = [name for name in kinds[inspect._ParameterKind.POSITIONAL_OR_KEYWORD] if name != "self"]
    assert found == positional
    assert set(kinds[inspect._ParameterKind.KEYWORD_ONLY]) >= set(keyword)


@pytest.mark.parametrize(
    ("endpoint", "method", "names"),
    [
        ("llm", "get_model_instance", ["model_instance_name", "timeout"]),
        ("thread", "create", ["model_instance_id", "name", "timeout"]),
        ("thread", "get_by_id", ["thread_id", "timeout"]),
        ("prompt", "analyze", ["model_instance_id", "prompt", "timeout"]),
        ("prompt", "cleanse", ["model_instance_id", "prompt", "thread_id", "findings", "timeout"]),
        ("prompt", "submit", ["model_instance_id", "prompt", "thread_id", "findings", "timeout"]),
        ("prompt", "stream", ["model_instance_id", "prompt", "thread_id", "findings", "timeout"]),
        ("prompt", "hydrate", ["model_instance_id", "prompt", "thread_id", "timeout"]),
    ],
)
def test_calls_take_the_published_arguments_and_a_timeout(
    endpoint: str, method: str, names: list[str]
) -> None:
    client = Client("https://gateway.example")
    assert list(inspect.signature(getattr(getattr(client, endpoint), method)).parameters) == names


def test_importing_the_package_imports_neither_msal_nor_anything_of_the_server() -> None:
    code = "import sys, json, liminal; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    loaded = {name.split(".")[0] for name in json.loads(done.stdout)}
    assert {"liminal", "httpx"} <= loaded
    assert not {"msal", "requests", "sluice", "pydantic"} & loaded


def test_no_module_imports_anything_but_the_declared_dependencies() -> None:
    allowed = set(sys.stdlib_module_names) | {"liminal", "httpx", "mashumaro", "msal"}
    root = Path(liminal.__file__).parent
    imported: set[str] = set()
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").split(".")[0])
    assert imported <= allowed


PROGRAM = """
import asyncio, sys
from liminal import Client

async def main():
    client = await Client.authenticate_from_token(sys.argv[1], "token-1")
    async for chunk in client.prompt.stream(3, "Hello"):
        break
    print(client.session_id)

asyncio.run(main())
asyncio.run(main())
"""


@pytest.mark.anyio
async def test_a_program_that_closes_nothing_leaves_no_socket_open(peer: object) -> None:
    import asyncio

    from clients.liminal.tests.peer import Peer, Reply
    from clients.liminal.tests.wire_data import line

    assert isinstance(peer, Peer)
    peer.on("POST", "/api/v1/auth/test-automation/login", Reply.session("abc"))
    stream = [line("a"), line("b"), line("", "stop")]
    peer.on("POST", "/api/v1/prompts/submit", Reply(stream=stream))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "error", "-c", PROGRAM, peer.url,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    assert (out.decode(), err.decode()) == ("abc\nabc\n", "")
