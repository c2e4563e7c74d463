"""`sluice prompts` where an environment is protected: protect it, ask, approve, reject."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

import typer

from sluice.cli.examples import examples
from sluice.cli.options import DEFAULT_URL, Json, Project, Token, Url

COLUMNS = ("id", "template", "environment", "", "from", "to", "by", "status", "note")
RequestId: TypeAlias = Annotated[
    str, typer.Argument(metavar="ID", help="The request's id, as `prompts requests` shows it.")
]
Protected: TypeAlias = Annotated[str, typer.Argument(metavar="ENVIRONMENT", help="Its name.")]


def add_to(app: typer.Typer) -> None:
    """Let the group of commands know these."""
    app.command(epilog=examples("sluice prompts protect prod --approver editor"))(protect)
    app.command(epilog=examples("sluice prompts unprotect prod"))(unprotect)
    app.command(epilog=examples("sluice prompts requests", "sluice prompts requests --all"))(
        requests
    )
    app.command(epilog=examples("sluice prompts approve 2f9c… --note 'looked at it'"))(approve)
    app.command(epilog=examples("sluice prompts reject 2f9c… --note 'not before Monday'"))(reject)
    app.command("withdraw-request", epilog=examples("sluice prompts withdraw-request 2f9c…"))(
        withdraw_request
    )


def protect(
    environment: Protected,
    approver: Annotated[
        str, typer.Option(help="Who may approve: owner, or editor (owners too).")
    ] = "owner",
    expires_hours: Annotated[
        int, typer.Option(min=1, max=2160, help="Hours in which a request can be approved.")
    ] = 168,
    project: Project = "default",
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Let nothing change in an environment before a second person has approved it."""
    from sluice.cli.api import Api
    from sluice.cli.prompt_server import PromptServer
    from sluice.cli.terminal import say

    with Api(url, token) as api:
        PromptServer(api, project).protect(environment, approver, expires_hours)
    say(f"{environment} is protected: what is deployed there waits until an {approver} approves it")


def unprotect(
    environment: Protected,
    project: Project = "default",
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Protect an environment no more; what waits for approval there is withdrawn."""
    from sluice.cli.api import Api
    from sluice.cli.prompt_server import PromptServer
    from sluice.cli.terminal import say

    with Api(url, token) as api:
        PromptServer(api, project).unprotect(environment)
    say(f"{environment} is not protected any more")


def requests(
    all_: Annotated[
        bool, typer.Option("--all", help="Those too that are decided, expired or stale.")
    ] = False,
    json: Json = False,
    project: Project = "default",
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """List what waits for approval, the newest first."""
    from sluice.cli.api import Api
    from sluice.cli.prompt_server import PromptServer
    from sluice.cli.terminal import table, write_json

    with Api(url, token) as api:
        rows = PromptServer(api, project).requests(only_open=not all_)
    if json:
        write_json(rows)
        return
    table(COLUMNS, [_cells(row) for row in rows])


def _cells(row: dict[str, Any]) -> tuple[object, ...]:
    numbers = (row["baseNumber"] or "", row["number"] or "")
    about = (row["templateName"], row["environment"], row["kind"])
    return row["id"], *about, *numbers, row["requestedBy"], row["status"], row["note"]


def approve(
    request: RequestId,
    note: Annotated[str, typer.Option(help="What there is to say about it.")] = "",
    project: Project = "default",
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Do what somebody else has asked for."""
    _decide(request, "approve", {"note": note}, project, url, token)


def reject(
    request: RequestId,
    note: Annotated[str, typer.Option(help="Why not.")],
    project: Project = "default",
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Say no to what somebody else has asked for."""
    _decide(request, "reject", {"note": note}, project, url, token)


def withdraw_request(
    request: RequestId,
    project: Project = "default",
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Ask for it no more; for who asked, and for owners."""
    _decide(request, "withdraw", {}, project, url, token)


def _decide(
    request: str, verb: str, body: dict[str, str], project: str, url: str, token: str | None
) -> None:
    from sluice.cli.api import Api
    from sluice.cli.prompt_server import PromptServer
    from sluice.cli.terminal import say

    with Api(url, token) as api:
        done = PromptServer(api, project).decide(request, verb, body)
    said = f"version {done['number']} to" if done["number"] else "nothing in"
    say(f"{done['templateName']}, {said} {done['environment']}: {done['status']}")
