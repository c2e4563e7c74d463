"""`sluice prompts`: templates of a project, as a folder of YAML files and on the server."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from sluice.cli.errors import CommandError, ExitCode, WrongUsage
from sluice.cli.examples import examples
from sluice.cli.options import DEFAULT_URL, DryRun, Json, Project, Token, Url
from sluice.cli.prompt_approvals import add_to

if TYPE_CHECKING:
    from sluice.cli.prompt_files import PromptFile

app = typer.Typer(
    help="Prompt templates: pull, push, compare, check, deploy and roll back.",
    no_args_is_help=True,
)
FOLDER = Path("prompts")
VERSION_COLUMNS = ("version", "saved", "by", "name", "model", "note")
DEPLOYMENT_COLUMNS = ("version", "deployed", "by", "before", "note")
Folder: TypeAlias = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="A folder of YAML files, one for each template.")
]
Environment: TypeAlias = Annotated[
    str, typer.Option("--environment", "-e", help="Which versions: latest, prod, …")
]
Only: TypeAlias = Annotated[
    list[str] | None, typer.Option("--name", "-n", help="Only this template; may be repeated.")
]
Name: TypeAlias = Annotated[str, typer.Argument(metavar="NAME", help="The template's name.")]
Note: TypeAlias = Annotated[str, typer.Option(help="Why; it stands in the history.")]


class Format(StrEnum):
    """What a pull writes."""

    YAML = "yaml"
    BUNDLE = "bundle"


@app.command(
    epilog=examples(
        "sluice prompts pull",
        "sluice prompts pull prompts -e prod --prune",
        "sluice prompts pull app/bundle -e prod --format bundle",
    )
)
def pull(
    folder: Folder = FOLDER,
    environment: Environment = "latest",
    name: Only = None,
    format: Annotated[  # noqa: A002 (the option's name)
        Format,
        typer.Option(help="yaml for people; bundle: JSON that Freeplay's packages read offline."),
    ] = Format.YAML,
    prune: Annotated[
        bool, typer.Option("--prune", help="Remove files of templates that are not there.")
    ] = False,
    json: Json = False,
    project: Project = "default",
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Write the templates of an environment into a folder."""
    from sluice.cli.api import Api
    from sluice.cli.prompt_plans import pull as pull_files
    from sluice.cli.prompt_plans import pull_bundle
    from sluice.cli.prompt_server import PromptServer
    from sluice.cli.terminal import say, table, write_json

    if prune and (name or format is Format.BUNDLE):
        raise WrongUsage("--prune is for a whole folder of YAML files.")
    with Api(url, token) as api:
        server = PromptServer(api, project)
        if format is Format.BUNDLE:
            done = pull_bundle(server, folder, environment, name)
        else:
            done = pull_files(server, folder, environment, name, prune=prune)
    if json:
        write_json([{"file": str(one.path), "change": one.verb} for one in done])
        return
    table(("file", ""), [(one.path, one.verb) for one in done if one.verb != "unchanged"])
    changed = sum(one.verb != "unchanged" for one in done)
    say(f"{changed} of {len(done)} file(s) changed in {folder}.")


@app.command(
    epilog=examples(
        "sluice prompts push --dry-run",
        "sluice prompts push prompts --note 'ticket 4711' --deploy staging",
    )
)
def push(
    folder: Folder = FOLDER,
    name: Only = None,
    deploy: Annotated[
        list[str] | None,
        typer.Option("--deploy", help="Deploy what the files say to this environment too."),
    ] = None,
    note: Note = "",
    dry_run: DryRun = False,
    json: Json = False,
    project: Project = "default",
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Save the templates of a folder: a new version for each that differs from the newest.

    Problems of the files are shown with their lines before anything is changed. Templates that
    the folder does not hold are left alone. Exit code 7: it was saved, and somebody else has to
    approve its deployment.
    """
    from contextlib import nullcontext, redirect_stdout
    from sys import stderr

    from sluice.cli.api import Api
    from sluice.cli.prompt_files import read_folder
    from sluice.cli.prompt_plans import Push
    from sluice.cli.prompt_server import PromptServer
    from sluice.cli.terminal import write_json

    files = read_folder(folder, name)
    with Api(url, token) as api:
        work = Push(PromptServer(api, project), files, note)
        with redirect_stdout(stderr) if json else nullcontext():
            outcome = work.carry_out(deploy or (), dry_run=dry_run)
    if json:
        write_json(outcome)
    _end(work.waiting)


@app.command(epilog=examples("sluice prompts diff", "sluice prompts diff prompts -e prod --json"))
def diff(
    folder: Folder = FOLDER,
    environment: Environment = "latest",
    name: Only = None,
    json: Json = False,
    project: Project = "default",
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Compare a folder with an environment; exit code 1 if anything differs."""
    from sluice.cli.api import Api
    from sluice.cli.prompt_files import read_folder
    from sluice.cli.prompt_plans import as_json, compared, show
    from sluice.cli.prompt_server import PromptServer
    from sluice.cli.terminal import write_json

    files = read_folder(folder, name)
    with Api(url, token) as api:
        changes = compared(PromptServer(api, project), files, environment)
    if name:
        changes = [change for change in changes if change.name in name]
    if json:
        write_json(as_json(changes))
        differs = any(change.verb != "keep" for change in changes)
    else:
        differs = show(changes)
    if differs:
        raise typer.Exit(ExitCode.FAILURE)


@app.command(epilog=examples("sluice prompts lint", "sluice prompts lint prompts --offline"))
def lint(
    folder: Folder = FOLDER,
    name: Only = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Check the files' form only, without a server.")
    ] = False,
    for_0_1_6: Annotated[
        bool,
        typer.Option("--for-0.1.6", help="Refuse what clients of SDK 0.1.6 cannot be told."),
    ] = False,
    allow_findings: Annotated[
        bool, typer.Option("--allow-findings", help="Findings are shown, and are no failure.")
    ] = False,
    json: Json = False,
    project: Project = "default",
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Check a folder: form, variables, and what looks like somebody's data.

    Exit codes: 1 for problems of the files, 4 for findings.
    """
    from sluice.cli.prompt_files import read_folder
    from sluice.cli.prompt_plans import findings_told
    from sluice.cli.terminal import note, say, write_json

    files = read_folder(folder, name)
    if for_0_1_6 and (problems := [one for file in files for one in file.format_problems()]):
        raise CommandError("Clients of SDK 0.1.6 cannot be told of this:", problems)
    lints = {} if offline else _linted(files, project, url, token)
    if json:
        write_json([{"name": file.name, **_shown(file, lints)} for file in files])
    for file in [] if json else files:
        for told in findings_told(lints.get(file.name, {"findings": ()})):
            note(f"{file.path}: {told}")
    found = sum(len(one["findings"]) for one in lints.values())
    if not json:
        say(f"{len(files)} template(s), {found} finding(s).")
    if found and not allow_findings:
        raise typer.Exit(ExitCode.REFUSED)


def _linted(
    files: list[PromptFile], project: str, url: str, token: str | None
) -> dict[str, dict[str, Any]]:
    from sluice.cli.api import Api
    from sluice.cli.prompt_server import PromptServer

    with Api(url, token) as api:
        server = PromptServer(api, project)
        return {file.name: server.lint(file.name, file.entry.said()) for file in files}


def _shown(file: PromptFile, lints: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        "file": str(file.path),
        "variables": file.entry.variables,
        "formatProblems": file.format_problems(),
        "findings": lints.get(file.name, {"findings": []})["findings"],
    }


@app.command("list", epilog=examples("sluice prompts list", "sluice prompts list --json"))
def list_(
    json: Json = False, project: Project = "default", url: Url = DEFAULT_URL, token: Token = None
) -> None:
    """List templates with their newest version and where environments point."""
    from sluice.cli.api import Api
    from sluice.cli.prompt_server import PromptServer
    from sluice.cli.terminal import table, write_json

    with Api(url, token) as api:
        templates = PromptServer(api, project).templates()
    if json:
        write_json(templates)
        return
    columns = ("name", "latest", "saved", "environments", "findings")
    table(columns, [_cells(template) for template in templates])


def _cells(template: dict[str, Any]) -> tuple[object, ...]:
    from sluice.cli.terminal import moment

    latest = template["latest"] or {"number": "", "deployedAt": ""}
    pointers = template["environments"].items()
    environments = ", ".join(f"{name}: {one['number']}" for name, one in pointers)
    findings = ", ".join(f"{kind}: {n}" for kind, n in template["findings"].items())
    name, saved = template["name"], moment(latest["deployedAt"])
    return name, latest["number"], saved, environments, findings


@app.command(
    epilog=examples(
        "sluice prompts history support/reply", "sluice prompts history support/reply -e prod"
    )
)
def history(
    name: Name,
    environment: Annotated[
        str | None,
        typer.Option("--environment", "-e", help="Its deployments in place of the versions."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="Rows at most.")] = 50,
    json: Json = False,
    project: Project = "default",
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Show a template's versions, or its deployments to an environment; the newest first."""
    from sluice.cli.api import Api
    from sluice.cli.prompt_server import PromptServer
    from sluice.cli.terminal import table, write_json

    with Api(url, token) as api:
        server = PromptServer(api, project)
        template = server.template(name)
        if environment is None:
            rows = server.versions(template, limit)
        else:
            rows = server.deployments(template, environment, limit)
    if json:
        write_json(rows)
    elif environment is None:
        table(VERSION_COLUMNS, [_version_cells(row) for row in rows])
    else:
        table(DEPLOYMENT_COLUMNS, [_deployment_cells(row) for row in rows])


def _deployment_cells(row: dict[str, Any]) -> tuple[object, ...]:
    from sluice.cli.terminal import moment

    return row["number"], moment(row["at"]), row["userId"], row["previousNumber"], row["note"]


def _version_cells(version: dict[str, Any]) -> tuple[object, ...]:
    from sluice.cli.terminal import moment

    about = (version["versionName"], version["content"]["model"], version["note"])
    return version["number"], moment(version["createdAt"]), version["createdBy"], *about


@app.command(
    epilog=examples(
        "sluice prompts deploy support/reply --to prod",
        "sluice prompts deploy support/reply --to prod --version 3 --note 'ticket 4711'",
        "sluice prompts deploy --all --to staging",
    )
)
def deploy(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME", help="Templates' names.")
    ] = None,
    to: Annotated[str, typer.Option("--to", help="The environment.")] = "prod",
    version: Annotated[
        int | None, typer.Option(min=1, help="The version; the newest if none is named.")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="The newest version of each.")] = False,
    note: Note = "",
    project: Project = "default",
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Let an environment point to versions of templates.

    Exit code 7: the environment is protected, and somebody else has to approve it.
    """
    from sluice.cli.api import Api
    from sluice.cli.prompt_server import PromptServer
    from sluice.cli.terminal import say

    _check_deploy(names or [], version, all_=all_)
    with Api(url, token) as api:
        server = PromptServer(api, project)
        templates = server.templates() if all_ else [server.template(one) for one in names or ()]
        waiting = 0
        for template in templates:
            number = version or template["latest"]["number"]
            request = server.deploy(template, to, number, note)["request"]
            waiting += request is not None
            say(f"{template['name']}: {_outcome(to, number, request)}")
    _end(waiting)


def _outcome(environment: str, number: int, request: dict[str, Any] | None) -> str:
    """What came of a deployment."""
    if request is None:
        return f"{environment} is version {number}"
    return f"version {number} waits for approval in {environment}, request {request['id']}"


def _end(waiting: int) -> None:
    """What a program goes on with may need what is not deployed yet."""
    if waiting:
        raise typer.Exit(ExitCode.WAITING)


def _check_deploy(names: list[str], version: int | None, *, all_: bool) -> None:
    if all_ == bool(names):
        raise WrongUsage("Name templates, or say --all.")
    if version is not None and len(names) != 1:
        raise WrongUsage("--version is for one template.")


@app.command(
    epilog=examples(
        "sluice prompts rollback support/reply -e prod",
        "sluice prompts rollback support/reply -e prod --version 2",
    )
)
def rollback(
    name: Name,
    environment: Annotated[
        str, typer.Option("--environment", "-e", help="The environment that goes back.")
    ] = "prod",
    version: Annotated[
        int | None, typer.Option(min=1, help="The version; the one before if none is named.")
    ] = None,
    note: Note = "",
    emergency: Annotated[
        bool,
        typer.Option(
            "--emergency", help="Of a protected environment, at once: owners, with a note."
        ),
    ] = False,
    project: Project = "default",
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Let an environment point to the version before; again, to the one before that."""
    from sluice.cli.api import Api
    from sluice.cli.prompt_server import PromptServer
    from sluice.cli.terminal import say

    with Api(url, token) as api:
        server = PromptServer(api, project)
        template = server.roll_back(
            server.template(name), environment, version, note, emergency=emergency
        )
    request = template["request"]
    there = request or template["environments"][environment]
    say(f"{name}: {_outcome(environment, there['number'], request)}")
    _end(request is not None)


add_to(app)
