"""The command line's test runs against a running server: started, watched, compared, for CI."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.e2e.cli_process import Running, call, call_on_terminal, serving

ECHO = ("start", "Words", "--instance", "Echo")
CASES = ("hello", "jane@example.com", "bye")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with a playlist of three cases, and a template in two versions."""
    folder = tmp_path_factory.mktemp("sluice")
    with serving(folder) as running:
        _furnish(running, folder)
        yield running


def _furnish(server: Running, folder: Path) -> None:
    lines = [
        json.dumps({"inputs": {"word": word}, "output": f"The model saw: Say {word}."})
        for word in CASES
    ]
    (folder / "cases.jsonl").write_text("\n".join(lines))
    for words in (("create", "Words"), ("import", "Words", str(folder / "cases.jsonl"))):
        done = call("playlist", *words, settings=server.client)
        assert done.returncode == 0, done.stderr
    headers = {"Authorization": f"Bearer {server.client['SLUICE_TOKEN']}"}
    for text in ("Say {{word}}.", "Please say {{word}}."):
        content = {"messages": [{"role": "user", "content": text}]}
        httpx.post(
            f"{server.url}/api/v1/projects/default/templates",
            json={"name": "say", "content": content, "environments": ["first"][: text[0] == "S"]},
            headers=headers,
        ).raise_for_status()


def told(server: Running, *arguments: str) -> Any:  # noqa: ANN401 (JSON)
    done = call("test-run", *arguments, "--json", settings=server.client)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def failed(server: Running, *arguments: str) -> tuple[int, str]:
    done = call("test-run", *arguments, settings=server.client)
    return done.returncode, done.stderr


@pytest.fixture(scope="module")
def runs(server: Running) -> list[str]:
    """A run of the first version, which is as expected, and one of the second, which is not."""
    first = told(server, *ECHO, "--template", "say", "--environment", "first", "-e", "exact")
    second = told(server, *ECHO, "--template", "say", "-e", "exact", "--name", "second")
    return [first["id"], second["id"]]


def test_a_run_is_waited_for_and_told_as_json(server: Running, runs: list[str]) -> None:
    run = told(server, "show", runs[0], "--fail-under", "exact=1")
    assert (run["status"], run["summary"]["evaluators"]["exact"]["passRate"]) == ("complete", 1)
    listed = told(server, "list")
    assert [one["id"] for one in listed][-2:] == runs[::-1]


def test_a_threshold_that_is_missed_fails_the_command(server: Running, runs: list[str]) -> None:
    code, said = failed(server, "show", runs[1], "--fail-under", "exact=0.9")
    assert (code, "exact: 0.0% passed, 90.0% is asked for" in said) == (1, True)
    code, said = failed(
        server, *ECHO, "--template", "say", "-e", "exact", "--fail-under", "exact=0.5"
    )
    assert code == 1
    assert failed(server, "show", runs[0], "--fail-under", "exact=0.9")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("show", "nobody"), 1),
        ((*ECHO, "--template", "none"), 1),
        ((*ECHO, "--template", "say", "-e", "magic"), 1),
        ((*ECHO, "--template", "say", "-e", "exact", "--fail-under", "exact=2"), 2),
        ((*ECHO, "--template", "say", "--no-wait", "--fail-under", "exact=1"), 2),
        ((*ECHO, "--template", "say", "--param", "temperature"), 2),
        ((*ECHO, "--template", "say", "--evaluators", "/nowhere.yaml"), 1),
        (("compare", "one"), 2),
    ],
    ids=[
        "no run", "no template", "no evaluator", "no share", "no result", "no value", "no file",
        "one run",
    ],
)  # fmt: skip
def test_what_cannot_be_done_says_why(
    server: Running, arguments: tuple[str, ...], code: int
) -> None:
    assert failed(server, *arguments)[0] == code


def test_a_threshold_of_no_evaluator_is_a_mistake(server: Running, runs: list[str]) -> None:
    code, said = failed(server, "show", runs[0], "--fail-under", "judge=0.9")
    assert (code, "there are: exact" in said) == (2, True)


def test_evaluators_come_from_a_file(server: Running, tmp_path: Path) -> None:
    path = tmp_path / "evaluators.yaml"
    path.write_text("evaluators:\n- kind: contains\n  name: saw\n  values: [saw]\n- kind: exact\n")
    run = told(server, *ECHO, "--template", "say", "--evaluators", str(path), "--param", "seed=7")
    assert run["summary"]["evaluators"]["saw"]["passed"] == 3
    assert run["parameters"] == {"seed": 7}


def test_runs_are_compared_word_by_word(server: Running, runs: list[str]) -> None:
    compared = told(server, "compare", *runs, "--cases", "2")
    assert compared["against"][0]["evaluators"]["exact"]["losses"] == 3
    assert len(compared["cases"]) == 2
    done = call("test-run", "compare", *runs, "--cases", "9", settings=server.client)
    assert done.stdout.count("[-Say-]{+Please say+}") == 3
    assert "jane" not in done.stdout
    code, shown = call_on_terminal("test-run", "compare", *runs, settings=server.client)
    assert (code, shown.count("Please say")) == (0, 3)


def test_a_terminal_shows_how_far_a_run_is(server: Running) -> None:
    words = ("test-run", *ECHO, "--template", "say", "-e", "exact")
    code, shown = call_on_terminal(*words, settings=server.client)
    assert (code, "3/3" in shown, "3 of 3 answered" in shown) == (0, True, True)


def test_results_are_shown_by_case(server: Running, runs: list[str]) -> None:
    results = told(server, "show", runs[0], "--results")["results"]
    assert [result["output"] for result in results] == [
        "The model saw: Say hello.",
        "The model saw: Say EMAIL_ADDRESS_0.",
        "The model saw: Say bye.",
    ]
    assert told(server, "show", runs[0], "--failed")["results"] == []


def test_a_run_is_deleted(server: Running) -> None:
    run = told(server, *ECHO, "--template", "say")["id"]
    assert failed(server, "delete", run)[0] == 0
    assert failed(server, "show", run)[0] == 1


def test_a_run_that_has_ended_is_neither_cancelled_nor_resumed(
    server: Running, runs: list[str]
) -> None:
    assert failed(server, "cancel", runs[0])[0] == 1
    assert failed(server, "resume", runs[0])[0] == 1
