"""`sluice demo` fills a running server, and nothing of its customers is kept in clear."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from tests.e2e.planted import encoded, forms
from tests.live import Json, LiveServer

RAW = ("jane.roe@example.com", "5555 5555 5555 4444", "marta.diaz@example.org", "12 Main Street")


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LiveServer, Json]]:
    """A server, and what the command says that it made there."""
    with LiveServer(tmp_path_factory.mktemp("demo") / "server") as server:
        done = server.command("demo", "--json", "--url", server.url, "--token", server.token)
        assert done.returncode == 0, done.stderr
        yield server, json.loads(done.stdout)


def test_everything_it_names_is_there(shown: tuple[LiveServer, Json]) -> None:
    server, made = shown
    path = f"/api/v1/projects/{made['project']}"
    with server.client() as client:
        templates = client.get(f"{path}/templates").json()["data"]
        assert [one["name"] for one in templates] == made["templates"]
        assert max(one["latest"]["number"] for one in templates) == 3
        for run in made["testRuns"]:
            found = client.get(f"{path}/test-runs/{run}").json()["data"]
            assert (found["status"], found["summary"]["complete"]) == ("complete", 6)
        for session in made["sessions"]:
            recordings = client.get(f"{path}/sessions/{session}/recordings").json()["data"]
            assert len(recordings) == 2
        for thread in made["threads"]:
            assert client.get(f"/api/v1/threads/{thread}").status_code == 200


def test_its_test_runs_differ(shown: tuple[LiveServer, Json]) -> None:
    server, made = shown
    with server.client() as client:
        path = f"/api/v1/projects/{made['project']}/test-runs/"
        before, after = (
            client.get(path + run).json()["data"]["summary"]["evaluators"]["two-sentences"]
            for run in made["testRuns"]
        )
    assert (before["passed"], after["passed"]) == (0, 6)


def test_a_second_one_says_that_the_project_is_there(shown: tuple[LiveServer, Json]) -> None:
    server, _ = shown
    done = server.command("demo", "--url", server.url, "--token", server.token)
    assert done.returncode == 1
    assert "project" in done.stderr


@pytest.mark.parametrize("raw", RAW)
def test_its_customers_stand_nowhere_in_clear(shown: tuple[LiveServer, Json], raw: str) -> None:
    server, _ = shown
    written = [*forms(raw), *encoded(raw)]
    files = [path for path in server.folder.rglob("*") if path.is_file()]
    assert files
    for path in files:
        held = path.read_bytes()
        assert not any(form in held or form in held.lower() for form in written), path.name
