"""The command line's prompts against a running server: pulled, pushed, compared, deployed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.cli_process import Running, call, serving

MAIL = "nobody@example.org"
REPLY = """\
name: support/reply
model: gpt-4o
messages:
  - role: system
    content: |
      Be {{tone}}.
      Be brief.
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serving(tmp_path_factory.mktemp("sluice")) as running:
        yield running


@pytest.fixture
def project(server: Running, request: pytest.FixtureRequest) -> str:
    """A project of the test's own."""
    name = request.node.name.replace("_", "-")[-60:].strip("-")
    done = call("project", "create", name, "--json", settings=server.client)
    assert done.returncode == 0, done.stderr
    return str(json.loads(done.stdout)["id"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two templates."""
    (tmp_path / "reply.yaml").write_text(REPLY)
    (tmp_path / "plain.yaml").write_text("name: plain\ntext: 'Hi {{who}}'\n")
    return tmp_path


def prompts(server: Running, project: str, *words: str, code: int = 0) -> tuple[str, str]:
    """The outputs of a command that ends with this code."""
    settings = {**server.client, "SLUICE_PROJECT": project}
    done = call("prompts", *words, settings=settings)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout, done.stderr


def listed(server: Running, project: str) -> dict[str, Any]:
    found = json.loads(prompts(server, project, "list", "--json")[0])
    return {one["name"]: one for one in found}


def pointers(server: Running, project: str, name: str) -> dict[str, int]:
    environments = listed(server, project)[name]["environments"]
    return {key: one["number"] for key, one in environments.items()}


def test_a_folder_is_pushed_once_and_pulled_as_it_was(
    server: Running, project: str, folder: Path, tmp_path: Path
) -> None:
    said, _ = prompts(server, project, "push", str(folder), "--dry-run")
    assert "create template support/reply" in said
    assert "2 would be created" in said
    assert listed(server, project) == {}
    prompts(server, project, "push", str(folder))
    assert "0 created, 0 changed, 2 unchanged." in prompts(server, project, "push", str(folder))[0]
    copy = tmp_path / "copy"
    prompts(server, project, "pull", str(copy))
    assert (copy / "support" / "reply.yaml").read_text() == REPLY
    assert "0 of 2 file(s) changed" in prompts(server, project, "pull", str(copy))[0]


def test_a_difference_is_shown_and_ends_with_1(server: Running, project: str, folder: Path) -> None:
    prompts(server, project, "push", str(folder), "--deploy", "prod")
    prompts(server, project, "diff", str(folder))
    (folder / "reply.yaml").write_text(REPLY.replace("brief", "kind"))
    (folder / "plain.yaml").unlink()
    said, _ = prompts(server, project, "diff", str(folder), "-e", "prod", code=1)
    assert "-      Be brief.\n" in said
    assert "+      Be kind.\n" in said
    assert "only on the server plain" in said
    found = json.loads(prompts(server, project, "diff", str(folder), "--json", code=1)[0])
    assert {one["name"]: one["change"] for one in found} == {
        "support/reply": "differs",
        "plain": "only on the server",
    }


def test_versions_are_deployed_and_rolled_back(server: Running, project: str, folder: Path) -> None:
    prompts(server, project, "push", str(folder), "--deploy", "prod", "--note", "first")
    (folder / "reply.yaml").write_text(REPLY.replace("brief", "kind"))
    pushed = json.loads(prompts(server, project, "push", str(folder), "--json")[0])
    assert {one["name"]: one["version"] for one in pushed} == {"plain": 1, "support/reply": 2}
    assert pointers(server, project, "support/reply") == {"prod": 1}
    prompts(server, project, "deploy", "--all", "--to", "prod", "--note", "second")
    assert pointers(server, project, "support/reply") == {"prod": 2}
    said, _ = prompts(server, project, "rollback", "support/reply")
    assert said == "support/reply: prod is version 1\n"
    history = prompts(server, project, "history", "support/reply", "-e", "prod")[0]
    assert [line.split("\t")[0] for line in history.splitlines()] == ["1", "2", "1"]
    assert "first" in history
    versions = json.loads(prompts(server, project, "history", "support/reply", "--json")[0])
    assert [one["number"] for one in versions] == [2, 1]
    _, failed = prompts(server, project, "deploy", "nobody", "--to", "prod", code=1)
    assert "has no template named nobody" in failed


def test_files_that_say_what_an_older_version_says_are_deployed_as_that_one(
    server: Running, project: str, folder: Path
) -> None:
    prompts(server, project, "push", str(folder))
    (folder / "reply.yaml").write_text(REPLY.replace("brief", "kind"))
    prompts(server, project, "push", str(folder))
    (folder / "reply.yaml").write_text(REPLY)
    _, told = prompts(server, project, "push", str(folder), "--deploy", "prod")
    assert "version 1 says the same" in told
    assert pointers(server, project, "support/reply") == {"prod": 1}
    prompts(server, project, "diff", str(folder), "-e", "prod")


def test_findings_are_shown_without_the_text_and_end_with_4(
    server: Running, project: str, folder: Path
) -> None:
    (folder / "plain.yaml").write_text(f"name: plain\ntext: Write to {MAIL}\n")
    said, told = prompts(server, project, "lint", str(folder), code=4)
    assert "plain.yaml: text, code points 9 to 27: EMAIL_ADDRESS" in told
    assert MAIL not in said + told
    prompts(server, project, "lint", str(folder), "--allow-findings")
    found = json.loads(prompts(server, project, "lint", str(folder), "--json", code=4)[0])
    assert [len(one["findings"]) for one in found] == [1, 0]
    assert found[1]["variables"] == ["tone"]
    _, warned = prompts(server, project, "push", str(folder))
    assert "warning: plain: text, code points 9 to 27" in warned


def test_pruning_removes_what_is_not_there_and_moved_files_stay_where_they_are(
    server: Running, project: str, folder: Path
) -> None:
    prompts(server, project, "push", str(folder), "--name", "support/reply")
    prompts(server, project, "pull", str(folder))
    assert sorted(path.name for path in folder.iterdir()) == ["plain.yaml", "reply.yaml"]
    prompts(server, project, "pull", str(folder), "--prune")
    assert [path.name for path in folder.iterdir()] == ["reply.yaml"]


def test_a_problem_of_a_file_changes_nothing(server: Running, project: str, folder: Path) -> None:
    (folder / "plain.yaml").write_text("name: plain\ntext: '{{#open}}'\n")
    _, told = prompts(server, project, "push", str(folder), code=1)
    assert "plain.yaml:2: text: code point 0: this section is never closed" in told
    assert listed(server, project) == {}


def test_a_protected_environment_waits_for_a_second_person(
    server: Running, project: str, folder: Path
) -> None:
    prompts(server, project, "push", str(folder))
    said, _ = prompts(server, project, "protect", "prod", "--expires-hours", "24")
    assert "waits until an owner approves it" in said
    made = call("project", "key", "create", project, "--name", "ci", settings=server.client)
    key = {**server.client, "SLUICE_PROJECT": project, "SLUICE_TOKEN": made.stdout.split()[-1]}
    asked = call("prompts", "push", str(folder), "--deploy", "prod", settings=key)
    assert asked.returncode == 7, asked.stdout + asked.stderr
    assert pointers(server, project, "plain") == {}
    waiting = json.loads(prompts(server, project, "requests", "--json")[0])
    assert {one["templateName"] for one in waiting} == {"plain", "support/reply"}
    again = call("prompts", "deploy", "plain", "--to", "prod", settings=key)
    assert again.returncode == 7, again.stdout + again.stderr
    ids = {one["templateName"]: one["id"] for one in waiting}
    said, _ = prompts(server, project, "approve", ids["plain"], "--note", "fine")
    assert said.strip() == "plain, version 1 to prod: approved"
    assert pointers(server, project, "plain") == {"prod": 1}
    prompts(server, project, "reject", ids["support/reply"], "--note", "not yet")
    assert json.loads(prompts(server, project, "requests", "--json")[0]) == []
    shown, _ = prompts(server, project, "requests", "--all", "--json")
    assert sorted(one["status"] for one in json.loads(shown)) == ["approved", "rejected"]
    prompts(server, project, "unprotect", "prod")
    prompts(server, project, "deploy", "support/reply", "--to", "prod")
