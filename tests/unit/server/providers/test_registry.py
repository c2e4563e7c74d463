"""Which providers there are, how their keys look on the wire, what a first start finds."""

from __future__ import annotations

import pytest

from sluice.engine.types import CleansedText
from sluice.server.providers.addresses import InvalidConnection, address_problems
from sluice.server.providers.base import Connection, Delta, Message
from sluice.server.providers.firststart import (
    connections_from_environment,
    default_connection,
    ollama_address,
)
from sluice.server.providers.registry import (
    LIMINAL_KEYS,
    Providers,
    UnknownProvider,
    provider_keys,
    wire_key,
)
from sluice.server.providers.sse import Event
from sluice.server.providers.transport import Call, Transport

KEYS = (
    "anthropic", "aws_bedrock", "aws_sagemaker", "azure_openai", "cohere", "deepseek", "echo",
    "google", "google_ai_studio", "google_vertex_ai", "groq", "huggingface", "mistral", "ollama",
    "openai", "perplexity", "xai",
)  # fmt: skip


def test_every_key_has_its_provider() -> None:
    """Each key gives the provider that carries it."""
    providers = Providers(Transport())
    assert provider_keys() == providers.keys() == KEYS
    assert [providers[key].key for key in KEYS] == list(KEYS)


def test_an_unknown_key_is_refused_with_the_known_ones() -> None:
    """The error says what there is and does not quote what was asked for."""
    with pytest.raises(UnknownProvider, match=r"use one of: anthropic, aws_bedrock") as caught:
        Providers(Transport())["canary-key"]
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("key", KEYS)
def test_old_clients_see_only_keys_they_know(key: str) -> None:
    """Every key is shown as one of the closed list, and as itself where that is asked for."""
    assert wire_key(key) in LIMINAL_KEYS
    assert wire_key(key) == key or key not in LIMINAL_KEYS
    assert wire_key(key, exact=True) == key


@pytest.mark.parametrize(
    ("key", "shown"), [("echo", "ollama"), ("groq", "openai"), ("xai", "openai")]
)
def test_a_key_that_old_clients_do_not_know_is_shown_as_the_nearest(key: str, shown: str) -> None:
    """The echo needs no credentials, like Ollama; the others speak OpenAI's wire."""
    assert wire_key(key) == shown


GOOD_ADDRESSES = [
    "https://api.example.com",
    "http://127.0.0.1:8080/v1",
    "http://[::1]:11434",
    "https://example.com/a/b/",
]
BAD_ADDRESSES = [
    "",
    "example.com",
    "ftp://example.com",
    "file:///etc/passwd",
    "https://",
    "https://user:pass@example.com",
    "https://@example.com",
    "https://example.com?key=1",
    "https://example.com?",
    "https://example.com/#f",
    "https://example.com:99999",
    "https://example.com:abc",
    "https://exa mple.com",
    "https://example.com\n",
    "https://example.com\\@evil.example.org",
    "https://exämple.com",
    "https://[::1",
    "https://example.com/" + "a" * 2048,
]


@pytest.mark.parametrize("url", GOOD_ADDRESSES)
def test_a_plain_address_is_taken(url: str) -> None:
    """http or https, a host, a port, a path."""
    assert address_problems(url) == []


@pytest.mark.parametrize("url", BAD_ADDRESSES)
def test_any_other_address_is_refused(url: str) -> None:
    """Credentials, query, fragment, other schemes and odd characters are all refused."""
    problems = address_problems(url)
    assert problems
    assert not any(len(url) > 9 and url in problem for problem in problems)


def test_every_problem_of_an_address_is_told_at_once() -> None:
    """One look at the message is enough to repair it."""
    assert len(address_problems("ftp://u:p@example.com?q#f")) == 4


CONNECTIONS: list[tuple[Connection, list[str]]] = [
    (Connection("openai", "m", credentials={"api_key": "k"}), []),
    (Connection("ollama", "m"), []),
    (Connection("echo", "echo"), []),
    (Connection("nobody", "m"), ["provider_key"]),
    (Connection("openai", "m"), ["credentials.api_key"]),
    (Connection("openai", "", "x", {"api_key": ""}), ["model", "base_url", "credentials.api_key"]),
    (
        Connection("openai", "m\n", credentials={"api_key": "k\r\nx: y"}),
        ["model", "credentials.api_key"],
    ),
    (Connection("openai", "m", credentials={"api_key": "schlüssel"}), ["credentials.api_key"]),
    (Connection("azure_openai", "m", credentials={"api_key": "k"}), ["base_url"]),
    (Connection("anthropic", "m", None, {"api_key": "k"}, {"seed": 1}), ["options.seed"]),
    (
        Connection("openai", "m", None, {"api_key": "k"}, {"system_role": "x"}),
        ["options.system_role"],
    ),
    (
        Connection("echo", "m", None, {}, {"piece": 0, "delay_ms": "x"}),
        ["options.delay_ms", "options.piece"],
    ),
]


@pytest.mark.parametrize(("connection", "paths"), CONNECTIONS)
def test_a_connection_is_checked_before_it_is_used(
    connection: Connection, paths: list[str]
) -> None:
    """Every problem at once, each with where it is; no value is ever quoted."""
    problems = Providers(Transport()).problems(connection)
    assert list(dict.fromkeys(problem.path for problem in problems)) == paths
    assert "schlüssel" not in str(InvalidConnection(problems))


@pytest.mark.parametrize(
    "value",
    [
        Connection("openai", "m", credentials={"api_key": "canary"}),
        Message("user", CleansedText("canary")),
        Delta(CleansedText("canary"), "stop"),
        Event("message", "canary"),
        Call("openai", "https://example.com", {"authorization": "canary"}, b"canary"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_nothing_shows_text_or_credentials(value: object) -> None:
    """`repr`, which ends up in logs and tracebacks, carries neither."""
    assert "canary" not in repr(value)


ENVIRONMENTS: list[tuple[dict[str, str], list[tuple[str, str, str | None]]]] = [
    ({}, []),
    ({"OPENAI_API_KEY": ""}, []),
    ({"OPENAI_API_KEY": "k"}, [("OpenAI", "openai", None)]),
    (
        {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "http://127.0.0.1:9000/v1"},
        [("OpenAI", "openai", "http://127.0.0.1:9000/v1")],
    ),
    ({"OPENAI_BASE_URL": "not used without a key"}, []),
    (
        {"ANTHROPIC_API_KEY": "k", "ANTHROPIC_BASE_URL": "https://a.example.com"},
        [("Anthropic", "anthropic", "https://a.example.com")],
    ),
    ({"HUGGINGFACE_API_KEY": "k"}, [("Hugging Face", "huggingface", None)]),
    ({"HF_TOKEN": "k"}, [("Hugging Face", "huggingface", None)]),
    ({"AZURE_OPENAI_API_KEY": "k"}, []),
    (
        {
            "AZURE_OPENAI_API_KEY": "k",
            "AZURE_OPENAI_ENDPOINT": "https://z.example.com/",
            "AZURE_OPENAI_DEPLOYMENT": "d",
        },
        [("Azure OpenAI", "azure_openai", "https://z.example.com/")],
    ),
    (
        {"MISTRAL_API_KEY": "k", "GROQ_API_KEY": "k", "DEEPSEEK_API_KEY": "k", "XAI_API_KEY": "k"},
        [
            ("Mistral", "mistral", None),
            ("Groq", "groq", None),
            ("DeepSeek", "deepseek", None),
            ("xAI", "xai", None),
        ],
    ),
]


@pytest.mark.parametrize(("environ", "expected"), ENVIRONMENTS)
def test_a_first_start_finds_the_keys(
    environ: dict[str, str], expected: list[tuple[str, str, str | None]]
) -> None:
    """One instance for each provider whose key is set, at the address that is set, and usable."""
    found = connections_from_environment(environ)
    shown = [(f.instance_name, f.connection.provider_key, f.connection.base_url) for f in found]
    assert shown == expected
    assert all(Providers(Transport()).problems(f.connection) == () for f in found)


def test_addresses_that_cannot_be_used_are_told_by_variable() -> None:
    """All wrong addresses at once, by the name of the variable and without its value."""
    environ = {
        "OPENAI_API_KEY": "k",
        "OPENAI_BASE_URL": "canary",
        "ANTHROPIC_API_KEY": "k",
        "ANTHROPIC_BASE_URL": "http://u:canary@example.com",
    }
    with pytest.raises(InvalidConnection, match=r"OPENAI_BASE_URL.*ANTHROPIC_BASE_URL") as caught:
        connections_from_environment(environ)
    assert "canary" not in str(caught.value)


def test_azure_takes_deployment_and_version_from_the_environment() -> None:
    """The deployment is the model, the version an option."""
    connection = default_connection(
        "azure_openai",
        {
            "AZURE_OPENAI_API_KEY": "k",
            "AZURE_OPENAI_ENDPOINT": "https://z.example.com",
            "AZURE_OPENAI_DEPLOYMENT_NAME": "d",
            "OPENAI_API_VERSION": "2024-06-01",
        },
    )
    assert connection is not None
    assert (connection.model, connection.options) == ("d", {"api_version": "2024-06-01"})


@pytest.mark.parametrize("key", ["openai", "ollama", "echo", "nobody"])
def test_a_provider_without_a_key_has_no_default_connection(key: str) -> None:
    """Nothing in the environment means no connection."""
    assert default_connection(key, {}) is None


HOSTS = [
    ("", "http://127.0.0.1:11434"),
    ("0.0.0.0", "http://127.0.0.1:11434"),
    ("0.0.0.0:8000", "http://127.0.0.1:8000"),
    (":8000", "http://127.0.0.1:8000"),
    ("[::]:8000", "http://[::1]:8000"),
    ("box.example.com", "http://box.example.com:11434"),
    ("http://box.example.com", "http://box.example.com"),
    ("https://box.example.com/ollama/", "https://box.example.com/ollama"),
    ("http://u:p@box.example.com", None),
    ("box example", None),
    ("box:port", None),
]


@pytest.mark.parametrize(("host", "address"), HOSTS)
def test_reads_ollamas_variable_as_ollama_does(host: str, address: str | None) -> None:
    """Its host, its port, its scheme, and loopback where it listens on everything."""
    assert ollama_address(host) == address
