"""`sluice policy`: policy groups of a server."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sluice.cli.errors import CommandError
from sluice.cli.examples import examples
from sluice.cli.options import DEFAULT_URL, DryRun, FileToImport, Json, Names, Output, Token, Url

if TYPE_CHECKING:
    from sluice.cli.api import Api
    from sluice.cli.plans import Change
    from sluice.server.features.policies.yaml_form import PolicyGroupEntry

app = typer.Typer(
    help="Policy groups: list, show, try, export and import them as YAML.", no_args_is_help=True
)


COLUMNS = (
    "id", "name", "version", "default", "rules", "custom terms", "allow list", "detection",
    "changed",
)  # fmt: skip


@app.command("list", epilog=examples("sluice policy list", "sluice policy list --json"))
def list_(json: Json = False, url: Url = DEFAULT_URL, token: Token = None) -> None:
    """List policy groups with the version in force."""
    from sluice.cli.api import ADMIN, Api
    from sluice.cli.terminal import table, write_json

    with Api(url, token) as api:
        groups = api.get(f"{ADMIN}/policy-groups")
    if json:
        write_json(groups)
        return
    table(COLUMNS, [_cells(group) for group in groups])


@app.command(epilog=examples("sluice policy show Default", "sluice policy show Default --json"))
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The policy group's name.")],
    json: Json = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Show a policy group as YAML, or with `--json` as the API has it."""
    from sluice.cli.api import ADMIN, Api
    from sluice.cli.plans import put_out
    from sluice.cli.terminal import write_json
    from sluice.server.features.policies.yaml_form import policies_document

    with Api(url, token) as api:
        groups = chosen(api.get(f"{ADMIN}/policy-groups"), [name], "policy group")
    if json:
        write_json(groups[0])
    else:
        put_out(policies_document([entry_of(groups[0])]), None)


@app.command(
    epilog=examples(
        "sluice policy export > policies.yaml", "sluice policy export Default -o p.yaml"
    )
)
def export(
    names: Names = None, output: Output = None, url: Url = DEFAULT_URL, token: Token = None
) -> None:
    """Write policy groups as YAML: those that are named, else all."""
    from sluice.cli.api import ADMIN, Api
    from sluice.cli.plans import put_out
    from sluice.server.features.policies.yaml_form import policies_document

    with Api(url, token) as api:
        groups = chosen(api.get(f"{ADMIN}/policy-groups"), names, "policy group")
    put_out(policies_document([entry_of(group) for group in groups]), output)


@app.command(
    "import",
    epilog=examples(
        "sluice policy import policies.yaml --dry-run",
        "sluice policy import policies.yaml --note 'ticket 4711'",
        "sluice policy export | sluice policy import -",
    ),
)
def import_(
    file: FileToImport,
    dry_run: DryRun = False,
    note: Annotated[
        str, typer.Option(help="Why; it stands in the history of the policy group.")
    ] = "imported",
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Create or change policy groups by name, as a YAML file says.

    Shows what changes. Problems of the file are shown with their lines before anything is
    changed. A change is a new version; what is the same already stays as it is, and groups
    that the file does not name are left alone.
    """
    from sluice.cli import terminal
    from sluice.cli.api import ADMIN, Api
    from sluice.cli.documents import read_file
    from sluice.cli.local import read_text
    from sluice.cli.plans import carry_out
    from sluice.server.features.policies.yaml_form import unknown_types

    read = read_file(file, read_text(file))
    groups = read.document.policy_groups
    for group in groups:
        for kind in unknown_types(group):
            terminal.note(f"warning: {group.name}: nothing finds {kind}; is it spelt right?")
    with Api(url, token) as api:
        present = {group["name"]: group for group in api.get(f"{ADMIN}/policy-groups")}
        changes = [_change(api, group, present.get(group.name), note) for group in groups]
        carry_out(changes, dry_run=dry_run)
    if left := len(read.document.model_instances):
        terminal.note(f"{left} model instance(s) of the file: `sluice instance import` takes them.")


@app.command(
    "dry-run",
    epilog=examples(
        "sluice policy dry-run policies.yaml",
        "sluice policy dry-run --name Customers --version 3 --prompts 1000",
    ),
)
def dry_run(
    file: Annotated[
        str | None, typer.Argument(metavar="FILE", help="A YAML file; `-` is standard input.")
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="The policy group, where no file names one.")
    ] = None,
    version: Annotated[
        int | None, typer.Option(min=1, help="A version of it, in place of a file.")
    ] = None,
    prompts: Annotated[
        int, typer.Option(min=1, max=1000, help="How many of the newest prompts.")
    ] = 200,
    json: Json = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Tell what a policy would have done to the prompts that were sent last.

    The prompts of the model instances that use the policy group are opened on the server, in
    memory, and counted: entity types and counts, never text. Policy groups of a file that are not
    on the server yet have no prompts.
    """
    from sluice.cli.api import ADMIN, Api
    from sluice.cli.terminal import write_json

    wanted = _to_try(file, name, version)
    results = []
    with Api(url, token) as api:
        groups = chosen(api.get(f"{ADMIN}/policy-groups"), list(wanted), "policy group")
        for group in groups:
            path = f"{ADMIN}/policy-groups/{group['id']}/dry-run"
            body = {**wanted[group["name"]], "prompts": prompts}
            result = [step for step in api.lines(path, body) if "entityTypes" in step][-1]
            results.append({"policyGroup": group["name"], **result})
            if not json:
                _show_dry_run(group["name"], result)
    if json:
        write_json(results)


def _to_try(file: str | None, name: str | None, version: int | None) -> dict[str, dict[str, Any]]:
    """What is tried, by the policy group's name."""
    from sluice.cli.documents import read_file
    from sluice.cli.errors import WrongUsage
    from sluice.cli.local import read_text

    if file is None:
        if name is None or version is None:
            raise WrongUsage("Give a file, or --name and --version.")
        return {name: {"version": version}}
    if version is not None:
        raise WrongUsage("Give a file or --version, not both.")
    groups = read_file(file, read_text(file)).document.policy_groups
    found = {one.name: {"policy": one.policy()} for one in groups if name in (None, one.name)}
    if not found:
        raise CommandError("The file has no such policy group.")
    return found


def _show_dry_run(name: str, result: dict[str, Any]) -> None:
    from sluice.cli.terminal import say, table

    say(f"{name}: {result['looked']} of {result['prompts']} prompt(s) looked at.", "bold")
    say(
        f"{result['newlyBlocked']} newly blocked, {result['noLongerBlocked']} no longer blocked, "
        f"{result['changed']} changed, {result['notJudged']} not judged."
    )
    rows = [
        (one["entityType"], _counts(one["before"]), _counts(one["after"]))
        for one in result["entityTypes"]
    ]
    table(("entity type", f"now (version {result['againstVersion']})", "then"), rows)


def _counts(by_action: dict[str, int]) -> str:
    return ", ".join(f"{count} {action}" for action, count in by_action.items()) or "-"


def chosen(found: list[Any], names: list[str] | None, kind: str) -> list[Any]:
    """Those that are named, or all; raises `CommandError` for names that are not there."""
    if not names:
        return found
    by_name = {one["name"]: one for one in found}
    if missing := [name for name in names if name not in by_name]:
        known = ", ".join(sorted(by_name)) or "none"
        raise CommandError(f"There is no {kind} named {', '.join(missing)}; there are: {known}.")
    return [by_name[name] for name in names]


def entry_of(group: dict[str, Any]) -> PolicyGroupEntry:
    """A policy group of the API in the document's form."""
    from sluice.server.features.policies.yaml_form import PolicyGroupEntry

    return PolicyGroupEntry.model_validate({"name": group["name"], **group["policy"]})


def _change(
    api: Api, wanted: PolicyGroupEntry, present: dict[str, Any] | None, note: str
) -> Change:
    from sluice.cli.api import ADMIN
    from sluice.cli.plans import Change
    from sluice.server.features.policies.yaml_form import policy_text

    body = {"name": wanted.name, "policy": wanted.policy(), "note": note}
    path = f"{ADMIN}/policy-groups"
    apply = partial(api.post, path, body)
    if present is not None:
        apply = partial(api.put, f"{path}/{present['id']}", body)
    before = policy_text(entry_of(present)) if present is not None else None
    return Change("policy group", wanted.name, before, policy_text(wanted), apply)


def _cells(group: dict[str, Any]) -> tuple[object, ...]:
    from sluice.cli.terminal import moment

    policy = group["policy"]
    default = policy["default"]
    sizes = (len(policy[key]) for key in ("rules", "customTerms", "allowList"))
    shown = f"{default['action']} from {default['threshold']}"
    before = (group["id"], group["name"], group["version"], shown)
    return (*before, *sizes, policy["detection"], moment(group["updatedAt"]))
