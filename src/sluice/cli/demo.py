"""`sluice demo`: a project with everything in it, made through the API that everybody uses."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import uuid4

import typer

from sluice.cli.errors import CommandError
from sluice.cli.examples import examples
from sluice.cli.options import DEFAULT_URL, Json, Token, Url

if TYPE_CHECKING:
    from sluice.cli.api import Api

EPILOG = examples("sluice demo", "sluice demo --project try --json")
INSTANCE: Final = "Echo"
RUN_SECONDS: Final = 120.0
"""How long a test run may take before this command gives up waiting."""
_PAUSE: Final = 0.2


def demo(
    project: Annotated[str, typer.Option(help="The id of the project that is made.")] = "demo",
    json: Json = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Fill a server with a project to look at.

    Templates in several versions, a playlist, two finished test runs, sessions with recordings and
    some threads, all with the instance `Echo`, which needs no vendor. Everybody in it is made up.
    `sluice project delete demo` takes the project away again; threads stay.
    """
    from sluice.cli.api import Api
    from sluice.cli.terminal import write_json

    with Api(url, token) as api, _steps(shown=not json) as step:
        made = Demo(api, project).make(step)
    if json:
        write_json(made)
    else:
        _tell(made)


class Demo:
    """Makes everything, one thing after the other."""

    def __init__(self, api: Api, project: str) -> None:
        self._api = api
        self._project = project
        self._path = f"/api/v1/projects/{project}"
        self._versions: dict[tuple[str, int], dict[str, Any]] = {}

    def make(self, step: Callable[[str], None]) -> dict[str, Any]:
        """What was made, by kind. Raises `CommandError`, where the project is there already too."""
        step("project")
        self._api.post("/api/v1/projects", {"name": self._project, "id": self._project})
        step("templates")
        templates = self._templates()
        step("playlist")
        playlist = self._playlist()
        step("test runs")
        runs = self._runs()
        step("sessions")
        sessions = self._sessions()
        step("threads")
        return {
            "project": self._project,
            "templates": templates,
            "playlist": playlist,
            "testRuns": runs,
            "sessions": sessions,
            "threads": self._threads(),
        }

    def _templates(self) -> list[str]:
        from sluice.cli.demo_content import VERSIONS

        for name, content, environments in VERSIONS:
            order = {"name": name, "content": content, "environments": environments}
            version = self._api.post(f"{self._path}/templates", order)["version"]
            self._versions[name, version["number"]] = version
        return sorted({name for name, _ in self._versions})

    def _playlist(self) -> str:
        from sluice.cli.demo_content import CASES, PLAYLIST

        made: dict[str, Any] = self._api.post(f"{self._path}/playlists", {"name": PLAYLIST})
        cases = f"{self._path}/playlists/{made['id']}/test-cases"
        self._api.post(cases, {"testCases": list(CASES)})
        return PLAYLIST

    def _runs(self) -> list[str]:
        from sluice.cli.demo_content import EVALUATORS, PLAYLIST, REPLY, RUNS

        started = []
        for name, number in RUNS:
            order = {
                "playlist": PLAYLIST,
                "name": name,
                "templateVersion": self._versions[REPLY, number]["id"],
                "modelInstance": INSTANCE,
                "evaluators": list(EVALUATORS),
            }
            started.append(str(self._api.post(f"{self._path}/test-runs", order)["id"]))
        for run in started:
            self._wait_for(run)
        return started

    def _wait_for(self, run: str) -> None:
        deadline = time.monotonic() + RUN_SECONDS
        while (found := self._api.get(f"{self._path}/test-runs/{run}"))["finishedAt"] is None:
            if time.monotonic() > deadline:
                raise CommandError(f"The test run {run} is still {found['status']}; look later.")
            time.sleep(_PAUSE)
        if found["status"] != "complete":
            raise CommandError(f"The test run {run} ended as {found['status']}.")

    def _sessions(self) -> list[str]:
        from sluice.cli.demo_content import CASES, SESSIONS

        made = []
        for index, told in enumerate(SESSIONS):
            made.append(str(uuid4()))
            for case in (CASES[index], CASES[index + 2]):
                self._recording(made[-1], case, told)
        return made

    def _recording(self, session: str, case: dict[str, Any], told: tuple[Any, ...]) -> None:
        """Ask the model through the gateway and record the call, as an application does."""
        from sluice.cli.demo_content import REPLY

        channel, plan, feedback, helped = told
        wire = f"/v2/projects/{self._project}"
        asked = [{"role": "user", "content": case["inputs"]["question"]}]
        begun = time.time()
        answer = self._api.wire(
            "/v1/chat/completions",
            {"model": INSTANCE, "messages": asked},
            {"Sluice-Project": self._project, "Sluice-Conversation": session},
        )
        body = {
            "messages": [*asked, answer["choices"][0]["message"]],
            "inputs": case["inputs"],
            "session_info": {"custom_metadata": {"channel": channel, "customer": {"plan": plan}}},
            "prompt_info": {
                "environment": "prod",
                "prompt_template_version_id": self._versions[REPLY, 1]["id"],
            },
            "call_info": {
                "start_time": begun,
                "end_time": time.time(),
                "model": "echo",
                "provider": "echo",
                "usage": answer["usage"],
            },
            "eval_results": {"helped": helped},
        }
        done = self._api.wire(f"{wire}/sessions/{session}/completions", body)
        given = {"freeplay_feedback": feedback}
        self._api.wire(f"{wire}/completion-feedback/id/{done['completion_id']}", given)

    def _threads(self) -> list[int]:
        from sluice.cli.ask import instance_id
        from sluice.cli.demo_content import THREADS

        instance, made = instance_id(self._api, INSTANCE), []
        for turns in THREADS:
            thread = None
            for text in turns:
                order = {"modelInstanceId": instance, "source": "sdk", "text": text}
                if thread is not None:
                    order["threadId"] = thread
                thread = self._api.post("/api/v1/prompts/submit", order)["threadId"]
            made.append(int(thread or 0))
        return made


@contextmanager
def _steps(*, shown: bool) -> Iterator[Callable[[str], None]]:
    """A bar on standard error that moves with each step."""
    from rich.progress import BarColumn, Progress, TextColumn

    from sluice.cli.terminal import console

    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), console=console(err=True), transient=True,
        disable=not shown,
    )  # fmt: skip
    with bar:
        task = bar.add_task("", total=STEPS)
        yield lambda what: bar.update(task, advance=1, description=what)


STEPS: Final = 6


def _tell(made: dict[str, Any]) -> None:
    from sluice.cli.terminal import say, table

    project, runs = made["project"], made["testRuns"]
    say(f"The project {project} is there, with made-up customers. Look at it:")
    table(
        ("what", "command"),
        [
            ("prompts", f"sluice prompts list --project {project}"),
            ("the playlist", f'sluice playlist show "{made["playlist"]}" --project {project}'),
            ("test runs", f"sluice test-run compare {' '.join(runs)} --project {project}"),
            ("sessions", f"sluice sessions list --project {project}"),
            ("one session", f"sluice sessions show {made['sessions'][0]} --project {project}"),
            ("calls of the gateway", "sluice usage"),
        ],
    )
