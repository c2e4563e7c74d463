"""The command line's projects against a running server: made, shared, used, deleted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.e2e.cli_process import Running, call, serving


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serving(tmp_path_factory.mktemp("sluice")) as running:
        yield running


def told(server: Running, *arguments: str) -> Any:  # noqa: ANN401 (JSON)
    done = call("project", *arguments, "--json", settings=server.client)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def said(server: Running, *arguments: str) -> str:
    done = call("project", *arguments, settings=server.client)
    assert done.returncode == 0, done.stderr
    return done.stdout


def failed(server: Running, *arguments: str) -> tuple[int, str]:
    done = call("project", *arguments, settings=server.client)
    return done.returncode, done.stderr


def test_a_project_is_made_changed_and_shown(server: Running) -> None:
    given = ("--retention-days", "30", "--on-findings", "refuse", "--policy-group", "Default")
    made = told(server, "create", "Customer support", "--keep-raw", *given)
    assert (made["id"], made["keepRaw"], made["retentionDays"], made["onFindings"]) == (
        "customer-support",
        True,
        30,
        "refuse",
    )
    changed = told(server, "set", "customer-support", "--retention-days", "0", "--no-keep-raw")
    assert (changed["keepRaw"], changed["retentionDays"], changed["onFindings"]) == (
        False,
        None,
        "refuse",
    )
    assert told(server, "show", "customer-support") == changed
    assert "findings\trefuse" in said(server, "show", "customer-support")
    assert [one["id"] for one in told(server, "list")] == ["customer-support", "default"]


def test_somebody_is_given_a_role_by_their_address_and_loses_it(server: Running) -> None:
    administrator = "administrator@localhost"
    assert "is editor of default" in said(
        server, "members", "set", "default", administrator, "--role", "editor"
    )
    (member,) = told(server, "members", "list", "default")
    assert (member["email"], member["role"]) == (administrator, "editor")
    said(server, "members", "remove", "default", str(member["userId"]))
    assert told(server, "members", "list", "default") == []


def test_a_key_stands_alone_on_standard_output_and_works_until_it_is_revoked(
    server: Running,
) -> None:
    made = call(
        "project", "key", "create", "default", "--expires-days", "2", settings=server.client
    )
    key = made.stdout.strip()
    assert "shown this once" in made.stderr
    asked = {"Authorization": f"Bearer {key}"}
    url = f"{server.client['SLUICE_URL']}/api/v2/projects/all"
    seen = httpx.get(url, headers=asked)
    assert seen.json() == {"projects": [{"id": "default", "name": "Default"}]}
    (listed,) = told(server, "key", "list", "default")
    assert key not in json.dumps(listed)
    said(server, "key", "revoke", "default", str(listed["id"]))
    assert httpx.get(url, headers=asked).status_code == 401


def test_a_deletion_asks_first_and_says_so(server: Running) -> None:
    told(server, "create", "Short lived", "--id", "gone")
    asked = call("project", "delete", "gone", settings=server.client)
    assert asked.returncode != 0
    assert "is deleted" in said(server, "delete", "gone", "--yes")
    code, message = failed(server, "show", "gone")
    assert (code, "no such project" in message) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("show", "nothing"), 1, "no such project"),
        (("create", "Default"), 1, "exists already"),
        (("create", "X", "--policy-group", "None"), 1, "no policy group named None"),
        (("set", "default", "--retention-days", "-1"), 2, "retention-days"),
        (("members", "set", "default", "nobody@example.org", "--role", "owner"), 1, "no user"),
        (("members", "set", "default", "1", "--role", "king"), 2, "king"),
        (("key", "revoke", "default", "4711"), 1, "4711"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_done_is_said_in_one_message(
    server: Running, arguments: tuple[str, ...], code: int, message: str
) -> None:
    status, told = failed(server, *arguments)
    assert (status, "Traceback" in told) == (code, False)
    assert message in told
