"""Google's addresses, and what a connection to them may look like."""

from __future__ import annotations

import json

import pytest
from tests.peers.google_tokens import EMAIL, key_file

from sluice.server.providers.addresses import InvalidConnection
from sluice.server.providers.base import Connection
from sluice.server.providers.google import gemini_address, vertex_address
from sluice.server.providers.google_tokens import account_problems
from sluice.server.providers.registry import Providers, wire_key
from sluice.server.providers.transport import Transport

KEY = {"api_key": "k"}
TOKEN = {"access_token": "t"}
PROJECT = {"project": "project-1"}
ENDING = ":streamGenerateContent?alt=sse"
TOKEN_URI = "https://oauth2.googleapis.com/token"


GEMINI: list[tuple[str, str | None, str]] = [
    ("gemini-x", None, "https://generativelanguage.googleapis.com/v1beta/models/gemini-x"),
    ("tunedModels/a", None, "https://generativelanguage.googleapis.com/v1beta/tunedModels/a"),
    ("models/gemini-x", None, "https://generativelanguage.googleapis.com/v1beta/models/gemini-x"),
    ("gemini-x", "https://g.example.com/", "https://g.example.com/v1beta/models/gemini-x"),
    ("gemini-x", "https://g.example.com/v1", "https://g.example.com/v1/models/gemini-x"),
    (
        "gemini-x",
        "https://g.example.com/a/v1alpha/",
        "https://g.example.com/a/v1alpha/models/gemini-x",
    ),
]


@pytest.mark.parametrize(("model", "base", "url"), GEMINI)
def test_the_gemini_api_has_an_address_for_each_model(
    model: str, base: str | None, url: str
) -> None:
    """A version in the connection's address is the one that is used."""
    assert gemini_address(Connection("google", model, base, KEY)) == url + ENDING


GOOGLES = "publishers/google/models/gemini-x"
VERTEX: list[tuple[str, dict[str, str], str]] = [
    (
        "gemini-x",
        PROJECT,
        f"aiplatform.googleapis.com/v1beta1/projects/project-1/locations/global/{GOOGLES}",
    ),
    (
        "gemini-x",
        PROJECT | {"location": "europe-west4"},
        f"europe-west4-aiplatform.googleapis.com/v1beta1/projects/project-1/locations/europe-west4/{GOOGLES}",
    ),
    (
        "gemini-x",
        PROJECT | {"location": "eu"},
        f"aiplatform.eu.rep.googleapis.com/v1beta1/projects/project-1/locations/eu/{GOOGLES}",
    ),
    (
        "endpoints/123",
        PROJECT | {"location": "us-central1"},
        "us-central1-aiplatform.googleapis.com/v1beta1/projects/project-1/locations/us-central1/endpoints/123",
    ),
    (
        "meta/llama",
        PROJECT,
        "aiplatform.googleapis.com/v1beta1/projects/project-1/locations/global/publishers/meta/models/llama",
    ),
    (
        "projects/p/locations/eu/endpoints/1",
        {"location": "eu"},
        "aiplatform.eu.rep.googleapis.com/v1beta1/projects/p/locations/eu/endpoints/1",
    ),
    ("gemini-x", {}, f"aiplatform.googleapis.com/v1beta1/{GOOGLES}"),
    ("models/gemini-x", {}, f"aiplatform.googleapis.com/v1beta1/{GOOGLES}"),
]


@pytest.mark.parametrize(("model", "options", "url"), VERTEX)
def test_vertex_has_an_address_for_each_location(
    model: str, options: dict[str, str], url: str
) -> None:
    """The whole world, a group of regions, one region."""
    connection = Connection("google_vertex_ai", model, None, KEY, options)
    assert vertex_address(connection) == f"https://{url}{ENDING}"


SPOILT = {"service_account": key_file(TOKEN_URI, private_key="canary")}
CONNECTIONS: dict[str, tuple[Connection, list[str]]] = {
    "the Gemini API": (Connection("google", "gemini-x", credentials=KEY), []),
    "no key": (Connection("google", "gemini-x"), ["credentials.api_key"]),
    "another path": (Connection("google", "../x", credentials=KEY), ["model"]),
    "a hidden path": (Connection("google", "models/../x", credentials=KEY), ["model"]),
    "a query": (Connection("google", "x?y", credentials=KEY), ["model"]),
    "another option": (
        Connection("google", "x", None, KEY, {"location": "eu"}),
        ["options.location"],
    ),
    "Vertex with a token": (Connection("google_vertex_ai", "x", None, TOKEN, PROJECT), []),
    "Vertex with an API key": (Connection("google_vertex_ai", "x", None, KEY), []),
    "Vertex with a key file": (
        Connection(
            "google_vertex_ai", "x", None, {"service_account": key_file(TOKEN_URI)}, PROJECT
        ),
        [],
    ),
    "no way in": (Connection("google_vertex_ai", "x", None, {}, PROJECT), ["credentials"]),
    "two ways in": (
        Connection("google_vertex_ai", "x", None, KEY | TOKEN, PROJECT),
        ["credentials"],
    ),
    "no project": (Connection("google_vertex_ai", "x", None, TOKEN), ["options.project"]),
    "another host as a location": (
        Connection("google_vertex_ai", "x", None, TOKEN, PROJECT | {"location": "a.example.org/"}),
        ["options.location"],
    ),
    "a path as a project": (
        Connection("google_vertex_ai", "x", None, TOKEN, {"project": "../../x"}),
        ["options.project"],
    ),
    "a token for two headers": (
        Connection("google_vertex_ai", "x", None, {"access_token": "canary\r\nx: y"}, PROJECT),
        ["credentials.access_token"],
    ),
    "a spoilt key file": (
        Connection("google_vertex_ai", "x", None, SPOILT, PROJECT),
        ["credentials.service_account"],
    ),
}


@pytest.mark.parametrize("case", CONNECTIONS)
def test_a_connection_is_checked_before_it_is_used(case: str) -> None:
    """Every problem at once, each with where it is; no value is ever quoted."""
    connection, paths = CONNECTIONS[case]
    problems = Providers(Transport()).problems(connection)
    assert [problem.path for problem in problems] == paths
    assert "canary" not in str(InvalidConnection(problems))


FILES: dict[str, tuple[str, list[str]]] = {
    "good": (key_file(TOKEN_URI), []),
    "without its token's address": (
        json.dumps({n: v for n, v in json.loads(key_file(TOKEN_URI)).items() if n != "token_uri"}),
        [],
    ),
    "no JSON": ("canary", ["give the key file"]),
    "no object": ('["canary"]', ["give the key file"]),
    "of a person": (key_file(TOKEN_URI, type="authorized_user"), ["of a service account"]),
    "without a key and a name": (
        key_file(TOKEN_URI, private_key=None, client_email=7),
        ["no client_email", "no private_key"],
    ),
    "a key of another kind": (key_file(TOKEN_URI, private_key="canary"), ["no RSA key"]),
    "an address that is none": (key_file("canary"), ["token_uri"] * 2),
}


@pytest.mark.parametrize("case", FILES)
def test_a_key_file_is_checked(case: str) -> None:
    """What is wrong is told, and nothing of the file."""
    file, advice = FILES[case]
    problems = account_problems(file)
    assert len(problems) == len(advice)
    assert all(word in problem for word, problem in zip(advice, problems, strict=True))
    assert not {"canary", EMAIL, "PRIVATE"} & set(" ".join(problems).split())


def test_old_clients_see_googles_own_wire_as_its_other_one() -> None:
    """They know a closed list of keys."""
    assert wire_key("google") == "google_ai_studio"
    assert wire_key("google", exact=True) == "google"
    assert wire_key("google_vertex_ai") == "google_vertex_ai"
    assert wire_key("cohere") == "cohere"
