"""`sluice user`: who may use a server."""

from __future__ import annotations

import typer

from sluice.cli.examples import examples
from sluice.cli.options import DEFAULT_URL, Json, Token, Url

app = typer.Typer(help="Users of a server, through its management API.", no_args_is_help=True)


@app.command("list", epilog=examples("sluice user list", "sluice user list --json"))
def list_(json: Json = False, url: Url = DEFAULT_URL, token: Token = None) -> None:
    """List users, disabled ones too."""
    from sluice.cli.api import Api, all_users
    from sluice.cli.terminal import table, write_json

    with Api(url, token) as api:
        users = all_users(api)
    if json:
        write_json(users)
        return
    rows = [
        (u["id"], u["email"], u["name"], u["role"], "disabled" if u["deletedAt"] else "active")
        for u in users
    ]
    table(("id", "e-mail", "name", "role", "state"), rows)
