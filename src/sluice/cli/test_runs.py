"""`sluice test-run`: playlists run through a model by the server, and compared."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import quote

import typer

from sluice.cli.errors import CommandError, WrongUsage
from sluice.cli.examples import examples
from sluice.cli.options import DEFAULT_URL, Json, Project, Token, Url

if TYPE_CHECKING:
    from sluice.cli.api import Api

app = typer.Typer(
    help="Test runs: run a playlist through a model instance, watch, judge and compare.",
    no_args_is_help=True,
)
PAUSE: Final = 0.4
"""Seconds between two looks at a run that is under way."""
UNDER_WAY: Final = ("open", "pending", "running")

RunId = Annotated[str, typer.Argument(metavar="RUN", help="The test run's id.")]
FailUnder = Annotated[
    list[str] | None,
    typer.Option(
        "--fail-under",
        metavar="EVALUATOR=RATE",
        help="Exit with 1 if a smaller share than this has passed; may be given several times.",
    ),
]
Wait = Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until it has ended.")]


@app.command(
    epilog=examples(
        "sluice test-run start Refunds --template refund --instance OpenAI -e exact",
        "sluice test-run start Refunds --template refund --environment prod --instance OpenAI "
        "--evaluators judges.yaml --fail-under judge=0.9",
        "sluice test-run start Refunds --version 8d1f… --instance OpenAI --param temperature=0 "
        "--no-wait --json",
    )
)
def start(
    playlist: Annotated[str, typer.Argument(metavar="PLAYLIST", help="Its name or id.")],
    instance: Annotated[str, typer.Option(help="The model instance's name or id.")],
    template: Annotated[str | None, typer.Option(help="The template's name.")] = None,
    environment: Annotated[
        str, typer.Option(help="Whose version of the template is run.")
    ] = "latest",
    version: Annotated[
        str | None, typer.Option(help="A version's id, in place of template and environment.")
    ] = None,
    as_recorded: Annotated[
        bool,
        typer.Option(
            "--as-recorded", help="Send the messages of the cases' recordings, without a template."
        ),
    ] = False,
    model: Annotated[
        str | None, typer.Option(help="Another model of the instance's vendor.")
    ] = None,
    name: Annotated[str, typer.Option(help="What to call the run.")] = "",
    evaluator: Annotated[
        list[str] | None,
        typer.Option("--evaluator", "-e", help="A kind that needs no options, such as exact."),
    ] = None,
    evaluators: Annotated[
        Path | None, typer.Option(help="A YAML or JSON file with a list of evaluators.")
    ] = None,
    param: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="A parameter over the template's: temperature=0."),
    ] = None,
    concurrency: Annotated[
        int, typer.Option(min=1, max=16, help="Cases that are asked at once.")
    ] = 4,
    fail_under: FailUnder = None,
    wait: Wait = True,
    json: Json = False,
    project: Project = "default",
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Run a playlist through a model instance, on the server.

    Every test case fills in the template, is asked, and judged by the evaluators. The run goes on
    if this command is interrupted. Exit code 1: the run did not complete, or `--fail-under` is
    missed; cases without an answer count there as not passed.
    """
    from sluice.cli.api import Api

    thresholds = _thresholds(fail_under)
    if thresholds and not wait:
        raise WrongUsage("--fail-under needs a result: leave out --no-wait.")
    body = {
        "playlist": playlist,
        "name": name,
        "environment": environment,
        "modelInstance": int(instance) if instance.isdecimal() else instance,
        "parameters": _parameters(param),
        "evaluators": [*({"kind": kind} for kind in evaluator or ()), *_listed(evaluators)],
        "concurrency": concurrency,
        "asRecorded": as_recorded,
        "template": template,
        "templateVersion": version,
        **({"model": model} if model else {}),
    }
    with Api(url, token) as api:
        run = api.post(_base(project), body)
        _report(api, project, run, thresholds, wait=wait, json=json)


@app.command("list", epilog=examples("sluice test-run list", "sluice test-run list --json"))
def list_(
    limit: Annotated[int, typer.Option(min=1, max=500, help="Runs that are shown.")] = 20,
    json: Json = False,
    project: Project = "default",
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """List the project's test runs, newest first."""
    from itertools import islice

    from sluice.cli.api import Api
    from sluice.cli.terminal import table, write_json
    from sluice.cli.test_run_tables import COLUMNS, row

    with Api(url, token) as api:
        runs = list(islice(api.pages(_base(project), limit=limit), limit))
    if json:
        write_json(runs)
    else:
        table(COLUMNS, [row(run) for run in runs])


@app.command(
    epilog=examples(
        "sluice test-run show 5e1c…",
        "sluice test-run show 5e1c… --wait --fail-under exact=0.95",
        "sluice test-run show 5e1c… --results --json | jq '.results[] | .output'",
    )
)
def show(
    run: RunId,
    results: Annotated[
        bool, typer.Option("--results", help="Show what came of each case.")
    ] = False,
    failed: Annotated[
        bool, typer.Option("--failed", help="Show the cases that have no answer.")
    ] = False,
    fail_under: FailUnder = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until it has ended.")] = False,
    json: Json = False,
    project: Project = "default",
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Show how far a test run is and what came of it; texts hold placeholders."""
    from sluice.cli.api import PAGE, Api
    from sluice.cli.terminal import table
    from sluice.cli.test_run_tables import result_columns, result_row

    thresholds = _thresholds(fail_under)
    with Api(url, token) as api:
        found = api.get(_path(project, run))
        parameters: dict[str, str | int] = {
            "limit": PAGE,
            **({"status": "failed"} if failed else {}),
        }
        path = f"{_path(project, run)}/results"
        if not (results or failed):
            _report(api, project, found, thresholds, wait=wait, json=json)
            return
        found = _waited(api, project, found, quiet=json) if wait else found
        rows = list(api.pages(path, **parameters))
    if json:
        _write({**found, "results": rows})
    else:
        table(result_columns(found), [result_row(found, one) for one in rows])
    _check(found, thresholds)


@app.command(
    epilog=examples(
        "sluice test-run compare 5e1c… 77ab…",
        "sluice test-run compare 5e1c… 77ab… --cases 20",
        "sluice test-run compare 5e1c… 77ab… --json | jq '.against[0].evaluators'",
    )
)
def compare(
    runs: Annotated[
        list[str], typer.Argument(metavar="RUN…", help="Ids; the first is held against.")
    ],
    cases: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Cases with another output that are shown, word by word; by default 5 on a "
            "terminal, else none.",
            show_default=False,
        ),
    ] = None,
    json: Json = False,
    project: Project = "default",
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Compare test runs over the same playlist with the first of them.

    For each evaluator: the share that passed, the mean difference with its 95 % bootstrap
    interval, wins, losses and ties by case, and how likely such a split were by chance (exact sign
    test). Then cost and latency, and outputs that differ.
    """
    from sluice.cli.api import Api
    from sluice.cli.terminal import is_terminal
    from sluice.cli.test_run_tables import show_cases, show_comparison

    if len(runs) < 2:
        raise WrongUsage("Name two test runs or more.")
    wanted = (5 if is_terminal() and not json else 0) if cases is None else cases
    with Api(url, token) as api:
        found = _compared(api, project, runs, wanted)
    if json:
        _write(found)
        return
    show_comparison(found)
    show_cases(found)


@app.command(epilog=examples("sluice test-run cancel 5e1c…"))
def cancel(
    run: RunId,
    json: Json = False,
    project: Project = "default",
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """End a test run that is under way; what is done stays, and it can be resumed."""
    _change(project, run, "cancel", {}, url, token, json=json)


@app.command(epilog=examples("sluice test-run delete 5e1c…"))
def delete(
    run: RunId, project: Project = "default", url: Url = DEFAULT_URL, token: Token = None
) -> None:
    """Delete a test run, the recordings of its calls, and originals that nothing else needs."""
    from sluice.cli.api import Api
    from sluice.cli.terminal import say

    with Api(url, token) as api:
        api.delete(_path(project, run))
    say(f"Test run {run} is deleted.")


@app.command(epilog=examples("sluice test-run resume 5e1c…"))
def resume(
    run: RunId,
    failed: Annotated[
        bool, typer.Option(help="Whether cases that have no answer are asked again.")
    ] = True,
    wait: Wait = True,
    json: Json = False,
    project: Project = "default",
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Let a test run that has ended go on with what is left."""
    body = {"failed": failed}
    _change(project, run, "resume", body, url, token, json=json, wait=wait)


def _change(
    project: str,
    run: str,
    what: str,
    body: dict[str, Any],
    url: str,
    token: str | None,
    *,
    json: bool,
    wait: bool = False,
) -> None:
    from sluice.cli.api import Api

    with Api(url, token) as api:
        changed = api.post(f"{_path(project, run)}/{what}", body)
        _report(api, project, changed, {}, wait=wait, json=json)


def _report(
    api: Api,
    project: str,
    run: dict[str, Any],
    thresholds: dict[str, float],
    *,
    wait: bool,
    json: bool,
) -> None:
    """Show a run, when it has ended if that is waited for; fails where it is not good enough."""
    from sluice.cli.test_run_tables import show_run

    if wait:
        run = _waited(api, project, run, quiet=json)
    if json:
        _write(run)
    else:
        show_run(run)
    if wait or thresholds:
        _check(run, thresholds)


def _waited(api: Api, project: str, run: dict[str, Any], *, quiet: bool) -> dict[str, Any]:
    """The run when it has ended; until then a bar, for a person at a terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from sluice.cli.terminal import console

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    hidden = quiet or not sys.stderr.isatty()
    with Progress(*columns, console=console(err=True), disable=hidden) as progress:
        task = progress.add_task(run["status"], total=run["cases"])
        while run["status"] in UNDER_WAY:
            time.sleep(PAUSE)
            run = api.get(_path(project, run["id"]))
            done = run["summary"]["complete"] + run["summary"]["failed"]
            progress.update(task, completed=done, description=run["status"])
    return run


def _compared(api: Api, project: str, runs: list[str], cases: int) -> dict[str, Any]:
    """The comparison with the first `cases` cases whose outputs differ."""
    parameters: dict[str, str | int] = {"runs": ",".join(runs), "limit": 100 if cases else 0}
    found: dict[str, Any] = api.get(f"{_base(project)}/compare", **parameters)
    shown, page = [one for one in found["cases"] if _differs(one)], found
    while len(shown) < cases and page["nextCursor"] is not None:
        parameters["cursor"] = page["nextCursor"]
        page = api.get(f"{_base(project)}/compare", **parameters)
        shown += [one for one in page["cases"] if _differs(one)]
    return {**found, "cases": shown[:cases]}


def _differs(case: dict[str, Any]) -> bool:
    outputs = {None if one is None else one["output"] for one in case["results"]}
    return len(outputs) > 1


def _check(run: dict[str, Any], thresholds: dict[str, float]) -> None:
    """Raise `CommandError` for a run that did not complete, or is not good enough."""
    if run["status"] in UNDER_WAY:
        problems = ["it has not ended"] if thresholds else []
    else:
        problems = [] if run["status"] == "complete" else [_ending(run)]
    for name, least in thresholds.items():
        share = _share(run, name)
        if share < least:
            problems.append(f"{name}: {share:.1%} passed, {least:.1%} is asked for")
    if problems:
        raise CommandError("The test run is not good enough:", problems)


def _ending(run: dict[str, Any]) -> str:
    return f"it is {run['status']}" + (f" ({run['errorCode']})" if run["errorCode"] else "")


def _share(run: dict[str, Any], name: str) -> float:
    """Which share has passed; cases without an answer have not."""
    evaluator = run["summary"]["evaluators"].get(name)
    if evaluator is None:
        known = ", ".join(run["summary"]["evaluators"]) or "none"
        raise WrongUsage(f"--fail-under names no evaluator of this run; there are: {known}.")
    counted = evaluator["judged"] + run["summary"]["failed"]
    return float(evaluator["passed"] / counted) if counted else 0.0


def _thresholds(given: list[str] | None) -> dict[str, float]:
    thresholds: dict[str, float] = {}
    for one in given or ():
        name, _, share = one.rpartition("=")
        try:
            thresholds[name] = float(share)
        except ValueError:
            thresholds[name] = -1
        if not name or not 0 <= thresholds[name] <= 1:
            raise WrongUsage("--fail-under looks like exact=0.9, with a share from 0 to 1.")
    return thresholds


def _parameters(given: list[str] | None) -> dict[str, Any]:
    """Values as YAML reads them: numbers, true and false, lists, else texts; dates are texts."""
    from datetime import date

    import yaml

    parameters: dict[str, Any] = {}
    for one in given or ():
        name, sign, value = one.partition("=")
        if not (name and sign):
            raise WrongUsage("--param looks like temperature=0.")
        try:
            read = yaml.safe_load(value)
        except (yaml.YAMLError, ValueError):  # the latter for a date that does not exist
            read = value
        parameters[name] = value if isinstance(read, date) else read
    return parameters


def _listed(path: Path | None) -> list[Any]:
    """The evaluators of a file."""
    from sluice.cli.local import read_text
    from sluice.server.kit.yaml_lines import load

    if path is None:
        return []
    loaded = load(read_text(str(path)))
    if loaded.problems:
        told = [f"{path}:{line}: {message}" for line, message in loaded.problems]
        raise CommandError(f"{path} is no YAML that can be used:", told)
    found = loaded.data
    listed = found.get("evaluators") if isinstance(found, dict) else found
    if not isinstance(listed, list):
        raise CommandError(f"{path} holds no list of evaluators.")
    return listed


def _write(value: object) -> None:
    from sluice.cli.terminal import write_json

    write_json(value)


def _base(project: str) -> str:
    return f"/api/v1/projects/{quote(project, safe='')}/test-runs"


def _path(project: str, run: str) -> str:
    return f"{_base(project)}/{quote(run, safe='')}"
