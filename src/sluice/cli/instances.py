"""`sluice instance`: model instances of a server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sluice.cli.examples import examples
from sluice.cli.options import DEFAULT_URL, DryRun, FileToImport, Json, Names, Output, Token, Url

if TYPE_CHECKING:
    from sluice.cli.api import Api

app = typer.Typer(
    help="Model instances: list, show, export, import and try them.", no_args_is_help=True
)
PROBE = "Answer with one word: ready."


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
    if json:
        write_json(one)
    else:
        put_out(server.document([one]), None)


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
    put_out(server.document(server.chosen(names)), output)


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


@app.command("test", epilog=examples("sluice instance test OpenAI"))
def try_out(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The model instance's name.")],
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Ask a model instance for one word, to see that its provider answers.

    The thread in which it happens is deleted again.
    """
    from time import perf_counter

    from sluice.cli.api import Api
    from sluice.cli.ask import instance_id
    from sluice.cli.terminal import say

    with Api(url, token) as api:
        order = {"modelInstanceId": instance_id(api, name)}
        thread = api.post("/api/v1/threads", order | {"name": "sluice instance test"})
        began = perf_counter()
        try:
            answer = _answer(api, order | {"threadId": thread["id"], "text": PROBE})
        finally:
            api.delete(f"/api/v1/threads/{thread['id']}")
    seconds = perf_counter() - began
    size = len(answer["rawLLMResponseText"])
    say(f"{name} answers: model {answer['llmModel']}, {size} characters in {seconds:.1f} s.")


def _answer(api: Api, order: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = api.post("/api/v1/prompts/submit", order)
    return answer


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
