"""`sluice project`: projects of a server, who works on them, and their keys."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from sluice.cli.examples import examples
from sluice.cli.options import DEFAULT_URL, Json, Token, Url, WhichUser

if TYPE_CHECKING:
    from sluice.cli.api import Api

app = typer.Typer(
    help="Projects: prompts, recordings and test cases that belong together.",
    no_args_is_help=True,
)
members = typer.Typer(help="Who works on a project.", no_args_is_help=True)
keys = typer.Typer(help="The keys with which applications use a project.", no_args_is_help=True)
app.add_typer(members, name="members")
app.add_typer(keys, name="key")

PROJECTS = "/api/v1/projects"
COLUMNS = ("id", "name", "your role", "policy group", "raw kept", "findings", "retention")
ProjectId = Annotated[str, typer.Argument(metavar="PROJECT", help="The project's id.")]
Role = Literal["viewer", "editor", "owner"]
KeepRaw = Annotated[bool | None, typer.Option(help="Keep recordings, sealed, as they came too.")]
OnFindings = Annotated[
    Literal["warn", "refuse"] | None,
    typer.Option(help="What findings in a template or a test case lead to when it is saved."),
]
FormatDialect = Annotated[
    Literal["always", "never", "when_used"] | None,
    typer.Option(help="When versions must suit clients of freeplay 0.1.6 to be deployed."),
]
RetentionDays = Annotated[
    int | None,
    typer.Option(min=0, max=36_500, help="Days after which sessions are deleted; 0: never."),
]
CallRetentionDays = Annotated[
    int | None,
    typer.Option(
        min=0, max=36_500, help="Days after which the gateway's calls are deleted; 0: never."
    ),
]
PolicyGroup = Annotated[
    str | None, typer.Option(help="The name of the policy group for what is recorded and saved.")
]


@app.command("list", epilog=examples("sluice project list", "sluice project list --json"))
def list_(json: Json = False, url: Url = DEFAULT_URL, token: Token = None) -> None:
    """List the projects in which you have a role."""
    from sluice.cli.api import Api
    from sluice.cli.terminal import table, write_json

    with Api(url, token) as api:
        found = api.get(PROJECTS)
    if json:
        write_json(found)
        return
    table(COLUMNS, [_cells(project) for project in found])


@app.command(epilog=examples("sluice project show default", "sluice project show default --json"))
def show(
    project: ProjectId, json: Json = False, url: Url = DEFAULT_URL, token: Token = None
) -> None:
    """Show a project's settings."""
    from sluice.cli.api import Api

    with Api(url, token) as api:
        found = api.get(_path(project))
    _show(found, json=json)


@app.command(
    epilog=examples(
        'sluice project create "Customer support"',
        "sluice project create Research --id research --keep-raw --retention-days 30",
    )
)
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What people call it.")],
    project_id: Annotated[
        str | None, typer.Option("--id", help="Its id; else one is made of the name.")
    ] = None,
    policy_group: PolicyGroup = None,
    keep_raw: KeepRaw = None,
    on_findings: OnFindings = None,
    format_dialect: FormatDialect = None,
    retention_days: RetentionDays = None,
    call_retention_days: CallRetentionDays = None,
    json: Json = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Make a project; for administrators."""
    from sluice.cli.api import Api

    kept = {"retentionDays": retention_days, "callRetentionDays": call_retention_days}
    said = _settings(keep_raw, on_findings, format_dialect, kept)
    with Api(url, token) as api:
        body = {"name": name, "id": project_id, **said, **_group(api, policy_group)}
        made = api.post(PROJECTS, body)
    _show(made, json=json)


@app.command(
    "set",
    epilog=examples(
        "sluice project set default --on-findings refuse",
        "sluice project set default --retention-days 0 --no-keep-raw",
    ),
)
def set_(
    project: ProjectId,
    name: Annotated[str | None, typer.Option(help="Another name; the id stays.")] = None,
    policy_group: PolicyGroup = None,
    keep_raw: KeepRaw = None,
    on_findings: OnFindings = None,
    format_dialect: FormatDialect = None,
    retention_days: RetentionDays = None,
    call_retention_days: CallRetentionDays = None,
    json: Json = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Change what is said of a project, and leave the rest as it is; for its owners."""
    from sluice.cli.api import Api

    kept = {"retentionDays": retention_days, "callRetentionDays": call_retention_days}
    said = _settings(keep_raw, on_findings, format_dialect, kept)
    if name is not None:
        said["name"] = name
    with Api(url, token) as api:
        changed = api.patch(_path(project), {**said, **_group(api, policy_group)})
    _show(changed, json=json)


@app.command(
    epilog=examples("sluice project delete research", "sluice project delete research --yes")
)
def delete(
    project: ProjectId,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Delete a project with everything in it; for its owners.

    Its data keys are destroyed: nothing of it can be read again, in backups neither. Its keys
    stop working.
    """
    from sluice.cli.api import Api
    from sluice.cli.terminal import say

    if not yes:
        typer.confirm(f"Delete the project {project} and everything in it?", abort=True)
    with Api(url, token) as api:
        api.delete(_path(project))
    say(f"The project {project} is deleted.")


@members.command("list", epilog=examples("sluice project members list default"))
def list_members(
    project: ProjectId, json: Json = False, url: Url = DEFAULT_URL, token: Token = None
) -> None:
    """List who works on a project; administrators need no role and are not listed."""
    from sluice.cli.api import Api
    from sluice.cli.terminal import moment, table, write_json

    with Api(url, token) as api:
        found = api.get(f"{_path(project)}/members")
    if json:
        write_json(found)
        return
    rows = [
        (m["userId"], m["email"], m["name"], m["role"], "disabled" if m["disabled"] else "active",
         moment(m["createdAt"]))
        for m in found
    ]  # fmt: skip
    table(("user", "e-mail", "name", "role", "state", "since"), rows)


@members.command(
    "set", epilog=examples("sluice project members set default ada@example.com --role editor")
)
def set_member(
    project: ProjectId,
    user: WhichUser,
    role: Annotated[Role, typer.Option(help="What they may do.")],
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Give somebody a role in a project, in place of the one they have.

    A viewer reads, an editor also changes, deploys, records and runs, an owner also decides about
    settings, members, keys and deletion.
    """
    from sluice.cli.api import Api, user_id
    from sluice.cli.terminal import say

    with Api(url, token) as api:
        path = f"{_path(project)}/members/{user_id(api, user)}"
        member = api.put(path, {"role": role})
    say(f"User {member['userId']} is {member['role']} of {project}.")


@members.command("remove", epilog=examples("sluice project members remove default ada@example.com"))
def remove_member(
    project: ProjectId, user: WhichUser, url: Url = DEFAULT_URL, token: Token = None
) -> None:
    """Take somebody's role in a project away."""
    from sluice.cli.api import Api, user_id
    from sluice.cli.terminal import say

    with Api(url, token) as api:
        number = user_id(api, user)
        api.delete(f"{_path(project)}/members/{number}")
    say(f"User {number} has no role in {project} any more.")


@keys.command("list", epilog=examples("sluice project key list default"))
def list_keys(
    project: ProjectId, json: Json = False, url: Url = DEFAULT_URL, token: Token = None
) -> None:
    """List a project's keys; never the keys themselves."""
    from sluice.cli.api import Api
    from sluice.cli.terminal import moment, table, write_json

    with Api(url, token) as api:
        found = api.get(f"{_path(project)}/keys")
    if json:
        write_json(found)
        return
    rows = [
        (key["id"], key["name"], key["prefix"],
         *(moment(key[at]) if key[at] else "" for at in ("createdAt", "lastUsedAt", "expiresAt")))
        for key in found
    ]  # fmt: skip
    table(("id", "name", "begins with", "made", "last used", "expires"), rows)


@keys.command(
    "create",
    epilog=examples(
        "sluice project key create default",
        "export FREEPLAY_KEY=$(sluice project key create default --name shop)",
    ),
)
def create_key(
    project: ProjectId,
    name: Annotated[str, typer.Option(help="What the key is for.")] = "command line",
    expires_days: Annotated[
        int | None,
        typer.Option(min=1, max=36_500, help="Days until it expires; else it never does."),
    ] = None,
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Make a key of a project and print it, this once.

    It serves Freeplay's clients and the gateway alike. Standard output holds the key alone,
    standard error says what it is.
    """
    from sluice.cli.api import Api
    from sluice.cli.terminal import note

    body: dict[str, Any] = {"name": name}
    if expires_days is not None:
        body["expiresAt"] = (datetime.now(UTC) + timedelta(days=expires_days)).isoformat()
    with Api(url, token) as api:
        made = api.post(f"{_path(project)}/keys", body)
    until = (made["expiresAt"] or "revoked")[:10]
    note(f"Key {made['id']} of {project}, valid until {until}; it is shown this once:")
    typer.echo(made["token"])


@keys.command("revoke", epilog=examples("sluice project key revoke default 3"))
def revoke_key(
    project: ProjectId,
    key_id: Annotated[int, typer.Argument(metavar="ID", min=1, help="As `list` shows it.")],
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Revoke a key of a project: from now on it is refused."""
    from sluice.cli.api import Api
    from sluice.cli.terminal import say

    with Api(url, token) as api:
        api.delete(f"{_path(project)}/keys/{key_id}")
    say(f"Key {key_id} of {project} is revoked.")


def _path(project: str) -> str:
    from urllib.parse import quote

    return f"{PROJECTS}/{quote(project, safe='')}"


def _settings(
    keep_raw: bool | None,
    on_findings: str | None,
    format_dialect: str | None,
    kept: dict[str, int | None],
) -> dict[str, Any]:
    """What was said, as the API calls it."""
    given = {
        "keepRaw": keep_raw,
        "onFindings": on_findings,
        "formatDialect": format_dialect,
    }
    said: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    return said | {name: days or None for name, days in kept.items() if days is not None}


def _group(api: Api, name: str | None) -> dict[str, Any]:
    from sluice.cli.api import ADMIN
    from sluice.cli.policies import chosen

    if name is None:
        return {}
    (group,) = chosen(api.get(f"{ADMIN}/policy-groups"), [name], "policy group")
    return {"policyGroupId": group["id"]}


def _cells(project: dict[str, Any]) -> tuple[object, ...]:
    days = project["retentionDays"]
    return (
        project["id"],
        project["name"],
        project["role"],
        project["policyGroupId"],
        "yes" if project["keepRaw"] else "no",
        project["onFindings"],
        f"{days} days" if days else "for ever",
    )


def _show(project: dict[str, Any], *, json: bool) -> None:
    from sluice.cli.terminal import moment, table, write_json

    if json:
        write_json(project)
        return
    rows = [*zip(COLUMNS, _cells(project), strict=True), ("dialect", project["formatDialect"])]
    rows += [("made", moment(project["createdAt"])), ("changed", moment(project["updatedAt"]))]
    table(("setting", "value"), rows)
