"""`sluice instance`: model instances of a server."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from sluice.cli.examples import examples
from sluice.cli.limits import (
    ConcurrentStreams,
    MonthlyBudget,
    MonthlyTokens,
    RequestsPerMinute,
    TokensPerMinute,
    Unset,
    dollars,
    microdollars,
)
from sluice.cli.options import DEFAULT_URL, DryRun, FileToImport, Json, Names, Output, Token, Url

app = typer.Typer(
    help="Model instances: list, show, export, import, limit and try them.", no_args_is_help=True
)


@app.command("list", epilog=examples("sluice instance list", "sluice instance list --json"))
def list_(json: Json = False, url: Url = DEFAULT_URL, token: Token = None) -> None:
    """List model instances with their policy group and connection."""
    from sluice.cli.api import Api
    from sluice.cli.instance_plans import Server
    from sluice.cli.terminal import table, write_json

    with Api(url, token) as api:
        server = Server(api)
    if json:
        write_json(server.instances)
        return
    columns = ("id", "name", "policy group", "provider", "model", "credentials", "users")
    table(columns, [_cells(server, one) for one in server.instances])


@app.command(epilog=examples("sluice instance show Echo", "sluice instance show Echo --json"))
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The model instance's name.")],
    json: Json = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Show a model instance as YAML, or with `--json` as the API has it."""
    from sluice.cli.api import Api
    from sluice.cli.instance_plans import Server
    from sluice.cli.plans import put_out
    from sluice.cli.terminal import write_json

    with Api(url, token) as api:
        server = Server(api)
        one = server.chosen([name])[0]
        document = "" if json else server.document([one])
    if json:
        write_json(one)
    else:
        put_out(document, None)


@app.command(
    epilog=examples(
        "sluice instance export > instances.yaml", "sluice instance export Echo OpenAI -o i.yaml"
    )
)
def export(
    names: Names = None, output: Output = None, url: Url = DEFAULT_URL, token: Token = None
) -> None:
    """Write model instances as YAML, without credentials: those that are named, else all."""
    from sluice.cli.api import Api
    from sluice.cli.instance_plans import Server
    from sluice.cli.plans import put_out

    with Api(url, token) as api:
        server = Server(api)
        document = server.document(server.chosen(names))
    put_out(document, output)


@app.command(
    "import",
    epilog=examples(
        "sluice instance import instances.yaml --dry-run",
        "OPENAI_API_KEY=... sluice instance import instances.yaml",
    ),
)
def import_(
    file: FileToImport, dry_run: DryRun = False, url: Url = DEFAULT_URL, token: Token = None
) -> None:
    """Create or change model instances by name, as a YAML file says.

    Shows what changes. Problems of the file are shown with their lines before anything is
    changed. Credentials come from the variables that `credentialsFromEnv` names; without it the
    server keeps those that it has for the same provider and address. Instances that the file
    does not name are left alone.
    """
    from sluice.cli import terminal
    from sluice.cli.api import Api
    from sluice.cli.documents import read_file
    from sluice.cli.instance_plans import Server, planned
    from sluice.cli.local import read_text
    from sluice.cli.plans import carry_out

    read = read_file(file, read_text(file))
    with Api(url, token) as api:
        carry_out(planned(api, Server(api), read), dry_run=dry_run)
    if left := len(read.document.policy_groups):
        terminal.note(f"{left} policy group(s) of the file: `sluice policy import` takes them.")


@app.command(
    epilog=examples(
        "sluice instance limits OpenAI",
        "sluice instance limits OpenAI --requests-per-minute 600 --monthly-budget 500",
        "sluice instance limits OpenAI --none",
    )
)
def limits(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The model instance's name.")],
    requests_per_minute: RequestsPerMinute = None,
    tokens_per_minute: TokensPerMinute = None,
    concurrent_streams: ConcurrentStreams = None,
    monthly_tokens: MonthlyTokens = None,
    monthly_budget: MonthlyBudget = None,
    none: Unset = False,
    json: Json = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Show a model instance's limits and what is used of them, or set those that are named.

    They hold for everybody's calls together, on every surface, and are in force a second later.
    """
    from sluice.cli.api import Api
    from sluice.cli.instance_plans import Server, limits_address
    from sluice.cli.terminal import table, write_json

    named = {
        "requestsPerMinute": requests_per_minute,
        "tokensPerMinute": tokens_per_minute,
        "concurrentStreams": concurrent_streams,
        "monthlyTokens": monthly_tokens,
        "monthlyBudgetMicrodollars": microdollars(monthly_budget),
    }
    given = {key: value for key, value in named.items() if value is not None}
    with Api(url, token) as api:
        one = Server(api).chosen([name])[0]
        address = limits_address(one["id"])
        shown = api.get(address)
        if given or none:
            before = {} if none else shown["limits"]
            shown = api.put(address, {"limits": before | given})
    if json:
        write_json(shown)
    else:
        table(("limit", "set", "used"), _limit_rows(shown))


def _limit_rows(shown: dict[str, Any]) -> list[tuple[object, ...]]:
    limits, lately = shown["limits"], shown["lately"] or {}
    spent = dollars(shown["monthCostMicrodollars"], 4)
    return [
        ("requests a minute", limits["requestsPerMinute"], lately.get("requests", "")),
        ("tokens a minute", limits["tokensPerMinute"], lately.get("tokens", "")),
        ("streams at once", limits["concurrentStreams"], lately.get("streams", "")),
        ("tokens a month", limits["monthlyTokens"], shown["monthTokens"]),
        ("budget a month", dollars(limits["monthlyBudgetMicrodollars"]), spent),
    ]


@app.command("test", epilog=examples("sluice instance test OpenAI"))
def try_out(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The model instance's name.")],
    json: Json = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Ask a model instance for one word, to see that its providers answer.

    Every connection is asked, also the fallbacks; nothing of it is kept. Ends with 1 if one of
    them does not answer.
    """
    from sluice.cli.api import ADMIN, Api
    from sluice.cli.errors import CommandError
    from sluice.cli.instance_plans import Server
    from sluice.cli.terminal import say, write_json

    with Api(url, token) as api:
        one = Server(api).chosen([name])[0]
        tried = api.post(f"{ADMIN}/model-instances/{one['id']}/test", {})
    if json:
        write_json(tried)
    for each in tried["connections"]:
        if each["ok"] and not json:
            say(f"{name} answers: {_answered(each)}.")
    failed = [f"{_named(each)}: {each['error']}" for each in tried["connections"] if not each["ok"]]
    if not tried["ok"]:
        raise CommandError(
            f"{name} does not answer{'' if failed else ': it has no connection'}.", failed
        )


def _answered(tried: dict[str, Any]) -> str:
    model = tried["modelAnswered"] or tried["model"]
    seconds = tried["durationMs"] / 1000
    return f"{_named(tried)}, model {model}, {tried['characters']} characters in {seconds:.1f} s"


def _named(tried: dict[str, Any]) -> str:
    place = f"fallback {tried['position']}" if tried["position"] else "connection"
    return f"{place} {tried['providerKey']}"


def _cells(server: Any, one: dict[str, Any]) -> tuple[object, ...]:  # noqa: ANN401
    connection = one["connection"] or {}
    credentials = "yes" if connection.get("hasCredentials") else "no"
    return (
        one["id"],
        one["name"],
        server.group_names[one["policyGroupId"]],
        connection.get("providerKey"),
        connection.get("model"),
        credentials,
        ", ".join(str(user) for user in server.users_of(one)) or "everybody",
    )
