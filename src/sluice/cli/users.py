"""`sluice user`: who may use a server, and as what."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from sluice.cli.examples import examples
from sluice.cli.options import DEFAULT_URL, Json, Token, Url, WhichUser

app = typer.Typer(help="Users of a server, through its management API.", no_args_is_help=True)

Role = Literal["administrator", "policy_editor", "prompt_editor", "auditor", "member"]


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


@app.command(epilog=examples("sluice user role ada@example.com policy_editor"))
def role(
    user: WhichUser,
    role: Annotated[Role, typer.Argument(metavar="ROLE", help="What they are from now on.")],
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Give a user a role; from then on their identity provider does not change it."""
    _change(url, token, user, {"role": role}, f"is {role} now")


@app.command(epilog=examples("sluice user disable ada@example.com"))
def disable(user: WhichUser, url: Url = DEFAULT_URL, token: Token = None) -> None:
    """Shut a user out: their sessions end at once and their tokens stop working."""
    _change(url, token, user, {"disabled": True}, "is disabled")


@app.command(epilog=examples("sluice user enable ada@example.com"))
def enable(user: WhichUser, url: Url = DEFAULT_URL, token: Token = None) -> None:
    """Let a disabled user in again."""
    _change(url, token, user, {"disabled": False}, "is active")


@app.command(epilog=examples("sluice user unlink ada@example.com"))
def unlink(user: WhichUser, url: Url = DEFAULT_URL, token: Token = None) -> None:
    """Forget which identity a user has at the provider, so that a new one can take its place."""
    _change(url, token, user, {"unlinkIdentity": True}, "has no identity at a provider now")


def _change(url: str, token: str | None, user: str, change: dict[str, Any], told: str) -> None:
    from sluice.cli.api import ADMIN, Api, user_id
    from sluice.cli.terminal import say

    with Api(url, token) as api:
        changed = api.patch(f"{ADMIN}/users/{user_id(api, user)}", change)
    say(f"User {changed['id']} ({changed['email'] or changed['name']}) {told}.")
