"""What a connection to Cohere may look like, and which one a first start finds."""

from __future__ import annotations

import pytest

from sluice.server.providers.base import Connection
from sluice.server.providers.cohere import BASE_URL, EXAMPLE_MODEL
from sluice.server.providers.firststart import connections_from_environment, default_connection
from sluice.server.providers.registry import Providers
from sluice.server.providers.transport import Transport

KEY = {"api_key": "k"}
CONNECTIONS: dict[str, tuple[Connection, list[str]]] = {
    "good": (Connection("cohere", "m", None, KEY, {"temperature": 0.5, "top_k": 5}), []),
    "a safety mode": (Connection("cohere", "m", None, KEY, {"safety_mode": "OFF"}), []),
    "no key": (Connection("cohere", "m"), ["credentials.api_key"]),
    "another option": (Connection("cohere", "m", None, KEY, {"p": 1}), ["options.p"]),
    "another safety mode": (
        Connection("cohere", "m", None, KEY, {"safety_mode": "canary"}),
        ["options.safety_mode"],
    ),
}


@pytest.mark.parametrize("case", CONNECTIONS)
def test_a_connection_is_checked_before_it_is_used(case: str) -> None:
    """Each problem with where it is."""
    connection, paths = CONNECTIONS[case]
    problems = Providers(Transport()).problems(connection)
    assert [problem.path for problem in problems] == paths
    assert "canary" not in str(problems)


@pytest.mark.parametrize("name", ["COHERE_API_KEY", "CO_API_KEY"])
def test_a_first_start_finds_a_key_of_coheres(name: str) -> None:
    """By both names that the vendor's pages and its client use, and at the client's address."""
    (found,) = connections_from_environment({name: "k", "CO_API_URL": f"{BASE_URL}/"})
    assert found.instance_name == "Cohere"
    assert found.connection == Connection("cohere", EXAMPLE_MODEL, f"{BASE_URL}/", KEY)
    assert Providers(Transport()).problems(found.connection) == ()
    assert default_connection("cohere", {name: "k"}) == Connection(
        "cohere", EXAMPLE_MODEL, None, KEY
    )


def test_a_key_of_googles_stays_with_googles_other_wire() -> None:
    """One key makes one instance."""
    (found,) = connections_from_environment({"GEMINI_API_KEY": "k"})
    assert found.connection.provider_key == "google_ai_studio"
